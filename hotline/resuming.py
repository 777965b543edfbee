"""What the carrier knows of the time between a backup and its restoration, and what that means.

Pure. The copy knows nothing of what was said in between. So nobody is asked about a request whom
the carrier was given a text that names it since, and a request that was talked about rests for a
while, for a steward to look at. Numbers are looked for in whatever language a text is: one that
only looks like a request's costs an hour, never a second question.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

_NUMBERS = re.compile(r"(?<![\d+.,:])\d{1,7}(?![\d:])")


@dataclass(frozen=True, slots=True)
class AtCarrier:
    """A text or a call that the carrier knows of, by its own name for it. `phone`: of the person;
    `is_ours`: it went to them; of a call there are no words."""

    sid: str
    phone: str
    at: datetime
    is_ours: bool
    body: str = ""
    is_call: bool = False


def missing(found: Iterable[AtCarrier], known: Collection[str], until: datetime) -> list[AtCarrier]:
    """What the copy does not know of, the oldest first; what came after its restoration is no part
    of it."""
    return sorted((it for it in found if it.sid not in known and it.at < until), key=_when)


def _when(it: AtCarrier) -> datetime:
    return it.at


def numbers_in(body: str) -> set[int]:
    """What may be numbers of requests."""
    return {int(it) for it in _NUMBERS.findall(body)}


def talked_about(lost: Iterable[AtCarrier], live: Collection[int]) -> set[int]:
    """Those of these requests that something was said about, by us or to us."""
    named = set[int]().union(*(numbers_in(it.body) for it in lost))
    return named & set(live)


def told_about(lost: Sequence[AtCarrier], open_: Collection[int]) -> set[tuple[int, str]]:
    """Which of these requests we told whom about, by their numbers. Of a call nobody knows what it
    was about: it may have been any of them."""
    texts = {(number, it.phone) for it in lost if it.is_ours for number in numbers_in(it.body)}
    calls = {(number, it.phone) for it in lost if it.is_ours and it.is_call for number in open_}
    return {it for it in texts | calls if it[0] in open_}


def same_words(one: str, other: str) -> bool:
    """The carrier may not keep every space."""
    return one.split() == other.split()
