"""What the processes say of themselves: one line when they begin, one when a part is lost, and one
when it is found again."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import test_processes as processes
from redis import Redis
from stoppable_redis import StoppableRedis
from test_processes import Begin, begin
from waiting import until

from hotline import settings
from hotline.contact import Contact
from serving import beginning

__all__ = ["begin"]

ENVIRON = {
    "DATABASE_URL": "postgresql://hotline:secret@db.example.org:5433/hotline",
    "REDIS_URL": "rediss://:secret@bell.example.org:6380/0",
    "PUBLIC_URL": "https://help.example.org",
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "secret",
    "HOTLINE_NUMBER": "+12125550199",
}


def _line(**environ: str) -> str:
    return beginning.line("web", settings.load(ENVIRON | environ))


def test_a_process_says_whom_it_works_with_and_no_secret() -> None:
    assert _line() == (
        "web begins: hotline 0.1.0, PostgreSQL at db.example.org:5433, Redis at"
        " bell.example.org:6380, carrier at api.twilio.com, number ending in 0199"
    )


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"DATABASE_URL": "sqlite:////var/hotline.db"}, "SQLite in /var/hotline.db"),
        ({"DATABASE_URL": "postgresql:///hotline?host=/run"}, "PostgreSQL at its socket"),
        ({"REDIS_URL": "unix:///run/redis.sock"}, "Redis at /run/redis.sock"),
        ({"REDIS_URL": "sentinel://:secret@a:1,b:2/hotline"}, "Redis at a:1,b:2"),
        ({"HOTLINE_NUMBER": "54321"}, "number 54321"),
        ({"HOTLINE_NUMBER": "", "TWILIO_MESSAGING_SERVICE_SID": "MG1"}, "a messaging service"),
    ],
)
def test_however_they_are_reached(environ: dict[str, str], said: str) -> None:
    assert said in _line(**environ)
    assert "secret" not in _line(**environ)


def test_a_part_is_lost_once_and_found_once(caplog: pytest.LogCaptureFixture) -> None:
    contact = Contact("Redis", logging.getLogger("hotline.test"))
    contact.found()
    for _ in range(100):
        contact.lost(ValueError("+12125550140"))
    contact.found()
    contact.found()
    assert caplog.messages == ["Redis does not answer (ValueError): trying on", "Redis is back"]


@pytest.fixture
def redis() -> Iterator[StoppableRedis]:
    with StoppableRedis() as redis:
        yield redis


class Journal:
    """What a process wrote so far."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def lines(self, words: str) -> list[str]:
        return [it for it in self._path.read_text().splitlines() if words in it]


@contextmanager
def _running(environment: Mapping[str, str], command: str, *more: str) -> Iterator[Journal]:
    path = Path(environment["HOME"]) / f"{command}.log"
    with path.open("w") as log:
        process = subprocess.Popen(
            processes._command(command, *more),
            env=processes._clean(environment),
            cwd=environment["HOME"],
            stderr=log,
        )
        try:
            yield Journal(path)
        finally:
            process.terminate()
            process.wait()


@pytest.mark.parametrize("command", ["web", "worker", "clock"])
def test_each_says_once_that_redis_is_lost_and_once_that_it_is_back(
    tmp_path: Path, sqlite_url: str, redis: StoppableRedis, begin: Begin, command: str
) -> None:
    street = processes._street(tmp_path, sqlite_url, redis.url, begin)
    port = ["--port", street.web.rpartition(":")[2]] if command == "web" else []
    with _running(street.environment, command, *port) as said:
        until(lambda: said.lines(f"{command} begins: hotline"), "it begins")
        redis.stop()
        until(lambda: said.lines("Redis does not answer"), "it is lost")
        redis.start()
        until(lambda: said.lines("Redis is back"), "it is back")
        with Redis.from_url(redis.url) as client:
            client.config_set("maxmemory", 1)
            until(lambda: said.lines("Redis takes nothing"), "it is full")
            client.config_set("maxmemory", 0)
        until(lambda: len(said.lines("Redis is back")) == 2, "it is back again")
        counted = [len(said.lines(it)) for it in ("begins", "does not answer", "takes nothing")]
    assert counted == [1, 1, 1]
    assert not said.lines("Traceback")
    assert not said.lines("12125550199")
