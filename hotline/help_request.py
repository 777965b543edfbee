"""What a request is, what can happen to it, and what follows.

Pure: `next_step` takes a request and an event and returns the request as it is then and the
effects. It reads no clock, chooses nobody, stores and sends nothing.

    open ──somebody says YES──> taken ──done──> done
     │  <──handed back──────────  │
     └──never mind──> withdrawn <─┘

A request is open until it is taken or withdrawn. No event makes it end because time passed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hotline.words import Sentence, Text, text


class State(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class HelpRequest:
    """One request. Ids are the neighbors' row numbers; times are aware UTC.

    `needs` are need keys, empty when none was recognised. `due` is when volunteers are asked
    next; None once it is no longer open. `owed` counts people to ask at once, in place of
    some who passed. `round` counts how often asking began, `wave` the waves of this round.
    """

    number: int
    requester: int
    since: datetime
    state: State = State.OPEN
    needs: tuple[str, ...] = ()
    area: str | None = None
    urgent: bool = False
    taker: int | None = None
    round: int = 1
    wave: int = 0
    due: datetime | None = None
    owed: int = 0
    told_nobody_at: datetime | None = None
    version: int = 0


# What can happen.


@dataclass(frozen=True, slots=True)
class WordsAdded:
    """The requester wrote more; these are all needs and the area as known now."""

    needs: tuple[str, ...]
    area: str | None
    urgent: bool
    ask_from: datetime


@dataclass(frozen=True, slots=True)
class WaveDue:
    """It is time for the next wave, and these people can be asked."""

    crew: tuple[int, ...]
    next_at: datetime


@dataclass(frozen=True, slots=True)
class OthersDue:
    """Somebody passed or could not be reached; these are asked in their place."""

    crew: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NobodyLeft:
    """Nobody on the roster can be asked now. `tell` the requester, unless told not long ago."""

    again_at: datetime
    now: datetime
    tell: bool


@dataclass(frozen=True, slots=True)
class NotBefore:
    """Nobody can be asked before that moment: it is night, or no text leaves."""

    moment: datetime


@dataclass(frozen=True, slots=True)
class Accepted:
    neighbor: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Passed:
    neighbor: int


@dataclass(frozen=True, slots=True)
class Unreached:
    """The page could not be delivered to this neighbor."""

    neighbor: int


@dataclass(frozen=True, slots=True)
class HandedBack:
    neighbor: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Done:
    by: int


@dataclass(frozen=True, slots=True)
class Withdrawn:
    pass


Event = (
    WordsAdded
    | WaveDue
    | OthersDue
    | NobodyLeft
    | NotBefore
    | Accepted
    | Passed
    | Unreached
    | HandedBack
    | Done
    | Withdrawn
)


# What follows.


@dataclass(frozen=True, slots=True)
class Page:
    """Ask this neighbor about the request."""

    neighbor: int


@dataclass(frozen=True, slots=True)
class Tell:
    """Text one person."""

    neighbor: int
    text: Text


@dataclass(frozen=True, slots=True)
class GiveWords:
    """Tell the taker that it is theirs, with everything the requester wrote."""

    neighbor: int


@dataclass(frozen=True, slots=True)
class TellWaiting:
    """Text everybody who was asked and has not answered, and ask them no longer."""

    text: Text


@dataclass(frozen=True, slots=True)
class TellStewards:
    text: Text


@dataclass(frozen=True, slots=True)
class AskSoon:
    """Wake whoever asks volunteers: this request is due."""


Effect = Page | Tell | GiveWords | TellWaiting | TellStewards | AskSoon


def next_step(request: HelpRequest, event: Event) -> tuple[HelpRequest, list[Effect]]:
    """Decide what one event means for one request.

    An event that no longer fits (a second YES, a wave of a request that is taken) changes
    nothing; whoever caused it hears how things stand.
    """
    match request.state, event:
        case State.OPEN, _:
            return _while_open(request, event)
        case State.TAKEN, _:
            return _while_taken(request, event)
        case State.DONE, Accepted(neighbor):
            return request, [Tell(neighbor, _say(Sentence.THANKS_ALL_THE_SAME, request))]
        case _, Accepted(neighbor):
            return request, [Tell(neighbor, _say(Sentence.NO_LONGER_NEEDED, request))]
        case _, Withdrawn():
            return request, [Tell(request.requester, text(Sentence.NOTHING_OPEN))]
        case _:
            return request, []


def _while_open(request: HelpRequest, event: Event) -> tuple[HelpRequest, list[Effect]]:
    match event:
        case WordsAdded():
            return _more_known(request, event)
        case WaveDue(crew, next_at):
            asked = replace(request, wave=request.wave + 1, owed=0, due=next_at)
            return asked, [Page(neighbor) for neighbor in crew]
        case OthersDue(crew):
            return replace(request, owed=0), [Page(neighbor) for neighbor in crew]
        case NobodyLeft():
            return _nobody_left(request, event)
        case NotBefore(moment):
            return replace(request, due=moment, owed=0), []
        case Accepted():
            return _taken(request, event)
        case Passed(neighbor):
            resting, effects = _one_more(request)
            return resting, [Tell(neighbor, _say(Sentence.PASSED, request)), *effects]
        case Unreached():
            return _one_more(request)
        case Withdrawn() | Done():
            return _withdrawn(request, TellWaiting(_say(Sentence.NO_LONGER_NEEDED, request)))
        case HandedBack():
            return request, []


def _while_taken(request: HelpRequest, event: Event) -> tuple[HelpRequest, list[Effect]]:
    taker = request.taker
    assert taker is not None  # noqa: S101 - what "taken" means
    match event:
        case Accepted(neighbor) if neighbor == taker:
            return request, [GiveWords(neighbor)]
        case Accepted(neighbor):
            return request, [Tell(neighbor, _say(Sentence.TOO_LATE, request, name=taker))]
        case Withdrawn():
            return _withdrawn(request, Tell(taker, _say(Sentence.NO_LONGER_NEEDED, request)))
        case Done(by):
            return replace(request, state=State.DONE, due=None), _told_done(request, taker, by)
        case HandedBack(neighbor, now) if neighbor == taker:
            open_again = replace(
                request, state=State.OPEN, taker=None, due=now, round=request.round + 1, wave=0
            )
            sentence = Sentence.HANDED_BACK_TO_REQUESTER
            return open_again, [
                Tell(neighbor, _say(Sentence.HANDED_BACK, request)),
                Tell(request.requester, _say(sentence, request, name=taker)),
                AskSoon(),
            ]
        case _:
            return request, []


def _one_more(request: HelpRequest) -> tuple[HelpRequest, list[Effect]]:
    """Ask somebody in place of who passed, unless asking rests until a new round begins."""
    if request.wave == 0:
        return request, []
    return replace(request, owed=request.owed + 1), [AskSoon()]


def _told_done(request: HelpRequest, taker: int, by: int) -> list[Effect]:
    if by == request.requester:
        done = _say(Sentence.DONE, request)
        return [Tell(taker, done), Tell(by, done)]
    by_taker = _say(Sentence.DONE_TO_REQUESTER, request, name=taker)
    return [Tell(taker, _say(Sentence.DONE, request)), Tell(request.requester, by_taker)]


def _more_known(request: HelpRequest, event: WordsAdded) -> tuple[HelpRequest, list[Effect]]:
    known = replace(request, needs=event.needs, area=event.area, urgent=event.urgent)
    added = Tell(request.requester, _say(Sentence.ADDED, request))
    became_urgent = event.urgent and not request.urgent
    if became_urgent and request.due is not None and request.due > event.ask_from:
        return replace(known, due=event.ask_from), [added, AskSoon()]
    return known, [added]


def _nobody_left(request: HelpRequest, event: NobodyLeft) -> tuple[HelpRequest, list[Effect]]:
    """Say so honestly, and begin a new round later: everybody can be asked again then."""
    resting = replace(request, due=event.again_at, owed=0, round=request.round + 1, wave=0)
    if not event.tell:
        return resting, []
    told = replace(resting, told_nobody_at=event.now)
    again = {"time": event.again_at}
    return told, [
        Tell(request.requester, _say(Sentence.NOBODY_YET, request, **again)),
        TellStewards(
            _say(Sentence.STEWARDS_NOBODY, request, need=request.needs, area=request.area, **again)
        ),
    ]


def _taken(request: HelpRequest, event: Accepted) -> tuple[HelpRequest, list[Effect]]:
    taken = replace(request, state=State.TAKEN, taker=event.neighbor, due=None, owed=0)
    taker = event.neighbor
    good_news = (
        _say(Sentence.TAKEN_NOTE, request, name=taker, note=event.note)
        if event.note
        else _say(Sentence.TAKEN, request, name=taker)
    )
    return taken, [
        GiveWords(taker),
        Tell(request.requester, good_news),
        TellWaiting(_say(Sentence.COVERED, request, name=taker)),
    ]


def _withdrawn(
    request: HelpRequest, others: Tell | TellWaiting
) -> tuple[HelpRequest, list[Effect]]:
    closed = replace(request, state=State.WITHDRAWN, due=None, owed=0)
    return closed, [Tell(request.requester, _say(Sentence.WITHDRAWN, request)), others]


def _say(sentence: Sentence, request: HelpRequest, **values: object) -> Text:
    return text(sentence, number=request.number, **values)
