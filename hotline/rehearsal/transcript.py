"""Conversations as people write them down: read, and print.

    A second wave is asked when the first stays silent.

    volunteers: Ana (northside), Ben (northside), Chi (eastside; food)
    waves: 2, 1

    Maria > need food near 11216
    Maria < your request is 12, asking neighbors
    Ana   < needs food, YES 12
    Ben   < needs food
    -- five minutes pass --
    Chi   < needs food

The first line says what is shown. `key: value` lines set the scene. `>` is a person's text, `<`
words that they read, all within one text, in any case; `--` is what happens besides. `#` begins a
comment. Pure: it plays nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta


class BadTranscript(ValueError):
    """Says which line cannot be read."""


@dataclass(frozen=True, slots=True)
class Says:
    """Somebody texts the hotline."""

    line: int
    who: str
    body: str


@dataclass(frozen=True, slots=True)
class Reads:
    """Somebody gets one text, with all of these words in it."""

    line: int
    who: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Something else happens, in words."""

    line: int
    what: str


Turn = Says | Reads | Meanwhile


@dataclass(frozen=True)
class Transcript:
    title: str
    scene: dict[str, str] = field(default_factory=dict)
    turns: tuple[Turn, ...] = ()


_TURN = re.compile(r"(?P<who>[^\W_][\w .'-]*?)\s*(?P<sign>[<>]) ?(?P<words>.*)")
_MEANWHILE = re.compile(r"--\s*(?P<what>.+?)\s*--")
_SCENE = re.compile(r"(?P<key>[a-z][a-z ]*):\s*(?P<value>.+)")


def parse(text: str) -> Transcript:
    """Raises BadTranscript."""
    title = ""
    scene: dict[str, str] = {}
    turns: list[Turn] = []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if not title:
            title = stripped
        elif not turns and (found := _SCENE.fullmatch(stripped)):
            scene[found["key"]] = found["value"]
        else:
            turns.append(_turn(number, stripped))
    return Transcript(title, scene, tuple(turns))


def _turn(number: int, line: str) -> Turn:
    if found := _MEANWHILE.fullmatch(line):
        return Meanwhile(number, found["what"])
    found = _TURN.fullmatch(line)
    if found is None:
        raise BadTranscript(f"line {number} is neither `Name > …`, `Name < …` nor `-- … --`")
    if found["sign"] == ">":
        return Says(number, found["who"], found["words"].strip())
    words = tuple(part.strip() for part in found["words"].split(",") if part.strip())
    return Reads(number, found["who"], words)


def print_turns(turns: Iterable[Turn]) -> str:
    """The turns as they are written, with the signs below each other."""
    turns = list(turns)
    width = max((len(it.who) for it in turns if not isinstance(it, Meanwhile)), default=0)
    lines = []
    for it in turns:
        match it:
            case Says(_, who, body):
                lines.append(f"{who:{width}} > {body}")
            case Reads(_, who, words):
                lines.append(f"{who:{width}} < {', '.join(words)}")
            case Meanwhile(_, what):
                lines.append(f"-- {what} --")
    return "\n".join(lines)


_ONE_TO_TEN = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBERS: dict[str, float] = {
    **{name: value for value, name in enumerate(_ONE_TO_TEN, 1)},
    "a": 1,
    "an": 1,
    "half an": 0.5,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "sixty": 60,
}
_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


def passing(what: str) -> timedelta | None:
    """How much time "five minutes pass" is; None if it says something else."""
    found = re.fullmatch(r"(?P<count>[\w.]+(?: an)?) (?P<unit>[a-z]+?)s? (?:pass|passes)", what)
    if found is None or found["unit"] not in _UNITS:
        return None
    count = _NUMBERS.get(found["count"], found["count"])
    try:
        return timedelta(seconds=float(count) * _UNITS[found["unit"]])
    except (ValueError, OverflowError):
        return None
