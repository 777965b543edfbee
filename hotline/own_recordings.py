"""Prompts that a network records itself: files in one folder, named by prompt and language, such as
`ask_message.es.mp3`; and what is taken for such a file.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

ENDINGS = (".mp3", ".wav")  # what every carrier plays
LARGEST_SOUND = 3_000_000  # bytes


def ending_of(sound: bytes) -> str | None:
    """By how it begins; None for what is no such sound."""
    if sound[:4] == b"RIFF" and sound[8:12] == b"WAVE":
        return ".wav"
    is_frame = len(sound) > 2 and sound[0] == 0xFF and sound[1] & 0xE6 == 0xE2  # MPEG, layer III
    return ".mp3" if sound[:3] == b"ID3" or is_frame else None


def found(folder: str, prompt: str, language: str) -> str:
    """The name of its file; empty if there is none."""
    names = (f"{prompt}.{language}{it}" for it in ENDINGS)
    return next((it for it in names if (Path(folder) / it).is_file()), "")


def keep(folder: str, prompt: str, language: str, sound: str) -> bool:
    """In the place of what was there; whether it could be written. `sound`: its bytes, as
    Latin-1."""
    content = sound.encode("latin-1")
    ending = ending_of(content)
    if ending is None:
        return False
    place = Path(folder)
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".new-", dir=place)
        with os.fdopen(handle, "wb") as written:
            written.write(content)
        remove(folder, prompt, language)
        os.replace(name, place / f"{prompt}.{language}{ending}")
    except OSError:
        return False
    return True


def remove(folder: str, prompt: str, language: str) -> bool:
    try:
        for ending in ENDINGS:
            (Path(folder) / f"{prompt}.{language}{ending}").unlink(missing_ok=True)
    except OSError:
        return False
    return True
