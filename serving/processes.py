"""Keep some functions running, each in a process of its own, and start again whatever ends, or
lives and does nothing.

The parent imports the program once and forks, so that the children share its memory. It opens no
database and no connection: what a child opens is the child's.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from types import FrameType

from serving.supervision import NOBODY, Hearing, Reports

log = logging.getLogger("hotline.processes")

STOP_SECONDS = 10.0  # for a process to end by itself when asked
SHORTEST_LIFE = 5.0  # seconds; what ends sooner is started again only after a pause
PAUSE = 1.0
SILENT = 60.0  # seconds; what reports, and then does not for so long, is ended and started again
ENDS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
LOOKS_A_SECOND = 5  # at what signals have asked for

Task = Callable[[Reports], None]
Renew = Callable[[], Mapping[str, Task]]


class Keeper:
    """Starts, watches and stops the processes of one program."""

    def __init__(
        self,
        tasks: Mapping[str, Task],
        renew: Renew | None = None,
        reports: Reports = NOBODY,
        patience: float = SILENT,
        *,
        hands_on_hangup: bool = False,
    ) -> None:
        """`renew`: on SIGUSR1 everything ends, and then runs on with the tasks that this makes.
        `reports`: to whoever keeps this process: ready when all are that say so. `patience`:
        seconds that one of them may be silent. `hands_on_hangup`: SIGHUP is for the processes, and
        ends nothing."""
        self._tasks = tasks
        self._renew = renew
        self._hands_on_hangup = hands_on_hangup
        self._reports = reports
        self._patience = patience
        self._hearing: dict[str, Hearing] = {}
        self._is_ready = False
        self._is_to_renew = False
        self._running: dict[str, BaseProcess] = {}
        self._started: dict[str, float] = {}
        self._context = multiprocessing.get_context("fork")
        self._stopping = False
        # Children read from this pipe: it ends when the parent does, however that dies.
        self._parent_lives = os.pipe()

    def run(self) -> None:
        """Until SIGTERM or SIGINT, or until the terminal is closed (SIGHUP)."""
        for number in ENDS:
            signal.signal(number, self._stop)
        if self._renew:
            signal.signal(signal.SIGUSR1, self._ask_to_renew)
        if self._hands_on_hangup:
            signal.signal(signal.SIGHUP, self._hand_on)
        try:
            while not self._stopping:
                self._start_missing()
                self._wait()
                self._hear()
                if self._renew and self._is_to_renew:
                    self._begin_anew(self._renew)
        finally:
            self._reports.ends()
            self._stop_all()

    def _hear(self) -> None:
        """What they report, and pass on what it comes to."""
        now = time.monotonic()
        for name, hearing in self._hearing.items():
            hearing.listen(now)
            if hearing.is_silent(now, self._patience):
                log.error("%s lives and does nothing: ending it", name)
                self._running[name].kill()
        if not self._is_ready and all(it.is_ready for it in self._hearing.values()):
            self._is_ready = True
            self._reports.ready()
        self._reports.goes_on()

    def _begin_anew(self, renew: Renew) -> None:
        """What cannot be made anew runs on as it was, and says why."""
        self._stop_all()
        self._is_to_renew = False  # now nobody is left who could ask
        try:
            self._tasks = renew()
        except Exception as error:
            log.error("could not begin again: %s", error)

    def _wait(self) -> None:
        """Until one of them ends, or somebody calls; a signal that comes in between waits."""
        for _ in range(LOOKS_A_SECOND):
            sentinels = [process.sentinel for process in self._running.values()]
            if self._is_to_renew or wait(sentinels, timeout=1.0 / LOOKS_A_SECOND):
                return

    def _ask_to_renew(self, _number: int, _frame: FrameType | None) -> None:
        self._is_to_renew = True

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _hand_on(self, number: int, _frame: FrameType | None) -> None:
        for process in list(self._running.values()):
            if process.pid and process.is_alive():
                os.kill(process.pid, number)

    def _start_missing(self) -> None:
        for name, task in self._tasks.items():
            process = self._running.get(name)
            if process is not None and process.is_alive():
                continue
            if process is not None:
                self._pause_after(name, process)
            if not self._stopping:
                self._start(name, task)

    def _pause_after(self, name: str, process: BaseProcess) -> None:
        log.warning("%s ended (%s): starting it again", name, process.exitcode)
        process.join()
        if time.monotonic() - self._started[name] < SHORTEST_LIFE:
            time.sleep(PAUSE)

    def _start(self, name: str, task: Task) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        process = self._context.Process(target=self._in_child, args=(task, theirs), name=name)
        process.start()
        theirs.close()
        if former := self._hearing.pop(name, None):
            former.close()
        self._running[name] = process
        self._hearing[name] = Hearing(ours)
        self._started[name] = time.monotonic()

    def _in_child(self, task: Task, channel: socket.socket) -> None:
        for number in (*ENDS, signal.SIGUSR1):
            signal.signal(number, signal.SIG_DFL)
        if self._hands_on_hangup:  # until it knows what to do then
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        reading, writing = self._parent_lives
        os.close(writing)
        threading.Thread(target=_end_with_parent, args=(reading,), daemon=True).start()
        task(Reports(channel))

    def _stop_all(self) -> None:
        """The last started first: nobody waits for a Redis that has gone already."""
        until = time.monotonic() + STOP_SECONDS
        for process in reversed(self._running.values()):
            process.terminate()
            process.join(max(0.0, until - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()
        for hearing in self._hearing.values():
            hearing.close()
        self._running.clear()
        self._hearing.clear()


def _end_with_parent(reading: int) -> None:
    os.read(reading, 1)
    os.kill(os.getpid(), signal.SIGTERM)
