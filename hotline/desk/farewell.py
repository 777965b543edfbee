"""Somebody wants to be forgotten. Whoever is on the roster confirms it by a code, as texts can be
sent in somebody's name, and can come back to it for a day.

Shared by what anybody texts and by what stewards confirm.
"""

from __future__ import annotations

from datetime import timedelta

from hotline import routes
from hotline.desk import codes
from hotline.desk.step import take_step
from hotline.help_request import HelpRequest, Passed, State
from hotline.notices import Notice, Told, notice
from hotline.page import PageState
from hotline.store import forgetting, grace, pages, requests
from hotline.store.people import Neighbor
from hotline.store.record import record
from hotline.work import Work

SOON = timedelta(minutes=10)  # until the carrier has deleted what it was to delete
FORGET = "forget"  # as an order that waits to be confirmed


def ask(work: Work, person: Neighbor) -> Notice:
    """For the code that their phone alone gets."""
    return notice(Told.FORGET_CODE, code=codes.ask(work, person, FORGET, person.id))


def confirmed(work: Work, person: Neighbor) -> Notice | None:
    """They gave the code. What others wait for comes first, as it may be there only now."""
    theirs = [it for it in requests.requests_of(work.connection, person.id) if it.is_live]
    if in_the_way := what_comes_first(theirs, person.id):
        return in_the_way
    for it in pages.pages_of(work.connection, person.id):
        if it.page is PageState.ASKED and it.request is State.OPEN:
            take_step(work.by(person, is_quiet=True), it.number, Passed(person.id))
    return forget(work, person)


def what_comes_first(theirs: list[HelpRequest], who: int) -> Notice | None:
    """Something that is open for them, or that they took."""
    for it in theirs:
        if it.requester == who:
            return notice(Told.FORGET_AFTER_CLOSING, number=it.number)
    return notice(Told.FORGET_AFTER_HELPING, number=theirs[0].number) if theirs else None


def forget(work: Work, person: Neighbor) -> Notice | None:
    """Who said STOP is forgotten without a word, and so are they who are forgotten once more."""
    waits = forgetting.waits_since(work.connection, work.now - SOON, person.phone)
    grace.drop(work.connection, person.phone)
    comes_back = not person.stopped and grace.keep(work.connection, person.id, work.now)
    forgetting.forget(work.connection, person, work.network.stewards, work.now)
    record(work.connection, person.id, "forgotten", work.now)
    if person.stopped:
        return None
    # A phone or a modem of ours deletes nothing because we ask it to.
    on_a_phone = routes.abilities(work.network, person.carrier) == routes.BARE
    if comes_back:
        told = Told.FORGOTTEN_FOR_A_DAY_BUT_ON_A_PHONE if on_a_phone else Told.FORGOTTEN_FOR_A_DAY
        return notice(told)
    if on_a_phone:
        return notice(Told.FORGOTTEN_BUT_ON_A_PHONE)
    return notice(Told.FORGOTTEN_BUT_THERE if waits else Told.FORGOTTEN)


def may_come_back(work: Work, phone: str) -> bool:
    return grace.is_kept(work.connection, phone, work.now)


def come_back(work: Work, person: Neighbor) -> Notice | None:
    """Onto the roster as they were; None if it is too late."""
    kept = grace.take(work.connection, person.phone, work.now)
    if kept is None:
        return None
    grace.bring_back(work.connection, person.id, person.phone, kept, work.now)
    record(work.connection, person.id, "restored", work.now, about=person.id)
    work.changed(person.id)
    return notice(Told.BACK_ON_THE_LIST, name=person.id)
