"""How much one phone may ask of us, so that a stranger, or a machine, cannot wear the hotline out.

Pure: what somebody wrote lately goes in, how to treat the next text comes out. Whatever the pace,
STOP is obeyed and words are kept (`sms.receiving`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.settings import Limits

LATELY = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
ECHO_WITHIN = timedelta(minutes=10)
MOST_ECHOES = 5  # answers to the same words, until we fall silent
WARN_AT = 0.8  # of the day's segments


class Pace(StrEnum):
    """How a text is treated: as usual; with one kind word that it is too many; kept without an
    answer; or taken for a machine that answers whatever we say."""

    USUAL = "usual"
    TOO_MANY = "too_many"
    SILENT = "silent"
    ECHO = "echo"


def is_low(spent: int, limits: Limits) -> bool:
    """Whether most of the day's segments are used."""
    return spent >= WARN_AT * limits.segments_a_day


STORY = timedelta(minutes=5)  # between the texts of one


@dataclass(frozen=True, slots=True)
class HeardText:
    """A text that somebody wrote, whether it was answered, and how it was treated; `words_of`: the
    request that it is part of."""

    sid: str
    body: str
    is_answered: bool
    at: datetime
    pace: Pace = Pace.USUAL
    id: int = 0
    words_of: int | None = None


def is_long_story(lately: Sequence[HeardText], number: int, now: datetime) -> bool:
    """Whether somebody tells of one request in many texts: their last two were part of it, too.
    They have read so, and one answer more would only interrupt."""
    last = lately[:2]
    return len(last) == 2 and all(it.words_of == number and now - it.at < STORY for it in last)


def pace(body: str, lately: Sequence[HeardText], now: datetime, limits: Limits) -> Pace:
    """How to treat a text of these words after what this phone wrote within the last hour."""
    if _echoes(body, lately, now) >= MOST_ECHOES:
        return Pace.ECHO
    in_a_minute = sum(it.at > now - MINUTE for it in lately)
    if in_a_minute < limits.texts_a_minute and len(lately) < limits.texts_an_hour:
        return Pace.USUAL
    told = any(it.pace is Pace.TOO_MANY for it in lately)
    return Pace.SILENT if told else Pace.TOO_MANY


def _echoes(body: str, lately: Sequence[HeardText], now: datetime) -> int:
    """How many texts that sound like this one we have just answered."""
    answered = [it for it in lately if it.is_answered and it.at > now - ECHO_WITHIN]
    if len(answered) < MOST_ECHOES:
        return 0  # too few to be a machine's, whatever they sound like
    sound = _sound(body)
    return sum(_sound(it.body) == sound for it in answered)


def _sound(body: str) -> str:
    """The letters alone: an automatic answer may count itself, or tell the time."""
    letters = "".join(letter for letter in body.casefold() if letter.isalpha())
    return letters or body.strip()
