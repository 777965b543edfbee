"""The neighborhood's clock: this machine's, as far ahead of it as somebody leapt; or one that
stands still while a transcript plays, and goes on from there.

How far ahead, and where it stands, is in one small file, which every process of `hotline up` sees
at once and which outlasts them.
"""

from __future__ import annotations

import mmap
import os
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hotline.work import utc_now

NUMBER = struct.Struct("d")
AHEAD_AT, STANDS_AT, SIZE = 0, 8, 16  # in the file: seconds; seconds since 1970, or 0 if it goes


class NeighborhoodClock:
    """The time, for all processes that are forked from the one that made it."""

    def __init__(self, path: Path) -> None:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(handle).st_size != SIZE:
                os.truncate(handle, SIZE)
            self._memory = mmap.mmap(handle, SIZE)
        finally:
            os.close(handle)

    def __call__(self) -> datetime:
        if stands := self._read(STANDS_AT):
            return datetime.fromtimestamp(stands, UTC)
        return utc_now() + self.ahead

    @property
    def ahead(self) -> timedelta:
        """Of this machine's, when it goes; less than nothing after a story of long ago."""
        return timedelta(seconds=self._read(AHEAD_AT))

    @property
    def stands(self) -> bool:
        return self._read(STANDS_AT) != 0

    def go_to(self, moment: datetime) -> None:
        """Leap to a moment that has not come yet; any other is left alone, for it never goes
        back."""
        if moment <= self():
            return
        if self.stands:
            self._write(STANDS_AT, moment.timestamp())
        else:
            self._write(AHEAD_AT, (moment - utc_now()).total_seconds())

    def go_on(self) -> None:
        """From where it stands."""
        if self.stands:
            # In this order: whoever sees that it goes sees how far ahead it is.
            self._write(AHEAD_AT, (self() - utc_now()).total_seconds())
            self._write(STANDS_AT, 0.0)

    def begin_again(self, at: datetime | None = None) -> None:
        """Show the time of this machine; or stand still at this moment, also one of long ago. Only
        where nothing has happened yet."""
        self._write(AHEAD_AT, 0.0)
        self._write(STANDS_AT, at.timestamp() if at else 0.0)

    def _read(self, place: int) -> float:
        (number,) = NUMBER.unpack_from(self._memory, place)
        return float(number)

    def _write(self, place: int, number: float) -> None:
        NUMBER.pack_into(self._memory, place, number)
