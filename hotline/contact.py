"""Whether a part that others run answers: said in the log once when it is lost, and once when it is
found again.
"""

from __future__ import annotations

import logging
import threading


class Contact:
    """With one part, as one process has it. `part` is how it is called in the log."""

    def __init__(self, part: str, log: logging.Logger) -> None:
        self._part = part
        self._log = log
        self._is_lost = False
        self._changing = threading.Lock()

    def lost(self, error: BaseException, what: str = "does not answer") -> None:
        """`error` is named and not quoted: its words may hold somebody's number."""
        if self._changes(is_lost=True):
            self._log.warning("%s %s (%s): trying on", self._part, what, type(error).__name__)

    def found(self) -> None:
        if self._changes(is_lost=False):
            self._log.warning("%s is back", self._part)

    def _changes(self, *, is_lost: bool) -> bool:
        with self._changing:
            changed = self._is_lost is not is_lost
            self._is_lost = is_lost
            return changed
