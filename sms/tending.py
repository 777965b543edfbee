"""What people change of themselves by text, from an order to rows and an answer.

A shell like `receiving`: it writes down and says what holds now. Whether a text is an order is
for `orders` and `conversation` to say.
"""

from __future__ import annotations

from datetime import timedelta

from hotline import roster
from hotline.desk import codes, confirming, farewell
from hotline.desk.joining import me, tell_name
from hotline.notices import Notice, Told, notice
from hotline.store import apart, pages, people, requests
from hotline.store import roster as entries
from hotline.store.people import Neighbor
from hotline.store.record import record
from hotline.store.tables import UNTIL_BACK
from hotline.work import Work
from sms import joining
from sms.orders import (
    Areas,
    Back,
    Can,
    Confirm,
    Forget,
    Join,
    Look,
    Most,
    Name,
    Order,
    Pause,
    Pin,
    PinOff,
    Skip,
    Stats,
    TextMe,
    Times,
    Unclear,
    Vouch,
)

WEEK = timedelta(days=7)
MOST_SHOWN = 3  # of the open requests


def obey(work: Work, person: Neighbor, order: Order) -> Notice | None:
    """Do what somebody wrote of themselves; what they are told, if anything."""
    match order:
        case Join(name):
            return joining.join(work, person, name)
        case Vouch(code):
            return joining.vouch(work, person, code)
        case Forget(is_sure=True):
            return farewell.forget(work, person)
        case Forget():
            return farewell.ask(work, person)
        case Confirm(code):
            return confirming.confirm(work.by(person), person, code)
        case Pin(digits):
            return codes.set_pin(work, person, digits)
        case PinOff():
            return codes.remove_pin(work, person)
        case Back() if not person.on_roster:
            return farewell.come_back(work, person)
        case TextMe():
            people.text_again(work.connection, person.id)
            record(work.connection, person.id, "by_text", work.now)
            work.changed(person.id)
            return notice(Told.TEXTED_AGAIN)
        case Name() | Can() | Areas() | Times() | Skip() | Unclear():
            question = joining.question_of(person, work.now)
            if question in joining.QUESTIONS:
                return joining.answer(work, person, question, order)
    return _obeyed(work, person.id, order)


def _obeyed(work: Work, who: int, order: Order) -> Notice:
    connection, now = work.connection, work.now
    match order:
        case Pause(days):
            return _pause(work, who, days)
        case Back():
            entries.pause(connection, who, None, now)
            return notice(Told.BACK)
        case Most(a_day):
            a_day = min(a_day, work.network.roster.max_a_day)
            entries.set_most(connection, who, a_day, now)
            return notice(Told.MOST_A_DAY, count=a_day)
        case Look():
            return _open_near(work, who)
        case Stats():
            asked, taken, done = requests.counts_since(connection, now - WEEK)
            return notice(Told.STATS, asked=asked, taken=taken, done=done)
        case Areas(None):
            return notice(Told.WHICH_AREA, areas=tuple(it.key for it in work.network.areas))
        case Times(None):
            return notice(Told.WHICH_HOURS)
        case Name() | Can() | Areas() | Times():
            known = entries.change(connection, who, *joining.said_of_themselves(order), now)
            work.changed(who)
            if isinstance(order, Name):
                tell_name(work, who)
        case _:
            known = entries.standing(connection, who)
    rests = known.paused_until is not None and known.paused_until > now
    return me(known, who, rests=rests)


def _open_near(work: Work, who: int) -> Notice:
    """What is open near somebody, which they may take as if they had been asked."""
    areas = entries.standing(work.connection, who).entry.areas
    feared = apart.others_of(work.connection, who)
    some = requests.open_requests(work.connection)
    others = [it for it in some if it.requester != who and not it.concerns(feared)]
    near = roster.nearest(others, areas, work.network)[:MOST_SHOWN]
    if not near:
        return notice(Told.NOTHING_TO_TAKE)
    for request in reversed(near):  # the newest page is what a bare YES answers
        pages.show(work.connection, request.number, who, work.now)
    shown = tuple((it.number, it.named_needs, it.area, work.now - it.since) for it in near)
    return notice(Told.OPEN_NEAR, open=shown, number=near[0].number)


def _pause(work: Work, who: int, days: int | None) -> Notice:
    until = work.now + timedelta(days=days) if days else UNTIL_BACK
    entries.pause(work.connection, who, until, work.now)
    return notice(Told.PAUSED_UNTIL, day=until) if days else notice(Told.PAUSED)
