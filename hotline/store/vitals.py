"""Signs of life of each process, what waits, and the alarms that one alone may raise.

Functions on a connection inside somebody's transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update

from hotline.health import LastAnswer, Vitals
from hotline.message import Channel, MessageState
from hotline.store import restorations, tables
from hotline.store.database import upsert
from hotline.store.tables import alarm, heartbeat, message, page, request

FORGOTTEN = timedelta(minutes=5)  # since the last sign of life of a process that has a successor
ASKING = "asking"  # the alarms there are: neighbors are asked too late, and
DELETING = "deleting"  # the carrier does not delete what is to be forgotten
PROBE = "probe"  # the role of a row that nobody ever sees


def beat(connection: Connection, role: str, process: str, now: datetime) -> None:
    """This process is at work. Others of its role that fell silent long ago are forgotten."""
    _sign(connection, role, process, now)
    old = heartbeat.c.at < now - FORGOTTEN
    connection.execute(delete(heartbeat).where(heartbeat.c.role == role, old))


# The roles of phones that bring texts; `process` is the name of the channel.
PHONE, PINGING, RUNS_DOWN = "phone", "pinging", "battery"


def heard_of(connection: Connection, channel: str, now: datetime) -> None:
    """A phone told us something: it is there."""
    _sign(connection, PHONE, channel, now)


def pinged(connection: Connection, channel: str, now: datetime, *, is_running_down: bool) -> None:
    """And it says so by itself, again and again, with how its battery is."""
    _sign(connection, PINGING, channel, now)
    if is_running_down:
        _sign(connection, RUNS_DOWN, channel, now)
    else:
        leave(connection, RUNS_DOWN, channel)


def _sign(connection: Connection, role: str, process: str, now: datetime) -> None:
    sign = upsert(connection, heartbeat).values(role=role, process=process, at=now)
    same = (heartbeat.c.role, heartbeat.c.process)
    connection.execute(sign.on_conflict_do_update(index_elements=same, set_={"at": now}))


@dataclass(frozen=True, slots=True)
class LastHeard:
    """When a phone told us anything last; whether it ever said by itself that it is there; whether
    it said then that its battery runs down."""

    at: datetime
    pings: bool
    runs_down: bool


def last_heard(connection: Connection, channel: str) -> LastHeard | None:
    """None of one that never told us anything."""
    theirs = select(heartbeat.c.role, heartbeat.c.at).where(heartbeat.c.process == channel)
    roles = heartbeat.c.role.in_([PHONE, PINGING, RUNS_DOWN])
    found = dict(iter(connection.execute(theirs.where(roles))))
    if not found:
        return None
    return LastHeard(max(found.values()), PINGING in found, RUNS_DOWN in found)


def carry_over(connection: Connection, since: datetime, now: datetime) -> None:
    """The clock of a rehearsal went from `since` to `now` at once: who was at work then is."""
    was_alive = heartbeat.c.at > since - FORGOTTEN
    connection.execute(update(heartbeat).where(was_alive, heartbeat.c.at < now).values(at=now))


def leave(connection: Connection, role: str, process: str) -> None:
    """This process ends as it should."""
    it = heartbeat.c
    connection.execute(delete(heartbeat).where(it.role == role, it.process == process))


def running(connection: Connection, since: datetime, roles: Collection[str]) -> list[str]:
    """Which of these roles somebody has given a sign of life in since then."""
    found = select(heartbeat.c.role).where(heartbeat.c.at > since, heartbeat.c.role.in_(roles))
    return sorted(set(connection.execute(found).scalars()))


def write_nothing(connection: Connection, process: str, now: datetime) -> None:
    """A write like any other, of which nothing is left: to see whether there can be one."""
    beat(connection, PROBE, process, now)
    leave(connection, PROBE, process)


def vitals(connection: Connection) -> Vitals:
    """Everything that tells how the hotline is."""
    held = restorations.waiting(connection)
    return Vitals(
        beats=_beats(connection),
        oldest_due=oldest_due(connection),
        oldest_text=oldest_text(connection),
        last_page=connection.execute(_LAST_PAGE).scalar(),
        carrier=_last_answer(connection),
        restored_from=held.copied_at if held else None,
    )


def waiting(connection: Connection) -> Vitals:
    """Of that only what waits: it is asked for every few seconds."""
    return Vitals(oldest_due=oldest_due(connection), oldest_text=oldest_text(connection))


def _beats(connection: Connection) -> dict[str, datetime]:
    last = select(heartbeat.c.role, func.max(heartbeat.c.at, type_=tables.Moment))
    return dict(iter(connection.execute(last.group_by(heartbeat.c.role))))


def oldest_due(connection: Connection) -> datetime | None:
    """Since when the oldest request is to be looked at, or will be."""
    first = select(func.min(request.c.look_at, type_=tables.Moment))
    return connection.execute(first.where(request.c.look_at.is_not(None))).scalar()


def oldest_text(connection: Connection) -> datetime | None:
    """Since when the oldest message is to be sent or looked up, or will be."""
    first = select(func.min(message.c.due, type_=tables.Moment))
    return connection.execute(first.where(message.c.due.is_not(None))).scalar()


_LAST_PAGE = select(page.c.asked_at).where(page.c.round > tables.SHOWN).order_by(page.c.id.desc())
_LAST_PAGE = _LAST_PAGE.limit(1)


def _last_answer(connection: Connection) -> LastAnswer:
    """What became of the text that was brought to the carrier last. One on its way just now says
    nothing yet; a call may wait for the morning."""
    it = message.c
    gone = (MessageState.SENDING.value, MessageState.DROPPED.value)
    last = select(it.state, it.held_by).where(
        it.claimed_at.is_not(None), it.channel == Channel.API.value, it.state.not_in(gone)
    )
    row = connection.execute(last.order_by(it.claimed_at.desc(), it.id.desc()).limit(1)).first()
    match row:
        case None:
            return LastAnswer.NONE_YET
        case (MessageState.UNKNOWN, _):
            return LastAnswer.SILENT
        case (MessageState.WAITING, None):
            return LastAnswer.NOT_TAKEN
        case (MessageState.WAITING, _):
            return LastAnswer.REFUSED
        case _:
            return LastAnswer.TAKEN


# The alarms.


def alarm_since(connection: Connection, what: str = ASKING) -> datetime | None:
    """Since when it is so, as the stewards were told; None if they think that all is well."""
    since = select(alarm.c.since).where(alarm.c.what == what)
    return connection.execute(since).scalar()


def raise_alarm(connection: Connection, now: datetime, what: str = ASKING) -> bool:
    """Whether it was this one who raised it: nobody else did."""
    row = upsert(connection, alarm).values(what=what, since=None)
    connection.execute(row.on_conflict_do_nothing(index_elements=[alarm.c.what]))
    raised = update(alarm).where(alarm.c.what == what, alarm.c.since.is_(None))
    return connection.execute(raised.values(since=now)).rowcount == 1


def end_alarm(connection: Connection, what: str = ASKING) -> bool:
    """Whether it was this one who ended it."""
    ended = update(alarm).where(alarm.c.what == what, alarm.c.since.is_not(None))
    return connection.execute(ended.values(since=None)).rowcount == 1
