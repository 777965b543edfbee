"""The town that benchmarks happen in: its settings, its databases and its people.

Everybody is invented. A town is filled through the doors that the program itself uses; only the
history of who was asked when, which no door leads to, goes into the tables directly.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from uuid import uuid4

from redis import Redis
from rq import Worker
from sqlalchemy import Connection, func, insert, select, text, update

from bench import children
from hotline import settings
from hotline.help_request import State
from hotline.message import Channel
from hotline.settings import Settings
from hotline.store import migrate, roster, tables
from hotline.store.database import Database
from hotline.store.roster import RosterEntry
from hotline.work import House, furnish, utc_now

sys.path.insert(0, str(children.ROOT / "tests"))
import servers

ACCOUNT = "AC" + "1" * 32
TOKEN = "the-token-of-the-benchmarks"  # noqa: S105 - of no real account
NUMBER = "+12125550199"
PUBLIC_URL = "https://help.example.org"
NOBODY = "http://127.0.0.1:9"  # the address of a carrier that is not to be called

AREAS = tuple(f"area{number:02}" for number in range(12))
NEEDS = ("food", "ride", "medicine", "shelter", "childcare", "talk")  # the built-in ones
LANGUAGES = ("en", "es", "zh")
HOURS = (
    "",
    "",
    "mon-fri 17:00-21:00; sat 09:00-18:00",
    "mon-sun 08:00-20:00",
    "sat-sun 10:00-22:00",
    "mon-fri 09:00-12:00",
    "mon,wed,fri 12:00-23:00",
    "22:00-06:00",
)

CONFIGURATION = """
[hotline]
name = "Maple Street Mutual Aid"
country = "US"
timezone = "America/New_York"
languages = ["en", "es"]
quiet = ""
stewards = ["+12125550100"]

[limits]
calls_at_once = 1000000
strangers_an_hour = 1000000
open_requests = 1000000
calls_an_hour = 1000000

[waves]
minutes = 60
urgent_minutes = 60

[roster]
max_a_day = {max_a_day}
max_a_week = {max_a_week}
""" + "".join(
    f"""
[[areas]]
key = "{area}"
words = ["{area}", "112{place:02}"]
near = ["{AREAS[(place + 1) % len(AREAS)]}", "{AREAS[place - 1]}"]
"""
    for place, area in enumerate(AREAS)
)
OFTEN, USUAL = {"max_a_day": 1000, "max_a_week": 1000}, {"max_a_day": 3, "max_a_week": 8}


@dataclass(frozen=True)
class Listening:
    """A web server that runs."""

    port: int
    process: children.Process


@dataclass(frozen=True)
class Place:
    """One hotline: its database, its Redis, its carrier and the folder that it writes to."""

    folder: Path
    database_url: str
    redis_url: str
    carrier: str = NOBODY
    rules: Mapping[str, int] = field(default_factory=lambda: OFTEN)

    @cached_property
    def environment(self) -> dict[str, str]:
        configuration = self.folder / f"{uuid4().hex}.toml"
        configuration.write_text(CONFIGURATION.format_map(self.rules), encoding="utf-8")
        return {
            "HOME": str(self.folder),
            "HOTLINE_CONFIG": str(configuration),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "PUBLIC_URL": PUBLIC_URL,
            "HOTLINE_KEYS": servers.KEYS,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_API_URL": self.carrier,
            "HOTLINE_NUMBER": NUMBER,
        }

    @cached_property
    def settings(self) -> Settings:
        return settings.load(self.environment)

    @cached_property
    def house(self) -> House:
        return furnish(self.settings.network)

    @contextmanager
    def open(self) -> Iterator[Database]:
        database = Database(
            self.settings.environment.sqlalchemy_url, self.settings.environment.keyring
        )
        try:
            yield database
        finally:
            database.close()

    @contextmanager
    def process(
        self, *command: object, cores: frozenset[int] = children.EVERY_CORE
    ) -> Iterator[children.Process]:
        """One of the hotline's commands, running."""
        with children.running(
            "hotline", *command, environment=self.environment, cores=cores, folder=self.folder
        ) as process:
            yield process

    @contextmanager
    def worker(self, cores: frozenset[int] = children.EVERY_CORE) -> Iterator[children.Process]:
        """One real worker that waits for work, and the process that looks after it."""
        with (
            self.process("worker", cores=cores) as process,
            Redis.from_url(self.redis_url) as redis,
        ):
            children.until(lambda: Worker.count(redis), "a worker waits for work")
            yield process

    @contextmanager
    def web(self, cores: frozenset[int] = children.EVERY_CORE) -> Iterator[Listening]:
        """The real web process."""
        port = children.free_port()
        with self.process("web", "--port", port, cores=cores) as process:
            children.wait_for_port(port)
            yield Listening(port, process)


class Servers:
    """Redis and PostgreSQL for one run, started when first asked for."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))

    @cached_property
    def redis_url(self) -> str:
        return self._stack.enter_context(servers.redis(children.begin))

    @cached_property
    def _postgresql(self) -> str | None:
        programs = servers.postgresql_programs()
        if programs is None:
            return None
        return self._stack.enter_context(
            servers.postgresql(programs, durable=True, begin=children.begin)
        )

    def kinds(self, *, quick: bool = False) -> list[str]:
        """The databases that this machine has; one is enough to see that something works."""
        return ["SQLite", "PostgreSQL"] if self._postgresql and not quick else ["SQLite"]

    def versions(self) -> dict[str, str]:
        """Of Redis and PostgreSQL, as they call themselves."""
        with Redis.from_url(self.redis_url) as redis:
            info = redis.info("server")
        found = {"Redis": str(info.get("valkey_version") or info["redis_version"])}
        if self._postgresql is not None:
            database = Database(self._postgresql.replace("postgresql:", "postgresql+psycopg:"))
            version = text("SHOW server_version")
            found["PostgreSQL"] = database.read(lambda c: str(c.execute(version).scalar_one()))
            database.close()
        return found

    def empty_database(self, kind: str) -> str:
        """A new database without tables, as DATABASE_URL has it."""
        name = f"bench_{uuid4().hex}"
        if kind == "SQLite":
            return f"sqlite:///{self.folder / name}.db"
        server = str(self._postgresql)
        database = Database(server.replace("postgresql:", "postgresql+psycopg:"))
        with database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text(f"CREATE DATABASE {name}"))
        database.close()
        return server.replace("/postgres?", f"/{name}?")

    def place(
        self, kind: str, carrier: str = NOBODY, rules: Mapping[str, int] | None = None
    ) -> Place:
        """A hotline with an empty, migrated database, and nothing in Redis."""
        with Redis.from_url(self.redis_url) as redis:
            redis.flushall()
        place = Place(
            self.folder, self.empty_database(kind), self.redis_url, carrier, rules or OFTEN
        )
        with place.open() as database:
            migrate.upgrade(database)
        return place


@contextmanager
def servers_for_a_run() -> Iterator[Servers]:
    with ExitStack() as stack:
        yield Servers(stack)


# People.


def some_volunteers(count: int, seed: int = 1) -> list[RosterEntry]:
    """A roster like a town's: most do one or two things in one or two areas, many do anything."""
    chance = random.Random(seed)  # noqa: S311 - the same town each time
    return [_volunteer(number, chance) for number in range(count)]


def _volunteer(number: int, chance: random.Random) -> RosterEntry:
    def some(of: tuple[str, ...], any_share: float) -> tuple[str, ...]:
        return (
            () if chance.random() < any_share else tuple(chance.sample(of, chance.choice((1, 2))))
        )

    return RosterEntry(
        phone=f"+1917{2_000_000 + number}",
        name=f"Volunteer {number}",
        languages=tuple(chance.sample(LANGUAGES, chance.choice((1, 1, 1, 2)))),
        areas=some(AREAS, 0.1),
        needs=some(NEEDS, 0.4),
        hours=chance.choice(HOURS),
    )


def fill_roster(database: Database, count: int, *, hours: bool = True) -> None:
    entries = some_volunteers(count)
    if not hours:
        entries = [replace(entry, hours="") for entry in entries]
    put_on_roster(database, entries, utc_now())


def put_on_roster(database: Database, entries: Sequence[RosterEntry], now: datetime) -> None:
    for start in range(0, len(entries), roster.MANY):
        some = entries[start : start + roster.MANY]
        database.write(partial(roster.put_on_roster, people=some, now=now))


def phone(number: int) -> str:
    return f"+1646{2_000_000 + number}"


def add_neighbors(connection: Connection, count: int, now: datetime) -> list[int]:
    """People who are on no roster."""
    rows = [{"phone": phone(number), "since": now} for number in range(count)]
    connection.execute(insert(tables.neighbor), rows)
    it = tables.neighbor.c
    found = select(it.id).where(it.phone.in_([phone(0), phone(count - 1)])).order_by(it.id)
    first, *_, last = [*connection.execute(found).scalars()] * 2
    return list(range(first, last + 1))


# What no door of the program leads to: years of requests and pages, at once.


def add_history(connection: Connection, requesters: list[int], now: datetime) -> None:
    """One request for every five people on the roster, each with five pages to any of them, in
    the last sixty days, more of them lately. One request in fifty is held by somebody now."""
    chance = random.Random(2)  # noqa: S311 - the same history each time
    roster = list(
        connection.execute(
            select(tables.neighbor.c.id).where(tables.neighbor.c.on_roster)
        ).scalars()
    )
    since = [
        now - timedelta(days=min(60.0, chance.expovariate(1 / 20))) for _ in range(len(roster) // 5)
    ]
    held = [chance.random() < 0.02 for _ in since]
    rows = [
        {
            **_request(chance.choice(requesters), moment),
            "state": State.TAKEN if holds else State.DONE,
        }
        for moment, holds in zip(since, held, strict=True)
    ]
    first = add_requests(connection, rows)
    takers = [
        {
            "request_number": first + place,
            "neighbor_id": chance.choice(roster),
            "since": moment,
            "outcome": None if holds else "done",
        }
        for place, (moment, holds) in enumerate(zip(since, held, strict=True))
    ]
    connection.execute(insert(tables.taker), takers)
    pages = [
        {
            "request_number": first + place,
            "neighbor_id": who,
            "round": 1,
            "wave": 1,
            "state": chance.choice(("covered", "passed", "asked")),
            "asked_at": moment,
        }
        for place, moment in enumerate(since)
        for who in chance.sample(roster, min(5, len(roster)))
    ]
    connection.execute(insert(tables.page), pages)
    note_who_was_asked(connection)


def note_who_was_asked(connection: Connection) -> None:
    neighbor, offer, page = tables.neighbor.c, tables.offer.c, tables.page.c
    last = select(func.max(page.asked_at)).where(page.neighbor_id == neighbor.id)
    asked = neighbor.id.in_(select(page.neighbor_id))
    connection.execute(update(tables.neighbor).where(asked).values(asked_at=last.scalar_subquery()))
    same = select(neighbor.asked_at).where(neighbor.id == offer.neighbor_id)
    connection.execute(update(tables.offer).values(asked_at=same.scalar_subquery()))


def add_open_requests(
    connection: Connection, requesters: list[int], count: int, now: datetime
) -> None:
    """They are asked about in the next five minutes, none of them at this moment."""
    rows = [
        {
            **_request(requesters[number % len(requesters)], now),
            "due": now + timedelta(seconds=1 + 300 * number / count),
            "look_at": now + timedelta(seconds=1 + 300 * number / count),
        }
        for number in range(count)
    ]
    add_requests(connection, rows)


def add_sent_texts(connection: Connection, to: list[int], count: int, now: datetime) -> None:
    rows = [
        {
            "neighbor_id": to[number % len(to)],
            "channel": Channel.API,
            "body": "Sent long ago.",
            "segments": 1,
            "state": "delivered",
            "at": now,
        }
        for number in range(count)
    ]
    connection.execute(insert(tables.message), rows)


def _request(requester: int, since: datetime) -> dict[str, object]:
    return {
        "requester_id": requester,
        "since": since,
        "state": State.OPEN,
        "needs": ["food"],
        "urgent": False,
        "round": 1,
        "wave": 1,
        "owed": 0,
        "version": 1,
    }


def add_requests(connection: Connection, rows: list[dict[str, object]]) -> int:
    """Returns the number of the first; the others follow it."""
    connection.execute(insert(tables.request), rows)
    last = connection.execute(select(func.max(tables.request.c.number))).scalar_one()
    return int(last) - len(rows) + 1


def analyze(database: Database) -> None:
    """What PostgreSQL does by itself some time after so much has changed. SQLite does not."""
    if not database.is_sqlite:
        with database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("VACUUM ANALYZE"))
