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
from sms.orders import Back, Most, Order, Pause


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


def _pause(connection: Connection, who: int, days: int | None, now: datetime) -> Text:
    until = now + timedelta(days=days) if days else UNTIL_BACK
    helping.pause(connection, who, until, now)
    return text(Sentence.PAUSED_UNTIL, day=until) if days else text(Sentence.PAUSED)
