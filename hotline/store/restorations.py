"""Whether this database came back from a copy and waits to be resumed.

Until it is, nothing is done about what was in it: that may have been done since the copy was made.
What comes in meanwhile is new, and goes its way: it is answered, asked about and told. A database
is in this state from its first moment or never: what is restored goes where nothing is.

Functions on a connection inside somebody's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, insert, select, update

from hotline.store.database import Database
from hotline.store.tables import call, message, request, restoration


@dataclass(frozen=True, slots=True)
class Restoration:
    """When the copy was made, and when it was put in the database's place."""

    id: int
    copied_at: datetime
    at: datetime


def waiting(connection: Connection) -> Restoration | None:
    """The one that is not resumed; None where all goes on as usual."""
    it = restoration.c
    found = select(it.id, it.copied_at, it.at).where(it.resumed_at.is_(None))
    row = connection.execute(found.order_by(it.id.desc()).limit(1)).first()
    return Restoration(*row) if row else None


def begin(connection: Connection, copied_at: datetime, now: datetime) -> None:
    connection.execute(insert(restoration).values(copied_at=copied_at, at=now))


def end(connection: Connection, now: datetime) -> bool:
    """All goes on. False if somebody else was faster."""
    it = restoration.c
    ended = update(restoration).where(it.resumed_at.is_(None)).values(resumed_at=now)
    return connection.execute(ended).rowcount > 0


_BEGAN: dict[str, tuple[Column[Any], Column[Any]]] = {
    "ask": (request.c.number, request.c.since),
    "answer": (message.c.id, message.c.at),
    "send": (message.c.id, message.c.at),
    "end_calls": (call.c.id, call.c.began_at),
}


def newer(it: Restoration, kind: str, ids: Sequence[int], connection: Connection) -> list[int]:
    """Of what a job of this kind is about, what began after the copy was put back. What lies in a
    letterbox comes in just now, and is looked after."""
    if kind == "collect":
        return list(ids)
    if kind not in _BEGAN:
        return []
    number, began = _BEGAN[kind]
    found = select(number).where(number.in_(ids), began > it.at)
    new = set(connection.execute(found).scalars())
    return [one for one in ids if one in new]


class Hold:
    """Whether one process's database waits to be resumed. Once it does not, it never does again,
    and is not asked."""

    def __init__(self) -> None:
        self._is_over = False

    def of(self, database: Database) -> Restoration | None:
        held = None if self._is_over else database.read(waiting)
        self._is_over = held is None
        return held
