"""All that was said about a request, as a window shows it; it only reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from hotline.message import Channel
from hotline.store import tables


@dataclass(frozen=True, slots=True)
class ConversationLine:
    """One message about a request. `who` wrote it or gets it. `failure` is why it did not arrive,
    or was given up, `error` the carrier's code for that, `held_by` for what holds it back;
    `carrier`: by which channel it came or leaves."""

    at: datetime
    who: int
    channel: Channel
    state: str
    body: str
    sid: str | None
    failure: str | None
    error: int | None
    held_by: int | None
    tries: int
    due: datetime | None
    from_id: int | None
    carrier: str | None


def conversation(connection: Connection, number: int) -> list[ConversationLine]:
    """Every message about a request, texts and calls, in the order in which they were written. Of
    one moment the text that came in is first, though its row was written last. What was spoken is
    in `calls`; a reply that names several requests is about none."""
    message = tables.message.c
    columns = (message.state, message.body, message.sid, message.failure)
    more = (
        message.error,
        message.held_by,
        message.tries,
        message.due,
        message.from_id,
        message.carrier,
    )
    rows = connection.execute(
        select(message.at, message.neighbor_id, message.channel)
        .add_columns(*columns, *more)
        .where(message.request_number == number)
        .order_by(message.at, tables.from_somebody.desc(), message.id)
    )
    return [ConversationLine(at, who, Channel(channel), *rest) for at, who, channel, *rest in rows]
