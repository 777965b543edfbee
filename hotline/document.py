"""What a call is answered with, in words of our own: say this, then wait for that.

Pure. A carrier's folder writes it in its language. Each knows where the carrier asks for what
comes next.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Wait(StrEnum):
    """What is waited for, once everything is said."""

    KEY = "key"  # one key
    DIGITS = "digits"  # keys until #
    MESSAGE = "message"  # a recording
    TALK = "talk"  # the end of a call to somebody else
    CONSENT = "consent"  # one key of who is called, without which we hang up
    NOTHING = "nothing"  # both can talk
    HANG_UP = "hang up"


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that is heard: `words` in a language, by the `prompt`'s name where it is one of
    ours; or a `recording`, by the carrier's name of it."""

    words: str
    language: str
    prompt: str = ""
    recording: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """The `turn` of a call, by its row's id, in which this is said. `connects` is the number of
    whoever is called for the caller. `is_whisper`: it is for whom we called for them."""

    said: tuple[Said, ...] = ()
    wait: Wait = Wait.HANG_UP
    language: str = ""
    call: int = 0
    turn: int = 0
    connects: str = ""
    is_whisper: bool = False


GOODBYE = Document()  # nothing to say: hang up


def as_json(it: Document) -> list[Any]:
    """To be kept, should it be asked for again."""
    said = [[one.words, one.language, one.prompt, one.recording] for one in it.said]
    return [said, it.wait.value, it.language, it.call, it.turn, it.connects, it.is_whisper]


def from_json(kept: Any) -> Document:
    """As it was kept; of what is forgotten nothing is left to say."""
    if not kept:
        return GOODBYE
    said, wait, *rest = kept
    return Document(tuple(Said(*one) for one in said), Wait(wait), *rest)
