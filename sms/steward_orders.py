"""What a steward's text orders of the hotline: words in, an order out. `sms.stewards` carries it
out, by `desk.stewarding`, which the command line uses as well.

Pure. A steward may need something like anybody else, so no order is guessed: what looks like one
and is none is asked back, and so are words of which it is not clear that they ask for help.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hotline.newcomers import MOST_CARRIED
from hotline.phrasebook import heard
from hotline.settings import Network
from sms import orders, vocabulary
from sms.moves import Move
from sms.orders import Look
from sms.reading import LARGEST_NUMBER, Intent, Reading, words_of

MOST_WORDS_OF_A_NAME = 4
STANDINGS = ("remove", "suspend", "restore")  # what stewards do about somebody, once confirmed


@dataclass(frozen=True, slots=True)
class ShowOpen:
    """What is open, all of it."""


@dataclass(frozen=True, slots=True)
class ShowRequest:
    number: int


@dataclass(frozen=True, slots=True)
class CloseRequest:
    number: int


@dataclass(frozen=True, slots=True)
class ReopenRequest:
    number: int


@dataclass(frozen=True, slots=True)
class SetArea:
    number: int
    area: str


@dataclass(frozen=True, slots=True)
class SetNeeds:
    number: int
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assign:
    number: int
    called: str


@dataclass(frozen=True, slots=True)
class LetRest:
    """`days`: None is until they are back."""

    called: str
    days: int | None


@dataclass(frozen=True, slots=True)
class LetCarry:
    """For a day, as many requests at a time."""

    called: str
    most: int


@dataclass(frozen=True, slots=True)
class ChangeStanding:
    """`verb`: "remove", "suspend" or "restore"; done once it is confirmed."""

    verb: str
    called: str


@dataclass(frozen=True, slots=True)
class ConfirmOrder:
    """By the code that we texted."""

    code: str


@dataclass(frozen=True, slots=True)
class ShowWords:
    """What a steward can text."""


@dataclass(frozen=True, slots=True)
class AskBack:
    """It may be an order, like this example, and is not clear enough to be one."""

    example: str


StewardOrder = (
    ShowOpen
    | ShowRequest
    | CloseRequest
    | ReopenRequest
    | SetArea
    | SetNeeds
    | Assign
    | LetRest
    | LetCarry
    | ChangeStanding
    | ConfirmOrder
    | ShowWords
    | AskBack
)


def find(reading: Reading, network: Network, *, talks: bool) -> StewardOrder | None:
    """The order that a steward's text is, or what to ask back; None if it is their own words.
    `talks`: they talk to somebody through us, who may be meant by words in small letters."""
    if reading.intent not in (Intent.WORDS, Intent.SMALL_TALK):
        return None
    words = _plainly(words_of(reading.said))
    verb = vocabulary.STEWARD_VERBS.get(words[0]) if words else None
    if verb is None:
        return ShowOpen() if isinstance(orders.find(reading, network), Look) else None
    said = _Said(reading, words[1:], network)
    found = _READ[verb](said)
    if talks and not said.is_loud and said.number is None:
        return None
    if found and (verb != "need" or said.is_loud):
        return found
    return AskBack(_example(verb, said)) if found or _is_doubtful(verb, said) else None


def _is_doubtful(verb: str, said: _Said) -> bool:
    """Whether it looks like an order, though it is none. What begins like one may well be a need,
    and a rest, an area and a need are what anybody tells of themselves."""
    if verb == "need":
        return said.is_loud and said.number is not None and not said.reading.needs
    if verb in ("area", "pause", "help", "carry", "confirm", *STANDINGS):
        return said.number is not None and verb != "help"
    return said.number is not None or said.is_loud or not _asks(said.reading)


@dataclass(frozen=True, slots=True)
class _Said:
    """What stands behind the verb."""

    reading: Reading
    rest: list[str]
    network: Network

    @property
    def number(self) -> int | None:
        word = self.rest[0] if self.rest else ""
        is_one = word.isascii() and word.isdigit() and int(word) <= LARGEST_NUMBER
        return int(word) if is_one else None

    @property
    def is_loud(self) -> bool:
        """Whether the verb is in capitals."""
        return self.reading.said.split(maxsplit=1)[0].isupper()

    @property
    def is_asked(self) -> bool:
        return self.reading.said.endswith("?")


def _plainly(words: list[str]) -> list[str]:
    """Without courtesy, and without "request" and "number" in front of a number."""
    while words and words[-1] in ("please", "pls", "thanks"):
        words = words[:-1]
    while len(words) > 2 and words[1] in _BEFORE_NUMBER:
        words = [words[0], *words[2:]]
    return words


_BEFORE_NUMBER = {"request", "number", "no", "n", "num", "nr", *heard("before_number")}


def _open(said: _Said) -> StewardOrder | None:
    is_all = not said.rest or said.rest in (["requests"], ["all"])
    return ShowOpen() if is_all else None


def _help(said: _Said) -> StewardOrder | None:
    return ShowWords() if said.rest[:1] in _STEWARD and len(said.rest) == 1 else None


_STEWARD = (
    *(["steward"], ["stewards"]),
    *([it] for it in sorted(heard("steward"))),
)


def _who(said: _Said) -> StewardOrder | None:
    only = len(said.rest) == 1 and said.number is not None
    return ShowRequest(said.number) if only and said.number is not None else None


def _close(said: _Said) -> StewardOrder | None:
    only = len(said.rest) == 1 and not said.is_asked
    return CloseRequest(said.number) if only and said.number is not None else None


def _reopen(said: _Said) -> StewardOrder | None:
    only = len(said.rest) == 1 and not said.is_asked
    return ReopenRequest(said.number) if only and said.number is not None else None


def _area(said: _Said) -> StewardOrder | None:
    if said.number is None or said.is_asked:
        return None
    found = orders.areas_in(said.rest[1:], said.network)
    one = found.areas if found else None
    return SetArea(said.number, one[0]) if one and len(one) == 1 else None


def _need(said: _Said) -> StewardOrder | None:
    if said.number is None or said.is_asked:
        return None
    needs = orders.needs_in(said.rest[1:], said.network)
    return SetNeeds(said.number, needs) if needs else None


def _assign(said: _Said) -> StewardOrder | None:
    rest = said.rest[1:]
    rest = rest[1:] if rest and rest[0] in _TO else rest
    if said.number is None or said.is_asked or not 1 <= len(rest) <= MOST_WORDS_OF_A_NAME:
        return None
    return Assign(said.number, " ".join(rest))


_TO = {"to", *heard("assign_to")}


def _pause(said: _Said) -> StewardOrder | None:
    """A rest for themselves is no order of a steward's."""
    for length in range(1, min(len(said.rest), MOST_WORDS_OF_A_NAME) + 1):
        behind = " ".join(said.rest[length:])
        pause = orders.pause_in(f"pause {behind}".strip())
        if pause and (behind or said.is_loud) and orders.pause_in(_rest_alone(said)) is None:
            return LetRest(" ".join(said.rest[:length]), pause.days)
    return None


def _carry(said: _Said) -> StewardOrder | None:
    *name, most = said.rest or [""]
    is_count = most.isascii() and most.isdigit() and int(most) <= MOST_CARRIED
    if said.is_asked or not is_count or not 1 <= len(name) <= MOST_WORDS_OF_A_NAME:
        return None
    return LetCarry(" ".join(name), int(most))


def _standing(verb: str) -> Callable[[_Said], StewardOrder | None]:
    def read(said: _Said) -> StewardOrder | None:
        is_name = 1 <= len(said.rest) <= MOST_WORDS_OF_A_NAME
        return ChangeStanding(verb, " ".join(said.rest)) if is_name and not said.is_asked else None

    return read


def _confirm(said: _Said) -> StewardOrder | None:
    code = "".join(said.rest)
    return ConfirmOrder(code) if code.isascii() and code.isdigit() else None


def _rest_alone(said: _Said) -> str:
    return " ".join(["pause", *said.rest])


_READ: dict[str, Callable[[_Said], StewardOrder | None]] = {
    "open": _open,
    "help": _help,
    "who": _who,
    "close": _close,
    "reopen": _reopen,
    "area": _area,
    "need": _need,
    "assign": _assign,
    "pause": _pause,
    "carry": _carry,
    **{verb: _standing(verb) for verb in STANDINGS},
    "confirm": _confirm,
}


def _example(verb: str, said: _Said) -> str:
    """How the order would be written."""
    number = said.number or 12
    area = next((it.key for it in said.network.areas), "east")
    need = next((it.key for it in said.network.needs), "food")
    if isinstance(found := _need(said), SetNeeds):
        need = found.needs[0]
    return {
        "open": "OPEN",
        "help": "HELP STEWARD",
        "who": f"WHO {number}",
        "close": f"CLOSE {number}",
        "reopen": f"REOPEN {number}",
        "area": f"AREA {number} {area}",
        "need": f"NEED {number} {need}",
        "assign": f"ASSIGN {number} Ana",
        "pause": "PAUSE Ana 3d",
        "carry": "CARRY Ana 8",
        **{it: f"{it.upper()} Ana" for it in STANDINGS},
        "confirm": "CONFIRM and the code",
    }[verb]


def asks_for_themselves(reading: Reading) -> bool:
    """Whether it is clear that a steward needs something: they say ASK or NEED, name a need, or say
    that they are in need."""
    return _asks(reading) or bool(reading.needs) or Move.IN_NEED in reading.moves


def says_ask(reading: Reading) -> bool:
    """Whether ASK stands first: all of it is a request, whatever they are talking about."""
    words = words_of(reading.said)
    return bool(words) and words[0] in vocabulary.ASK


def _asks(reading: Reading) -> bool:
    words = words_of(reading.said)
    return says_ask(reading) or words[:1] == ["help"] or not _ASKING.isdisjoint(words)


# "Please", "somebody" and the like a steward says about others, too.
_ASKING = frozenset().union(*vocabulary.ASKING.values()) - vocabulary.ASKING_IN_PASSING
