"""The carrier's forms, read: what came in, in our words.

`From`, `MessageSid`, `Digits` and `undelivered` stop here. Pure: it decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from hotline import wire
from hotline.attachment import Attachment
from hotline.carriers.twilio import senders
from hotline.carriers.twilio.codes import PAUSES, kind_of
from hotline.errors import BadForm
from hotline.inbound import (
    LONGEST_BODY,
    MOST_ATTACHMENTS,
    CallIn,
    Delivery,
    Heard,
    Picked,
    RecordingIn,
    TextIn,
    TranscriptIn,
)
from hotline.message import MessageMove

Form = Mapping[str, str]

LONGEST_SID = 64
LONGEST_TYPE = 80
MOST_KEYS = 32
LONGEST_TRANSCRIPT = 4000  # letters


# Texts.


def text_in(form: Form, country: str) -> TextIn:
    """Somebody, or a machine, texted. `country`: where digits without a + are from. Raises
    BadForm."""
    sid = _sid_of_text(form)
    if not form.get("From"):
        raise BadForm("From is missing")
    sender, origin = senders.origin(form["From"], country)
    body = wire.speakable(form.get("Body", ""))[:LONGEST_BODY]
    return TextIn(sid, sender, body, _attachments(form), form.get("OptOutType", ""), origin)


def text_status(form: Form, message_id: int) -> Delivery | None:
    """What became of a text of ours; None while it is on its way. Raises BadForm."""
    sid = _sid_of_text(form)
    move = _MOVES.get(form.get("MessageStatus", form.get("SmsStatus", "")))
    if move is None:
        return None
    code = wire.number(form.get("ErrorCode", ""))
    why = kind_of(code) if move is MessageMove.MISS else None
    return Delivery(message_id, sid, move, why, code, PAUSES.get(code))


_MOVES = {
    "sent": MessageMove.SEND,
    "delivered": MessageMove.DELIVER,
    "read": MessageMove.DELIVER,
    "undelivered": MessageMove.MISS,
    "failed": MessageMove.MISS,
}


def _sid_of_text(form: Form) -> str:
    return _name(
        form.get("MessageSid") or form.get("SmsSid") or form.get("SmsMessageSid") or "",
        "MessageSid is missing or is no name of a text",
    )


def _attachments(form: Form) -> tuple[Attachment, ...]:
    most = min(wire.number(form.get("NumMedia", "")) or 0, MOST_ATTACHMENTS)
    found = (
        Attachment(wire.speakable(address)[:1000], _media_type(form, place))
        for place in range(most)
        if (address := form.get(f"MediaUrl{place}", ""))
    )
    return tuple(found)


def _media_type(form: Form, place: int) -> str:
    """What it calls itself, without parameters; empty for what is no media type."""
    named = form.get(f"MediaContentType{place}", "").partition(";")[0].strip().lower()
    is_type = re.fullmatch(r"[a-z]+/[a-z0-9][a-z0-9.+_-]*", named)
    return named if is_type and len(named) <= LONGEST_TYPE else ""


# Calls.


def call_in(form: Form, country: str) -> CallIn:
    """Somebody calls. `country`: where digits without a + are from. Raises BadForm."""
    is_attested = form.get("StirVerstat", "") == "TN-Validation-Passed-A"
    return CallIn(call_sid(form), _caller(form, country), is_attested)


def _caller(form: Form, country: str) -> str | None:
    """None for a number that is hidden or nobody's, or that the carrier found to be made up: what
    is between us and the real one is nobody else's.
    https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir"""
    is_made_up = form.get("StirVerstat", "").startswith("TN-Validation-Failed")
    return None if is_made_up else senders.number(form.get("From", ""), country)


def failed_step(form: Form) -> int | None:
    """The turn of a step that could not be asked at its own address, and is told to the fallback
    address instead."""
    failed = _STEP.search(form.get("ErrorUrl", ""))
    return int(failed[1]) if failed else None


_STEP = re.compile(r"/voice/step\?turn=(\d{1,9})$")


def heard(form: Form) -> Heard:
    """A key that there is not, and an empty recording, count as silence. Raises BadForm."""
    if form.get("DialCallStatus"):
        return Heard(was_bridged=_was_bridged(form))
    if form.get("RecordingSid"):
        is_empty = form.get("RecordingDuration") == "0"
        return Heard() if is_empty else Heard(recording=_recording_sid(form))
    keys = form.get("Digits", "")[:MOST_KEYS]
    return Heard(keys=keys) if re.fullmatch(r"[0-9*#A-D]+", keys) else Heard()


def _was_bridged(form: Form) -> bool:
    """Whether who answered may have talked; a machine has "completed" a call, too. Not every
    carrier says so."""
    is_over = form["DialCallStatus"] in ("completed", "answered")
    return is_over and form.get("DialBridged", "true") != "false"


def answered_by(form: Form) -> Picked:
    by = form.get("AnsweredBy", "")
    return Picked(is_machine=by.startswith("machine"), is_fax=by == "fax")


def is_over(form: Form) -> bool:
    """Whether a call has ended."""
    return form.get("CallStatus", "") in _OVER


_OVER = {"completed", "busy", "no-answer", "failed", "canceled"}


def call_sid(form: Form) -> str:
    """The carrier's name of a call. Raises BadForm."""
    return _name(form.get("CallSid", ""), "CallSid is missing or is no name of a call")


def recording(form: Form) -> RecordingIn | None:
    """None while it is not complete. Raises BadForm."""
    if form.get("RecordingStatus", "completed") != "completed":
        return None
    seconds = wire.number(form.get("RecordingDuration", "")) or 0
    return RecordingIn(call_sid(form), _recording_sid(form), seconds)


def transcript(form: Form) -> TranscriptIn | None:
    """Without words if nobody could tell what was said; None before that. Raises BadForm."""
    words = wire.speakable(form.get("TranscriptionText", "")).strip()[:LONGEST_TRANSCRIPT]
    status = form.get("TranscriptionStatus")
    if status not in ("completed", "failed"):
        return None
    words = words if status == "completed" else ""
    return TranscriptIn(form.get("CallSid", ""), _recording_sid(form), words)


def _recording_sid(form: Form) -> str:
    wrong = "RecordingSid is missing or is no name of a recording"
    return _name(form.get("RecordingSid", ""), wrong)


def _name(sid: str, wrong: str) -> str:
    if not 0 < len(sid) <= LONGEST_SID or not sid.isprintable():
        raise BadForm(wrong)
    return sid
