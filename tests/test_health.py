"""When something is broken somebody knows: what `/ready` and `/health/deep` say, and the one text
that stewards get when asking is late, and the one when it is well again."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import httpx2
import pytest
import test_processes as processes
from neighborhood import CAST, NETWORK, NOON, Neighborhood, open_neighborhood
from redis import Redis
from stoppable_redis import StoppableRedis
from test_processes import ANA, MARIA, Begin, begin
from test_webhook_guard import Door, open_door
from waiting import until

from chaos.clock import SharedClock
from hotline import health
from hotline.health import LastAnswer, Vital, Vitals
from hotline.store import vitals
from hotline.store.tables import alarm, heartbeat
from paging import jobs
from paging import watch as watch_of
from paging.dispatch import JobQueue
from paging.watch import Lookout
from serving import health as health_desk

__all__ = ["begin"]

MINUTE = timedelta(minutes=1)
CLEO = "+12125550100"
STEWARDS = NETWORK.replace("[hotline]", f'[hotline]\nstewards = ["{CAST["Cleo"]}"]')
LATE, WELL = "asking neighbors is late", "asking neighbors works again"


# What is said of each part.


def parts(found: Vitals | None, *, can_write: bool = True, redis: bool = True) -> dict[str, Vital]:
    return health.parts(found, NOON, can_write=can_write, redis_can_write=redis)


AT_WORK = {"worker": NOON - 9 * timedelta(seconds=1), "clock": NOON}


def test_all_is_well() -> None:
    said = parts(Vitals(AT_WORK, NOON + MINUTE, None, NOON - 5 * MINUTE, LastAnswer.TAKEN))
    assert {name: it.said for name, it in said.items() if it.well} == {
        "web": "answers",
        "database": "can be read and written",
        "redis": "can be read and written",
        "worker": "is at work",
        "clock": "is at work",
        "oldest_due": "nothing is overdue",
        "oldest_waiting_text": "no text waits",
        "last_page": "somebody was asked within the last hour",
        "carrier": "took our last message",
    }


@pytest.mark.parametrize(
    ("found", "name", "said"),
    [
        (Vitals({"clock": NOON}), "worker", "none is running"),
        (
            Vitals(AT_WORK | {"clock": NOON - 7 * MINUTE}),
            "clock",
            "gave its last sign of life 7 minutes ago",
        ),
        (Vitals(AT_WORK, oldest_due=NOON - 6 * MINUTE), "oldest_due", "late by 6 minutes"),
        (
            Vitals(AT_WORK, oldest_text=NOON - 61 * MINUTE),
            "oldest_waiting_text",
            "late by 61 minutes",
        ),
        (
            Vitals(AT_WORK, carrier=LastAnswer.REFUSED),
            "carrier",
            "refuses our account: texts wait until it is mended",
        ),
        (None, "worker", "not known without the database"),
    ],
)
def test_what_is_not_well(found: Vitals | None, name: str, said: str) -> None:
    assert parts(found)[name] == Vital(False, said)


def test_of_when_somebody_was_asked_only_the_hour_is_told() -> None:
    for moment, said in {
        NOON - 59 * MINUTE: "somebody was asked within the last hour",
        NOON - 61 * MINUTE: "the last was asked 1 hour ago",
        NOON - 60 * 49 * MINUTE: "the last was asked 2 days ago",
    }.items():
        assert parts(Vitals(AT_WORK, last_page=moment))["last_page"] == Vital(True, said)


def test_late_is_five_minutes_and_well_is_less_than_one() -> None:
    assert not health.is_alarm(4.9 * MINUTE, was_alarm=False)
    assert health.is_alarm(5 * MINUTE, was_alarm=False)
    assert health.is_alarm(2 * MINUTE, was_alarm=True)
    assert not health.is_alarm(0.5 * MINUTE, was_alarm=True)


# What the web answers.


@pytest.fixture
def redis() -> Iterator[StoppableRedis]:
    with StoppableRedis() as redis:
        yield redis


@pytest.fixture
def door(database_url: str, redis: StoppableRedis) -> Iterator[Door]:
    with open_door(database_url, redis.url) as door:
        yield door


def _deep(door: Door) -> tuple[int, dict[str, Any]]:
    answer = door.http.get("/health/deep")
    return answer.status_code, answer.json()


def _beat(door: Door, *roles: str, ago: timedelta = timedelta()) -> None:
    now = door.hotline.house.now() - ago
    for role in roles:
        door.hotline.database.write(lambda c, role=role: vitals.beat(c, role, "one:1", now))


def test_with_a_worker_and_a_clock_the_whole_is_well(door: Door) -> None:
    _beat(door, "worker", "clock")
    status, said = _deep(door)
    assert (status, said["well"]) == (200, True)
    assert all(it["well"] and it["is"] for it in said["parts"].values())


def test_without_a_worker_web_is_ready_and_the_whole_is_not_well(door: Door) -> None:
    _beat(door, "clock")
    _beat(door, "worker", ago=2 * MINUTE)
    status, said = _deep(door)
    assert (status, said["well"]) == (503, False)
    assert {name for name, it in said["parts"].items() if not it["well"]} == {"worker"}
    assert door.http.get("/ready").status_code == 200


def _full(redis: Redis) -> None:
    redis.config_set("maxmemory", 1)


def _follows(redis: Redis) -> None:
    redis.replicaof("127.0.0.1", "1")


@pytest.mark.parametrize("refuse", [_full, _follows])
def test_a_redis_that_answers_and_takes_nothing_is_not_ready(
    door: Door, redis: StoppableRedis, refuse: Any
) -> None:
    _beat(door, "worker", "clock")
    with Redis.from_url(redis.url) as client:
        refuse(client)
    assert door.http.get("/ready").json() == {"database": True, "migrations": True, "redis": False}
    status, said = _deep(door)
    assert status == 503
    assert not said["parts"]["redis"]["well"]


def test_a_database_that_can_only_be_read_is_not_ready(
    postgresql_url: str, redis: StoppableRedis
) -> None:
    with open_door(
        f"{postgresql_url}&options=-c%20default_transaction_read_only%3Don", redis.url
    ) as door:
        answer = door.http.get("/ready")
        assert answer.json() == {"database": False, "migrations": True, "redis": True}
        assert not _deep(door)[1]["parts"]["database"]["well"]


def test_looking_leaves_nothing_behind(door: Door) -> None:
    assert door.http.get("/ready").status_code == 200
    _deep(door)
    assert door.count(heartbeat) == 0


def test_however_many_ask_it_is_looked_up_once_in_a_while() -> None:
    looks: list[int] = []

    def look() -> int:
        looks.append(1)
        return len(looks)

    lately = health_desk.Lately(look, seconds=60)
    with ThreadPoolExecutor(8) as many:
        assert set(many.map(lambda _: lately(), range(100))) == {1}


def test_nothing_of_anybody_is_told(maple: Neighborhood) -> None:
    maple.text("Maria", "need elderberries")
    said = httpx2.get(f"{maple.address}/health/deep", trust_env=False).text
    assert "elderberries" not in said
    assert not re.search(r"\d{3}", said), "no number"
    assert not any(name in said for name in CAST)


# Asking is late.


@pytest.fixture
def maple(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(database_url, redis_url, STEWARDS) as neighborhood:
        neighborhood.put_on_roster({"phone": CAST["Ana"], "name": "Ana"})
        yield neighborhood


def _watches(maple: Neighborhood, *roles: str) -> list[Lookout]:
    queue = JobQueue("redis://127.0.0.1:1")  # of no use, as when Redis is gone
    house, database = maple.hotline.house, maple.database
    return [Lookout(role, house, database, queue, jobs.send) for role in roles]


def _all_look(*watches: Lookout) -> None:
    """All at once, several times."""
    with ThreadPoolExecutor(len(watches)) as at_once:
        for _ in range(3):
            list(at_once.map(Lookout.look, watches))


def _text_and_let_it_wait(maple: Neighborhood, length: timedelta) -> None:
    """No worker is there to do what is due."""
    wish = {"from": CAST["Maria"], "body": "need food"}
    httpx2.post(f"{maple.address}/rehearsal/texts", json=wish, trust_env=False).raise_for_status()
    maple.hotline.enqueuer.settle()
    maple.now.moment += length


def _told(maple: Neighborhood) -> list[str]:
    return [it.body for it in maple.received() if it.who == "Cleo"]


def test_the_stewards_hear_once_that_asking_is_late_and_once_that_it_is_well(
    maple: Neighborhood,
) -> None:
    watches = _watches(maple, "web", "web", "clock")
    _text_and_let_it_wait(maple, 4 * MINUTE)
    _all_look(*watches)
    assert _told(maple) == []

    maple.now.moment += 2 * MINUTE
    _all_look(*watches)
    (late,) = _told(maple)
    assert LATE in late
    assert "12pm" in late, "since when"
    maple.now.moment += 60 * MINUTE
    _all_look(*watches)
    assert _told(maple) == []

    maple.tick()
    _all_look(*watches)
    (well,) = _told(maple)
    assert WELL in well
    assert (
        maple.database.read(lambda c: c.scalar(alarm.select().with_only_columns(alarm.c.since)))
        is None
    )


def test_a_machine_that_has_slept_is_given_a_moment(maple: Neighborhood) -> None:
    (watch,) = _watches(maple, "clock")
    _text_and_let_it_wait(maple, 60 * MINUTE)
    watch.look()
    maple.tick()
    watch.look()
    watch.look()
    assert _told(maple) == []


def test_what_the_carrier_does_not_take_at_once_is_brought_again(maple: Neighborhood) -> None:
    (watch,) = _watches(maple, "web")
    _text_and_let_it_wait(maple, 6 * MINUTE)
    maple.trouble("busy", times=1)
    _all_look(watch)
    assert _told(maple) == []
    maple.now.moment += MINUTE
    _all_look(watch)
    assert len(_told(maple)) == 1


def test_a_process_that_only_seems_to_live_gives_no_sign(maple: Neighborhood) -> None:
    queue = JobQueue("redis://127.0.0.1:1")
    house, database = maple.hotline.house, maple.database
    for role, is_well in {"worker": False, "clock": True}.items():
        Lookout(role, house, database, queue, jobs.send, lambda it=is_well: it).look()
    assert set(database.read(vitals.vitals).beats) == {"clock"}


def test_after_a_leap_of_the_clock_nobody_has_fallen_silent(maple: Neighborhood) -> None:
    noon, late = maple.now(), maple.now() + timedelta(hours=3)
    for role, ago in (("worker", 0), ("clock", 6)):
        at = noon - timedelta(minutes=ago)
        maple.database.write(lambda c, role=role, at=at: vitals.beat(c, role, "one", at))
    maple.database.write(lambda c: vitals.carry_over(c, noon, late))
    beats = maple.database.read(vitals.vitals).beats
    assert (beats["worker"], beats["clock"]) == (late, noon - timedelta(minutes=6))


def test_signs_of_processes_that_are_gone_are_swept_up(maple: Neighborhood) -> None:
    now = maple.now()
    for number, ago in enumerate((60 * MINUTE, 10 * MINUTE, MINUTE, timedelta())):
        maple.database.write(lambda c, n=number, at=now - ago: vitals.beat(c, "worker", f"{n}", at))
    kept = heartbeat.select().with_only_columns(heartbeat.c.process)
    assert set(maple.database.read(lambda c: c.execute(kept).scalars().all())) == {"2", "3"}


def test_a_watch_that_is_told_to_read_again_does_so_at_once_and_ends_when_told(
    maple: Neighborhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_of, "LOOKS_EVERY", 3600.0)
    was_read = Event()
    house, database, queue = maple.hotline.house, maple.database, JobQueue("redis://127.0.0.1:1")
    watch = Lookout("clock", house, database, queue, jobs.send, again=was_read.set)
    watch.start()
    watch.read_again()
    assert was_read.wait(PATIENT)
    watch.close()
    assert not watch._thread.is_alive()


# The same with real processes, whose time is moved by hand.

ROOT = Path(__file__).parent.parent
PATIENT = 120.0  # seconds: a busy machine starts four processes


class Town:
    """Web, worker, clock and carrier, each a process that takes its time from one file."""

    def __init__(self, folder: Path, database_url: str, redis_url: str, begin: Begin) -> None:
        self.street = processes._street(folder, database_url, redis_url, begin)
        configuration = processes.CONFIGURATION.replace(
            "[hotline]", f'[hotline]\nstewards = ["{CLEO}"]'
        )
        (folder / "maple.toml").write_text(configuration)
        self.clock = SharedClock(folder / "clock")
        self.clock.set(NOON)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._folder = folder

    def open(self) -> None:
        self.street.run("migrate")
        self.street.run("roster", "import", "roster.csv")
        web, carrier = self.street.web, self.street.carrier
        self.start("carrier", "--port", carrier.rpartition(":")[2], "--sms-url", f"{web}/sms")
        self.start("web", "--port", web.rpartition(":")[2])
        self.start("clock")
        self.start("worker")
        phones = f"{carrier}/rehearsal/phones"
        until(lambda: processes._answers(phones), "the carrier is ready", PATIENT)
        until(lambda: self.deep()["well"], "everything is well", PATIENT)

    def start(self, role: str, *more: str) -> None:
        command = [sys.executable, "-m", "chaos.process", role, "--clock", self.clock.path, *more]
        environment = processes._clean(self.street.environment)
        path = os.pathsep.join([str(ROOT), str(ROOT / "queue")])
        self.running[role] = subprocess.Popen(
            command, env=environment | {"PYTHONPATH": path}, cwd=self._folder
        )

    def kill(self, role: str) -> None:
        process = self.running.pop(role)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        for role in list(self.running):
            self.kill(role)

    def deep(self) -> dict[str, Any]:
        try:
            found = httpx2.get(f"{self.street.web}/health/deep", trust_env=False).json()
        except (httpx2.TransportError, json.JSONDecodeError):
            return {"well": False, "parts": {}}
        return dict(found)

    def broken(self) -> set[str]:
        return {name for name, it in self.deep()["parts"].items() if not it["well"]}

    def told(self, words: str) -> int:
        return sum(words in it for it in self.street.texts_to(CLEO))


@contextmanager
def _open_town(folder: Path, database_url: str, redis_url: str, begin: Begin) -> Iterator[Town]:
    town = Town(folder, database_url, redis_url, begin)
    try:
        town.open()
        yield town
    finally:
        town.close()


def test_with_the_worker_dead_web_or_clock_tells_the_stewards(
    tmp_path: Path, postgresql_url: str, redis: StoppableRedis, begin: Begin
) -> None:
    with _open_town(tmp_path, postgresql_url, redis.url, begin) as town:
        town.kill("worker")
        assert "your request is 12" in town.street.text(MARIA, "need medicine")
        town.clock.leap(6 * MINUTE)
        until(lambda: town.told(LATE), "the stewards are told", PATIENT)
        assert {"worker", "oldest_due"} <= town.broken()
        assert processes._answers(f"{town.street.web}/ready")

        town.start("worker")
        until(lambda: town.told(WELL), "the stewards are told again", PATIENT)
        town.street.reads(ANA, "YES 12")
        until(lambda: not town.broken(), "everything is well", PATIENT)
        assert (town.told(LATE), town.told(WELL)) == (1, 1)


def test_with_redis_dead_and_the_clock_dead_web_does_it_alone(
    tmp_path: Path, sqlite_url: str, redis: StoppableRedis, begin: Begin
) -> None:
    with _open_town(tmp_path, sqlite_url, redis.url, begin) as town:
        redis.stop()
        town.kill("clock")
        town.kill("worker")
        assert "your request is 12" in town.street.text(MARIA, "need medicine")
        town.clock.leap(6 * MINUTE)
        until(lambda: town.told(LATE), "the stewards are told", PATIENT)
        assert {"redis", "clock", "worker", "oldest_due"} <= town.broken()

        redis.start()
        town.start("clock")
        town.start("worker")
        until(lambda: town.told(WELL), "the stewards are told again", PATIENT)
        town.street.reads(ANA, "YES 12")
        assert (town.told(LATE), town.told(WELL)) == (1, 1)
