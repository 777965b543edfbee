"""Two who talk through us: who is called, when nobody is, and what the carrier posts about it.

What is said is in `conversations/call_talk_*.txt`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import httpx2
import pytest
from neighborhood import CAST, NUMBER, Neighborhood, open_neighborhood
from sqlalchemy import select, update
from test_any_call import Caller
from test_webhook_guard import Door, encoded

from hotline.settings import Environment
from hotline.store import tables

ANA, BEN, MARIA = CAST["Ana"], CAST["Ben"], CAST["Maria"]
BACK, NOBODY, NOT_NOW = "You are back with", "Nobody could come", "We cannot call them right now"


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    """Ana has taken Maria's request 12."""
    with open_neighborhood(sqlite_url, redis_url) as opened:
        for who in ("Ana", "Ben"):
            opened.put_on_roster({"phone": CAST[who], "name": who, "languages": "en"})
        opened.text("Maria", "need food")
        opened.text("Ana", "yes")
        opened.received()
        yield opened


@contextmanager
def calling(maple: Neighborhood, number: str) -> Iterator[Caller]:
    """A call as its posts, one by one."""
    with httpx2.Client(base_url=maple.address, trust_env=False) as http:
        caller = Caller(Door(maple.address, maple.hotline, http), number)
        caller.begin()
        yield caller


def dialed(caller: Caller, **more: str) -> str:
    """What the caller hears once who was called is gone."""
    caller.post(caller.url.removeprefix(caller.door.address), **more)
    return caller.heard


def is_hung_up(document: str) -> bool:
    return [it.tag for it in ElementTree.fromstring(document)] == ["Hangup"]  # noqa: S314 - ours


def states(maple: Neighborhood) -> list[str]:
    return [it.state for it in maple.requests()]


# Who is called, and what they see.


@pytest.mark.parametrize(("who", "other"), [("Maria", "Ana"), ("Ana", "Maria")])
def test_neither_sees_or_hears_a_number(maple: Neighborhood, who: str, other: str) -> None:
    maple.call(who)
    maple.press(who, "1")
    maple.answer(other)
    maple.press(other, "1")
    maple.hang_up(other)
    (leg,) = [it for it in maple.calls() if it["direction"] == "outbound-dial"]
    assert (leg["from"], leg["to"], leg["phone"]) == (NUMBER, CAST[other], CAST[other])
    for call in maple.calls():
        said = "".join(it["words"] for it in call["heard"]).replace(" ", "")
        assert not any(phone[-7:] in said for phone in CAST.values())


def test_a_step_that_is_asked_for_twice_calls_once(maple: Neighborhood) -> None:
    maple.call("Maria")
    maple.trouble("steps_twice", to=MARIA)
    maple.press("Maria", "1")
    assert list(maple.ringing().values()) == ["Ana"]
    maple.trouble("steps_twice", to=ANA, times=2)
    maple.answer("Ana")
    maple.press("Ana", "1")
    maple.trouble("steps_twice", to=MARIA)
    maple.hang_up("Ana")
    assert BACK in maple.heard("Maria")
    assert len([it for it in maple.calls() if it["phone"] == ANA]) == 1


def test_without_a_number_that_calls_nobody_is_called(maple: Neighborhood) -> None:
    maple.hotline.line = replace(maple.hotline.line, can_call=False)
    maple.call("Maria")
    assert "To talk to Ana" not in maple.heard("Maria")
    maple.press("Maria", "1")
    assert NOT_NOW in maple.heard("Maria")
    assert not maple.ringing()


@pytest.mark.parametrize(("number", "calls"), [(NUMBER, NUMBER), ("22395", ""), (None, "")])
def test_a_short_code_or_a_service_alone_makes_no_calls(number: str | None, calls: str) -> None:
    assert Environment.model_construct(hotline_number=number).calling_number == calls


def test_nobody_abroad_is_called(maple: Neighborhood) -> None:
    maple.text("Ana", "done")
    maple.call("+525512345678")
    for keys in ("1", "1"):
        maple.press("+525512345678", keys)
    maple.hang_up("+525512345678")
    maple.text("Ana", "yes 13")
    maple.call("Ana")
    maple.press("Ana", "1")
    assert NOT_NOW in maple.heard("Ana")
    assert not maple.ringing()


# Who may talk to whom is what holds at that moment.


def test_the_next_taker_is_not_put_through_on_the_last_ones_phone(maple: Neighborhood) -> None:
    with calling(maple, MARIA) as caller:
        caller.does("1")
        number, path = caller.called
        assert number == ANA
        fields = {"CallSid": "CA-leg", "To": ANA}
        gather = caller.whispered(fields, path)[0]
        maple.text("Ana", "cant")
        maple.text("Ben", "yes 12")
        key = gather.attrib["action"].removeprefix(maple.address)
        for at in (path, key):
            again = caller.door.text(fields | {"Digits": "1"}, at)
            assert is_hung_up(again.text), "Ana has nothing to do with it any more"
        heard = dialed(caller, DialCallStatus="completed", DialBridged="true")
        assert NOBODY in heard
        caller.end()


@pytest.mark.parametrize("change", ["cant", "done"])
def test_a_taker_who_is_none_any_more_is_put_through_to_nobody(
    maple: Neighborhood, change: str
) -> None:
    with calling(maple, ANA) as caller:
        assert "To talk to the neighbor who asked" in caller.heard
        maple.text("Ana", change)
        caller.does("1")
        assert caller.waits_for == ""
        assert "That request is over, or no longer yours" in caller.heard
        caller.end()


def test_who_pressed_the_key_too_late_is_not_put_through(maple: Neighborhood) -> None:
    """The request ended while the whisper was heard."""
    with calling(maple, ANA) as caller:
        caller.does("1")
        maple.text("Maria", "never mind")
        assert not caller.answered("1")
        assert "no longer yours" in dialed(caller, DialCallStatus="completed")
        caller.end()


def test_a_whisper_is_for_one_turn_of_one_call(maple: Neighborhood) -> None:
    with calling(maple, MARIA) as caller:
        caller.does("1")
        path = caller.called[1]
        fields = {"CallSid": "CA-leg", "To": ANA}
        for wrong in ("/voice/whisper", path + "7", path.replace("call=", "call=9")):
            assert is_hung_up(caller.door.text(fields, wrong).text)
        caller.end()
        assert is_hung_up(caller.door.text(fields, path).text), "nobody is there any more"


# What the carrier posts.


def test_nobody_but_the_carrier_puts_people_through(maple: Neighborhood) -> None:
    with calling(maple, MARIA) as caller:
        caller.does("1")
        path = caller.called[1]
        key = path.replace("/whisper?", "/whisper/key?")
        form = encoded({"CallSid": "CA-leg", "To": ANA, "Digits": "1"})
        step = caller.url.removeprefix(maple.address)
        for at in (path, key, step):
            for signature in (None, "c2lnbmVkIGJ5IG5vYm9keQ=="):
                refused = caller.door.post(form, signature, at)
                assert (refused.status_code, refused.text) == (403, "")
        assert NOBODY in dialed(caller, DialCallStatus="completed", DialBridged="true")
        caller.end()


@pytest.mark.parametrize(
    ("key", "told", "heard"),
    [
        ("1", {"DialCallStatus": "completed", "DialBridged": "true"}, BACK),
        ("1", {"DialCallStatus": "completed"}, BACK),  # not every carrier says so
        ("1", {"DialCallStatus": "completed", "DialBridged": "false"}, NOBODY),
        ("2", {"DialCallStatus": "completed"}, NOBODY),
        ("", {"DialCallStatus": "completed", "DialBridged": "true"}, NOBODY),
        ("", {"DialCallStatus": "busy"}, NOBODY),
        ("", {"DialCallStatus": "failed"}, NOBODY),
        ("", {"DialCallStatus": "canceled"}, NOBODY),
        ("", {}, NOBODY),
    ],
)
def test_they_talked_only_if_the_key_was_pressed(
    maple: Neighborhood, key: str, told: dict[str, str], heard: str
) -> None:
    with calling(maple, MARIA) as caller:
        caller.does("1")
        assert caller.answered(key) == (key == "1")
        assert heard in dialed(caller, **told)
        caller.end()


def test_a_hang_up_in_the_middle_of_it_loses_nothing(maple: Neighborhood) -> None:
    with calling(maple, MARIA) as caller:
        caller.does("1")
        assert caller.answered("1")
        caller.end()
        late = {"CallSid": caller.sid, "From": MARIA, "DialCallStatus": "completed"}
        for _ in range(2):
            answer = caller.door.text(late, caller.url.removeprefix(maple.address))
            assert is_hung_up(answer.text)
    assert states(maple) == ["taken"]
    assert maple.received() == []


def test_a_long_talk_is_not_taken_for_a_call_that_was_lost(maple: Neighborhood) -> None:
    maple.call("Maria")
    maple.press("Maria", "1")
    maple.answer("Ana")
    maple.press("Ana", "1")
    maple.pass_time(timedelta(minutes=50))
    maple.hang_up("Ana")
    assert BACK in maple.heard("Maria")


def test_a_talk_ends_after_an_hour(maple: Neighborhood) -> None:
    maple.call("Maria")
    maple.press("Maria", "1")
    maple.answer("Ana")
    maple.press("Ana", "1")
    maple.pass_time(timedelta(minutes=61))
    assert maple.call_of("Ana")["status"] == "completed"


def test_a_call_that_an_older_version_wrote_down_goes_on(maple: Neighborhood) -> None:
    with calling(maple, MARIA) as caller:
        call = tables.call

        def forget(connection: object) -> None:
            (state,) = connection.execute(select(call.c.state)).scalars()  # type: ignore[attr-defined]
            old = {name: it for name, it in state.items() if name not in ("talk", "partner")}
            connection.execute(update(call).values(state=old))  # type: ignore[attr-defined]

        maple.database.write(forget)
        caller.does("1")
        assert caller.waits_for == "Dial"
        caller.end()


# What was asked for, heard by who took it.


def test_a_taker_hears_the_recording_as_soon_as_they_call(maple: Neighborhood) -> None:
    maple.text("Ana", "done")
    maple.call("Nora")
    for keys in ("1", "1", "#"):
        maple.press("Nora", keys)
    maple.say("Nora", "groceries for two, and something warm")
    maple.press("Nora", "#")
    maple.hang_up("Nora")
    maple.text("Ana", "yes 13")
    maple.call("Ana")
    assert "To hear what they need, press 5" in maple.heard("Ana")
    maple.press("Ana", "5")
    assert "groceries for two, and something warm" in maple.heard("Ana")


def test_of_a_recording_nobody_else_hears(maple: Neighborhood) -> None:
    maple.call("Maria")
    maple.press("Maria", "6")
    maple.say("Maria", "the key is under the mat")
    maple.press("Maria", "#")
    maple.call("Ben")
    assert "press 5" not in maple.heard("Ben")
    maple.press("Ben", "5")
    assert "under the mat" not in maple.heard("Ben")
