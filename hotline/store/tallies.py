"""How it goes, counted: by week, and how long a YES took. Read only; every question has an index,
and none tells of a person."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

from sqlalchemy import (
    Connection,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    type_coerce,
)

from hotline.help_request import State
from hotline.store import tables
from hotline.store.prepared import Prepared
from hotline.tally import FirstYes, WeekCount

request, event, message = tables.request, tables.event, tables.message

MOST_ANSWERED = 1_000  # requests, the newest, whose times are looked at


def weeks(connection: Connection, starts: Sequence[datetime]) -> list[WeekCount]:
    """Of the weeks between these moments: what was asked for in each, and what became of it."""
    return [_week(connection, *week) for week in pairwise(starts)]


def _week(connection: Connection, since: datetime, until: datetime) -> WeekCount:
    states = states_between(connection, since, until)
    done = states.get(State.DONE.value, 0)
    taken = done + states.get(State.TAKEN.value, 0)
    return WeekCount(since, sum(states.values()), taken, done)


def states_between(connection: Connection, since: datetime, until: datetime) -> dict[str, int]:
    """How many requests of that time stand how."""
    return dict(_STATES.rows(connection, {"since": since, "until": until}))


_STATES = Prepared(
    select(request.c.state, func.count())
    .where(
        request.c.since >= bindparam("since", type_=tables.Moment),
        request.c.since < bindparam("until", type_=tables.Moment),
    )
    .group_by(request.c.state)
)


def first_answers(connection: Connection, since: datetime) -> list[FirstYes]:
    """Of what was asked for since then and somebody said YES to, the newest."""
    found: dict[int, FirstYes] = {}
    facts = {"since": since, "most": MOST_ANSWERED}
    for number, area, asked, answered in _ANSWERED.rows(connection, facts):
        it = FirstYes(area, _seconds(asked), _seconds(answered))
        if number not in found or it.answered < found[number].answered:
            found[number] = it
    return list(found.values())


_yes = (
    select(event.c.request_number, event.c.at)
    .where(event.c.what == literal_column("'took'"))
    .order_by(event.c.id.desc())
    .limit(bindparam("most"))
    .subquery()
)
_ANSWERED = Prepared(
    select(
        request.c.number,
        request.c.area,
        type_coerce(request.c.since, Text),
        type_coerce(_yes.c.at, Text),
    )
    .join(request, request.c.number == _yes.c.request_number)
    .where(
        request.c.since >= bindparam("since", type_=tables.Moment),
        _yes.c.at >= bindparam("since", type_=tables.Moment),
    )
)


def _seconds(moment: datetime | str) -> int:
    """Of the epoch: as the database has it, which is faster for thousands."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return int(moment.timestamp())


def pages_since(connection: Connection, since: datetime) -> int:
    """How many texts that ask somebody left since then."""
    left = select(func.count()).where(message.c.claimed_at >= since, message.c.page_id.is_not(None))
    return connection.execute(left).scalar_one()


def not_found_since(connection: Connection, since: datetime) -> list[tuple[tuple[str, ...], int]]:
    """What was asked for since then and nobody was found for, whether it waits or was withdrawn:
    the needs, and how often."""
    needs = cast(request.c.needs, Text)
    found = (
        select(needs, func.count())
        .where(
            request.c.since >= since,
            tables.one_of(request.c.state, State.OPEN, State.WITHDRAWN),
            request.c.told_nobody_at.is_not(None),
        )
        .group_by(needs)
    )
    return [(tuple(json.loads(kept)), count) for kept, count in connection.execute(found)]
