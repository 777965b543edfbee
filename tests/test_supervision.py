"""Whoever keeps a process running hears that it is ready and goes on, and of one that lives and
does nothing hears nothing more."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from ports import own_port
from service_manager import Manager
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from waiting import until

from paging import clock, dispatch
from paging.signs import STUCK, Signs
from serving import web_server
from serving.processes import Keeper
from serving.supervision import NOBODY, Hearing, Reports, Watchdog, to_manager

A_MOMENT = 0.2  # seconds


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    with Manager(tmp_path / "notify", watchdog=0.02) as it:
        yield it


# What is said, and to whom.


@pytest.mark.parametrize("name", ["notify", "@hotline-of-the-tests"])
def test_whoever_began_it_hears_that_it_is_ready(tmp_path: Path, name: str) -> None:
    at = Manager(name if name[0] == "@" else tmp_path / name)
    with at as manager, closing(to_manager(manager.environment)) as reports:
        reports.ready()
        manager.hears("READY=1")
        reports.ends()
        manager.hears("STOPPING=1")


def test_what_it_begins_itself_is_no_business_of_the_managers(manager: Manager) -> None:
    environ = {**manager.environment, "WATCHDOG_PID": str(os.getpid()), "PATH": "/bin"}
    to_manager(environ).close()
    assert environ == {"PATH": "/bin"}


@pytest.mark.parametrize("address", ["", "notify", "vsock:2:1", "/there/is/none"])
def test_without_a_manager_nothing_is_said_and_nothing_fails(address: str) -> None:
    reports = to_manager({"NOTIFY_SOCKET": address} if address else {})
    assert reports is NOBODY
    reports.ready()
    reports.goes_on()


def test_a_manager_that_is_gone_or_hears_nothing_holds_nobody_up(tmp_path: Path) -> None:
    with ExitStack() as stack:
        with Manager(tmp_path / "notify") as manager:
            reports = stack.enter_context(closing(to_manager(manager.environment)))
            for _ in range(10_000):  # more than a socket holds
                reports.goes_on()
        reports.goes_on()


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({"WATCHDOG_USEC": "2000000"}, 1.0),
        ({"WATCHDOG_USEC": "60000000"}, 5.0),
        ({}, 5.0),
        ({"WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "1"}, 5.0),
    ],
)
def test_it_says_so_twice_as_often_as_is_counted_on(
    manager: Manager, environ: dict[str, str], seconds: float
) -> None:
    named = {"NOTIFY_SOCKET": manager.environment["NOTIFY_SOCKET"]}
    with closing(to_manager({**named, **environ})) as reports:
        assert reports.every == seconds


def test_it_goes_on_only_while_it_moves(manager: Manager) -> None:
    moves = threading.Event()
    moves.set()
    with closing(to_manager(manager.environment)) as reports:
        watchdog = Watchdog(reports, moves.is_set)
        watchdog.start()
        manager.hears("WATCHDOG=1")
        moves.clear()
        until(lambda: manager.hears_nothing_for(A_MOMENT), "it says nothing more")
        moves.set()
        manager.hears("WATCHDOG=1")
        watchdog.close()


# What is a sign.


def test_a_sign_holds_as_long_as_it_says() -> None:
    signs = Signs(hold=0.0)
    assert not signs.are_fresh()
    signs.give(STUCK)
    assert signs.are_fresh()
    signs.give()
    assert not signs.are_fresh()


def test_a_loop_that_hangs_answers_nobody_and_does_not_go_on(manager: Manager) -> None:
    """As a web server in which something waits that must not."""
    hang, signs = threading.Event(), Signs(A_MOMENT)

    async def hangs(_: Request) -> Response:
        hang.wait()
        return Response()

    port = own_port()
    child = os.fork()
    if child == 0:
        reports = to_manager(manager.environment)
        watchdog = Watchdog(reports, signs.are_fresh)
        watchdog.start()
        app = Starlette(routes=[Route("/", hangs)])
        with contextlib.suppress(SystemExit):
            web_server.serve(app, "127.0.0.1", port, reports=reports, turn=lambda: signs.give(1.5))
        os._exit(0)
    try:
        manager.hears("READY=1")
        manager.hears("WATCHDOG=1")
        with contextlib.suppress(httpx2.TransportError):
            httpx2.get(f"http://127.0.0.1:{port}/", timeout=A_MOMENT, trust_env=False)
        until(lambda: manager.hears_nothing_for(A_MOMENT), "it does not go on")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


class Counted(Signs):
    """Tells how many were given since it began."""

    def __init__(self) -> None:
        self.given = -1
        super().__init__(STUCK)

    def give(self, hold: float | None = None) -> None:
        super().give(hold)
        self.given += 1


def test_a_clock_whose_database_is_away_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """To end it would mend nothing; only its sign of life in SQL is missing."""
    stop, ticked, signs = threading.Event(), list[int](), Counted()
    tries = iter([lambda: None, lambda: None, stop.set])

    def away(*_: object) -> int:
        next(tries)()
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(clock, "tick", away)
    monkeypatch.setattr(clock, "TICK", 0.0)
    clock.run(None, None, lambda: datetime.now(UTC), stop, lambda: ticked.append(1), signs.give)  # type: ignore[arg-type]
    assert (signs.given, ticked) == (3, [])


def test_a_worker_whose_redis_is_away_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "LET_REST", 0.0)
    queue, signs = dispatch.JobQueue("redis://127.0.0.1:1"), Counted()
    answers = iter([False, False, False, True])
    monkeypatch.setattr(queue, "can_write", lambda: next(answers))
    queue.await_redis(signs)
    assert signs.given == 3


def test_a_worker_gives_signs_while_it_waits_and_for_a_job_as_long_as_one_may_take(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = list[float | None]()

    class Noted(Signs):
        def give(self, hold: float | None = None) -> None:
            held.append(hold)
            super().give(hold)

    from hotline.work import Job

    queue = dispatch.JobQueue(redis_url)
    worker = dispatch.worker(redis_url, signs=Noted(STUCK))
    worker.work(burst=True, logging_level="WARNING")
    assert held
    assert set(held) == {None}
    monkeypatch.setattr("paging.jobs.send", lambda *_: None)
    queue.enqueue([Job("send", (1,), "send-1")])
    worker.work(burst=True, logging_level="WARNING")
    at = held.index(dispatch.JOB_STUCK)
    assert held[at + 1] is None, "and afterwards as usual"
    queue.close()
    assert dispatch.JOB_STUCK > dispatch.JOB_TIMEOUT


# Several processes, kept by one of ours.


class Kept:
    """A keeper in a process of its own, with patience of a moment."""

    def __init__(self, manager: Manager, **tasks: Callable[[Reports], None]) -> None:
        self.pid = os.fork()
        if self.pid == 0:
            reports = to_manager(manager.environment)
            try:
                Keeper(tasks, reports=reports, patience=1.0).run()
            finally:
                os._exit(0)

    def end(self) -> None:
        os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)


def _goes_on(note: Path, reports: Reports) -> None:
    with note.open("a") as file:
        file.write(f"{os.getpid()}\n")
    reports.ready()
    Watchdog(Reports(reports._channel, every=0.05), lambda: True).start()
    signal.pause()


def _begins_and_hangs(note: Path, reports: Reports) -> None:
    with note.open("a") as file:
        file.write(f"{os.getpid()}\n")
    reports.ready()
    signal.pause()


def _starts(note: Path) -> int:
    return len(note.read_text().splitlines()) if note.exists() else 0


def test_all_are_ready_before_their_keeper_is(manager: Manager, tmp_path: Path) -> None:
    gate = tmp_path / "gate"

    def waits(reports: Reports) -> None:
        until(gate.exists, "somebody opens")
        reports.ready()
        signal.pause()

    kept = Kept(manager, quick=lambda it: _goes_on(tmp_path / "quick", it), slow=waits)
    try:
        until(lambda: _starts(tmp_path / "quick"), "one is ready")
        manager.hears("WATCHDOG=1")  # the keeper itself goes on, and is not ready
        gate.touch()
        manager.hears("READY=1")
    finally:
        kept.end()
    manager.hears("STOPPING=1")


def test_one_that_lives_and_does_nothing_is_started_again(manager: Manager, tmp_path: Path) -> None:
    well, stuck = tmp_path / "well", tmp_path / "stuck"
    kept = Kept(
        manager,
        well=lambda it: _goes_on(well, it),
        stuck=lambda it: _begins_and_hangs(stuck, it),
    )
    try:
        until(lambda: _starts(stuck) > 1, "it was ended and started again")
        assert _starts(well) == 1
    finally:
        kept.end()


def test_one_that_never_reports_is_left_alone() -> None:
    """As the Redis of a rehearsal, which is no program of ours."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    hearing = Hearing(ours)
    hearing.listen(1_000.0)
    assert not hearing.is_silent(1_000_000.0, 1.0)
    theirs.send(b"WATCHDOG=1")
    hearing.listen(1_000.0)
    assert (hearing.is_ready, hearing.is_silent(1_001.0, 1.0), hearing.is_silent(1_001.1, 1.0)) == (
        False,
        False,
        True,
    )
    theirs.close()
    hearing.close()
