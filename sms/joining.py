"""How somebody comes onto the roster by text: four short questions, and a neighbor who vouches.

A shell like `tending`. The name alone is enough: with it they are on the list, or wait to be
vouched for, for anything, anywhere, any time; each answer makes that less. Nobody has to answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hotline import steps
from hotline.house import House
from hotline.store import helping, store
from hotline.words import Sentence, Text, text
from sms.orders import Areas, Can, Name, Order, Skip, Times, Unclear

QUESTIONS = ("name", "can", "area", "hours")
WAITS = "wait"  # everything is answered, and somebody has to vouch
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
        return ask(connection, house, person, person.joining)
    known = name or helping.standing(connection, person.id).entry.name
    if not known:
        return ask(connection, house, person, "name")
    return answer(connection, house, person, "name", Name(known))


def answer(
    connection: Connection, house: House, person: store.Neighbor, question: str, order: Order
) -> Told:
    """Write an answer down and ask the next question."""
    now = house.now()
    if isinstance(order, Unclear) or order in (Areas(None), Times(None)):
        return ask(connection, house, person, question)
    if not isinstance(order, Skip):
        helping.change(connection, person.id, *said_of_themselves(order), now)
    texts = _come_in(connection, house, person, now) if isinstance(order, Name) else []
    asked = ask(connection, house, person, _after(house, question, order))
    return Told(asked.answers, texts)


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


def ask(connection: Connection, house: House, person: store.Neighbor, question: str) -> Told:
    """Ask this, or say that everything is known."""
    known = helping.standing(connection, person.id)
    done = question == WAITS and known.on_roster
    helping.ask(connection, person.id, None if done else question, house.now())
    return Told([_me(known, person.id) if done else _question(house, person.id, known, question)])


def _me(known: helping.Standing, who: int) -> Text:
    entry = known.entry
    return text(Sentence.ME, name=who, can=entry.needs, areas=entry.areas, hours=entry.hours)


def _question(house: House, who: int, known: helping.Standing, question: str) -> Text:
    network = house.network
    by_stewards = network.roster.joining == "stewards"
    need = tuple(need.key for need in network.needs[:1])
    match question:
        case "name":
            return text(Sentence.JOIN_NAME)
        case "can" if known.on_roster:
            return text(Sentence.JOIN_CAN, name=who, need=need)
        case "can" if by_stewards:
            return text(Sentence.JOIN_CAN_STEWARDS, name=who, need=need)
        case "can":
            return text(Sentence.JOIN_CAN_VOUCHED, name=who, need=need, code=known.code)
        case "area":
            return text(Sentence.JOIN_AREA, area=network.areas[0].key)
        case "hours":
            return text(Sentence.JOIN_HOURS)
        case _ if by_stewards:
            return text(Sentence.JOIN_WAITS_STEWARDS, name=who)
        case _:
            return text(Sentence.JOIN_WAITS, name=who, code=known.code)


def _come_in(
    connection: Connection, house: House, person: store.Neighbor, now: datetime
) -> list[int]:
    """With a name they are on the list where joining is open; else they get a number to be
    vouched for. Ids of texts to stewards."""
    known = helping.standing(connection, person.id)
    if known.on_roster or known.code is not None:
        return []
    joining = house.network.roster.joining
    if joining == "open":
        helping.enter(connection, person.id, person.id, "joined", now)
        return []
    code = helping.give_code(connection, person.id, now)
    if joining == "vouched":
        return []
    told = text(Sentence.STEWARDS_JOIN, name=person.id, code=code)
    stewards = steps.steward_ids(connection, house, now)
    return [one for it in stewards for one in steps.write_text(connection, house, it, told, now)]


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
