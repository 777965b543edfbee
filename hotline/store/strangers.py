"""Who the network knows, and how many it does not know have asked lately.

Functions on a connection inside somebody's transaction; the rules are in `hotline.reserve`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, exists, false, func, or_, select

from hotline.help_request import HelpRequest, State
from hotline.message import Channel
from hotline.reserve import Claim, Pot
from hotline.store import tables
from hotline.store.record import record

neighbor, request, message = tables.neighbor, tables.request, tables.message
call, event = tables.call, tables.event

STEWARDS_WORK = (  # as it is kept in the record
    *("corrected", "reopened", "assigned", "askedanew", "askedperson", "merged", "asked_for"),
)
UNREPEATED = "unrepeated"  # in the record, of a request: nobody repeated the digits for it
DRAWN = "from_kept"  # in the record, of somebody: asked out of what is kept
DRAWN_WITHIN = timedelta(days=1)  # as pages are counted against `max_a_day`
WAITS_AT_MOST = timedelta(minutes=2)  # a request for an older one, should that stay undone
MOST_COUNTED = 5_000  # people on a roster: what fits more is not looked for


def _is_known(who: Any) -> Any:
    """On the roster, or asked before and was helped."""
    helped = request.alias()
    return or_(
        exists().where(neighbor.c.id == who, neighbor.c.on_roster),
        exists().where(helped.c.requester_id == who, helped.c.state == State.DONE.value),
    )


def _is_looked_after(number: Any) -> Any:
    """Somebody who organizes did something about it, or wrote it down."""
    by_stewards = tables.event.c.what.in_(STEWARDS_WORK)
    return exists().where(tables.event.c.request_number == number, by_stewards)


def is_known(connection: Connection, it: HelpRequest) -> bool:
    """Whether the network knows who asks, or its stewards have looked after what they ask for."""
    known = or_(_is_known(it.requester), _is_looked_after(it.number))
    return bool(connection.execute(select(known)).scalar_one())


def was_heard_from(connection: Connection, who: int) -> bool:
    """Whether anybody at this number ever texted or called us, or pressed a key when we called."""
    texted = exists().where(message.c.neighbor_id == who, message.c.channel == Channel.TEXT.value)
    is_theirs = or_(call.c.message_id.is_(None), call.c.turn > 1)
    called = exists().where(call.c.neighbor_id == who, is_theirs)
    return bool(connection.execute(select(or_(texted, called))).scalar_one())


def is_unrepeated(connection: Connection, number: int) -> bool:
    """Whether who called for this did not repeat the digits that they heard."""
    theirs = exists().where(event.c.request_number == number, event.c.what == UNREPEATED)
    return bool(connection.execute(select(theirs)).scalar_one())


def note_unrepeated(connection: Connection, who: int, number: int, now: datetime) -> None:
    record(connection, who, UNREPEATED, now, request_number=number)


def others_come_first(
    connection: Connection, it: HelpRequest, now: datetime, *, is_crowded: bool
) -> bool:
    """Whether another stranger's request is to be asked about for the first time now, and is older;
    in a crowd first times come before second ones. What is urgent waits for nothing that is not,
    and for one that stays undone nobody waits long."""
    is_first = it.wave == 0 and it.owed == 0
    waits = and_(
        request.c.state == State.OPEN.value,
        request.c.wave == 0,
        request.c.look_at <= now,
        request.c.look_at > now - WAITS_AT_MOST,
        request.c.number != it.number,
        ~_is_known(request.c.requester_id),
    )
    if it.urgent:
        waits = and_(waits, request.c.urgent)
    if is_first or not is_crowded:
        waits = and_(waits, request.c.number < it.number)
    return bool(connection.execute(select(exists().where(waits))).scalar_one())


def note_drawn(connection: Connection, crew: Collection[int], number: int, now: datetime) -> None:
    """These are asked out of what is kept, for what a stranger calls urgent."""
    for who in crew:
        record(connection, who, DRAWN, now, request_number=number)


def drawn_lately(connection: Connection, now: datetime) -> frozenset[int]:
    """Who was asked so in the last day."""
    lately = event.c.at > now - DRAWN_WITHIN
    drawn = select(event.c.neighbor_id).where(lately, event.c.what == DRAWN)
    return frozenset(connection.execute(drawn).scalars())


def asked_between(connection: Connection, begin: datetime, end: datetime) -> int:
    """How many requests of strangers there were then, whatever became of them."""
    then = and_(request.c.since > begin, request.c.since <= end)
    theirs = and_(then, ~_is_known(request.c.requester_id))
    return connection.execute(select(func.count()).select_from(request).where(theirs)).scalar_one()


def calling_now(connection: Connection, now: datetime) -> int:
    """How many strangers call us at this moment, with a hidden number or one that is shown."""
    calls_us = and_(call.c.due > now, call.c.message_id.is_(None))
    theirs = or_(call.c.neighbor_id.is_(None), ~_has_a_line(call.c.neighbor_id))
    count = select(func.count()).select_from(call).where(calls_us, theirs)
    return connection.execute(count).scalar_one()


def is_stranger(connection: Connection, who: int) -> bool:
    """Of a caller: the network does not know them, and nobody helps them just now."""
    return not connection.execute(select(_has_a_line(who))).scalar_one()


def _has_a_line(who: Any) -> Any:
    is_helped = tables.one_of(request.c.state, State.TAKEN)
    return or_(_is_known(who), exists().where(request.c.requester_id == who, is_helped))


def on_roster(connection: Connection) -> int:
    """How many there are on the roster, counted so far as it matters."""
    some = select(neighbor.c.id).where(neighbor.c.on_roster).limit(MOST_COUNTED).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


# The day's segments.


def spent_since(connection: Connection, moment: datetime) -> dict[Pot, int]:
    """How many segments left since then, by what they were spent on."""
    row = connection.execute(_SPENT.where(message.c.claimed_at >= moment)).one()
    return {pot: spent or 0 for pot, spent in zip(Pot, row, strict=True)}


_POT = case(
    (message.c.channel == Channel.REPLY.value, Pot.ANSWERS.value),
    (message.c.page_id.is_not(None), Pot.PAGES.value),
    else_=Pot.OTHERS.value,
)
_SPENT = select(*(func.sum(case({pot.value: message.c.segments}, value=_POT)) for pot in Pot))


def pots_of(connection: Connection, ids: Collection[int]) -> list[tuple[int, Pot, Claim]]:
    """Of these messages: the id, what it is spent on, and what it may use of what is kept: all of
    it if it is about what somebody known asked for or stewards look after."""
    about = message.outerjoin(request, request.c.number == message.c.request_number)
    whose = func.coalesce(request.c.requester_id, message.c.neighbor_id)
    looked_after = _is_looked_after(message.c.request_number)
    is_urgent = func.coalesce(request.c.urgent, false())
    claim = case(
        (or_(_is_known(whose), looked_after), Claim.ALL.name),
        (is_urgent, Claim.A_THIRD.name),
        else_=Claim.NOTHING.name,
    )
    found = select(message.c.id, _POT, claim).select_from(about).where(message.c.id.in_(ids))
    return [(number, Pot(pot), Claim[it]) for number, pot, it in connection.execute(found)]
