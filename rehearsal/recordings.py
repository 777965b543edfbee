"""What a Record has kept: its shapes in the REST API, and its sound.

Plain values and plain functions. Nobody here really speaks, so the sound is a soft tone; the words
go with it as a comment in the file, so that one can tell whose recording is played to whom.
"""

import io
import math
import struct
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rehearsal.calls import CarrierCall
from rehearsal.lists import is_within
from rehearsal.messages import API_VERSION, Form, Line, rfc2822
from rehearsal.twiml import Address

FILTERS = ("CallSid", *(f"DateCreated{sign}" for sign in ("", "<", ">")))
RATE = 8000  # samples a second, of one byte
LONGEST_SOUND = 10  # seconds; a longer recording has a shorter file all the same


@dataclass(eq=False)
class Recording:
    """`words`: what was said in it. `tell` and `transcript`: whom to tell of it, empty for none.
    `file`: a wav, where somebody really spoke."""

    sid: str
    call: CarrierCall
    created: datetime
    seconds: int
    words: str
    tell: Address
    transcript: Address | None
    events: frozenset[str]
    status: str = "processing"
    file: bytes = b""


def uri_of(line: Line, sid: str = "", of: CarrierCall | None = None) -> str:
    """The path of one recording, or of all of them, or of all of one call."""
    of_call = f"/Calls/{of.sid}" if of else ""
    recordings = f"/{API_VERSION}/Accounts/{line.account_sid}{of_call}/Recordings"
    return f"{recordings}/{sid}.json" if sid else f"{recordings}.json"


def sound_url(recording: Recording, line: Line) -> str:
    """Where its sound is; with `.wav` as well as without."""
    return f"{line.api_url}{uri_of(line, recording.sid).removesuffix('.json')}"


def as_json(recording: Recording, line: Line) -> dict[str, object]:
    """The recording in the carrier's published shape."""
    uri = uri_of(line, recording.sid)
    is_done = recording.status == "completed"
    return {
        "account_sid": line.account_sid,
        "api_version": API_VERSION,
        "call_sid": recording.call.sid,
        "channels": 1,
        "conference_sid": None,
        "date_created": rfc2822(recording.created),
        "date_updated": rfc2822(recording.created),
        "duration": str(recording.seconds) if is_done else "-1",
        "encryption_details": None,
        "error_code": None,
        "media_url": sound_url(recording, line),
        "price": None,
        "price_unit": "USD",
        "sid": recording.sid,
        "source": "RecordVerb",
        "start_time": rfc2822(recording.created - timedelta(seconds=recording.seconds)),
        "status": recording.status,
        "subresource_uris": {
            "add_on_results": uri.replace(".json", "/AddOnResults.json"),
            "transcriptions": uri.replace(".json", "/Transcriptions.json"),
        },
        "uri": uri,
    }


def as_json_of_call(recording: Recording, line: Line) -> dict[str, object]:
    """The same where it is listed under its call."""
    left_out = ("media_url", "subresource_uris")
    shape = {k: v for k, v in as_json(recording, line).items() if k not in left_out}
    return {**shape, "uri": uri_of(line, recording.sid, recording.call), "track": "both"}


def chosen(recordings: Sequence[Recording], asked: Form) -> list[Recording]:
    """The recordings that a list request asks for, newest first. Raises ValueError."""
    is_from_then, call = is_within(asked, "DateCreated"), asked.get("CallSid") or None
    return [
        it
        for it in reversed(recordings)
        if call in (None, it.call.sid) and is_from_then(it.created)
    ]


def sound_of(recording: Recording) -> bytes:
    return recording.file or sound(recording.seconds, recording.words)


def sound(seconds: int, words: str) -> bytes:
    """A wav of about this length, with the words as its comment."""
    samples = range(RATE * min(seconds, LONGEST_SOUND))
    tone = bytes(128 + round(20 * math.sin(2 * math.pi * 440 * it / RATE)) for it in samples)
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(1)
        writer.setframerate(RATE)
        writer.writeframes(tone)
    comment = words.encode()
    comment += b"\0" * (1 + (len(comment) + 1) % 2)
    comment = b"INFO" + b"ICMT" + struct.pack("<L", len(comment)) + comment
    written = file.getvalue() + b"LIST" + struct.pack("<L", len(comment)) + comment
    return written[:4] + struct.pack("<L", len(written) - 8) + written[8:]


def seconds_of(file: bytes) -> float:
    """How long a wav is. Raises ValueError for anything else."""
    try:
        with wave.open(io.BytesIO(file)) as reader:
            sound = reader.readframes(reader.getnframes())  # the header may say anything
            a_second = reader.getframerate() * reader.getsampwidth() * reader.getnchannels()
            seconds = float(len(sound) / a_second)
    except (wave.Error, EOFError, ZeroDivisionError):
        raise ValueError("that is no sound: send a wav") from None
    if not seconds:
        raise ValueError("nothing was said")
    return seconds


def words_in(file: bytes) -> str:
    """The words of a recording of ours, wherever it was kept; empty for any other file."""
    _, mark, rest = file.rpartition(b"INFOICMT")
    size = struct.unpack("<L", rest[:4])[0] if len(rest) > 4 else 0
    return rest[4 : 4 + size].rstrip(b"\0").decode(errors="replace") if mark else ""
