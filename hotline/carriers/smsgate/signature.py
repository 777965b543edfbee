"""Whether a phone of ours posted something, and just now.

It signs with a key that stands in the app: hexadecimal HMAC-SHA256 of the body with the moment, as
written in `X-Timestamp`, behind it (https://docs.sms-gate.app/features/webhooks/, read on
28 November 2026). It signs anew for each try.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

SIGNATURE, TIMESTAMP = "x-signature", "x-timestamp"
LASTS = timedelta(minutes=5)  # how old it may be, and how far the phone's clock may be ahead
LONGEST_TIMESTAMP = 12  # digits


def signed(key: str, body: bytes, timestamp: str) -> str:
    """What stands in `X-Signature`."""
    return hmac.new(key.encode(), body + timestamp.encode(), hashlib.sha256).hexdigest()


def is_genuine(key: str, body: bytes, headers: Mapping[str, str], now: datetime) -> bool:
    """`headers`: by their names in small letters. Without a key nothing is."""
    timestamp, signature = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
    is_number = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= LONGEST_TIMESTAMP
    if not (key and is_number and signature.isascii()):
        return False
    try:
        apart = abs(now - datetime.fromtimestamp(int(timestamp), UTC))
    except (ValueError, OverflowError, OSError):
        return False
    fits = hmac.compare_digest(signed(key, body, timestamp), signature.lower())
    return fits and apart <= LASTS
