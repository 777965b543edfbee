"""Deleting what is kept no longer, a batch at a time: here, and then at the carrier by `erasure`.

Of requests that ended long ago, and of what belongs to none, go words, notes, transcripts and
answers; of calls what was keyed in and said last. People who have neither helped, asked nor written
for long are forgotten as if they had written FORGET ME. Rows stay, so that counts do. Functions on
a connection inside somebody's transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from hotline.help_request import LIVE
from hotline.store import digests, known_again, people, tables
from hotline.store.database import upsert
from hotline.store.forgetting import Erasures, emptied, erase_at_carrier, forget, without_words
from hotline.store.prepared import Prepared

neighbor, request, taker = tables.neighbor, tables.request, tables.taker
message, call, recording = tables.message, tables.call, tables.recording
page, sweep = tables.page, tables.sweep

ROWS = 100  # rows that are looked at in one transaction
MOST_REQUESTS = 10  # requests, each with all that was said about it
MOST_PEOPLE = 5  # people, each with all that tells of them
QUIET_FOR = timedelta(days=180)  # until somebody is forgotten of whom nothing is heard
PAUSE = timedelta(hours=1)  # until it is looked again, once there is nothing more
PAUSE_OF_PEOPLE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Old:
    """What a batch is about: rows after `last_id`, from before `before`."""

    last_id: int
    before: datetime
    now: datetime
    stewards: Sequence[str]

    @property
    def quiet_since(self) -> datetime:
        return self.now - QUIET_FOR


@dataclass(frozen=True, slots=True)
class Sweep:
    """One kind of what gets old. `forget` deletes a batch and returns the id it came to; None once
    there is nothing more. `begins_anew`: with the first, as what was kept may be old by now."""

    what: str
    forget: Callable[[Connection, Old], int | None]
    pause: timedelta = PAUSE
    begins_anew: bool = False


def is_due(connection: Connection, now: datetime) -> bool:
    """Whether there is a kind that does not rest, or was never looked at."""
    ((resting,),) = _RESTING.rows(connection, {"now": now})
    return bool(resting < len(SWEEPS))


_RESTING = Prepared(select(func.count()).where(sweep.c.due > bindparam("now")))


def go_on(
    it: Sweep, now: datetime, kept: timedelta, stewards: Sequence[str], connection: Connection
) -> None:
    """Delete the next batch, if one is due. `kept`: for how long words are; `stewards`: the phones
    of those who are never forgotten."""
    mine = sweep.c.what == it.what
    new = upsert(connection, sweep).values(what=it.what, last_id=0, due=now)
    connection.execute(new.on_conflict_do_nothing())
    due = select(sweep.c.last_id).where(mine, sweep.c.due <= now).with_for_update()
    last_id = connection.execute(due).scalar_one_or_none()
    if last_id is None:
        return
    came_to = it.forget(connection, Old(last_id, now - kept, now, stewards))
    if came_to is not None:
        facts = {"last_id": came_to, "due": now}
    else:
        facts = {"last_id": 0 if it.begins_anew else last_id, "due": now + it.pause}
    connection.execute(update(sweep).where(mine).values(facts))


def _is_live() -> ColumnElement[bool]:
    found: ColumnElement[bool] = tables.one_of(request.c.state, *LIVE)
    return found


# Requests that are over.


def _forget_requests(connection: Connection, old: Old) -> int | None:
    ended = select(request.c.number).where(request.c.over_since <= old.before)
    numbers = (
        connection.execute(
            ended.order_by(request.c.over_since, request.c.number).limit(MOST_REQUESTS)
        )
        .scalars()
        .all()
    )
    if not numbers:
        return None
    carrier = Erasures(connection, old.now)
    _empty_messages(connection, message.c.request_number.in_(numbers), carrier)
    _delete_recordings(connection, recording.c.request_number.in_(numbers), carrier)
    connection.execute(update(page).where(page.c.request_number.in_(numbers)).values(note=None))
    connection.execute(delete(tables.note).where(tables.note.c.request_number.in_(numbers)))
    gone = update(request).where(request.c.number.in_(numbers))
    connection.execute(gone.values(details={}, over_since=None))
    return 0


def _empty_messages(connection: Connection, which: ColumnElement[bool], carrier: Erasures) -> None:
    """Those that are not empty yet; the carrier's names for all of them go."""
    columns = (message.c.id, message.c.neighbor_id, message.c.channel, message.c.state)
    more = (message.c.sid, message.c.at, message.c.claimed_at, message.c.body)
    is_full = or_(message.c.body != "", message.c.pictures.is_not(None))
    rows = connection.execute(select(*columns, *more).where(which, is_full)).all()
    for row in rows:
        erase_at_carrier(row, carrier)
    these = message.c.id.in_([row.id for row in rows])
    connection.execute(update(message).where(these).values(emptied()))
    digests.hide_names(connection, message, which)


def _delete_recordings(
    connection: Connection, which: ColumnElement[bool], carrier: Erasures
) -> None:
    gone = delete(recording).where(which).returning(recording.c.sid, recording.c.recorded_at)
    for sid, at in connection.execute(gone).all():
        carrier.add("recording", sid, at)


# Messages that belong to no request, or came after its words were deleted.


def _forget_messages(connection: Connection, old: Old) -> int | None:
    """The others go with their request."""
    ids = _next_of(connection, message.c.id, message.c.at, old)
    if not ids:
        return None
    is_kept = exists().where(request.c.number == message.c.request_number, _keeps_words())
    _empty_messages(
        connection, and_(message.c.id.in_(ids), ~is_kept), Erasures(connection, old.now)
    )
    return ids[-1]


def _keeps_words() -> ColumnElement[bool]:
    return or_(_is_live(), request.c.over_since.is_not(None))


def _next_of(connection: Connection, number: Any, at: Any, old: Old) -> list[int]:
    """The next ids, up to the first that is not old enough: they are given in the order of time."""
    found = select(number, at).where(number > old.last_id).order_by(number).limit(ROWS)
    ids: list[int] = []
    for row_id, moment in connection.execute(found):
        if moment > old.before:
            break
        ids.append(row_id)
    return ids


# What was written to many.


def _forget_broadcasts(connection: Connection, old: Old) -> int | None:
    """Its words; those of the texts go with the messages."""
    many = tables.broadcast
    ids = _next_of(connection, many.c.id, many.c.at, old)
    if not ids:
        return None
    connection.execute(update(many).where(many.c.id.in_(ids)).values(words={}))
    return ids[-1]


# Calls.


def _forget_calls(connection: Connection, old: Old) -> int | None:
    ids = _next_of(connection, call.c.id, call.c.began_at, old)
    if not ids:
        return None
    carrier = Erasures(connection, old.now)
    found = select(call.c.id, call.c.sid, call.c.state, call.c.began_at).where(call.c.id.in_(ids))
    for row in connection.execute(found).all():
        carrier.add("call", row.sid, row.began_at)
        ended = {"state": without_words(row.state), "answer": None, "due": None}
        connection.execute(update(call).where(call.c.id == row.id).values(ended))
    digests.hide_names(connection, call, call.c.id.in_(ids))
    is_kept = exists().where(request.c.number == recording.c.request_number, _keeps_words())
    _delete_recordings(connection, and_(recording.c.call_id.in_(ids), ~is_kept), carrier)
    return ids[-1]


# People.


def _forget_people(connection: Connection, old: Old) -> int | None:
    found = select(neighbor.c.id).where(neighbor.c.id > old.last_id).order_by(neighbor.c.id)
    ids: Sequence[int] = connection.execute(found.limit(ROWS)).scalars().all()
    if not ids:
        return None
    found = select(neighbor.c.id).where(neighbor.c.id.in_(ids), *_is_quiet(old))
    quiet = connection.execute(found.order_by(neighbor.c.id)).scalars().all()
    for who in people.neighbors(connection, quiet[:MOST_PEOPLE]).values():
        forget(connection, who, old.stewards, old.now)
    return ids[-1] if len(quiet) <= MOST_PEOPLE else quiet[MOST_PEOPLE - 1]


def _is_quiet(old: Old) -> list[ColumnElement[bool]]:
    """Whoever neither helps nor asks, and has not written or called for long. Kept is who said
    STOP: as a stranger they would be texted again."""
    who = neighbor.c.id
    lately = old.quiet_since
    return [
        neighbor.c.since <= lately,
        neighbor.c.on_roster.is_(False),
        neighbor.c.stopped_at.is_(None),
        neighbor.c.suspended_at.is_(None),
        neighbor.c.phone.not_in(old.stewards),
        ~exists().where(tables.board_role.c.neighbor_id == who),
        ~exists().where(request.c.requester_id == who, _keeps_words()),
        ~exists().where(taker.c.neighbor_id == who, tables.is_at_it),
        ~exists().where(message.c.neighbor_id == who, message.c.at > lately, tables.from_somebody),
        ~exists().where(call.c.neighbor_id == who, call.c.began_at > lately),
    ]


# Digests of numbers, of whoever need not be known again.


def _forget_digests(connection: Connection, old: Old) -> int | None:
    it = known_again.known_again.c.neighbor_id
    found = select(it).where(it > old.last_id).order_by(it).limit(ROWS)
    ids = connection.execute(found).scalars().all()
    known_again.drop(connection, ids, old.before)
    return ids[-1] if ids else None


SWEEPS = (
    Sweep("requests", _forget_requests),
    Sweep("messages", _forget_messages),
    Sweep("calls", _forget_calls),
    Sweep("many", _forget_broadcasts),
    Sweep("people", _forget_people, PAUSE_OF_PEOPLE, begins_anew=True),
    Sweep("digests", _forget_digests, PAUSE_OF_PEOPLE, begins_anew=True),
)
