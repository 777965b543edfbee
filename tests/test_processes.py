"""The real thing: each command an operating system process, told what it must know by its
environment alone, with the rehearsal carrier in place of the real one."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from ports import own_port
from redis import Redis
from servers import KEYS
from waiting import PATIENCE, until

from rehearsal.webhooks import certificates

MARIA, ANA = "+12125550140", "+12125550141"
CONFIGURATION = """
[hotline]
name = "Maple Street Mutual Aid"
country = "US"
timezone = "America/New_York"
languages = ["en", "es"]
quiet = ""
"""
ROSTER = f"phone,name\n{ANA},Ana\n"
STOPPED_WITHIN = 8.0  # seconds
SECONDS = 20.0  # in which what is set holds, on a busy machine

Begin = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Start a command; what is left of it at the end is ended."""
    with ExitStack() as stack:

        def begin(environment: Mapping[str, str], *arguments: str) -> subprocess.Popen[str]:
            log = Path(environment["HOME"]) / f"{arguments[0]}.log"
            process = subprocess.Popen(
                _command(*arguments),
                env=_clean(environment),
                cwd=environment["HOME"],
                stdout=subprocess.DEVNULL,
                stderr=stack.enter_context(log.open("a", encoding="utf-8")),
                text=True,
            )
            stack.callback(_make_sure_it_ended, process)
            return process

        yield begin


def _make_sure_it_ended(process: subprocess.Popen[str]) -> None:
    _end(_descendants(process.pid))
    process.kill()
    process.wait()


def _end(pids: set[int]) -> None:
    for pid in filter(_lives, pids):
        os.kill(pid, signal.SIGKILL)


@dataclass
class Street:
    """One network's environment, its carrier's address, and what happens there."""

    environment: dict[str, str]
    web: str
    carrier: str
    begin: Begin
    running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    def start(self, name: str, *arguments: str) -> None:
        self.running[name] = self.begin(self.environment, name, *arguments)

    def run(self, *arguments: str) -> str:
        done = _run(self.environment, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def text(self, who: str, body: str) -> str:
        """Somebody texts the hotline; what it answers."""
        wish = {"from": who, "body": body}
        answer = httpx2.post(f"{self.carrier}/rehearsal/texts", json=wish, trust_env=False)
        assert answer.json()["status"] == 200
        return " / ".join(answer.json()["replies"])

    def reads(self, who: str, words: str) -> None:
        """Wait until a text with these words is on somebody's phone."""
        until(lambda: any(words in body for body in self.texts_to(who)), f"a text: {words}")

    def texts_to(self, who: str) -> list[str]:
        found = httpx2.get(f"{self.carrier}/rehearsal/texts", trust_env=False).json()["texts"]
        return [it["body"] for it in found if it["phone"] == who and it["direction"] == "to_phone"]

    def logs(self, words: str, patience: float = PATIENCE) -> None:
        """Wait until each process of the hotline has said this."""
        for name in ("web", "worker", "clock"):
            log = Path(self.environment["HOME"]) / f"{name}.log"
            until(
                lambda log=log: words in log.read_text(encoding="utf-8"),
                f"{name}: {words}",
                patience,
            )

    def states(self) -> list[str]:
        return [it["state"] for it in json.loads(self.run("requests", "--json"))]


@pytest.fixture
def street(tmp_path: Path, database_url: str, redis_url: str, begin: Begin) -> Street:
    """Everything runs, on each of the two databases."""
    return _open(_street(tmp_path, database_url, redis_url, begin))


@pytest.fixture
def street_on_sqlite(tmp_path: Path, redis_url: str, begin: Begin) -> Street:
    return _open(_street(tmp_path, f"sqlite:///{tmp_path / 'hotline.db'}", redis_url, begin))


def _open(street: Street) -> Street:
    """Run `migrate` and `roster import`; start web, carrier, worker and clock."""
    street.run("migrate")
    street.run("roster", "import", "roster.csv")
    for name, address in {"web": street.web, "rehearse": street.carrier}.items():
        street.start(name, "--port", address.rpartition(":")[2])
    for name in ("worker", "clock"):
        street.start(name)
    until(lambda: _answers(f"{street.web}/ready"), "the web server is ready")
    until(lambda: _answers(f"{street.carrier}/rehearsal/phones"), "the carrier is ready")
    until(lambda: _descendants(street.running["worker"].pid), "a worker was started")
    return street


def _street(folder: Path, database_url: str, redis_url: str, begin: Begin) -> Street:
    web, carrier = (f"http://127.0.0.1:{own_port()}" for _ in range(2))
    (folder / "maple.toml").write_text(CONFIGURATION)
    (folder / "roster.csv").write_text(ROSTER)
    environment = {
        "HOME": str(folder),
        "HOTLINE_CONFIG": str(folder / "maple.toml"),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PUBLIC_URL": web,
        "HOTLINE_KEYS": KEYS,
        "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
        "TWILIO_AUTH_TOKEN": "the-token-of-the-tests",
        "TWILIO_API_URL": carrier,
        "HOTLINE_NUMBER": "+12125550199",
    }
    return Street(environment, web, carrier, begin)


def test_each_process_does_its_part_and_ends_when_told(street: Street) -> None:
    assert "your request is 12" in street.text(MARIA, "need groceries")
    street.reads(ANA, "YES 12")
    assert "12 is yours" in street.text(ANA, "yes")
    street.reads(MARIA, "Ana is taking your request 12")
    assert street.states() == ["taken"]

    families = {name: _family(process) for name, process in street.running.items()}
    for process in street.running.values():
        process.terminate()
    ended = {name: process.wait(STOPPED_WITHIN) for name, process in street.running.items()}
    assert (ended["worker"], ended["clock"]) == (0, 0)
    assert not [pid for family in families.values() for pid in family if _lives(pid)]


def test_a_worker_that_was_killed_is_started_again_and_outlives_nobody(
    street_on_sqlite: Street,
) -> None:
    street = street_on_sqlite
    keeper = street.running["worker"]
    (worker,) = _descendants(keeper.pid)
    os.kill(worker, signal.SIGKILL)
    (another,) = until(lambda: _descendants(keeper.pid) - {worker}, "another was started")
    street.text(MARIA, "need groceries")
    street.reads(ANA, "YES 12")

    keeper.kill()
    keeper.wait()
    until(lambda: not _lives(another), "the worker ends as well")


def test_the_clock_rings_when_redis_forgot(street_on_sqlite: Street, redis_url: str) -> None:
    """The worker is away while the wave's job is queued, and Redis is emptied."""
    street = street_on_sqlite
    street.running["worker"].terminate()
    street.running["worker"].wait(STOPPED_WITHIN)
    street.text(MARIA, "need groceries")
    with Redis.from_url(redis_url) as redis:
        redis.flushall()
    street.start("worker")
    street.reads(ANA, "YES 12")


def test_what_is_set_holds_within_seconds_in_every_process(street_on_sqlite: Street) -> None:
    """And nothing is started again; a file with a mistake in it changes nothing."""
    street = street_on_sqlite
    file = Path(street.environment["HOTLINE_CONFIG"])
    file.write_text(CONFIGURATION.replace("Maple Street Mutual Aid", "Oak Street"))
    street.logs("the settings are those of", SECONDS)
    assert street.text(MARIA, "need groceries").startswith("Oak Street: got it")
    street.reads(ANA, "Oak Street: a neighbor needs")

    file.write_text('[hotline]\nname = "Oak')
    street.logs("hotline.toml has 1 mistake (hotline check says where); the settings stay", SECONDS)
    told = httpx2.get(f"{street.web}/health/deep", trust_env=False).json()["parts"]["settings"]
    assert told["well"] is False
    assert street.text("+12125550149", "need groceries").startswith("Oak Street: got it")


def test_told_by_a_signal_each_process_reads_its_settings_and_goes_on(
    street_on_sqlite: Street,
) -> None:
    """But for those of the environment, of which it says that they have changed."""
    street = street_on_sqlite
    until(lambda: _is_well(street), "each process watches")
    families = {name: _family(process) for name, process in street.running.items()}
    file = Path(street.environment["HOTLINE_CONFIG"])
    file.write_text(CONFIGURATION.replace("Maple Street Mutual Aid", "Oak Street"))
    _hang_up(street)
    street.logs("told to read the settings again")
    street.logs("the settings are those of")
    assert street.text(MARIA, "need groceries").startswith("Oak Street: got it")
    street.reads(ANA, "Oak Street: a neighbor needs")

    (Path(street.environment["HOME"]) / ".env").write_text("PORT=8123\n")
    _hang_up(street)
    street.logs(".env has changed, which is read when a process begins: start it again")
    assert families == {name: _family(process) for name, process in street.running.items()}


def _is_well(street: Street) -> bool:
    found = httpx2.get(f"{street.web}/health/deep", trust_env=False).json()["parts"]
    return bool(found["worker"]["well"] and found["clock"]["well"])


def _hang_up(street: Street) -> None:
    for name in ("web", "worker", "clock"):
        street.running[name].send_signal(signal.SIGHUP)


def test_in_a_terminal_that_is_closed_a_process_ends(
    tmp_path: Path, sqlite_url: str, begin: Begin
) -> None:
    street = _street(tmp_path, sqlite_url, "redis://127.0.0.1:1", begin)
    terminal, theirs = pty.openpty()
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # who runs the tests may ignore it
    clock = subprocess.Popen(
        _command("clock"), env=_clean(street.environment), cwd=tmp_path, stderr=theirs
    )
    signal.signal(signal.SIGHUP, before)
    try:
        os.read(terminal, 1)  # what it begins with
        clock.send_signal(signal.SIGHUP)
        assert clock.wait(STOPPED_WITHIN) == -signal.SIGHUP
    finally:
        clock.kill()
        os.close(terminal)
        os.close(theirs)


@pytest.mark.parametrize("command", ["web", "worker", "clock"])
def test_on_an_empty_database_nothing_starts(tmp_path: Path, command: str, begin: Begin) -> None:
    street = _street(tmp_path, f"sqlite:///{tmp_path / 'empty.db'}", "redis://127.0.0.1:1", begin)
    done = _run(street.environment, command)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == [
        "The database is empty. Run `hotline migrate` first."
    ]


@pytest.mark.parametrize("command", ["web", "rehearse"])
def test_a_server_that_was_told_to_end_has_done_what_it_should(
    tmp_path: Path, sqlite_url: str, begin: Begin, command: str
) -> None:
    street = _street(tmp_path, sqlite_url, "redis://127.0.0.1:1", begin)
    street.start(command, "--port", street.web.rpartition(":")[2])
    page = {"web": "health", "rehearse": "rehearsal/phones"}[command]
    until(lambda: _answers(f"{street.web}/{page}"), "it answers")
    street.running[command].terminate()
    assert street.running[command].wait(STOPPED_WITHIN) == 0


# Everything at once.


@pytest.fixture
def everything(tmp_path: Path, begin: Begin) -> tuple[Street, subprocess.Popen[str]]:
    """`hotline up` is running. It needs no settings."""
    address = f"http://127.0.0.1:{own_port()}"
    data = tmp_path / "data"
    port = address.rpartition(":")[2]
    up = begin({"HOME": str(tmp_path)}, "up", "--port", port, "--data", str(data))
    until(lambda: _answers(f"{address}/ready"), "the hotline is up")
    environment = {
        "HOME": str(tmp_path),
        "HOTLINE_CONFIG": str(data / "hotline.toml"),
        "DATABASE_URL": f"sqlite:///{data / 'hotline.db'}",
    }
    return Street(environment, address, address, begin), up


def test_up_is_a_whole_hotline_and_leaves_nothing_behind(
    everything: tuple[Street, subprocess.Popen[str]],
) -> None:
    street, up = everything
    assert "your request is 12" in street.text(MARIA, "need groceries near 11216")
    street.reads(ANA, "YES 12")
    assert "12 is yours" in street.text(ANA, "yes")
    street.reads(MARIA, "Ana is taking your request 12")
    assert street.states() == ["taken"]

    family = _family(up)
    assert len(family) >= 6, "web, worker, clock, Redis and who looks after them"
    up.terminate()
    assert up.wait(STOPPED_WITHIN) == 0
    assert not [pid for pid in family if _lives(pid)]


def test_nothing_outlives_an_up_that_was_killed(
    everything: tuple[Street, subprocess.Popen[str]],
) -> None:
    _, up = everything
    family = _family(up)
    up.kill()
    up.wait()
    until(lambda: not [pid for pid in family if _lives(pid)], "everything ends")


def test_whoever_closes_the_terminal_ends_it_and_loses_nothing(
    everything: tuple[Street, subprocess.Popen[str]],
) -> None:
    street, up = everything
    street.text(MARIA, "need groceries near 11216")
    up.send_signal(signal.SIGHUP)
    assert up.wait(STOPPED_WITHIN) == 0
    assert street.states() == ["open"]


def test_whatever_part_of_up_is_killed_comes_back(
    everything: tuple[Street, subprocess.Popen[str]],
) -> None:
    street, up = everything
    first = _family(up)
    for part in _children(up.pid):
        os.kill(part, signal.SIGKILL)
    try:
        until(lambda: len(_children(up.pid) - first) == 4, "all four were started again")
        until(lambda: _answers(f"{street.web}/ready"), "the hotline is up")
        street.text(MARIA, "need groceries near 11216")
        street.reads(ANA, "YES 12")
    finally:
        _end(first - {up.pid})


def test_no_redis_is_left_of_a_part_that_was_killed(
    everything: tuple[Street, subprocess.Popen[str]],
) -> None:
    _, up = everything
    (server,) = _family(up) - _children(up.pid) - {up.pid}
    (part,) = (pid for pid in _children(up.pid) if server in _children(pid))
    os.kill(part, signal.SIGKILL)
    until(lambda: len(_family(up)) == 6, "another was started")
    try:
        until(lambda: not _lives(server), "the former one has ended")
    finally:
        _end({server})


# Processes.


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "hotline", *arguments]


def _clean(environment: Mapping[str, str]) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], **environment}


def _run(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(*arguments),
        env=_clean(environment),
        cwd=environment["HOME"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def _answers(address: str) -> bool:
    try:
        return httpx2.get(address, trust_env=False, verify=certificates()).status_code == 200
    except httpx2.TransportError:
        return False


def _processes() -> dict[int, tuple[int, str]]:
    """The parent and the state of every process on this machine."""
    shown = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
    )
    rows = (line.split() for line in shown.stdout.splitlines())
    return {int(pid): (int(parent), state) for pid, parent, state in rows}


def _children(pid: int, found: Mapping[int, tuple[int, str]] | None = None) -> set[int]:
    found = found or _processes()
    return {it for it, (parent, state) in found.items() if parent == pid and state[0] != "Z"}


def _descendants(pid: int) -> set[int]:
    found = _processes()
    ahead, seen = {pid}, set[int]()
    while ahead:
        ahead = {it for one in ahead for it in _children(one, found)} - seen
        seen |= ahead
    return {it for it in seen if not found[it][1].startswith("Z")}


def _family(process: subprocess.Popen[Any]) -> set[int]:
    return {process.pid} | _descendants(process.pid)


def _lives(pid: int) -> bool:
    _, state = _processes().get(pid, (0, "Z"))
    return not state.startswith("Z")
