"""Whether an event comes from the phone: HMAC-SHA256 over the body as it came and a moment.

https://docs.sms-gate.app/features/webhooks/ (payload signing). The moment stands in a header of its
own and is part of what is signed, so that an old event cannot be sent again as a new one. A try
after a failed one is signed anew, at its own moment.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

SIGNATURE_HEADER = "X-Signature"
TIMESTAMP_HEADER = "X-Timestamp"
MOST_APART = 5 * 60  # seconds between the phone's clock and ours

_MOMENT: Final = re.compile(r"[0-9]{1,12}")
_HEX: Final = re.compile(r"[0-9a-fA-F]{64}")


class PhoneSignatures:
    """What is signed with a phone's key. A second key is accepted while one is being changed. An
    empty one is none, and without any nothing is genuine."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = [key.encode() for key in keys if key]

    def is_genuine(self, body: bytes, timestamp: str, signature: str, now: datetime) -> bool:
        """`timestamp` and `signature` as the headers have them. Never raises: whatever is odd is
        not genuine."""
        if not _MOMENT.fullmatch(timestamp) or not _HEX.fullmatch(signature):
            return False
        if abs(int(timestamp) - now.timestamp()) > MOST_APART:
            return False
        given, signed = signature.lower(), body + timestamp.encode("ascii")
        found = [hmac.compare_digest(_signed(signed, key), given) for key in self._keys]
        return any(found)


def signed(body: bytes, timestamp: str, key: str) -> str:
    """What the phone would put into the header for this body at this moment."""
    return _signed(body + timestamp.encode("ascii"), key.encode())


def _signed(signed_bytes: bytes, key: bytes) -> str:
    return hmac.digest(key, signed_bytes, "sha256").hex()
