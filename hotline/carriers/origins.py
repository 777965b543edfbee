"""Whose number a text comes from, as phones and networks write it, or what it is instead. Pure.

What every carrier of texts shares: what stands around a number is read in each one's own folder.
"""

from __future__ import annotations

from hotline import phone, wire

LONGEST_ADDRESS = 100  # letters


def number(written: str, country: str) -> str | None:
    """The number of a person; None for short codes, letters, and what is nobody's. `country`:
    where digits without a + are from."""
    found = phone.sender(written, country)
    return None if found is None or phone.is_short_code(found) else found


def as_it_came(written: str) -> str:
    """An address that is no person's number: fit to be kept and shown."""
    return " ".join(wire.speakable(written).split())[:LONGEST_ADDRESS]
