"""Codes that show who calls: made, and known again by a slow digest. Pure but for chance.

Six digits can be tried out in no time; a digest by scrypt, with a salt of its own for each, keeps
them from whoever gets hold of the rows for longer than a code lives.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

LIVES = timedelta(minutes=10)
MOST_TRIES = 5
MOST_A_DAY = 4  # codes to one number, so that nobody floods it by calling in its name


def new_code() -> str:
    return f"{secrets.randbelow(1_000_000):06}"


def digest(code: str) -> str:
    """Salt and digest, as hexadecimal."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{_scrypt(code, salt)}"


def is_code(keys: str, kept: str) -> bool:
    """Whether these keys are what was digested."""
    salt, _, of = kept.partition(":")
    return hmac.compare_digest(_scrypt(keys, bytes.fromhex(salt)), of)


def _scrypt(code: str, salt: bytes) -> str:
    return hashlib.scrypt(code.encode(), salt=salt, n=2**13, r=8, p=1, dklen=32).hex()
