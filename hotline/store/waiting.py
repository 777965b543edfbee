"""What waits for somebody who organizes, as the board shows it. Read only; every question has an
index, however many requests there are.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal_column, or_, select

from hotline.store import tables

request, neighbor, event, taker = tables.request, tables.neighbor, tables.event, tables.taker

MOST_WAITING = 100  # of each kind
DANGER_LASTS = timedelta(days=7)  # how long what was said of danger is shown, if nobody has seen it
SEEN = "seen"  # in the record: somebody at the desk has looked at it


class WaitKind(StrEnum):
    DANGER = "danger"  # somebody told of it, and nobody has seen that
    NOBODY = "nobody"  # it is open, and nobody was found
    SILENT = "silent"  # it is taken, we asked how it stands, and hear nothing
    UNREACHED = "unreached"  # our texts do not reach somebody who helps, or who asked
    NEWCOMER = "newcomer"  # somebody would like to help, and nobody has vouched for them


@dataclass(frozen=True, slots=True)
class Waiting:
    """`number`: the request that it is about; `who`: the person."""

    kind: WaitKind
    since: datetime
    number: int | None = None
    who: int | None = None


def waiting(connection: Connection, now: datetime, but: Collection[int] = ()) -> list[Waiting]:
    """Danger first, then whatever waits longest. `but`: requests of these people are left out."""
    found = [
        *_in_danger(connection, now, but),
        *_some(connection, WaitKind.NOBODY, _nobody_found().where(_is_not_of(but))),
        *_some(connection, WaitKind.SILENT, _silent().where(_is_not_of(but))),
        *_people(connection, WaitKind.UNREACHED, _unreached()),
        *_people(connection, WaitKind.NEWCOMER, _newcomers()),
    ]
    return sorted(found, key=lambda it: (it.kind is not WaitKind.DANGER, it.since))


def _is_not_of(people: Collection[int]) -> ColumnElement[bool]:
    return request.c.requester_id.not_in(people)


def _some(connection: Connection, kind: WaitKind, found: Select[Any]) -> list[Waiting]:
    rows = connection.execute(found.limit(MOST_WAITING))
    return [Waiting(kind, since, number) for number, since in rows]


def _people(connection: Connection, kind: WaitKind, found: Select[Any]) -> list[Waiting]:
    rows = connection.execute(found.limit(MOST_WAITING))
    return [Waiting(kind, since, who=who) for who, since in rows]


def _in_danger(connection: Connection, now: datetime, but: Collection[int]) -> list[Waiting]:
    """Beginning with what was said of danger, of which there is little: asked for by request, the
    database might begin with all of the record."""
    theirs = select(request.c.number).where(request.c.requester_id.in_(but))
    later = event.alias("later")
    seen = select(later.c.id).where(
        later.c.request_number == event.c.request_number,
        later.c.what == SEEN,
        later.c.id > event.c.id,
    )
    found = (
        select(event.c.request_number, event.c.at)
        .where(tables.danger_said, event.c.at > now - DANGER_LASTS, ~seen.exists())
        .where(event.c.request_number.is_not(None), event.c.request_number.not_in(theirs))
        .order_by(event.c.at.desc(), event.c.id.desc())
    )
    since = {it.request_number: it.at for it in connection.execute(found)}  # the first holds
    return [Waiting(WaitKind.DANGER, at, number) for number, at in since.items()]


def _nobody_found() -> Select[Any]:
    found = select(request.c.number, request.c.since)
    return found.where(tables.is_open, request.c.told_nobody_at.is_not(None)).order_by(
        request.c.number
    )


def _silent() -> Select[Any]:
    found = select(request.c.number, request.c.since)
    return found.where(tables.is_silent).order_by(request.c.number)


def _unreached() -> Select[Any]:
    asked = select(request.c.number).where(
        request.c.requester_id == neighbor.c.id, tables.one_of(request.c.state, "open", "taken")
    )
    is_wanted = or_(and_(neighbor.c.on_roster, neighbor.c.reach != "voice"), asked.exists())
    found = select(neighbor.c.id, neighbor.c.since)
    return found.where(tables.has_trouble, neighbor.c.suspended_at.is_(None), is_wanted).order_by(
        neighbor.c.id
    )


def _newcomers() -> Select[Any]:
    found = select(neighbor.c.id, func.coalesce(neighbor.c.joining_since, neighbor.c.since))
    return found.where(neighbor.c.code.is_not(None), neighbor.c.suspended_at.is_(None)).order_by(
        neighbor.c.code  # which has an index: in the order of ids all people would be read
    )


@dataclass(frozen=True, slots=True)
class LiveCounts:
    """How many requests are open, and how many are taken."""

    open: int
    taken: int


def under_way(connection: Connection) -> LiveCounts:
    open_now = select(func.count()).select_from(request).where(tables.is_open)
    taken_now = select(func.count(taker.c.request_number.distinct())).join(
        request, request.c.number == taker.c.request_number
    )
    is_taken = and_(tables.is_live, request.c.state == literal_column("'taken'"))
    return LiveCounts(
        connection.execute(open_now).scalar_one(),
        connection.execute(taken_now.where(tables.is_at_it, is_taken)).scalar_one(),
    )
