"""Who gets no texts is called back, and whoever answers that phone has proven whose it is: unless
nobody answers, a machine does, or it is no time to ring."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from neighborhood import Neighborhood, open_neighborhood
from sqlalchemy import select

from hotline import proof
from hotline.store import tables
from rehearsal.neighborhood.scene import CAST


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    """Ana holds a request."""
    with open_neighborhood(sqlite_url, redis_url) as opened:
        put_on_roster(opened)
        opened.text("Maria", "need food, 12 Elm Street")
        opened.answer("Ana")
        opened.press("Ana", "1")
        yield opened


def put_on_roster(maple: Neighborhood, hours: str = "") -> None:
    maple.put_on_roster(
        {"phone": CAST["Ana"], "name": "Ana", "reach": "voice", "languages": "en", "hours": hours}
    )


def ask_to_be_called_back(maple: Neighborhood, who: str = "Eve") -> None:
    maple.call(who, shown="Ana")
    maple.press(who, "1")
    maple.press(who, "*")
    assert rings(maple) or "We call this number back" in maple.heard(who)


def rings(maple: Neighborhood) -> bool:
    return "Ana" in maple.ringing().values()


def is_as_before(maple: Neighborhood) -> bool:
    """Nothing was changed, nobody was told of it, and Ana is still called."""
    (request,) = maple.requests()
    found = select(tables.neighbor.c.trouble).where(tables.neighbor.c.phone == CAST["Ana"])
    trouble = maple.database.read(lambda c: c.execute(found).scalar())
    return len(request.takers) == 1 and maple.received() == [] and trouble is None


@pytest.mark.parametrize("calls", ["busy", "no_answer", "unreachable", "machine"])
def test_who_does_not_answer_has_proven_nothing_and_is_not_called_again(
    maple: Neighborhood, calls: str
) -> None:
    maple.received()
    maple.phone("Ana", calls=calls)
    ask_to_be_called_back(maple)
    if calls == "no_answer" and rings(maple):  # the others end by themselves
        maple.never_answer("Ana")
    assert "You are taking" not in maple.heard("Ana")
    assert is_as_before(maple)
    maple.phone("Ana", calls="rings")
    maple.pass_time(timedelta(minutes=45))
    assert not rings(maple), "once for each time that somebody asks"
    assert "please call again tomorrow" in asks_in_vain(maple)
    assert not rings(maple)
    maple.pass_time(timedelta(days=1))
    stop_ringing(maple)
    ask_to_be_called_back(maple, "Ana")
    maple.answer("Ana")
    assert "You are taking request 1 2" in maple.heard("Ana")


def asks_in_vain(maple: Neighborhood) -> str:
    maple.call("Eve", shown="Ana")
    maple.press("Eve", "1")
    maple.press("Eve", "*")
    return maple.heard("Eve")


def stop_ringing(maple: Neighborhood) -> None:
    """Of what else she is called about meanwhile."""
    if rings(maple):
        maple.answer("Ana")
        maple.hang_up("Ana")


def test_nobody_lets_a_phone_ring_all_day(maple: Neighborhood) -> None:
    ask_to_be_called_back(maple)
    assert rings(maple)
    maple.decline("Ana")
    for _ in range(3):
        assert "please call again tomorrow" in asks_in_vain(maple)
        assert not rings(maple)


def test_who_answers_is_called_back_again_as_often_as_codes_are_texted(maple: Neighborhood) -> None:
    rung = 0
    for _ in range(proof.MOST_A_DAY + 3):
        maple.call("Ana", shown="Ana")
        maple.press("Ana", "1")
        maple.press("Ana", "*")
        if rings(maple):
            rung += 1
            maple.answer("Ana")
            assert "You are taking request 1 2" in maple.heard("Ana")
            maple.hang_up("Ana")
    assert rung == proof.MOST_A_DAY


def test_at_night_it_does_not_ring_and_in_the_morning_it_does(maple: Neighborhood) -> None:
    maple.pass_until(23, 30)
    if rings(maple):  # whether she is still on it
        maple.answer("Ana")
        maple.press("Ana", "2")
    ask_to_be_called_back(maple)
    maple.pass_time(timedelta(hours=5))
    assert not rings(maple)
    maple.pass_until(8)
    maple.pass_time(timedelta(seconds=5))
    assert rings(maple)
    maple.answer("Ana")
    assert "You are taking request 1 2" in maple.heard("Ana")


def test_the_phone_of_a_helper_rings_in_their_hours(maple: Neighborhood) -> None:
    put_on_roster(maple, "17:00-21:00")
    ask_to_be_called_back(maple)
    maple.pass_time(timedelta(hours=1))
    assert not rings(maple)
    maple.pass_until(17)
    maple.pass_time(timedelta(seconds=5))
    assert rings(maple)
