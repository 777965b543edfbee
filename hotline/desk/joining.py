"""How a newcomer comes onto the roster, whether they texted JOIN or pressed a key for it.

Shared by texts and calls. Somebody who wants in is on the list at once where joining is open; else
they get a number to be vouched for. It reads no texts and no keys.
"""

from __future__ import annotations

import re

from hotline.desk import telling
from hotline.names import first_name, is_own_name
from hotline.notices import Notice, Told, notice
from hotline.store import people, roster
from hotline.store.people import Neighbor
from hotline.work import Work

WAITS = "wait"  # everything is answered, and somebody has to vouch
_BEFORE_A_NAME = re.compile(
    r"\b(my name is|my name's|this is|it is|it's|i am|i'm|hello|hi)\b", re.IGNORECASE
)


def come_in(work: Work, person: Neighbor) -> bool:
    """Onto the list, or to a number to be vouched for. Twice is once: False then."""
    known = roster.standing(work.connection, person.id)
    if person.suspended or known.on_roster or known.code is not None:
        return False
    if work.network.roster.joining == "open":
        roster.enter(work.connection, person.id, person.id, "joined", work.now)
        work.changed(person.id)
        tell_name(work, person.id)
    else:
        roster.give_code(work.connection, person.id, work.now)
        tell_stewards(work, person)
    work.changed(person.id)
    return True


def vouched(work: Work, newcomer: int, by: int) -> bool:
    """Somebody vouched for them: they are on the list. False if they no longer wait for that."""
    if not roster.enter(work.connection, newcomer, by, "vouched", work.now):
        return False
    work.changed(newcomer)
    telling.send(work, newcomer, notice(Told.VOUCHED, name=newcomer))
    tell_name(work, newcomer)
    return True


def tell_name(work: Work, who: int) -> None:
    """Whose first name somebody else on the list has, what others call them."""
    person = work.person(who)
    first = first_name(person.name)
    if first and person.shown_name and person.shown_name.casefold() != first.casefold():
        telling.send(work, who, notice(Told.CALLED_SO, name=who, words=first))


def tell_stewards(work: Work, person: Neighbor) -> None:
    """Of a newcomer, where it is theirs to choose."""
    code = roster.standing(work.connection, person.id).code
    if work.network.roster.joining == "stewards" and code is not None:
        told = notice(Told.STEWARDS_JOIN, name=person.id, code=code)
        telling.tell_stewards(work.by(None), told)


def ask(work: Work, person: Neighbor, question: str) -> Notice:
    """Ask this, or say that everything is known."""
    known = roster.standing(work.connection, person.id)
    done = question == WAITS and known.on_roster
    people.set_joining(work.connection, person.id, None if done else question, work.now)
    work.changed(person.id)
    return me(known, person.id) if done else _question(work, person.id, known, question)


def me(known: roster.Standing, who: int, *, rests: bool = False) -> Notice:
    """What the roster knows of somebody."""
    entry = known.entry
    facts = {"name": who, "can": entry.needs, "areas": entry.areas, "hours": entry.hours}
    return notice(Told.ME_RESTING if rests else Told.ME, **facts)


def _question(work: Work, who: int, known: roster.Standing, question: str) -> Notice:
    network = work.network
    by_stewards = network.roster.joining == "stewards"
    need = tuple(need.key for need in network.needs[:1])
    match question:
        case "name":
            return notice(Told.JOIN_NAME)
        case "can" if known.on_roster:
            return notice(Told.JOIN_CAN, name=who, need=need)
        case "can" if by_stewards:
            return notice(Told.JOIN_CAN_STEWARDS, name=who, need=need)
        case "can":
            return notice(Told.JOIN_CAN_VOUCHED, name=who, need=need, code=known.code)
        case "area":
            return notice(Told.JOIN_AREA, area=network.areas[0].key)
        case "hours":
            return notice(Told.JOIN_HOURS)
        case _ if by_stewards:
            return notice(Told.JOIN_WAITS_STEWARDS, name=who)
        case _:
            return notice(Told.JOIN_WAITS, name=who, code=known.code)


def name_in_speech(words: str) -> str:
    """The name that somebody said, as the carrier wrote it down; empty for what is none."""
    said = _BEFORE_A_NAME.sub("", re.sub(r"[.,!?]", " ", words))
    names = said.split()
    name = " ".join(names)
    return name if is_own_name(name) else ""
