"""What becomes of the acts of a text that tells of danger. Pure, like `conversation`.

Whoever wrote reads whom to call before anything else; what they asked for is still asked for; words
of fear or threat never go to whom they may be about. `FOLLOWS` says which words keep two people
apart at once, and which are held back with a question.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from enum import Enum, auto
from typing import NamedTuple

from hotline.help_request import Accepted, Done, HelpRequest, NotYet, Withdrawn
from hotline.notices import Told, notice
from hotline.worry import Worry
from sms import danger, learned
from sms.conversation import (
    Act,
    AddWords,
    BeQuiet,
    Happens,
    KeepApart,
    OpenRequest,
    PassOn,
    Say,
    SendHeld,
    SetLanguage,
    Situation,
    StopTexts,
    TakeBack,
    TellOfDanger,
    TellOfWrong,
    Warn,
)
from sms.danger import Alone, Danger, Sign, Telling
from sms.moves import Move
from sms.reading import Intent, Reading, words_of

_NOTHING_SAID = (Intent.STOP, Intent.START, Intent.CARRIER_HELP, Intent.REACTION, Intent.EMERGENCY)
_SMALL_TALK = (Told.HELLO, Told.UNCLEAR_TO_HELPER, Told.NOTHING_ASKED)
_ABOUT_PEOPLE = (Danger.SELF_HARM, Danger.VIOLENCE)


class Then(Enum):
    """What words about the other lead to."""

    PART = auto()  # nothing passes between the two any more, as if SAFE had been said
    ASK = auto()  # the words are held back; whoever wrote says SAFE, or MEANT to send them
    PASS = auto()  # they are passed on like any others


class Following(NamedTuple):
    """`with_kin`: somebody else is named, whom the words may be about instead: "my ex"."""

    asker: Then
    taker: Then
    with_kin: Then


FOLLOWS = {
    #                who asked  who took   with_kin
    Sign.FEAR: Following(Then.PART, Then.PART, Then.ASK),
    Sign.HARM: Following(Then.PART, Then.PART, Then.ASK),
    Sign.PRYING: Following(Then.PART, Then.PART, Then.PART),
    Sign.REFUSAL: Following(Then.PART, Then.PART, Then.PART),
    Sign.REPORT: Following(Then.PART, Then.PART, Then.PART),
    Sign.ELSE: Following(Then.PART, Then.PASS, Then.PART),
    Sign.AGAINST: Following(Then.ASK, Then.ASK, Then.ASK),
    Sign.ASIDE: Following(Then.ASK, Then.ASK, Then.ASK),
    Sign.UNEASE: Following(Then.ASK, Then.ASK, Then.ASK),
    Sign.FOR_US: Following(Then.ASK, Then.ASK, Then.ASK),
    Sign.WRONG: Following(Then.ASK, Then.ASK, Then.ASK),
    Sign.ALARM: Following(Then.ASK, Then.ASK, Then.ASK),
}
_BY_OTHERS = frozenset({Sign.FEAR, Sign.HARM, Sign.PRYING})


def shelter(
    situation: Situation, reading: Reading, acts: list[Act], names: Collection[str] = ()
) -> list[Act]:
    """The acts of a text, and what its danger adds to them and takes from them. `names`: of those
    whom they talk to."""
    if any(isinstance(it, StopTexts) for it in acts) and not reading.by_carrier:
        return acts if situation.stopped else _stopped(situation, reading, acts, names)
    if situation.stopped or reading.intent in _NOTHING_SAID:
        return acts
    if _says_safe(situation, reading):
        return [*_language(acts), KeepApart(reading.number or reading.first_number)]
    words = words_of(reading.said)
    alone = danger.said_alone(words)
    if alone is Alone.QUIET:
        return [*_language(acts), BeQuiet()]
    if alone is Alone.UNDO:
        return [TakeBack(reading.number or reading.first_number, tuple(acts))]
    if alone is Alone.MEANT and situation.conversations:
        return [SendHeld(tuple(acts))]
    found = danger.signs(words, names)
    heard = danger.heard(found, reading.said)
    is_silent = reading.intent is Intent.MACHINE and acts == _language(acts)
    if heard and is_silent and heard.danger not in _ABOUT_PEOPLE:
        return acts  # "I am out of the office. In an emergency call ..."
    then = _then(situation, found, heard, acts)
    if then is Then.PART:
        return _parted(situation, heard, acts)
    if then is Then.ASK and not (heard and heard.danger.is_sure):
        return _held_back(situation, acts)
    if then is Then.ASK:
        acts = [it for it in acts if not isinstance(it, PassOn)]
    if _is_of_ours(situation, found):
        acts = _told_of_wrong(reading, acts)
    return _warned(situation, heard, acts) if heard else acts


def _stopped(
    situation: Situation, reading: Reading, acts: list[Act], names: Collection[str]
) -> list[Act]:
    """Who tells of danger and wants no more texts reads whom to call, instead of a goodbye. Who has
    something against the other is kept apart from them, too: it may be them who is to stop."""
    found = danger.signs(words_of(reading.said), names)
    heard = danger.heard(found, reading.said)
    talks = situation.conversations
    if len(talks) == 1 and _tells_against(situation, found):
        acts = [KeepApart(talks[0].number, is_guess=True), *acts]
    if heard is None or not heard.danger.is_sure:
        return acts
    warn = Warn(crisis=heard.danger.is_about_life)
    return [warn, *(it for it in acts if not isinstance(it, Say))]


def _tells_against(situation: Situation, found: Telling) -> bool:
    """Of one whom they name: "leave me alone" may be all of us."""
    if Sign.KIN in found.signs or learned.WHO.isdisjoint(found.words):
        return False
    is_taker = any(situation.me in it.takers for it in situation.conversations)
    return _leads_to(found, is_taker=is_taker) is not Then.PASS


def _is_of_ours(situation: Situation, found: Telling) -> bool:
    """Whether somebody of ours did wrong, whom they do not talk to. Who is on the roster tells of
    those whom they helped or helped with, if they name nobody else."""
    if situation.conversations:
        return False
    by_others = situation.on_roster and Sign.KIN not in found.signs
    return Sign.WRONG in found.signs or (by_others and not _BY_OTHERS.isdisjoint(found.signs))


def _told_of_wrong(reading: Reading, acts: list[Act]) -> list[Act]:
    """What they ask for besides is still asked for."""
    asks = not reading.moves.isdisjoint({Move.ASK, Move.OWN})
    kept = [it for it in acts if isinstance(it, SetLanguage | Happens) or (asks and _asks(it))]
    answered = any(map(_asks, kept))
    said = [] if answered else [Say(notice(Told.REPORTED))]
    return [*_language(kept), *said, *_others(kept), TellOfWrong()]


def _asks(act: Act) -> bool:
    return isinstance(act, OpenRequest | AddWords)


def _says_safe(situation: Situation, reading: Reading) -> bool:
    """Alone it is said of whoever took it last, even if they gave it back. With more words around
    it, it may be about what they ask for or were asked, where they talk to nobody."""
    is_elsewhere = situation.my_open or situation.open_pages
    if situation.conversations or not is_elsewhere:
        return danger.says_safe(reading.said)
    return danger.says_only_safe(reading.said)


def worry(words: str, by_taker: bool) -> Worry:
    """What spoken words tell of danger, as a text would."""
    found = danger.signs(words_of(words))
    heard = danger.heard(found, words)
    then = _leads_to(found, is_taker=by_taker)
    is_sure = heard is not None and heard.danger.is_sure
    return Worry(
        in_danger=heard is not None and not (then is Then.PART and _is_said_anyway(heard)),
        about_life=heard is not None and heard.danger.is_about_life,
        is_sure=is_sure,
        parts=then is Then.PART,
        holds=then is Then.ASK or (heard is not None and heard.danger in _ABOUT_PEOPLE),
    )


def is_held(
    situation: Situation, reading: Reading, acts: list[Act], names: Collection[str]
) -> bool:
    """Whether these words were held back, and can be sent after all. `names`: as of `shelter`."""
    found = danger.signs(words_of(reading.said), names)
    heard = danger.heard(found, reading.said)
    if heard and heard.danger.is_sure:
        return False
    return _then(situation, found, heard, acts) is not Then.PASS


def _then(
    situation: Situation, found: Telling, heard: danger.DangerHeard | None, acts: list[Act]
) -> Then:
    """What the words lead to; only what would be passed on can be held back. Who is uneasy about
    the other and tells of violence is parted from them: in doubt that can be undone."""
    if not situation.conversations or _only_calls_off(found, acts):
        return Then.PASS
    is_taker = any(situation.me in it.takers for it in _about(situation, acts))
    then = _leads_to(found, is_taker=is_taker)
    is_violent = heard is not None and heard.danger is Danger.VIOLENCE
    if then is Then.ASK and is_violent and Sign.KIN not in found.signs:
        return Then.PART
    passes_on = any(isinstance(it, PassOn) for it in acts)
    return Then.PASS if then is Then.ASK and not passes_on else then


def _only_calls_off(found: Telling, acts: Iterable[Act]) -> bool:
    """ "We have food now, tell her not to come": nothing is said against whoever was to come."""
    withdraws = any(isinstance(it, Happens) and isinstance(it.event, Withdrawn) for it in acts)
    return withdraws and found.signs & FOLLOWS.keys() == {Sign.REFUSAL}


def _leads_to(found: Telling, *, is_taker: bool) -> Then:
    signs = found.signs
    if Sign.RESCUE in signs:  # "he collapsed" is alarm enough, and the other may be the nearest
        signs = signs - {Sign.ALARM}
    every = {_of(FOLLOWS[it], found, is_taker=is_taker) for it in signs if it in FOLLOWS}
    return next((it for it in (Then.PART, Then.ASK) if it in every), Then.PASS)


def _of(row: Following, found: Telling, *, is_taker: bool) -> Then:
    usual = row.taker if is_taker else row.asker
    is_named = danger.THE_OTHER in found.words or Sign.WRONG in found.signs  # "your driver"
    may_be_kin = Sign.KIN in found.signs and not is_named
    return row.with_kin if may_be_kin and usual is not Then.PASS else usual


def _about(situation: Situation, acts: Iterable[Act]) -> list[HelpRequest]:
    """The talk that the words belong to, or all that it may be."""
    passed = [it.request for it in acts if isinstance(it, PassOn)]
    return passed[:1] or situation.conversations


def _parted(situation: Situation, heard: danger.DangerHeard | None, acts: list[Act]) -> list[Act]:
    """Apart from the other of the talk that these words are about; who has several is asked."""
    kept = [it for it in acts if _is_kept_when_parted(it)]
    about = _about(situation, acts)
    if len(about) > 1:
        numbers = tuple(sorted(it.number for it in about))
        told = notice(Told.HELD_WHICH, numbers=numbers[-4:], number=numbers[-1])
        return [*_language(kept), *_warnings(heard), Say(told), *_others(kept)]
    number = about[0].number
    tell = [TellOfDanger(number)] if heard and heard.danger.is_sure else []
    # Nobody asks the other whether they are still on it.
    others = [it for it in _others(kept) if not _is_not_yet(it, number)]
    apart = KeepApart(number, is_guess=True, not_done=others != _others(kept))
    # Told before they are apart: until then it is known whom it may be about.
    return [*_language(kept), *_warnings(heard), *others, *tell, apart]


def _is_not_yet(act: Act, number: int) -> bool:
    return isinstance(act, Happens) and act.number == number and isinstance(act.event, NotYet)


def _warnings(heard: danger.DangerHeard | None) -> list[Act]:
    """What is read before the rest, which names the emergency number itself."""
    if heard is None or _is_said_anyway(heard):
        return []
    return [Warn(crisis=heard.danger.is_about_life)]


def _is_said_anyway(heard: danger.DangerHeard) -> bool:
    """Whether the number that they read when they are parted is all that there is to say."""
    return heard.danger in (Danger.VIOLENCE, Danger.MAYBE)


def _is_kept_when_parted(act: Act) -> bool:
    """Nothing of the words is passed on, to whoever takes it next neither."""
    match act:
        case SetLanguage():
            return True
        case OpenRequest(needs):
            return bool(needs)
        case Happens(event=event):
            return isinstance(event, Done | NotYet | Withdrawn)
        case _:
            return False


def _held_back(situation: Situation, acts: list[Act]) -> list[Act]:
    kept = [it for it in acts if not isinstance(it, PassOn)]
    number = _about(situation, acts)[0].number
    return [*_language(kept), Say(notice(Told.HELD, number=number)), *_others(kept)]


def _warned(situation: Situation, heard: danger.DangerHeard, acts: list[Act]) -> list[Act]:
    warn = Warn(crisis=heard.danger.is_about_life, is_sure=heard.danger.is_sure)
    # Who reads whom to call has read enough, unless it may be nothing: then how to ask as well.
    says_enough = _SMALL_TALK if warn.is_sure or warn.crisis else (Told.NOTHING_ASKED,)
    acts = [it for it in acts if not (isinstance(it, Say) and it.notice.what in says_enough)]
    if not warn.is_sure:
        return [*_language(acts), warn, *_others(acts)]
    kept = [it for it in (_in_danger(heard, act) for act in acts) if it is not None]
    if heard.danger is Danger.CALL and heard.is_alone:
        kept = [it for it in kept if not isinstance(it, OpenRequest)]
    tell: list[Act] = []
    if any(isinstance(it, OpenRequest) for it in kept):
        tell = [TellOfDanger()]
    elif concerned := [*situation.asked_for, *situation.held]:
        tell = [TellOfDanger(concerned[-1].number)]
    return [*_language(kept), warn, *_others(kept), *tell]


def _in_danger(heard: danger.DangerHeard, act: Act) -> Act | None:
    """An act as it is done in danger; None: not at all. Nobody is sent to where somebody is hurt by
    another, unless they ask for something."""
    match act:
        case PassOn() if heard.danger in _ABOUT_PEOPLE:
            return None
        case OpenRequest(needs) | AddWords(_, needs):
            wanted = tuple(it for it in needs if it not in heard.not_meant)
            is_asked = bool(wanted) or heard.asks
            if heard.danger in _ABOUT_PEOPLE and not is_asked and isinstance(act, OpenRequest):
                return None
            return replace(act, needs=wanted, urgent=True)
        case Happens(_, Accepted()):
            return None  # "he is right behind me" takes nothing
        case Happens(_, Withdrawn()) if heard.danger.is_about_life:
            return None  # "I won't need it where I am going"
        case _:
            return act


def _language(acts: Iterable[Act]) -> list[Act]:
    return [it for it in acts if isinstance(it, SetLanguage)]


def _others(acts: Iterable[Act]) -> list[Act]:
    return [it for it in acts if not isinstance(it, SetLanguage)]
