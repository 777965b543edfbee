"""Two who are kept apart stay so, whatever would bring them together."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from neighborhood import CAST, NETWORK, Neighborhood, open_neighborhood
from sqlalchemy import Connection, select
from test_one_taker import _ask_everybody, _database, _house, _phone, answer_to
from test_words import LONGEST, WORDS_OF_PEOPLE

from hotline.desk import apart as desk_apart
from hotline.desk import telling
from hotline.inbound import TextIn
from hotline.notices import Told, notice
from hotline.store import people, tables
from hotline.store.database import Database
from hotline.words import Sentence

STEWARDS = f'stewards = ["{CAST["Ana"]}", "{CAST["Cleo"]}"]'
STEWARDED = NETWORK.replace("[hotline]", f"[hotline]\n{STEWARDS}")


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url, STEWARDED) as opened:
        opened.put_on_roster({"phone": CAST["Ana"], "name": "Ana"})
        yield opened


def _read(maple: Neighborhood, who: str) -> str:
    """What somebody read since this was last asked of anybody."""
    return " / ".join(it.body for it in maple.received() if it.who == who)


def _ana_takes(maple: Neighborhood, need: str = "need food") -> None:
    maple.text("Maria", need)
    maple.text("Ana", "yes 12")
    maple.received()


def test_a_steward_cannot_assign_them(maple: Neighborhood) -> None:
    _ana_takes(maple)
    maple.text("Maria", "SAFE")
    maple.received()
    maple.text("Cleo", "ASSIGN 12 Ana")
    got = maple.received()
    assert any("kept apart" in it.body for it in got if it.who == "Cleo")
    assert not [it for it in got if it.who in ("Ana", "Maria")]


def test_a_steward_who_is_feared_sees_the_request_no_more(maple: Neighborhood) -> None:
    _ana_takes(maple)
    maple.text("Maria", "SAFE")
    got = maple.received()
    assert any("nobody is free" in it.body for it in got if it.who == "Cleo")
    to_ana = [it.body for it in got if it.who == "Ana"]
    assert len(to_ana) == 1
    assert "12 is no longer needed" in to_ana[0]
    maple.text("Ana", "WHO 12")
    assert "food" not in _read(maple, "Ana")
    maple.text("Ana", "OPEN")
    assert "12" not in _read(maple, "Ana")
    maple.text("Cleo", "OPEN")
    assert "12" in _read(maple, "Cleo")


NAMING = [it for it in Told if it.name.startswith("STEWARDS_") and "{name}" in Sentence[it.name]]


@pytest.mark.parametrize("told", NAMING, ids=lambda it: it.name)
def test_nothing_that_names_somebody_goes_to_a_steward_whom_they_fear(
    maple: Neighborhood, told: Told
) -> None:
    """Whatever it is, and whoever sends it: Ana is a steward whom Maria fears."""
    _ana_takes(maple)
    maple.text("Maria", "SAFE")
    maple.received()
    house = maple.hotline.house

    def tell(connection: Connection) -> None:
        work = house.work(connection)
        maria = people.who_is_at(connection, CAST["Maria"])
        assert maria
        values = {**LONGEST, **WORDS_OF_PEOPLE, "name": maria.id, "names": (), "number": 99_999}
        telling.tell_stewards(work, notice(told, **values))
        telling.tell_stewards_once(work, notice(told, **{**values, "count": 7}), maple.now())

    maple.database.write(tell)
    maple.pass_time(timedelta(minutes=1))
    heard = {it.who for it in maple.received()}
    assert heard & {"Ana", "Cleo"} == {"Cleo"}


def test_nothing_that_tells_of_somebodys_request_goes_to_a_steward_whom_they_fear(
    maple: Neighborhood,
) -> None:
    _ana_takes(maple)
    maple.text("Maria", "SAFE")
    maple.received()
    maple.phone("Maria", "unknown")
    maple.text("Maria", "something else: need a bed, I cannot breathe")
    maple.pass_time(timedelta(hours=2))
    got = maple.received()
    heard = " / ".join(it.body for it in got if it.who == "Cleo")
    assert all(it in heard for it in ("may be an emergency", "do not reach")), heard
    assert not [it.body for it in got if it.who == "Ana"]


def test_safe_is_said_of_who_gave_it_back(maple: Neighborhood) -> None:
    _ana_takes(maple)
    maple.text("Ana", "cant 12")
    maple.text("Maria", "SAFE")
    assert "nothing passes between you two" in _read(maple, "Maria")
    maple.text("Ana", "yes 12")
    got = maple.received()
    assert not [it for it in got if it.who == "Maria"]
    assert not any("is yours" in it.body for it in got)


def test_who_asks_for_something_safe_says_no_safe(maple: Neighborhood) -> None:
    maple.text("Maria", "need food")
    maple.text("Maria", "is it SAFE to meet outside?")
    assert "Added to your request" in _read(maple, "Maria")


def test_one_does_not_join_the_other_in_what_several_take(maple: Neighborhood) -> None:
    maple.put_on_roster({"phone": CAST["Ben"], "name": "Ben"})
    maple.text("Ben", "need milk")
    maple.text("Ana", "yes 12")
    maple.text("Ben", "SAFE")
    maple.text("Sam", "need 2 people to carry a sofa")
    maple.received()
    maple.text("Ana", "yes 13")
    assert "13 is yours" in _read(maple, "Ana")
    maple.text("Ben", "yes 13")
    assert "is yours" not in _read(maple, "Ben")


def test_words_that_still_wait_are_not_sent(maple: Neighborhood) -> None:
    _ana_takes(maple)
    maple.trouble("busy")
    maple.text("Ana", "which door is it?")
    maple.text("Maria", "SAFE")
    maple.end_trouble()
    maple.settle()
    assert "which door" not in _read(maple, "Maria")


@pytest.mark.parametrize("is_parted", [False, True])
def test_a_yes_at_the_moment_of_safe(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch, is_parted: bool
) -> None:
    """Ana gave it back, and says YES again while Maria's SAFE is on its way to the rows."""
    maria, ana = "+12125550140", _phone(0, 0)
    holds, go_on = threading.Event(), threading.Event()
    part = desk_apart._part

    def slowly(*given: Any, **by_name: Any) -> None:
        if is_parted:
            part(*given, **by_name)
        holds.set()
        go_on.wait(1)
        if not is_parted:
            part(*given, **by_name)

    with closing(_database(postgresql_url)) as database:
        (number,) = database.write(partial(_ask_everybody, rounds=1))
        _texts(database, "SM1", ana, f"yes {number}")
        _texts(database, "SM2", ana, f"cant {number}")
        monkeypatch.setattr(desk_apart, "_part", slowly)
        with ThreadPoolExecutor(2) as threads:
            safe = threads.submit(_texts, database, "SM3", maria, "SAFE")
            holds.wait(5)
            yes = threads.submit(_texts, database, "SM4", ana, f"yes {number}")
            yes.add_done_callback(lambda _: go_on.set())
            safe.result()
            yes.result()
        takers = select(tables.taker.c.neighbor_id).where(tables.taker.c.request_number == number)
        assert database.read(lambda c: c.execute(takers).all()) == []


def _texts(database: Database, sid: str, who: str, body: str) -> list[str]:
    return answer_to(database, _house(), TextIn(sid, who, body))
