"""The record of who decided what: ids, never numbers or words. It is only ever added to.

Functions on a connection inside somebody's transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, select

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
