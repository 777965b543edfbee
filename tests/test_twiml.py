"""What we answer with, held against the carrier's own package: the same verbs, attribute for
attribute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as some
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from hotline.carriers.twilio import twiml
from hotline.carriers.twilio.twiml import Studio
from hotline.document import Document, Said, Wait
from hotline.store.messages import Replied

US = "https://help.example.org"
STUDIO = Studio(
    US,
    "+12125550199",
    {("welcome", "en"): f"{US}/voice/audio/welcome.en.wav?a=1&b=2"},
    lambda sid: f"{US}/voice/listen/{sid}?until=1&key=2",
    "US",
    {"es": "Lupe es-US"},
)
# What XML holds, and what must be written otherwise in it.
WORDS = some.text(
    some.characters(
        exclude_categories=["Cs"], exclude_characters="\r\ufffe\uffff", min_codepoint=32
    )
    | some.sampled_from("&<>\"'"),
    max_size=40,
)


def tree(written: str) -> Any:
    """An element as values: its name, its attributes, its words and what is in it."""
    assert written.startswith('<?xml version="1.0" encoding="UTF-8"?>')
    return _values(ElementTree.fromstring(written.encode()))  # noqa: S314 - our own


def _values(it: ElementTree.Element) -> Any:
    return it.tag, it.attrib, it.text or "", [_values(one) for one in it]


# Texts.


@given(some.lists(some.builds(Replied, some.integers(1, 10**9), WORDS), max_size=3))
def test_replies_are_what_the_package_writes(told: list[Replied]) -> None:
    theirs = MessagingResponse()
    for it in told:
        callback = f"{US}/sms/status?text={it.id}#rc=3&rp=all"
        theirs.message(it.body, status_callback=callback)
    assert tree(twiml.replies(told, US)) == tree(str(theirs))


# Calls.


def say(where: Any, said: Sequence[Said]) -> None:
    voices = {"en": ("Polly.Joanna", "en-US"), "es": ("Polly.Lupe", "es-US")}
    for place, it in enumerate(said):
        if place:
            where.pause(length=1)
        if it.recording:
            where.play(f"{US}/voice/listen/{it.recording}?until=1&key=2")
        elif it.prompt == "welcome" and it.language == "en":
            where.play(f"{US}/voice/audio/welcome.en.wav?a=1&b=2")
        else:
            voice, accent = voices[it.language]
            where.say(it.words, voice=voice, language=accent)


def theirs(it: Document) -> str:
    """The same document, by the package."""
    response, on = VoiceResponse(), f"{US}/voice/step?turn={it.turn}"
    keys: dict[str, Any] = {"input": "dtmf", "action": on, "action_on_empty_result": True}
    match it.wait:
        case Wait.KEY:
            gather = response.gather(**keys, timeout=6, num_digits=1, finish_on_key="")
            say(gather, it.said)
            response.redirect(on)
        case Wait.DIGITS:
            say(response.gather(**keys, timeout=8, finish_on_key="#"), it.said)
            response.redirect(on)
        case Wait.CONSENT:
            keys["action"] = f"{US}/voice/whisper/key?call={it.call}&turn={it.turn}"
            gather = response.gather(**keys, timeout=10, num_digits=1, finish_on_key="")
            say(gather, it.said)
            response.hangup()
        case Wait.MESSAGE:
            say(response, it.said)
            record(response, it, on)
            response.redirect(on)
        case Wait.TALK:
            say(response, it.said)
            dial(response, it, on)
            response.redirect(on)
        case Wait.NOTHING:
            say(response, it.said)
        case Wait.HANG_UP:
            say(response, it.said)
            response.hangup()
    return str(response)


def record(response: VoiceResponse, it: Document, on: str) -> None:
    written = {"transcribe": True, "transcribe_callback": f"{US}/voice/transcript#rc=3&rp=all"}
    response.record(
        action=on,
        finish_on_key="#",
        timeout=5,
        max_length=120,
        play_beep=True,
        recording_status_callback=f"{US}/voice/recording#rc=3&rp=all",
        recording_status_callback_event="completed",
        **(written if it.language == "en" else {}),
    )


def dial(response: VoiceResponse, it: Document, on: str) -> None:
    if not it.connects:
        return
    dialed = response.dial(
        action=on, caller_id="+12125550199", timeout=25, time_limit=3600, answer_on_bridge=True
    )
    dialed.number(it.connects, url=f"{US}/voice/whisper?call={it.call}&turn={it.turn}")


LANGUAGES = some.sampled_from(["en", "es"])
SAID = some.builds(
    Said,
    WORDS,
    LANGUAGES,
    some.sampled_from(["", "welcome", "other"]),
    some.just("") | some.just("RE1"),
)


@pytest.mark.parametrize("wait", Wait)
def test_a_document_is_what_the_package_writes(wait: Wait) -> None:
    @given(
        some.lists(SAID, max_size=3).map(tuple),
        LANGUAGES,
        some.integers(1, 10**6),
        some.integers(1, 50),
        some.sampled_from(["", "+12125550141"]),
    )
    def written(said: tuple[Said, ...], language: str, call: int, turn: int, connects: str) -> None:
        is_whisper = wait is Wait.CONSENT
        it = Document(said, wait, language, call, turn, connects, is_whisper)
        assert tree(twiml.document(it, STUDIO)) == tree(theirs(it))

    written()


def test_with_nothing_to_say_we_hang_up() -> None:
    response = VoiceResponse()
    response.hangup()
    assert tree(twiml.document(None, STUDIO)) == tree(str(response))


def test_no_words_are_no_reply() -> None:
    assert tree(twiml.replies([], US)) == tree(str(MessagingResponse()))
