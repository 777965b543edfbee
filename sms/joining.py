"""How somebody comes onto the roster by text: four short questions, and a neighbor who vouches.

A shell like `tending`, around what `hotline.desk.joining` shares with calls. The name alone is
enough: with it they are on the list, or wait to be vouched for, for anything, anywhere, any time;
each answer makes that less. Nobody has to answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from hotline.desk import joining, stewarding
from hotline.desk.joining import WAITS
from hotline.newcomers import VOUCHED_WITHIN, why_not_vouch
from hotline.notices import Notice, Told, notice
from hotline.store import apart, newcomers, roster
from hotline.store.people import Neighbor
from hotline.work import Work
from sms.orders import Areas, Can, Name, Order, Skip, Times, Unclear

QUESTIONS = ("name", "can", "area", "hours")
STANDS = timedelta(days=1)  # how long a question does


def question_of(person: Neighbor, now: datetime) -> str | None:
    """What somebody was asked last on their way to the roster, if that still stands."""
    since = person.joining_since
    if person.suspended:
        return None
    if person.joining is None or since is None or since + STANDS > now:
        return person.joining
    return None if person.joining == "name" else WAITS


def may_vouch(work: Work, person: Neighbor) -> bool:
    return person.on_roster or person.phone in work.network.stewards


def join(work: Work, person: Neighbor, name: str) -> Notice:
    """Begin, or ask again what was asked last."""
    if person.suspended:
        return notice(Told.SUSPENDED)
    if person.joining in ("can", "area", "hours", WAITS):
        return joining.ask(work, person, person.joining)
    known = name or roster.standing(work.connection, person.id).entry.name
    if not known:
        return joining.ask(work, person, "name")
    return answer(work, person, "name", Name(known))


def answer(work: Work, person: Neighbor, question: str, order: Order) -> Notice:
    """Write an answer down and ask the next question."""
    if isinstance(order, Unclear) or order in (Areas(None), Times(None)):
        return joining.ask(work, person, question)
    was_named = bool(roster.standing(work.connection, person.id).entry.name)
    if not isinstance(order, Skip):
        roster.change(work.connection, person.id, *said_of_themselves(order), work.now)
        work.changed(person.id)
    if isinstance(order, Name) and person.on_roster:
        joining.tell_name(work, person.id)
    if isinstance(order, Name) and not joining.come_in(work, person) and not was_named:
        joining.tell_stewards(work, person)  # of whoever joined by phone, and had no name
    return joining.ask(work, person, _after(work, question, order))


def said_of_themselves(order: Order) -> tuple[str, object]:
    """What it is called in the roster, and what it is now."""
    match order:
        case Name(name):
            return "name", name
        case Can(needs):
            return "needs", list(needs)
        case Areas(areas):
            return "areas", list(areas or ())
        case Times(hours):
            return "hours", hours or ""
        case _:
            raise TypeError(order)


_ASKS = {"name": Name, "can": Can, "area": Areas, "hours": Times}


def _after(work: Work, question: str, order: Order) -> str:
    """The question behind the one that was answered, which need not be the one asked last."""
    answered = next((key for key, kind in _ASKS.items() if isinstance(order, kind)), question)
    if answered != question:
        return question
    following = (*QUESTIONS, WAITS)[QUESTIONS.index(question) + 1]
    return "hours" if following == "area" and not work.network.areas else following


def vouch(work: Work, person: Neighbor, code: int) -> Notice:
    """Put the newcomer with this number on the list, if this person may; a steward, who may bring
    as many as they like, confirms it."""
    by_stewards = work.network.roster.joining == "stewards"
    if by_stewards and person.phone not in work.network.stewards:
        return notice(Told.VOUCH_STEWARDS)
    is_steward = person.phone in work.network.stewards
    if not is_steward and (not_now := _why_not_vouch(work, person)):
        return not_now
    newcomer = roster.who_has_code(work.connection, code)
    if newcomer is not None and apart.from_any(work.connection, person.id, [newcomer]):
        newcomer = None
    if newcomer is not None and is_steward:
        return stewarding.ask_to_let_in(work, person, newcomer)
    if newcomer is None or not joining.vouched(work, newcomer, person.id):
        return notice(Told.VOUCH_UNKNOWN, code=code)
    return notice(Told.VOUCH_DONE, name=newcomer)


def _why_not_vouch(work: Work, person: Neighbor) -> Notice | None:
    known = newcomers.helper(work.connection, person.id)
    lately = newcomers.vouched_since(work.connection, person.id, work.now - VOUCHED_WITHIN)
    return why_not_vouch(known, lately, work.now)
