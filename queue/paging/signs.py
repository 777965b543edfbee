"""Signs that a process does what it is there for: a thread beside it may well outlive that."""

from __future__ import annotations

import time

STILL = 20.0  # seconds without a sign, after which a process only seems to live
STUCK = 120.0  # and after which it waits for nothing that will ever come


class Signs:
    """When a process last did what it is there for. `hold`: seconds for which one sign is taken."""

    def __init__(self, hold: float = STILL) -> None:
        self._hold = hold
        self.give()

    def give(self, hold: float | None = None) -> None:
        """`hold`: where what begins now may take longer, or must not."""
        self._until = time.monotonic() + (self._hold if hold is None else hold)

    def are_fresh(self) -> bool:
        return time.monotonic() < self._until
