"""Wait for a condition with a deadline, where another process has no way to say that it is done."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

PATIENCE = 90.0  # seconds: a busy machine takes long to begin some processes
BETWEEN = 0.02


def until(look: Callable[[], Found], what: str, patience: float = PATIENCE) -> Found:
    """Look again and again, and return what was found as soon as it is something."""
    end = time.monotonic() + patience
    breath = threading.Event()
    while not (found := look()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {patience:.0f} s in vain: {what}")
        breath.wait(BETWEEN)
    return found
