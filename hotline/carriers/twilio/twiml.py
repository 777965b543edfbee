"""Answers in TwiML: the only file that writes it.

Written as strings: a tree of elements costs more than everything that it says. Uses Message, Say,
Play, Pause, Gather, Record, Dial, Redirect and Hangup, which compatible carriers have. Every
address is absolute, and every Gather and Record is followed by a Redirect: where nothing is heard
the carrier falls through to the next verb, and hangs up at the document's end.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from hotline import wire
from hotline.carriers.twilio import addresses
from hotline.carriers.twilio.voices import voice_of
from hotline.document import Document, Said, Wait
from hotline.store.messages import Replied

KEY_SECONDS = 6  # of silence, before a step is said again or led on from
DIGIT_SECONDS = 8
CONSENT_SECONDS = 10
LONGEST_RING = 25  # seconds, for somebody who waits on the line
TALK_SECONDS = 3600  # and then we hang up
SILENCE_SECONDS = 5  # after which a recording ends
LONGEST_MESSAGE = 120  # seconds; what is longer is not written down by the carrier either
LONGEST_SAYING = 1000  # letters of any alphabet
_WRITTEN_IN = {("en", "US"), ("en", "CA")}  # where the carrier can write down what was said


NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response />'


def written_in(country: str) -> frozenset[str]:
    """The languages in which the carrier writes down what was said in this country."""
    return frozenset(language for language, where in _WRITTEN_IN if where == country)


def replies(told: Iterable[Replied], public_url: str) -> str:
    """The answer to a text's sender. With nothing to say it is an empty response.

    Of each we are told its name and what became of it. One letter that XML cannot hold, in a name
    perhaps, would leave the whole answer unread.
    """
    said = "".join(
        _element(
            "Message",
            escape(wire.speakable(it.body)),
            statusCallback=addresses.text_status(public_url, it.id),
        )
        for it in told
    )
    return _response(said) if said else NOTHING


@dataclass(frozen=True, slots=True)
class Studio:
    """How the documents of one network sound, and where the carrier reaches us: its public address
    (without a slash at the end), our number, which prompts it has recorded itself ((name, language)
    to address), where a recording can be heard for a while, its country and chosen voices."""

    public_url: str
    number: str
    audio: Mapping[tuple[str, str], str]
    listen: Callable[[str], str]
    country: str
    voices: Mapping[str, str]


def document(it: Document | None, studio: Studio) -> str:
    """What is said in a call, and what is waited for then."""
    if it is None:
        return _response("<Hangup />")
    return _response("".join(_verbs(it, studio)))


def _verbs(it: Document, studio: Studio) -> Iterator[str]:
    said, on = _said(it.said, studio), _step(it, studio)
    redirect = _element("Redirect", escape(on))
    match it.wait:
        case Wait.KEY:
            # No key ends it: a lone # is a key like any other, and not silence.
            yield _gather(said, on, KEY_SECONDS, numDigits=1, finishOnKey="") + redirect
        case Wait.DIGITS:
            yield _gather(said, on, DIGIT_SECONDS, finishOnKey="#") + redirect
        case Wait.MESSAGE:
            yield said + _record(it, studio, on) + redirect
        case Wait.TALK:
            yield said + (_dial(it, studio, on) if it.connects else "") + redirect
        case Wait.CONSENT:
            # A whisper knows no Redirect: silence is told to us as a key would be, or ends it.
            yield _gather(said, on, CONSENT_SECONDS, numDigits=1, finishOnKey="") + "<Hangup />"
        case Wait.NOTHING:
            yield said
        case Wait.HANG_UP:
            yield f"{said}<Hangup />"


def _step(it: Document, studio: Studio) -> str:
    """Where the carrier asks for what comes next."""
    at = f"{studio.public_url}/voice"
    if it.is_whisper:
        return f"{at}/whisper/key?call={it.call}&turn={it.turn}"
    return f"{at}/step?turn={it.turn}"


def _gather(said: str, on: str, seconds: int, **keys: object) -> str:
    return _element(
        "Gather",
        said,
        input="dtmf",
        action=on,
        timeout=seconds,
        actionOnEmptyResult=True,
        **keys,
    )


def _dial(it: Document, studio: Studio, on: str) -> str:
    whisper = f"{studio.public_url}/voice/whisper?call={it.call}&turn={it.turn}"
    return _element(
        "Dial",
        _element("Number", escape(it.connects), url=whisper),
        action=on,
        callerId=studio.number,
        timeout=LONGEST_RING,
        timeLimit=TALK_SECONDS,
        answerOnBridge=True,
    )


def _record(it: Document, studio: Studio, on: str) -> str:
    at, is_written = f"{studio.public_url}/voice", it.language in written_in(studio.country)
    transcript = f"{at}/transcript{addresses.TRY_ON}"
    written: dict[str, object] = {}
    if is_written:
        written = {"transcribe": True, "transcribeCallback": transcript}
    return _element(
        "Record",
        "",
        action=on,
        finishOnKey="#",
        timeout=SILENCE_SECONDS,
        maxLength=LONGEST_MESSAGE,
        playBeep=True,
        recordingStatusCallback=f"{at}/recording{addresses.TRY_ON}",
        recordingStatusCallbackEvent="completed",
        **written,
    )


def _said(said: Sequence[Said], studio: Studio) -> str:
    """With a pause before each choice."""
    return '<Pause length="1" />'.join(_one(it, studio) for it in said)


def _one(it: Said, studio: Studio) -> str:
    file = studio.audio.get((it.prompt, it.language), "") if it.prompt else ""
    if it.recording:
        file = studio.listen(it.recording)
    if file:
        return _element("Play", escape(file))
    voice, accent = voice_of(it.language, studio.country, studio.voices)
    return "".join(
        _element("Say", escape(words), voice=voice, language=accent)
        for words in _in_pieces(wire.speakable(it.words))
    )


def _in_pieces(words: str) -> list[str]:
    """A voice says no more than 3,000 letters at once: https://www.twilio.com/docs/errors/13521"""
    if len(words) <= LONGEST_SAYING:
        return [words]
    return textwrap.wrap(words, LONGEST_SAYING)


def _element(name: str, content: str = "", **attributes: object) -> str:
    """`content` is written as it is."""
    shown = "".join(f" {key}={quoteattr(_plain(value))}" for key, value in attributes.items())
    return f"<{name}{shown}>{content}</{name}>" if content else f"<{name}{shown} />"


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _response(verbs: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>'
