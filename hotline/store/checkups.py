"""What the doctor found last, and what of it the stewards were told.

Functions on a connection inside somebody's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, update

from hotline.doctor.findings import Finding, as_json, from_json
from hotline.store.database import upsert
from hotline.store.tables import checkup, finding

TOLD_AGAIN_AFTER = timedelta(hours=6)  # what comes and goes is told no more often than that
LONGEST_KEY = 80


@dataclass(frozen=True, slots=True)
class Checkup:
    """One half of what is looked at, as it was found then."""

    half: str
    at: datetime
    findings: tuple[Finding, ...]


def is_due(connection: Connection, half: str, now: datetime) -> bool:
    """Whether somebody is to look now."""
    due = connection.execute(select(checkup.c.due).where(checkup.c.half == half)).scalar()
    return due is None or due <= now


def claim(connection: Connection, half: str, now: datetime, every: timedelta) -> bool:
    """Whether this one is to look now: of several clocks one is, each time."""
    row = upsert(connection, checkup).values(half=half, due=now)
    connection.execute(row.on_conflict_do_nothing(index_elements=[checkup.c.half]))
    claimed = update(checkup).where(checkup.c.half == half, checkup.c.due <= now)
    return connection.execute(claimed.values(due=now + every)).rowcount == 1


def keep(connection: Connection, half: str, found: Sequence[Finding], now: datetime) -> None:
    facts = {"at": now, "findings": [as_json(it) for it in found]}
    row = upsert(connection, checkup).values(half=half, due=now, **facts)
    connection.execute(row.on_conflict_do_update(index_elements=[checkup.c.half], set_=facts))


def latest(connection: Connection) -> list[Checkup]:
    """What was found last, of each half that was looked at."""
    rows = connection.execute(
        select(checkup.c.half, checkup.c.at, checkup.c.findings)
        .where(checkup.c.at.is_not(None))
        .order_by(checkup.c.half)
    )
    return [Checkup(half, at, tuple(map(from_json, kept))) for half, at, kept in rows]


# What is told.


def look_again(connection: Connection, half: str, at: datetime) -> None:
    """Sooner than it would be."""
    sooner = update(checkup).where(checkup.c.half == half, checkup.c.due > at)
    connection.execute(sooner.values(due=at))


def note(connection: Connection, half: str, keys: Collection[str], now: datetime) -> bool:
    """These are so now; what else there was of this half is over. Whether any of them is new."""
    for key in keys:
        row = upsert(connection, finding).values(key=key[:LONGEST_KEY], half=half)
        connection.execute(row.on_conflict_do_nothing(index_elements=[finding.c.key]))
    listed = finding.c.key.in_([key[:LONGEST_KEY] for key in keys])
    begun = update(finding).where(listed, finding.c.since.is_(None))
    is_any_new = connection.execute(begun.values(since=now)).rowcount > 0
    over = update(finding).where(finding.c.half == half, ~listed)
    connection.execute(over.values(since=None))
    return is_any_new


def to_tell(connection: Connection, half: str, now: datetime, lasting: timedelta) -> list[str]:
    """The keys of what has lasted so long and was not told since it began."""
    rows = connection.execute(
        select(finding.c.key).where(
            finding.c.half == half,
            finding.c.since <= now - lasting,
            or_(finding.c.told_at.is_(None), finding.c.told_at < finding.c.since),
            or_(finding.c.told_at.is_(None), finding.c.told_at <= now - TOLD_AGAIN_AFTER),
        )
    )
    return sorted(rows.scalars())


def told(connection: Connection, keys: Collection[str], now: datetime) -> None:
    connection.execute(update(finding).where(finding.c.key.in_(keys)).values(told_at=now))
