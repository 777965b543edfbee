"""When the database was copied away: kept in it, so that whoever looks after it can be told.

Functions on a connection inside somebody's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from hotline.store.tables import backup

REMEMBERED = timedelta(days=90)  # when copies were made; they themselves are kept by their number


@dataclass(frozen=True, slots=True)
class MadeBackup:
    """One that was made and is where it was to go: when it was begun, and how large it is, in
    bytes."""

    at: datetime
    size: int


def last(connection: Connection) -> MadeBackup | None:
    """The last; None if there never was one."""
    newest = select(backup.c.at, backup.c.size).order_by(backup.c.at.desc(), backup.c.id.desc())
    row = connection.execute(newest.limit(1)).first()
    return MadeBackup(*row) if row else None


def note(connection: Connection, made: MadeBackup) -> None:
    """One more was made."""
    connection.execute(insert(backup).values(at=made.at, size=made.size))
    connection.execute(delete(backup).where(backup.c.at < made.at - REMEMBERED))
