"""How long it takes from a text that asks to the first page that the carrier took.

The real web process and a real, idle worker; texts come one by one. The floor is one job through
an idle worker of RQ that posts once to the same carrier. They take turns.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from socket import IPPROTO_TCP, TCP_NODELAY

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from bench import carrier_stub, children, floors, town
from bench.carrier_stub import CREATE, Carrier
from bench.report import Figure, median
from bench.texts import People, http_request
from bench.town import Servers
from hotline.settings import Waves

WAVE = Waves().sizes[0]  # pages of a first wave
PAUSE = 0.05  # seconds in which everybody becomes idle again
MOST = {"SQLite": 2.5, "PostgreSQL": 4.5}  # times the floor at p50
SLOWEST = 1000.0  # ms at p99
ROSTER = 3000

Sample = Callable[[], float]
"""Does it once; returns milliseconds."""


def figures(servers: Servers, *, quick: bool = False) -> Iterator[Figure]:
    for kind in servers.kinds(quick=quick):
        yield _figure(servers, kind, quick)


def _figure(servers: Servers, kind: str, quick: bool) -> Figure:
    runs, samples = (1, 3) if quick else (5, 20)
    with ExitStack() as stack:
        carrier = stack.enter_context(carrier_stub.running(0))
        place = servers.place(kind, carrier.address)
        with place.open() as database:
            town.fill_roster(database, ROSTER, hours=False)
        stack.enter_context(place.worker())
        web = stack.enter_context(place.web())
        book = Book(carrier)
        ours = _ours(stack, web.port, book)
        floor = _floor(stack, servers.redis_url, book)
        sides = {"ours": ours, "floor": floor}
        for sample in (ours, floor, ours, floor):
            sample()
        found = [
            {name: [sample() for _ in range(samples)] for name, sample in sides.items()}
            for _ in range(runs)
        ]
    return _judged(kind, found)


def _judged(kind: str, found: list[dict[str, list[float]]]) -> Figure:
    rounds = {name: [median(run[name]) for run in found] for name in ("ours", "floor")}
    every = sorted(ms for run in found for ms in run["ours"])
    slowest = every[min(len(every) - 1, int(0.99 * len(every)))]
    p50, bare = median(rounds["ours"]), median(rounds["floor"])
    return Figure(
        "first-page",
        f"from a text to its first page, {kind} (p99: {slowest:.0f} ms)",
        "ms",
        p50,
        bare,
        p50 / bare,
        f"≤ {MOST[kind]} × at p50; p99 < 1 s",
        p50 / bare <= MOST[kind] and slowest < SLOWEST,
        rounds,
        {"p99_ms": slowest, "samples": len(every)},
    )


class Book:
    """Reads on in what the carrier has taken."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._seen = 0
        self.address = carrier.address

    def next(self, count: int) -> float:
        """When the first of the next texts was answered, once there are `count` of them."""
        found = self._carrier.taken(self._seen, count)
        self._seen += len(found)
        return min(it.answered for it in found)


def _ours(stack: ExitStack, port: int, book: Book) -> Sample:
    people = People()
    http = HTTPConnection("127.0.0.1", port)
    stack.callback(http.close)
    http.connect()
    http.sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)

    def sample() -> float:
        request = http_request(people.request())
        began = time.monotonic()
        http.sock.sendall(request)
        taken = book.next(WAVE)
        http.sock.recv(65536)  # our answer, long there
        time.sleep(PAUSE)
        return (taken - began) * 1000

    return sample


def _floor(stack: ExitStack, redis_url: str, book: Book) -> Sample:
    stack.enter_context(children.running("bench.floors", "worker", redis_url))
    redis = stack.enter_context(Redis.from_url(redis_url))
    queue = Queue(floors.QUEUE, connection=redis, serializer=JSONSerializer)

    def sample() -> float:
        began = time.monotonic()
        queue.enqueue("bench.floors.post", book.address + CREATE, result_ttl=0)
        taken = book.next(1)
        time.sleep(PAUSE)
        return (taken - began) * 1000

    return sample
