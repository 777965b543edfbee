"""Whether there is somebody for everything, and whether it is quieter than usual: counted for the
doctor. Read only; nobody's name or number is read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Text, and_, cast, func, or_, select, true

from hotline.doctor.people import RosterSeen
from hotline.doctor.silence import (
    AREA_LOOKED_AT,
    EARLIER_WEEKS,
    HOURS_LOOKED_AT,
    TrafficSeen,
)
from hotline.hours import BadHours, Hours, parse_hours
from hotline.message import Channel, MessageState
from hotline.store import tables

neighbor, request, message, call = tables.neighbor, tables.request, tables.message, tables.call

BACK_SOON = timedelta(days=7)  # who pauses for no longer can be asked, as far as it matters here
WEEK = timedelta(weeks=1)


def roster_seen(connection: Connection, now: datetime, *, makes_calls: bool) -> RosterSeen:
    """`makes_calls`: whether we can call whom no text reaches."""
    listed = and_(neighbor.c.on_roster, neighbor.c.suspended_at.is_(None))
    reached = _is_reached(makes_calls=makes_calls)
    is_away = neighbor.c.paused_until > now + BACK_SOON
    askable = and_(listed, reached, or_(neighbor.c.paused_until.is_(None), ~is_away))
    all_, unreachable = (_count(connection, it) for it in (listed, and_(listed, ~reached)))
    areas, needs, hours = Counter[str](), Counter[str](), set[Hours]()
    for row in connection.execute(_offers(askable)):
        areas.update(dict.fromkeys(json.loads(row.areas) or [""], row.count))
        needs.update(dict.fromkeys(json.loads(row.needs) or [""], row.count))
        hours.add(_hours(row.hours))
    many = _count(connection, askable)
    return RosterSeen(all_, unreachable, many, areas, needs, tuple(hours))


def _is_reached(*, makes_calls: bool) -> Any:
    no_trouble = neighbor.c.trouble.is_(None)
    by_call = and_(neighbor.c.trouble == "landline", true() if makes_calls else ~true())
    return and_(neighbor.c.stopped_at.is_(None), or_(no_trouble, func.coalesce(by_call, False)))


def _count(connection: Connection, which: Any) -> int:
    return connection.execute(select(func.count()).select_from(neighbor).where(which)).scalar_one()


def _offers(which: Any) -> Any:
    """Alike ones together: there are few ways in which people offer something."""
    areas, needs = cast(neighbor.c.areas, Text), cast(neighbor.c.needs, Text)
    columns = (areas.label("areas"), needs.label("needs"), neighbor.c.hours)
    listed = select(*columns, func.count().label("count")).where(which)
    return listed.group_by(areas, needs, neighbor.c.hours)


def _hours(written: str) -> Hours:
    """Hours that cannot be read any more are as if there were none: who has them is asked."""
    try:
        return parse_hours(written)
    except BadHours:
        return Hours()


# How much comes in.


def traffic_seen(connection: Connection, now: datetime) -> TrafficSeen:
    weeks = tuple(_asked(connection, now - place * WEEK) for place in range(1, EARLIER_WEEKS + 1))
    came = _came_since(connection, now - HOURS_LOOKED_AT)
    return TrafficSeen(came, weeks, _by_area(connection, now - AREA_LOOKED_AT))


def _asked(connection: Connection, until: datetime) -> int:
    """How many requests came in the hours before."""
    came = and_(request.c.since > until - HOURS_LOOKED_AT, request.c.since <= until)
    return connection.execute(select(func.count()).select_from(request).where(came)).scalar_one()


def _came_since(connection: Connection, since: datetime) -> bool:
    """Whether any text or call did; the last ones are at the end of their tables."""
    last_text = select(message.c.at).where(tables.from_somebody).order_by(message.c.id.desc())
    last_call = select(call.c.began_at).where(call.c.message_id.is_(None))
    last_call = last_call.order_by(call.c.id.desc())
    found = [connection.execute(it.limit(1)).scalar() for it in (last_text, last_call)]
    return any(it is not None and it > since for it in found)


def _by_area(connection: Connection, since: datetime) -> dict[str, list[datetime]]:
    rows = connection.execute(
        select(request.c.area, request.c.since)
        .where(request.c.since > since, request.c.area.is_not(None))
        .order_by(request.c.since)
    )
    found: dict[str, list[datetime]] = {}
    for area, moment in rows:
        found.setdefault(area, []).append(moment)
    return found


# The channels.


def waits_for(connection: Connection, carrier: str, before: datetime) -> int:
    """How many texts of ours wait for a channel that were due before then."""
    theirs = select(func.count()).where(message.c.carrier == carrier, message.c.due < before)
    return connection.execute(theirs.where(message.c.at < before)).scalar_one()


def was_refused(
    connection: Connection, carrier: str, codes: Collection[int], since: datetime
) -> bool:
    """Whether a text by this channel met one of these codes since then."""
    met = select(message.c.id).where(message.c.claimed_at > since, message.c.carrier == carrier)
    return connection.execute(met.where(message.c.error.in_(codes)).limit(1)).first() is not None


def untold(connection: Connection, carrier: str, since: datetime) -> int:
    """How many texts a channel took since then of which nobody will know what became."""
    untold = select(func.count()).where(
        message.c.claimed_at > since,
        message.c.carrier == carrier,
        message.c.channel == Channel.API.value,
        message.c.state == MessageState.ACCEPTED.value,
        message.c.due.is_(None),
    )
    return connection.execute(untold).scalar_one()


# How the database is.


def log_bytes(connection: Connection) -> int | None:
    """On PostgreSQL what its log of writes takes up; None where we may not know."""
    may = select(func.has_function_privilege("pg_catalog.pg_ls_waldir()", "execute"))
    if not connection.execute(may).scalar():
        return None
    files = func.pg_ls_waldir().table_valued("name", "size", "modification")
    return int(connection.execute(select(func.coalesce(func.sum(files.c.size), 0))).scalar_one())


def is_follower(connection: Connection) -> bool:
    """On PostgreSQL whether it only follows another server."""
    return bool(connection.execute(select(func.pg_is_in_recovery())).scalar())
