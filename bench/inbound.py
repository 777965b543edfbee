"""How many signed texts a second one web process takes in, with everything that it does for one.

The web process has a core of its own; the load, Redis and PostgreSQL are on the others. No worker
runs: jobs are enqueued and nobody does them. Ours and the floors take turns: a row for each text,
and the plain statements of a new request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from bench import children, load, town
from bench.report import Figure, median
from bench.texts import People, Text, http_requests
from bench.town import Listening, Place, Servers
from hotline.desk import wave
from hotline.inbound import TextIn
from hotline.store import tables
from hotline.store.database import Database
from hotline.store.requests import requests_after
from sms.receiving import receive

CONNECTIONS = 16
SECONDS = 4.0  # of each run
LEAST, LEAST_OF_PLAIN = 0.5, 0.65  # of the floor, and of the plain statements
SLOWEST, LONGEST = 30.0, 1000.0  # ms at p99; ms of any text
ASKED_ABOUT = 400  # requests about which volunteers were asked, for their answers


@dataclass
class Side:
    """One of those that take turns. `more` makes that many requests."""

    server: Listening
    more: Callable[[int], list[bytes]]
    outcomes: list[load.Outcome] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)  # ms that the server computed for a text

    def run(self, seconds: float, enough: int) -> load.Outcome:
        texts = self.more(enough)
        before = children.computed(self.server.process)
        outcome = load.drive(self.server.port, CONNECTIONS, texts, "200", seconds)
        computed = children.computed(self.server.process) - before
        self.cpu.append(computed * 1000 / max(1, outcome.count))
        self.outcomes.append(outcome)
        return outcome

    @property
    def rates(self) -> list[float]:
        return [it.rate for it in self.outcomes]


@dataclass
class Turns:
    """Ours, and the two floors."""

    ours: Side
    floor: Side
    plain: Side

    def take(self, runs: int, seconds: float) -> None:
        sides = (self.ours, self.floor, self.plain)
        for side in sides:
            side.run(seconds / 4, enough=int(1000 * seconds))  # to warm up
        for _ in range(runs):
            for side in sides:
                side.run(seconds, enough=_enough(side, seconds))
        for side in sides:
            del side.outcomes[0], side.cpu[0]


def figures(servers: Servers, *, quick: bool = False) -> Iterator[Figure]:
    for kind in servers.kinds(quick=quick):
        yield from _figures(servers, kind, quick)


def _figures(servers: Servers, kind: str, quick: bool) -> Iterator[Figure]:
    runs, seconds, asked_about = (1, 0.3, 10) if quick else (5, SECONDS, ASKED_ABOUT)
    people = People()
    place = servers.place(kind)
    with place.open() as database:
        answers = _fill(database, place, people, asked_about)
        with place.web(children.MEASURED) as web, floors_at(servers, kind, people) as both:
            ours = Side(web, lambda enough: http_requests(people.mixture(enough, answers)))
            turns = Turns(ours, *both)
            turns.take(runs, seconds)
    return judged("inbound", "signed inbound texts", kind, turns)


@contextmanager
def floors_at(servers: Servers, kind: str, people: People) -> Iterator[tuple[Side, Side]]:
    def texts(enough: int) -> list[bytes]:
        return http_requests(people.mixture(enough, iter(())))

    def new_requests(enough: int) -> list[bytes]:
        return http_requests([people.request() for _ in range(enough)])

    with (
        _floor_at("row", servers.empty_database(kind)) as row,
        _floor_at("request", servers.empty_database(kind)) as request,
    ):
        yield Side(row, texts), Side(request, new_requests)


@contextmanager
def _floor_at(what: str, database_url: str) -> Iterator[Listening]:
    port = children.free_port()
    command = ("bench.floors", what, database_url, port)
    with children.running(*command, cores=children.MEASURED) as process:
        children.wait_for_port(port)
        yield Listening(port, process)


def _enough(side: Side, seconds: float) -> int:
    """More texts than can be sent in the time, but not many more: each costs some signing."""
    return int(1.4 * seconds * max(it.rate for it in side.outcomes)) + CONNECTIONS


def judged(row: str, what: str, kind: str, turns: Turns) -> Iterator[Figure]:
    ours, floor, plain = turns.ours, turns.floor, turns.plain
    every = [*ours.outcomes, *floor.outcomes, *plain.outcomes]
    bare = _rate(row, f"{what}, {kind}", ours, floor, LEAST)
    bare.notes = {"load_busy": max(it.busy for it in every)}
    yield bare
    yield _rate(row, f"the same beside plain statements, {kind}", ours, plain, LEAST_OF_PLAIN)
    yield _computed(row, kind, turns)
    yield _slowest(row, kind, ours, floor)


def _rate(row: str, what: str, ours: Side, floor: Side, least: float) -> Figure:
    rate, bare = median(ours.rates), median(floor.rates)
    runs = {"ours": ours.rates, "floor": floor.rates}
    goal, met = f"≥ {least}", rate / bare >= least
    return Figure(row, what, "req/s", rate, bare, rate / bare, goal, met, runs)


def _computed(row: str, kind: str, turns: Turns) -> Figure:
    runs = {"ours": turns.ours.cpu, "floor": turns.floor.cpu, "plain": turns.plain.cpu}
    cpu, bare, plain = map(median, runs.values())
    what = f"time on the processor for each, {kind} (plain: {plain:.2f} ms)"
    return Figure(row, what, "ms", cpu, bare, cpu / bare, runs=runs)


def _slowest(row: str, kind: str, ours: Side, floor: Side) -> Figure:
    runs = {
        "ours": [it.percentile(0.99) for it in ours.outcomes],
        "floor": [it.percentile(0.99) for it in floor.outcomes],
    }
    longest = max(max(it.latencies) for it in ours.outcomes)
    p99, bare = map(median, runs.values())
    return Figure(
        row,
        f"their p99, {kind} (longest: {longest:.0f} ms)",
        "ms",
        p99,
        bare,
        p99 / bare,
        f"≤ {SLOWEST:.0f} ms; none over 1 s",
        p99 <= SLOWEST and longest <= LONGEST,
        runs,
        {"p50_ms": median([it.percentile(0.5) for it in ours.outcomes]), "longest_ms": longest},
    )


def _fill(database: Database, place: Place, people: People, requests: int) -> Iterator[Text]:
    """Some open requests about which volunteers were asked; what these will answer."""
    town.fill_roster(database, requests, hours=False)

    def ask(connection: Connection) -> None:
        work = place.house.work
        for _ in range(requests):
            it = people.request()
            receive(work(connection), TextIn(f"SM{it.sender}", it.sender, it.body))
        for request in requests_after(connection, 0, 1000, only_open=True):
            wave.ask_volunteers(work(connection), request.number)

    database.write(ask)
    return _answers(database)


def _answers(database: Database) -> Iterator[Text]:
    """Two of three volunteers pass, one takes it."""
    page, neighbor = tables.page.c, tables.neighbor.c
    asked = select(page.request_number, neighbor.phone).join_from(
        tables.page, tables.neighbor, page.neighbor_id == neighbor.id
    )
    rows = database.read(lambda connection: connection.execute(asked.order_by(page.id)).all())
    words = ("no {}", "no sorry, at work. {}", "yes {}")
    for place, row in enumerate(rows):
        yield Text(row.phone, words[place % 3].format(row.request_number))
