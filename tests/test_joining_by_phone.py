"""Onto the list by phone: what is kept of it, and what the carrier posts about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from neighborhood import CAST, NETWORK, Neighborhood, open_neighborhood
from sqlalchemy import select
from test_any_call import Caller
from test_webhook_guard import Door

from hotline.desk import joining
from hotline.store import record, roster, tables

MARIA = CAST["Maria"]


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url) as opened:
        opened.put_on_roster({"phone": CAST["Ben"], "name": "Ben", "needs": "medicine"})
        yield opened


@contextmanager
def calling(maple: Neighborhood, *pressed: str) -> Iterator[Caller]:
    """A call of Maria's as its posts, one by one."""
    with httpx2.Client(base_url=maple.address, trust_env=False) as http:
        caller = Caller(Door(maple.address, maple.hotline, http), MARIA)
        caller.begin()
        for keys in pressed:
            caller.does(keys)
        yield caller


def row_of(maple: Neighborhood, phone: str) -> Any:
    query = select(tables.neighbor).where(tables.neighbor.c.phone == phone)
    return maple.database.read(lambda c: c.execute(query).one())


def decided(maple: Neighborhood) -> list[str]:
    return [it.what for it in maple.database.read(lambda c: record.events(c, 99))]


def test_the_same_newcomer_as_by_text(maple: Neighborhood) -> None:
    """But for the name, which is asked in writing."""
    with calling(maple, "1", "8", "") as caller:
        assert "Your number is 8 6 4 2" in caller.heard
        caller.end()
    maple.text("Maria", "Maria")
    maple.text("Nora", "join")
    maple.text("Nora", "Nora")
    by_phone, by_text = row_of(maple, MARIA), row_of(maple, CAST["Nora"])
    columns = ("on_roster", "reach", "joining", "needs", "areas", "hours", "stopped_at")
    assert [getattr(by_phone, it) for it in columns] == [getattr(by_text, it) for it in columns]
    assert (by_phone.name, by_text.name, by_phone.joining) == ("Maria", "Nora", "can")
    assert decided(maple) == ["wants_in", "name", "name", "wants_in"]


def test_a_step_that_comes_twice_joins_once(maple: Neighborhood) -> None:
    """`Caller` posts each step twice."""
    with calling(maple, "1", "8", "message") as caller:
        caller.end()
    maple.settle()
    assert decided(maple) == ["wants_in"]
    assert len([it for it in maple.received() if it.who == "Maria"]) == 1


def test_a_hang_up_before_the_tone_joins_nobody(maple: Neighborhood) -> None:
    with calling(maple, "1", "8") as caller:
        caller.end()
    assert decided(maple) == []
    assert row_of(maple, MARIA).joining is None


def test_a_hang_up_while_the_name_is_said_joins(maple: Neighborhood) -> None:
    """The end of the call is told first."""
    with calling(maple, "1", "8") as caller:
        path = caller.url.removeprefix(maple.address)
        caller.end()
        said = {"RecordingSid": "RE1", "RecordingDuration": "3", "Digits": "hangup"}
        for _ in range(2):
            caller.door.text({"CallSid": caller.sid, "From": MARIA, **said}, path)
    assert decided(maple) == ["wants_in"]


def transcript(caller: Caller, recording: str, words: str) -> None:
    fields = {
        "CallSid": caller.sid,
        "RecordingSid": recording,
        "TranscriptionStatus": "completed",
        "TranscriptionText": words,
    }
    assert caller.door.text(fields, "/voice/transcript").status_code == 204


def test_a_name_that_is_known_is_not_changed_by_what_was_heard(maple: Neighborhood) -> None:
    with calling(maple, "1", "8", "message") as caller:
        maple.text("Maria", "Maria Elena")
        query = select(tables.recording.c.sid)
        (sid,) = maple.database.read(lambda c: c.execute(query).scalars().all())
        transcript(caller, sid, "Mario.")
        caller.end()
    assert row_of(maple, MARIA).name == "Maria Elena"


def test_a_message_that_belongs_to_no_request_names_nobody(maple: Neighborhood) -> None:
    with calling(maple, "1", "0", "message") as caller:
        query = select(tables.recording.c.sid)
        (sid,) = maple.database.read(lambda c: c.execute(query).scalars().all())
        transcript(caller, sid, "Bread please")
        caller.end()
    assert row_of(maple, MARIA).name is None


def test_what_a_newcomer_said_is_part_of_no_request(maple: Neighborhood) -> None:
    with calling(maple, "1", "8", "message") as caller:
        caller.end()
    assert maple.requests() == []
    columns = tables.recording.c
    query = select(columns.request_number, columns.passed_to)
    assert maple.database.read(lambda c: c.execute(query).all()) == [(None, None)]


def test_who_is_called_instead_is_asked_nothing_in_writing(maple: Neighborhood) -> None:
    with calling(maple, "1", "8", "", "1") as caller:
        assert "we call you" in caller.heard
        caller.end()
    assert (row_of(maple, MARIA).reach, row_of(maple, MARIA).joining) == ("voice", joining.WAITS)


def test_where_joining_is_open_somebody_without_a_name_is_on_the_list(
    sqlite_url: str, redis_url: str
) -> None:
    network = f'{NETWORK}\n[roster]\njoining = "open"\n'
    with open_neighborhood(sqlite_url, redis_url, network) as maple:
        with calling(maple, "1", "8", "") as caller:
            assert "You are on our list" in caller.heard
            caller.end()
        entries = maple.database.read(roster.roster)
        assert [(it.phone, it.name) for it in entries] == [(MARIA, "")]
        maple.received()
        maple.text("Sam", "need milk")
        maple.text("Maria", "yes")
        assert any("a neighbor is taking" in it.body for it in maple.received() if it.who == "Sam")


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Maria.", "Maria"),
        ("Hello, my name is Maria Elena.", "Maria Elena"),
        ("This is O'Neil", "O'Neil"),
        ("It's Anne-Marie!", "Anne-Marie"),
        ("Delhi", "Delhi"),
        ("I would like to help people with food", ""),
        ("212 555 0140", ""),
        ("Hello", ""),
        ("A" * 41, ""),
    ],
)
def test_names_in_speech(said: str, name: str) -> None:
    assert joining.name_in_speech(said) == name
