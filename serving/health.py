"""What `/ready` and `/health/deep` answer: looked up at most once in a while, whoever asks.

How each part is, is found in `store.vitals` and said in `hotline.health`. Both addresses are
public: they tell everybody the same, and nothing of anybody.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from hotline import health
from hotline.current_settings import CurrentNetwork, said_of
from hotline.errors import BadKeys, OutdatedDatabase
from hotline.health import Vital
from hotline.store import migrate, vitals
from hotline.store.database import Database
from hotline.work import House, Now
from paging.dispatch import JobQueue

Found = TypeVar("Found")

READY_FOR, DEEP_FOR = 1.0, 2.0  # seconds for which what was found is taken for what is


class Lately(Generic[Found]):
    """Something that is looked up again only after a while. Who asks meanwhile gets the same."""

    def __init__(self, look: Callable[[], Found], seconds: float) -> None:
        self._look = look
        self._seconds = seconds
        self._found: Found | None = None
        self._at = 0.0
        self._looking = threading.Lock()

    def __call__(self) -> Found:
        """Only whoever comes before anything was found waits for somebody else's look."""
        found = self._found
        if not self._looking.acquire(blocking=found is None) and found is not None:
            return found
        try:
            if self._found is None or time.monotonic() - self._at > self._seconds:
                self._found = self._look()
                self._at = time.monotonic()
            return self._found
        finally:
            self._looking.release()


class Health:
    """Of one web process, and with it of the whole."""

    def __init__(self, database: Database, jobs: JobQueue, house: House) -> None:
        self._database = database
        self._jobs = jobs
        self._current = house.current
        self._now = house.now
        self.readiness = Lately(self._readiness, READY_FOR)
        self.parts = Lately(self._parts, DEEP_FOR)

    def _readiness(self) -> dict[str, bool]:
        """Whether this web process can take texts, and ring for those who do the rest."""
        return {
            "database": can_write(self._database, self._now),
            "migrations": _is_current(self._database),
            "redis": self._jobs.can_write(),
        }

    def _parts(self) -> dict[str, Vital]:
        found = look(self._database, self._jobs, self._now)
        return found | {"settings": _settings(self._current)}


def _settings(current: CurrentNetwork) -> Vital:
    current()
    if mistakes := current.mistakes:
        return Vital(False, f"{said_of(mistakes)}; what was set before still holds")
    return Vital(True, "are read")


def look(database: Database, jobs: JobQueue, now: Now) -> dict[str, Vital]:
    """Every part by its name, and whether it is well."""
    try:
        found = database.read(vitals.vitals)
    except SQLAlchemyError:
        found = None
    writes = found is not None and can_write(database, now)
    return health.parts(found, now(), can_write=writes, redis_can_write=jobs.can_write())


def as_json(parts: dict[str, Vital]) -> dict[str, object]:
    """`well` first, then each part with `well` and, in words, what `is`."""
    said = {name: {"well": it.well, "is": it.said} for name, it in parts.items()}
    return {"well": all(it.well for it in parts.values()), "parts": said}


def can_write(database: Database, now: Now) -> bool:
    """Whether a write is committed: a disk may be full, and a server only follow another."""
    try:
        database.write(lambda c: vitals.write_nothing(c, str(os.getpid()), now()))
    except (SQLAlchemyError, OSError):  # the second of a file beside the database
        return False
    return True


def _is_current(database: Database) -> bool:
    try:
        migrate.require_current(database, may_be_newer=True)
    except (OutdatedDatabase, BadKeys, SQLAlchemyError):
        return False
    return True
