"""What decides how much somebody on the roster may take, and whom they may bring: rows, read when
they do, and changed by stewards.

Functions on a connection inside somebody's transaction. What follows is in `hotline.newcomers`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from hotline.help_request import LIVE, State
from hotline.newcomers import CONFIRMED_TO_HOLD, Helper
from hotline.store import tables
from hotline.store.people import set_facts
from hotline.store.prepared import Prepared

neighbor, request, taker = tables.neighbor, tables.request, tables.taker
event = tables.event


def helper(connection: Connection, who: int) -> Helper:
    """Of somebody; what requesters confirmed is looked up for newcomers alone."""
    ((since, suspended_at, carry, carry_until),) = _HELPER.rows(connection, {"who": who})
    confirmed = _confirmed(connection, who) if since is not None else 0
    return Helper(since, suspended_at is not None, confirmed, carry, carry_until)


_HELPER = Prepared(
    select(
        *(neighbor.c.newcomer_since, neighbor.c.suspended_at),
        *(neighbor.c.carry, neighbor.c.carry_until),
    ).where(neighbor.c.id == bindparam("who"))
)


def _confirmed(connection: Connection, who: int) -> int:
    return len(_CONFIRMED.rows(connection, {"who": who, "most": CONFIRMED_TO_HOLD}))


# Done, and no answer is waited for: whoever asked said so, first or when we asked them.
_CONFIRMED = Prepared(
    select(taker.c.request_number)
    .join(request, request.c.number == taker.c.request_number)
    .where(
        taker.c.neighbor_id == bindparam("who"),
        tables.one_of(request.c.state, State.DONE),
        request.c.checked_in.is_(False),
        request.c.requester_id != taker.c.neighbor_id,
    )
    .limit(bindparam("most"))
)


def held(connection: Connection, who: int) -> tuple[int, ...]:
    """The numbers of what somebody takes that is not over, the lowest first."""
    return tuple(number for (number,) in _HELD.rows(connection, {"who": who}))


_HELD = Prepared(
    select(taker.c.request_number)
    .join(request, request.c.number == taker.c.request_number)
    .where(
        taker.c.neighbor_id == bindparam("who"),
        tables.is_at_it,
        tables.one_of(request.c.state, *LIVE),
    )
    .order_by(taker.c.request_number)
)


def vouched_since(connection: Connection, who: int, moment: datetime) -> int:
    """How many somebody brought since then."""
    theirs = select(func.count()).where(
        event.c.neighbor_id == who, event.c.what == "vouched", event.c.at > moment
    )
    return connection.execute(theirs).scalar_one()


def left_since(connection: Connection, who: int, moment: datetime) -> int:
    """How often somebody handed a request back, or was let go because they were silent."""
    theirs = select(func.count()).where(
        event.c.neighbor_id == who,
        event.c.what.in_(["handed_back", "let_go"]),
        event.c.at > moment,
    )
    return connection.execute(theirs).scalar_one()


def brought_by(connection: Connection, who: int) -> list[int]:
    """The ids of those on the roster for whom somebody vouched, the first first."""
    theirs = (
        select(event.c.about_id)
        .join(neighbor, neighbor.c.id == event.c.about_id)
        .where(event.c.neighbor_id == who, event.c.what == "vouched", neighbor.c.on_roster)
        .group_by(event.c.about_id)
        .order_by(func.min(event.c.id))
    )
    return list(connection.execute(theirs).scalars())


def let_carry(connection: Connection, who: int, most: int, until: datetime) -> None:
    """0: no more than others, from now on."""
    set_facts(connection, who, carry=most or None, carry_until=until if most else None)


def set_suspended(connection: Connection, who: int, at: datetime | None) -> None:
    """From then on they help nobody; None: they do again."""
    set_facts(connection, who, suspended_at=at)
