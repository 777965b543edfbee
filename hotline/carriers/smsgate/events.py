"""What the phone tells us, read: a text that came in, what became of one of ours, a sign of life.

https://docs.sms-gate.app/features/webhooks/. Each event is JSON in one POST, is told again until we
answer, and comes in any order. Pure: it decides nothing.

The app names a text that came in by 32 bits of its words, number and moment: two texts may share
that, and whoever has the name can guess at the number. We name it by its event, which is the same
at each try. So `EVENTS` are registered once each, under ids of ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from hotline import wire
from hotline.attachment import Attachment
from hotline.carriers import origins
from hotline.carriers.smsgate.health import health_in
from hotline.carriers.smsgate.reasons import reason_of
from hotline.errors import BadForm
from hotline.inbound import LONGEST_BODY, MOST_ATTACHMENTS, Delivery, Origin, Ping, TextIn
from hotline.message import MessageMove

EVENTS: Final = (
    *("sms:received", "sms:sent", "sms:delivered", "sms:failed"),
    *("mms:downloaded", "system:ping"),
)
"""Those that we want to be told. `mms:received` comes before the words of the same message do."""

LARGEST_EVENT = 4 * 1024 * 1024  # bytes: pictures come in it
LONGEST_SENDER = 200  # letters read of whom it is from
LONGEST_REASON = 500  # letters read
LONGEST_EVENT_ID = 36  # letters

_EVENT_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,36}")
_OUR_ID: Final = re.compile(r"([a-z0-9]{1,12})-([0-9]{1,14})-[0-9a-f]{8}")
_MEDIA_TYPE: Final = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+_-]{0,60}")
_MOVES: Final = {
    "sms:sent": MessageMove.SEND,
    "sms:delivered": MessageMove.DELIVER,
    "sms:failed": MessageMove.MISS,
}

# "Pending" and "Processed": it is in the phone, and has not left.
_STATES: Final = {
    "Sent": MessageMove.SEND,
    "Delivered": MessageMove.DELIVER,
    "Failed": MessageMove.MISS,
}

Payload = Mapping[str, object]


def read(
    body: bytes, name: str, prefix: str, country: str, *, sim: int | None = None
) -> TextIn | Delivery | Ping | None:
    """What an event says; None for what is nothing to us: other events, texts that we did not
    send, another SIM of the same phone than `sim`. `name`: what the channel is called. `prefix`:
    what our ids begin with. `country`: where digits without a + are from. Raises BadForm."""
    event = _object(body)
    kind, payload = event.get("event"), event.get("payload")
    if not isinstance(kind, str):
        raise BadForm("event is missing or is no word")
    if kind not in EVENTS:
        return None
    if not isinstance(payload, dict):
        raise BadForm("payload is missing or is no object")
    if kind == "system:ping":
        health = health_in(payload.get("health"))
        return Ping(health.battery, health.is_charging)
    if _is_of_another_sim(payload, sim):
        return None
    if kind in _MOVES:
        return _delivery(_MOVES[kind], payload, name, prefix)
    return _text(kind, payload, f"{name}:{_event_id(event)}", country)


def _object(body: bytes) -> Payload:
    if len(body) > LARGEST_EVENT:
        raise BadForm("the event is larger than any event is")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise BadForm("the event is no JSON") from None
    if not isinstance(found, dict):
        raise BadForm("the event is no object")
    return found


def _event_id(event: Payload) -> str:
    found = event.get("id")
    if not isinstance(found, str) or not _EVENT_ID.fullmatch(found):
        raise BadForm("id is missing or is no name of an event")
    return found


def _is_of_another_sim(payload: Payload, sim: int | None) -> bool:
    """Many phones do not say which it was: then it is ours."""
    told = payload.get("simNumber")
    return sim is not None and isinstance(told, int) and told != sim


# What became of a text of ours.


def _delivery(move: MessageMove, payload: Payload, name: str, prefix: str) -> Delivery | None:
    named = _words(payload, "messageId", LONGEST_EVENT_ID)
    found = _OUR_ID.fullmatch(named)
    if found is None or found[1] != prefix:
        return None
    message_id, sid = int(found[2]), f"{name}:{named}"
    if move is not MessageMove.MISS:
        return Delivery(message_id, sid, move)
    why = reason_of(_words(payload, "reason", LONGEST_REASON))
    return Delivery(message_id, sid, move, why.kind, why.code, why.pause)


def delivery_in(document: Payload, message_id: int, sid: str) -> Delivery | None:
    """The same by the state in which the phone has a text of ours, which has one recipient; None
    while it has not left."""
    listed = document.get("recipients")
    recipient = listed[0] if isinstance(listed, list) and listed else None
    said = recipient if isinstance(recipient, dict) else document
    move = _STATES.get(str(said.get("state")))
    if move is not MessageMove.MISS:
        return Delivery(message_id, sid, move) if move else None
    why = reason_of(str(said.get("error") or "")[:LONGEST_REASON])
    return Delivery(message_id, sid, move, why.kind, why.code, why.pause)


# A text that came in.


def _text(kind: str, payload: Payload, sid: str, country: str) -> TextIn:
    is_mms = kind == "mms:downloaded"
    written = _words(payload, "sender", LONGEST_SENDER) or _words(
        payload, "phoneNumber", LONGEST_SENDER
    )
    if not written.strip():
        raise BadForm("sender is missing")
    number = origins.number(written, country)
    words = _words(payload, "body" if is_mms else "message", LONGEST_BODY)
    return TextIn(
        sid,
        number or origins.as_it_came(written),
        words,
        _attachments(payload.get("attachments"), sid) if is_mms else (),
        origin=Origin.PHONE if number else Origin.MACHINE,
    )


def _attachments(listed: object, sid: str) -> tuple[Attachment, ...]:
    """That there were some, and of which kind. There is no address where anybody could fetch them
    later, and none are kept: whoever asks this carrier for one is told that it cannot."""
    named = listed if isinstance(listed, list) else []
    kinds = [_media_type(it) for it in named[:MOST_ATTACHMENTS] if isinstance(it, dict)]
    return tuple(Attachment(f"{sid}/{place}", kind) for place, kind in enumerate(kinds))


def _media_type(attachment: Payload) -> str:
    named = _words(attachment, "contentType", LONGEST_SENDER).partition(";")[0].strip().lower()
    return named if _MEDIA_TYPE.fullmatch(named) else ""


def _words(payload: Payload, field: str, longest: int) -> str:
    """Empty where there are none. Raises BadForm for what is no words."""
    found = payload.get(field)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise BadForm(f"{field} is no words")
    return wire.speakable(found[: 2 * longest])[:longest]
