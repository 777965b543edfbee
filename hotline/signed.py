"""Addresses of ours that hold for a while and that nobody can guess: for what a carrier plays or
shows by asking for it, without credentials of its own.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

from hotline.settings import Environment


def address(environment: Environment, path: str, until: datetime) -> str:
    """The address of this path, good until then."""
    moment = int(until.timestamp())
    return f"{environment.public_url}{path}?until={moment}&key={_key(environment, path, moment)}"


def is_genuine(environment: Environment, path: str, until: str, key: str, now: datetime) -> bool:
    """Whether we made this address, and it still holds."""
    if not (until.isascii() and until.isdigit() and len(until) < 12 and key.isascii()):
        return False
    is_ours = hmac.compare_digest(key, _key(environment, path, int(until)))
    return is_ours and now.timestamp() < int(until)


def _key(environment: Environment, path: str, until: int) -> str:
    token = environment.twilio_auth_token.get_secret_value().encode()
    return hmac.new(token, f"{until} {path}".encode(), hashlib.sha256).hexdigest()
