"""Everything that runs: Redis, perhaps PostgreSQL, the carrier, and web, worker and clock once or
on two machines. What is killed is started again, as a process manager does it, unless it is held.

Two machines ("halves") share one PostgreSQL and one Redis and nothing else: each has a folder and
a configuration of its own, and the carrier knows both web servers, the second as its fallback.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx2
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Connection, create_engine, pool
from sqlalchemy.exc import SQLAlchemyError

from chaos import power
from chaos.clock import SharedClock
from chaos.desk import BusyDesk
from chaos.disk import Disk
from chaos.nursery import Nursery
from chaos.people import Person
from hotline import roster_file, settings
from hotline.settings import Settings
from hotline.store import migrate, people, roster, sessions
from hotline.store.database import Database, Transaction
from hotline.store.sealed import give_keys
from rehearsal import redis_server

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from ports import own_port
from servers import KEYRING, KEYS, not_root, postgresql_programs

HOST = "127.0.0.1"
NUMBER = "+12125550199"
ACCOUNT = "AC" + "1" * 32
SATURDAY = datetime(2026, 3, 7, 16, 0, tzinfo=UTC)  # 11 in New York, the day before clocks change
PATIENCE = 60.0  # seconds for something to start
AGAIN_AFTER = 0.2  # seconds until what died is started again
LOOK = 0.05
WORKERS = 2  # on each machine
MEGABYTES = {"sqlite": 192, "postgresql": 512}

NETWORK = """
[hotline]
name = "Maple Street Mutual Aid"
country = "US"
timezone = "America/New_York"
languages = ["en", "es"]
quiet = "21:00-08:00"
stewards = ["+12125550100"]

[board]
desk = ["+12125550101", "+12125550102"]

[roster]
max_a_day = 1000
max_a_week = 5000

[limits]
strangers_an_hour = 1000000
open_requests = 1000000
calls_an_hour = 1000000
segments_a_day = 1000000

[[needs]]
key = "food"
label = { en = "food", es = "comida" }
words = { en = ["food", "groceries", "milk"], es = ["comida", "leche"] }

[[needs]]
key = "ride"
label = { en = "a ride", es = "transporte" }
words = { en = ["ride"], es = ["transporte"] }

[[needs]]
key = "medicine"
urgent = true
label = { en = "medicine", es = "medicina" }
words = { en = ["medicine", "insulin"], es = ["medicina", "insulina"] }

[[areas]]
key = "northside"
words = ["northside", "11216"]
near = ["eastside"]

[[areas]]
key = "eastside"
words = ["eastside", "11233"]

[[areas]]
key = "westside"
words = ["westside", "11201"]
"""


TIGHTER = {
    "max_a_day = 1000": "max_a_day = 4\nhold = 1",
    "strangers_an_hour = 1000000": "strangers_an_hour = 20",
}


def tightened(network: str) -> str:
    """The same, with people who can be asked, and have, little, and where many strangers wait."""
    for wide, tight in TIGHTER.items():
        network = network.replace(wide, tight)
    return network


class NotReady(Exception):
    """Something did not start, or did not end, in time."""


def wait_until(look: Callable[[], bool], what: str, patience: float = PATIENCE) -> float:
    """Wait for a condition; the seconds it took. Raises NotReady."""
    begun = time.monotonic()
    breath = threading.Event()
    while not look():
        if time.monotonic() - begun > patience:
            raise NotReady(f"waited {patience:.0f} s in vain: {what}")
        breath.wait(LOOK)
    return time.monotonic() - begun


@dataclass
class Member:
    """One process: how to start it, and its pid while it lives. `held`: not started again."""

    name: str
    role: str
    half: int
    start: Callable[[], int]
    pid: int | None = None
    held: bool = False
    lives: int = 0
    ended_at: float = 0.0
    endings: dict[int, int] = field(default_factory=dict)


class Town:
    def __init__(
        self,
        nursery: Nursery,
        kind: str,
        people: Sequence[Person],
        *,
        seed: str,
        halves: int = 1,
        without: str | None = None,
        tight: bool = False,
        own_mounts: bool = False,
    ) -> None:
        self.kind = kind
        self.halves = halves
        self.password = secrets.token_hex(12)
        self.token = secrets.token_hex(16)
        self.members: dict[str, Member] = {}
        self.broken: list[str] = []  # what was left of a file that is no database any more
        self._nursery = nursery
        self._people = people
        self._seed = seed
        self._without = without
        self._network = tightened(NETWORK) if tight else NETWORK
        self._own_mounts = own_mounts
        self._http = httpx2.Client(
            trust_env=False, timeout=120, limits=httpx2.Limits(max_keepalive_connections=0)
        )
        self._stack = ExitStack()
        self._lock = threading.RLock()
        self._reading = threading.RLock()
        self._over = threading.Event()

    # Opening and closing.

    def __enter__(self) -> Town:
        with ExitStack() as stack:
            self._open(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._stack.close()

    def _open(self, stack: ExitStack) -> None:
        stack.callback(self._http.close)
        self.folder = Path(tempfile.mkdtemp(prefix="hotline-chaos-"))
        self._nursery.remove_at_last(self.folder)
        stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.folder.chmod(0o711)
        data = self.folder / "data"
        data.mkdir()
        data.chmod(0o711)
        self.disk = Disk(data, MEGABYTES[self.kind], own=self._own_mounts)
        stack.callback(self.disk.close)
        self.logs = self.folder / "logs"
        self.logs.mkdir()
        self.begun = self.folder / "begun"
        self._power = self.folder / "power"
        self.clock = SharedClock(self.folder / "clock")
        self.clock.set(SATURDAY)
        stack.callback(self._end_all)
        self._watch = threading.Thread(target=self._keep, name="keeper")
        self._add_redis(data / "redis")
        if self.kind == "postgresql":
            self._add_postgresql(data / "postgresql")
        else:
            self.sqlite_file = data / "hotline.db"
            self.database_url = f"sqlite:///{self.sqlite_file}"
            os.environ[power.NOTES] = str(self._power)  # we may be the last who closes it
        self.engine = create_engine(
            self.database_url.replace("postgresql:", "postgresql+psycopg:"),
            poolclass=pool.NullPool,
        )
        give_keys(self.engine.dialect, KEYRING)
        self._add_hotline(data)
        self._prepare_database()
        for member in self.members.values():
            self._start(member)
        wait_until(lambda: all(self._responds(f"{it}/ready") for it in self.webs), "web is ready")
        phones = f"{self.carrier}/rehearsal/phones"
        wait_until(lambda: self._responds(phones), "the carrier is ready")
        self._watch.start()

    def _end_all(self) -> None:
        self._over.set()
        if self._watch.is_alive():
            self._watch.join()
        if hasattr(self, "engine"):
            self.engine.dispose()
        programs = ("redis", "postgresql")
        for member in self.members.values():
            if member.pid:
                self._signal(member, signal.SIGCONT)
                ending = signal.SIGQUIT if member.role in programs else signal.SIGKILL
                self._signal(member, ending)
        with suppress(NotReady):
            wait_until(self._all_ended, "everything ends", 10.0)
            return
        for member in self.members.values():
            self._signal(member, signal.SIGKILL)
        wait_until(self._all_ended, "everything is killed", 10.0)

    def _all_ended(self) -> bool:
        self._reap()
        return not any(it.pid for it in self.members.values())

    # What there is.

    def _add_redis(self, folder: Path) -> None:
        folder.mkdir()
        self.redis_folder = folder
        self.redis_socket = folder / "redis.sock"
        command = [str(redis_server.program()), "--port", "0"]
        command += ["--unixsocket", str(self.redis_socket), "--dir", str(folder), "--save", ""]
        command += ["--appendonly", "yes", "--loglevel", "warning"]
        log = self.logs / "redis.log"
        self._add("redis", "redis", 0, lambda: self._nursery.start_program(command, log))
        self._start(self.members["redis"])
        wait_until(self.redis_answers, "Redis starts")

    def redis_answers(self) -> bool:
        with Redis(unix_socket_path=str(self.redis_socket), socket_timeout=1.0) as client:
            try:
                return bool(client.ping())
            except RedisError:
                return False

    def flush_redis(self) -> None:
        with Redis(unix_socket_path=str(self.redis_socket), socket_timeout=5.0) as client:
            client.flushall()

    def _add_postgresql(self, folder: Path) -> None:
        programs = postgresql_programs()
        if programs is None:
            raise NotReady("this machine has no PostgreSQL server")
        folder.mkdir()
        user = not_root(folder)
        secret = folder / "password"
        secret.write_text(self.password)
        secret.chmod(0o644)
        initdb = [f"{programs}/initdb", "-D", f"{folder}/data", "-U", "hotline", "-E", "UTF8"]
        initdb += ["-A", "scram-sha-256", f"--pwfile={secret}", "--no-sync"]
        made = subprocess.run(initdb, capture_output=True, text=True, user=user, check=False)
        if made.returncode != 0:
            raise NotReady(f"initdb failed: {made.stderr}")
        # Durable, as in earnest; and small, so that its disk can be.
        command = [f"{programs}/postgres", "-D", f"{folder}/data", "-k", str(folder)]
        for option in (
            "listen_addresses=",
            "max_connections=200",
            "max_wal_size=64MB",
            "min_wal_size=32MB",
        ):
            command += ["-c", option]
        log = self.logs / "postgresql.log"
        self._add(
            "postgresql", "postgresql", 0, lambda: self._nursery.start_program(command, log, user)
        )
        log.touch()
        self._start(self.members["postgresql"])
        self.database_url = f"postgresql://hotline:{self.password}@/postgres?host={folder}"
        engine = create_engine(
            self.database_url.replace("postgresql:", "postgresql+psycopg:"), poolclass=pool.NullPool
        )
        wait_until(lambda: _can_connect(engine), "PostgreSQL starts")

    def _add_hotline(self, data: Path) -> None:
        ports = [own_port() for _ in range(self.halves)]
        self.webs = [f"http://{HOST}:{port}" for port in ports]
        carrier_port = own_port()
        self.carrier = f"http://{HOST}:{carrier_port}"
        self.settings: list[Settings] = []
        for half, port in enumerate(ports):
            folder = data / f"machine-{half + 1}"
            folder.mkdir()
            (folder / "hotline.toml").write_text(self._network)
            environment = self._environment(folder, self.webs[half])
            self.settings.append(settings.load(environment))
            if half == 0:
                urls = ["--voice-status-url", f"{self.webs[0]}/voice/status"]
                for kind in ("sms", "voice"):
                    urls += [f"--{kind}-url", f"{self.webs[0]}/{kind}#rc=3&rp=all"]
                    if self.halves > 1:
                        urls += [f"--{kind}-fallback-url", f"{self.webs[1]}/{kind}"]
                self._add_role("carrier", 0, environment, "--port", str(carrier_port), *urls)
            here = ["--folder", str(folder)]
            self._add_role("web", half, environment, *here, "--port", str(port))
            for _ in range(WORKERS):
                self._add_role("worker", half, environment, *here)
            self._add_role("clock", half, environment, *here)

    def _environment(self, folder: Path, web: str) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(folder),
            "HOTLINE_CONFIG": str(folder / "hotline.toml"),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": f"unix://{self.redis_socket}",
            "PUBLIC_URL": web,
            "HOTLINE_KEYS": KEYS,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": self.token,
            "TWILIO_API_URL": self.carrier,
            "HOTLINE_NUMBER": NUMBER,
            power.NOTES: str(self._power),
        }

    def _add_role(self, role: str, half: int, environment: Mapping[str, str], *more: str) -> None:
        count = sum(it.role == role for it in self.members.values())
        name = f"{role}-{count + 1}"
        log = self.logs / f"{name}.log"

        def start() -> int:
            lives = self.members[name].lives
            arguments = [role, "--clock", str(self.clock.path), *more]
            if role != "carrier":
                arguments += ["--seed", f"{self._seed}-{name}-{lives}", "--begun", str(self.begun)]
                if self._without:
                    arguments += ["--without", self._without]
            return self._nursery.start_role(arguments, environment, log)

        self._add(name, role, half, start)

    def _add(self, name: str, role: str, half: int, start: Callable[[], int]) -> None:
        self.members[name] = Member(name, role, half, start)

    def _prepare_database(self) -> None:
        (of, *_) = self.settings
        database = Database(of.environment.sqlalchemy_url, of.environment.keyring)
        migrate.upgrade(database)
        organizers = [str(it) for it in of.network.board.desk]
        tokens = {it: sessions.new_token() for it in organizers}
        database.write(lambda connection: sign_in(connection, tokens, self.clock()))
        asking = [it.phone for it in self._people if not it.volunteers]
        self.desk = BusyDesk(self._seed, tokens, self.webs, asking)
        entries = [
            roster_file.entry(
                {
                    "phone": it.phone,
                    "name": it.name,
                    "languages": it.language,
                    "reach": "voice" if it.by_voice else "text",
                },
                of.network,
            )
            for it in self._people
            if it.volunteers
        ]
        database.write(lambda connection: roster.put_on_roster(connection, entries, self.clock()))
        database.close()

    # Looking.

    def read(self, work: Transaction[Any]) -> Any:
        """Raises SQLAlchemyError while the database is away."""
        with self._reading, self.engine.connect() as connection:
            return work(connection)

    def answers(self) -> bool:
        """Whether the database does."""
        return _can_connect(self.engine)

    def _responds(self, address: str) -> bool:
        try:
            return self._http.get(address, timeout=5).status_code == 200
        except httpx2.HTTPError:
            return False

    def control(self, method: str, path: str, **more: Any) -> Any:
        """One of the carrier's own addresses."""
        answer = self._http.request(method, f"{self.carrier}/rehearsal/{path}", **more)
        answer.raise_for_status()
        return answer.json()

    def leap(self, length: timedelta) -> bool:
        """Move the time on, unless a text is on its way to the carrier all the while."""
        return self.clock.leap(length, self._carrier_is_free)

    def _carrier_is_free(self) -> bool:
        """A killed process may have left a text on the wire: the carrier has read it by then."""
        try:
            for _ in range(2):
                wait_until(lambda: self._under_way() == 0, "the carrier decides", 20.0)
        except NotReady:
            return False
        return True

    def _under_way(self) -> int:
        return int(self.control("GET", "ledger", params={"after": 1_000_000_000})["under_way"])

    # Faults.

    def of_role(self, *roles: str, half: int | None = None) -> list[Member]:
        return [it for it in self.members.values() if it.role in roles and half in (None, it.half)]

    def kill(self, member: Member, how: signal.Signals = signal.SIGKILL) -> None:
        with self._lock:
            self._signal(member, how)

    @contextmanager
    def held(self, members: Iterable[Member], how: signal.Signals) -> Iterator[None]:
        """Ended, and not started again before the end of the block."""
        members = list(members)
        with self._lock:
            for it in members:
                it.held = True
                self._signal(it, how)
        try:
            wait_until(lambda: not any(it.pid for it in members), "they end")
            yield
        finally:
            for it in members:
                it.held = False

    @contextmanager
    def frozen(self, member: Member) -> Iterator[None]:
        """It does not answer, and does not know."""
        with self._lock:
            pid = member.pid
            self._signal(member, signal.SIGSTOP)
        try:
            yield
        finally:
            with self._lock:
                if member.pid == pid:
                    self._signal(member, signal.SIGCONT)

    @contextmanager
    def losing_power(self, chance: Random) -> Iterator[None]:
        """All that runs on the machine ends with the block, and what nobody had waited for may not
        be on the disk."""
        self._power.touch()
        yield
        machine = self.of_role("web", "worker", "clock", "redis")
        with self._reading, self.held(machine, signal.SIGKILL):
            power.after_a_cut(self._power, chance)
            self._power.unlink()
            Path(f"{self.sqlite_file}-shm").unlink(missing_ok=True)
            self.broken += _what_is_broken(self.sqlite_file)
            for kept in self.redis_folder.glob("appendonlydir/*.incr.aof"):
                _lose_the_end(kept, chance)

    def pids(self, *roles: str) -> list[int]:
        return [it.pid for it in self.of_role(*roles) if it.pid]

    def _signal(self, member: Member, how: signal.Signals) -> None:
        if member.pid:
            with suppress(ProcessLookupError):
                os.kill(member.pid, how)

    # Keeping.

    def _keep(self) -> None:
        while not self._over.wait(LOOK):
            with self._lock:
                self._reap()
                for it in self.members.values():
                    rested = time.monotonic() - it.ended_at > AGAIN_AFTER
                    if it.pid is None and not it.held and rested:
                        self._start(it)

    def _start(self, it: Member) -> None:
        if it.pid is None:
            it.pid = it.start()
            it.lives += 1

    def _reap(self) -> None:
        """What has ended is no longer ours to signal: its number may be somebody else's soon."""
        with self._lock:
            for pid, status in self._nursery.ended().items():
                for it in self.members.values():
                    if it.pid == pid:
                        it.pid, it.ended_at = None, time.monotonic()
                        it.endings[status] = it.endings.get(status, 0) + 1


def sign_in(connection: Connection, tokens: Mapping[str, str], now: datetime) -> None:
    """Those at the desk, by phone, in browsers that hold these tokens."""
    for phone, token in tokens.items():
        (who,) = people.known_or_new(connection, [phone], now)
        sessions.open_session(connection, token, who, "a browser", now)


def _what_is_broken(file: Path) -> list[str]:
    try:
        with closing(sqlite3.connect(file)) as connection:
            found = [str(it) for (it,) in connection.execute("PRAGMA integrity_check")]
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return [it for it in found if it != "ok"]


UNSAFE = 4096  # bytes of Redis' log that may not have come to the disk


def _lose_the_end(file: Path, chance: Random) -> None:
    size = file.stat().st_size
    os.truncate(file, max(0, size - chance.randint(0, UNSAFE)))


def _can_connect(engine: Any) -> bool:
    try:
        with engine.connect() as connection:
            return _one(connection)
    except SQLAlchemyError:
        return False


def _one(connection: Connection) -> bool:
    return connection.exec_driver_sql("SELECT 1").scalar() == 1
