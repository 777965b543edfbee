"""Codes that show who calls: made, and known again by a slow digest. Pure but for chance.

Six digits can be tried out in no time; a digest by scrypt, with a salt of its own for each, keeps
them from whoever gets hold of the rows for longer than a code lives.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import timedelta

LIVES = timedelta(minutes=10)
MOST_TRIES = 5
MOST_A_DAY = 4  # codes to one number, so that nobody floods it by calling in its name


SHORTEST_PIN, LONGEST_PIN = 4, 8  # digits
_ROWS = ("01234567890123456789", "98765432109876543210", "2580", "0852")
_YEAR = re.compile(r"(?:19|20)\d\d")


def is_good_pin(pin: str, phone: str) -> bool:
    """Whether nobody guesses it in a few tries: no row, no digits again and again, no year, nothing
    of the number itself."""
    if not SHORTEST_PIN <= len(pin) <= LONGEST_PIN:
        return False
    is_row = any(pin in row for row in _ROWS) or _YEAR.fullmatch(pin) is not None
    is_one_again = any(
        pin == pin[:size] * (len(pin) // size) for size in (1, 2, 3, 4)[: len(pin) // 2]
    )
    return not (is_row or is_one_again or pin in phone)


def new_code() -> str:
    return f"{secrets.randbelow(1_000_000):06}"


def new_code_and_digest() -> tuple[str, str]:
    """The digest is what is kept. Some 20 ms: not in a transaction."""
    code = new_code()
    return code, digest(code)


def digest(code: str) -> str:
    """Salt and digest, as hexadecimal."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{_scrypt(code, salt)}"


def is_code(keys: str, kept: str) -> bool:
    """Whether these keys are what was digested. Some 20 ms."""
    salt, _, of = kept.partition(":")
    return hmac.compare_digest(_scrypt(keys, bytes.fromhex(salt)), of)


def _scrypt(code: str, salt: bytes) -> str:
    return hashlib.scrypt(code.encode(), salt=salt, n=2**13, r=8, p=1, dklen=32).hex()
