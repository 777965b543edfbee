"""What somebody said in a call or sent as a picture, for whom it is for: fetched from the carrier
with our credentials, at addresses that hold for a while and that nobody can guess.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from hotline.carriers.twilio import addresses
from hotline.errors import CarrierError
from hotline.settings import Environment
from hotline.work import Now

if TYPE_CHECKING:
    from hotline.carriers.twilio.client import Carrier

LASTS = timedelta(hours=1)  # the address of a recording: about as long as a call


class Media:
    """The addresses of recordings, and what is behind them and those of pictures."""

    def __init__(self, environment: Environment, now: Now) -> None:
        self._environment = environment
        self._now = now
        self._carrier: Carrier | None = None
        self._opening = threading.Lock()

    def recording_address(self, sid: str) -> str:
        return addresses.recording(self._environment, sid, self._now() + LASTS)

    def is_genuine(self, path: str, until: str, key: str) -> bool:
        """Whether we made this address, and it still holds."""
        return addresses.is_genuine(self._environment, path, until, key, self._now())

    def recording(self, sid: str) -> bytes | None:
        """The sound, or None if the carrier does not give it."""
        try:
            return self._open().recording(sid)
        except CarrierError:
            return None

    def picture(self, address: str) -> tuple[bytes, str] | None:
        """A picture that came with a text, by its address at the carrier, and what kind of file
        it is; None if the carrier does not give it."""
        try:
            return self._open().picture(address)
        except CarrierError:
            return None

    def _open(self) -> Carrier:
        """The client takes memory and time to import: only where somebody listens or looks."""
        from hotline.carriers.twilio.client import Carrier

        with self._opening:
            self._carrier = self._carrier or Carrier(self._environment)
            return self._carrier
