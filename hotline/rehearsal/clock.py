"""The neighborhood's clock: this machine's, and as far ahead of it as somebody leapt.

How far that is stands in one small file, which every process of `hotline up` sees at once and
which outlasts them.
"""

from __future__ import annotations

import mmap
import os
import struct
from datetime import datetime, timedelta
from pathlib import Path

from hotline.house import utc_now

AHEAD = struct.Struct("d")  # seconds


class Clock:
    """The time, for all processes that are forked from the one that made it."""

    def __init__(self, path: Path) -> None:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(handle).st_size != AHEAD.size:
                os.truncate(handle, AHEAD.size)
            self._memory = mmap.mmap(handle, AHEAD.size)
        finally:
            os.close(handle)

    def __call__(self) -> datetime:
        return utc_now() + self.ahead

    @property
    def ahead(self) -> timedelta:
        return timedelta(seconds=AHEAD.unpack(self._memory[:])[0])

    def go_to(self, moment: datetime) -> None:
        """Leap to a moment that has not come yet; any other is left alone, for it never goes
        back."""
        ahead = moment - utc_now()
        if ahead > self.ahead:
            self._memory[:] = AHEAD.pack(ahead.total_seconds())

    def begin_again(self) -> None:
        """Show the time of this machine."""
        self._memory[:] = AHEAD.pack(0.0)
