"""What it means that the carrier did not take a message, or that it did not reach somebody.

Pure: `not_taken` and `next_step` take the message, the kind of trouble and the time in its network,
and return what follows. They mark nobody, send nothing and ask nobody. `is_our_account` finds out
whose trouble it is where the carrier does not say.
"""

from __future__ import annotations

from collections.abc import Sequence
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
ASKED_AFTER = timedelta(minutes=10)  # of a text that was taken and of which nobody told anything
ASKED_FOR = timedelta(days=1)
BUSY_PAUSE = timedelta(seconds=5)  # after the first time, and twice as long each time
LONGEST_BUSY_PAUSE = timedelta(minutes=5)
MOST_CALLS = 24  # tries of a call that our account may not make, one every five minutes
TIMES_OFF = 3  # in a row, and a number is set aside

MOST_UNEXPLAINED = 6  # tries of a message of which nobody knows why it fails, within three hours
UNEXPLAINED_AGAIN = timedelta(minutes=1)  # and then ever later
LATEST_UNEXPLAINED = timedelta(hours=1)
PAGE_AGAIN = timedelta(seconds=30)  # of a page: the shortest wave is two minutes long
SEVERAL = 2  # people in a row who meet the same code, and it is our account's
IN_A_ROW = timedelta(hours=1)  # what is longer ago was something else
NOBODYS = (errors.Unexplained, errors.Refused, errors.NotAllowedThere)
"""Kinds that need not be the trouble of whom the message is for."""

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
    somebody. `is_always_off`: their last messages failed because the phone was off, too. `pause`:
    how long the carrier says that it will last, or wants to be left alone."""

    channel: Channel
    tries: int = 1
    claims: int = 1
    is_page: bool = False
    has_attachments: bool = False
    may_wake: bool = False
    is_always_off: bool = False
    good_until: datetime | None = None
    pause: timedelta | None = None


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


def asked_again(taken_at: datetime, now: datetime) -> datetime | None:
    """When to ask once more what became of a text that was taken then: after twice as long each
    time. None: it is given up to know."""
    again = now + max(ASKED_AFTER, now - taken_at)
    return again if again <= taken_at + ASKED_FOR else None


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
    with_attachments: bool = True
    each_alone: bool = False  # what came with it then goes once more, each file by itself


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
) -> list[Handling]:
    """Look it up, try again later, or give it up."""
    if issubclass(why, errors.CarrierSilent):
        return [LookUp(clock.now + LOOK_UP_AFTER)]
    if issubclass(why, errors.CarrierBusy):
        return [PutBack(clock.now + (_busy_pause(it.claims) if it.pause is None else it.pause))]
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
    message = _about_the_message(it, why, clock)
    told = [*_given_up(it, why, code, message), *_told(why, code)]
    return [*_about_the_person(it, why), *message, *told]


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
    if again := _again(it, why, clock):
        return [TryAnew(again)]
    if it.is_page:
        return [PageMissed(not issubclass(why, errors.Filtered | errors.CarrierBusy))]
    if issubclass(why, errors.Landline) and it.channel is not Channel.CALL:
        return [CallInstead()]
    if it.has_attachments and why in (errors.Refused, errors.BadAttachment, errors.Unexplained):
        alone = why is errors.BadAttachment
        return [TryAnew(clock.now, with_attachments=False, each_alone=alone)]
    return []


def _again(it: Failed, why: type[CarrierError], clock: NetworkTime) -> datetime | None:
    """When to try it once more; None if it was tried often enough, or is not worth it then."""
    most, pause = _patience(it, why)
    again = clock.now + pause
    if it.channel is Channel.CALL:
        again = schedule.may_ask_from(it.may_wake, clock.network, again)
    is_too_late = it.good_until is not None and again >= it.good_until
    return None if it.tries >= most or is_too_late else again


def _patience(it: Failed, why: type[CarrierError]) -> tuple[int, timedelta]:
    """How many tries in all, and how long until the next."""
    if issubclass(why, errors.Unexplained):
        later = min(UNEXPLAINED_AGAIN * 5 ** min(it.tries - 1, 3), LATEST_UNEXPLAINED)
        return (MOST_TRIES, PAGE_AGAIN) if it.is_page else (MOST_UNEXPLAINED, later)
    if it.is_page:
        return 0, timedelta()
    if it.channel is Channel.CALL and issubclass(why, errors.NotAllowedThere):
        return MOST_CALLS, ACCOUNT_PAUSE
    if issubclass(why, errors.Unreachable | errors.CarrierBusy):
        return MOST_TRIES, it.pause or TRY_AGAIN * it.tries
    return 0, timedelta()


def _given_up(
    it: Failed, why: type[CarrierError], code: int | None, message: Sequence[Consequence]
) -> list[WarnStewards]:
    """What is tried no more, and nobody knows why it failed, the stewards hear of."""
    if it.is_page or message or not issubclass(why, errors.Unexplained):
        return []
    return [WarnStewards(notice(Told.STEWARDS_UNEXPLAINED, code=code or 0))]


def _told(why: type[CarrierError], code: int | None) -> list[WarnStewards]:
    told = next((what for kind, what in _TOLD if issubclass(why, kind)), None)
    return [WarnStewards(notice(told, code=code or 0))] if told else []


_TOLD: tuple[tuple[type[CarrierError], Told], ...] = (
    (errors.AccountRefused, Told.STEWARDS_REFUSED),
    (errors.Filtered, Told.STEWARDS_FILTERED),
    (errors.NotAllowedThere, Told.STEWARDS_NOT_ALLOWED),
)


# Whose trouble it is.


@dataclass(frozen=True, slots=True)
class Tried:
    """When something was tried for somebody; of two at the same moment the larger `number` came
    later."""

    who: int
    at: datetime
    number: int

    def is_after(self, other: Tried | None) -> bool:
        return other is None or (self.at, self.number) > (other.at, other.number)


def is_our_account(
    who: int,
    met: Sequence[Tried],
    arrived: Tried | None,
    *,
    is_held: bool,
    now: datetime,
) -> bool:
    """Whether what somebody met is our account's trouble: several met it in a row.

    `met`: when each person, `who` among them, met it first lately; `arrived`: the last that got
    through to anybody. What our account held back already (`is_held`) stays held back until
    something else gets through.
    """
    if is_held and (arrived is None or arrived.at < now - 2 * ACCOUNT_PAUSE):
        return True
    lately = {it.who for it in met if it.is_after(arrived)}
    return who in lately and len(lately) >= SEVERAL
