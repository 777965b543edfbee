"""How long it takes to choose whom to ask next, from rosters of very different sizes.

`wave.choose_crew` inside a writing transaction, as the worker calls it, for three requests: one
that says what and where, one that says what, and one of which nothing is known.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection

from bench import children, town
from bench.report import Figure, median
from bench.town import Place, Servers
from hotline.desk import step, wave
from hotline.help_request import HelpRequest
from hotline.store import people
from hotline.store.database import Database
from hotline.work import House, furnish

SIZES = (100, 10_000, 100_000)
QUICK_SIZES = (20, 200)
CREW = 5
SLOWEST = 20.0  # ms with the largest roster
NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)  # a Monday, noon in New York
ASKS: dict[str, tuple[tuple[str, ...], str | None]] = {
    "need and area": (("food",), "area05"),
    "need only": (("childcare",), None),
    "nothing known": ((), None),
}
MOST_TIMES, LEAST_TIMES, LONG_ENOUGH = 15, 4, 2.0  # seconds


def figures(servers: Servers, *, quick: bool = False) -> Iterator[Figure]:
    for kind in servers.kinds():
        before: tuple[int, float] | None = None
        for size in QUICK_SIZES if quick else SIZES:
            place = servers.place(kind, rules=town.USUAL)
            with place.open() as database:
                found = _times(database, place, size)
            figure = _judged(kind, size, found, before, largest=size == SIZES[-1])
            before = size, figure.ours
            yield figure


def _judged(
    kind: str,
    size: int,
    found: dict[str, list[float]],
    before: tuple[int, float] | None,
    *,
    largest: bool,
) -> Figure:
    """The request that takes longest counts. The ratio says how much slower it was than with
    the roster before, against how much larger this one is."""
    medians = {ask: median(times) for ask, times in found.items()}
    slowest = max(medians.values())
    figure = Figure(
        "choosing",
        f"choosing a wave from {size:,}, {kind}",
        "ms",
        slowest,
        runs=found,
        notes={"medians_ms": medians, "longest_ms": max(max(times) for times in found.values())},
    )
    if before is not None:
        larger = size / before[0]
        figure.floor = before[1]
        figure.ratio = slowest / before[1]
        figure.goal = f"< {larger:.0f} ×, the people are {larger:.0f} ×"
        figure.met = figure.ratio < larger
    if largest:
        figure.goal += f"; ≤ {SLOWEST:.0f} ms"
        figure.met = figure.met is not False and slowest <= SLOWEST
    return figure


def _times(database: Database, place: Place, size: int) -> dict[str, list[float]]:
    """Milliseconds for each of the requests. The first time, which prepares much, is left out."""
    at_noon = furnish(place.settings.network, lambda: NOON)
    requests = _fill(database, at_noon, size)
    town.analyze(database)
    with children.pinned(children.MEASURED):
        return {ask: _repeated(database, at_noon, request)[1:] for ask, request in requests.items()}


def _fill(database: Database, at_noon: House, size: int) -> dict[str, HelpRequest]:
    town.put_on_roster(database, town.some_volunteers(size), NOON)
    requesters = database.write(lambda connection: town.add_neighbors(connection, 100, NOON))
    database.write(lambda connection: town.add_history(connection, requesters, NOON))
    return {
        ask: database.write(partial(_ask_for, at_noon, who, needs, area))
        for who, (ask, (needs, area)) in zip(requesters, ASKS.items(), strict=False)
    }


def _ask_for(
    at_noon: House,
    who: int,
    needs: tuple[str, ...],
    area: str | None,
    connection: Connection,
) -> HelpRequest:
    requester = people.neighbors(connection, [who])[who]
    return step.open_request(at_noon.work(connection), requester, needs, area)


def _repeated(database: Database, at_noon: House, request: HelpRequest) -> list[float]:
    times: list[float] = []
    while len(times) < LEAST_TIMES or (len(times) < MOST_TIMES and sum(times) < LONG_ENOUGH * 1000):
        times.append(_once(database, at_noon, request))
    return times


def _once(database: Database, at_noon: House, request: HelpRequest) -> float:
    def choose(connection: Connection) -> float:
        began = time.perf_counter()
        crew = wave.choose_crew(at_noon.work(connection), request, CREW)
        milliseconds = (time.perf_counter() - began) * 1000
        if not crew:
            raise RuntimeError("nobody was chosen")
        return milliseconds

    return database.write(choose)
