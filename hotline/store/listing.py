"""People of the roster as whoever runs it sees and changes them: how each stands, and what they set
of themselves.

Functions on a connection inside somebody's transaction; what a change is, is for `roster_changes`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    delete,
    false,
    func,
    or_,
    select,
    true,
    update,
)

from hotline.help_request import LIVE
from hotline.store import called, tables
from hotline.store.roster import RosterEntry, roster_entry

neighbor, event, offer = tables.neighbor, tables.event, tables.offer
request, taker = tables.request, tables.taker

BY_PHONE = "by_phone"  # in the record: they said, or we learned, that they get no texts
SET_BY_TEXT = ("name", "areas", "needs", "hours")  # the columns that the record names
LANGUAGE = "language"  # what we write to them in, among what they set themselves
AT_ONCE = 500  # people looked up in one statement


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What we know of somebody who is on the roster, or may come onto it.

    `own`: the columns that they set themselves, by text or phone, and nobody changed since. `code`:
    they wait for somebody to vouch for them. `asked_at` is None for who never was. `holds`: the
    numbers of what they take.
    """

    id: int
    entry: RosterEntry
    on_roster: bool
    own: frozenset[str] = frozenset()
    language: str | None = None
    stopped: bool = False
    paused_until: datetime | None = None
    trouble: str | None = None
    code: int | None = None
    max_a_day: int | None = None
    asked_at: datetime | None = None
    holds: tuple[int, ...] = ()
    suspended: bool = False  # or taken off the roster, not to come back by themselves

    @property
    def is_listed(self) -> bool:
        """Whether they are on the roster, or on their way to it."""
        return self.on_roster or self.code is not None


def known_at(
    connection: Connection, phones: Collection[str], *, to_change: bool = False
) -> dict[str, KnownPerson]:
    """Whom we know of these numbers, by number; locked if they are to be changed."""
    known = _some(connection, neighbor.c.phone.in_(phones), to_change=to_change)
    return {it.entry.phone: it for it in known}


def known_by_id(connection: Connection, who: int) -> KnownPerson | None:
    return next(iter(_some(connection, neighbor.c.id == who)), None)


def everybody(connection: Connection) -> list[KnownPerson]:
    """All that are on the roster, by name; behind them those who wait for a vouch."""
    known = _some(connection, _IS_HERE)
    return sorted(known, key=lambda it: (not it.on_roster, it.entry.name.casefold(), it.id))


def some_listed(connection: Connection, after: int, most: int) -> list[KnownPerson]:
    """Those on the roster, or on their way to it, behind this id."""
    some = select(neighbor.c.id).where(_IS_HERE, neighbor.c.id > after)
    ids = connection.execute(some.order_by(neighbor.c.id).limit(most)).scalars().all()
    return _some(connection, neighbor.c.id.in_(ids))


def some_known(connection: Connection, ids: Collection[int]) -> list[KnownPerson]:
    return _some(connection, neighbor.c.id.in_(ids))


def names_of(connection: Connection, ids: Collection[int] | None = None) -> dict[int, str]:
    """The names of these people, as far as they are on the roster or on their way to it; None: of
    all that are."""
    found = select(neighbor.c.id, neighbor.c.name).where(_IS_HERE)
    if ids is not None:
        found = found.where(neighbor.c.id.in_(ids))
    return {who: name for who, name in connection.execute(found) if name}


_IS_HERE = or_(neighbor.c.on_roster, neighbor.c.code.is_not(None))


def _some(
    connection: Connection, which: ColumnElement[bool], *, to_change: bool = False
) -> list[KnownPerson]:
    found = select(neighbor).where(which).order_by(neighbor.c.id)
    if to_change:
        found = found.with_for_update(key_share=True)
    rows = connection.execute(found).all()
    ids = [row.id for row in rows]
    own, holds = _set_by_themselves(connection, ids), _held(connection, ids)
    return [_known(row, own.get(row.id, frozenset()), holds.get(row.id, ())) for row in rows]


def _known(row: Any, own: frozenset[str], holds: tuple[int, ...]) -> KnownPerson:
    more = {LANGUAGE} if row.language_chosen else set()
    unset = set() if row.reach == "voice" else {"reach"}
    return KnownPerson(
        id=row.id,
        entry=roster_entry(row),
        on_roster=row.on_roster,
        own=(own | more) - unset,
        language=row.language,
        stopped=row.stopped_at is not None,
        paused_until=row.paused_until,
        trouble=row.trouble,
        code=row.code,
        max_a_day=row.max_a_day,
        asked_at=row.asked_at if row.asked_at.year > tables.NEVER.year else None,
        holds=holds,
        suspended=row.suspended_at is not None,
    )


def _set_by_themselves(connection: Connection, ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """The columns of which these people said last how they are."""
    said = [*_each(connection, ids, _BY_THEM, event.c.neighbor_id)]
    said += _each(connection, ids, _ABOUT_THEM, event.c.about_id)
    last = {
        (row.who, _COLUMN_OF.get(row.what, row.what)): row.is_own
        for row in sorted(said, key=lambda row: row.id)
    }
    own: dict[int, set[str]] = {}
    for (who, column), is_own in last.items():
        if is_own:
            own.setdefault(who, set()).add(column)
    return {who: frozenset(columns) for who, columns in own.items()}


_COLUMN_OF = {BY_PHONE: "reach"}
_OF_COLUMNS = event.c.what.concat("").in_([*SET_BY_TEXT, "reach", BY_PHONE])


def _is_nobody(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return func.coalesce(column, 0) == 0


# Two questions with an index each: one with an OR would read all of the record. So would one for
# which the database takes the index of the column that is empty in half of it, or of what was done.
_BY_THEM = select(
    event.c.id, event.c.neighbor_id.label("who"), event.c.what, true().label("is_own")
).where(_OF_COLUMNS, _is_nobody(event.c.about_id))
_ABOUT_THEM = select(
    event.c.id, event.c.about_id.label("who"), event.c.what, false().label("is_own")
).where(_OF_COLUMNS, _is_nobody(event.c.neighbor_id))


def _held(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """The numbers of the requests that these people take."""
    held: dict[int, tuple[int, ...]] = {}
    for row in _each(connection, ids, _TAKEN, taker.c.neighbor_id):
        held[row.who] = (*held.get(row.who, ()), row.number)
    return held


_TAKEN = (
    select(taker.c.neighbor_id.label("who"), request.c.number)
    .join(request, request.c.number == taker.c.request_number)
    .where(tables.is_at_it, tables.one_of(request.c.state, *LIVE))
    .order_by(request.c.number)
)


def _each(
    connection: Connection, ids: Sequence[int], found: Select[Any], who: ColumnElement[Any]
) -> list[Any]:
    """The rows of all of these people, some people at a time."""
    starts = range(0, len(ids), AT_ONCE)
    some = (ids[start : start + AT_ONCE] for start in starts)
    return [row for people in some for row in connection.execute(found.where(who.in_(people)))]


# Changes.


def change_columns(
    connection: Connection, it: KnownPerson, columns: Mapping[str, Any], *, language: str | None
) -> None:
    """Write these columns of somebody on the roster. `language`: what we write to them in from now
    on, though they may have chosen another."""
    facts = {it: list(told) if isinstance(told, tuple) else told for it, told in columns.items()}
    if language is not None:
        facts |= {"language": language, "language_chosen": False}
    if facts:
        connection.execute(update(neighbor).where(neighbor.c.id == it.id).values(facts))
    if "name" in facts:
        called.settle(connection, neighbor.c.id == it.id)


def try_again(connection: Connection, who: int) -> None:
    """Somebody who was set aside is asked again."""
    again = update(neighbor).where(neighbor.c.id == who, neighbor.c.trouble != "landline")
    connection.execute(again.values(trouble=None))


def take_off(connection: Connection, who: int) -> None:
    """Somebody is on the roster no longer, nor on their way to it, and as if they had never been
    asked: an old page gives them nothing. What they said of themselves stays, should they come
    again."""
    off = {"on_roster": False, "code": None, "joining": None, "joining_since": None}
    never = {"asked_at": tables.NEVER}
    connection.execute(update(neighbor).where(neighbor.c.id == who).values(off | never))
    connection.execute(delete(offer).where(offer.c.neighbor_id == who))
