"""Keep some functions running, each in a process of its own, and start again whatever ends.

The parent imports the program once and forks, so that the children share its memory. It opens no
database and no connection: what a child opens is the child's.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from types import FrameType

log = logging.getLogger("hotline.processes")

STOP_SECONDS = 10.0  # for a process to end by itself when asked
SHORTEST_LIFE = 5.0  # seconds; what ends sooner is started again only after a pause
PAUSE = 1.0

Task = Callable[[], None]


class Keeper:
    """Starts, watches and stops the processes of one program."""

    def __init__(self, tasks: Mapping[str, Task]) -> None:
        self._tasks = tasks
        self._running: dict[str, BaseProcess] = {}
        self._started: dict[str, float] = {}
        self._context = multiprocessing.get_context("fork")
        self._stopping = False
        # Children read from this pipe: it ends when the parent does, however that dies.
        self._parent_lives = os.pipe()

    def run(self) -> None:
        """Until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            while not self._stopping:
                self._start_missing()
                wait([process.sentinel for process in self._running.values()], timeout=1.0)
        finally:
            self._stop_all()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True

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
        process = self._context.Process(target=self._in_child, args=(task,), name=name)
        process.start()
        self._running[name] = process
        self._started[name] = time.monotonic()

    def _in_child(self, task: Task) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        reading, writing = self._parent_lives
        os.close(writing)
        threading.Thread(target=_end_with_parent, args=(reading,), daemon=True).start()
        task()

    def _stop_all(self) -> None:
        """The last started first: nobody waits for a Redis that has gone already."""
        until = time.monotonic() + STOP_SECONDS
        for process in reversed(self._running.values()):
            process.terminate()
            process.join(max(0.0, until - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()


def _end_with_parent(reading: int) -> None:
    os.read(reading, 1)
    os.kill(os.getpid(), signal.SIGTERM)
