"""How somebody comes onto the roster by text: four short questions, and a neighbor who vouches.

A shell like `tending`, around what `hotline.joining` shares with calls. The name alone is enough:
with it they are on the list, or wait to be vouched for, for anything, anywhere, any time; each
answer makes that less. Nobody has to answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hotline import joining, steps
from hotline.house import House
from hotline.joining import WAITS
from hotline.store import helping, store
from hotline.words import Sentence, Text, text
from sms.orders import Areas, Can, Name, Order, Skip, Times, Unclear

QUESTIONS = ("name", "can", "area", "hours")
STANDS = timedelta(days=1)  # how long a question does


@dataclass
class Told:
    """What whoever wrote is told, and the ids of texts to others."""

    answers: list[Text] = field(default_factory=list)
    texts: list[int] = field(default_factory=list)


def question_of(person: store.Neighbor, now: datetime) -> str | None:
    """What somebody was asked last on their way to the roster, if that still stands."""
    since = person.joining_since
    if person.joining is None or since is None or since + STANDS > now:
        return person.joining
    return None if person.joining == "name" else WAITS


def may_vouch(house: House, person: store.Neighbor) -> bool:
    return person.on_roster or person.phone in house.network.stewards


def join(connection: Connection, house: House, person: store.Neighbor, name: str) -> Told:
    """Begin, or ask again what was asked last."""
    if person.joining in ("can", "area", "hours", WAITS):
        return _ask(connection, house, person, person.joining)
    known = name or helping.standing(connection, person.id).entry.name
    if not known:
        return _ask(connection, house, person, "name")
    return answer(connection, house, person, "name", Name(known))


def answer(
    connection: Connection, house: House, person: store.Neighbor, question: str, order: Order
) -> Told:
    """Write an answer down and ask the next question."""
    now = house.now()
    if isinstance(order, Unclear) or order in (Areas(None), Times(None)):
        return _ask(connection, house, person, question)
    was_named = bool(helping.standing(connection, person.id).entry.name)
    if not isinstance(order, Skip):
        helping.change(connection, person.id, *said_of_themselves(order), now)
    texts = joining.come_in(connection, house, person) if isinstance(order, Name) else []
    if isinstance(order, Name) and not texts and not was_named:  # whoever joined by phone
        texts = joining.tell_stewards(connection, house, person)
    asked = joining.ask(connection, house, person, _after(house, question, order))
    return Told([asked], texts)


def _ask(connection: Connection, house: House, person: store.Neighbor, question: str) -> Told:
    return Told([joining.ask(connection, house, person, question)])


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


def _after(house: House, question: str, order: Order) -> str:
    """The question behind the one that was answered, which need not be the one asked last."""
    answered = next((key for key, kind in _ASKS.items() if isinstance(order, kind)), question)
    if answered != question:
        return question
    following = (*QUESTIONS, WAITS)[QUESTIONS.index(question) + 1]
    return "hours" if following == "area" and not house.network.areas else following


def vouch(connection: Connection, house: House, person: store.Neighbor, code: int) -> Told:
    """Put the newcomer with this number on the list, if this person may."""
    by_stewards = house.network.roster.joining == "stewards"
    if by_stewards and person.phone not in house.network.stewards:
        return Told([text(Sentence.VOUCH_STEWARDS)])
    now = house.now()
    newcomer = helping.who_has_code(connection, code)
    if newcomer is None or not helping.enter(connection, newcomer, person.id, "vouched", now):
        return Told([text(Sentence.VOUCH_UNKNOWN, code=code)])
    welcome = text(Sentence.VOUCHED, name=newcomer)
    texts = steps.write_text(connection, house, newcomer, welcome, now)
    return Told([text(Sentence.VOUCH_DONE, name=newcomer)], texts)
