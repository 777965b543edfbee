"""What a request is, what can happen to it, and what follows.

Pure: `next_step` takes a request and an event and returns the request as it is then and the
effects. It reads no clock, chooses nobody, stores and sends nothing.

    open ──somebody says YES──> taken ──done──> done
     │  <──handed back, silence── │ <──not yet── │
     └──never mind──> withdrawn <─┘

A request is open until it is taken or withdrawn. No event makes it end because time passed; time
only brings the question how it stands. One that needs several people is open until that many
took it.
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

    `needs` are need keys, empty when none was recognised. `due` is when something is to be done:
    while open, to ask volunteers; while taken, to ask how it stands (or, if that was `asked`, to
    wait no longer); once done, to end the talk of the two. `next_step` leaves it None where
    whoever knows the network is to set it. `owed` counts people to ask at once, in place of some
    who passed. `round` counts how often asking began, `wave` the waves of this round. `asked`: we
    wait for the taker's word, or, once it is done, for the requester's. `companions` take it
    together with the taker, if it needs more than one of `people`.
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
    asked: bool = False
    people: int = 1
    version: int = 0
    companions: tuple[int, ...] = ()

    @property
    def takers(self) -> tuple[int, ...]:
        return () if self.taker is None else (self.taker, *self.companions)

    def others(self, who: int) -> tuple[int, ...]:
        """Whom somebody talks to through us about this request."""
        return self.takers if who == self.requester else (self.requester,)


OURSELVES = 0  # in place of an id: who said it, when we did


@dataclass(frozen=True, slots=True)
class Said:
    """Words that were passed on about a request, or that we told them of it. `by`: who wrote them.
    `is_seen`: they arrived, as far as we know."""

    number: int
    by: int
    at: datetime
    is_seen: bool = True


# What can happen.


@dataclass(frozen=True, slots=True)
class WordsAdded:
    """The requester wrote more; these are all needs and the area as known now."""

    needs: tuple[str, ...]
    area: str | None
    urgent: bool
    ask_from: datetime
    people: int = 1


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
    """Nobody can be asked before that moment: it is night, or no text leaves. Once taken: nobody
    needs to be, for its taker was heard of."""

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
class TimeIsUp:
    """It was taken long enough ago to ask how it stands; or that was asked, and nobody answered.
    Once it is done: the two have talked long enough; `talked` if they did."""

    now: datetime
    talked: bool = False


@dataclass(frozen=True, slots=True)
class StillOnIt:
    """A taker wrote to the requester, so they are."""

    neighbor: int


@dataclass(frozen=True, slots=True)
class Done:
    by: int


@dataclass(frozen=True, slots=True)
class WentWell:
    """The requester's answer to the question how it went."""


@dataclass(frozen=True, slots=True)
class NotYet:
    """It was said to be done, and the requester says that it is not."""


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
    | TimeIsUp
    | StillOnIt
    | Done
    | WentWell
    | NotYet
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
        case State.DONE, _:
            return _once_done(request, event)
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
        case Accepted(neighbor) if neighbor in request.takers:
            return request, [GiveWords(neighbor)]
        case Accepted():
            return _taken(request, event)
        case Passed(neighbor):
            resting, effects = _one_more(request)
            return resting, [Tell(neighbor, _say(Sentence.PASSED, request)), *effects]
        case Unreached():
            return _one_more(request)
        case HandedBack(neighbor, now) if neighbor in request.takers:
            return _handed_back(request, neighbor, now)
        case Done(by) if request.takers:
            waiting = TellWaiting(_say(Sentence.NO_LONGER_NEEDED, request))
            done, effects = _done(request, by)
            return done, [*effects, waiting]
        case Withdrawn() | Done():
            return _withdrawn(request)
        case _:
            return request, []


def _while_taken(request: HelpRequest, event: Event) -> tuple[HelpRequest, list[Effect]]:
    match event:
        case Accepted(neighbor) if neighbor in request.takers and request.asked:
            stays = replace(request, asked=False, due=None)
            return stays, [Tell(neighbor, _say(Sentence.STILL_YOURS, request))]
        case Accepted(neighbor) if neighbor in request.takers:
            return request, [GiveWords(neighbor)]
        case Accepted(neighbor):
            late = _say(Sentence.TOO_LATE, request, name=request.taker)
            return request, [Tell(neighbor, late)]
        case Withdrawn():
            return _withdrawn(request)
        case Done(by):
            return _done(request, by)
        case NotBefore(moment) if not request.asked:
            return replace(request, due=moment), []
        case StillOnIt(neighbor) if neighbor in request.takers:
            return replace(request, asked=False, due=None), []
        case TimeIsUp() if not request.asked:
            question = _say(Sentence.STILL_ON_IT, request)
            asked = replace(request, asked=True, due=None)
            return asked, [Tell(taker, question) for taker in request.takers]
        case TimeIsUp(now):
            return _let_go(request, now)
        case HandedBack(neighbor, now) if neighbor in request.takers:
            return _handed_back(request, neighbor, now)
        case _:
            return request, []


def _once_done(request: HelpRequest, event: Event) -> tuple[HelpRequest, list[Effect]]:
    """For a while they still talk, and the requester can say that it is not done after all."""
    match event:
        case Accepted(neighbor):
            return request, [Tell(neighbor, _say(Sentence.THANKS_ALL_THE_SAME, request))]
        case WentWell():
            glad = Tell(request.requester, text(Sentence.GLAD))
            return replace(request, asked=False), [glad]
        case NotYet() if request.asked:
            again = replace(request, state=State.TAKEN, asked=True, due=None)
            question = _say(Sentence.NOT_DONE_YET, request)
            told = _say(Sentence.ASKING_TAKER, request, name=request.taker)
            return again, [
                Tell(request.requester, told),
                *(Tell(taker, question) for taker in request.takers),
            ]
        case TimeIsUp(talked=talked):
            closing = _say(Sentence.CLOSING, request)
            who = [request.requester, *request.takers] if talked else []
            return replace(request, due=None), [Tell(neighbor, closing) for neighbor in who]
        case Withdrawn():
            return request, [Tell(request.requester, text(Sentence.NOTHING_OPEN))]
        case _:
            return request, []


def _without(request: HelpRequest, neighbor: int) -> HelpRequest:
    """The same with one taker less."""
    left = [taker for taker in request.takers if taker != neighbor]
    return replace(request, taker=left[0] if left else None, companions=tuple(left[1:]))


def _handed_back(
    request: HelpRequest, neighbor: int, now: datetime
) -> tuple[HelpRequest, list[Effect]]:
    """The asking goes on at once, with the others."""
    told = _say(Sentence.HANDED_BACK_TO_REQUESTER, request, name=neighbor)
    left = _without(request, neighbor)
    is_asking = request.state is State.OPEN
    again = replace(left, owed=left.owed + 1) if is_asking else _open_again(left, now)
    return again, [
        Tell(neighbor, _say(Sentence.HANDED_BACK, request)),
        Tell(request.requester, told),
        AskSoon(),
    ]


def _let_go(request: HelpRequest, now: datetime) -> tuple[HelpRequest, list[Effect]]:
    """Nobody who took it answers: it is open again, and they may still come back to it."""
    told = _say(Sentence.LET_GO_TO_REQUESTER, request, name=request.taker)
    alone = replace(request, taker=None, companions=())
    return _open_again(alone, now), [
        *(Tell(taker, _say(Sentence.LET_GO, request)) for taker in request.takers),
        Tell(request.requester, told),
        AskSoon(),
    ]


def _open_again(request: HelpRequest, now: datetime) -> HelpRequest:
    again = replace(request, state=State.OPEN, due=now, owed=0, asked=False, wave=0)
    return replace(again, round=request.round + 1)


def _one_more(request: HelpRequest) -> tuple[HelpRequest, list[Effect]]:
    """Ask somebody in place of who passed, unless asking rests until a new round begins."""
    if request.wave == 0:
        return request, []
    return replace(request, owed=request.owed + 1), [AskSoon()]


def _done(request: HelpRequest, by: int) -> tuple[HelpRequest, list[Effect]]:
    """A requester who did not say so themselves is asked once how it went."""
    is_theirs = by == request.requester
    done = replace(request, state=State.DONE, due=None, owed=0, asked=not is_theirs)
    thanks = _say(Sentence.DONE, request)
    told = thanks if is_theirs else _say(Sentence.DONE_TO_REQUESTER, request, name=by)
    everybody = [*(Tell(taker, thanks) for taker in request.takers), Tell(request.requester, told)]
    if request.requester in request.takers:
        return replace(done, asked=False), [Tell(by, thanks)]
    return done, list(everybody)


def _more_known(request: HelpRequest, event: WordsAdded) -> tuple[HelpRequest, list[Effect]]:
    known = replace(
        request,
        needs=event.needs,
        area=event.area,
        urgent=event.urgent,
        people=max(request.people, event.people),
    )
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
    honestly = _say(Sentence.NOBODY_YET, request, **again)
    if request.takers:
        more = request.people - len(request.takers)
        honestly = _say(Sentence.SOME_MORE_WANTED, request, count=more, **again)
    return told, [
        Tell(request.requester, honestly),
        TellStewards(
            _say(Sentence.STEWARDS_NOBODY, request, need=request.needs, area=request.area, **again)
        ),
    ]


def _taken(request: HelpRequest, event: Accepted) -> tuple[HelpRequest, list[Effect]]:
    taker = event.neighbor
    takers = (*request.takers, taker)
    joined = replace(request, taker=takers[0], companions=takers[1:])
    effects: list[Effect] = [GiveWords(taker), *_told_who_else(request, taker)]
    if len(takers) < request.people:
        return joined, [*effects, *_some_found(joined, event)]
    good_news = (
        _say(Sentence.TAKEN_NOTE, request, name=taker, note=event.note)
        if event.note
        else _say(Sentence.TAKEN, request, name=taker)
    )
    taken = replace(joined, state=State.TAKEN, due=None, owed=0)
    return taken, [
        *effects,
        Tell(request.requester, good_news),
        TellWaiting(_say(Sentence.COVERED, request, name=taker)),
    ]


def _told_who_else(request: HelpRequest, taker: int) -> list[Effect]:
    """Who takes something together hears of each other."""
    if not request.takers:
        return []
    with_them = _say(Sentence.WITH, request, names=request.takers)
    also = _say(Sentence.ALSO, request, name=taker)
    return [Tell(taker, with_them), *(Tell(other, also) for other in request.takers)]


def _some_found(request: HelpRequest, event: Accepted) -> list[Effect]:
    more = request.people - len(request.takers)
    told = _say(Sentence.TAKEN_SOME, request, name=event.neighbor, count=more)
    effects: list[Effect] = [Tell(request.requester, told)]
    if event.note:
        words = _say(Sentence.FROM_TAKER, request, name=event.neighbor, words=event.note)
        effects.append(Tell(request.requester, words))
    return effects


def _withdrawn(request: HelpRequest) -> tuple[HelpRequest, list[Effect]]:
    closed = replace(request, state=State.WITHDRAWN, due=None, owed=0, asked=False)
    told = _say(Sentence.NO_LONGER_NEEDED, request)
    waiting = [TellWaiting(told)] if request.state is State.OPEN else []
    return closed, [
        Tell(request.requester, _say(Sentence.WITHDRAWN, request)),
        *(Tell(taker, told) for taker in request.takers),
        *waiting,
    ]


def _say(sentence: Sentence, request: HelpRequest, **values: object) -> Text:
    return text(sentence, number=request.number, **values)
