"""What people change of themselves by text, from an order to rows and an answer.

A shell like `receiving`: it writes down and says what holds now. Whether a text is an order is
for `orders` and `conversation` to say.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from hotline import roster
from hotline.house import House
from hotline.store import forgetting, helping, store
from hotline.store.tables import UNTIL_BACK
from hotline.words import Sentence, Text, text
from sms import joining
from sms.joining import Told
from sms.orders import (
    Areas,
    Back,
    Can,
    Forget,
    Join,
    Look,
    Most,
    Name,
    Order,
    Pause,
    Skip,
    Stats,
    Times,
    Unclear,
    Vouch,
)

WEEK = timedelta(days=7)
MOST_SHOWN = 3  # of the open requests


def obey(connection: Connection, house: House, person: store.Neighbor, order: Order) -> Told:
    """Do what somebody wrote of themselves; what they and others are told."""
    match order:
        case Join(name):
            return joining.join(connection, house, person, name)
        case Vouch(code):
            return joining.vouch(connection, house, person, code)
        case Forget():
            return _forget(connection, house, person)
        case Name() | Can() | Areas() | Times() | Skip() | Unclear():
            question = joining.question_of(person, house.now())
            if question in joining.QUESTIONS:
                return joining.answer(connection, house, person, question, order)
    return Told([_obeyed(connection, house, person, order)])


def _forget(connection: Connection, house: House, person: store.Neighbor) -> Told:
    """Who said STOP is forgotten without a word."""
    now = house.now()
    forgetting.forget(connection, person, house.network.stewards, now)
    helping.record(connection, person.id, "forgotten", now)
    return Told([] if person.stopped else [text(Sentence.FORGOTTEN)])


def _obeyed(connection: Connection, house: House, person: store.Neighbor, order: Order) -> Text:
    now = house.now()
    match order:
        case Pause(days):
            return _pause(connection, person.id, days, now)
        case Back():
            helping.pause(connection, person.id, None, now)
            return text(Sentence.BACK)
        case Most(a_day):
            a_day = min(a_day, house.network.roster.max_a_day)
            helping.set_most(connection, person.id, a_day, now)
            return text(Sentence.MOST_A_DAY, count=a_day)
        case Look():
            return _open_near(connection, house, person, now)
        case Stats():
            asked, taken, done = helping.since(connection, now - WEEK)
            return text(Sentence.STATS, asked=asked, taken=taken, done=done)
        case Areas(None):
            return text(Sentence.WHICH_AREA, areas=tuple(it.key for it in house.network.areas))
        case Times(None):
            return text(Sentence.WHICH_HOURS)
        case Name() | Can() | Areas() | Times():
            what, value = joining.said_of_themselves(order)
            known = helping.change(connection, person.id, what, value, now)
            return _me(known, person.id, now)
        case _:
            return _me(helping.standing(connection, person.id), person.id, now)


def _open_near(connection: Connection, house: House, person: store.Neighbor, now: datetime) -> Text:
    """What is open near somebody, which they may take as if they had been asked."""
    areas = helping.standing(connection, person.id).entry.areas
    others = [it for it in helping.open_requests(connection) if it.requester != person.id]
    near = roster.nearest(others, areas, house.network)[:MOST_SHOWN]
    if not near:
        return text(Sentence.NOTHING_TO_TAKE)
    for request in reversed(near):  # the newest page is what a bare YES answers
        helping.show(connection, request.number, person.id, now)
    shown = tuple((it.number, it.needs, it.area, now - it.since) for it in near)
    return text(Sentence.OPEN_NEAR, open=shown, number=near[0].number)


def _me(known: helping.Standing, who: int, now: datetime) -> Text:
    rests = known.paused_until is not None and known.paused_until > now
    entry = known.entry
    facts = {"name": who, "can": entry.needs, "areas": entry.areas, "hours": entry.hours}
    return text(Sentence.ME_RESTING if rests else Sentence.ME, **facts)


def _pause(connection: Connection, who: int, days: int | None, now: datetime) -> Text:
    until = now + timedelta(days=days) if days else UNTIL_BACK
    helping.pause(connection, who, until, now)
    return text(Sentence.PAUSED_UNTIL, day=until) if days else text(Sentence.PAUSED)
