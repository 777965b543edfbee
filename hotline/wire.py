"""What stands in a form from the carrier, made safe to keep and to say. Pure."""

from __future__ import annotations

import re

# What neither XML nor PostgreSQL can hold: a text with it could be quoted to nobody.
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def speakable(words: str) -> str:
    return _UNSPEAKABLE.sub("", words)


def number(written: str) -> int | None:
    """A number of at most nine digits, or None."""
    is_number = written.isascii() and written.isdigit() and len(written) < 10
    return int(written) if is_number else None
