"""The carrier's words for calls, translated: a form comes in, TwiML goes out.

`CallSid`, `Digits` and `no-answer` stop here. It decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlalchemy import Connection

from hotline import deliveries, phone, wire
from hotline.deliveries import Delivery
from hotline.errors import BadForm
from hotline.steps import Aftermath
from ivr import calling, twiml
from ivr.calling import Desk, Ringing
from ivr.menu import Heard

LONGEST_SID = 64
MOST_KEYS = 32
LONGEST_TRANSCRIPT = 4000  # letters


def inbound(connection: Connection, desk: Desk, form: Mapping[str, str]) -> Aftermath:
    """`POST /voice`: somebody calls. Raises BadForm.

    As the fallback address it is told what could not be asked: a step, which is taken here.
    """
    if failed := _STEP.search(form.get("ErrorUrl", "")):
        return step(connection, desk, form, int(failed[1]))
    return calling.answer(connection, desk, Ringing(_sid(form), _caller(form)))


_STEP = re.compile(r"/voice/step\?turn=(\d{1,9})$")


def _caller(form: Mapping[str, str]) -> str | None:
    """None for a number that is hidden, or that the carrier found to be made up: what is between
    us and the real one is nobody else's. https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir"""
    caller = phone.sender(form.get("From", ""))
    is_made_up = form.get("StirVerstat", "").startswith("TN-Validation-Failed")
    return caller if caller and phone.is_possible(caller) and not is_made_up else None


def step(connection: Connection, desk: Desk, form: Mapping[str, str], turn: int) -> Aftermath:
    """`POST /voice/step`: keys, a recording, or silence. Raises BadForm."""
    return calling.step(connection, desk, _sid(form), turn, _heard(form))


def _heard(form: Mapping[str, str]) -> Heard:
    """Neither a key that is none nor an empty recording is anything but silence."""
    if form.get("DialCallStatus"):
        return Heard(was_bridged=_was_bridged(form))
    if form.get("RecordingSid"):
        is_empty = form.get("RecordingDuration") == "0"
        return Heard() if is_empty else Heard(recording=_recording(form))
    keys = form.get("Digits", "")[:MOST_KEYS]
    return Heard(keys=keys) if re.fullmatch(r"[0-9*#A-D]+", keys) else Heard()


def _was_bridged(form: Mapping[str, str]) -> bool:
    """Whether who answered may have talked; a machine has "completed" a call, too. Not every
    carrier says so."""
    is_over = form["DialCallStatus"] in ("completed", "answered")
    return is_over and form.get("DialBridged", "true") != "false"


def whisper(
    connection: Connection, desk: Desk, form: Mapping[str, str], call_id: int, turn: int
) -> Aftermath:
    """`POST /voice/whisper`: whom we called for a caller was reached. Raises BadForm."""
    _sid(form)
    return calling.whisper(connection, desk, call_id, turn)


def consent(
    connection: Connection, desk: Desk, form: Mapping[str, str], call_id: int, turn: int
) -> Aftermath:
    """`POST /voice/whisper/key`: their key, or silence. Raises BadForm."""
    _sid(form)
    return calling.consent(connection, desk, call_id, turn, _heard(form))


def out(connection: Connection, desk: Desk, form: Mapping[str, str], text_id: int) -> Aftermath:
    """`POST /voice/out`: a call of ours was answered. Raises BadForm."""
    by = form.get("AnsweredBy", "")
    if by == "fax":
        return Aftermath(answer=[twiml.hang_up()])
    is_machine = by.startswith("machine")
    return calling.call_out(connection, desk, _sid(form), text_id, is_machine=is_machine)


def status(
    connection: Connection, desk: Desk, form: Mapping[str, str], text_id: int | None
) -> Aftermath:
    """`POST /voice/status`: how far a call is. Raises BadForm."""
    sid, state = _sid(form), form.get("CallStatus", "")
    if state not in _OVER:
        if text_id is None:
            return Aftermath()
        return deliveries.delivered(connection, desk.house, Delivery(text_id, sid, "sent"))
    aftermath = calling.ended(connection, desk, sid)
    if text_id is not None:
        was_heard = calling.was_heard(connection, sid, text_id)
        aftermath.add(
            deliveries.call_ended(connection, desk.house, text_id, sid, was_heard=was_heard)
        )
    return aftermath


_OVER = {"completed", "busy", "no-answer", "failed", "canceled"}


def recording(connection: Connection, desk: Desk, form: Mapping[str, str]) -> Aftermath:
    """`POST /voice/recording`: the file of a recording is complete. Raises BadForm."""
    if form.get("RecordingStatus", "completed") != "completed":
        return Aftermath()
    seconds = wire.number(form.get("RecordingDuration", "")) or 0
    return calling.recorded(connection, desk, _sid(form), _recording(form), seconds)


def transcript(connection: Connection, desk: Desk, form: Mapping[str, str]) -> Aftermath:
    """`POST /voice/transcript`: what was said in a recording. Raises BadForm."""
    words = wire.speakable(form.get("TranscriptionText", "")).strip()[:LONGEST_TRANSCRIPT]
    if form.get("TranscriptionStatus") != "completed" or not words:
        return Aftermath()
    return calling.transcribed(connection, desk, _recording(form), words)


def _sid(form: Mapping[str, str]) -> str:
    sid = form.get("CallSid", "")
    if not 0 < len(sid) <= LONGEST_SID or not sid.isprintable():
        raise BadForm("CallSid is missing or is no name of a call")
    return sid


def _recording(form: Mapping[str, str]) -> str:
    sid = form.get("RecordingSid", "")
    if not 0 < len(sid) <= LONGEST_SID or not sid.isprintable():
        raise BadForm("RecordingSid is missing or is no name of a recording")
    return sid
