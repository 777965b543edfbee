"""What goes wrong, one function each, registered with `fault`.

A fault begins, waits as long as its chance says, and ends everything that it began; from its return
on the town is whole again, and the seconds are counted until everything due is done.
"""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from chaos import power
from chaos.people import Crowd
from chaos.town import Member, Town
from hotline.carriers.twilio.client import TIMEOUT

ZONE = ZoneInfo("America/New_York")
MANY = 1_000_000
A_WEEK = timedelta(days=7)
LONGEST_SILENCE = 8.0  # seconds; a carrier that is asleep for longer counts as gone


@dataclass
class Scene:
    """Where a fault happens, and to whom. `wait` is cut short when the run is over."""

    town: Town
    crowd: Crowd
    chance: random.Random
    over: threading.Event

    def wait(self, least: float, most: float) -> None:
        self.over.wait(self.chance.uniform(least, most))

    def one(self, *roles: str) -> Member:
        return self.chance.choice(self.town.of_role(*roles))

    @contextmanager
    def trouble(self, *kinds: str, **more: Any) -> Iterator[None]:
        """The carrier is in trouble of these kinds for the length of the block."""
        for kind in kinds:
            self.town.control("POST", "trouble", json={"kind": kind, "times": MANY, **more})
        try:
            yield
        finally:
            for kind in kinds:
                self.town.control("DELETE", "trouble", params={"kind": kind})


Fault = Callable[[Scene], None]


@dataclass(frozen=True)
class Kind:
    """`where`: the database it needs, or "" for any. `halves`: the machines it needs. `can_be`:
    whether this machine can do it."""

    name: str
    happen: Fault
    where: str
    halves: int
    can_be: Callable[[], bool]


FAULTS: dict[str, Kind] = {}


def fault(
    where: str = "", halves: int = 1, can_be: Callable[[], bool] = lambda: True
) -> Callable[[Fault], Fault]:
    def register(happen: Fault) -> Fault:
        FAULTS[happen.__name__] = Kind(happen.__name__, happen, where, halves, can_be)
        return happen

    return register


def possible(database: str, halves: int) -> list[str]:
    """The faults that there can be in such a town."""
    here = [it for it in FAULTS.values() if it.where in ("", database) and it.halves <= halves]
    return [it.name for it in here if it.can_be()]


@fault()
def quiet(scene: Scene) -> None:
    """Nothing at all: what people do at once is enough."""
    scene.wait(1.0, 2.0)


# People.


@fault()
def flood(scene: Scene) -> None:
    """Many phones that nobody knows ask at once."""
    scene.crowd.flood(scene.chance)
    scene.wait(1.0, 2.0)


# Processes.


def _killed(scene: Scene, role: str) -> None:
    for _ in range(scene.chance.randint(1, 4)):
        scene.town.kill(scene.one(role))
        scene.wait(0.1, 1.0)


@fault()
def web_killed(scene: Scene) -> None:
    _killed(scene, "web")


@fault()
def worker_killed(scene: Scene) -> None:
    _killed(scene, "worker")


@fault()
def clock_killed(scene: Scene) -> None:
    _killed(scene, "clock")


@fault()
def all_killed(scene: Scene) -> None:
    for it in scene.town.of_role("web", "worker", "clock"):
        scene.town.kill(it)


@fault()
def steps_deadly(scene: Scene) -> None:
    """Any step of any process may be its last: statements, commits, sends, jobs."""
    scene.town.clock.risk = scene.chance.choice((0.0005, 0.001, 0.002))
    try:
        scene.wait(3.0, 6.0)
    finally:
        scene.town.clock.risk = 0.0


@fault()
def workers_away(scene: Scene) -> None:
    with scene.town.held(scene.town.of_role("worker"), signal.SIGKILL):
        scene.wait(2.0, 5.0)


@fault()
def told_to_end(scene: Scene) -> None:
    """As at an update: each process is told to end, and started again."""
    for it in scene.town.of_role("web", "worker", "clock"):
        scene.town.kill(it, signal.SIGTERM)
        scene.wait(0.1, 0.5)


@fault()
def process_frozen(scene: Scene) -> None:
    with scene.town.frozen(scene.one("web", "worker", "clock")):
        scene.wait(1.0, 5.0)


@fault(halves=2)
def machine_lost(scene: Scene) -> None:
    half = scene.chance.choice((0, 1))
    with scene.town.held(scene.town.of_role("web", "worker", "clock", half=half), signal.SIGKILL):
        scene.wait(3.0, 6.0)


# Redis.


@fault()
def redis_restarted(scene: Scene) -> None:
    """It comes back with what it held."""
    how = scene.chance.choice((signal.SIGKILL, signal.SIGTERM))
    with scene.town.held(scene.town.of_role("redis"), how):
        scene.wait(0.2, 4.0)


@fault()
def redis_emptied(scene: Scene) -> None:
    """It comes back with nothing."""
    with scene.town.held(scene.town.of_role("redis"), signal.SIGKILL):
        for kept in scene.town.redis_folder.glob("appendonlydir/*"):
            kept.unlink()
        scene.wait(0.2, 3.0)


@fault()
def redis_flushed(scene: Scene) -> None:
    for _ in range(scene.chance.randint(1, 5)):
        scene.town.flush_redis()
        scene.wait(0.1, 0.5)


@fault()
def redis_hangs(scene: Scene) -> None:
    with scene.town.frozen(scene.one("redis")):
        scene.wait(1.0, 5.0)


# PostgreSQL.


def _postgresql_away(scene: Scene, how: signal.Signals) -> None:
    with scene.town.held(scene.town.of_role("postgresql"), how):
        scene.wait(0.5, 4.0)


@fault(where="postgresql")
def postgresql_restarted(scene: Scene) -> None:
    _postgresql_away(scene, signal.SIGINT)


@fault(where="postgresql")
def postgresql_crashes(scene: Scene) -> None:
    """No last word to anybody, and a recovery at the next start."""
    _postgresql_away(scene, signal.SIGQUIT)


# The disk.


@fault()
def disk_full(scene: Scene) -> None:
    town = scene.town
    town.disk.fill(town.pids("web", "worker", "postgresql"))
    try:
        scene.wait(2.0, 5.0)
    finally:
        town.disk.empty()


@fault(where="sqlite", can_be=power.is_loaded)
def power_cut(scene: Scene) -> None:
    """Everything on the machine ends at once, and of what was written last the disk has a part."""
    with scene.town.losing_power(scene.chance):
        scene.wait(1.0, 4.0)


# The carrier.


@fault()
def carrier_slow(scene: Scene) -> None:
    with scene.trouble("slow", seconds=scene.chance.uniform(0.5, 3.0)):
        scene.wait(3.0, 6.0)


@fault()
def carrier_busy(scene: Scene) -> None:
    with scene.trouble("busy"):
        scene.wait(2.0, 4.0)


@fault()
def carrier_broken(scene: Scene) -> None:
    with scene.trouble("broken"):
        scene.wait(2.0, 4.0)


@fault()
def carrier_takes_silently(scene: Scene) -> None:
    """It accepts and never answers."""
    seconds = scene.chance.choice((0.1, 1.0, 20.0))
    with scene.trouble("silent_taken", seconds=seconds):
        scene.wait(3.0, 5.0)
    # It is not over before the last who waits for an answer has given up.
    scene.over.wait(min(seconds, TIMEOUT))


@fault()
def carrier_takes_and_never_tells(scene: Scene) -> None:
    """It accepts, never answers, and no callback comes either: only asking it helps."""
    with scene.trouble("silent_taken", "no_callbacks", seconds=0.1):
        scene.wait(3.0, 5.0)


@fault()
def carrier_loses(scene: Scene) -> None:
    """It neither accepts nor answers."""
    with scene.trouble("silent_lost", seconds=scene.chance.choice((0.1, 1.0))):
        scene.wait(2.0, 4.0)


@fault()
def carrier_moody(scene: Scene) -> None:
    """A bit of everything, text by text."""
    kinds = ["busy", "broken", "silent_taken", "silent_lost", "slow"]
    for _ in range(40):
        wish = {"kind": scene.chance.choice(kinds), "times": 2, "seconds": 0.2}
        scene.town.control("POST", "trouble", json=wish)
    try:
        scene.wait(3.0, 6.0)
    finally:
        for kind in kinds:
            scene.town.control("DELETE", "trouble", params={"kind": kind})


@fault()
def carrier_refuses_us(scene: Scene) -> None:
    """Our account is not in order, for a moment."""
    with scene.trouble("account_refused"):
        scene.wait(1.0, 2.0)


@fault()
def carrier_hangs(scene: Scene) -> None:
    with scene.town.frozen(scene.one("carrier")):
        scene.wait(1.0, LONGEST_SILENCE)


@fault()
def callbacks_late(scene: Scene) -> None:
    with scene.trouble("callbacks_late", seconds=scene.chance.uniform(1.0, 5.0)):
        scene.wait(2.0, 4.0)


@fault()
def callbacks_twice(scene: Scene) -> None:
    with scene.trouble("callbacks_twice"):
        scene.wait(2.0, 4.0)


@fault()
def steps_twice(scene: Scene) -> None:
    with scene.trouble("steps_twice"):
        scene.wait(2.0, 4.0)


@fault()
def callbacks_backwards(scene: Scene) -> None:
    with scene.trouble("callbacks_backwards"):
        scene.wait(2.0, 4.0)


@fault()
def callbacks_lost(scene: Scene) -> None:
    with scene.trouble("no_callbacks"):
        scene.wait(2.0, 4.0)


# Time.


@fault()
def clocks_change(scene: Scene) -> None:
    """To a minute before summer time begins or ends, over it, and on to the next morning. Nothing
    happens where that is far off: what was over by now would be deleted on the way."""
    change = next_change(scene.town.clock())
    if change - scene.town.clock() > A_WEEK:
        scene.wait(1.0, 2.0)
        return
    scene.town.leap(change - timedelta(minutes=1) - scene.town.clock())
    scene.wait(1.0, 2.0)
    scene.town.leap(timedelta(minutes=2))
    scene.wait(1.0, 2.0)
    scene.town.leap(timedelta(hours=1))
    scene.wait(0.5, 1.0)
    scene.town.leap(next_morning(scene.town.clock()) - scene.town.clock())


def next_change(now: datetime) -> datetime:
    """When clocks in the neighborhood change next."""
    moment = now.replace(minute=0, second=0, microsecond=0)
    offset = moment.astimezone(ZONE).utcoffset()
    while moment.astimezone(ZONE).utcoffset() == offset:
        moment += timedelta(hours=1)
    return moment


def next_morning(now: datetime) -> datetime:
    """The next 8:30 there."""
    local = now.astimezone(ZONE)
    morning = local.replace(hour=8, minute=30, second=0, microsecond=0)
    if morning <= local:
        morning = (morning + timedelta(days=1)).replace(hour=8)
    return morning.astimezone(UTC)
