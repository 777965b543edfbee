"""How a newcomer comes onto the roster, whether they texted JOIN or pressed a key for it.

Shared by texts and calls. Somebody who wants in is on the list at once where joining is open; else
they get a number to be vouched for. It reads no texts and no keys.
"""

from __future__ import annotations

import re

from sqlalchemy import Connection

from hotline import steps
from hotline.house import House
from hotline.store import helping, store
from hotline.words import Sentence, Text, text

WAITS = "wait"  # everything is answered, and somebody has to vouch
LONGEST_SPOKEN_NAME = 40  # letters
MOST_NAMES = 3
_BEFORE_A_NAME = re.compile(
    r"\b(my name is|my name's|this is|it is|it's|i am|i'm|hello|hi)\b", re.IGNORECASE
)


def come_in(connection: Connection, house: House, person: store.Neighbor) -> list[int]:
    """Onto the list, or to a number to be vouched for. Ids of texts to stewards. Twice is once."""
    known = helping.standing(connection, person.id)
    if known.on_roster or known.code is not None:
        return []
    now = house.now()
    if house.network.roster.joining == "open":
        helping.enter(connection, person.id, person.id, "joined", now)
        return []
    helping.give_code(connection, person.id, now)
    return tell_stewards(connection, house, person)


def tell_stewards(connection: Connection, house: House, person: store.Neighbor) -> list[int]:
    """Of a newcomer, where it is theirs to choose: ids of texts."""
    code, now = helping.standing(connection, person.id).code, house.now()
    if house.network.roster.joining != "stewards" or code is None:
        return []
    told = text(Sentence.STEWARDS_JOIN, name=person.id, code=code)
    stewards = steps.steward_ids(connection, house, now)
    return [one for it in stewards for one in steps.write_text(connection, house, it, told, now)]


def ask(connection: Connection, house: House, person: store.Neighbor, question: str) -> Text:
    """Ask this, or say that everything is known."""
    known = helping.standing(connection, person.id)
    done = question == WAITS and known.on_roster
    helping.ask(connection, person.id, None if done else question, house.now())
    return _me(known, person.id) if done else _question(house, person.id, known, question)


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


def name_in_speech(words: str) -> str:
    """The name that somebody said, as the carrier wrote it down; empty for what is none."""
    said = _BEFORE_A_NAME.sub("", re.sub(r"[.,!?]", " ", words))
    names = said.split()
    is_name = all(it.replace("-", "").replace("'", "").isalpha() for it in names)
    name = " ".join(names)
    return name if is_name and len(names) <= MOST_NAMES and len(name) <= LONGEST_SPOKEN_NAME else ""
