"""The three processes of a hotline, each wired and run until it is told to end.

`cli` starts one, `up` starts all. What only one of them needs is imported when that one starts.
"""

from __future__ import annotations

import gc
import importlib
import logging
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from threading import Event, Timer
from typing import TYPE_CHECKING

from hotline import settings
from hotline.errors import BadSettings
from hotline.settings import ENVIRONMENT_FILE, Environment, Network, Settings
from hotline.store.database import Database
from hotline.work import House, Now, furnish, utc_now
from serving import beginning
from serving.supervision import NOBODY, Reports, Watchdog
from sms import lexicons

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from hotline.carriers.twilio.client import Heard
    from hotline.resuming import AtCarrier
    from paging.dispatch import JobQueue, PagingWorker
    from paging.signs import Signs
    from serving.doctor_rounds import Rounds


log = logging.getLogger("hotline")

DOCTOR_BEGINS = 60.0  # seconds after the clock
PROGRAM = (
    "uvicorn",
    "serving.app",
    "hotline.carriers.twilio.client",
    "paging.jobs",
    "paging.clock",
)


def import_program() -> None:
    """Import all of it before forking, and read the tables of words, so that the processes share
    the memory that this takes. What is here then is never looked through for garbage: that alone
    would write to it, and copy it."""
    for module in PROGRAM:
        importlib.import_module(module)
    lexicons.learn(Network())  # the tables are the same for every network
    gc.collect()
    gc.freeze()


def web(
    of: Settings,
    host: str,
    port: int,
    front: Starlette | None = None,
    now: Now = utc_now,
    reports: Reports = NOBODY,
) -> None:
    """The webhooks; `front` answers every other address, for a rehearsal."""
    from paging.signs import STUCK, Signs
    from serving.app import Hotline
    from serving.web_server import serve

    log.info("%s", beginning.line("web", of))
    hotline, signs = Hotline(of, now, front), Signs(STUCK)
    with _watched("web", of, hotline.house, hotline.database, hotline.jobs, reports, signs):
        last_answers = 5 if front is None else 1
        serve(hotline.app, host, port, last_answers=last_answers, reports=reports, turn=signs.give)


def worker(of: Settings, now: Now = utc_now, reports: Reports = NOBODY) -> None:
    """One worker: asks volunteers, sends messages."""
    from paging import dispatch
    from paging.signs import STUCK, Signs

    log.info("%s", beginning.line("worker", of))
    database = Database(of.environment.sqlalchemy_url, of.environment.keyring)
    queue = dispatch.JobQueue(of.environment.redis_url)
    house = furnish(of.network, now, of.file)
    _take_up(of, house, database, queue)
    at_work: list[dispatch.PagingWorker] = []
    signs = Signs(STUCK)
    with _watched("worker", of, house, database, queue, reports, signs, lambda: _is_well(at_work)):
        reports.ready()
        dispatch.work(of.environment.redis_url, queue, at_work.append, signs)
    reports.ends()


def _is_well(at_work: Sequence[PagingWorker]) -> bool:
    return bool(at_work) and at_work[-1].is_well()


def clock(of: Settings, now: Now = utc_now, reports: Reports = NOBODY) -> None:
    """Enqueues what is due."""
    from paging import clock as ticking
    from paging.dispatch import JobQueue
    from paging.signs import STUCK, Signs
    from serving import channels

    log.info("%s", beginning.line("clock", of))
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    database = Database(of.environment.sqlalchemy_url, of.environment.keyring)
    queue = JobQueue(of.environment.redis_url)
    house = furnish(of.network, now, of.file)
    ticks, signs = Signs(), Signs(STUCK)
    with (
        _watched("clock", of, house, database, queue, reports, signs, ticks.are_fresh) as send,
        _doctored(of, house, database, queue, send, is_practice=now is not utc_now),
    ):
        reports.ready()
        boxes = channels.letterboxes(of.network)
        ticking.run(database, queue, now, stop, ticks.give, signs.give, boxes)
    reports.ends()
    database.close()


@contextmanager
def _doctored(
    of: Settings,
    house: House,
    database: Database,
    queue: JobQueue,
    send: Callable[..., None],
    *,
    is_practice: bool,
) -> Iterator[None]:
    """The doctor's rounds beside the clock, once the other processes have begun, too. In a
    rehearsal nobody is to be alarmed."""
    if is_practice:
        yield
        return
    begun: list[Rounds] = []

    def begin() -> None:
        from serving import doctor_wiring
        from serving.doctor_rounds import Rounds

        begun.append(Rounds(doctor_wiring.practice(of.environment, house, database, queue), send))
        begun[0].start()

    timer = Timer(DOCTOR_BEGINS, begin)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        for rounds in begun:
            rounds.close()


@contextmanager
def _watched(
    role: str,
    of: Settings,
    house: House,
    database: Database,
    queue: JobQueue,
    reports: Reports,
    signs: Signs,
    is_well: Callable[[], bool] = lambda: True,
) -> Iterator[Callable[..., None]]:
    """A watch beside what this process does, and reports that it goes on for as long as both do:
    one that waits for a part that is away goes on, for to end it would mend nothing. `signs` are
    those of what it does. Gives what brings messages, by their ids, to the carrier."""
    from paging.watch import Lookout

    def send(*ids: int) -> None:
        from paging import jobs

        if role != "worker":  # which is ready for any job
            _take_up(of, house, database, queue)
        jobs.send(*ids)

    watch = Lookout(role, house, database, queue, send, is_well, partial(_read_again, of, house))
    _read_again_when_told(watch.read_again)
    watchdog = Watchdog(reports, lambda: signs.are_fresh() and watch.signs.are_fresh())
    watch.start()
    watchdog.start()
    try:
        yield send
    finally:
        watchdog.close()
        watch.close()


def _read_again_when_told(ask: Callable[[], None]) -> None:
    """By SIGHUP. In a terminal that says that it was closed, and ends whoever runs there."""
    if not is_in_terminal():
        signal.signal(signal.SIGHUP, lambda *_: ask())


def heed_no_hangup_yet() -> None:
    """Whoever has just begun reads the settings anyway."""
    if not is_in_terminal():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


def is_in_terminal() -> bool:
    return sys.stderr.isatty()


def _read_again(of: Settings, house: House) -> None:
    """What changed in the network's settings holds at once. The environment's are addresses,
    accounts and keys, with which everything here has begun: of these only that they changed."""
    log.info("told to read the settings again")
    house.current.look()
    if said := _said_of_environment(of.environment):
        log.warning("%s", said)


def _said_of_environment(begun_with: Environment) -> str:
    try:
        is_the_same = settings.environment_now() == begun_with
    except BadSettings as error:
        return f"the environment has mistakes now (hotline check says them): {len(error.mistakes)}"
    if is_the_same:
        return ""
    return f"{ENVIRONMENT_FILE} has changed, which is read when a process begins: start it again"


def _take_up(of: Settings, house: House, database: Database, queue: JobQueue) -> None:
    """Let this process do jobs: only when it is to, for what that takes is slow to import."""
    from hotline.carriers.twilio.client import Carrier
    from ivr.calling import lost
    from paging import jobs
    from serving import channels

    account = Carrier(of.environment, _counting(of)) if of.network.has_account else None
    by_name = channels.opened(of.environment, of.network)
    jobs.take_up(
        jobs.Tools(
            *(house, database, account, queue),
            end_call=lost,
            channels=by_name,
            letterboxes=channels.letterboxes(of.network),
            take_in=channels.take_in,
        )
    )


def _counting(of: Settings) -> Heard | None:
    """Who is told how long the carrier took: nobody, where nobody may read it."""
    folder = of.environment.metrics_folder
    if folder is None:
        return None
    from serving import carrier_times

    return carrier_times.begin(folder)


def at_carrier_since(of: Settings, since: datetime) -> list[AtCarrier]:
    """All texts and calls that the carrier knows of since then. Raises CarrierError."""
    from hotline.carriers.twilio.client import Carrier

    account = Carrier(of.environment) if of.network.has_account else None
    return account.known_since(since, of.network.country) if account else []
