"""What was recorded, and what is written down of it, comes when the carrier is ready: often after
somebody said YES. Whoever took the request hears of it then, at once and when they call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx2
import pytest
from neighborhood import CAST, Neighborhood, open_neighborhood
from sqlalchemy import select
from test_any_call import Caller
from test_webhook_guard import Door

from hotline.store import tables

TOLD = "a neighbor left a voice message about 12. To hear it, call this number."
WORDS = "insulin, in the fridge please"
WRITTEN = f'12, their voice message: "{WORDS}"'


@pytest.fixture
def maple(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(database_url, redis_url) as opened:
        opened.put_on_roster({"phone": CAST["Ana"], "name": "Ana", "languages": "en"})
        yield opened


class Late:
    """Maria's call: she asked for food and spoke, and hung up before anybody heard of that."""

    def __init__(self, maple: Neighborhood, caller: Caller) -> None:
        self.maple, self.caller = maple, caller
        self.name = ""

    def recording(self, name: str = "RE1", seconds: str = "7") -> None:
        self._tell("/voice/recording", name, RecordingStatus="completed", RecordingDuration=seconds)

    def transcript(self, name: str = "RE1", words: str = WORDS, status: str = "completed") -> None:
        told = {"TranscriptionStatus": status, "TranscriptionText": words}
        self._tell("/voice/transcript", name, **told)

    def _tell(self, path: str, name: str, **more: str) -> None:
        fields = {"CallSid": self.caller.sid, "RecordingSid": name, **more}
        assert self.caller.door.text(fields, path).status_code == 204
        self.maple.settle()


@contextmanager
def speaking(maple: Neighborhood, *keys: str) -> Iterator[Late]:
    with httpx2.Client(base_url=maple.address, trust_env=False) as http:
        caller = Caller(Door(maple.address, maple.hotline, http), CAST["Maria"])
        caller.begin()
        for key in keys or ("1", "1", ""):
            caller.does(key)
        caller.end()
        maple.settle()
        yield Late(maple, caller)


@pytest.fixture
def late(maple: Neighborhood) -> Iterator[Late]:
    with speaking(maple) as spoken:
        yield spoken


def read(maple: Neighborhood, who: str = "Ana") -> list[str]:
    """What they were texted since this was asked last."""
    return [it.body for it in maple.received() if it.who == who]


def take(maple: Neighborhood, who: str = "Ana") -> None:
    maple.text(who, "yes")
    read(maple)


def test_whoever_took_it_is_told_at_once_and_hears_it_when_they_call(
    maple: Neighborhood, late: Late
) -> None:
    take(maple)
    late.recording()
    assert read(maple) == [TOLD]
    maple.call("Ana")
    assert "To hear what they need, press 5" in maple.heard("Ana")


def test_a_callback_that_comes_twice_is_told_once(maple: Neighborhood, late: Late) -> None:
    take(maple)
    for _ in range(2):
        late.recording()
        late.transcript()
    assert read(maple) == [TOLD, WRITTEN]


def test_before_the_yes_it_is_part_of_the_words(maple: Neighborhood, late: Late) -> None:
    late.recording()
    late.transcript()
    read(maple)
    maple.text("Ana", "yes")
    (yours,) = read(maple)
    assert f"[a voice message] {WORDS}" in yours


def test_words_that_come_after_the_yes_are_told(maple: Neighborhood, late: Late) -> None:
    late.recording()
    take(maple)
    late.transcript()
    assert read(maple) == [WRITTEN]


def test_words_that_come_before_their_recording_are_kept(maple: Neighborhood, late: Late) -> None:
    take(maple)
    late.transcript()
    assert read(maple) == [TOLD, WRITTEN]
    late.recording()
    assert read(maple) == []
    maple.call("Ana")
    assert "To hear what they need, press 5" in maple.heard("Ana")


def test_where_nothing_was_said_nothing_is_told(maple: Neighborhood, late: Late) -> None:
    take(maple)
    late.recording(seconds="0")
    late.transcript(words="")
    assert read(maple) == []


def test_after_handing_back_it_is_for_who_takes_it_then(maple: Neighborhood, late: Late) -> None:
    maple.put_on_roster({"phone": CAST["Ben"], "name": "Ben", "languages": "en"})
    take(maple)
    maple.text("Ana", "cant")
    take(maple, "Ben")
    late.recording()
    found = {it.who: it.body for it in maple.received()}
    assert found == {"Ben": TOLD}


def test_handed_back_and_not_taken_it_is_part_of_the_words(maple: Neighborhood, late: Late) -> None:
    take(maple)
    maple.text("Ana", "cant")
    read(maple)
    late.recording()
    assert read(maple) == []
    maple.text("Ana", "yes 12")
    assert "[a voice message]" in read(maple)[0]


def test_all_who_took_it_are_told(maple: Neighborhood, late: Late) -> None:
    maple.put_on_roster({"phone": CAST["Ben"], "name": "Ben", "languages": "en"})
    maple.text("Maria", "need 2 people")
    maple.pass_time(timedelta(minutes=6))
    take(maple)
    take(maple, "Ben")
    late.recording()
    late.transcript()
    found = [(it.who, it.body) for it in maple.received()]
    assert sorted(found) == sorted((who, it) for who in ("Ana", "Ben") for it in (TOLD, WRITTEN))


def test_of_two_that_are_wanted_the_first_is_told_while_others_are_asked(
    maple: Neighborhood, late: Late
) -> None:
    maple.text("Maria", "need 2 people")
    take(maple)
    late.recording()
    late.transcript()
    assert read(maple) == [TOLD, WRITTEN]


def test_whose_phone_gets_no_texts_is_called(maple: Neighborhood, late: Late) -> None:
    take(maple)
    maple.phone("Ana", "landline")
    late.recording()
    maple.answer("Ana")
    assert "left a voice message about request 1 2" in maple.heard("Ana")


def test_who_took_it_by_phone_before_it_could_be_played_is_called(maple: Neighborhood) -> None:
    maple.put_on_roster({"phone": CAST["Ana"], "name": "Ana", "reach": "voice"})
    with speaking(maple, "1", "0") as late:
        late.caller.post("/voice/step?turn=3", RecordingSid="RE1", Digits="hangup")
        maple.settle()
        maple.answer("Ana")
        maple.press("Ana", "1")
        assert "Request 1 2 is yours" in maple.heard("Ana")
        assert "This is what they said" not in maple.heard("Ana")
        for _ in range(2):
            late.recording()
        maple.answer("Ana")
        assert "left a voice message about request 1 2" in maple.heard("Ana")
        maple.hang_up("Ana")
        assert maple.ringing() == {}


def test_who_heard_it_is_not_called_for_it(maple: Neighborhood, late: Late) -> None:
    maple.put_on_roster({"phone": CAST["Ana"], "name": "Ana", "reach": "voice"})
    late.recording()
    maple.call("Ana")
    maple.press("Ana", "1")
    late.recording()
    assert maple.ringing() == {}


def test_while_the_two_may_still_talk_it_is_told(maple: Neighborhood, late: Late) -> None:
    take(maple)
    maple.text("Ana", "done")
    read(maple)
    late.recording()
    assert read(maple) == [TOLD]


@pytest.mark.parametrize("ending", ["done and over", "withdrawn"])
def test_what_is_over_stays_over(maple: Neighborhood, late: Late, ending: str) -> None:
    take(maple)
    if ending == "withdrawn":
        maple.text("Maria", "never mind")
    else:
        maple.text("Ana", "done")
        maple.pass_time(timedelta(days=2))
    maple.received()
    late.recording()
    late.transcript()
    assert maple.received() == []
    assert len(maple.requests()) == 1


def test_of_who_is_forgotten_it_is_kept_nowhere(maple: Neighborhood, late: Late) -> None:
    maple.text("Maria", "never mind")
    maple.text("Maria", "FORGET ME")
    maple.received()
    late.recording()
    late.transcript()
    assert len(maple.requests()) == 1
    assert maple.database.read(lambda c: c.execute(select(tables.recording)).all()) == []
    due = select(tables.erasure.c.what).where(tables.erasure.c.kind == "recording")
    assert maple.database.read(lambda c: list(c.execute(due).scalars())) == ["RE1"]


def test_further_words_in_writing_go_the_same_way(maple: Neighborhood, late: Late) -> None:
    take(maple)
    maple.text("Maria", "the blue door")
    assert read(maple) == ["Your neighbor (12): the blue door"]
    late.recording()
    assert read(maple) == [TOLD]
