"""What a process tells whoever keeps it running: that it is ready, that it goes on, that it ends.

systemd names a socket in NOTIFY_SOCKET and listens there (sd_notify(3)); the `Keeper` of several
processes gives each of them one of its own. Where nobody listens, nothing is said. Nothing here
waits, and nothing fails because nobody hears it.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from typing import Final

READY: Final = b"READY=1"
GOES_ON: Final = b"WATCHDOG=1"
ENDS_NOW: Final = b"STOPPING=1"

TELLS_EVERY = 5.0  # seconds between two signs, where nobody says how often they are wanted
LONGEST_REPORT = 4096  # bytes


class Reports:
    """To whoever keeps this process, if anybody does."""

    def __init__(self, channel: socket.socket | None = None, every: float = TELLS_EVERY) -> None:
        """`every`: seconds between two signs that it goes on."""
        self._channel = channel
        self.every = every
        if channel is not None:
            channel.setblocking(False)

    def ready(self) -> None:
        """What it is there for can begin."""
        self._say(READY)

    def goes_on(self) -> None:
        """It does its work, or knows what it waits for."""
        self._say(GOES_ON)

    def ends(self) -> None:
        """It was told to end, and is about to."""
        self._say(ENDS_NOW)

    def close(self) -> None:
        """Nobody is told anything more."""
        if self._channel is not None:
            self._channel.close()

    def _say(self, state: bytes) -> None:
        if self._channel is not None:
            with suppress(OSError):
                self._channel.send(state)


NOBODY: Final = Reports()


def to_manager(environ: MutableMapping[str, str] = os.environ) -> Reports:
    """To the service manager that began this process. Its names are taken out of the environment:
    whatever this process begins is no business of the manager's."""
    address = environ.pop("NOTIFY_SOCKET", "")
    wanted = environ.pop("WATCHDOG_USEC", "")
    meant = environ.pop("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    if address[:1] not in ("/", "@"):
        return NOBODY
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
    try:
        # An @ stands for the zero byte that abstract addresses begin with: unix(7).
        channel.connect(f"\0{address[1:]}" if address[0] == "@" else address)
    except OSError:
        channel.close()
        return NOBODY
    return Reports(channel, _every(wanted if meant else ""))


def _every(microseconds: str) -> float:
    """Twice as often as somebody counts on it: sd_watchdog_enabled(3)."""
    return min(TELLS_EVERY, int(microseconds) / 2e6) if microseconds.isdigit() else TELLS_EVERY


class Hearing:
    """What a kept process reports, read without waiting for it."""

    def __init__(self, channel: socket.socket) -> None:
        channel.setblocking(False)
        self._channel = channel
        self.is_ready = False
        self.heard: float | None = None  # when, if it ever said anything

    def listen(self, now: float) -> None:
        """Take in what it has said until now, seconds on a clock that never goes back."""
        with suppress(OSError):
            while said := self._channel.recv(LONGEST_REPORT):
                self.heard = now
                self.is_ready |= said == READY

    def is_silent(self, now: float, patience: float) -> bool:
        """Whether it used to report, and has not for so many seconds."""
        return self.heard is not None and now - self.heard > patience

    def close(self) -> None:
        self._channel.close()


class Watchdog:
    """Reports that this process goes on for as long as `moves` says so, beside whatever it does."""

    def __init__(self, reports: Reports, moves: Callable[[], bool]) -> None:
        self._reports = reports
        self._moves = moves
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._over.set()

    def _run(self) -> None:
        while not self._over.wait(self._reports.every):
            if self._moves():
                self._reports.goes_on()
