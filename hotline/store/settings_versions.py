"""What `hotline.toml` was before: the last versions that were saved on the board.

Functions on a connection inside somebody's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from hotline.store.tables import settings_version

MOST_KEPT = 20


@dataclass(frozen=True, slots=True)
class SettingsVersion:
    """`who`: by whom it was saved; None for what stood in the file before."""

    id: int
    at: datetime
    who: int | None


def keep(connection: Connection, text: str, who: int | None, now: datetime) -> None:
    """As the newest, unless the newest is the same."""
    newest = select(settings_version.c.text).order_by(settings_version.c.id.desc()).limit(1)
    if connection.execute(newest).scalar_one_or_none() == text:
        return
    facts = {"text": text, "neighbor_id": who, "at": now}
    connection.execute(insert(settings_version).values(facts))
    kept = select(settings_version.c.id).order_by(settings_version.c.id.desc()).limit(MOST_KEPT)
    old = settings_version.c.id.not_in(kept.scalar_subquery())
    connection.execute(delete(settings_version).where(old))


def versions(connection: Connection) -> list[SettingsVersion]:
    """The newest first."""
    found = select(settings_version.c.id, settings_version.c.at, settings_version.c.neighbor_id)
    found = found.order_by(settings_version.c.id.desc())
    return [SettingsVersion(*row) for row in connection.execute(found)]


def text_of(connection: Connection, number: int) -> str | None:
    found = select(settings_version.c.text).where(settings_version.c.id == number)
    return connection.execute(found).scalar_one_or_none()
