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

In a call:

    Maria calls
    Maria < for food press 1, press 0
    Maria presses 1
    -- silence --
    Maria says "insulin, in the fridge please"
    -- five seconds of silence --
    Ana   < rings
    Ana   answers
    Ana   < press 1 to talk
    Ana   hangs up

`calls from a hidden number`, `calls as Ana` and `declines` are the others. The carrier vouches for
the number of whoever `calls`, and not for one that they call `as`, be it their own.
`{code}` in what somebody texts or presses is the last code that they read, `{digits}` in what they
press the last four digits that they heard one by one.
Silence without a length is as long as
the call waits before it goes on by itself. `<` is then what they heard since they last did
something, all in one; nobody has to mention it, but a phone that rings has to be expected by
`rings`, or answered or declined at once. Where words were both heard and texted, what was heard
comes first.
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
class Rings:
    """Somebody's phone rings."""

    line: int
    who: str


@dataclass(frozen=True, slots=True)
class Calls:
    """Somebody calls the hotline."""

    line: int
    who: str
    is_hidden: bool = False
    shown: str = ""  # whose number the call shows, without proof; "" for their own, with proof


@dataclass(frozen=True, slots=True)
class Presses:
    line: int
    who: str
    keys: str


@dataclass(frozen=True, slots=True)
class Speaks:
    line: int
    who: str
    words: str


@dataclass(frozen=True, slots=True)
class HangsUp:
    line: int
    who: str


@dataclass(frozen=True, slots=True)
class Answers:
    line: int
    who: str


@dataclass(frozen=True, slots=True)
class Declines:
    line: int
    who: str


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """Something else happens, in words."""

    line: int
    what: str


InCall = Calls | Presses | Speaks | HangsUp | Answers | Declines
Turn = Says | Reads | Rings | InCall | Meanwhile


@dataclass(frozen=True)
class Transcript:
    title: str
    scene: dict[str, str] = field(default_factory=dict)
    turns: tuple[Turn, ...] = ()


_TURN = re.compile(r"(?P<who>[^\W_][\w .'-]*?)\s*(?P<sign>[<>]) ?(?P<words>.*)")
_IN_CALL = re.compile(
    r"(?P<who>[^\W_][\w .'-]*?)\s+(?:(?P<calls>calls)"
    r"(?:(?P<hidden> from a hidden number)| as (?P<shown>[^\W_][\w .'-]*))?"
    r"|presses (?P<keys>(?:[0-9*#]|\{code\}|\{digits\})+)|says \"(?P<words>.+)\""
    r"|(?P<hangs>hangs up)|(?P<answers>answers)|(?P<declines>declines))"
)
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
        if not title and not turns and not _reads_as_turn(stripped):
            title = stripped
        elif not turns and (found := _SCENE.fullmatch(stripped)):
            scene[found["key"]] = found["value"]
        else:
            turns.append(_turn(number, stripped))
    return Transcript(title, scene, tuple(turns))


def _reads_as_turn(line: str) -> bool:
    """Whether this is no title, though it stands first. Of deeds in a call nobody can tell."""
    return bool(_MEANWHILE.fullmatch(line) or _TURN.fullmatch(line))


def _turn(number: int, line: str) -> Turn:
    if found := _MEANWHILE.fullmatch(line):
        return Meanwhile(number, found["what"])
    if deed := deed_in(line, number):
        return deed
    found = _TURN.fullmatch(line)
    if found is None:
        raise BadTranscript(
            f"line {number} is neither `Name > …`, `Name < …`, `-- … --`, nor a deed in a call"
        )
    if found["sign"] == ">":
        return Says(number, found["who"], found["words"].strip())
    if found["words"].strip() == "rings":
        return Rings(number, found["who"])
    words = tuple(part.strip() for part in found["words"].split(",") if part.strip())
    return Reads(number, found["who"], words)


def deed_in(line: str, number: int = 0) -> InCall | None:
    """What somebody does in a call; None when the line says something else."""
    found = _IN_CALL.fullmatch(line)
    if found is None:
        return None
    who = found["who"]
    if found["calls"]:
        return Calls(number, who, is_hidden=bool(found["hidden"]), shown=found["shown"] or "")
    if found["keys"]:
        return Presses(number, who, found["keys"])
    if found["words"]:
        return Speaks(number, who, found["words"])
    kind = HangsUp if found["hangs"] else Answers if found["answers"] else Declines
    return kind(number, who)


def print_turns(turns: Iterable[Turn]) -> str:
    """The turns as they are written, with the signs below each other."""
    turns = list(turns)
    width = max((len(it.who) for it in turns if not isinstance(it, Meanwhile)), default=0)
    return "\n".join(
        f"-- {it.what} --" if isinstance(it, Meanwhile) else f"{it.who:{width}} {_deed(it)}"
        for it in turns
    )


def _deed(turn: Says | Reads | Rings | InCall) -> str:
    match turn:
        case Says(_, _, body):
            return f"> {body}"
        case Reads(_, _, words):
            return f"< {', '.join(words)}"
        case Rings():
            return "< rings"
        case Calls(_, _, is_hidden, shown):
            if shown:
                return f"calls as {shown}"
            return "calls from a hidden number" if is_hidden else "calls"
        case Presses(_, _, keys):
            return f"presses {keys}"
        case Speaks(_, _, words):
            return f'says "{words}"'
        case HangsUp():
            return "hangs up"
        case Answers():
            return "answers"
        case Declines():
            return "declines"


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
    return _length(what, "(?:pass|passes)")


def silence(what: str) -> timedelta | None:
    """How long "five seconds of silence" is; None if it says something else."""
    return _length(what, "of silence")


def _length(what: str, of: str) -> timedelta | None:
    found = re.fullmatch(rf"(?P<count>[\w.]+(?: an)?) (?P<unit>[a-z]+?)s? {of}", what)
    if found is None or found["unit"] not in _UNITS:
        return None
    count = _NUMBERS.get(found["count"], found["count"])
    try:
        return timedelta(seconds=float(count) * _UNITS[found["unit"]])
    except (ValueError, OverflowError):
        return None
