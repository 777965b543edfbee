"""What a request is, what can happen to it, and what follows.

Pure: `next_step` takes a request, an event, and the time in its network, and returns the request as
it is then and the effects. Everything that moves a request is in this file, due times included;
`TABLE` at its end is the machine. It chooses nobody, stores nothing and sends nothing.

    open ──somebody says YES──> taken ──done──> done
     │  <──handed back, silence── │ <──not yet── │
     └──never mind──> withdrawn <─┘

A request is open until it is taken or withdrawn. No event makes it end because time passed; time
only brings the question how it stands. One that needs several people is open until that many
took it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum, StrEnum
from typing import Any

from hotline import schedule
from hotline.details import NOTHING, Details, dated, joined
from hotline.notices import Notice, Told, notice
from hotline.settings import Network

TELL_AGAIN = timedelta(hours=20)  # how often a requester hears that nobody is free yet


class State(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class HelpRequest:
    """One request. Ids are the neighbors' row numbers; times are aware UTC.

    `needs` are need keys, empty when none was recognised. `takers` take it, whoever said YES first
    in front; it needs as many as `people`. `due` is when something is to be done: while open, to
    ask volunteers; while taken, to check in with its takers (or, if we have `checked_in`, to wait
    no longer); once done, to end the talk of the two. `owed` counts people to ask at once, in place
    of some who passed. `details` is what volunteers
    read of it besides. `round` counts how often asking began, `wave` the waves of this round.
    `checked_in`: we asked how it stands and wait for the answer: of its takers, or, once it is
    done, of whoever asked.
    """

    number: int
    requester: int
    since: datetime
    state: State = State.OPEN
    needs: tuple[str, ...] = ()
    area: str | None = None
    urgent: bool = False
    takers: tuple[int, ...] = ()
    round: int = 1
    wave: int = 0
    due: datetime | None = None
    owed: int = 0
    told_nobody_at: datetime | None = None
    checked_in: bool = False
    people: int = 1
    details: Details = NOTHING
    version: int = 0

    @property
    def named_needs(self) -> tuple[str, ...]:
        """What it is called by: the needs of this network, else what kinds of need they are for
        which it has no key."""
        return self.needs or self.details.kinds[:MOST_KINDS]

    @property
    def taker(self) -> int | None:
        """Whoever said YES first."""
        return self.takers[0] if self.takers else None

    @property
    def is_live(self) -> bool:
        """Whether somebody is looked for, or at it."""
        return self.state in LIVE

    @property
    def outcome(self) -> str | None:
        """How it ended, once nothing more comes of it: not even the talk of the two goes on."""
        return self.state.value if not self.is_live and self.due is None else None

    def concerns(self, people: Collection[int]) -> bool:
        """Whether one of these asked for it or takes it."""
        return any(it in people for it in (self.requester, *self.takers))

    def others(self, who: int) -> tuple[int, ...]:
        """Whom somebody talks to through us about this request."""
        return self.takers if who == self.requester else (self.requester,)


LIVE = (State.OPEN, State.TAKEN)
MOST_KINDS = 2  # by which a request is called
OURSELVES = 0  # in place of an id: who said it, when we did


@dataclass(frozen=True, slots=True)
class TalkLine:
    """Words that were passed on about a request, or that we told them of it. `by`: who wrote them.
    `is_seen`: they arrived, as far as we know."""

    number: int
    by: int
    at: datetime
    is_seen: bool = True


# What can happen.


@dataclass(frozen=True, slots=True)
class WordsAdded:
    """The requester wrote more: what these words say of needs, area and people."""

    needs: tuple[str, ...]
    area: str | None
    people: int = 1
    urgent: bool = False  # they tell of danger
    details: Details = NOTHING


@dataclass(frozen=True, slots=True)
class WaveDue:
    """It is time for the next wave, and these people can be asked."""

    crew: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OthersDue:
    """Somebody passed or could not be reached; these are asked in their place."""

    crew: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NobodyLeft:
    """Nobody on the roster can be asked now."""


@dataclass(frozen=True, slots=True)
class NotBefore:
    """Nobody can be asked before that moment: it is night, or no text leaves."""

    moment: datetime


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Nobody is asked before that moment: what is left until then is kept for others. `in_crowd`:
    the stewards have heard that many strangers ask at once. `no_room`: it is what phones and modems
    still send that day."""

    moment: datetime
    in_crowd: bool = False
    no_room: bool = False


@dataclass(frozen=True, slots=True)
class HeardOf:
    """When it was time to check in, it turned out that a taker had been heard of since."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Accepted:
    """Somebody says YES. `refusal`: what they hear who may not take it now."""

    neighbor: int
    note: str = ""
    refusal: Notice | None = None


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


@dataclass(frozen=True, slots=True)
class TimeIsUp:
    """It was taken long enough ago to ask how it stands; or that was asked, and nobody answered.
    Once it is done: the two have talked long enough; `talked` if they did."""

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
    """The requester says that it is not done: though its takers say that it is, or because nobody
    came. `takers_are_gone`: none of those who have it can be asked anything."""

    takers_are_gone: bool = False


@dataclass(frozen=True, slots=True)
class Withdrawn:
    pass


@dataclass(frozen=True, slots=True)
class Parted:
    """A taker and whoever asked, or somebody who takes it too, have nothing to do with each other
    any more. `by`: who wanted that. `not_done`: it was said to be done, and they say that it is
    not."""

    neighbor: int
    by: int
    not_done: bool = False


@dataclass(frozen=True, slots=True)
class Together:
    """Somebody who took it, and was kept apart from whoever asked, may take it again."""

    neighbor: int


@dataclass(frozen=True, slots=True)
class KeptApart:
    """Somebody would take it who is kept apart from one whom they would meet."""

    neighbor: int


# What a steward does.


@dataclass(frozen=True, slots=True)
class Closed:
    """Nobody is to be asked any more."""


@dataclass(frozen=True, slots=True)
class Reopened:
    """Somebody is looked for once more, whoever has it or had it."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """This neighbor is put down for it, as if they had said YES."""

    neighbor: int


@dataclass(frozen=True, slots=True)
class Corrected:
    """What is needed after all, as need keys, where, whether it is urgent, for how many it is, and
    when: an ISO date and "06:00", each empty if it is any. None stays as it is, but that what is
    needed says whether it is urgent."""

    needs: tuple[str, ...] | None = None
    area: str | None = None
    urgent: bool | None = None
    people: int | None = None
    when: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """It was asked for twice: the other request has all of it now."""


@dataclass(frozen=True, slots=True)
class AskedAnew:
    """Everybody can be asked once more, from now on."""


@dataclass(frozen=True, slots=True)
class AskedPerson:
    """This neighbor is to be asked, too."""

    neighbor: int


ByStewards = Closed | Reopened | Assigned | Corrected | AskedAnew | AskedPerson | Merged
Event = (
    WordsAdded
    | WaveDue
    | OthersDue
    | NobodyLeft
    | NotBefore
    | HeldBack
    | HeardOf
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
    | Parted
    | Together
    | KeptApart
    | ByStewards
)


# What follows.


@dataclass(frozen=True, slots=True)
class AskNeighbor:
    """Ask this neighbor about the request."""

    neighbor: int


@dataclass(frozen=True, slots=True)
class Tell:
    """Text one person."""

    neighbor: int
    notice: Notice


@dataclass(frozen=True, slots=True)
class GiveWords:
    """Tell the taker that it is theirs, with everything the requester wrote."""

    neighbor: int


@dataclass(frozen=True, slots=True)
class AskForPlace:
    """Ask whoever asked whether this taker may know the place, if that is still kept from them."""

    neighbor: int


@dataclass(frozen=True, slots=True)
class Thank:
    """Tell a taker that it is done; now and then with what everybody did together."""

    neighbor: int


@dataclass(frozen=True, slots=True)
class TellWaiting:
    """Text everybody who was asked and has not answered, and ask them no longer."""

    notice: Notice


@dataclass(frozen=True, slots=True)
class TellStewards:
    notice: Notice


@dataclass(frozen=True, slots=True)
class AskSoon:
    """Wake whoever asks volunteers: this request is due."""


Effect = AskNeighbor | Tell | GiveWords | AskForPlace | Thank | TellWaiting | TellStewards | AskSoon


# The machine.


@dataclass(frozen=True, slots=True)
class NetworkTime:
    """When something happens, and in which network: its hours say when things are due."""

    network: Network
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(self.network.zone).date()


Change = tuple[HelpRequest, list[Effect]]


@dataclass(frozen=True, slots=True)
class RequestRow:
    """In `state`, an event of this kind does `does`, and leads to one of `next`."""

    state: State
    event: type[Event]
    does: Callable[[HelpRequest, Any, NetworkTime], Change]
    next: tuple[State, ...]


def next_step(request: HelpRequest, event: Event, clock: NetworkTime) -> Change:
    """Decide what one event means for one request: `TABLE`, at the end of this file, says it.

    An event that no longer fits (a second YES, a wave of a request that is taken) changes
    nothing; whoever caused it hears how things stand.
    """
    row = _ROWS.get((request.state, type(event)))
    return row.does(request, event, clock) if row else (request, [])


# How it begins.


def new_request(
    requester: int,
    needs: tuple[str, ...],
    area: str | None,
    people: int,
    clock: NetworkTime,
    *,
    urgent: bool = False,
    details: Details = NOTHING,
) -> HelpRequest:
    """What somebody asks for, before it has a number: due as soon as anybody may be asked."""
    urgent = urgent or clock.network.is_urgent(needs)
    return HelpRequest(
        0,
        requester,
        clock.now,
        needs=needs,
        area=area,
        urgent=urgent,
        due=schedule.may_ask_from(urgent, clock.network, clock.now),
        people=people,
        details=dated(details, clock.today),
    )


class AskedBy(Enum):
    """How somebody asks: by TEXT; in a CALL that has shown whose number it is, at the phone that
    others may hold, too; or ANYBODY who shows or gave that number."""

    TEXT = (Told.ASKED, Told.ASKED_IN_QUIET)
    CALL = (Told.ASKED_IN_CALL, Told.ASKED_IN_CALL_IN_QUIET)
    ANYBODY = (Told.ASKED_BY_PHONE, Told.ASKED_BY_PHONE_IN_QUIET)


def opened(
    request: HelpRequest, clock: NetworkTime, asked_by: AskedBy = AskedBy.TEXT
) -> list[Effect]:
    """What follows once it has a number."""
    now, late = asked_by.value
    if request.due is not None and request.due > clock.now:
        return [Tell(request.requester, _say(late, request, time=request.due))]
    got_it = _say(now, request)
    if request.people > 1:
        got_it = _say(Told.ASKED_PEOPLE, request, count=request.people)
    return [Tell(request.requester, got_it), AskSoon()]


# While it is open.


def _more_known(request: HelpRequest, event: WordsAdded, clock: NetworkTime) -> Change:
    """Needs add up, and the newest area holds."""
    needs = tuple(dict.fromkeys([*request.needs, *event.needs]))
    urgent = request.urgent or event.urgent or clock.network.is_urgent(needs)
    known = replace(
        request,
        needs=needs,
        area=event.area or request.area,
        urgent=urgent,
        people=max(request.people, event.people),
        details=joined(request.details, dated(event.details, clock.today)),
    )
    added = Tell(request.requester, _say(Told.ADDED, request))
    ask_from = schedule.may_ask_from(urgent, clock.network, clock.now)
    is_sooner = request.due is not None and request.due > ask_from
    if urgent and not request.urgent and is_sooner:
        return replace(known, due=ask_from), [added, AskSoon()]
    return known, [added]


def _wave(request: HelpRequest, event: WaveDue, clock: NetworkTime) -> Change:
    due = clock.now + schedule.wave_length(request.urgent, clock.network)
    asked = replace(request, wave=request.wave + 1, owed=0, due=due)
    return asked, [AskNeighbor(neighbor) for neighbor in event.crew]


def _others(request: HelpRequest, event: OthersDue, _clock: NetworkTime) -> Change:
    return replace(request, owed=0), [AskNeighbor(neighbor) for neighbor in event.crew]


def _nobody_left(request: HelpRequest, _event: NobodyLeft, clock: NetworkTime) -> Change:
    """Say so honestly, but not again and again, and begin a new round later: everybody can be
    asked again then."""
    again_at = schedule.ask_again_at(request.urgent, clock.network, clock.now)
    resting = replace(request, due=again_at, owed=0, round=request.round + 1, wave=0)
    told_at = request.told_nobody_at
    if told_at is not None and told_at + TELL_AGAIN >= clock.now:
        return resting, []
    told = replace(resting, told_nobody_at=clock.now)
    honestly = _say(Told.NOBODY_YET, request, time=again_at)
    if request.takers:
        more = request.people - len(request.takers)
        honestly = _say(Told.SOME_MORE_WANTED, request, count=more, time=again_at)
    about = {"need": request.named_needs, "area": request.area, "time": again_at}
    stewards = _say(Told.STEWARDS_NOBODY, request, **about)
    return told, [Tell(request.requester, honestly), TellStewards(stewards)]


def _not_before(request: HelpRequest, event: NotBefore, _clock: NetworkTime) -> Change:
    return replace(request, due=event.moment, owed=0), []


def _held_back(request: HelpRequest, event: HeldBack, clock: NetworkTime) -> Change:
    """Say so honestly, but not again and again. The round goes on then."""
    waiting = replace(request, due=event.moment, owed=0)
    told_at = request.told_nobody_at
    if told_at is not None and told_at + TELL_AGAIN >= clock.now:
        return waiting, []
    told = Tell(request.requester, _say(Told.HELD_BACK, request, time=event.moment))
    about = {"need": request.named_needs, "area": request.area, "time": event.moment}
    why = Told.STEWARDS_NO_ROOM if event.no_room else Told.STEWARDS_HELD_BACK
    stewards = TellStewards(_say(why, request, **about))
    is_one_of_many = event.in_crowd and not request.urgent
    return replace(waiting, told_nobody_at=clock.now), [told, *[stewards] * (not is_one_of_many)]


def _yes(request: HelpRequest, event: Accepted, clock: NetworkTime) -> Change:
    taker = event.neighbor
    if taker in request.takers:
        return request, [GiveWords(taker)]
    if event.refusal:
        return request, [Tell(taker, event.refusal)]
    takers = (*request.takers, taker)
    joined = replace(request, takers=takers)
    effects: list[Effect] = [GiveWords(taker), *_told_who_else(request, taker)]
    if len(takers) < request.people:
        return joined, [*effects, *_some_found(joined, event), AskForPlace(taker)]
    good_news = (
        _say(Told.TAKEN_NOTE, request, name=taker, note=event.note)
        if event.note
        else _say(Told.TAKEN, request, name=taker)
    )
    return _now_taken(joined, clock), [
        *effects,
        Tell(request.requester, good_news),
        AskForPlace(taker),
        TellWaiting(_say(Told.COVERED, request, name=taker)),
    ]


def _now_taken(request: HelpRequest, clock: NetworkTime) -> HelpRequest:
    """Its takers are on it, for all we know: we check in after a while."""
    due = schedule.check_in_at(request.needs, request.urgent, clock.network, clock.now)
    return replace(request, state=State.TAKEN, due=due, owed=0, checked_in=False)


def _told_who_else(request: HelpRequest, taker: int) -> list[Effect]:
    """Who takes something together hears of each other."""
    if not request.takers:
        return []
    with_them = _say(Told.WITH, request, names=request.takers)
    also = _say(Told.ALSO, request, name=taker)
    return [Tell(taker, with_them), *(Tell(other, also) for other in request.takers)]


def _some_found(request: HelpRequest, event: Accepted) -> list[Effect]:
    more = request.people - len(request.takers)
    told = _say(Told.TAKEN_SOME, request, name=event.neighbor, count=more)
    effects: list[Effect] = [Tell(request.requester, told)]
    if event.note:
        words = _say(Told.FROM_TAKER, request, name=event.neighbor, words=event.note)
        effects.append(Tell(request.requester, words))
    return effects


def _no(request: HelpRequest, event: Passed, _clock: NetworkTime) -> Change:
    resting, effects = _one_more(request)
    return resting, [Tell(event.neighbor, _say(Told.PASSED, request)), *effects]


def _unreached(request: HelpRequest, _event: Unreached, _clock: NetworkTime) -> Change:
    return _one_more(request)


def _one_more(request: HelpRequest) -> Change:
    """Ask somebody in place of who passed, unless asking rests until a new round begins."""
    if request.wave == 0:
        return request, []
    return replace(request, owed=request.owed + 1), [AskSoon()]


def _handed_back(request: HelpRequest, event: HandedBack, clock: NetworkTime) -> Change:
    """The asking goes on at once, with the others."""
    neighbor = event.neighbor
    if neighbor not in request.takers:
        return request, []
    left = replace(request, takers=tuple(it for it in request.takers if it != neighbor))
    is_asking = request.state is State.OPEN
    again = replace(left, owed=left.owed + 1) if is_asking else _open_again(left, clock)
    told = _say(Told.HANDED_BACK_TO_REQUESTER, request, name=neighbor)
    return again, [
        Tell(neighbor, _say(Told.HANDED_BACK, request)),
        Tell(request.requester, told),
        AskSoon(),
    ]


def _parted(request: HelpRequest, event: Parted, clock: NetworkTime) -> Change:
    """As if it had been handed back, or were needed no longer: neither is told why."""
    handed_back = HandedBack(event.neighbor)
    again, effects = _handed_back(request, handed_back, clock)
    if again == request:
        return request, []
    if event.by != event.neighbor:
        told = Tell(event.neighbor, _say(Told.NO_LONGER_NEEDED, request))
        return again, [told, AskSoon()]
    return again, [it for it in effects if it != effects[0]]


def _together(request: HelpRequest, event: Together, _clock: NetworkTime) -> Change:
    return request, [Tell(event.neighbor, _say(Told.OPEN_TO_YOU, request))]


def _parted_after(request: HelpRequest, event: Parted, clock: NetworkTime) -> Change:
    """What is not done is asked for again; whoever said that it was hears nothing of that."""
    if event.not_done and request.checked_in:
        again, _ = _parted(request, event, clock)
        return again, [AskSoon()]
    return replace(request, due=None, checked_in=False), []


def _kept_apart(request: HelpRequest, event: KeptApart, _clock: NetworkTime) -> Change:
    """What they hear could be said to anybody whose YES comes late."""
    return request, [Tell(event.neighbor, _say(Told.THANKS_ALL_THE_SAME, request))]


def _open_again(request: HelpRequest, clock: NetworkTime) -> HelpRequest:
    again = replace(request, state=State.OPEN, due=clock.now, owed=0, checked_in=False, wave=0)
    return replace(again, round=request.round + 1)


def _done_while_open(request: HelpRequest, event: Done, clock: NetworkTime) -> Change:
    """Somebody of several had begun; where nobody had, it is not needed any more."""
    if not request.takers:
        return _withdrawn(request, Withdrawn(), clock)
    done, effects = _done(request, event, clock)
    return done, [*effects, TellWaiting(_say(Told.NO_LONGER_NEEDED, request))]


def _assigned(request: HelpRequest, event: Assigned, clock: NetworkTime) -> Change:
    neighbor = event.neighbor
    if neighbor in request.takers:
        return request, []
    given, effects = _yes(request, Accepted(neighbor), clock)
    return given, [Tell(neighbor, _say(Told.ASSIGNED, request)), *effects]


def _corrected(request: HelpRequest, event: Corrected, clock: NetworkTime) -> Change:
    """What was asked before was not what is needed: asking begins anew, with everybody."""
    needs = request.needs if event.needs is None else event.needs
    known = replace(
        request,
        needs=needs,
        area=event.area or request.area,
        urgent=_is_urgent_after(request, event, clock),
        people=max(event.people or request.people, len(request.takers) + 1),
        details=_when_after(request.details, event.when),
    )
    if known == request:
        return request, []
    anew, effects = _asked_anew(known, AskedAnew(), clock)
    told = _say(Told.CORRECTED, request, need=anew.named_needs, area=anew.area)
    return anew, [Tell(request.requester, told), *effects]


def _when_after(details: Details, when: tuple[str, str] | None) -> Details:
    if when is None or when == (details.day, details.hour):
        return details
    return replace(details, day=when[0], hour=when[1], tonight=False)


def _is_urgent_after(request: HelpRequest, event: Corrected, clock: NetworkTime) -> bool:
    if event.urgent is not None:
        return event.urgent
    return request.urgent if event.needs is None else clock.network.is_urgent(event.needs)


def _asked_anew(request: HelpRequest, _event: AskedAnew, clock: NetworkTime) -> Change:
    due = schedule.may_ask_from(request.urgent, clock.network, clock.now)
    anew = replace(request, due=due, owed=0, round=request.round + 1, wave=0)
    return anew, [AskSoon()]


def _ask_person(request: HelpRequest, event: AskedPerson, _clock: NetworkTime) -> Change:
    return request, [AskNeighbor(event.neighbor)]


def _withdrawn(request: HelpRequest, _event: Withdrawn, _clock: NetworkTime) -> Change:
    return _over(request, _say(Told.WITHDRAWN, request))


def _closed(request: HelpRequest, _event: Closed, _clock: NetworkTime) -> Change:
    return _over(request, _say(Told.CLOSED_BY_STEWARDS, request))


def _merged(request: HelpRequest, _event: Merged, _clock: NetworkTime) -> Change:
    """Whoever asked hears of the other one."""
    closed, effects = _over(request, notice(Told.NOTHING_OPEN))
    return closed, effects[1:]


def _over(request: HelpRequest, to_requester: Notice) -> Change:
    closed = replace(request, state=State.WITHDRAWN, due=None, owed=0, checked_in=False)
    told = _say(Told.NO_LONGER_NEEDED, request)
    waiting = [TellWaiting(told)] if request.state is State.OPEN else []
    return closed, [
        Tell(request.requester, to_requester),
        *(Tell(taker, told) for taker in request.takers),
        *waiting,
    ]


# While it is taken.


def _yes_while_taken(request: HelpRequest, event: Accepted, clock: NetworkTime) -> Change:
    neighbor = event.neighbor
    if neighbor not in request.takers:
        late = _say(Told.TOO_LATE, request, name=request.taker)
        return request, [Tell(neighbor, late)]
    if request.checked_in:
        return _now_taken(request, clock), [Tell(neighbor, _say(Told.STILL_YOURS, request))]
    return request, [GiveWords(neighbor)]


def _heard_of(request: HelpRequest, event: HeardOf, clock: NetworkTime) -> Change:
    if request.checked_in:
        return request, []
    due = schedule.check_in_at(request.needs, request.urgent, clock.network, event.at)
    return replace(request, due=due), []


def _still_on_it(request: HelpRequest, event: StillOnIt, clock: NetworkTime) -> Change:
    return (_now_taken(request, clock) if event.neighbor in request.takers else request), []


def _check_in(request: HelpRequest, _event: TimeIsUp, clock: NetworkTime) -> Change:
    """Ask its takers whether they are on it; whoever stays silent then is let go."""
    if request.checked_in:
        return _let_go(request, clock)
    question = _say(Told.STILL_ON_IT, request)
    return _waiting_for_answer(request, clock), [
        *(Tell(it, question) for it in request.takers),
        *(AskForPlace(it) for it in request.takers),
    ]


def _waiting_for_answer(request: HelpRequest, clock: NetworkTime) -> HelpRequest:
    due = schedule.answer_by(request.urgent, clock.network, clock.now)
    return replace(request, state=State.TAKEN, checked_in=True, due=due)


def _let_go(request: HelpRequest, clock: NetworkTime) -> Change:
    """Nobody who took it answers: it is open again, and they may still come back to it."""
    told = _say(Told.LET_GO_TO_REQUESTER, request, name=request.taker)
    return _open_again(replace(request, takers=()), clock), [
        *(Tell(taker, _say(Told.LET_GO, request)) for taker in request.takers),
        Tell(request.requester, told),
        AskSoon(),
    ]


def _done(request: HelpRequest, event: Done, clock: NetworkTime) -> Change:
    """A requester who did not say so themselves is asked once how it went."""
    is_theirs = event.by == request.requester
    due = schedule.talk_until(clock.network, clock.now)
    done = replace(request, state=State.DONE, due=due, owed=0, checked_in=not is_theirs)
    if request.requester in request.takers:
        return replace(done, checked_in=False), [Thank(event.by)]
    told = _say(Told.DONE_TO_REQUESTER, request, name=event.by)
    if is_theirs:
        told = _say(Told.DONE, request)
    return done, [*(Thank(taker) for taker in request.takers), Tell(request.requester, told)]


def _reopened(request: HelpRequest, _event: Reopened, clock: NetworkTime) -> Change:
    """Whoever took it may still come back to it."""
    others = _say(Told.ASKING_OTHERS, request)
    return _open_again(replace(request, takers=()), clock), [
        *(Tell(taker, others) for taker in request.takers),
        Tell(request.requester, _say(Told.OPENED_AGAIN, request)),
        AskSoon(),
    ]


# Once it is done: for a while they still talk, and whoever asked can say that it is not done.


def _yes_once_done(request: HelpRequest, event: Accepted, clock: NetworkTime) -> Change:
    """A taker is on it after all, as long as nobody has told how it went."""
    is_theirs = event.neighbor in request.takers and request.checked_in and request.due
    if not is_theirs:
        return request, [Tell(event.neighbor, _say(Told.THANKS_ALL_THE_SAME, request))]
    return _now_taken(request, clock), [
        Tell(event.neighbor, _say(Told.STILL_YOURS, request)),
        Tell(request.requester, _say(Told.TAKEN, request, name=event.neighbor)),
    ]


def _went_well(request: HelpRequest, _event: WentWell, _clock: NetworkTime) -> Change:
    glad = Tell(request.requester, notice(Told.GLAD))
    return replace(request, checked_in=False), [glad]


def _not_yet(request: HelpRequest, event: NotYet, clock: NetworkTime) -> Change:
    """Whoever was asked how it went says so."""
    return _not_there(request, event, clock) if request.checked_in else (request, [])


def _not_there(request: HelpRequest, event: NotYet, clock: NetworkTime) -> Change:
    """Its takers are asked first; where none of them can be, others are. Of those who were asked
    already the answer is waited for."""
    if event.takers_are_gone:
        return _let_go(request, clock)
    told = Tell(request.requester, _say(Told.ASKING_TAKER, request, name=request.taker))
    if request.state is State.TAKEN and request.checked_in:
        return request, [told]
    question = _say(Told.NOT_DONE_YET, request)
    return _waiting_for_answer(request, clock), [
        told,
        *(Tell(taker, question) for taker in request.takers),
    ]


def _talk_is_over(request: HelpRequest, event: TimeIsUp, _clock: NetworkTime) -> Change:
    closing = _say(Told.CLOSING, request)
    who = [request.requester, *request.takers] if event.talked else []
    return replace(request, due=None), [Tell(neighbor, closing) for neighbor in who]


# Once it is withdrawn.


def _yes_once_withdrawn(request: HelpRequest, event: Accepted, _clock: NetworkTime) -> Change:
    return request, [Tell(event.neighbor, _say(Told.NO_LONGER_NEEDED, request))]


def _nothing_open(request: HelpRequest, _event: Withdrawn, _clock: NetworkTime) -> Change:
    return request, [Tell(request.requester, notice(Told.NOTHING_OPEN))]


def _say(what: Told, request: HelpRequest, **values: object) -> Notice:
    return notice(what, number=request.number, **values)


_O, _T, _D, _W = State.OPEN, State.TAKEN, State.DONE, State.WITHDRAWN
TABLE: tuple[RequestRow, ...] = (
    RequestRow(_O, WordsAdded, _more_known, (_O,)),
    RequestRow(_O, WaveDue, _wave, (_O,)),
    RequestRow(_O, OthersDue, _others, (_O,)),
    RequestRow(_O, NobodyLeft, _nobody_left, (_O,)),
    RequestRow(_O, NotBefore, _not_before, (_O,)),
    RequestRow(_O, HeldBack, _held_back, (_O,)),
    RequestRow(_O, Accepted, _yes, (_O, _T)),
    RequestRow(_O, Passed, _no, (_O,)),
    RequestRow(_O, Unreached, _unreached, (_O,)),
    RequestRow(_O, HandedBack, _handed_back, (_O,)),
    RequestRow(_O, Parted, _parted, (_O,)),
    RequestRow(_O, Together, _together, (_O,)),
    RequestRow(_O, KeptApart, _kept_apart, (_O,)),
    RequestRow(_O, Done, _done_while_open, (_D, _W)),
    RequestRow(_O, Withdrawn, _withdrawn, (_W,)),
    RequestRow(_O, Closed, _closed, (_W,)),
    RequestRow(_O, Assigned, _assigned, (_O, _T)),
    RequestRow(_O, Corrected, _corrected, (_O,)),
    RequestRow(_O, Merged, _merged, (_W,)),
    RequestRow(_O, AskedAnew, _asked_anew, (_O,)),
    RequestRow(_O, AskedPerson, _ask_person, (_O,)),
    RequestRow(_T, Accepted, _yes_while_taken, (_T,)),
    RequestRow(_T, HeardOf, _heard_of, (_T,)),
    RequestRow(_T, StillOnIt, _still_on_it, (_T,)),
    RequestRow(_T, TimeIsUp, _check_in, (_T, _O)),
    RequestRow(_T, NotYet, _not_there, (_T, _O)),
    RequestRow(_T, HandedBack, _handed_back, (_O, _T)),
    RequestRow(_T, Parted, _parted, (_T, _O)),
    RequestRow(_T, KeptApart, _kept_apart, (_T,)),
    RequestRow(_T, Done, _done, (_D,)),
    RequestRow(_T, Withdrawn, _withdrawn, (_W,)),
    RequestRow(_T, Closed, _closed, (_W,)),
    RequestRow(_T, Reopened, _reopened, (_O,)),
    RequestRow(_D, Accepted, _yes_once_done, (_D, _T)),
    RequestRow(_D, Parted, _parted_after, (_D, _O)),
    RequestRow(_D, KeptApart, _kept_apart, (_D,)),
    RequestRow(_D, WentWell, _went_well, (_D,)),
    RequestRow(_D, NotYet, _not_yet, (_T, _O, _D)),
    RequestRow(_D, TimeIsUp, _talk_is_over, (_D,)),
    RequestRow(_D, Withdrawn, _nothing_open, (_D,)),
    RequestRow(_D, Reopened, _reopened, (_O,)),
    RequestRow(_W, Accepted, _yes_once_withdrawn, (_W,)),
    RequestRow(_W, KeptApart, _kept_apart, (_W,)),
    RequestRow(_W, Withdrawn, _nothing_open, (_W,)),
    RequestRow(_W, Reopened, _reopened, (_O,)),
)
"""The machine: what is not here changes nothing. docs/states.md draws it."""

_ROWS = {(row.state, row.event): row for row in TABLE}
