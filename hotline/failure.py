"""What it means that the carrier did not take a message, or that it did not reach somebody.

Pure: `not_taken` and `next_step` take the message, the kind of trouble and the time in its network,
and return what follows. They mark nobody, send nothing and ask nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline import errors, schedule
from hotline.errors import CarrierError
from hotline.help_request import NetworkTime
from hotline.message import Channel
from hotline.notices import Notice, Told, notice

MOST_TRIES = 3  # of a message to somebody whose phone is off or away
TRY_AGAIN = timedelta(minutes=10)
ACCOUNT_PAUSE = timedelta(minutes=5)  # until one is tried again that our account held back
LOOK_UP_AFTER = timedelta(seconds=30)  # longer than a call to the carrier may take
BUSY_PAUSE = timedelta(seconds=5)  # after the first time, and twice as long each time
LONGEST_BUSY_PAUSE = timedelta(minutes=5)
MOST_CALLS = 24  # tries of a call that our account may not make, one every five minutes
TIMES_OFF = 3  # in a row, and a number is set aside

TROUBLES: tuple[tuple[type[CarrierError], str], ...] = (
    (errors.BadNumber, "no_number"),
    (errors.Landline, "landline"),
    (errors.Blocked, "blocked"),
)
OFF = "unreachable"  # the trouble of a phone that is off again and again


@dataclass(frozen=True, slots=True)
class Failed:
    """The message, as far as it matters. `tries`: how often its words were brought to the phone,
    this time included; `claims`: how often it was brought to the carrier. `is_page`: it asks
    somebody. `is_always_off`: their last messages failed because the phone was off, too."""

    channel: Channel
    tries: int = 1
    claims: int = 1
    is_page: bool = False
    has_pictures: bool = False
    may_wake: bool = False
    is_always_off: bool = False


# What follows when the carrier did not take it.


@dataclass(frozen=True, slots=True)
class LookUp:
    """Taken or not, we cannot know: ask the carrier then."""

    at: datetime


@dataclass(frozen=True, slots=True)
class PutBack:
    """It waits to be sent then. `is_held`: our account holds it back."""

    at: datetime
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The carrier will not take it, ever: it did not reach them, and `next_step` says the rest."""


# What follows when it did not reach somebody.


@dataclass(frozen=True, slots=True)
class NoteOptedOut:
    """They said STOP, says the carrier."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """No text reaches them, for this reason."""

    trouble: str


@dataclass(frozen=True, slots=True)
class GiveBack:
    """What they hold: they could neither hear of it nor hand it back themselves."""


@dataclass(frozen=True, slots=True)
class TryAnew:
    """`is_held`: our account holds it back."""

    at: datetime
    is_held: bool = False
    with_pictures: bool = True


@dataclass(frozen=True, slots=True)
class PageNeverLeft:
    """Nobody was asked by this page, and somebody is to be."""


@dataclass(frozen=True, slots=True)
class PageMissed:
    """It came to nothing. `asks_others`: at once; else the next wave comes when it is due."""

    asks_others: bool


@dataclass(frozen=True, slots=True)
class CallInstead:
    """What is worth a call is said by phone."""


@dataclass(frozen=True, slots=True)
class WarnStewards:
    """In both cases."""

    notice: Notice


Handling = LookUp | PutBack | GiveUp | WarnStewards

Consequence = (
    NoteOptedOut
    | SetAside
    | GiveBack
    | TryAnew
    | PageNeverLeft
    | PageMissed
    | CallInstead
    | WarnStewards
)


def not_taken(
    it: Failed,
    why: type[CarrierError],
    code: int | None,
    clock: NetworkTime,
    pause: timedelta | None = None,
) -> list[Handling]:
    """Look it up, try again later, or give it up. `pause`: how long the carrier wants to be left
    alone, if it said so."""
    if issubclass(why, errors.CarrierSilent):
        return [LookUp(clock.now + LOOK_UP_AFTER)]
    if issubclass(why, errors.CarrierBusy):
        return [PutBack(clock.now + (_busy_pause(it.claims) if pause is None else pause))]
    if issubclass(why, errors.AccountRefused):
        return [PutBack(clock.now + ACCOUNT_PAUSE, is_held=True), *_told(why, code)]
    may_wait = it.channel is Channel.CALL and it.claims < MOST_CALLS
    if issubclass(why, errors.NotAllowedThere) and may_wait:
        return [PutBack(clock.now + ACCOUNT_PAUSE), *_told(why, code)]
    return [GiveUp()]


def _busy_pause(claims: int) -> timedelta:
    doubled: int = 2 ** min(claims - 1, 10)
    return min(BUSY_PAUSE * doubled, LONGEST_BUSY_PAUSE)


def next_step(
    it: Failed, why: type[CarrierError], code: int | None, clock: NetworkTime
) -> list[Consequence]:
    """Mark whom no text reaches, ask the next person, try again later, or tell the stewards."""
    return [*_about_the_person(it, why), *_about_the_message(it, why, clock), *_told(why, code)]


def _about_the_person(it: Failed, why: type[CarrierError]) -> list[Consequence]:
    """Who has a landline can hand back by phone, and whose phone is off may come back."""
    trouble = next((name for kind, name in TROUBLES if issubclass(why, kind)), None)
    if issubclass(why, errors.PhoneOff) and it.is_always_off:
        trouble = OFF
    found: list[Consequence] = [NoteOptedOut()] if issubclass(why, errors.OptedOut) else []
    found += [SetAside(trouble)] if trouble else []
    if issubclass(why, errors.OptedOut | errors.BadNumber | errors.Blocked):
        found.append(GiveBack())
    return found


def _about_the_message(
    it: Failed, why: type[CarrierError], clock: NetworkTime
) -> list[Consequence]:
    if issubclass(why, errors.AccountRefused):
        return [TryAnew(clock.now + ACCOUNT_PAUSE, is_held=True)]
    if it.is_page and issubclass(why, errors.NeverLeft):
        return [PageNeverLeft()]
    if it.is_page:
        return [PageMissed(not issubclass(why, errors.Filtered | errors.CarrierBusy))]
    if issubclass(why, errors.Landline) and it.channel is not Channel.CALL:
        return [CallInstead()]
    if it.has_pictures and why is errors.Refused:
        return [TryAnew(clock.now, with_pictures=False)]
    if it.tries < MOST_TRIES and issubclass(why, errors.Unreachable | errors.CarrierBusy):
        return [TryAnew(_later(it, clock))]
    return []


def _later(it: Failed, clock: NetworkTime) -> datetime:
    """Later each time, and a call not in quiet hours."""
    later = clock.now + TRY_AGAIN * it.tries
    if it.channel is not Channel.CALL:
        return later
    return schedule.may_ask_from(it.may_wake, clock.network, later)


def _told(why: type[CarrierError], code: int | None) -> list[WarnStewards]:
    told = next((what for kind, what in _TOLD if issubclass(why, kind)), None)
    return [WarnStewards(notice(told, code=code or 0))] if told else []


_TOLD: tuple[tuple[type[CarrierError], Told], ...] = (
    (errors.AccountRefused, Told.STEWARDS_REFUSED),
    (errors.Filtered, Told.STEWARDS_FILTERED),
    (errors.NotAllowedThere, Told.STEWARDS_NOT_ALLOWED),
)
