"""What a text means for the person who sent it: from a reading and a situation to acts.

Pure: it knows no database, no carrier and no clock. `receiving` looks the situation up and
carries the acts out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hotline import page
from hotline.address import KeptPlace, PlaceState
from hotline.details import NOTHING, Details
from hotline.help_request import (
    OURSELVES,
    Accepted,
    Done,
    Event,
    HandedBack,
    HelpRequest,
    NotYet,
    Passed,
    State,
    StillOnIt,
    TalkLine,
    WentWell,
    Withdrawn,
)
from hotline.limits import Pace
from hotline.notices import Notice, Told, notice
from hotline.roster import Asked
from sms import danger, learned
from sms.moves import Move
from sms.orders import (
    Areas,
    Back,
    Can,
    Confirm,
    Forget,
    Join,
    Look,
    Me,
    Most,
    Name,
    Order,
    Pause,
    Pin,
    PinOff,
    Skip,
    Stats,
    TextMe,
    Times,
    Unclear,
    Vouch,
)
from sms.reading import Intent, Reading, words_of
from sms.steward_orders import StewardOrder, asks_for_themselves, says_ask
from sms.turns import ABOUT_US, Role, turned


@dataclass(frozen=True, slots=True)
class Situation:
    """Somebody, and what is between us.

    `question`: what we asked them on their way to the roster, "wait" if that was all of it.
    `requests`: the open and taken ones that they asked for or took, and those done so lately that
    the two still talk; oldest first. `talk`: what was passed on to them and from them about these,
    the newest first. `pages`: what they were asked about, newest first. `example`: a need to show
    in an example. `places`: what their takers do not know yet. `is_called`: they get no texts.
    `may_come_back`: they were forgotten, and the roster keeps their place for a day.
    `carrier_obeys_stop`: the carrier answers STOP, START and HELP itself. `wrote_lately`: within
    the hour.
    """

    me: int
    now: datetime
    requests: tuple[HelpRequest, ...] = ()
    talk: tuple[TalkLine, ...] = ()
    pages: tuple[Asked, ...] = ()
    on_roster: bool = False
    stopped: bool = False
    language_known: bool = False
    languages: tuple[str, ...] = ()
    example: tuple[str, ...] = ()
    question: str | None = None
    places: tuple[KeptPlace, ...] = ()
    may_vouch: bool = False
    is_steward: bool = False
    is_called: bool = False
    may_come_back: bool = False
    carrier_obeys_stop: bool = True
    wrote_lately: bool = False

    @property
    def my_open(self) -> HelpRequest | None:
        """The request of theirs that more words are added to."""
        mine = [it for it in self.requests if it.requester == self.me and it.state is State.OPEN]
        return mine[-1] if mine else None

    @property
    def asked_for(self) -> list[HelpRequest]:
        """Their own that somebody is still needed for, or has not finished."""
        return [it for it in self.requests if it.requester == self.me and it.is_live]

    @property
    def held(self) -> list[HelpRequest]:
        """What they took and have not finished."""
        return [it for it in self.requests if self.me in it.takers and it.is_live]

    @property
    def still(self) -> list[HelpRequest]:
        """What they took, and were asked whether they are still on it."""
        return [it for it in self.held if it.checked_in]

    @property
    def how(self) -> list[HelpRequest]:
        """What is said to be done, and they were asked how it went."""
        mine = (it for it in self.requests if it.requester == self.me)
        return [it for it in mine if it.state is State.DONE and it.checked_in]

    @property
    def conversations(self) -> list[HelpRequest]:
        """Requests in which they talk to somebody through us."""
        return [it for it in self.requests if it.takers and it.due is not None]

    @property
    def open_pages(self) -> list[Asked]:
        """What they were asked and have not answered, and somebody is still needed for."""
        return [
            it for it in self.pages if it.request is State.OPEN and it.page is page.PageState.ASKED
        ]

    @property
    def numbers(self) -> frozenset[int]:
        """Every request's number that has to do with them."""
        return frozenset([it.number for it in self.requests] + [it.number for it in self.pages])


@dataclass(frozen=True, slots=True)
class Say:
    """Answer whoever wrote."""

    notice: Notice


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """These words are a new request."""

    needs: tuple[str, ...]
    area: str | None
    people: int = 1
    urgent: bool = False
    details: Details = NOTHING


@dataclass(frozen=True, slots=True)
class AddWords:
    """These words belong to a request of theirs."""

    request: HelpRequest
    needs: tuple[str, ...]
    area: str | None
    people: int = 1
    urgent: bool = False
    details: Details = NOTHING


@dataclass(frozen=True, slots=True)
class Happens:
    """Something happens to a request; `note` is kept with their page. `quietly`: whoever wrote
    hears of it in other words."""

    number: int
    event: Event
    note: str = ""
    quietly: bool = False


@dataclass(frozen=True, slots=True)
class PassOn:
    """Text these words, and the pictures that came with them, to another person of a
    conversation."""

    to: int
    notice: Notice
    request: HelpRequest


@dataclass(frozen=True, slots=True)
class SayWhatIsNeeded:
    """Whoever was asked about a request reads once more what is needed."""

    number: int


@dataclass(frozen=True, slots=True)
class Warn:
    """Whoever wrote may be in danger and reads whom to call; `crisis`: they do not want to live;
    not `is_sure`: it may be nothing."""

    crisis: bool = False
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class TellOfDanger:
    """The stewards hear which request may be an emergency; None: the one of this text."""

    number: int | None = None


@dataclass(frozen=True, slots=True)
class TellOfWrong:
    """The stewards hear that somebody of ours did wrong, and neither who wrote nor what."""


@dataclass(frozen=True, slots=True)
class KeepApart:
    """Whoever wrote and the others of a conversation have nothing to do with each other any more;
    None: of all of theirs. `is_guess`: it was not said, but is what their words mean. `not_done`:
    they say besides that what they asked for is not done."""

    number: int | None = None
    is_guess: bool = False
    not_done: bool = False


@dataclass(frozen=True, slots=True)
class BeQuiet:
    """Somebody else may read their texts: these say nothing until whoever wrote calls."""


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Whoever wrote was kept apart from somebody and did not mean it; if that never was, these."""

    number: int | None
    otherwise: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class SendHeld:
    """Whoever wrote means what was held back; if nothing was, these."""

    otherwise: tuple[Act, ...]


@dataclass(frozen=True, slots=True)
class TellPlace:
    """Whether this taker may know where whoever wrote can be found."""

    request: HelpRequest
    taker: int
    is_ok: bool


@dataclass(frozen=True, slots=True)
class SetLanguage:
    language: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class StopTexts:
    pass


@dataclass(frozen=True, slots=True)
class StartTexts:
    pass


@dataclass(frozen=True, slots=True)
class Obey:
    """Whoever wrote changes what holds for them, or asks to see it."""

    order: Order


@dataclass(frozen=True, slots=True)
class Steer:
    """A steward looks after a request, or after somebody on the roster."""

    order: StewardOrder


Act = (
    Say
    | SayWhatIsNeeded
    | OpenRequest
    | AddWords
    | Happens
    | PassOn
    | TellPlace
    | SetLanguage
    | StopTexts
    | StartTexts
    | Obey
    | Steer
    | Warn
    | TellOfDanger
    | TellOfWrong
    | KeepApart
    | BeQuiet
    | TakeBack
    | SendHeld
)


def decide(
    situation: Situation,
    reading: Reading,
    order: Order | None = None,
    answer: Order | None = None,
    steward_order: StewardOrder | None = None,
) -> list[Act]:
    """Everything that follows from one text, in order. `order` and `answer` are what `orders`
    finds in it: a change of theirs, or what it says to the question of a newcomer;
    `steward_order` is what `steward_orders` finds in a steward's."""
    if situation.is_steward:
        reading = replace(reading, starts_with_need=reading.starts_with_need or says_ask(reading))
        acts = _decide_for_anybody(situation, reading, order, answer, steward_order)
        return _asked_back(situation, reading, acts)
    return _decide_for_anybody(situation, reading, order, answer, None)


def _asked_back(situation: Situation, reading: Reading, acts: list[Act]) -> list[Act]:
    """A steward's words open a request only if it is clear that they need something, and they know
    what we are."""
    if asks_for_themselves(reading) or not any(map(_is_doubtful, acts)):
        return acts
    kept = [it for it in acts if not _is_doubtful(it)]
    unclear = [] if situation.stopped else [Say(notice(Told.STEWARDS_UNCLEAR))]
    return [*kept, *unclear]


def _is_doubtful(act: Act) -> bool:
    return isinstance(act, OpenRequest) or (isinstance(act, Say) and act.notice.what in _DOUBTFUL)


def _decide_for_anybody(
    situation: Situation,
    reading: Reading,
    order: Order | None,
    answer: Order | None,
    steward_order: StewardOrder | None,
) -> list[Act]:
    if reading.intent is Intent.STOP:
        return _stop(situation, reading)
    if isinstance(order, Forget):
        return _forget(situation, order)
    if situation.stopped:
        # An order of which the steward hears nothing is none: it may be somebody else's.
        is_order = steward_order or isinstance(order, Confirm | Pin | PinOff)
        return [] if is_order else _while_stopped(situation, reading)
    if steward_order:
        return [*_language(situation, reading), Steer(steward_order)]
    follows = _obey(situation, reading, order) if order else None
    if answer:
        follows = _answer_question(situation, reading, answer)
    return [*_language(situation, reading), *(follows or _decide(situation, reading))]


def _answer_question(situation: Situation, reading: Reading, answer: Order) -> list[Act] | None:
    """What follows from a newcomer's answer. If they have a request, too, it may be part of that:
    then it is both."""
    if situation.conversations or situation.open_pages:
        return None
    mine = situation.my_open
    if mine is None:
        return [Obey(answer)]
    if isinstance(answer, Skip | Unclear):
        return None
    return [_more_words(mine, reading), Obey(answer)]


_MAY_BE_TALK = Back | Me | Look  # "front or back?" "back"


def _obey(situation: Situation, reading: Reading, order: Order) -> list[Act] | None:
    """What follows from an order; None if it is somebody's own words after all."""
    if isinstance(order, Confirm | Pin | PinOff) or (
        isinstance(order, Back) and situation.may_come_back
    ):
        return [Obey(order)]
    if isinstance(order, Join | Vouch) and (isinstance(order, Join) or situation.may_vouch):
        return [Obey(order)]
    if isinstance(order, TextMe):
        is_plain = reading.said.isupper() or not situation.conversations
        return [Obey(order)] if situation.is_called and is_plain else None
    if not situation.on_roster:
        return _not_on_roster(situation, order)
    if situation.conversations and isinstance(order, _MAY_BE_TALK) and not reading.said.isupper():
        return None
    if situation.my_open and isinstance(order, Can | Areas):
        return None  # what they need, and where
    if isinstance(order, Pause):
        no = Passed(situation.me)
        return [
            *(Happens(it.number, no, quietly=True) for it in situation.open_pages),
            Obey(order),
        ]
    return [Obey(order)]


def _forget(situation: Situation, order: Forget) -> list[Act]:
    """Everything of theirs goes, but first what others wait for, and for whoever is on the roster
    once they give the code that their phone gets. Who said STOP can be told of nothing that stands
    in the way: it is closed, or given back."""
    asked_for, held = situation.asked_for, situation.held
    language: list[Act] = []
    if not situation.language_known and order.language in situation.languages:
        language = [SetLanguage(order.language, chosen=False)]
    if situation.stopped:
        closed = [Happens(it.number, Withdrawn(), quietly=True) for it in asked_for]
        back = [Happens(it.number, HandedBack(situation.me), quietly=True) for it in held]
        return [*closed, *back, Obey(order)]
    if asked_for:
        return [*language, Say(notice(Told.FORGET_AFTER_CLOSING, number=asked_for[0].number))]
    if held:
        return [*language, Say(notice(Told.FORGET_AFTER_HELPING, number=held[0].number))]
    if situation.on_roster:
        return [*language, Obey(replace(order, is_sure=False))]
    passed = Passed(situation.me)
    asked = [Happens(it.number, passed, quietly=True) for it in situation.open_pages]
    return [*language, *asked, Obey(order)]


def _not_on_roster(situation: Situation, order: Order) -> list[Act] | None:
    """Newcomers say what holds for them; others hear how to join, if it cannot be a request."""
    if situation.question and isinstance(order, Me | Name | Can | Areas | Times):
        return None if situation.my_open and isinstance(order, Can | Areas) else [Obey(order)]
    told = isinstance(order, Pause | Back | Most | Vouch | Stats) and not situation.requests
    return [Say(notice(Told.FOR_HELPERS))] if told else None


def must_be_done(acts: Iterable[Act]) -> bool:
    """Whether this is done however much somebody writes: STOP, coming back from it, and being
    forgotten."""
    done_always = StopTexts | StartTexts | Warn | KeepApart | BeQuiet | TakeBack
    return any(isinstance(act, done_always) or _forgets(act) for act in acts)


def _forgets(act: Act) -> bool:
    return isinstance(act, Obey) and isinstance(act.order, Forget) and act.order.is_sure


def words_to_keep(acts: Iterable[Act], pace: Pace) -> list[Act]:
    """What is left to do for somebody who writes too much: their words are not lost, but what a
    machine says again and again is kept once."""
    kept = OpenRequest if pace is Pace.ECHO else OpenRequest | AddWords
    return [act for act in acts if isinstance(act, kept)]


def _language(situation: Situation, reading: Reading) -> list[Act]:
    """Answer people in the language they write in. A lone YES or OK tells little of it."""
    telling = reading.intent in (Intent.LANGUAGE, Intent.WORDS, Intent.SMALL_TALK)
    if reading.language is None or (situation.language_known and not telling):
        return []
    if reading.language not in situation.languages:
        return []
    return [SetLanguage(reading.language, chosen=reading.intent is Intent.LANGUAGE)]


def _taker_wrote(situation: Situation, kept: KeptPlace) -> bool:
    """Whether this taker wrote to them since we asked whether they may know the place."""
    about = [it for it in situation.talk if it.number == kept.number]
    asked_at = max((it.at for it in about if it.by == OURSELVES), default=None)
    return any(it.by == kept.taker and (asked_at is None or it.at >= asked_at) for it in about)


def _place(situation: Situation, reading: Reading) -> list[Act]:
    """The answer to whether somebody may know where they are, if this is one. Who talks to the
    taker just then says so with the number: "OK" may be an answer to the taker."""
    if reading.intent not in (Intent.YES, Intent.NO) or not reading.only_answer:
        return []
    about = [it for it in situation.places if reading.number in (None, it.number)]
    if reading.number is None:
        about = [it for it in about if it.state is PlaceState.ASKED]
        clear = not (situation.open_pages or situation.how or situation.still or situation.held)
        clear = clear and len({it.number for it in about}) == 1
        if not clear or _taker_wrote(situation, about[0]):
            return []
    if not about:
        return []
    request = next(it for it in situation.requests if it.number == about[0].number)
    return [TellPlace(request, about[0].taker, reading.intent is Intent.YES)]


def role_of(situation: Situation) -> Role:
    """Whoever talks to somebody, or is asked how it went, writes about that; else whoever was asked
    to take something; else whoever waits."""
    mine = [it for it in situation.requests if it.requester == situation.me]
    if situation.how and not (situation.held or situation.my_open):
        return Role.ASKED_HOW
    if any(it.takers and it.is_live for it in mine):
        return Role.HAS_TAKER
    if situation.held:
        return Role.HOLDS
    if situation.open_pages:
        return Role.PAGED
    if situation.my_open:
        return Role.WAITS
    if situation.conversations:
        return Role.TALKS
    return Role.HELPER if situation.on_roster else Role.STRANGER


def _decide(situation: Situation, reading: Reading) -> list[Act]:
    heard, role = _without_mishearing(reading), role_of(situation)
    reading = turned(heard, role, again=situation.wrote_lately)
    if reading.intent is Intent.STOP:
        return _stop(situation, reading)
    if told := _place(situation, reading):
        return told
    if told := _how_it_went(situation, reading) or _still_on_it(situation, reading):
        return told
    match reading.intent:
        case Intent.START if not situation.carrier_obeys_stop:
            return [StartTexts(), Say(notice(Told.CARRIER_START))]
        case Intent.CARRIER_HELP if not situation.carrier_obeys_stop:
            return [Say(notice(Told.CARRIER_HELP))]
        case Intent.START | Intent.CARRIER_HELP | Intent.MACHINE:
            return []  # the carrier answers these, and a machine would answer us again
        case Intent.LANGUAGE:
            known = reading.language in situation.languages
            return [Say(notice(Told.LANGUAGE_SET if known else Told.LANGUAGE_NOT_SPOKEN))]
        case Intent.STATUS:
            return _status(situation, reading)
        case Intent.WITHDRAW:
            return _withdraw(situation, reading)
        case Intent.JOIN:
            return _join(situation)
        case Intent.EMERGENCY:
            return [Say(notice(Told.NOT_AN_EMERGENCY_LINE))]
        case Intent.REACTION:
            return _guide(situation, Told.HOW_TO_TAKE)
        case Intent.DONE:
            return _done(situation, reading)
        case Intent.YES | Intent.NO | Intent.HAND_BACK:
            return _answer(situation, reading)
        case Intent.SMALL_TALK:
            return _small_talk(situation, reading)
        case Intent.ABOUT_US:
            return [Say(notice(_ANSWERS[_topic(reading)], need=situation.example))]
        case Intent.OFFER:
            return _offers(situation)
        case Intent.NO_SHOW:
            return _no_show(situation, reading)
        case Intent.ASK:
            return _asks_besides(situation, reading)
        case Intent.UNCLEAR:
            return _guide(situation, Told.HOW_TO_TAKE_OR_ASK) or [
                Say(notice(Told.UNCLEAR_TO_HELPER, need=situation.example))
            ]
        case _:
            return _words(situation, reading)


def _without_mishearing(reading: Reading) -> Reading:
    """Who tells of danger, or of somebody, may mean that, and not our texts: "I want it all to
    stop". Who names our texts means them, unless they tell of what somebody does to them. And
    who says yes is there for others: "yes, but no more tonight"."""
    if Move.ENOUGH not in reading.moves:
        return reading
    told = danger.signs(words_of(reading.said))
    names_texts = Move.CONTACT in reading.moves and told.signs.isdisjoint(danger.BY_SOMEBODY)
    names_nobody = told.signs <= danger.BESIDES and learned.WHO.isdisjoint(told.words)
    if (names_texts or names_nobody) and reading.intent is not Intent.YES:
        return reading
    return replace(reading, moves=reading.moves - {Move.ENOUGH})


_ANSWERS: Mapping[Move, Told] = {
    Move.WHO: Told.ANSWER_WHO,
    Move.REAL: Told.ANSWER_REAL,
    Move.COST: Told.ANSWER_COST,
    Move.PRIVACY: Told.ANSWER_PRIVACY,
    Move.PLACE: Told.ANSWER_PLACE,
    Move.HOURS: Told.ANSWER_HOURS,
    Move.HOW: Told.ANSWER_HOW,
}


_DOUBTFUL = {*_ANSWERS.values(), Told.UNCLEAR_TO_HELPER}


def _topic(reading: Reading) -> Move:
    """What is asked about us; who asks nothing in particular hears how it works."""
    return next((it for it in ABOUT_US if it in reading.moves), Move.HOW)


def _no_show(situation: Situation, reading: Reading) -> list[Act]:
    """Nobody came: whoever took it is asked, and hears none of these words."""
    mine = [it for it in situation.requests if it.requester == situation.me and it.takers]
    about = [it for it in mine if reading.number in (None, it.number)] or mine
    return [Happens(about[-1].number, NotYet())]


def _asks_besides(situation: Situation, reading: Reading) -> list[Act]:
    """Somebody who is in the middle of something else asks for something: it is a request of its
    own, unless it belongs to what they talk about. Who is in need themselves is waited for no more,
    and has their own request before what they gave back goes on to others."""
    return [*_own_need(situation, reading), *_let_go(situation, reading)]


def _own_need(situation: Situation, reading: Reading) -> list[Act]:
    asked_for = situation.asked_for
    known = {need for it in asked_for for need in it.needs}
    if asked_for and known.issuperset(reading.needs):
        return _words(situation, reading)
    talk = situation.conversations[-1] if len(situation.conversations) == 1 else None
    is_theirs = talk is not None and talk.requester == situation.me
    words = _passed_on(situation, reading, talk) if talk and is_theirs else []
    return [*words, _opened(reading)]


def _let_go(situation: Situation, reading: Reading) -> list[Act]:
    """What whoever is in need themselves does not take: what they were asked, and what they took,
    if they say so."""
    if Move.IN_NEED not in reading.moves:
        return []
    no = Passed(situation.me)
    passed = [Happens(it.number, no, quietly=True) for it in situation.open_pages]
    held = [it for it in situation.held if reading.number in (None, it.number)]
    if Move.HANDS_BACK not in reading.moves or len(held) != 1:
        return [*passed]
    return [*passed, Happens(held[0].number, HandedBack(situation.me))]


def _how_it_went(situation: Situation, reading: Reading) -> list[Act]:
    """The answer to our question after it was done, if this is one: "1", "2", "not yet"; "yes" and
    "no" only if there is nothing else that they could be about."""
    if not situation.how or situation.still:
        return []
    asked = max(situation.how, key=lambda it: (it.due or it.since, it.number))
    if _wrote_since_we_asked(situation, asked.number):
        return []
    if reading.number in (1, 2) and reading.only_answer:
        return [Happens(asked.number, WentWell() if reading.number == 1 else NotYet())]
    others = [it for it in situation.conversations if it.number != asked.number]
    is_alone = not (situation.open_pages or situation.my_open or others) and asked.due is not None
    # What they say besides is for the other.
    words = [] if reading.only_answer else _passed_on(situation, reading, asked)
    if found := _ANSWER_IN_FRONT.match(reading.said):
        return [*words, Happens(asked.number, WentWell() if found[1] == "1" else NotYet())]
    if reading.not_yet and (is_alone or reading.only_answer):
        return [*words, Happens(asked.number, NotYet())]
    if not is_alone or reading.number is not None:
        return []
    match reading.intent:
        case Intent.NO | Intent.HAND_BACK:
            return [*words, Happens(asked.number, NotYet())]
        case Intent.YES if new := _new_need(reading, asked):
            return [Happens(asked.number, WentWell()), new]
        case Intent.YES:
            return [*words, Happens(asked.number, WentWell())]
        case Intent.WORDS if is_alone and (new := _new_need(reading, asked)):
            return [new]
        case _:
            return []


def _new_need(reading: Reading, done: HelpRequest) -> OpenRequest | None:
    """What they ask for besides what is done: "all good, and do you have winter coats?" """
    more = tuple(it for it in reading.needs if it not in done.needs)
    if not more or reading.moves.isdisjoint(_ASKS) or Move.NOT_WELL in reading.moves:
        return None
    return _opened(replace(reading, needs=more))


_ASKS = {Move.ASK, Move.OWN}
_ANSWER_IN_FRONT = re.compile(r"\s*([12])\s?[.,:;)!\u2013-]+\s+\D")  # "2. nobody came by"


def _wrote_since_we_asked(situation: Situation, number: int) -> bool:
    """Whether somebody wrote to them after our question about this request, and has no answer."""
    ours = (it.at for it in situation.talk if it.number == number and it.by == OURSELVES)
    asked_at = max(ours, default=None)
    return any(
        it.by not in (OURSELVES, situation.me)
        and (asked_at is None or it.at > asked_at)
        and _waits(situation, it)
        for it in situation.talk
    )


def _still_on_it(situation: Situation, reading: Reading) -> list[Act]:
    """The answer to whether they are still on it, if this is one. Of more than one that it could
    be about, they are asked which."""
    asked = [it.number for it in situation.still]
    if not asked or reading.intent not in (Intent.YES, Intent.NO, Intent.HAND_BACK):
        return []
    number = reading.number
    if number is None:
        if reading.intent is not Intent.HAND_BACK and any(
            _wrote_since_we_asked(situation, it) for it in asked
        ):
            return []  # "do you need my address?" "no"
        about = [*asked, *(it.number for it in situation.open_pages)]
        if not reading.only_answer and reading.intent is Intent.YES:
            return []  # "yes, at five" is for the other; and who writes is still on it
        if len(about) > 1:
            return [Say(_which(Told.WHICH, about))]
        number = about[0]
    if number not in asked:
        return []
    if reading.intent is Intent.YES:
        return [Happens(number, Accepted(situation.me))]
    return [Happens(number, HandedBack(situation.me))]


def _stop(situation: Situation, reading: Reading) -> list[Act]:
    """No more texts. Whoever was asked is not waited for, and what they held is given back."""
    told = Told.STOPPED if situation.carrier_obeys_stop else Told.CARRIER_STOP
    is_answered = reading.by_carrier and situation.carrier_obeys_stop
    confirm: list[Act] = [] if is_answered or situation.stopped else [Say(notice(told))]
    passed = [Happens(it.number, Passed(situation.me)) for it in situation.open_pages]
    back = [Happens(it.number, HandedBack(situation.me)) for it in situation.held]
    return [*confirm, StopTexts(), *passed, *back]


def _while_stopped(situation: Situation, reading: Reading) -> list[Act]:
    """They hear nothing from us, but what they ask for is heard. A bare YES opts in again at the
    carrier, so it does here, and so do words that ask for our texts again."""
    if reading.intent is Intent.START or _is_bare_yes(reading) or Move.START in reading.moves:
        told = [] if situation.carrier_obeys_stop else [Say(notice(Told.CARRIER_START))]
        return [StartTexts(), *told]
    acts: list[Act] = []
    if reading.intent is Intent.WITHDRAW:
        acts = _withdraw(situation, reading)
    is_for_somebody = bool(reading.note) and bool(situation.conversations or situation.my_open)
    if reading.intent is Intent.WORDS or is_for_somebody:
        acts = _words(situation, reading)
    return [act for act in acts if not isinstance(act, Say)]


def _is_bare_yes(reading: Reading) -> bool:
    return reading.intent is Intent.YES and reading.only_answer and reading.number is None


def _status(situation: Situation, reading: Reading) -> list[Act]:
    mine = situation.asked_for
    if reading.number is not None:
        mine = [it for it in mine if it.number == reading.number]
    if not mine:
        return [Say(notice(Told.NOTHING_OPEN))]
    return [Say(status_of(it, situation.now)) for it in mine]


def status_of(request: HelpRequest, now: datetime) -> Notice:
    """Where a request stands, for whoever asked."""
    if request.state is State.OPEN and request.takers:
        more = request.people - len(request.takers)
        return notice(Told.TAKEN_SOME, number=request.number, name=request.takers[-1], count=more)
    if request.state is State.TAKEN:
        return notice(Told.STATUS_TAKEN, number=request.number, name=request.taker)
    if request.wave == 0 and request.due is not None and request.due > now:
        return notice(Told.STATUS_WAITING, number=request.number, time=request.due)
    return notice(Told.STATUS_OPEN, number=request.number)


def _withdraw(situation: Situation, reading: Reading) -> list[Act]:
    mine = situation.asked_for
    if reading.number is not None:
        mine = [it for it in mine if it.number == reading.number]
    newest = None if Move.MET in reading.moves else situation.my_open  # "nevermind, we got some"
    chosen = mine[0] if len(mine) == 1 else newest
    if chosen:
        return [Happens(chosen.number, Withdrawn())]
    if not mine:
        return [Say(notice(Told.NOTHING_OPEN))]
    return [Say(_which(Told.WHICH_TO_CLOSE, [it.number for it in mine]))]


def _join(situation: Situation) -> list[Act]:
    if situation.on_roster and situation.question is None:
        return [Say(notice(Told.NOTHING_ASKED))]
    return [Obey(Join())]


def _offers(situation: Situation) -> list[Act]:
    if situation.question and not situation.on_roster:
        return [Obey(Join())]
    told = Told.NOTHING_ASKED if situation.on_roster else Told.WANTS_TO_JOIN
    return [Say(notice(told))]


def _done(situation: Situation, reading: Reading) -> list[Act]:
    """From whoever took it or asked for it. Of one's own open request it means: not needed."""
    about = [*situation.held, *situation.asked_for]
    if reading.number is not None:
        about = [it for it in about if it.number == reading.number]
    if len(about) == 1:
        return [Happens(about[0].number, Done(by=situation.me))]
    if about:
        return [Say(_which(Told.WHICH_DONE, [it.number for it in about]))]
    if any(it.number == reading.number and it.request is State.DONE for it in situation.pages):
        return [Say(notice(Told.DONE, number=reading.number))]
    return _small_talk(situation, replace(reading, intent=Intent.SMALL_TALK))


def _answer(situation: Situation, reading: Reading) -> list[Act]:
    """YES, NO or CAN'T: to a page if there is one, else in a conversation, else small talk."""
    if reading.intent is not Intent.YES and (held := _handed_back(situation, reading)):
        return [Happens(held.number, HandedBack(situation.me))]
    if reading.number is not None:
        return _answer_about(situation, reading, reading.number)
    pages = situation.open_pages
    if len(pages) == 1:
        return _answer_page(situation, reading, pages[0].number)
    if pages:
        return [Say(_which(Told.WHICH, [it.number for it in pages]))]
    return _answer_to_nothing(situation, reading)


def _handed_back(situation: Situation, reading: Reading) -> HelpRequest | None:
    """The one they give back. Who is asked about something else as well gives the number, and a NO
    gives nothing back without it."""
    is_clear = reading.intent is Intent.HAND_BACK and len(situation.held) == 1
    if reading.number is None and (situation.open_pages or not is_clear):
        return None
    held = [it for it in situation.held if reading.number in (None, it.number)]
    return held[0] if held else None


def _answer_about(situation: Situation, reading: Reading, number: int) -> list[Act]:
    talk = next((it for it in situation.conversations if it.number == number), None)
    if talk and reading.first_number == number and not reading.said.strip(" .!#").isdigit():
        return _passed_on(situation, reading, talk)  # "12 yes", as we asked them to write
    if any(it.number == number for it in situation.pages):
        return _answer_page(situation, reading, number)
    if any(it.number == number for it in situation.asked_for):
        return _status(situation, reading)
    if reading.area is not None or reading.needs:
        return _words(situation, reading)  # a postcode looks like a number
    if situation.conversations and reading.said.strip(" .!#").isdigit():
        return _words(situation, reading)  # "How many bags?" "2"
    if situation.open_pages:
        return [Say(_which(Told.WHICH, [it.number for it in situation.open_pages]))]
    if situation.on_roster:
        return [Say(notice(Told.NOT_ASKED, number=number))]
    return _small_talk(situation, reading)


def _answer_page(situation: Situation, reading: Reading, number: int) -> list[Act]:
    if reading.intent is Intent.YES:
        return [Happens(number, Accepted(situation.me, reading.note), note=reading.note)]
    if any(it.number == number for it in situation.open_pages):
        return [Happens(number, Passed(situation.me), note=reading.note)]
    is_open = any(it.number == number and it.request is State.OPEN for it in situation.pages)
    thanks = Told.PASSED if is_open else Told.THANKS_ALL_THE_SAME
    return [Say(notice(thanks, number=number))]


def _answer_to_nothing(situation: Situation, reading: Reading) -> list[Act]:
    """There is no open page. Perhaps somebody else was faster, perhaps it is about themselves."""
    if situation.conversations:
        return _words(situation, reading)
    if reading.offers and not situation.pages and not situation.my_open:
        return _offers(situation)
    latest = situation.pages[0] if situation.pages else None
    if not situation.my_open and latest and reading.only_answer:
        return _answer_page(situation, reading, latest.number)
    stranger = not (latest or situation.on_roster)
    tells = reading.says_more and bool(stranger or situation.my_open)
    if reading.only_answer or not (reading.asks or tells):
        return _small_talk(situation, reading)
    return _words(situation, reading)


def _small_talk(situation: Situation, reading: Reading) -> list[Act]:
    """A greeting, thanks, a lone emoji: opens nothing and gets one line."""
    if situation.open_pages:
        return _guide(situation, Told.HOW_TO_TAKE)
    if situation.my_open:
        return [Say(status_of(situation.my_open, situation.now))]
    if situation.conversations:
        return _words(situation, reading)
    if situation.on_roster and reading.intent is not Intent.SMALL_TALK:
        return [Say(notice(Told.NOTHING_ASKED))]
    return [Say(notice(Told.HELLO, need=situation.example))]


def _guide(situation: Situation, what: Told) -> list[Act]:
    """How to answer what they were asked; nothing when they were asked nothing."""
    numbers = [it.number for it in situation.open_pages]
    if not numbers:
        return []
    if len(numbers) > 1:
        return [Say(_which(Told.WHICH, numbers))]
    return [Say(notice(what, number=numbers[0], need=situation.example))]


def _words(situation: Situation, reading: Reading) -> list[Act]:
    """Somebody's own words: part of their request, of a conversation, or a new request."""
    mine = situation.my_open
    others = mine and [it for it in situation.conversations if it.number != mine.number]
    is_mine = reading.starts_with_need or (reading.asks and not _somebody_waits(situation))
    if mine and (is_mine or not others):
        return _added(situation, reading, mine)
    if reading.starts_with_need or _is_new_after_all(situation, reading):
        return [_opened(reading)]
    if situation.conversations:
        return _pass_on(situation, reading)
    if situation.open_pages and not (reading.needs and reading.asks):
        # "What do they need?" asks us about the page, and nothing for themselves.
        if reading.asks_what:
            return [SayWhatIsNeeded(it.number) for it in situation.open_pages[:MOST_EXPLAINED]]
        return _guide(situation, Told.HOW_TO_TAKE_OR_ASK)
    if reading.offers:
        return _guide(situation, Told.HOW_TO_TAKE) or _offers(situation)
    return [_opened(reading)]


def _opened(reading: Reading) -> OpenRequest:
    needs, details = _needed(reading)
    return OpenRequest(needs, reading.area, reading.people, details=details)


def _more_words(mine: HelpRequest, reading: Reading) -> AddWords:
    named = reading.needs, reading.details
    needs, details = named if mine.named_needs else _needed(reading)
    return AddWords(mine, needs, reading.area, reading.people, details=details)


def _needed(reading: Reading) -> tuple[tuple[str, ...], Details]:
    """What they need in all likelihood: neighbors read that, and who asked is told what we
    understood."""
    needed = reading.needed
    if needed is None:
        return reading.needs, reading.details
    return needed.keys, replace(reading.details, kinds=needed.kinds)


MOST_EXPLAINED = 2  # pages about which somebody reads once more what is needed


def _somebody_waits(situation: Situation) -> bool:
    """Whether somebody wrote to them and has had no answer."""
    wrote = (it for it in situation.talk if it.by not in (OURSELVES, situation.me))
    return any(_waits(situation, it) for it in wrote)


def _added(situation: Situation, reading: Reading, mine: HelpRequest) -> list[Act]:
    """Words for an open request; who takes part in it already hears them at once."""
    added = _more_words(mine, reading)
    return [*(_passed_on(situation, reading, mine) if mine.takers else []), added]


def _is_new_after_all(situation: Situation, reading: Reading) -> bool:
    """Whether somebody asks for more, when all that they talk about is done."""
    talks = situation.conversations
    is_done = bool(talks) and all(it.state is State.DONE for it in talks)
    asked = any(it.requester == situation.me for it in talks)
    return is_done and asked and bool(reading.asks or reading.needs) and not reading.offers


LATELY = timedelta(hours=24)  # what was said before that is not what somebody answers
CROSSING = timedelta(seconds=20)  # words that came so lately may not have been read yet
LONG_AGO = timedelta(hours=1)


def _pass_on(situation: Situation, reading: Reading) -> list[Act]:
    """To the other person, if it is certain who that is; else we ask and nobody gets it."""
    talks, mine = situation.conversations, situation.my_open
    if mine and mine.number == reading.first_number:
        return _added(situation, reading, mine)
    named = [it for it in talks if it.number == reading.first_number]
    if not named and len(talks) == 1 and not mine:
        named = talks
    if not named and not mine:
        named = [it for it in talks if it.number == _who_wrote_last(situation)]
    if not named:
        return [Say(_which_talk(situation))]
    return _passed_on(situation, reading, named[0])


def _who_wrote_last(situation: Situation) -> int | None:
    """The request about which words without a number are an answer; None if that is not clear:
    somebody else waits for an answer, too, or the last words may not have been read yet. What we
    told them counts as well ("13 is yours, they wrote ..."), but does not wait for an answer if a
    person wrote after it."""
    heard = [it for it in situation.talk if it.by != situation.me]
    if not heard:
        return None
    last = heard[0]
    if not last.is_seen or (last.by != OURSELVES and situation.now - last.at < CROSSING):
        return None
    others = [it for it in heard if it.number != last.number]
    if last.by != OURSELVES:
        others = [it for it in others if it.by != OURSELVES]
    return None if any(_waits(situation, it) for it in others) else last.number


def _waits(situation: Situation, heard: TalkLine) -> bool:
    """Whether words have had no answer, though it is not long ago."""
    answers = (it for it in situation.talk if it.by == situation.me)
    is_answered = any(it.number == heard.number and it.at > heard.at for it in answers)
    return not is_answered and situation.now - heard.at < LONG_AGO


def _which_talk(situation: Situation) -> Notice:
    mine = [situation.my_open] if situation.my_open else []
    every = {it.number for it in (*situation.conversations, *mine)}
    example = situation.conversations[-1].number
    return notice(Told.WHICH_TALK, numbers=tuple(sorted(every))[-4:], number=example)


def _passed_on(situation: Situation, reading: Reading, talk: HelpRequest) -> list[Act]:
    words, me = reading.said, situation.me
    may_be_asked = len(situation.conversations) > 1 or situation.my_open
    is_answer = reading.number == talk.number
    if reading.first_number == talk.number and (may_be_asked or is_answer):
        words = words.removeprefix(str(talk.number)).lstrip(" :,.-#")
    if me in talk.takers:
        told = notice(Told.FROM_TAKER, number=talk.number, name=me, words=words)
    else:
        told = notice(Told.FROM_REQUESTER, number=talk.number, words=words)
    is_on_it = me in talk.takers and talk.state is State.TAKEN and talk.checked_in
    still: list[Act] = [Happens(talk.number, StillOnIt(me))] if is_on_it else []
    return [*(PassOn(to, told, talk) for to in talk.others(me)), *still]


def _which(what: Told, numbers: Sequence[int]) -> Notice:
    some = tuple(sorted(set(numbers)))
    return notice(what, numbers=some[-4:], number=some[-1])
