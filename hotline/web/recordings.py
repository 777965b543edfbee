"""What somebody said in a call, for whom it was said to: fetched from the carrier with our
credentials, at an address that holds for an hour and that nobody can guess.

A carrier plays a file by asking for it, without credentials of its own; so the address is signed.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from hotline.errors import CarrierError
from hotline.house import Now
from hotline.settings import Environment

if TYPE_CHECKING:
    from hotline.carrier import Carrier

LASTS = timedelta(hours=1)


class Recordings:
    """The addresses of recordings, and what is behind them."""

    def __init__(self, environment: Environment, now: Now) -> None:
        self._environment = environment
        self._now = now
        self._key = environment.twilio_auth_token.get_secret_value().encode()
        self._carrier: Carrier | None = None
        self._opening = threading.Lock()

    def address(self, sid: str) -> str:
        until = int((self._now() + LASTS).timestamp())
        place = f"{self._environment.public_url}/voice/listen/{quote(sid, safe='')}"
        return f"{place}?until={until}&key={self._signature(sid, until)}"

    def is_genuine(self, sid: str, until: str, key: str) -> bool:
        """Whether we made this address, less than an hour ago."""
        if not (until.isascii() and until.isdigit() and len(until) < 12 and key.isascii()):
            return False
        is_ours = hmac.compare_digest(key, self._signature(sid, int(until)))
        return is_ours and self._now().timestamp() < int(until)

    def fetch(self, sid: str) -> bytes | None:
        """The sound, or None if the carrier does not give it."""
        try:
            return self._open().recording(sid)
        except CarrierError:
            return None

    def _signature(self, sid: str, until: int) -> str:
        said = f"listen {until} {sid}".encode()
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()

    def _open(self) -> Carrier:
        """The client takes memory and time to import: only where somebody listens."""
        from hotline.carrier import Carrier

        with self._opening:
            self._carrier = self._carrier or Carrier(self._environment)
            return self._carrier
