"""Who the network knows, and how many it does not know have asked lately.

Functions on a connection inside somebody's transaction; the rules are in `hotline.reserve`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, exists, false, func, or_, select

from hotline.help_request import HelpRequest, State
from hotline.message import Channel
from hotline.reserve import Pot
from hotline.store import tables

neighbor, request, message = tables.neighbor, tables.request, tables.message

STEWARDS_WORK = ("corrected", "reopened", "assigned")  # as `desk.step` keeps it in the record
MOST_COUNTED = 5_000  # people on a roster: what fits more is not looked for


def _is_known(who: Any) -> Any:
    """On the roster, or asked before and was helped."""
    helped = request.alias()
    return or_(
        exists().where(neighbor.c.id == who, neighbor.c.on_roster),
        exists().where(helped.c.requester_id == who, helped.c.state == State.DONE.value),
    )


def _is_looked_after(number: Any) -> Any:
    """A steward corrected it, opened it again or put somebody down for it."""
    by_stewards = tables.event.c.what.in_(STEWARDS_WORK)
    return exists().where(tables.event.c.request_number == number, by_stewards)


def is_known(connection: Connection, it: HelpRequest) -> bool:
    """Whether the network knows who asks, or its stewards have looked after what they ask for."""
    known = or_(_is_known(it.requester), _is_looked_after(it.number))
    return bool(connection.execute(select(known)).scalar_one())


def asked_since(connection: Connection, moment: datetime) -> int:
    """How many requests of strangers there were since then, whatever became of them."""
    theirs = and_(request.c.since > moment, ~_is_known(request.c.requester_id))
    return connection.execute(select(func.count()).select_from(request).where(theirs)).scalar_one()


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


def pots_of(connection: Connection, ids: Collection[int]) -> list[tuple[int, Pot, bool]]:
    """Of these messages: the id, what it is spent on, and whether what is kept is for it: it is
    about something urgent, or what somebody known asked for or stewards look after."""
    about = message.outerjoin(request, request.c.number == message.c.request_number)
    whose = func.coalesce(request.c.requester_id, message.c.neighbor_id)
    looked_after = _is_looked_after(message.c.request_number)
    is_for_it = or_(func.coalesce(request.c.urgent, false()), _is_known(whose), looked_after)
    found = select(message.c.id, _POT, is_for_it).select_from(about).where(message.c.id.in_(ids))
    return [(number, Pot(pot), kept) for number, pot, kept in connection.execute(found)]
