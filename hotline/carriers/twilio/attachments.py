"""What the carrier takes along with a text, and how much of it; what it plays in a call.

https://www.twilio.com/docs/messaging/guides/accepted-mime-types (as of July 2026) and
https://help.twilio.com/articles/360018832773. It looks at the Content-Type of what it fetches, and
fails the whole text for one file that is not what that says, or of a type that it does not know.
Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hotline.attachment import type_by_bytes
from hotline.cleaning import cleaned

RESIZED = {"image/jpeg", "image/png", "image/gif"}  # by the carrier, for each phone
TAKEN = RESIZED | {
    *("image/heic", "image/heif", "image/bmp", "image/tiff"),
    *("audio/amr", "audio/3gpp", "audio/3gpp2", "audio/mp4", "audio/mpeg", "audio/ogg"),
    *("audio/vnd.wave", "audio/basic", "audio/webm"),
    *("video/3gpp", "video/3gpp2", "video/mp4", "video/mpeg", "video/quicktime", "video/webm"),
    *("text/vcard", "text/calendar", "application/pdf"),
}
MOST_BYTES = 5_000_000  # of all that goes with one text
MOST_NOT_RESIZED = 600_000  # bytes of these: more is refused by some of the networks behind it

# What it plays in a call, and the name it knows that by:
# https://www.twilio.com/docs/voice/twiml/play#supported-audio-file-types
PLAYED = {"audio/mpeg": "audio/mpeg", "audio/vnd.wave": "audio/x-wav", "audio/aiff": "audio/aiff"}
CALLED_SO = frozenset(
    {
        *("audio/mpeg", "audio/mp3", "audio/wav", "audio/wave", "audio/x-wav", "audio/vnd.wave"),
        *("audio/aiff", "audio/x-aiff"),
    }
)
"""What voice messages call themselves that can be played."""


@dataclass(frozen=True, slots=True)
class File:
    """A file, by what its bytes are (None: nobody knows) and how many there are."""

    type: str | None
    size: int

    @classmethod
    def of(cls, file: bytes) -> File:
        return cls(type_by_bytes(file), len(file))


def as_passed_on(file: bytes) -> bytes | None:
    """Without where it was taken; None for what cannot be cleaned, or is too large to be whole."""
    return cleaned(file) if len(file) <= MOST_BYTES else None


def can_go(files: Sequence[File | None]) -> list[bool]:
    """Which of these go along with one text: what fits, in their order. None: it is not there."""
    all_bytes = not_resized = 0
    found: list[bool] = []
    for it in files:
        size, heavy = (it.size, it.size * (it.type not in RESIZED)) if it else (0, 0)
        fits = all_bytes + size <= MOST_BYTES and not_resized + heavy <= MOST_NOT_RESIZED
        goes = it is not None and it.type in TAKEN and fits
        if goes:
            all_bytes, not_resized = all_bytes + size, not_resized + heavy
        found.append(goes)
    return found
