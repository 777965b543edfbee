"""Who is forgotten and must be known again should they come back: whom SAFE keeps apart from
somebody, whom stewards suspended, and for a while everybody who had to do with somebody, who may
still say SAFE. Their number is not kept, only a keyed digest of it.

Somebody who is forgotten and comes back has another row; all rows of one number belong together
here. Functions on a connection inside somebody's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, delete, exists, or_, select, update

from hotline import phone as phones
from hotline.store import digests, tables
from hotline.store.database import upsert
from hotline.store.prepared import Prepared

apart, known_again, neighbor = tables.apart, tables.known_again, tables.neighbor


def remember(connection: Connection, who: int, phone: str, now: datetime) -> None:
    """Whoever has this number is to be known again."""
    if not phones.is_nobodys(phone):
        _add(connection, who, digests.of_phone(connection, phone), now)


def _add(connection: Connection, who: int, digest: bytes, now: datetime) -> None:
    new = upsert(connection, known_again).values(neighbor_id=who, phone=digest, at=now)
    same = [known_again.c.neighbor_id]
    connection.execute(new.on_conflict_do_update(index_elements=same, set_={"at": now}))


def has_to_be(connection: Connection, who: int) -> bool:
    """Whether somebody is kept apart from somebody, or suspended."""
    found = select(neighbor.c.id).where(neighbor.c.id == who, _must_stay(neighbor.c.id))
    return connection.execute(found).first() is not None


def _must_stay(who: ColumnElement[int]) -> ColumnElement[bool]:
    other = tables.neighbor.alias("same")
    suspended = exists().where(other.c.id == who, other.c.suspended_at.is_not(None))
    return or_(exists().where(apart.c.neighbor_id == who), suspended)


def all_of(connection: Connection, who: int) -> list[int]:
    """The ids that somebody has and had before."""
    digest = select(known_again.c.phone).where(known_again.c.neighbor_id == who)
    same = select(known_again.c.neighbor_id).where(
        known_again.c.phone == digest.scalar_subquery(), known_again.c.neighbor_id != who
    )
    return [who, *connection.execute(same).scalars()]


def recognize(connection: Connection, new: Mapping[int, str], now: datetime) -> list[int]:
    """Of people who are new here, ids with their numbers: who was here before stays apart from
    whom they were, and suspended. Returns who that is."""
    former: dict[int, list[int]] = {}
    for who, phone in new.items():
        if phones.is_nobodys(phone):
            continue
        facts = {"phone": digests.of_phone(connection, phone), "who": who}
        if found := _FORMER.rows(connection, facts):
            former[who] = [it for (it,) in found]
    for who, before in former.items():
        _add(connection, who, digests.of_phone(connection, new[who]), now)
        _stay_apart(connection, who, before)
        _stay_suspended(connection, who, before)
    return list(former)


_FORMER = Prepared(  # for every text of a stranger
    select(known_again.c.neighbor_id).where(
        known_again.c.phone == bindparam("phone"), known_again.c.neighbor_id != bindparam("who")
    )
)


def _stay_apart(connection: Connection, who: int, before: Iterable[int]) -> None:
    for row in connection.execute(select(apart).where(apart.c.neighbor_id.in_(before))).all():
        by = who if row.guessed_by == row.neighbor_id else row.guessed_by
        why = {"since": row.since, "guessed_by": by, "request_number": row.request_number}
        both = [(who, row.other_id), (row.other_id, who)]
        rows = [{"neighbor_id": one, "other_id": other, **why} for one, other in both]
        connection.execute(upsert(connection, apart).values(rows).on_conflict_do_nothing())


def _stay_suspended(connection: Connection, who: int, before: Iterable[int]) -> None:
    """As they were last: they may have been restored in between."""
    was = select(neighbor.c.suspended_at).where(neighbor.c.id == max(before))
    since = connection.execute(was).scalar()
    if since is not None:
        of_them = update(neighbor).where(neighbor.c.id == who)
        connection.execute(of_them.values(suspended_at=since))


def drop(connection: Connection, some: Iterable[int], before: datetime) -> None:
    """Who of these need not be known again, since that long."""
    old = delete(known_again).where(
        known_again.c.neighbor_id.in_(some),
        known_again.c.at <= before,
        ~_must_stay(known_again.c.neighbor_id),
    )
    connection.execute(old)
