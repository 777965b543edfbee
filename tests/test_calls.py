"""Calls through the whole program: what is not a conversation in words."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
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
from hotline.store import messages, overview, tables
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
    address = maple.hotline.media.listening_address(sid)
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
    address = maple.hotline.media.listening_address(sid)
    maple.now.moment += (tables.NEVER.replace(hour=1) - tables.NEVER) * 1.01
    assert httpx2.get(address, trust_env=False).status_code == 403


def test_the_carrier_gives_a_recording_to_nobody_else(maple: Neighborhood) -> None:
    ask_by_voice(maple)
    (sid,) = recordings(maple)
    at = f"{maple.address}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{sid}.wav"
    assert httpx2.get(at, trust_env=False).status_code == 401


def test_a_recording_that_the_carrier_has_not_is_not_found(maple: Neighborhood) -> None:
    address = maple.hotline.media.listening_address("RE" + "0" * 32)
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
    listed = maple.database.read(lambda c: overview.listed_after(c, 0, only_open=False))
    assert [it.request.number for it in listed if not it.way_back] == [13]


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
    with town(sqlite_url, redis_url, NETWORK + "\n[limits]\ncalls_at_once = 3\n") as opened:
        for who in ("Maria", "Nora", "Sam"):  # strangers, who leave one line to people we know
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
    carrier = jobs._tools[0].carrier
    service = {"hotline_number": None, "twilio_messaging_service_sid": "MG" + "2" * 32}
    of = carrier._environment.model_copy(update=service)
    monkeypatch.setattr(carrier, "_environment", of)
    maple.put_on_roster({"phone": CAST["Ben"], "name": "Ben", "reach": "voice"})
    for who in ("Maria", "Nora"):
        maple.text(who, "need groceries")
    assert not maple.ringing()
    assert {it.who for it in maple.received()} == {"Maria", "Nora", "Ana"}


# What the carrier posts, in orders and shapes of its own.


@contextmanager
def calling(maple: Neighborhood, number: str = CAST["Maria"], **more: str) -> Iterator[Caller]:
    """A call as its posts, one by one."""
    with httpx2.Client(base_url=maple.address, trust_env=False) as http:
        caller = Caller(Door(maple.address, maple.hotline, http), number)
        caller.post("/voice", **more)
        yield caller


def words_of(maple: Neighborhood, number: int) -> list[messages.Words]:
    return maple.database.read(lambda c: messages.words_of(c, number))


def test_what_was_said_is_kept_when_the_end_comes_first(maple: Neighborhood) -> None:
    with calling(maple) as caller:
        for keys in ("1", "1", ""):
            caller.does(keys)
        path = caller.url.removeprefix(maple.address)
        caller.end()
        said = {"RecordingSid": "RE1", "RecordingDuration": "7", "Digits": "hangup"}
        for _ in range(2):
            caller.door.text({"CallSid": caller.sid, "From": caller.number, **said}, path)
    assert [it.is_recording for it in words_of(maple, 12)] == [True]


@pytest.mark.parametrize("duration", [{}, {"RecordingDuration": ""}], ids=["none", "empty"])
def test_a_recording_of_unknown_length_is_one(
    maple: Neighborhood, duration: dict[str, str]
) -> None:
    with calling(maple) as caller:
        for keys in ("1", "0"):
            caller.does(keys)
        caller.post(caller.url.removeprefix(maple.address), RecordingSid="RE1", **duration)
        assert "We have your message" in caller.heard
        caller.end()
    assert [it.is_recording for it in words_of(maple, 12)] == [True]


def test_a_recording_that_nobody_said_was_complete_is_heard_all_the_same(
    maple: Neighborhood,
) -> None:
    maple.trouble("no_callbacks", times=9)
    ask_by_voice(maple)
    maple.end_trouble()
    maple.pass_time(timedelta(minutes=11))  # nobody told us that the call was over, either
    maple.text("Ana", "yes")
    maple.call("Ana")
    assert "To hear what they need, press 5" in maple.heard("Ana")


def test_the_fallback_address_takes_the_step_that_could_not_be_taken(maple: Neighborhood) -> None:
    with calling(maple) as caller:
        caller.does("1")
        failed = {"ErrorCode": "11200", "ErrorUrl": caller.url}
        caller.post("/voice", Digits="1", **failed)
        assert "Key in the postcode" in caller.heard


def test_long_words_are_said_in_pieces(maple: Neighborhood) -> None:
    maple.text("Maria", "need " + "groceries and more " * 80)
    with calling(maple, CAST["Ana"], StirVerstat="TN-Validation-Passed-A") as caller:
        caller.does("1")
        root = ElementTree.fromstring(caller.documents[-1])  # noqa: S314 - our own
    said = [it.text or "" for it in root.iter("Say")]
    assert max(map(len, said)) <= 1000
    assert any("groceries and more" in it for it in said)


# Who is who.


@pytest.mark.parametrize("number", ["+8656696", "+266696687", "anonymous", "+7748483", "12"])
def test_callers_without_a_number_are_not_one_person(maple: Neighborhood, number: str) -> None:
    for _ in range(2):
        with calling(maple, number) as caller:
            assert "Your request" not in caller.heard
            for keys in ("1", "1"):
                caller.does(keys)
            caller.end()
    assert len(maple.requests()) == 2


def test_a_number_that_the_carrier_found_to_be_made_up_opens_no_door(maple: Neighborhood) -> None:
    maple.text("Maria", "need food")
    with calling(maple, StirVerstat="TN-Validation-Failed-A") as caller:
        assert "request" not in caller.heard
    with calling(maple, StirVerstat="TN-Validation-Passed-A") as caller:
        assert "Your request 1 2 is open" in caller.heard


def test_nobody_can_undo_a_stop_by_keying_in_the_number(maple: Neighborhood) -> None:
    maple.text("Nora", "STOP")
    maple.received()
    maple.call("Sam", is_hidden=True)
    for keys in ("1", "1", "#"):
        maple.press("Sam", keys)
    maple.silence(5, "Sam")
    for keys in (CAST["Nora"].removeprefix("+1") + "#", "1", "1"):
        maple.press("Sam", keys)
    assert "We have no number to call you back" in maple.heard("Sam")
    maple.press("Sam", "1")
    maple.settle()
    assert {it.who for it in maple.received()} == {"Ana", "Cleo"}
    query = select(tables.neighbor).where(tables.neighbor.c.phone == CAST["Nora"])
    (nora,) = maple.database.read(lambda c: c.execute(query).all())
    assert nora.stopped_at is not None
    assert nora.reach == "text"


def test_a_taker_whose_phone_turns_out_to_get_no_texts_keeps_the_request(
    maple: Neighborhood,
) -> None:
    maple.text("Maria", "need food")
    maple.text("Ana", "yes")
    maple.phone("Ana", "landline")
    maple.text("Maria", "apt 4B")
    assert [it.state for it in maple.requests()] == ["taken"]
    maple.answer("Ana")
    assert "Your neighbor says: apt 4B" in maple.heard("Ana")


def test_what_one_taker_said_is_not_heard_as_the_next_ones(maple: Neighborhood) -> None:
    maple.put_on_roster({"phone": CAST["Ben"], "name": "Ben"})
    maple.text("Maria", "need food")
    maple.text("Ana", "yes")
    maple.call("Ana")
    maple.press("Ana", "6")
    maple.say("Ana", "I am on my way with two bags")
    maple.press("Ana", "#")
    maple.text("Ana", "cant")
    maple.text("Ben", "yes")
    maple.call("Maria")
    assert "Ben is taking your request" in maple.heard("Maria")
    assert "voice messages" not in maple.heard("Maria")


def test_who_missed_our_call_and_passes_at_last_brings_nobody_else(
    maple: Neighborhood,
) -> None:
    for who in ("Ben", "Chi", "Dee"):
        maple.put_on_roster({"phone": CAST[who], "name": who, "reach": "voice", "languages": "en"})
    maple.text("Ana", "STOP")
    one = settings.Waves(sizes=(1,))
    jobs_house = jobs._tools[0].house.network
    object.__setattr__(jobs_house, "waves", one)
    maple.text("Maria", "need food")
    (ringing,) = maple.ringing().values()
    maple.never_answer(ringing)
    maple.settle()
    (second,) = maple.ringing().values()
    maple.call(ringing)
    maple.press(ringing, "2")
    assert "Thank you for telling us" in maple.heard(ringing)
    maple.settle()
    assert list(maple.ringing().values()) == [second]


def test_one_phone_rings_once_at_a_time_and_says_how_it_stands_now(maple: Neighborhood) -> None:
    maple.phone("Maria", "landline")
    ask_by_voice(maple)
    maple.text("Ana", "yes")
    maple.text("Ana", "cant")
    assert list(maple.ringing().values()) == ["Maria"]
    maple.answer("Maria")
    assert "Ana is taking your request" in maple.heard("Maria")
    maple.hang_up("Maria")
    maple.pass_time(timedelta(seconds=40))
    maple.answer("Maria")  # Ana could not make it, and nobody else was free: the latter is news
    assert "Nobody is free for your request 1 2 yet" in maple.heard("Maria")


def test_calls_wait_while_our_account_may_not_make_them(maple: Neighborhood) -> None:
    maple.phone("Maria", "landline")
    ask_by_voice(maple)
    maple.trouble("account_refused", times=3, to=CAST["Maria"])
    maple.text("Ana", "yes")
    assert not maple.ringing()
    maple.end_trouble()
    maple.pass_time(timedelta(minutes=5, seconds=5))
    maple.answer("Maria")
    assert "Ana is taking your request" in maple.heard("Maria")


def test_of_calls_in_doubt_each_is_made_once(maple: Neighborhood) -> None:
    maple.phone("Maria", "landline")
    ask_by_voice(maple)
    maple.trouble("silent_taken", to=CAST["Maria"], seconds=0.05)
    maple.trouble("no_callbacks", times=9, to=CAST["Maria"])
    maple.text("Ana", "yes")
    maple.text("Ana", "cant")
    maple.pass_time(timedelta(minutes=2))
    made = [it for it in maple.calls() if it["direction"] == "outbound-api"]
    assert len(made) <= 2
    query = select(tables.message.c.sid).where(tables.message.c.channel == "call")
    sids = maple.database.read(lambda c: c.execute(query).scalars().all())
    assert made[0]["sid"] == sids[0]
