"""What the roster knew of somebody who is forgotten, for a day: they may have been the wrong one.

A row of `erasure`, so whatever deletes those deletes it when the day is over. It holds the number,
by which they are known again, and what they told the roster; no words. Functions on a connection
inside somebody's transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select

from hotline.store import people, roster, tables
from hotline.store.roster import RosterEntry

LASTS = timedelta(days=1)
ENTRY = "entry"  # the kind of the row
neighbor, erasure = tables.neighbor, tables.erasure

_OF_THE_ENTRY = ("name", "languages", "areas", "needs", "hours", "reach")
_BESIDE_IT = ("language", "language_chosen", "max_a_day")


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """`who`: the id under which they were on the roster."""

    who: int
    facts: Mapping[str, Any]
    newcomer_since: datetime | None


def keep(connection: Connection, who: int, now: datetime) -> bool:
    """False for somebody who is not on the roster, or helps nobody because stewards say so."""
    row = connection.execute(select(neighbor).where(neighbor.c.id == who)).one()
    if not row.on_roster or row.suspended_at is not None:
        return False
    drop(connection, row.phone)
    known = {it: getattr(row, it) for it in (*_OF_THE_ENTRY, *_BESIDE_IT)}
    since = row.newcomer_since.isoformat() if row.newcomer_since else None
    facts = {"kind": ENTRY, "what": row.phone, "neighbor_id": who, "at": now, "due": now + LASTS}
    entry = {**known, "newcomer_since": since}
    connection.execute(insert(erasure).values(**facts, entry=entry))
    return True


def drop(connection: Connection, phone: str) -> None:
    connection.execute(delete(erasure).where(_of(phone)))


def is_kept(connection: Connection, phone: str, now: datetime) -> bool:
    found = select(erasure.c.id).where(_of(phone), erasure.c.due > now)
    return connection.execute(found).first() is not None


def take(connection: Connection, phone: str, now: datetime) -> KeptEntry | None:
    """What is kept of whoever has this phone, once."""
    taken = delete(erasure).where(_of(phone), erasure.c.due > now)
    row = connection.execute(taken.returning(erasure.c.neighbor_id, erasure.c.entry)).first()
    if row is None:
        return None
    facts = dict(row.entry)
    since = facts.pop("newcomer_since")
    return KeptEntry(row.neighbor_id, facts, datetime.fromisoformat(since) if since else None)


def bring_back(
    connection: Connection, who: int, phone: str, kept: KeptEntry, now: datetime
) -> None:
    """Put them on the roster as they were."""
    entry = {it: kept.facts[it] for it in _OF_THE_ENTRY}
    lists = {it: tuple(entry[it]) for it in ("languages", "areas", "needs")}
    name = entry["name"] or ""
    roster.put_on_roster(connection, [RosterEntry(phone, **{**entry, **lists, "name": name})], now)
    beside = {it: kept.facts[it] for it in _BESIDE_IT}
    people.set_facts(connection, who, newcomer_since=kept.newcomer_since, **beside)


def _of(phone: str) -> ColumnElement[bool]:
    return and_(erasure.c.kind == ENTRY, erasure.c.what == phone)
