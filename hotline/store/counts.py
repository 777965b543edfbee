"""What became of it, counted. Read only."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from hotline.page import PageState
from hotline.store import tables


@dataclass(frozen=True, slots=True)
class PersonCounts:
    """Of one person: how often they were asked, took, passed and finished; how often they asked."""

    asked: int
    took: int
    passed: int
    done: int
    requests: int


def of_person(connection: Connection, who: int) -> PersonCounts:
    page, taker, request = tables.page.c, tables.taker.c, tables.request.c
    pages = (
        select(page.state, func.count())
        .where(page.neighbor_id == who, page.round > tables.SHOWN)
        .group_by(page.state)
    )
    taken = (
        select(taker.outcome, func.count()).where(taker.neighbor_id == who).group_by(taker.outcome)
    )
    states = {str(state): int(many) for state, many in connection.execute(pages)}
    outcomes = {str(outcome): int(many) for outcome, many in connection.execute(taken)}
    own = select(func.count()).where(request.requester_id == who)
    return PersonCounts(
        sum(states.values()),
        sum(outcomes.values()),
        states.get(PageState.PASSED.value, 0),
        outcomes.get("done", 0),
        connection.execute(own).scalar_one(),
    )
