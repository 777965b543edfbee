"""What becomes of the acts of a text that tells of danger. Pure, like `conversation`.

Whoever wrote reads whom to call before anything else; what they asked for is still asked for; words
of fear or threat never go to whom they may be about.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hotline.help_request import Accepted
from hotline.notices import Told, notice
from sms import danger
from sms.conversation import (
    Act,
    AddWords,
    Happens,
    KeepApart,
    OpenRequest,
    PassOn,
    Say,
    SetLanguage,
    Situation,
    TellOfDanger,
    Warn,
)
from sms.danger import Danger
from sms.reading import Intent, Reading

_NOTHING_SAID = (Intent.STOP, Intent.START, Intent.CARRIER_HELP, Intent.REACTION, Intent.EMERGENCY)
_ABOUT_PEOPLE = (Danger.SELF_HARM, Danger.VIOLENCE)


def shelter(situation: Situation, reading: Reading, acts: list[Act]) -> list[Act]:
    """The acts of a text, and what its danger adds to them and takes from them."""
    if situation.stopped or reading.intent in _NOTHING_SAID:
        return acts
    is_elsewhere = situation.my_open or situation.open_pages
    if (situation.conversations or not is_elsewhere) and danger.says_safe(reading.said):
        return [*_language(acts), KeepApart(reading.number or reading.first_number)]
    heard = danger.heard(reading.said)
    if heard:
        return _warned(situation, heard, acts)
    about = next((it.request.number for it in acts if isinstance(it, PassOn)), None)
    if about is not None and danger.is_about_other(reading.said):
        kept = [it for it in acts if not isinstance(it, PassOn)]
        return [*_language(kept), Say(notice(Told.HELD, number=about)), *_others(kept)]
    return acts


def _warned(situation: Situation, heard: danger.DangerHeard, acts: list[Act]) -> list[Act]:
    kept = [it for it in (_in_danger(heard, act) for act in acts) if it is not None]
    if heard.danger is Danger.CALL and heard.is_alone:
        kept = [it for it in kept if not isinstance(it, OpenRequest)]
    tell: list[Act] = []
    if any(isinstance(it, OpenRequest) for it in kept):
        tell = [TellOfDanger()]
    elif concerned := [*situation.asked_for, *situation.held]:
        tell = [TellOfDanger(concerned[-1].number)]
    warn = Warn(crisis=heard.danger is Danger.SELF_HARM)
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
        case Say(told) if told.what is Told.HELLO:
            return None
        case Happens(_, Accepted()):
            return None  # "he is right behind me" takes nothing
        case _:
            return act


def _language(acts: Iterable[Act]) -> list[Act]:
    return [it for it in acts if isinstance(it, SetLanguage)]


def _others(acts: Iterable[Act]) -> list[Act]:
    return [it for it in acts if not isinstance(it, SetLanguage)]
