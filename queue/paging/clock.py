"""What happens because time passes: find what is due in SQL and enqueue it.

It changes nothing itself, so several clocks double nothing, and none is ever behind by more than
a tick: a job that was lost is enqueued again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from hotline.carriers.shape import Letterbox
from hotline.contact import Contact
from hotline.desk.step import ask_job
from hotline.store import broadcasts, forgetting, messages, requests, restorations, retention
from hotline.store import calls as calls_of
from hotline.store.database import Database
from hotline.work import Job
from paging.dispatch import JobQueue

log = logging.getLogger("hotline.clock")

TICK = 1.0  # seconds between two looks
MOST = 1000  # requests, and messages, enqueued in one tick
BATCH = 100  # messages in one job
FEW = 20  # things to delete at the carrier in one job: nobody waits for them
GRACE = timedelta(seconds=2)  # whoever wrote a message has enqueued it by then
AGAIN = timedelta(seconds=15)  # after that long a job is taken for lost and enqueued anew


def due(connection: Connection, now: datetime) -> list[Job]:
    """The jobs to enqueue now. While a restored database waits to be resumed: about what is
    new."""
    held = restorations.waiting(connection)
    jobs = _due(connection, now)
    return jobs if held is None else [it for job in jobs for it in _new(connection, held, job)]


def _new(connection: Connection, held: restorations.Restoration, job: Job) -> list[Job]:
    """What is left of a job."""
    about = restorations.newer(held, job.kind, job.about, connection)
    return [replace(job, about=tuple(about))] if about else []


def _due(connection: Connection, now: datetime) -> list[Job]:
    asks = [_ask_job(it, now) for it in requests.due_requests(connection, now, MOST)]
    waiting = messages.due_messages(connection, now - GRACE, MOST)
    sends = [
        Job("send", tuple(waiting[start : start + BATCH]), f"send-{waiting[start]}-{_slot(now)}")
        for start in range(0, len(waiting), BATCH)
    ]
    calls = calls_of.calls_due(connection, now, BATCH)
    ends = [Job("end_calls", tuple(calls), f"end-calls-{calls[0]}-{_slot(now)}")] if calls else []
    gone = forgetting.due_erasures(connection, now, FEW)
    erases = [Job("erase", tuple(gone), f"erase-{gone[0]}-{_slot(now)}")] if gone else []
    many = [
        Job("go_on", (number,), f"go-on-{number}-{batch}-{_slot(now)}")
        for number, batch in broadcasts.due_broadcasts(connection, now, FEW)
    ]
    is_old = retention.is_due(connection, now)
    forgets = [Job("forget_old", (), f"forget-old-{_slot(now)}")] if is_old else []
    return asks + sends + ends + erases + many + forgets


def _ask_job(it: requests.DueRequest, now: datetime) -> Job:
    job = ask_job(it)
    # `due` tells how late a wave is, but not since when others are owed.
    overdue = it.owed > 0 or it.due is None or now - it.due > AGAIN
    return Job(job.kind, job.about, f"{job.name}-{_slot(now)}") if overdue else job


def _slot(now: datetime) -> int:
    """The same for a while and for every clock: within it one job for one piece of work."""
    return int(now.timestamp() // AGAIN.total_seconds())


def tick(
    database: Database, queue: JobQueue, now: datetime, letterboxes: Sequence[Letterbox] = ()
) -> int:
    """One look at what is due, and into the letterboxes. Returns how many jobs were enqueued."""
    jobs = [
        Job("collect", (place,), f"collect-{place}-{now.timestamp():.0f}")
        for place, it in enumerate(letterboxes)
        if it.has_news()
    ]
    jobs += database.read(lambda connection: due(connection, now))
    if jobs and queue.has_plenty():
        return 0  # the workers have not begun the last ones yet
    queue.enqueue(jobs)
    return len(jobs)


def run(
    database: Database,
    queue: JobQueue,
    now: Callable[[], datetime],
    stop: Event,
    ticked: Callable[[], None] = lambda: None,
    turned: Callable[[], None] = lambda: None,
    letterboxes: Sequence[Letterbox] = (),
) -> None:
    """Tick until `stop` is set, and say so each time. A database that is away is waited for:
    `turned` is said all the same."""
    contact = Contact("The database", log)
    while not stop.wait(TICK):
        turned()
        try:
            tick(database, queue, now(), letterboxes)
        except SQLAlchemyError as error:
            contact.lost(error)
        else:
            contact.found()
            ticked()
