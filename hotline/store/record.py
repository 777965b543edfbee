"""The record of who decided what: ids, never numbers or words. It is only ever added to.

Functions on a connection inside somebody's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, insert, select

from hotline.store import tables
from hotline.store.prepared import Prepared

event = tables.event


def record(
    connection: Connection,
    who: int | None,
    what: str,
    now: datetime,
    *,
    about: int | None = None,
    request_number: int | None = None,
) -> None:
    """Add to the record who decided what: ids, never numbers or words."""
    facts = {"at": now, "neighbor_id": who, "what": what, "about_id": about}
    _RECORD.rows(connection, {**facts, "request_number": request_number})


_RECORD = Prepared(
    insert(event).values(
        {it: bindparam(it) for it in ("at", "neighbor_id", "what", "about_id", "request_number")}
    )
)


def record_listed(connection: Connection, people: Collection[int], now: datetime) -> None:
    """These were put on the roster, or changed there, from the command line."""
    facts = [{"at": now, "what": "listed", "about_id": who} for who in people]
    if facts:
        connection.execute(insert(event), facts)


def was_recorded_since(
    connection: Connection, who: int, what: str, request_number: int, since: datetime
) -> bool:
    """Whether somebody did this about a request lately."""
    found = select(event.c.id).where(
        event.c.request_number == request_number,
        event.c.neighbor_id == who,
        event.c.what == what,
        event.c.at > since,
    )
    return connection.execute(found.limit(1)).first() is not None


@dataclass(frozen=True, slots=True)
class Event:
    """What somebody decided; `who` is None for the command line."""

    at: datetime
    who: int | None
    what: str
    about: int | None
    request: int | None


_COLUMNS = (event.c.at, event.c.neighbor_id, event.c.what, event.c.about_id, event.c.request_number)


def events_about(connection: Connection, number: int) -> list[Event]:
    """Those about one request, the newest last."""
    found = select(*_COLUMNS).where(event.c.request_number == number).order_by(event.c.id)
    return [Event(*row) for row in connection.execute(found)]


def newest(connection: Connection) -> int:
    """The id of the last one; 0 if there is none."""
    return connection.execute(select(func.max(event.c.id))).scalar() or 0


def concerned_since(connection: Connection, last: int) -> list[int]:
    """The ids of those who did something, or to whom something was done, behind this event."""
    found = select(event.c.neighbor_id, event.c.about_id).where(event.c.id > last)
    return sorted({who for row in connection.execute(found) for who in row if who is not None})


def events(connection: Connection, most: int) -> list[Event]:
    """The last ones, the newest last."""
    newest = select(*_COLUMNS).order_by(event.c.id.desc()).limit(most)
    return [Event(*row) for row in reversed(connection.execute(newest).all())]


# Looked through.


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of them: of and about somebody, of some kinds, of one time; `but`: none of these kinds,
    and nothing of or about these people."""

    who: int | None = None
    kinds: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    but_kinds: tuple[str, ...] = ()
    but_people: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class NumberedEvent:
    """One with its id, by which the record is paged."""

    id: int
    event: Event


def some_events(
    connection: Connection, wanted: Wanted, most: int, before: int | None = None
) -> list[NumberedEvent]:
    """The newest first, those in front of this id."""
    found = select(event.c.id, *_COLUMNS).order_by(event.c.id.desc()).limit(most)
    found = found.where(event.c.what.not_in(wanted.but_kinds))
    for column in (event.c.neighbor_id, event.c.about_id):
        found = found.where(func.coalesce(column, 0).not_in(wanted.but_people))
    if before is not None:
        found = found.where(event.c.id < before)
    if wanted.since is not None and wanted.until is not None:
        ids = _ids_between(connection, wanted.since, wanted.until)
        if ids is None:
            return []
        within = event.c.at >= wanted.since, event.c.at < wanted.until
        found = found.where(event.c.id.between(*ids), *within)
    asked = _questions(found, wanted)
    rows = {row.id: row for some in asked for row in connection.execute(some)}
    newest = sorted(rows.values(), key=lambda row: -row.id)[:most]
    return [NumberedEvent(row.id, Event(*row[1:])) for row in newest]


def _questions(found: Select[Any], wanted: Wanted) -> Iterator[Select[Any]]:
    """Each has an index: with an OR, or for several kinds at once, all of the record would be
    read."""
    if wanted.who is not None:
        if wanted.kinds:
            found = found.where(event.c.what.in_(wanted.kinds))
        for column in (event.c.neighbor_id, event.c.about_id):
            yield found.where(column == wanted.who)
    elif wanted.kinds:
        for kind in wanted.kinds:
            yield found.where(event.c.what == kind)
    else:
        yield found


def _ids_between(
    connection: Connection, since: datetime, until: datetime
) -> tuple[int, int] | None:
    """The first and the last id of that time: ids and moments grow together, but for a little."""
    within = (event.c.at >= since, event.c.at < until)
    row = connection.execute(select(func.min(event.c.id), func.max(event.c.id)).where(*within))
    first, last = row.one()
    return None if first is None else (first, last)
