"""Pairs of people who are never brought together again.

Functions on a connection inside somebody's transaction. Why they are is not kept here; nor who
wanted it, where it was said.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, or_, select, tuple_

from hotline.store import known_again, tables
from hotline.store.database import upsert
from hotline.store.prepared import Prepared, is_among

apart, request, taker, event = tables.apart, tables.request, tables.taker, tables.event


def keep(
    connection: Connection,
    one: int,
    other: int,
    now: datetime,
    *,
    about: int | None = None,
    guessed_by: int | None = None,
) -> None:
    """From now on, also should one of them have been forgotten. If they are apart already, what was
    said holds, and not what was guessed."""
    why = {"since": now, "guessed_by": guessed_by, "request_number": about}
    pairs = [
        (who, them)
        for who in known_again.all_of(connection, one)
        for them in known_again.all_of(connection, other)
    ]
    both = [*pairs, *((them, who) for who, them in pairs)]
    rows = [{"neighbor_id": who, "other_id": them, **why} for who, them in both]
    added = upsert(connection, apart).values(rows)
    if guessed_by is not None:
        connection.execute(added.on_conflict_do_nothing())
        return
    pair = [apart.c.neighbor_id, apart.c.other_id]
    said = {"guessed_by": None}
    connection.execute(added.on_conflict_do_update(index_elements=pair, set_=said))


def guessed(
    connection: Connection, who: int, since: datetime, number: int | None
) -> list[tuple[int, int]]:
    """From whom somebody is apart since then only because of what their words meant: the number of
    the request, and their id; the last one at the end."""
    found = select(apart.c.request_number, apart.c.other_id).where(
        apart.c.neighbor_id == who, apart.c.guessed_by == who, apart.c.since >= since
    )
    if number is not None:
        found = found.where(apart.c.request_number == number)
    rows = connection.execute(found.order_by(apart.c.since, apart.c.request_number))
    return [(about, other) for about, other in rows]


def lift(connection: Connection, one: int, other: int) -> None:
    """They may be brought together again."""
    both = [(one, other), (other, one)]
    pair = tuple_(apart.c.neighbor_id, apart.c.other_id)
    connection.execute(delete(apart).where(pair.in_(both)))


def from_any(connection: Connection, who: int, others: Collection[int]) -> bool:
    """Whether somebody is apart from one of these."""
    return bool(_FROM_ANY.rows(connection, {"who": who, "others": list(others)}))


_FROM_ANY = Prepared(
    select(apart.c.other_id)
    .where(apart.c.neighbor_id == bindparam("who"), is_among(apart.c.other_id, "others"))
    .limit(1)
)


def others_of(connection: Connection, who: int) -> frozenset[int]:
    found = select(apart.c.other_id).where(apart.c.neighbor_id == who)
    return frozenset(connection.execute(found).scalars())


def were_together(connection: Connection, who: int, number: int | None) -> list[tuple[int, int]]:
    """With whom somebody had to do about a request that is over or was given back, whether these
    asked or took it, too: its number, and their id. About the last one, if no number is given."""
    mine = or_(request.c.requester_id == who, taker.c.neighbor_id == who)
    took = select(request.c.number, request.c.requester_id, taker.c.neighbor_id).where(
        taker.c.request_number == request.c.number, mine
    )
    gave_back = select(request.c.number, request.c.requester_id, event.c.neighbor_id).where(
        event.c.request_number == request.c.number,
        event.c.what.in_(["handed_back", "let_go"]),
        or_(request.c.requester_id == who, event.c.neighbor_id == who),
    )
    me = taker.alias()
    with_them = select(me.c.request_number, me.c.neighbor_id, taker.c.neighbor_id).where(
        me.c.neighbor_id == who, taker.c.request_number == me.c.request_number
    )
    if number is not None:
        took = took.where(request.c.number == number)
        gave_back = gave_back.where(request.c.number == number)
        with_them = with_them.where(me.c.request_number == number)
    every = (took, gave_back, with_them)
    rows = [tuple(row) for some in every for row in connection.execute(some)]
    last = max((row[0] for row in rows), default=None)
    found = {(it, helper if asker == who else asker) for it, asker, helper in rows if it == last}
    return sorted((it, other) for it, other in found if other not in (None, who))
