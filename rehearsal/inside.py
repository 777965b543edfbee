"""The hotline behind a rehearsal, looked at from its own machine: what it thinks, and what is due.

It reads what any window reads and enqueues what is due, like the hotline's own clock does. Only the
page and the leaps of the clock know of it: the carrier does not. What waits for the database does
so in a thread, beside the event loop.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from hotline import roster_file
from hotline.current_settings import CurrentNetwork
from hotline.settings import Network, Settings
from hotline.store import overview, people, record, roster, vitals
from hotline.store.database import Database
from hotline.store.overview import Story
from hotline.store.roster import RosterEntry
from paging import clock as ticking
from paging.dispatch import JobQueue
from rehearsal.clock import NeighborhoodClock

Result = TypeVar("Result")
MOST_SHOWN = 40  # requests, the newest
A_GLANCE = 0.25  # seconds for which what was seen is taken for what is


class Inside:
    """Of one rehearsal, in one process. Opens nothing before it is first used."""

    def __init__(self, of: Settings, clock: NeighborhoodClock) -> None:
        self._current = CurrentNetwork(of.network, of.file)
        self.clock = clock
        self.leaping = asyncio.Lock()
        self.first_roster: list[RosterEntry] = []
        self._looking = asyncio.Lock()
        self._look_again_at = 0.0
        self._last_seen: list[Story] = []
        self._database = Database(of.environment.sqlalchemy_url, of.environment.keyring)
        self._queue = JobQueue(of.environment.redis_url)

    @property
    def network(self) -> Network:
        return self._current()

    async def begin(self) -> None:
        """Remember who is on the roster now: a story is told of these people."""
        self.first_roster = await self.roster()

    def close(self) -> None:
        self._queue.close()
        self._database.close()

    async def requests(self) -> list[Story]:
        """The newest first. A whole class may look at once: it is read a few times a second."""
        async with self._looking:
            if time.monotonic() >= self._look_again_at:
                self._last_seen = await self._read(lambda c: overview.newest_stories(c, MOST_SHOWN))
                self._look_again_at = time.monotonic() + A_GLANCE
        return self._last_seen

    async def requests_since(self, moment: datetime) -> list[int]:
        """The numbers of those that were made since then, the oldest first."""
        return await self._read(lambda c: overview.requests_since(c, moment))

    async def next_due(self) -> datetime | None:
        """The next moment at which something is to be done."""
        return await self._read(overview.next_due)

    async def roster(self) -> list[RosterEntry]:
        return await self._read(roster.roster)

    async def put_on_roster(self, fields: Mapping[str, str]) -> RosterEntry:
        """Somebody new can be asked. `fields` are named like the columns of a roster. Raises
        BadRoster."""
        entry, now = roster_file.entry(dict(fields), self.network), self.clock()

        def put(connection: Connection) -> None:
            roster.put_on_roster(connection, [entry], now)
            ids = people.known_or_new(connection, [entry.phone], now)
            record.record_listed(connection, ids, now)

        await asyncio.wrap_future(self._database.submit(put))
        return entry

    async def tick(self) -> None:
        """Enqueue what is due, as the hotline's clock does every second."""
        await asyncio.to_thread(ticking.tick, self._database, self._queue, self.clock())

    async def carry_over(self, since: datetime) -> None:
        """The clock leapt, and nobody has fallen silent because of that."""
        now = self.clock()
        await asyncio.wrap_future(
            self._database.submit(lambda it: vitals.carry_over(it, since, now))
        )

    async def is_working(self) -> bool:
        """Whether a job was not begun yet, or a worker is at it."""
        return await asyncio.to_thread(self._queue.is_at_work)

    async def _read(self, work: Callable[[Connection], Result]) -> Result:
        return await asyncio.to_thread(self._database.read, work)
