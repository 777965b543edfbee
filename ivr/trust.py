"""How far a call is trusted to come from whose number it shows, and what each may hear and do.

A caller's number is no password: anybody can make one up. Pure: a carrier's folder says what the
carrier knows of a caller, `deeds` what they keyed in.
"""

from __future__ import annotations

from enum import IntEnum


class Trust(IntEnum):
    """Higher is more. UNKNOWN: the number is hidden or made up. CLAIMED: shown, and no more.
    PROVEN: the carrier vouches for it, they keyed in the code that we texted there, or it was we
    who called them at the number on file."""

    UNKNOWN = 0
    CLAIMED = 1
    PROVEN = 2


def trust(number: str | None, *, is_attested: bool) -> Trust:
    """Of a call that begins. `is_attested`: the carrier knows that they may use this number."""
    if number is None:
        return Trust.UNKNOWN
    return Trust.PROVEN if is_attested else Trust.CLAIMED
