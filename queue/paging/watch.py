"""What each process does beside its work: give a sign of life, see whether asking is late, and read
the settings again when it is told to.

The process that notices may be the only one that still lives, so it needs neither Redis nor a
worker to tell the stewards: it brings their texts to the carrier itself.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue

from sqlalchemy.exc import SQLAlchemyError

from hotline.contact import Contact
from hotline.desk import alarm
from hotline.errors import describe
from hotline.store import vitals
from hotline.store.database import Database
from hotline.work import House
from paging.dispatch import JobQueue
from paging.signs import STUCK, Signs

log = logging.getLogger("hotline.watch")

LOOKS_EVERY = 3.0  # seconds
BEATS_EVERY = 3  # looks

Send = Callable[..., None]


class Lookout:
    """Of one process. `is_well`: whether it does its work. `send` brings messages, by their ids, to
    the carrier; `again` reads the settings again. `signs`: that it still looks, whatever it
    finds."""

    def __init__(
        self,
        role: str,
        house: House,
        database: Database,
        queue: JobQueue,
        send: Send,
        is_well: Callable[[], bool] = lambda: True,
        again: Callable[[], None] = lambda: None,
    ) -> None:
        self._role = role
        self._process = f"{socket.gethostname()[:60]}:{os.getpid()}"
        self._house = house
        self._database = database
        self._queue = queue
        self._send = send
        self._is_well = is_well
        self._again = again
        self._contact = Contact("The database", log)
        self._was_late = False
        self._looks = 0
        self.signs = Signs(STUCK)
        self._is_over = False
        # Not an event: whoever handles a signal may put something here in the middle of anything.
        self._told: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """This process ends as it should, and leaves no sign of life behind."""
        self._told.put(self._end)
        if self._thread.is_alive():
            self._thread.join(LOOKS_EVERY)
        with suppress(SQLAlchemyError):
            self._database.write(lambda c: vitals.leave(c, self._role, self._process))

    def read_again(self) -> None:
        """The settings, beside whatever this process does. May be called when a signal comes."""
        self._told.put(self._again)

    def look(self) -> None:
        """One look: at the settings, this process, Redis, and at whether asking is late."""
        self._house.current()
        try:
            if self._looks % BEATS_EVERY == 0 and self._is_well():
                self.beat()
                self._queue.can_write()
            self._looks += 1
            self._mind_the_alarm()
            self._contact.found()
        except SQLAlchemyError as error:
            self._contact.lost(error)

    def beat(self) -> None:
        now = self._house.now()
        self._database.write(lambda c: vitals.beat(c, self._role, self._process, now))

    def _mind_the_alarm(self) -> None:
        """Late is what was late at the look before, too: a machine that has slept may only now be
        about to do it."""
        now = self._house.now()
        is_late = self._database.read(lambda c: alarm.is_to_be_minded(c, now))
        if is_late and self._was_late:
            written = self._database.write(lambda c: alarm.mind(self._house.work(c)))
            if written:
                self._send(*written)
        self._was_late = is_late

    def _run(self) -> None:
        while not self._is_over:
            self._try(self.look)
            self.signs.give()
            with suppress(Empty):
                self._try(self._told.get(timeout=LOOKS_EVERY))

    def _try(self, deed: Callable[[], None]) -> None:
        try:
            deed()
        except Exception as error:
            log.error("the watch failed: %s", describe(error))

    def _end(self) -> None:
        self._is_over = True
