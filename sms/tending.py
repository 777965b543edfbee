"""What people change of themselves by text, from an order to rows and an answer.

A shell like `receiving`: it writes down and says what holds now. Whether a text is an order is
for `orders` and `conversation` to say.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from hotline.house import House
from hotline.store import helping, store
from hotline.store.tables import UNTIL_BACK
from hotline.words import Sentence, Text, text
from sms.orders import Areas, Back, Can, Me, Most, Name, Order, Pause, Times


def obey(connection: Connection, house: House, person: store.Neighbor, order: Order) -> list[Text]:
    """Do what somebody on the roster ordered; what they are told."""
    now = house.now()
    match order:
        case Pause(days):
            return [_pause(connection, person.id, days, now)]
        case Back():
            helping.pause(connection, person.id, None, now)
            return [text(Sentence.BACK)]
        case Most(a_day):
            a_day = min(a_day, house.network.roster.max_a_day)
            helping.set_most(connection, person.id, a_day, now)
            return [text(Sentence.MOST_A_DAY, count=a_day)]
        case Me():
            return [_me(helping.standing(connection, person.id), person.id, now)]
        case Areas(None):
            every = tuple(area.key for area in house.network.areas)
            return [text(Sentence.WHICH_AREA, areas=every)]
        case Times(None):
            return [text(Sentence.WHICH_HOURS)]
        case Name() | Can() | Areas() | Times():
            what, value = _said_of_themselves(order)
            known = helping.change(connection, person.id, what, value, now)
            return [_me(known, person.id, now)]


def _said_of_themselves(order: Name | Can | Areas | Times) -> tuple[str, object]:
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


def _me(known: helping.Standing, who: int, now: datetime) -> Text:
    rests = known.paused_until is not None and known.paused_until > now
    entry = known.entry
    facts = {"name": who, "can": entry.needs, "areas": entry.areas, "hours": entry.hours}
    return text(Sentence.ME_RESTING if rests else Sentence.ME, **facts)


def _pause(connection: Connection, who: int, days: int | None, now: datetime) -> Text:
    until = now + timedelta(days=days) if days else UNTIL_BACK
    helping.pause(connection, who, until, now)
    return text(Sentence.PAUSED_UNTIL, day=until) if days else text(Sentence.PAUSED)
