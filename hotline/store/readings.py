"""What a monitor reads off the hotline: how many, how late and how long. Read only; every question
has an index or an end, so that it may be asked every few seconds, and none tells of a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from hotline import undelivered
from hotline.help_request import State
from hotline.store import tables, tallies, traffic, vitals
from hotline.store.traffic import SentCounts
from hotline.undelivered import Cause

request, page = tables.request, tables.page

LAST_DAY = timedelta(days=1)
LAST_HOUR = timedelta(hours=1)
MOST_PAGES = 1_000  # the newest, of which the first ones are looked at


@dataclass(frozen=True, slots=True)
class Readings:
    """`live`: requests that are open or taken now; `of_day`: those of the last day, by how they
    stand. `first_pages`, `first_answers`: seconds from asking to the first page, and to the first
    YES, of the last day. `sent`, `lost`: of the last hour. `late`: seconds by which the oldest
    request, and the oldest text, wait to be looked at."""

    live: Mapping[State, int]
    of_day: Mapping[State, int]
    first_pages: Sequence[float]
    first_answers: Sequence[float]
    sent: SentCounts
    lost: Mapping[Cause, int]
    late: Mapping[str, float]


def read(connection: Connection, now: datetime) -> Readings:
    of_day = tallies.states_between(connection, now - LAST_DAY, now + LAST_DAY)
    answered = tallies.first_answers(connection, now - LAST_DAY)
    failures = traffic.failures_since(connection, now - LAST_HOUR)
    lost = {it.cause: it.count for it in undelivered.by_cause(failures)}
    return Readings(
        live=_live(connection),
        of_day={it: of_day.get(it.value, 0) for it in State},
        first_pages=_first_pages(connection, now - LAST_DAY),
        first_answers=[max(0.0, float(it.answered - it.asked)) for it in answered],
        sent=traffic.sent_since(connection, now - LAST_HOUR),
        lost={it: lost.get(it, 0) for it in Cause},
        late=_late(connection, now),
    )


def _live(connection: Connection) -> dict[State, int]:
    """Each counted in an index of those alone: SQLite takes it where a number is asked for, too."""
    every = select(func.count()).where(request.c.number >= tables.FIRST_NUMBER)
    is_open, is_live = (
        connection.execute(every.where(it)).scalar_one() for it in (tables.is_open, tables.is_live)
    )
    return {State.OPEN: is_open, State.TAKEN: is_live - is_open}


_newest = (
    select(page.c.request_number, page.c.asked_at, page.c.round, page.c.wave)
    .order_by(page.c.id.desc())
    .limit(MOST_PAGES)
    .subquery()
)
_FIRST = (
    select(request.c.since, func.min(_newest.c.asked_at, type_=tables.Moment))
    .join(request, request.c.number == _newest.c.request_number)
    .where(_newest.c.round == tables.SHOWN + 1, _newest.c.wave == 1)
    .group_by(request.c.number, request.c.since)
)


def _first_pages(connection: Connection, since: datetime) -> list[float]:
    rows = connection.execute(_FIRST.where(request.c.since >= since))
    return [max(0.0, (asked - began).total_seconds()) for began, asked in rows]


def _late(connection: Connection, now: datetime) -> dict[str, float]:
    found = vitals.waiting(connection)
    oldest = {"requests": found.oldest_due, "texts": found.oldest_text}
    return {
        what: max(0.0, (now - since).total_seconds()) if since else 0.0
        for what, since in oldest.items()
    }
