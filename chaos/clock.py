"""The time of all processes of one run, moved by hand.

A small file that every process maps: real time plus an offset, which the runner moves. A leap
waits for texts on their way to the carrier: the hotline counts on a call to it taking seconds, and
a leap of minutes in the middle of one would be a fault that no machine has.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

FRESH_SECONDS = 30.0  # less than the hotline gives a text between claiming and sending it
WAITED_SECONDS = 0.5  # in real time: the hotline is not to blame for what happens meanwhile
_NUMBER = struct.Struct("=d")
_OFFSET_AT, _RISK_AT, _SIZE = 0, 8, 16


class SharedClock:
    """Call it for the time. `risk` is how dangerous each step of each process is just now."""

    def __init__(self, path: Path) -> None:
        self.path = path
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.fstat(handle).st_size < _SIZE:
            os.ftruncate(handle, _SIZE)
        self._map = mmap.mmap(handle, _SIZE)
        os.close(handle)
        self._seen = threading.local()

    def __call__(self) -> datetime:
        moment = time.time() + self._offset
        self._seen.moment = moment
        return datetime.fromtimestamp(moment, UTC)

    def set(self, moment: datetime) -> None:
        _NUMBER.pack_into(self._map, _OFFSET_AT, moment.timestamp() - time.time())

    def leap(self, length: timedelta, ready: Callable[[], bool] = lambda: True) -> bool:
        """Move the time on as soon as no text is on its way. False if `ready` says no then."""
        with _held(self._gate, fcntl.LOCK_EX), _held(self._road, fcntl.LOCK_EX):
            if not ready():
                return False
            _NUMBER.pack_into(self._map, _OFFSET_AT, self._offset + length.total_seconds())
        return True

    @contextmanager
    def standing_still(self) -> Iterator[bool]:
        """No leap until the end of the block. False if much time leapt by since this thread asked
        for it, or if it had to wait here: what it decided then is of another time."""
        begun = time.monotonic()
        with _held(self._gate, fcntl.LOCK_SH):
            road = _held(self._road, fcntl.LOCK_SH)
            road.__enter__()
        try:
            now = time.time() + self._offset
            seen, self._seen.moment = getattr(self._seen, "moment", now), now
            yield now - seen < FRESH_SECONDS and time.monotonic() - begun < WAITED_SECONDS
        finally:
            road.__exit__(None, None, None)

    @property
    def risk(self) -> float:
        (risk,) = _NUMBER.unpack_from(self._map, _RISK_AT)
        return float(risk)

    @risk.setter
    def risk(self, risk: float) -> None:
        _NUMBER.pack_into(self._map, _RISK_AT, risk)

    @property
    def _offset(self) -> float:
        (offset,) = _NUMBER.unpack_from(self._map, _OFFSET_AT)
        return float(offset)

    @property
    def _gate(self) -> Path:
        """Held for a moment by everybody: whoever wants to leap is not kept waiting forever."""
        return self.path.with_suffix(".gate")

    @property
    def _road(self) -> Path:
        return self.path.with_suffix(".road")


@contextmanager
def _held(path: Path, how: int) -> Iterator[None]:
    """A lock that goes with the process that holds it, however that dies."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)
