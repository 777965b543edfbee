"""How long one tick of the clock takes with many open requests, none of them due.

So it is nearly always: a clock ticks each second. The floor is one query that an index answers,
through the same engine: the requests that are due.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from sqlalchemy import bindparam, select

from bench import children, town
from bench.report import Figure, median
from bench.town import Place, Servers
from hotline.help_request import State
from hotline.store import tables
from hotline.store.database import Database
from hotline.work import utc_now
from paging import clock
from paging.dispatch import JobQueue

SIZES = (100, 10_000)
MOST = 3.0  # times the floor
REQUESTERS = 100
TEXTS_A_REQUEST = 5

_request = tables.request.c
ONE_QUERY = (
    select(_request.number)
    .where(_request.state == State.OPEN, _request.due <= bindparam("now", type_=tables.Moment))
    .order_by(_request.due)
    .limit(1000)
)


def figures(servers: Servers, *, quick: bool = False) -> Iterator[Figure]:
    runs, times = (1, 5) if quick else (5, 100)
    for kind in servers.kinds():
        for size in (50,) if quick else SIZES:
            place = servers.place(kind)
            with place.open() as database:
                yield _figure(database, place, kind, size, runs, times)


def _figure(
    database: Database, place: Place, kind: str, size: int, runs: int, times: int
) -> Figure:
    now = utc_now()
    people = database.write(lambda connection: town.add_neighbors(connection, REQUESTERS, now))
    database.write(lambda connection: town.add_open_requests(connection, people, size, now))
    sent = TEXTS_A_REQUEST * size
    database.write(lambda connection: town.add_sent_texts(connection, people, sent, now))
    town.analyze(database)
    queue = JobQueue(place.redis_url)
    with children.pinned(children.MEASURED):
        sides: dict[str, Callable[[], object]] = {
            "ours": lambda: clock.tick(database, queue, now),
            "floor": lambda: database.read(
                lambda connection: connection.execute(ONE_QUERY, {"now": now}).all()
            ),
        }
        for do in sides.values():
            _milliseconds(do, times)
        found: dict[str, list[float]] = {name: [] for name in sides}
        for _ in range(runs):
            for name, do in sides.items():
                found[name].append(_milliseconds(do, times))
    queue.close()
    ours, floor = median(found["ours"]), median(found["floor"])
    return Figure(
        "ticking",
        f"one clock tick, {size:,} open requests, {kind}",
        "ms",
        ours,
        floor,
        ours / floor,
        f"≤ {MOST:.0f} ×",
        ours / floor <= MOST,
        found,
    )


def _milliseconds(do: Callable[[], object], times: int) -> float:
    """The median of so many times."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        do()
        found.append((time.perf_counter() - began) * 1000)
    return median(found)
