"""What was sent and what became of it, counted. Read only; every question has an index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from hotline.message import Channel, MessageState
from hotline.store import messages, tables, vitals
from hotline.store.messages import OVER_BUDGET

message = tables.message

MOST_FAILURES = 2_000  # pairs of a person and what they met


@dataclass(frozen=True, slots=True)
class SentCounts:
    """Of the texts that left since some moment: with the carrier, on the phone, and lost. Of those
    to be sent now: `waits_for_tomorrow`, the day's segments are used; `held`, our account is in
    trouble."""

    on_the_way: int
    arrived: int
    lost: int
    waits_for_tomorrow: int
    held: int

    @property
    def all(self) -> int:
        return self.on_the_way + self.arrived + self.lost


_LOST = (MessageState.FAILED.value, MessageState.UNDELIVERED.value)


def sent_since(connection: Connection, moment: datetime) -> SentCounts:
    left = select(message.c.state, func.count().label("number")).where(
        message.c.claimed_at >= moment, message.c.channel != Channel.CALL.value
    )
    rows = connection.execute(left.group_by(message.c.state))
    states: dict[str, int] = {it.state: it.number for it in rows}
    is_ours = message.c.held_by == OVER_BUDGET
    held = connection.execute(select(is_ours, func.count()).where(tables.held).group_by(is_ours))
    waits: dict[bool, int] = {bool(ours): count for ours, count in held}
    arrived = states.get(MessageState.DELIVERED.value, 0)
    lost = sum(states.get(it, 0) for it in _LOST)
    gone = states.get(MessageState.DROPPED.value, 0)
    waiting = states.get(MessageState.WAITING.value, 0)
    on_the_way = sum(states.values()) - arrived - lost - gone - waiting
    return SentCounts(on_the_way, arrived, lost, waits.get(True, 0), waits.get(False, 0))


@dataclass(frozen=True, slots=True)
class ChannelCounts:
    """Of one channel: how many texts left by it, how many wait for it, and when anything was heard
    of it last: a text that came in by it, or what the phone itself told."""

    left: int
    waits: int
    heard_at: datetime | None


LATELY = 10_000  # messages among which the last that came in by a channel is looked for


def of_channel(connection: Connection, name: str, since: datetime) -> ChannelCounts:
    """`since`: from when on what left is counted."""
    waits = select(func.count()).where(
        tables.on_its_way(message.c.state),
        message.c.state == MessageState.WAITING.value,
        message.c.carrier == name,
        message.c.due < tables.UNTIL_BACK,
    )
    newest = select(func.max(message.c.id)).scalar_subquery()
    came = select(func.max(message.c.at, type_=tables.Moment)).where(
        message.c.id > newest - LATELY, message.c.carrier == name, tables.from_somebody
    )
    told = vitals.last_heard(connection, name)
    heard = [connection.execute(came).scalar(), told.at if told else None]
    return ChannelCounts(
        messages.left_by(connection, name, since),
        connection.execute(waits).scalar_one(),
        max((it for it in heard if it), default=None),
    )


def segments_since(connection: Connection, moment: datetime) -> int:
    """How many left since then, all together."""
    spent = select(func.sum(message.c.segments)).where(message.c.claimed_at >= moment)
    return connection.execute(spent).scalar() or 0


def failures_since(connection: Connection, moment: datetime) -> list[tuple[str, int, int]]:
    """The name of each failure since then, whom it met, and how often."""
    met = (
        select(message.c.failure, message.c.neighbor_id, func.count())
        .where(message.c.failure.is_not(None), message.c.at >= moment)
        .group_by(message.c.failure, message.c.neighbor_id)
        .order_by(func.count().desc(), message.c.neighbor_id)
        .limit(MOST_FAILURES)
    )
    return [(failure, who, count) for failure, who, count in connection.execute(met)]
