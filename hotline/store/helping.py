"""What people on the roster set for themselves, and the record of who decided what.

Functions on a connection inside somebody's transaction, like those of `store`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from hotline.store import store, tables

neighbor, event = tables.neighbor, tables.event


def pause(connection: Connection, who: int, until: datetime | None, now: datetime) -> None:
    """Ask them nothing until then; None: from now on again."""
    _set(connection, who, paused_until=until)
    record(connection, who, "paused" if until else "back", now)


def set_most(connection: Connection, who: int, a_day: int, now: datetime) -> None:
    """How many pages a day they want at most."""
    _set(connection, who, max_a_day=a_day)
    record(connection, who, "max", now)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the roster knows of somebody, or will once they are on it."""

    entry: store.RosterEntry
    on_roster: bool
    paused_until: datetime | None


def standing(connection: Connection, who: int) -> Standing:
    row = connection.execute(select(neighbor).where(neighbor.c.id == who)).one()
    return Standing(store.roster_entry(row), row.on_roster, row.paused_until)


def change(connection: Connection, who: int, what: str, value: Any, now: datetime) -> Standing:
    """Write down their "name", "needs", "areas" or "hours" and list anew what they offer."""
    _set(connection, who, **{what: value})
    record(connection, who, what, now)
    known = standing(connection, who)
    if known.on_roster:
        store.list_offers(connection, [known.entry])
    return known


def _set(connection: Connection, who: int, **facts: Any) -> None:
    connection.execute(update(neighbor).where(neighbor.c.id == who).values(facts))


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
    connection.execute(insert(event).values(facts | {"request_number": request_number}))
