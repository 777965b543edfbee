"""Addresses of ours that hold for a while, and that nobody can guess: of what somebody said in a
call or sent with a text.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote

from hotline.settings import Environment


def recording(environment: Environment, sid: str, until: datetime) -> str:
    """Where a recording can be heard until then."""
    return signed(environment, f"/voice/listen/{quote(sid, safe='')}", until)


def attachment(environment: Environment, name: str, until: datetime) -> str:
    """Where something that came with a text can be fetched until then."""
    return signed(environment, f"/sms/picture/{quote(name)}", until)


def texted_voice(environment: Environment, name: str, until: datetime) -> str:
    """Where a voice message that came with a text can be heard until then."""
    return signed(environment, f"/voice/listen/{quote(name)}", until)


def signed(environment: Environment, path: str, until: datetime) -> str:
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
