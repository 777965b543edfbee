"""What a phone posts, read: a text that came in, or what became of one of ours. Pure.

https://docs.sms-gate.app/features/webhooks/, and WebHookEvent in the app's OpenAPI description.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from hotline import phone, wire
from hotline.carriers.smsgate.reasons import reason_of
from hotline.errors import BadForm
from hotline.inbound import LONGEST_BODY, Delivery, Origin, TextIn
from hotline.message import MessageMove

LONGEST_SENDER = 100
LONGEST_REASON = 400

EVENTS: Final = ("sms:received", "sms:sent", "sms:delivered", "sms:failed")
"""Those that we ask to be told of, and which every version of the app has."""
PICTURES: Final = "mms:downloaded"
"""Newer versions tell of pictures, too."""
_MOVES: Final = {
    "sms:sent": MessageMove.SEND,
    "sms:delivered": MessageMove.DELIVER,
    "sms:failed": MessageMove.MISS,
}


# Our id of a text, as the phone keeps it: with a digest of what it says and to whom, so that
# another text is never taken for it, be it of a database that began anew.


def id_of(message_id: int, to: str, body: str) -> str:
    """At most 36 letters, as the app wants it."""
    digest = hashlib.sha256(f"{to}\n{body}".encode()).hexdigest()[:16]
    return f"h{message_id}-{digest}"


def _message_id(known_as: str) -> int | None:
    """None of what is no text of ours."""
    found = re.fullmatch(r"h([0-9]{1,12})-[0-9a-f]{16}", known_as)
    return int(found[1]) if found else None


def read(body: bytes, name: str, country: str) -> TextIn | Delivery | None:
    """What was posted to the channel of this name; None where it is nothing to us. `country`: where
    digits without a + are from. Raises BadForm."""
    event = _object(_json(body), "the event")
    payload = _object(event.get("payload"), "payload")
    kind = _text(event, "event")
    if kind in ("sms:received", PICTURES):
        return _text_in(kind, _text(event, "id"), payload, name, country)
    return _became(kind, payload, name)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise BadForm("the body is no JSON") from None


def _object(it: Any, called: str) -> Mapping[str, Any]:
    if not isinstance(it, dict):
        raise BadForm(f"{called} is missing or is no object")
    return it


def _text(it: Mapping[str, Any], field: str) -> str:
    """Empty where there is none."""
    value = it.get(field)
    return wire.speakable(value) if isinstance(value, str) else ""


def _text_in(kind: str, event: str, payload: Mapping[str, Any], name: str, country: str) -> TextIn:
    written = _text(payload, "sender") or _text(payload, "phoneNumber")
    if not written:
        raise BadForm("sender is missing")
    found = phone.sender(written, country)
    is_person = found is not None and not phone.is_short_code(found)
    # Of what came with words and pictures only the words can be had from here.
    said = _text(payload, "body" if kind == PICTURES else "message")
    return TextIn(
        f"{name}:{_name_of(event, payload)}",
        found if found and is_person else " ".join(written.split())[:LONGEST_SENDER],
        said[:LONGEST_BODY],
        origin=Origin.PHONE if is_person else Origin.MACHINE,
        carrier=name,
    )


def _name_of(event: str, payload: Mapping[str, Any]) -> str:
    """The same for each try and each webhook that tells of it. The app makes `messageId` of the
    words: only with the moment it is a name."""
    moment = _text(payload, "receivedAt")
    if not moment:
        if not event:
            raise BadForm("id is missing")
        return event[:36]
    parts = (_text(payload, it) for it in ("messageId", "phoneNumber", "sender", "message", "body"))
    return hashlib.sha256("\n".join([moment, *parts]).encode()).hexdigest()[:32]


def _became(kind: str, payload: Mapping[str, Any], name: str) -> Delivery | None:
    known_as = _text(payload, "messageId")
    move, number = _MOVES.get(kind), _message_id(known_as)
    if move is None or number is None:
        return None
    sid = f"{name}:{known_as}"
    if move is not MessageMove.MISS:
        return Delivery(number, sid, move)
    it = reason_of(_text(payload, "reason")[:LONGEST_REASON])
    return Delivery(number, sid, move, it.why, it.code, it.pause)
