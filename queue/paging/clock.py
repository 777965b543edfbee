"""What happens because time passes: find what is due in SQL and ring for it.

It changes nothing itself, so several clocks double nothing, and none is ever behind by more than
a tick: a bell that was lost is rung again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from hotline import steps
from hotline.help_request import HelpRequest
from hotline.steps import Ring
from hotline.store import calls as calls_of
from hotline.store import forgetting, outbox, store
from hotline.store.database import Database
from paging.dispatch import Bell

log = logging.getLogger("hotline.clock")

TICK = 1.0  # seconds between two looks
MOST = 1000  # requests, and texts, rung for in one tick
BATCH = 100  # texts in one job
FEW = 20  # things to delete at the carrier in one job: nobody waits for them
GRACE = timedelta(seconds=2)  # whoever wrote a text has rung for it by then
AGAIN = timedelta(seconds=15)  # after that long a bell is taken for lost and rung anew


def due(connection: Connection, now: datetime) -> list[Ring]:
    """The bells to ring now."""
    asks = [_ask_ring(it, now) for it in store.due_requests(connection, now, MOST)]
    texts = outbox.due_texts(connection, now - GRACE, MOST)
    sends = [
        Ring("send", tuple(texts[start : start + BATCH]), f"send-{texts[start]}-{_slot(now)}")
        for start in range(0, len(texts), BATCH)
    ]
    calls = calls_of.calls_due(connection, now, BATCH)
    ends = [Ring("hang_up", tuple(calls), f"hang-up-{calls[0]}-{_slot(now)}")] if calls else []
    gone = forgetting.due_erasures(connection, now, FEW)
    erases = [Ring("erase", tuple(gone), f"erase-{gone[0]}-{_slot(now)}")] if gone else []
    return asks + sends + ends + erases


def _ask_ring(request: HelpRequest, now: datetime) -> Ring:
    ring = steps.ask_ring(request)
    # `due` tells how late a wave is, but not since when others are owed.
    overdue = request.owed > 0 or request.due is None or now - request.due > AGAIN
    return Ring(ring.job, ring.about, f"{ring.name}-{_slot(now)}") if overdue else ring


def _slot(now: datetime) -> int:
    """The same for a while and for every clock: within it one bell for one piece of work."""
    return int(now.timestamp() // AGAIN.total_seconds())


def tick(database: Database, bell: Bell, now: datetime) -> int:
    """One look at what is due. Returns how many bells were rung."""
    rings = database.read(lambda connection: due(connection, now))
    if rings and bell.has_plenty():
        return 0  # the workers have not heard the last ones yet
    bell.ring(rings)
    return len(rings)


def run(database: Database, bell: Bell, now: Callable[[], datetime], stop: Event) -> None:
    """Tick until `stop` is set. A database that is away is waited for."""
    away = False
    while not stop.wait(TICK):
        try:
            tick(database, bell, now())
            away = False
        except SQLAlchemyError as error:
            if not away:
                log.warning("the database does not answer (%s): trying on", type(error).__name__)
            away = True
