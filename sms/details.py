"""What volunteers may read of a request, found in the words of a text: things, sizes, people, day
and hour. The words are in `sms/lexicon/details.*.tsv`. Pure once loaded."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence

from hotline.details import (
    MOST_PEOPLE,
    MOST_THINGS,
    NEAR_DAYS,
    NOTHING,
    THINGS,
    WEEKDAYS,
    Details,
)
from sms import vocabulary
from sms.patterns import Found, found_in

_COUNTED = ("people", "children")
DETAILS = frozenset(
    {*THINGS, *WEEKDAYS, *NEAR_DAYS, "size", "past", *_COUNTED, "before_people", "what"}
)
"""The rows of `details.*.tsv`: things, days, what stands before or behind a number of people or a
size, "since Tuesday", which is no day to come, and questions about what is needed."""

_SIZES = re.compile(r"\d{1,2}|x{0,3}[sl]|m|nb|newborn")
_SIZED = frozenset({"diapers", "formula", "coat", "shoes", "boots", "baby_clothes"})
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d\d))?(am|pm)")
_HOURS = re.compile(r"([01]?\d|2[0-3])h([0-5]\d)?")


def asks_what(words: Sequence[str], folded: Callable[[str], list[str]]) -> bool:
    """Whether these words ask what it is that somebody needs."""
    found = found_in(words, "details", DETAILS, folded)
    return any(it.name == "what" for it in found)


def details_of(words: Sequence[str], folded: Callable[[str], list[str]]) -> Details:
    """What these words say, the day as it was said. `folded`: the words of what is written,
    folded."""
    found = found_in(words, "details", DETAILS, folded)
    hour = _hour(words)
    if not found and not hour:
        return NOTHING
    past = [it for it in found if it.name == "past"]
    days = [it for it in found if it.name in (*WEEKDAYS, *NEAR_DAYS) and not _lies_in(it, past)]
    day = min(days, key=lambda it: it.start).name if days else ""
    return Details(
        things=_things(words, found),
        people=_people(words, found),
        day=day,
        hour=hour,
        tonight=day == "tonight",
    )


def _lies_in(it: Found, others: Iterable[Found]) -> bool:
    return any(other.start <= it.start and it.end <= other.end for other in others)


def _things(words: Sequence[str], found: Iterable[Found]) -> tuple[str, ...]:
    """Each once, as they stand in the text, with its size."""
    things: dict[str, str] = {}
    named = sorted((it for it in found if it.name in THINGS), key=lambda it: it.start)
    sizes = [(it.start, words[it.end]) for it in found if it.name == "size" and it.end < len(words)]
    for it in named:
        things.setdefault(it.name, it.name)
    for place, size in sizes:
        if _SIZES.fullmatch(size) and (of := _sized_at(place, named)):
            things[of] = f"{of}:{size}"
    return tuple(things.values())[:MOST_THINGS]


def _sized_at(place: int, named: Sequence[Found]) -> str:
    """What a size belongs to: the thing in front of it, or the one right behind it."""
    fit = [it for it in named if it.name in _SIZED]
    before = [it.name for it in fit if it.start < place]
    return before[-1] if before else next((it.name for it in fit), "")


def _people(words: Sequence[str], found: Collection[Found]) -> int:
    """For how many: "family of 5", "2 adults 1 kid". 0 if that is not said: who has three children
    may be four or five."""
    told = [it.end for it in found if it.name == "before_people" and it.end < len(words)]
    if count := next((it for it in (_count(words[at]) for at in told) if it), 0):
        return count
    grown, children = (
        sum(_count(words[it.start - 1]) for it in found if it.name == name and it.start > 0)
        for name in _COUNTED
    )
    return min(grown + children, MOST_PEOPLE) if grown else 0


def _count(word: str) -> int:
    if word.isascii() and word.isdigit() and len(word) <= 2:
        return int(word)
    return vocabulary.COUNTS.get(word, 0)


def _hour(words: Sequence[str]) -> str:
    """The first hour of which it is plain whether it is in the morning: "6am", "6:30 pm", "14h"."""
    for place, word in enumerate(words):
        if not word[0].isdigit():
            continue
        behind = words[place + 1] if place + 1 < len(words) else ""
        clock = _CLOCK.fullmatch(word + (behind if behind in ("am", "pm") else ""))
        if clock and 1 <= int(clock[1]) <= 12 and int(clock[2] or 0) < 60:
            hour = int(clock[1]) % 12 + 12 * (clock[3] == "pm")
            return f"{hour:02}:{clock[2] or '00'}"
        if hours := _HOURS.fullmatch(word):
            return f"{int(hours[1]):02}:{hours[2] or '00'}"
    return ""
