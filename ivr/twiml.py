"""The only file that writes TwiML for calls.

Uses Say, Play, Pause, Gather, Record, Dial, Redirect and Hangup, which compatible carriers have.
Every address is absolute, and every Gather and Record is followed by a Redirect: where nothing is
heard the carrier falls through to the next verb, and hangs up at the document's end.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from twilio.twiml.voice_response import Gather, VoiceResponse

from hotline import wire
from ivr.menu import Wait

KEY_SECONDS = 6  # of silence, before a step is said again or led on from
DIGIT_SECONDS = 8
CONSENT_SECONDS = 10
RING_SECONDS = 25  # for somebody who waits on the line
TALK_SECONDS = 3600  # and then we hang up
SILENCE_SECONDS = 5  # after which a recording ends
LONGEST_MESSAGE = 120  # seconds; what is longer is not written down by the carrier either
LONGEST_SAYING = 1000  # letters of any alphabet


@dataclass(frozen=True, slots=True)
class Spoken:
    """One thing that is heard: words in a voice, or a recording of the network's own at `file`."""

    words: str
    voice: str
    accent: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the carrier posts what it hears in answer to one document, and what became of a
    recording; `transcript` is empty where none can be made."""

    step: str
    recording: str
    transcript: str = ""


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody who is called for whoever calls: their number, ours, and where what they hear
    first is asked for."""

    phone: str
    shown: str
    whisper: str


def document(said: Sequence[Spoken], wait: Wait, to: Addresses, other: Other | None = None) -> str:
    """What is said, and what is waited for then."""
    response = VoiceResponse()
    match wait:
        case Wait.KEY:
            # No key ends it: a lone # is a key like any other, and not silence.
            _gather(response, said, to, KEY_SECONDS, num_digits=1, finish_on_key="")
            response.redirect(to.step)
        case Wait.DIGITS:
            _gather(response, said, to, DIGIT_SECONDS, finish_on_key="#")
            response.redirect(to.step)
        case Wait.MESSAGE:
            _say(response, said)
            _record(response, to)
            response.redirect(to.step)
        case Wait.TALK:
            _say(response, said)
            if other:
                _dial(response, other, to)
            response.redirect(to.step)
        case Wait.CONSENT:
            # A whisper knows no Redirect: silence is told to us as a key would be, or ends it.
            _gather(response, said, to, CONSENT_SECONDS, num_digits=1, finish_on_key="")
            response.hangup()
        case Wait.NOTHING:
            _say(response, said)
        case Wait.HANG_UP:
            _say(response, said)
            response.hangup()
    return str(response)


def nothing() -> str:
    """To a carrier that only tells us something."""
    return str(VoiceResponse())


def hang_up() -> str:
    response = VoiceResponse()
    response.hangup()
    return str(response)


def _gather(
    response: VoiceResponse, said: Sequence[Spoken], to: Addresses, seconds: int, **keys: object
) -> None:
    gather = response.gather(
        input="dtmf", action=to.step, timeout=seconds, action_on_empty_result=True, **keys
    )
    _say(gather, said)


def _dial(response: VoiceResponse, other: Other, to: Addresses) -> None:
    dial = response.dial(
        action=to.step,
        caller_id=other.shown,
        timeout=RING_SECONDS,
        time_limit=TALK_SECONDS,
        answer_on_bridge=True,
    )
    dial.number(other.phone, url=other.whisper)


def _record(response: VoiceResponse, to: Addresses) -> None:
    written = {"transcribe": True, "transcribe_callback": to.transcript} if to.transcript else {}
    response.record(
        action=to.step,
        finish_on_key="#",
        timeout=SILENCE_SECONDS,
        max_length=LONGEST_MESSAGE,
        play_beep=True,
        recording_status_callback=to.recording,
        recording_status_callback_event="completed",
        **written,
    )


def _say(where: VoiceResponse | Gather, said: Sequence[Spoken]) -> None:
    """With a pause before each choice."""
    for place, it in enumerate(said):
        if place:
            where.pause(length=1)
        if it.file:
            where.play(it.file)
            continue
        for words in _in_pieces(wire.speakable(it.words)):
            where.say(words, voice=it.voice, language=it.accent)


def _in_pieces(words: str) -> list[str]:
    """A voice says no more than 3,000 letters at once: https://www.twilio.com/docs/errors/13521"""
    if len(words) <= LONGEST_SAYING:
        return [words]
    return textwrap.wrap(words, LONGEST_SAYING)
