"""How many signed texts a second one web process takes in, with everything that it does for one.

The web process has a core of its own; the load, Redis and PostgreSQL are on the others. No worker
runs: bells are rung and nobody hears them. Ours and the floor take turns.
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
from hotline import steps
from hotline.store import store, tables
from hotline.store.database import Database
from sms.receiving import TextIn, receive

CONNECTIONS = 16
SECONDS = 4.0  # of each run
LEAST, SLOWEST, LONGEST = 0.6, 60.0, 1000.0  # of the floor; ms at p99; ms of any text
ASKED_ABOUT = 400  # requests about which volunteers were asked, for their answers


@dataclass
class Side:
    """One of the two that take turns. `more` makes that many requests."""

    server: Listening
    more: Callable[[int], list[bytes]]
    outcomes: list[load.Outcome] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)  # ms that the server computed for a text

    def run(self, seconds: float, enough: int) -> load.Outcome:
        texts = self.more(enough)
        before = children.computed(self.server.process)
        outcome = load.drive(self.server.port, CONNECTIONS, texts, "200", seconds)
        self.cpu.append((children.computed(self.server.process) - before) * 1000 / outcome.count)
        self.outcomes.append(outcome)
        return outcome


def figures(servers: Servers, *, quick: bool = False) -> Iterator[Figure]:
    for kind in servers.kinds(quick=quick):
        yield from _figures(servers, kind, quick)


def _figures(servers: Servers, kind: str, quick: bool) -> Iterator[Figure]:
    runs, seconds, asked_about = (1, 0.3, 10) if quick else (5, SECONDS, ASKED_ABOUT)
    people = People()
    place = servers.place(kind)
    with place.open() as database:
        answers = _fill(database, place, people, asked_about)
        with (
            place.web(children.MEASURED) as web,
            floor_at(servers.empty_database(kind)) as floor_web,
        ):
            ours = Side(web, lambda enough: http_requests(people.mixture(enough, answers)))
            floor = texts_at(floor_web, people)
            take_turns(ours, floor, runs, seconds)
    return judged("inbound", f"signed inbound texts, {kind}", ours, floor)


def texts_at(server: Listening, people: People) -> Side:
    return Side(server, lambda enough: http_requests(people.mixture(enough, iter(()))))


def take_turns(ours: Side, floor: Side, runs: int, seconds: float) -> None:
    for side in (ours, floor):
        side.run(seconds / 4, enough=int(1000 * seconds))  # to warm up
    for _ in range(runs):
        for side in (ours, floor):
            side.run(seconds, enough=_enough(side, seconds))
    ours.outcomes, floor.outcomes = ours.outcomes[1:], floor.outcomes[1:]


def _enough(side: Side, seconds: float) -> int:
    """More texts than can be sent in the time, but not many more: each costs some signing."""
    return int(1.4 * seconds * max(it.rate for it in side.outcomes)) + CONNECTIONS


def judged(row: str, what: str, ours: Side, floor: Side) -> Iterator[Figure]:
    rates = {
        "ours": [it.rate for it in ours.outcomes],
        "floor": [it.rate for it in floor.outcomes],
    }
    rate, bare = median(rates["ours"]), median(rates["floor"])
    yield Figure(
        row,
        what,
        "req/s",
        rate,
        bare,
        rate / bare,
        f"≥ {LEAST}",
        rate / bare >= LEAST,
        rates,
        {
            "cpu_ms_a_text": median(ours.cpu[1:]),
            "floor_cpu_ms_a_text": median(floor.cpu[1:]),
            "load_busy": max(it.busy for it in [*ours.outcomes, *floor.outcomes]),
        },
    )
    slow = {
        "ours": [it.percentile(0.99) for it in ours.outcomes],
        "floor": [it.percentile(0.99) for it in floor.outcomes],
    }
    longest = max(max(it.latencies) for it in ours.outcomes)
    p99, bare_p99 = median(slow["ours"]), median(slow["floor"])
    yield Figure(
        row,
        f"their p99, {what.rpartition(' ')[2]} (longest: {longest:.0f} ms)",
        "ms",
        p99,
        bare_p99,
        p99 / bare_p99,
        f"≤ {SLOWEST:.0f} ms; none over 1 s",
        p99 <= SLOWEST and longest <= LONGEST,
        slow,
        {"p50_ms": median([it.percentile(0.5) for it in ours.outcomes]), "longest_ms": longest},
    )


@contextmanager
def floor_at(database_url: str) -> Iterator[Listening]:
    port = children.free_port()
    command = ("bench.floors", "webhook", database_url, port)
    with children.running(*command, cores=children.MEASURED) as process:
        children.wait_for_port(port)
        yield Listening(port, process)


def _fill(database: Database, place: Place, people: People, requests: int) -> Iterator[Text]:
    """Some open requests about which volunteers were asked; what these will answer."""
    town.fill_roster(database, requests, hours=False)

    def ask(connection: Connection) -> None:
        for _ in range(requests):
            it = people.request()
            receive(connection, place.house, TextIn(f"SM{it.sender}", it.sender, it.body))
        for request in store.all_requests(connection, only_open=True):
            steps.ask_volunteers(connection, place.house, request.number)

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
