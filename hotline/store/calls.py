"""Questions about calls and what was recorded in them, asked and answered in one place.

Functions on a connection inside somebody's transaction: each is one question or one change.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from hotline.message import Channel
from hotline.store import digests
from hotline.store.database import Stale
from hotline.store.prepared import Prepared
from hotline.store.tables import Moment, call, message, recording


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call. `state` is the menu's, `turn` counts the documents it was answered with and
    `answer` is the last of them. `due` is None once it has ended."""

    id: int
    sid: str
    neighbor: int | None
    message_id: int | None
    state: dict[str, Any]
    turn: int
    answer: Any
    began_at: datetime
    due: datetime | None

    @property
    def is_deleted(self) -> bool:
        """Whether nothing is left of what was said in it, and nothing is to come back."""
        return digests.is_gone(self.sid)


_COLUMNS = tuple(call.c)


def call_at(connection: Connection, sid: str) -> CallRow | None:
    """The call of this name, held until the transaction ends: its steps come one by one."""
    name, gone = digests.names(connection, sid)
    rows = _AT.rows(connection, {"of": name, "gone": gone})
    return CallRow(*rows[0]) if rows else None


_AT = Prepared(
    select(*_COLUMNS).where(call.c.sid.in_([bindparam("of"), bindparam("gone")])).with_for_update()
)


def call_by_id(connection: Connection, call_id: int) -> CallRow | None:
    found = select(*_COLUMNS).where(call.c.id == call_id).with_for_update()
    row = connection.execute(found).one_or_none()
    return CallRow(*row) if row else None


def add_call(
    connection: Connection,
    sid: str,
    who: int | None,
    message_id: int | None,
    state: Mapping[str, Any],
    now: datetime,
    due: datetime,
) -> CallRow:
    """A call that begins. Raises Stale if it was written down meanwhile."""
    facts = {
        "sid": sid,
        "neighbor_id": who,
        "message_id": message_id,
        "state": dict(state),
        "turn": 0,
        "answer": None,
        "began_at": now,
        "due": due,
    }
    rows = _NEW[connection.dialect.name].rows(connection, facts)
    if not rows:
        raise Stale("the call began meanwhile")
    return CallRow(*rows[0])


_NEW = {
    dialect.dialect.name: Prepared(
        dialect.insert(call)
        .values({it.name: bindparam(it.name) for it in _COLUMNS if it is not call.c.id})
        .on_conflict_do_nothing(index_elements=[call.c.sid])
        .returning(*_COLUMNS)
    )
    for dialect in (postgresql, sqlite)
}


def save_call(
    connection: Connection,
    it: CallRow,
    state: Mapping[str, Any],
    answer: Any,
    due: datetime | None,
) -> None:
    """Where the call is now, and the document that said so."""
    facts = {"of": it.id, "state": dict(state), "turn": it.turn + 1, "answer": answer, "due": due}
    _SAVE.rows(connection, facts)


_SAVE = Prepared(
    update(call)
    .where(call.c.id == bindparam("of"))
    .values({name: bindparam(name) for name in ("state", "turn", "answer", "due")})
    .returning(call.c.id)
)


def note_state(connection: Connection, it: CallRow, state: Mapping[str, Any]) -> None:
    """Something happened that was not said in the call itself."""
    connection.execute(update(call).where(call.c.id == it.id).values(state=dict(state)))


def end_call(connection: Connection, it: CallRow, state: Mapping[str, Any]) -> None:
    """Nothing more is said. What was said last is forgotten."""
    connection.execute(
        update(call).where(call.c.id == it.id).values(state=dict(state), answer=None, due=None)
    )


def calls_due(connection: Connection, now: datetime, limit: int) -> list[int]:
    """Calls of whose end nobody told us, the oldest first."""
    return [one for (one,) in _DUE.rows(connection, {"now": now, "most": limit})]


_DUE = Prepared(
    select(call.c.id)
    .where(call.c.due <= bindparam("now"))
    .order_by(call.c.due, call.c.id)
    .limit(bindparam("most"))
)


def live_calls(connection: Connection, now: datetime) -> tuple[int, int]:
    """How many people call us at this moment, and how many of them with a hidden number."""
    ((count, hidden),) = _LIVE.rows(connection, {"now": now})
    return int(count), int(hidden)


_LIVING: tuple[Any, ...] = (
    func.count(call.c.id),
    func.count(call.c.id).filter(call.c.neighbor_id.is_(None)),
)
_LIVE = Prepared(select(*_LIVING).where(call.c.due > bindparam("now"), call.c.message_id.is_(None)))


def begun_since(connection: Connection, who: int, moment: datetime) -> int:
    """How often somebody has called us since then."""
    theirs = select(func.count()).where(call.c.neighbor_id == who, call.c.message_id.is_(None))
    return connection.execute(theirs.where(call.c.began_at > moment)).scalar_one()


# What we call to say.


@dataclass(frozen=True, slots=True)
class Reason:
    """What somebody is called for: to be asked about a request, or to be told `body`; `machine`
    is left on an answering machine instead."""

    neighbor: int
    body: str
    machine: str | None
    page_id: int | None
    request_number: int | None


def reason(connection: Connection, message_id: int) -> Reason | None:
    """None if there is no such call of ours."""
    row = connection.execute(
        select(
            *(message.c.neighbor_id, message.c.body, message.c.on_machine),
            *(message.c.page_id, message.c.request_number),
        ).where(message.c.id == message_id, message.c.channel == Channel.CALL.value)
    ).one_or_none()
    return Reason(*row) if row else None


def call_about(connection: Connection, message_id: int, sid: str) -> CallRow | None:
    """The call that was made to say this, if somebody or something answered it."""
    is_it = call.c.sid.in_(digests.names(connection, sid))
    found = select(*_COLUMNS).where(call.c.message_id == message_id, is_it)
    row = connection.execute(found).one_or_none()
    return CallRow(*row) if row else None


# Recordings.


def add_recording(connection: Connection, sid: str, call_id: int, now: datetime) -> None:
    """Something was recorded; known already, it stays as it is."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    new = dialect.insert(recording).values(sid=sid, call_id=call_id, recorded_at=now)
    connection.execute(new.on_conflict_do_nothing(index_elements=[recording.c.sid]))


def is_recorded(connection: Connection, sid: str) -> bool:
    found = select(recording.c.id).where(recording.c.sid == sid)
    return connection.execute(found).first() is not None


@dataclass(frozen=True, slots=True)
class RecordingOf:
    """What a recording belongs to, and since when we know of it."""

    call_id: int
    request_number: int | None
    passed_to: int | None
    since: datetime


_OF = (
    *(recording.c.call_id, recording.c.request_number, recording.c.passed_to),
    recording.c.recorded_at,
)


def note_complete(connection: Connection, sid: str, seconds: int) -> RecordingOf | None:
    """The carrier has the file. None if that is no news."""
    row = connection.execute(
        update(recording)
        .where(recording.c.sid == sid, recording.c.seconds.is_(None))
        .values(seconds=seconds)
        .returning(*_OF)
    ).one_or_none()
    return RecordingOf(*row) if row else None


def note_transcript(connection: Connection, sid: str, words: str) -> RecordingOf | None:
    """Write down what was said, the first time that somebody tells it."""
    row = connection.execute(
        update(recording)
        .where(recording.c.sid == sid, recording.c.transcript.is_(None))
        .values(transcript=words)
        .returning(*_OF)
    ).one_or_none()
    return RecordingOf(*row) if row else None


def attach_recordings(
    connection: Connection, sids: Collection[str], number: int, passed_to: int | None = None
) -> None:
    """These belong to this request: to its words, or passed on to one person."""
    connection.execute(
        update(recording)
        .where(recording.c.sid.in_(sids))
        .values(request_number=number, passed_to=passed_to)
    )


def withhold(connection: Connection, sid: str, speaker: int) -> None:
    """Nobody but who spoke may listen to this recording, which was for the other."""
    mine = update(recording).where(recording.c.sid == sid).values(passed_to=speaker)
    connection.execute(mine)


def messages_for(
    connection: Connection, number: int, who: int, now: datetime, *, by: int | None
) -> tuple[str, ...]:
    """The recordings about a request that somebody may hear, by the carrier's names, the last few:
    what the other of the conversation left for them. `by` None: whoever asked, and what they
    asked with. Of one that nobody said was complete it is believed after a while. What is to be
    written down is heard once it is: there may be words of fear in it, which do not go on."""
    facts: dict[str, Any] = {"number": number, "who": who, "by_id": by}
    facts |= {"before": now - COMPLETE_BY, "unread": now - READ_BY}
    rows = (_MESSAGES_FROM_ASKER if by is None else _MESSAGES_FROM).rows(connection, facts)
    return tuple(sid for (sid,) in reversed(rows))


COMPLETE_BY = timedelta(minutes=1)
READ_BY = timedelta(minutes=10)  # until then nobody hears what was said to them and is not read yet
MOST_MESSAGES = 4  # of at most two minutes each


def _messages(*which: ColumnElement[bool]) -> Select[tuple[str]]:
    complete = or_(
        recording.c.seconds > 0,
        and_(
            recording.c.seconds.is_(None),
            recording.c.recorded_at < bindparam("before", type_=Moment),
        ),
    )
    return (
        select(recording.c.sid)
        .where(recording.c.request_number == bindparam("number"), complete, *which)
        .order_by(recording.c.id.desc())
        .limit(MOST_MESSAGES)
    )


_FOR_ME = recording.c.passed_to == bindparam("who")
_NOT_READ = and_(
    recording.c.transcript.is_(None),
    recording.c.recorded_at > bindparam("unread", type_=Moment),
)
_MESSAGES_FROM = Prepared(
    _messages(
        and_(_FOR_ME, ~_NOT_READ),
        exists().where(call.c.id == recording.c.call_id, call.c.neighbor_id == bindparam("by_id")),
    )
)
_MESSAGES_FROM_ASKER = Prepared(
    _messages(or_(and_(_FOR_ME, ~_NOT_READ), recording.c.passed_to.is_(None)))
)


def waits_to_be_read(connection: Connection, number: int, who: int, now: datetime) -> bool:
    """Whether a recording is for them that they may not hear before it is written down."""
    facts = {"number": number, "who": who, "unread": now - READ_BY}
    return bool(_WAITING.rows(connection, facts))


_WAITING = Prepared(
    select(recording.c.id)
    .where(recording.c.request_number == bindparam("number"), _FOR_ME, _NOT_READ)
    .limit(1)
)


# Back from a backup.


def _began_by(moment: datetime) -> ColumnElement[bool]:
    return and_(call.c.due.is_not(None), call.c.began_at <= moment)


def under_way(connection: Connection, at: datetime) -> int:
    """How many calls were not over then, as far as this database knows."""
    return connection.execute(select(func.count()).where(_began_by(at))).scalar_one()


def leave_as_they_are(connection: Connection, at: datetime) -> None:
    """These are over, and what their end leads to has happened since."""
    connection.execute(update(call).where(_began_by(at)).values(due=None))
