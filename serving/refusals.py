"""Requests that were refused at the door: said in the log at most once a minute, with what is to be
mended. Whoever knocks may be anybody, so nothing of what they brought is repeated.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

log = logging.getLogger("hotline.web")

MINUTE = 60.0
CHECK = "the signature does not fit; check PUBLIC_URL and TWILIO_AUTH_TOKEN"


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """One of them. `path` is that of one of our routes; `host` what the Host header says."""

    path: str
    path_and_query: str
    host: str
    fields: Sequence[tuple[str, str]]
    signature: str


class Refusals:
    """Of one web process."""

    def __init__(
        self,
        public_url: str,
        explain: Callable[[TurnedAway], str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`explain`: what is probably the matter, as far as it can be found out."""
        self._public_url = public_url
        self._explain = explain
        self._clock = clock
        self._many, self._unsigned = 0, 0
        self._last: TurnedAway | None = None
        self._said_at = -MINUTE
        self._timer: threading.Timer | None = None
        self._counting = threading.RLock()

    def add(self, it: TurnedAway) -> None:
        """Say it now, or with all that come within the minute."""
        with self._counting:
            if it.signature:
                self._many += 1
                self._last = it
            else:
                self._unsigned += 1
            wait = self._said_at + MINUTE - self._clock()
            if wait <= 0:
                self.say()
            elif self._timer is None:
                self._timer = threading.Timer(wait, self.say)
                self._timer.daemon = True
                self._timer.start()

    def say(self) -> None:
        """Say all that was not said yet."""
        with self._counting:
            if self._timer:
                self._timer.cancel()
            counted = self._many or self._unsigned
            if counted:
                log.warning("%s", self._said())
                self._said_at = self._clock()
            self._many, self._unsigned, self._last, self._timer = 0, 0, None, None

    def _said(self) -> str:
        if self._last is None:
            return f"refused {_requests(self._unsigned)} without a signature: not the carrier's"
        others = f" ({self._unsigned} more without one)" if self._unsigned else ""
        refused = f"refused {_requests(self._many)} to {self._public_url}{self._last.path}"
        return f"{refused}: {self._explain(self._last)}{others}"


def _requests(many: int) -> str:
    return "1 request" if many == 1 else f"{many} requests"
