"""What a recording is: the sound of somebody who really spoke, or a tone with the words in it."""

from __future__ import annotations

import io
import wave

import pytest

from rehearsal import recordings


def a_wav(seconds: float) -> bytes:
    """A voice of 8000 samples a second, of two bytes each."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(b"\x01\x02" * int(8000 * seconds))
    return file.getvalue()


def test_a_sound_lasts_as_long_as_it_does() -> None:
    assert recordings.seconds_of(a_wav(seconds=2.5)) == 2.5


def test_it_does_not_matter_how_long_it_says_it_is() -> None:
    file = bytearray(a_wav(seconds=1))
    file[4:8] = file[40:44] = b"\xff\xff\xff\x7f"
    assert recordings.seconds_of(bytes(file)) == 1


@pytest.mark.parametrize("file", [b"", b"RIFF", a_wav(seconds=0), a_wav(seconds=1)[:30]])
def test_what_is_no_sound_is_refused(file: bytes) -> None:
    with pytest.raises(ValueError, match=r"wav|nothing was said"):
        recordings.seconds_of(file)


def test_the_words_are_in_the_sound_and_in_no_voice() -> None:
    assert recordings.words_in(recordings.sound(3, "milk, please")) == "milk, please"
    assert recordings.words_in(a_wav(seconds=1)) == ""
