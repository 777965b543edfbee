"""A rehearsal as `hotline up` has it, seen from inside its web process.

The hotline and its carrier are served by one loop here, its worker is a process of its own, and
Redis and SQL are real. What is to happen in the loop is handed to `do`.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from neighborhood import ACCOUNT, NUMBER, TOKEN, make_settings
from served import serve
from servers import KEYRING
from starlette.applications import Starlette
from starlette.types import ASGIApp

from hotline import roster_file
from hotline.settings import Network, read_network
from hotline.store import roster
from hotline.store.database import Database
from rehearsal import call_control, call_rest, control, leap, rest, story
from rehearsal.carrier import CarrierApp
from rehearsal.clock import NeighborhoodClock
from rehearsal.exchange import Exchange
from rehearsal.inside import Inside
from rehearsal.messages import Line
from rehearsal.phones import Person
from rehearsal.webhooks import open_client
from serving import roles
from serving.app import Hotline

PATIENCE = 60.0
Result = TypeVar("Result")


@dataclass
class Rehearsal:
    exchange: Exchange
    inside: Inside
    loop: asyncio.AbstractEventLoop

    def do(self, deed: Coroutine[Any, Any, Result]) -> Result:
        """Do it, and let everything happen that follows at once."""

        async def settled() -> Result:
            result = await deed
            await leap.settle(self.exchange, self.inside)
            return result

        return asyncio.run_coroutine_threadsafe(settled(), self.loop).result(PATIENCE)

    def printed(self) -> str:
        """Its story, as a transcript."""
        network, listed = self.inside.network, self.do(self.inside.roster())
        return story.print_story(self.exchange.story, listed, network, self.exchange.known())


@contextmanager
def open_rehearsal(
    folder: Path,
    database_url: str,
    redis_url: str,
    toml: str,
    rows: str,
    cast: Sequence[Person],
    at: datetime | None = None,
) -> Iterator[Rehearsal]:
    """`folder`: for what is neither in SQL nor in Redis. `at`: where time stands still but for
    leaps; else it flows."""
    network, clock = read_network(toml, "hotline.toml"), NeighborhoodClock(folder / "clock")
    clock.begin_again(at)
    exchanges: list[Exchange] = []
    loops: list[asyncio.AbstractEventLoop] = []

    def build(address: str) -> ASGIApp:
        exchanges.append(Exchange(_line(address), clock, cast))
        of = make_settings(address, database_url, redis_url, network)
        return Hotline(of, clock, _carrier(exchanges[0], loops)).app

    with ExitStack() as stack:
        address = stack.enter_context(serve(build=build))
        of = make_settings(address, database_url, redis_url, network)
        stack.enter_context(_working(of, clock))
        _put_on_roster(of.environment.sqlalchemy_url, rows, network, clock)
        inside = Inside(of, clock)
        stack.callback(inside.close)
        yield Rehearsal(exchanges[0], inside, loops[0])


def _line(address: str) -> Line:
    return Line(
        ACCOUNT,
        TOKEN,
        NUMBER,
        sms_url=f"{address}/sms",
        voice_url=f"{address}/voice",
        voice_status_url=f"{address}/voice/status",
        api_url=address,
    )


def _carrier(exchange: Exchange, loops: list[asyncio.AbstractEventLoop]) -> Starlette:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        loops.append(asyncio.get_running_loop())
        async with open_client() as exchange.client:
            yield
            await exchange.work.stop()

    parts = (call_rest, rest, control, call_control)
    return CarrierApp(
        routes=[it for part in parts for it in part.routes(exchange)], lifespan=lifespan
    )


@contextmanager
def _working(of: Any, clock: NeighborhoodClock) -> Iterator[None]:
    process = multiprocessing.get_context("fork").Process(target=roles.worker, args=(of, clock))
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


def _put_on_roster(url: str, rows: str, network: Network, clock: NeighborhoodClock) -> None:
    database = Database(url, KEYRING)
    entries = roster_file.read(rows, network)
    database.write(lambda connection: roster.put_on_roster(connection, entries, clock()))
    database.close()
