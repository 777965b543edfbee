"""What spoken words tell of danger, for whoever must act on it and reads no words.

Who listens to a call does not know how texts are read: the wiring gives them a `ReadsWorry`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Worry:
    """`in_danger`: they hear whom to call; `about_life`: they may not want to live; not `is_sure`:
    it may be nothing, and nobody else hears of it. Of words to the other of a conversation:
    `parts`: these two are kept apart; `holds`: the words are not passed on."""

    in_danger: bool = False
    about_life: bool = False
    is_sure: bool = False
    parts: bool = False
    holds: bool = False


ReadsWorry = Callable[[str, bool], Worry]
"""From words, and whether it is somebody who took the request who says them."""


def carefree(_words: str, _by_taker: bool) -> Worry:
    """For who passes no words on."""
    return Worry()
