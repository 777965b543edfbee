"""How it goes, counted: by week, and how long a YES took. Read only; every question has an index,
and none tells of a person."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Integer, Text, cast, func, select

from hotline.help_request import State
from hotline.store import tables
from hotline.tally import FirstYes, WeekCount

request, event, message = tables.request, tables.event, tables.message

MOST_ANSWERED = 4_000  # requests, the newest, whose times are looked at


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
    found = select(request.c.state, func.count().label("number")).where(
        request.c.since >= since, request.c.since < until
    )
    rows = connection.execute(found.group_by(request.c.state))
    return {it.state: it.number for it in rows}


def first_answers(connection: Connection, since: datetime) -> list[FirstYes]:
    """Of what was asked for since then and somebody said YES to."""
    first = select(func.min(event.c.id)).where(event.c.at >= since).scalar_subquery()
    answered = (
        select(
            request.c.area,
            _seconds(connection, request.c.since),
            _seconds(connection, func.min(event.c.at)),
        )
        .join(request, request.c.number == event.c.request_number)
        .where(event.c.what == "took", event.c.id >= first, request.c.since >= since)
        .group_by(request.c.number)
        .order_by(request.c.number.desc())
        .limit(MOST_ANSWERED)
    )
    return [FirstYes(*row) for row in connection.execute(answered)]


def _seconds(connection: Connection, moment: Any) -> Any:
    """Of the epoch."""
    if connection.dialect.name == "sqlite":
        return cast(func.strftime("%s", moment), Integer)
    return cast(func.floor(func.extract("epoch", moment)), Integer)


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
