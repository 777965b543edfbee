"""People: whoever asks, helps, or both, by their id and the number that `phone.known_as` makes;
what we know of them, and whether our messages reach them.

Functions on a connection inside somebody's transaction: each is one question or one change. They
decide nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hotline.message import Channel
from hotline.names import first_name
from hotline.store import digests, known_again, tables
from hotline.store.database import Stale, upsert
from hotline.store.prepared import Prepared, is_among

neighbor, message = tables.neighbor, tables.message


@dataclass(frozen=True, slots=True)
class Neighbor:
    """What a conversation knows of somebody. `name` is None for who never told one."""

    id: int
    phone: str
    name: str | None
    language: str | None
    language_chosen: bool
    stopped: bool
    on_roster: bool
    was_asked: bool
    by_voice: bool = False  # gets no texts, and is called
    joining: str | None = None  # what they were asked last on their way to the roster
    joining_since: datetime | None = None
    trouble: str | None = None  # why no text reaches them, as the carrier says
    suspended: bool = False  # as if they were not on the roster, and they do not come onto it
    called: str | None = None  # where others on the roster have that first name, too
    is_quiet: bool = False  # said QUIET: texts to them say nothing
    blocked_until: datetime | None = None
    carrier: str | None = None  # the channel that they wrote by last; None: the first

    def is_blocked(self, now: datetime) -> bool:
        """Whether nothing from this number is answered, and nothing told to it."""
        return self.blocked_until is not None and self.blocked_until > now

    @property
    def shown_name(self) -> str | None:
        """What others hear them called; None for who has no name."""
        return (self.on_roster and self.called) or first_name(self.name)


_KNOWN = (
    *(neighbor.c.id, neighbor.c.phone, neighbor.c.name, neighbor.c.language),
    *(neighbor.c.language_chosen, neighbor.c.stopped_at, neighbor.c.on_roster, neighbor.c.asked_at),
    *(neighbor.c.reach, neighbor.c.trouble, neighbor.c.joining, neighbor.c.joining_since),
    *(neighbor.c.suspended_at, neighbor.c.called, neighbor.c.quiet_since),
    *(neighbor.c.blocked_until, neighbor.c.carrier),
)


def _neighbor(row: Sequence[Any]) -> Neighbor:
    who, phone, name, language, language_chosen, stopped_at, on_roster, asked_at, *more = row
    reach, trouble, joining, joining_since, suspended_at, called, quiet_since, *last = more
    return Neighbor(
        who,
        phone,
        name,
        language,
        language_chosen,
        stopped_at is not None,
        on_roster and suspended_at is None,
        asked_at.year > tables.NEVER.year,
        reach == "voice" or trouble == "landline",
        joining,
        joining_since,
        trouble,
        suspended_at is not None,
        called,
        quiet_since is not None,
        *last,
    )


def set_carrier(connection: Connection, who: int, carrier: str | None) -> None:
    """They wrote by this channel, and are answered by it from now on."""
    of_them = update(neighbor).where(neighbor.c.id == who)
    connection.execute(of_them.values(carrier=carrier))


def set_quiet(connection: Connection, who: int, since: datetime | None) -> None:
    """Texts to them say nothing from then on; None: they do again."""
    of_them = update(neighbor).where(neighbor.c.id == who)
    connection.execute(of_them.values(quiet_since=since))


def set_blocked(
    connection: Connection, who: int, until: datetime | None, reason: str | None
) -> None:
    """Nothing from their number is answered until then; None: it is again."""
    of_them = update(neighbor).where(neighbor.c.id == who)
    connection.execute(of_them.values(blocked_until=until, block_reason=reason))


def block_reason(connection: Connection, who: int) -> str | None:
    found = select(neighbor.c.block_reason).where(neighbor.c.id == who)
    reason: str | None = connection.execute(found).scalar_one()
    return reason


def blocked(connection: Connection, now: datetime) -> list[int]:
    """Whose numbers are not answered now."""
    found = select(neighbor.c.id).where(neighbor.c.blocked_until > now)
    return list(connection.execute(found.order_by(neighbor.c.id)).scalars())


def who_is_at(connection: Connection, phone: str) -> Neighbor | None:
    """The person with this number, if we know them.

    The row stays locked until the transaction ends, so texts from one number are read one
    after the other; others may write rows that refer to it meanwhile.
    """
    rows = _AT.rows(connection, {"of": phone})
    return _neighbor(rows[0]) if rows else None


_AT = Prepared(
    select(*_KNOWN).where(neighbor.c.phone == bindparam("of")).with_for_update(key_share=True)
)


def add_neighbor(
    connection: Connection,
    phone: str,
    now: datetime,
    language: str | None = None,
    *,
    chosen: bool = False,
) -> Neighbor:
    """Somebody new. Raises Stale if they were added meanwhile."""
    new = add_writer(connection, phone, "", now, language, chosen=chosen)
    if new is None:
        raise Stale("somebody new was added meanwhile")
    return new


def add_writer(
    connection: Connection,
    phone: str,
    sid: str,
    now: datetime,
    language: str | None = None,
    *,
    chosen: bool = False,
) -> Neighbor | None:
    """Somebody new, who wrote the text of this name; None if that text is here already, be it
    deleted, or if they were added meanwhile."""
    facts = {"phone": phone, "since": now, "language": language, "language_chosen": chosen}
    is_here = {"sid": sid, "gone": digests.of_name(connection, sid)}
    rows = _NEW[connection.dialect.name].rows(connection, facts | is_here)
    if not rows:
        return None
    new = _neighbor(rows[0])
    if known_again.recognize(connection, {new.id: phone}, now):
        return neighbors(connection, [new.id])[new.id]
    return new


_WRITTEN = ("phone", "since", "language", "language_chosen")
_NEW = {
    dialect.dialect.name: Prepared(
        dialect.insert(neighbor)
        .from_select(
            _WRITTEN,
            select(*(bindparam(it, type_=neighbor.c[it].type) for it in _WRITTEN)).where(
                ~exists().where(message.c.sid.in_([bindparam("sid"), bindparam("gone")]))
            ),
        )
        .on_conflict_do_nothing(index_elements=[neighbor.c.phone])
        .returning(*_KNOWN)
    )
    for dialect in (postgresql, sqlite)
}


def known_or_new(connection: Connection, phones: Sequence[str], now: datetime) -> list[int]:
    """The ids of the people with these numbers, new if need be. Locks nobody."""
    if not phones:
        return []
    rows = [{"phone": phone, "since": now} for phone in phones]
    known = upsert(connection, neighbor).values(rows)
    added = known.on_conflict_do_nothing(index_elements=[neighbor.c.phone])
    new = connection.execute(added.returning(neighbor.c.id, neighbor.c.phone))
    if strangers := dict(iter(new)):
        known_again.recognize(connection, strangers, now)
    found = select(neighbor.c.id).where(neighbor.c.phone.in_(phones)).order_by(neighbor.c.id)
    return list(connection.execute(found).scalars())


def ids_at(connection: Connection, phones: Collection[str]) -> list[int]:
    """The ids of those we know at these numbers."""
    found = select(neighbor.c.id).where(neighbor.c.phone.in_(phones)).order_by(neighbor.c.id)
    return list(connection.execute(found).scalars())


def neighbors(connection: Connection, ids: Collection[int]) -> dict[int, Neighbor]:
    if len(ids) == 1:
        (one,) = ids
        found = [_neighbor(row) for row in _ONE_NEIGHBOR.rows(connection, {"who": one})]
    else:
        found = [_neighbor(row) for row in _SOME_NEIGHBORS.rows(connection, {"ids": list(ids)})]
    return {it.id: it for it in found}


_ONE_NEIGHBOR = Prepared(select(*_KNOWN).where(neighbor.c.id == bindparam("who")))


_SOME_NEIGHBORS = Prepared(select(*_KNOWN).where(is_among(neighbor.c.id, "ids")))


def set_language(connection: Connection, who: int, language: str, *, chosen: bool) -> None:
    """Remember what to answer in, and whether they chose it themselves."""
    facts = {"who": who, "language": language, "language_chosen": chosen}
    _SET_LANGUAGE.rows(connection, facts)


_SET_LANGUAGE = Prepared(
    update(neighbor)
    .where(neighbor.c.id == bindparam("who"))
    .values({it: bindparam(it) for it in ("language", "language_chosen")})
)


def set_stopped(connection: Connection, who: int, stopped_at: datetime | None) -> None:
    connection.execute(update(neighbor).where(neighbor.c.id == who).values(stopped_at=stopped_at))


def note_opted_out(connection: Connection, who: int, since: datetime, now: datetime) -> None:
    """The carrier says that they said STOP. If they wrote to us after `since`, it may be old."""
    wrote = exists().where(
        message.c.neighbor_id == neighbor.c.id,
        tables.one_of(message.c.channel, Channel.TEXT, Channel.KEYS),
        message.c.at > since,
    )
    connection.execute(
        update(neighbor)
        .where(neighbor.c.id == who, neighbor.c.stopped_at.is_(None), ~wrote)
        .values(stopped_at=now)
    )


def note_texts(connection: Connection, who: int) -> bool:
    """Somebody whom no text should reach has texted us. False if they are blocked: that holds
    for ours to them."""
    texts = update(neighbor).where(neighbor.c.id == who, neighbor.c.trouble.in_(DISPROVED))
    return connection.execute(texts.values(trouble=None)).rowcount == 1


DISPROVED = ("landline", "no_number", "unreachable")  # by a text from there


def set_trouble(connection: Connection, who: int, trouble: str) -> bool:
    """`trouble`: "landline" (cannot get texts), "no_number", "unreachable" (again and again) or
    "blocked" (not from us). False if that was known."""
    new = func.coalesce(neighbor.c.trouble, "") != trouble
    marked = update(neighbor).where(neighbor.c.id == who, new).values(trouble=trouble)
    return connection.execute(marked).rowcount == 1


def call_instead(connection: Connection, who: int) -> None:
    """From now on this person is called and not texted."""
    connection.execute(
        update(neighbor).where(neighbor.c.id == who).values(reach="voice", stopped_at=None)
    )


def text_again(connection: Connection, who: int) -> None:
    set_facts(connection, who, reach="text")


def set_joining(connection: Connection, who: int, question: str | None, now: datetime) -> None:
    """What a newcomer is asked now; None: nothing more."""
    set_facts(connection, who, joining=question, joining_since=now if question else None)


def set_facts(connection: Connection, who: int, **facts: Any) -> None:
    """Write these columns of theirs."""
    connection.execute(update(neighbor).where(neighbor.c.id == who).values(facts))
