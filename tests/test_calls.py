"""Calls through the whole program: what is not a conversation in words."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

import httpx2
import pytest
from neighborhood import ACCOUNT, CAST, NETWORK, Neighborhood, open_neighborhood
from sqlalchemy import select
from test_any_call import Caller
from test_webhook_guard import Door

from hotline import settings
from hotline.errors import BadSettings
from hotline.store import store, tables
from paging import jobs

STEWARDS = NETWORK.replace("quiet =", f'stewards = ["{CAST["Cleo"]}"]\nquiet =')


@contextmanager
def town(sqlite_url: str, redis_url: str, network: str = NETWORK) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url, network) as opened:
        yield opened


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with town(sqlite_url, redis_url, STEWARDS) as opened:
        opened.put_on_roster({"phone": CAST["Ana"], "name": "Ana", "languages": "en"})
        yield opened


def ask_by_voice(maple: Neighborhood, who: str = "Maria") -> None:
    maple.call(who)
    for keys in ("1", "1", "#"):
        maple.press(who, keys)
    maple.say(who, "groceries for two, and something warm")
    maple.press(who, "#")
    maple.hang_up(who)


# Recordings.


def recordings(maple: Neighborhood) -> list[str]:
    query = select(tables.recording.c.sid)
    return list(maple.database.read(lambda c: c.execute(query).scalars().all()))


def test_what_was_said_is_heard_only_at_an_address_that_we_made(maple: Neighborhood) -> None:
    ask_by_voice(maple)
    (sid,) = recordings(maple)
    address = maple.hotline.recordings.address(sid)
    assert address.startswith(maple.address)

    found = httpx2.get(address, trust_env=False)
    assert (found.status_code, found.content[:4]) == (200, b"RIFF")
    assert found.headers["cache-control"] == "no-store"
    for wrong in (
        address.partition("?")[0],
        address.replace("key=", "key=0"),
        address.replace(sid, "RE0"),
        address.replace("until=1", "until=2"),
        address[:-1],
    ):
        assert httpx2.get(wrong, trust_env=False).status_code == 403, wrong


def test_the_address_ends_after_an_hour(maple: Neighborhood) -> None:
    ask_by_voice(maple)
    (sid,) = recordings(maple)
    address = maple.hotline.recordings.address(sid)
    maple.now.moment += (tables.NEVER.replace(hour=1) - tables.NEVER) * 1.01
    assert httpx2.get(address, trust_env=False).status_code == 403


def test_the_carrier_gives_a_recording_to_nobody_else(maple: Neighborhood) -> None:
    ask_by_voice(maple)
    (sid,) = recordings(maple)
    at = f"{maple.address}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{sid}.wav"
    assert httpx2.get(at, trust_env=False).status_code == 401


def test_a_recording_that_the_carrier_has_not_is_not_found(maple: Neighborhood) -> None:
    address = maple.hotline.recordings.address("RE" + "0" * 32)
    assert httpx2.get(address, trust_env=False).status_code == 404


def test_reference_and_length_are_kept(maple: Neighborhood) -> None:
    ask_by_voice(maple)
    columns = tables.recording.c
    query = select(columns.seconds, columns.request_number, columns.transcript)
    (row,) = maple.database.read(lambda c: c.execute(query).all())
    assert row.seconds > 0
    assert row.request_number == 12
    assert "groceries for two" in row.transcript


def test_a_request_without_a_way_back_is_marked(maple: Neighborhood) -> None:
    maple.text("Maria", "need groceries")
    maple.call("Sam", is_hidden=True)
    for keys in ("1", "1"):
        maple.press("Sam", keys)
    maple.hang_up("Sam")
    assert maple.database.read(store.without_a_way_back) == {13}


# How it sounds.


def said(maple: Neighborhood, *pressed: str) -> list[ElementTree.Element]:
    """Everything that is heard after these keys, as it is written to the carrier."""
    door = Door(maple.address, maple.hotline, httpx2.Client(base_url=maple.address))
    caller = Caller(door, CAST["Sam"])
    caller.begin()
    for keys in pressed:
        caller.does(keys)
    caller.end()
    door.http.close()
    root = ElementTree.fromstring(caller.documents[-1])  # noqa: S314 - our own
    return [it for it in root.iter() if it.tag in ("Say", "Play")]


def test_voices_fit_the_language_and_the_country(maple: Neighborhood) -> None:
    english, spanish = said(maple)[-2:]
    assert english.attrib == {"language": "en-US", "voice": "Polly.Joanna"}
    assert spanish.attrib == {"language": "es-US", "voice": "Polly.Lupe"}


def test_voices_can_be_chosen(sqlite_url: str, redis_url: str) -> None:
    chosen = NETWORK + '\n[voice]\nvoices = { es = "Polly.Mia es-MX", en = "Polly.Matthew" }\n'
    with town(sqlite_url, redis_url, chosen) as opened:
        english, spanish = said(opened)[-2:]
    assert english.attrib == {"language": "en-US", "voice": "Polly.Matthew"}
    assert spanish.attrib == {"language": "es-MX", "voice": "Polly.Mia"}


def test_a_voice_that_is_none_is_a_mistake_in_the_settings() -> None:
    with pytest.raises(BadSettings, match=r"voice\.voices"):
        settings.read_network(NETWORK + '[voice]\nvoices = { en = "<Say>" }', "hotline.toml")


def test_own_recordings_are_played_in_place_of_prompts(
    sqlite_url: str, redis_url: str, tmp_path: Path
) -> None:
    for name in ("greeting.en.wav", "choose_need-food.en.wav", "notes.txt"):
        with wave.open(str(tmp_path / name), "wb") as sound:
            sound.setparams((1, 2, 8000, 0, "NONE", ""))
            sound.writeframes(b"\0\0" * 80)
    with town(sqlite_url, redis_url, f'{NETWORK}\n[voice]\naudio = "{tmp_path}"\n') as opened:
        greeting, *_ = said(opened)
        assert (greeting.tag, greeting.text) == (
            "Play",
            f"{opened.address}/voice/audio/greeting.en.wav",
        )
        food, ride, *_ = said(opened, "1")
        assert (food.tag, ride.tag) == ("Play", "Say")
        at = f"{opened.address}/voice/audio"
        assert httpx2.get(f"{at}/greeting.en.wav", trust_env=False).content[:4] == b"RIFF"
        for hidden in ("notes.txt", "nothing.en.wav", "..%2Fhotline.db", "%2Fetc%2Fpasswd"):
            assert httpx2.get(f"{at}/{hidden}", trust_env=False).status_code == 404


# Limits, and people whom no text reaches.


def test_more_calls_at_once_than_we_answer_hear_what_else_to_do(
    sqlite_url: str, redis_url: str
) -> None:
    with town(sqlite_url, redis_url, NETWORK + "\n[limits]\ncalls_at_once = 2\n") as opened:
        for who in ("Maria", "Nora", "Sam"):
            opened.call(who)
        assert "All our lines are in use" in opened.heard("Sam")
        assert "For English" in opened.heard("Nora")
        opened.hang_up("Maria")
        opened.call("Sam")
        assert "For English" in opened.heard("Sam")


def test_whoever_gets_no_texts_is_called_when_nobody_is_free(maple: Neighborhood) -> None:
    maple.phone("Maria", "landline")
    maple.text("Ana", "STOP")
    ask_by_voice(maple)
    maple.settle()
    maple.answer("Maria")
    assert "Nobody is free for your request 1 2 yet" in maple.heard("Maria")


def test_whoever_stopped_our_texts_can_be_called(maple: Neighborhood) -> None:
    maple.text("Maria", "STOP")
    maple.call("Maria")
    for keys in ("1", "1", "#"):
        maple.press("Maria", keys)
    maple.silence(5, "Maria")
    maple.press("Maria", "1")
    assert "You stopped our messages" in maple.heard("Maria")
    maple.press("Maria", "1")
    assert "we call you" in maple.heard("Maria")
    maple.text("Ana", "yes")
    maple.answer("Maria")
    assert "Ana is taking your request 1 2" in maple.heard("Maria")


def test_a_call_from_a_country_where_we_text_nobody_is_a_request(maple: Neighborhood) -> None:
    maple.call("+525512345678")
    for keys in ("1", "1"):
        maple.press("+525512345678", keys)
    maple.hang_up("+525512345678")
    maple.settle()
    told = {it.who for it in maple.received()}
    assert told == {"Ana", "Cleo"}


def test_without_a_number_that_calls_volunteers_who_need_one_are_passed_by(
    maple: Neighborhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a messaging service alone, or a short code."""
    carrier = jobs._workshop[0].carrier
    service = {"hotline_number": None, "twilio_messaging_service_sid": "MG" + "2" * 32}
    of = carrier._environment.model_copy(update=service)
    monkeypatch.setattr(carrier, "_environment", of)
    maple.put_on_roster({"phone": CAST["Ben"], "name": "Ben", "reach": "voice"})
    for who in ("Maria", "Nora"):
        maple.text(who, "need groceries")
    assert not maple.ringing()
    assert {it.who for it in maple.received()} == {"Maria", "Nora", "Ana"}
