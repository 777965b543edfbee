"""What stewards write to many: questions and changes on a connection inside somebody's
transaction. To whom it goes is written down before the first text is, each person once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from hotline.broadcast import ROWS, Audience, Broadcast, BroadcastMove, BroadcastState
from hotline.message import MessageState
from hotline.roster import ANY, WHATEVER, WHEREVER
from hotline.store import tables
from hotline.store.tables import broadcast, message, neighbor, offer, recipient

_WRITTEN = (
    *(broadcast.c.id, broadcast.c.by_id, broadcast.c.at, broadcast.c.state, broadcast.c.area),
    *(broadcast.c.need, broadcast.c.language, broadcast.c.calls, broadcast.c.words),
    *(broadcast.c.confirmed_by, broadcast.c.confirmed_at, broadcast.c.stopped_by),
    *(broadcast.c.ended_at, broadcast.c.batch, broadcast.c.reached, broadcast.c.due),
)


def add(
    connection: Connection, by: int, to: Audience, words: Mapping[str, str], now: datetime
) -> int:
    """A draft; its id."""
    facts = {"by_id": by, "at": now, "state": BroadcastState.DRAFT.value, "words": dict(words)}
    whom = {"area": to.area, "need": to.need, "language": to.language, "calls": to.calls}
    new = insert(broadcast).values(facts | whom).returning(broadcast.c.id)
    return int(connection.execute(new).scalar_one())


def find(connection: Connection, number: int) -> Broadcast | None:
    row = connection.execute(select(*_WRITTEN).where(broadcast.c.id == number)).one_or_none()
    return _broadcast(row) if row else None


def newest(connection: Connection, most: int) -> list[Broadcast]:
    found = select(*_WRITTEN).order_by(broadcast.c.id.desc()).limit(most)
    return [_broadcast(row) for row in connection.execute(found)]


def _broadcast(row: Any) -> Broadcast:
    number, by, at, state, area, need, language, calls, words, *more = row
    to = Audience(area, need, language, calls)
    return Broadcast(number, by, at, BroadcastState(state), to, words, *more)


def due_broadcasts(connection: Connection, now: datetime, limit: int) -> list[tuple[int, int]]:
    """Of those whose next batch is due: the id, and how many went out."""
    found = select(broadcast.c.id, broadcast.c.batch).where(broadcast.c.due <= now)
    rows = connection.execute(found.order_by(broadcast.c.due, broadcast.c.id).limit(limit))
    return [(number, batch) for number, batch in rows]


# What moves it. Each counts once: false where somebody was faster.


def _move(connection: Connection, it: Broadcast, move: BroadcastMove, **facts: Any) -> bool:
    states = [state.value for state in ROWS[move].states]
    moved = update(broadcast).where(broadcast.c.id == it.id, broadcast.c.state.in_(states))
    changed = moved.values(state=ROWS[move].next.value, **facts)
    return connection.execute(changed).rowcount == 1


def confirm(connection: Connection, it: Broadcast, by: int, now: datetime) -> bool:
    return _move(connection, it, BroadcastMove.CONFIRM, confirmed_by=by, confirmed_at=now, due=now)


def going(connection: Connection) -> list[Broadcast]:
    """Those that go out just now."""
    found = select(*_WRITTEN).where(broadcast.c.state == BroadcastState.GOING.value)
    return [_broadcast(it) for it in connection.execute(found)]


def stop(connection: Connection, it: Broadcast, by: int | None, now: datetime) -> bool:
    return _move(connection, it, BroadcastMove.STOP, stopped_by=by, ended_at=now, due=None)


def finish(connection: Connection, it: Broadcast, now: datetime) -> bool:
    return _move(connection, it, BroadcastMove.FINISH, ended_at=now, due=None)


def begin_batch(connection: Connection, it: Broadcast, reached: int, due: datetime) -> bool:
    """The next batch is for recipients up to this id, and is begun by whoever asked first."""
    mine = update(broadcast).where(
        broadcast.c.id == it.id,
        broadcast.c.batch == it.batch,
        broadcast.c.state == BroadcastState.GOING.value,
    )
    begun = mine.values(batch=it.batch + 1, reached=reached, due=due)
    return connection.execute(begun).rowcount == 1


def put_off(connection: Connection, it: Broadcast, until: datetime) -> None:
    going = broadcast.c.state == BroadcastState.GOING.value
    later = update(broadcast).where(broadcast.c.id == it.id, broadcast.c.batch == it.batch, going)
    connection.execute(later.values(due=until))


# To whom.


def _is_in(to: Audience, default: str, spoken: tuple[str, ...], but: frozenset[int]) -> Any:
    """On the roster and meant by it, whether they can be reached or not."""
    conditions: list[ColumnElement[bool]] = [
        neighbor.c.on_roster,
        neighbor.c.suspended_at.is_(None),
        neighbor.c.id.not_in(but),
    ]
    if to.area or to.need:
        where = (to.area, ANY) if to.area else (WHEREVER,)
        what = (to.need, ANY) if to.need else (WHATEVER,)
        offers = and_(offer.c.neighbor_id == neighbor.c.id, offer.c.area.in_(where))
        conditions.append(exists().where(offers, offer.c.need.in_(what)))
    if to.language:
        reads = neighbor.c.language == to.language
        if to.language == default:
            reads = or_(reads, neighbor.c.language.is_(None), neighbor.c.language.not_in(spoken))
        conditions.append(reads)
    return and_(*conditions)


_IS_CALLED = or_(neighbor.c.reach == "voice", func.coalesce(neighbor.c.trouble, "") == "landline")
_WAY = case(
    (neighbor.c.stopped_at.is_not(None), "stopped"),
    (_IS_CALLED, "called"),
    (neighbor.c.trouble.is_not(None), "unreached"),
    else_="text",
)


@dataclass(frozen=True, slots=True)
class Counted:
    """So many people of one language (None: nobody knows) are reached in one way: "text", "called",
    or not at all, "stopped" or "unreached"."""

    language: str | None
    way: str
    people: int


def counted(
    connection: Connection,
    to: Audience,
    spoken: tuple[str, ...],
    but: frozenset[int],
) -> list[Counted]:
    """`but`: none of these people."""
    found = (
        select(neighbor.c.language, _WAY, func.count())
        .where(_is_in(to, spoken[0], spoken, but))
        .group_by(neighbor.c.language, _WAY)
    )
    return [Counted(*row) for row in connection.execute(found)]


def some_of(
    connection: Connection,
    to: Audience,
    spoken: tuple[str, ...],
    but: frozenset[int],
    most: int,
) -> list[int]:
    """The ids of the first of those who would be reached."""
    found = select(neighbor.c.id).where(_is_in(to, spoken[0], spoken, but), _is_reached(to))
    return list(connection.execute(found.order_by(neighbor.c.id).limit(most)).scalars())


def _is_reached(to: Audience) -> Any:
    ways = ["text", "called"] if to.calls else ["text"]
    return _WAY.in_(ways)


def write_recipients(
    connection: Connection, it: Broadcast, spoken: tuple[str, ...], but: frozenset[int]
) -> int:
    """Everybody who would be reached now; how many."""
    found = select(literal(it.id), neighbor.c.id).where(
        _is_in(it.to, spoken[0], spoken, but), _is_reached(it.to)
    )
    put = insert(recipient).from_select(["broadcast_id", "neighbor_id"], found)
    return connection.execute(put).rowcount


def next_recipients(connection: Connection, it: Broadcast, most: int) -> list[int]:
    found = select(recipient.c.neighbor_id).where(
        recipient.c.broadcast_id == it.id, recipient.c.neighbor_id > it.reached
    )
    return list(connection.execute(found.order_by(recipient.c.neighbor_id).limit(most)).scalars())


def waits(connection: Connection, it: Broadcast) -> bool:
    """Whether something of it is still to be sent, but for what waits for a call from people who
    said QUIET."""
    theirs = select(message.c.id).where(
        message.c.broadcast_id == it.id,
        tables.on_its_way(message.c.state),
        message.c.due < tables.UNTIL_BACK,
    )
    return connection.execute(theirs.limit(1)).first() is not None


def note_written(connection: Connection, it: Broadcast, people: list[int]) -> None:
    """What was written to these, beside their names on the list."""
    theirs = select(func.min(message.c.id)).where(
        message.c.broadcast_id == it.id, message.c.neighbor_id == recipient.c.neighbor_id
    )
    of = update(recipient).where(
        recipient.c.broadcast_id == it.id, recipient.c.neighbor_id.in_(people)
    )
    connection.execute(of.values(message_id=theirs.scalar_subquery()))


# What became of it.


@dataclass(frozen=True, slots=True)
class Progress:
    """Of so many people: written to, arrived, lost; `left_out`: when their turn came there was no
    writing to them any more."""

    people: int
    written: int
    arrived: int
    lost: int
    left_out: int


def progress(connection: Connection, it: Broadcast) -> Progress:
    had_turn = func.sum(case((recipient.c.neighbor_id <= it.reached, 1), else_=0))
    had_text = func.count(recipient.c.message_id)
    theirs = select(func.count(), had_turn, had_text).where(recipient.c.broadcast_id == it.id)
    people, turns, texts = connection.execute(theirs).one()
    best = func.max(
        case(
            (tables.one_of(message.c.state, MessageState.DELIVERED), 3),
            (tables.one_of(message.c.state, *_GONE), 1),
            else_=2,
        )
    )
    each = select(best.label("best")).where(message.c.broadcast_id == it.id)
    outcomes = each.group_by(message.c.neighbor_id).subquery()
    rows = connection.execute(select(outcomes.c.best, func.count()).group_by(outcomes.c.best))
    became: dict[int, int] = {state: count for state, count in rows}  # noqa: C416 - rows are none
    return Progress(people, texts, became.get(3, 0), became.get(1, 0), (turns or 0) - texts)


_GONE = (MessageState.FAILED, MessageState.UNDELIVERED, MessageState.DROPPED)
