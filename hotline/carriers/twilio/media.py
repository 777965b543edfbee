"""What somebody said in a call or sent with a text, for whom it is for: fetched from the carrier
with our credentials, at addresses that hold for a while and that nobody can guess.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from hotline import signed_addresses
from hotline.attachment import type_by_bytes
from hotline.carriers.twilio.attachments import PLAYED, File, as_passed_on, can_go
from hotline.errors import CarrierError
from hotline.settings import Environment
from hotline.work import Now

if TYPE_CHECKING:
    from hotline.carriers.twilio.client import Carrier

LASTS = timedelta(hours=1)  # the address of a recording: about as long as a call


class Media:
    """The addresses of what can be heard, and what is behind them and those of attachments."""

    def __init__(self, environment: Environment, now: Now) -> None:
        self._environment = environment
        self._now = now
        self._carrier: Carrier | None = None
        self._opening = threading.Lock()

    def listening_address(self, name: str) -> str:
        """Of a recording, by the carrier's name, or of a voice message that was texted, by ours:
        that has a place behind the name of its text."""
        until = self._now() + LASTS
        if "/" in name:
            return signed_addresses.texted_voice(self._environment, name, until)
        return signed_addresses.recording(self._environment, name, until)

    def is_genuine(self, path: str, until: str, key: str) -> bool:
        """Whether we made this address, and it still holds."""
        return signed_addresses.is_genuine(self._environment, path, until, key, self._now())

    def recording(self, sid: str) -> bytes | None:
        """The sound, or None if the carrier does not give it."""
        try:
            return self._open().recording(sid)
        except CarrierError:
            return None

    def attachment(self, address: str) -> tuple[bytes, str] | None:
        """What came with a text, by its address at the carrier, as it is passed on, and what its
        bytes are; None if the carrier does not give it, or would not take it along."""
        file = as_passed_on(self._file(address) or b"")
        found = File.of(file) if file is not None else None
        return (file or b"", found.type or "") if found and all(can_go([found])) else None

    def texted_voice(self, address: str) -> tuple[bytes, str] | None:
        """The same of what is to be played in a call, by the name under which it can be."""
        file = self._file(address) or b""
        played = PLAYED.get(type_by_bytes(file) or "")
        return (file, played) if played else None

    def _file(self, address: str) -> bytes | None:
        try:
            return self._open().attachment(address)
        except CarrierError:
            return None

    def _open(self) -> Carrier:
        """The client takes memory and time to import: only where somebody listens or looks."""
        from hotline.carriers.twilio.client import Carrier

        with self._opening:
            self._carrier = self._carrier or Carrier(self._environment)
            return self._carrier
