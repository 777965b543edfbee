"""The phones of a rehearsal: what one is, what becomes of a text or call to it, which words it may
not say.

Plain values and plain functions. No HTTP, no clock, and nothing about how the carrier is asked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True)
class Person:
    """Somebody the page shows a phone for."""

    phone: str
    name: str
    about: str = ""
    is_landline: bool = False


class PhoneState(StrEnum):
    """What a phone is, and so what becomes of a text to it."""

    ON = "on"
    OFF = "off"
    UNCONFIRMED = "unconfirmed"  # the text arrives, but `sent` is the last that is ever heard
    LOST = "lost"  # undelivered for no known reason
    BLOCKED = "blocked"
    UNKNOWN = "unknown"
    LANDLINE = "landline"
    FILTERED = "filtered"
    NOWHERE = "nowhere"  # refused when asked: no such number
    TABLET = "tablet"  # refused when asked: data only, it has no texts


class WhenCalled(StrEnum):
    """What a phone does when it is called."""

    RINGS = "rings"  # until somebody answers
    MACHINE = "machine"  # a machine answers: it hears everything and presses nothing
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"  # the call fails


UNDELIVERED: Mapping[PhoneState, int] = {
    PhoneState.OFF: 30003,
    PhoneState.BLOCKED: 30004,
    PhoneState.UNKNOWN: 30005,
    PhoneState.LANDLINE: 30006,
    PhoneState.FILTERED: 30007,
    PhoneState.LOST: 30008,
}
REFUSED: Mapping[PhoneState, int] = {PhoneState.NOWHERE: 21211, PhoneState.TABLET: 21614}


@dataclass(frozen=True)
class Phone:
    """One phone. A number that nobody ever mentioned is a phone that is on."""

    number: str
    name: str = ""
    about: str = ""
    state: PhoneState = PhoneState.ON
    opted_out: bool = False
    calls: WhenCalled = WhenCalled.RINGS

    def when_called(self) -> WhenCalled:
        """STOP is about texts alone, and a landline has calls."""
        return WhenCalled.NO_ANSWER if self.state is PhoneState.OFF else self.calls


@dataclass(frozen=True)
class DeliveryStep:
    """One status on a text's way, with the carrier's error when it is the bad end."""

    status: str
    error: int | None = None


def way_to(state: PhoneState, *, via_service: bool) -> list[DeliveryStep]:
    """Every status after the first, in the order in which they come true."""
    begin = [*([DeliveryStep("queued")] if via_service else []), DeliveryStep("sent")]
    if state is PhoneState.UNCONFIRMED:
        return begin
    if state in UNDELIVERED:
        return [*begin, DeliveryStep("undelivered", UNDELIVERED[state])]
    return [*begin, DeliveryStep("delivered")]


E164 = re.compile(r"\+[1-9]\d{6,14}")
NORTH_AMERICAN = re.compile(r"1?([2-9]\d{9})")


def readable_number(written: str) -> str | None:
    """`+12125550101` for what somebody wrote, or None when it is no phone number."""
    plain = re.sub(r"[\s().-]", "", written)
    if national := NORTH_AMERICAN.fullmatch(plain):
        plain = f"+1{national[1]}"
    return plain if E164.fullmatch(plain) else None


class Keyword(StrEnum):
    """The words that a carrier takes for itself, by what they do."""

    STOP = "stop"
    START = "start"
    HELP = "help"


KEYWORDS: Mapping[str, Keyword] = {
    **dict.fromkeys(
        ("STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"),
        Keyword.STOP,
    ),
    **dict.fromkeys(("START", "UNSTOP", "YES"), Keyword.START),
    **dict.fromkeys(("HELP", "INFO"), Keyword.HELP),
}
STOPPED = "You will get no more texts from this number. Reply START to get them again."
STARTED = "You get texts from this number again. Reply HELP for help, STOP to end them."
HELPED = "Reply STOP to get no more texts from this number. Message and data rates may apply."


def keyword_of(body: str) -> Keyword | None:
    """The keyword that the text is, when it is nothing else."""
    return KEYWORDS.get(body.strip().upper())


def carrier_reply(keyword: Keyword | None, *, opted_out: bool) -> str | None:
    """What the carrier itself answers; a STOP or START that changes nothing draws no answer."""
    match keyword:
        case Keyword.STOP if not opted_out:
            return STOPPED
        case Keyword.START if opted_out:
            return STARTED
        case Keyword.HELP:
            return HELPED
    return None


LONGEST_CHAIN = 15
CHAIN_GAP = timedelta(seconds=30)
CHAIN_REST = timedelta(seconds=30)


@dataclass(frozen=True)
class DeliveryPace:
    """How fast one number is being replied to: the carrier's guard against two talking machines."""

    replies: int = 0
    last: datetime | None = None
    rests_until: datetime | None = None

    def is_resting(self, now: datetime) -> bool:
        return self.rests_until is not None and now < self.rests_until

    def after_reply(self, now: datetime) -> "DeliveryPace":
        """The pace once a reply was asked for; more than 15 in a row begin a rest."""
        in_a_row = self.last is not None and now - self.last <= CHAIN_GAP
        replies = self.replies + 1 if in_a_row else 1
        if replies > LONGEST_CHAIN:
            return DeliveryPace(rests_until=now + CHAIN_REST)
        return DeliveryPace(replies, now)


def phones_of(cast: Sequence[Person]) -> dict[str, Phone]:
    """The cast's phones by number, in the order of the cast."""
    return {it.phone: Phone(it.phone, it.name, it.about, _state_of(it)) for it in cast}


def _state_of(person: Person) -> PhoneState:
    return PhoneState.LANDLINE if person.is_landline else PhoneState.ON
