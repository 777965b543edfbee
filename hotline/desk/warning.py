"""Whoever may be in danger reads whom to call, and the stewards hear which request it is."""

from __future__ import annotations

from hotline.desk import telling
from hotline.help_lines import help_lines
from hotline.notices import Notice, Told, notice
from hotline.store import requests
from hotline.store.messages import About
from hotline.store.people import Neighbor
from hotline.store.record import record
from hotline.work import Work


def whom_to_call(work: Work, person: Neighbor, *, crisis: bool, is_sure: bool) -> Notice:
    """`crisis`: they may not want to live; not `is_sure`: it may be nothing."""
    lines = help_lines(person.phone, work.network)
    if not crisis:
        told = Told.EMERGENCY if is_sure else Told.MAYBE_DANGER
        return notice(told, emergency=lines.emergency)
    if lines.crisis is None:
        return notice(Told.CRISIS_CALL, emergency=lines.emergency)
    return notice(Told.CRISIS, emergency=lines.emergency, crisis=lines.crisis)


def tell_of_wrong(work: Work) -> None:
    """Every steward: whom it is about is not known."""
    telling.tell_stewards(work.by(None), notice(Told.STEWARDS_REPORTED))


def tell_stewards(work: Work, number: int | None) -> None:
    """But for those who have to do with that request: it may be about them."""
    request = requests.find_request(work.connection, number) if number else None
    if request is None:
        return
    by = work.actor.id if work.actor else None
    record(work.connection, by, "danger", work.now, request_number=number)
    told, about = notice(Told.STEWARDS_DANGER, number=number), About(number, may_wake=True)
    theirs = (request.requester, *request.takers)
    telling.tell_stewards(work.by(None), told, about, but=theirs)
