"""All that happened to one request, in its order, as the board shows it. Read only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, and_, or_, select

from hotline.store import record, tables
from hotline.store.conversation import conversation


class LineKind(StrEnum):
    WROTE = "wrote"  # somebody, to us
    TOLD = "told"  # somebody, by us
    CALLED = "called"  # somebody, by us, to tell them
    SPOKE = "spoke"  # somebody, in a call
    ANSWERED = "answered"  # a page
    DID = "did"  # as the record has it


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """`who` did it, or was told; `about`: whom it was about. `body`: the words. `state`: of a
    message or a page; of the record what was done. `failure`: why a message did not arrive;
    `carrier`: by which channel it left."""

    at: datetime
    kind: LineKind
    who: int | None
    body: str = ""
    state: str = ""
    failure: str | None = None
    about: int | None = None
    sid: str | None = None
    seconds: int | None = None
    carrier: str | None = None


def has_to_do(connection: Connection, number: int, who: int) -> bool:
    """Whether somebody asked for this request, takes it, or ever did: what is said of it may be
    about them."""
    request, taker, event = tables.request.c, tables.taker.c, tables.event.c
    took = and_(event.neighbor_id == who, event.what == "took")
    given = and_(event.about_id == who, event.what == "assigned")
    questions = (
        select(request.number).where(request.number == number, request.requester_id == who),
        select(taker.id).where(taker.request_number == number, taker.neighbor_id == who),
        select(event.id).where(event.request_number == number, or_(took, given)),
    )
    return any(connection.execute(it.limit(1)).first() for it in questions)


_OURS = {"reply": LineKind.TOLD, "api": LineKind.TOLD, "call": LineKind.CALLED}
_NOT_SHOWN = ("read_words", "apart", "together")  # who looks; and never who is kept from whom


def timeline(connection: Connection, number: int) -> list[TimelineLine]:
    """The oldest first. What is said in SAFE is nobody's to see, not even that it was said."""
    found = [
        *_messages(connection, number),
        *_recordings(connection, number),
        *_answers(connection, number),
        *_deeds(connection, number),
    ]
    return sorted(found, key=lambda it: it.at)


def _messages(connection: Connection, number: int) -> list[TimelineLine]:
    return [
        TimelineLine(
            it.at,
            _OURS.get(it.channel.value, LineKind.WROTE),
            it.who,
            it.body,
            it.state,
            it.failure,
            it.from_id,
            carrier=it.carrier,
        )
        for it in conversation(connection, number)
        if it.body
    ]


def _recordings(connection: Connection, number: int) -> list[TimelineLine]:
    recording, call = tables.recording.c, tables.call.c
    rows = connection.execute(
        select(recording.recorded_at, call.neighbor_id, recording.transcript, recording.passed_to)
        .add_columns(recording.sid, recording.seconds)
        .join(tables.call, call.id == recording.call_id)
        .where(recording.request_number == number)
    )
    return [
        TimelineLine(at, LineKind.SPOKE, who, body or "", "", None, to, sid, seconds)
        for at, who, body, to, sid, seconds in rows
    ]


def _answers(connection: Connection, number: int) -> list[TimelineLine]:
    page = tables.page.c
    rows = connection.execute(
        select(page.answered_at, page.neighbor_id, page.note, page.state)
        .where(page.request_number == number, page.answered_at.is_not(None))
        .where(page.round > tables.SHOWN)
    )
    return [
        TimelineLine(at, LineKind.ANSWERED, who, note or "", was) for at, who, note, was in rows
    ]


def _deeds(connection: Connection, number: int) -> list[TimelineLine]:
    return [
        TimelineLine(it.at, LineKind.DID, it.who, state=it.what, about=it.about)
        for it in record.events_about(connection, number)
        if it.what not in _NOT_SHOWN
    ]
