"""What `-- … --` says in a transcript, as plain values and in words again.

    -- five minutes pass --                  -- Ana's phone is off --
    -- it is 8:00 --                         -- Ana's phone is answered by a machine --
    -- silence --                            -- Ana does not answer --
    -- 5 seconds of silence --               -- the carrier is busy --
    -- Ana's phone is opted out --           -- Ana's phone is opted in --
    -- the carrier is slow 3 times for Ana --
    -- the carrier answers 30034 --          -- the carrier is well --

Pure: it makes nothing happen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from rehearsal.phones import PhoneState, WhenCalled
from rehearsal.transcript import passing, silence
from rehearsal.trouble import KINDS, Trouble


@dataclass(frozen=True, slots=True)
class TimePasses:
    length: timedelta


@dataclass(frozen=True, slots=True)
class TimeIs:
    """Time passes until clocks in the neighborhood show this."""

    hour: int
    minute: int


@dataclass(frozen=True, slots=True)
class Silence:
    """In a call; None is until it goes on by itself."""

    seconds: float | None


@dataclass(frozen=True, slots=True)
class PhoneIs:
    who: str
    state: PhoneState


@dataclass(frozen=True, slots=True)
class PhoneCalled:
    """What a phone does when it is called."""

    who: str
    calls: WhenCalled


@dataclass(frozen=True, slots=True)
class PhoneOpted:
    """Whether the carrier lets texts through to a phone; it heard that on another way than by a
    text to us."""

    who: str
    out: bool


@dataclass(frozen=True, slots=True)
class NeverAnswers:
    """The phone rings until it stops."""

    who: str


@dataclass(frozen=True, slots=True)
class CarrierIs:
    """From now on something goes wrong there. `to` is a name."""

    trouble: Trouble


@dataclass(frozen=True, slots=True)
class CarrierIsWell:
    """No trouble is left."""


Happening = (
    TimePasses
    | TimeIs
    | Silence
    | PhoneIs
    | PhoneCalled
    | PhoneOpted
    | NeverAnswers
    | CarrierIs
    | CarrierIsWell
)

CALLS: Mapping[str, WhenCalled] = {
    "answered by a machine": WhenCalled.MACHINE,
    "busy": WhenCalled.BUSY,
    "not answered": WhenCalled.NO_ANSWER,
    "unreachable": WhenCalled.UNREACHABLE,
    "answered again": WhenCalled.RINGS,
}
OPTED: Mapping[str, bool] = {"opted out": True, "opted in": False}
KINDS_OF_PHONES = (PhoneState.LANDLINE, PhoneState.TABLET)
_WHO = r"(?P<who>[^\W_][\w .'-]*?)"
_CLOCK = re.compile(r"it is (?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)")
_PHONE = re.compile(rf"{_WHO}'s phone is (?:a )?(?P<what>[\w ]+)")
_IN_VAIN = re.compile(rf"{_WHO} does not answer")
_TROUBLE = re.compile(
    r"the carrier (?:is (?P<kind>\w+)|answers (?P<code>\d{3,6}))"
    rf"(?: (?P<times>\d+) times)?(?: for {_WHO})?"
)


def happening(what: str) -> Happening | None:
    """What these words say; None when nobody knows how that happens."""
    if length := passing(what):
        return TimePasses(length)
    if length := silence(what):
        return Silence(length.total_seconds())
    if what == "silence":
        return Silence(None)
    if found := _CLOCK.fullmatch(what):
        return TimeIs(int(found["hour"]), int(found["minute"]))
    if found := _IN_VAIN.fullmatch(what):
        return NeverAnswers(found["who"])
    if found := _PHONE.fullmatch(what):
        return _phone(found["who"], found["what"])
    return _trouble(what)


def _phone(who: str, what: str) -> PhoneIs | PhoneCalled | PhoneOpted | None:
    if what in CALLS:
        return PhoneCalled(who, CALLS[what])
    if what in OPTED:
        return PhoneOpted(who, OPTED[what])
    return PhoneIs(who, PhoneState(what)) if what in list(PhoneState) else None


def _trouble(what: str) -> CarrierIs | CarrierIsWell | None:
    found = _TROUBLE.fullmatch(what)
    if found is None or what == "the carrier is well":
        return CarrierIsWell() if found else None
    kind = "code" if found["code"] else found["kind"]
    if kind not in KINDS or (kind == "code" and not found["code"]):
        return None
    times, code = int(found["times"] or 1), int(found["code"] or 0)
    return CarrierIs(Trouble(kind, times, found["who"], code=code))


def words_of(it: Happening) -> str:
    """As `happening` reads it."""
    match it:
        case TimePasses(length):
            return _length(length)
        case TimeIs(hour, minute):
            return f"it is {hour}:{minute:02}"
        case Silence(seconds):
            return "silence" if seconds is None else f"{seconds:g} seconds of silence"
        case PhoneIs(who, state):
            return f"{who}'s phone is {'a ' if state in KINDS_OF_PHONES else ''}{state}"
        case PhoneCalled(who, calls):
            return f"{who}'s phone is {next(it for it, of in CALLS.items() if of is calls)}"
        case PhoneOpted(who, out):
            return f"{who}'s phone is opted {'out' if out else 'in'}"
        case NeverAnswers(who):
            return f"{who} does not answer"
        case CarrierIs(trouble):
            return _trouble_words(trouble)
        case CarrierIsWell():
            return "the carrier is well"


def _length(length: timedelta) -> str:
    """In the largest unit that has no rest."""
    seconds = length.total_seconds()
    units = (("hour", 3600), ("minute", 60), ("second", 1))
    unit, long = next((it for it in units if seconds % it[1] == 0), units[-1])
    count = seconds / long
    return f"{count:.15g} {unit} passes" if count == 1 else f"{count:.15g} {unit}s pass"


def _trouble_words(trouble: Trouble) -> str:
    what = f"answers {trouble.code}" if trouble.kind == "code" else f"is {trouble.kind}"
    times = f" {trouble.times} times" if trouble.times > 1 else ""
    return f"the carrier {what}{times}" + (f" for {trouble.to}" if trouble.to else "")
