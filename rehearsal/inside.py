"""The hotline behind a rehearsal, looked at from its own machine: what it thinks, and what is due.

It reads the hotline's tables and rings its bells like the hotline's own clock does. Only the page
and the leaps of the clock know of it: the carrier does not. What waits for the database does so in
a thread, beside the event loop.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, func, select

from hotline import roster_file
from hotline.help_request import HelpRequest
from hotline.settings import Settings
from hotline.store import helping, store, tables, volunteers
from hotline.store.database import Database
from hotline.store.volunteers import RosterEntry
from paging import clock as ticking
from paging.dispatch import Bell
from rehearsal.clock import Clock

Result = TypeVar("Result")
MOST_SHOWN = 40  # requests, the newest
A_GLANCE = 0.25  # seconds for which what was seen is taken for what is


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who was asked about a request, and what they said to it: a state of `page`."""

    name: str
    state: str
    note: str


@dataclass(frozen=True, slots=True)
class Wave:
    at: datetime
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as one sees it from inside. `events`: when it was handed back, and the like."""

    request: HelpRequest
    requester: str
    words: tuple[str, ...]
    waves: tuple[Wave, ...]
    takers: tuple[str, ...]
    events: tuple[tuple[datetime, str], ...]


class Inside:
    """Of one rehearsal, in one process. Opens nothing before it is first used."""

    def __init__(self, of: Settings, clock: Clock) -> None:
        self.network = of.network
        self.clock = clock
        self.leaping = asyncio.Lock()
        self.first_roster: list[RosterEntry] = []
        self._looking = asyncio.Lock()
        self._look_again_at = 0.0
        self._last_seen: list[Seen] = []
        self._database = Database(of.environment.sqlalchemy_url)
        self._bell = Bell(of.environment.redis_url)

    async def begin(self) -> None:
        """Remember who is on the roster now: a story is told of these people."""
        self.first_roster = await self.roster()

    def close(self) -> None:
        self._bell.close()
        self._database.close()

    async def requests(self) -> list[Seen]:
        """The newest first. A whole class may look at once: it is read a few times a second."""
        async with self._looking:
            if time.monotonic() >= self._look_again_at:
                self._last_seen = await self._read(seen)
                self._look_again_at = time.monotonic() + A_GLANCE
        return self._last_seen

    async def requests_since(self, moment: datetime) -> list[int]:
        """The numbers of those that were made since then, the oldest first."""
        request = tables.request.c
        asked = select(request.number).where(request.since >= moment).order_by(request.number)
        return await self._read(lambda connection: list(connection.execute(asked).scalars()))

    async def next_due(self) -> datetime | None:
        """The next moment at which something is to be done."""
        return await self._read(next_due)

    async def roster(self) -> list[RosterEntry]:
        return await self._read(volunteers.roster)

    async def put_on_roster(self, fields: Mapping[str, str]) -> RosterEntry:
        """Somebody new can be asked. `fields` are named like the columns of a roster. Raises
        BadRoster."""
        entry, now = roster_file.entry(dict(fields), self.network), self.clock()

        def put(connection: Connection) -> None:
            volunteers.put_on_roster(connection, [entry], now)
            helping.record_listed(connection, store.ids_at(connection, [entry.phone], now), now)

        await asyncio.wrap_future(self._database.submit(put))
        return entry

    async def tick(self) -> None:
        """Ring for what is due, as the hotline's clock does every second."""
        await asyncio.to_thread(ticking.tick, self._database, self._bell, self.clock())

    async def is_working(self) -> bool:
        """Whether a bell was not heard yet, or a worker is at it."""
        return await asyncio.to_thread(self._bell.is_heeded_still)

    async def _read(self, work: Callable[[Connection], Result]) -> Result:
        return await asyncio.to_thread(self._database.read, work)


def next_due(connection: Connection) -> datetime | None:
    """The next moment at which something is to be done; None when nothing is."""
    request, outbox, erasure, call = tables.request, tables.outbox, tables.erasure, tables.call
    columns = (request.c.ring_at, outbox.c.due, erasure.c.due, call.c.due)
    queries = (select(func.min(column, type_=tables.Moment)) for column in columns)
    moments = [connection.execute(query).scalar() for query in queries]
    return min((moment for moment in moments if moment), default=None)


# Requests, as the page tells them.


def seen(connection: Connection) -> list[Seen]:
    """The newest requests, and all that happened to them."""
    requests = store.newest_requests(connection, MOST_SHOWN)
    numbers = [it.number for it in requests]
    pages = _pages(connection, numbers)
    events = _events(connection, numbers)
    names = _names(connection, {who for it in requests for who in (it.requester, *it.takers)})
    return [
        Seen(
            request=it,
            requester=names[it.requester],
            words=tuple(said.body for said in store.words_of(connection, it.number)),
            waves=pages.get(it.number, ()),
            takers=tuple(names[who] for who in it.takers),
            events=events.get(it.number, ()),
        )
        for it in requests
    ]


def _pages(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[Wave, ...]]:
    """The waves of each request, in their order; whoever only looked was not asked."""
    page, neighbor = tables.page.c, tables.neighbor.c
    rows = connection.execute(
        select(page.request_number, page.round, page.wave, page.asked_at)
        .add_columns(neighbor.name, neighbor.phone, page.state, page.note)
        .join_from(tables.page, tables.neighbor)
        .where(page.request_number.in_(numbers), page.round > 0)
        .order_by(page.id)
    ).all()
    waves: dict[tuple[int, int, int], list[tuple[datetime, Asked]]] = {}
    for number, round_, wave, at, name, phone, state, note in rows:
        asked = Asked(name or phone, state, note or "")
        waves.setdefault((number, round_, wave), []).append((at, asked))
    found: dict[int, tuple[Wave, ...]] = {}
    for (number, _, _), crew in waves.items():
        wave_seen = Wave(crew[0][0], tuple(asked for _, asked in crew))
        found[number] = (*found.get(number, ()), wave_seen)
    return found


def _events(
    connection: Connection, numbers: Sequence[int]
) -> dict[int, tuple[tuple[datetime, str], ...]]:
    event = tables.event.c
    rows = connection.execute(
        select(event.request_number, event.at, event.what)
        .where(event.request_number.in_(numbers))
        .order_by(event.id)
    ).all()
    found: dict[int, tuple[tuple[datetime, str], ...]] = {}
    for number, at, what in rows:
        found[number] = (*found.get(number, ()), (at, what))
    return found


def _names(connection: Connection, ids: set[int]) -> dict[int, str]:
    people = store.neighbors(connection, ids)
    return {who: it.name or it.phone for who, it in people.items()}
