"""On the board, what people read and hear from us: in one's own words, and in one's own voice."""

from __future__ import annotations

import io
import re
import wave
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest
from boarding import AtTheBoard
from neighborhood import CAST, NETWORK, Neighborhood, open_neighborhood

from hotline import own_recordings


def sound() -> bytes:
    """A tenth of a second of nothing."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8000)
        written.writeframes(bytes(1600))
    return file.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recordings"


@pytest.fixture
def maple(
    sqlite_url: str, redis_url: str, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Neighborhood]:
    monkeypatch.setattr("serving.audio.LOOKS_AFTER", 0.0)
    network = (
        NETWORK.replace("[hotline]", f'[hotline]\nstewards = ["{CAST["Cleo"]}"]')
        + f'\n[voice]\naudio = "{folder}"\n[board]\ndesk = ["{CAST["Dee"]}"]\n'
    )
    file = tmp_path / "hotline.toml"
    with open_neighborhood(sqlite_url, redis_url, network, file=file) as opened:
        yield opened


def speaks(board: AtTheBoard, content: bytes, prompt: str = "greeting", tongue: str = "es") -> int:
    """Sends a sound file for a prompt."""
    fields = {"in": tongue, "prompt": prompt}
    files = {"sound": ("x", content)}
    origin = {"origin": board.maple.address}
    answer = board.http.post("/settings/prompts/keep", data=fields, files=files, headers=origin)
    board.page = answer.text
    return answer.status_code


def test_every_sentence_is_shown_in_each_language(cleo: AtTheBoard) -> None:
    assert "{network}: got it, your request is {number}." in cleo.goes_to("/settings/words?in=en")
    assert "{network}: recibido" in cleo.goes_to("/settings/words?in=es")


def test_a_question_is_answered_in_ones_own_words(maple: Neighborhood, cleo: AtTheBoard) -> None:
    cleo.goes_to("/settings/form/answers")
    (digest,) = re.findall(r'name="digest" value="(\w+)"', cleo.page)
    cleo.sends("/settings/form/answers", {"digest": digest, "who.en": "We are the\r\nlibrary."})
    text = unescape(re.findall(r'<textarea name="text"[^>]*>(.*?)</textarea>', cleo.page, re.S)[0])
    cleo.sends("/settings/save", {"digest": digest, "text": text})
    assert maple.text("Sam", "who are you?")["replies"] == ["We are the library."]
    assert "in your own words" in cleo.goes_to("/settings/words?in=en")


def test_a_prompt_of_ones_own_is_heard_in_the_next_call(
    maple: Neighborhood, cleo: AtTheBoard, folder: Path
) -> None:
    speaks(cleo, sound(), "greeting", "en")
    assert "From now on people hear this recording." in unescape(cleo.page)
    assert (folder / "greeting.en.wav").read_bytes() == sound()
    assert 'src="/voice/audio/greeting.en.wav"' in cleo.page
    assert maple.hotline.studio.audio["greeting", "en"].endswith("/voice/audio/greeting.en.wav")
    assert "greeting.en.wav" in str(maple.call("Maria"))
    cleo.sends("/settings/prompts/remove", {"in": "en", "prompt": "greeting"})
    assert list(folder.iterdir()) == []


def test_a_new_recording_takes_the_place_of_the_old(cleo: AtTheBoard, folder: Path) -> None:
    speaks(cleo, b"ID3" + bytes(100))
    speaks(cleo, sound())
    assert [it.name for it in folder.iterdir()] == ["greeting.es.wav"]


@pytest.mark.parametrize("content", [b"", b"<html>", b"MZ" + bytes(100), b"RIFF0000AVI "])
def test_what_is_no_sound_is_refused(cleo: AtTheBoard, folder: Path, content: bytes) -> None:
    assert speaks(cleo, content) == 422
    assert not folder.exists()


@pytest.mark.parametrize("prompt", ["../../evil", "greeting.en.wav/..", "none", ""])
def test_no_name_leads_out_of_the_folder(cleo: AtTheBoard, tmp_path: Path, prompt: str) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert speaks(cleo, sound(), prompt) == 422
    assert sorted(tmp_path.rglob("*")) == before
    cleo.sends("/settings/prompts/remove", {"in": "es", "prompt": prompt})
    assert cleo.status == 422


def test_what_is_too_large_is_refused(cleo: AtTheBoard, folder: Path) -> None:
    assert speaks(cleo, sound() + bytes(own_recordings.LARGEST_SOUND + 20_000)) == 413
    assert not folder.exists()


def test_who_is_at_the_desk_changes_no_voice(maple: Neighborhood, folder: Path) -> None:
    with closing(AtTheBoard(maple)) as dee:
        dee.signs_in("Dee")
        assert speaks(dee, sound()) == 403
    assert not folder.exists()
