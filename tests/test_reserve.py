"""One phone, or a machine with many numbers, cannot silence us: what is kept, and for whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from neighborhood import CAST, NETWORK, NUMBER, Neighborhood, open_neighborhood

ROSTER = [{"phone": f"+1917555{1000 + place}", "name": f"Vera {place}"} for place in range(6)]
STEWARDS = NETWORK.replace("[hotline]", f'[hotline]\nstewards = ["{CAST["Cleo"]}"]')
QUIETLY = "\n[waves]\nminutes = 60\nurgent_minutes = 60\n"
SMALL_DAY = "\n[limits]\nsegments_a_day = 60\n"


@pytest.fixture
def maple(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(database_url, redis_url, STEWARDS + QUIETLY) as neighborhood:
        neighborhood.put_on_roster(*ROSTER)
        yield neighborhood


def _stranger(place: int) -> str:
    return f"+1646555{1000 + place}"


def _pages(maple: Neighborhood) -> dict[str, int]:
    """How many pages each volunteer got since this was called last."""
    found = {one["phone"]: 0 for one in ROSTER}
    for it in maple.received():
        if it.who in found and "YES" in it.body:
            found[it.who] += 1
    return found


# How often people are asked.


def test_a_flood_of_requests_does_not_use_up_every_volunteers_day(maple: Neighborhood) -> None:
    for place in range(18):
        maple.text(_stranger(place), "need groceries")
    pages = _pages(maple)
    assert max(pages.values()) == 2  # of three

    maple.text("Maria", "my mother is out of insulin")

    assert sum(_pages(maple).values()) > 0


@pytest.mark.parametrize("key", ["1", "3"], ids=["food", "urgent"])
def test_hidden_calls_do_not_use_up_every_volunteers_day(maple: Neighborhood, key: str) -> None:
    for _ in range(18):
        maple.call("Sam", is_hidden=True)
        maple.press("Sam", "1")
        maple.press("Sam", key)
        maple.hang_up("Sam")
    assert len(maple.requests()) == 18
    assert max(_pages(maple).values()) <= 3

    maple.text("Maria", "my mother is out of insulin")

    assert sum(_pages(maple).values()) > 0


def test_who_was_helped_before_is_asked_for_in_a_flood(maple: Neighborhood) -> None:
    maple.text("Maria", "need groceries")
    maple.text(ROSTER[0]["phone"], "yes")
    maple.text("Maria", "done")
    for place in range(18):
        maple.text(_stranger(place), "need groceries")
    maple.received()

    maple.text("Maria", "need a ride tomorrow")

    assert sum(_pages(maple).values()) > 0


def test_who_waits_hears_so_and_so_do_the_stewards(maple: Neighborhood) -> None:
    for place in range(18):
        maple.text(_stranger(place), "need groceries")

    received = maple.received()

    waiting = [it for it in received if "waits its turn" in it.body]
    assert waiting
    assert any("waits until" in it.body for it in received if it.who == "Cleo")
    assert sum("many new people" in it.body for it in received if it.who == "Cleo") == 1


def test_on_a_night_when_many_need_something_each_is_asked_about_at_once(
    maple: Neighborhood,
) -> None:
    more = [{"phone": f"+1718555{1000 + place}", "name": f"Wim {place}"} for place in range(18)]
    maple.put_on_roster(*ROSTER, *more)
    for place in range(12):
        maple.text(_stranger(place), "our street is under water, need a bed tonight")

    asked: dict[int, str] = {}
    for it in maple.received():
        if found := re.search(r"YES (\d+)", it.body):
            asked.setdefault(int(found[1]), it.who)
    assert list(asked) == sorted(it.number for it in maple.requests())
    for number, volunteer in asked.items():
        maple.text(volunteer, f"yes {number}")
    assert {it.state.value for it in maple.requests()} == {"taken"}


# The day's segments.


@pytest.fixture
def poor(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    whole = STEWARDS + QUIETLY + SMALL_DAY
    with open_neighborhood(database_url, redis_url, whole) as neighborhood:
        neighborhood.put_on_roster(*ROSTER)
        yield neighborhood


def test_greetings_do_not_use_up_what_pages_need(poor: Neighborhood) -> None:
    for place in range(80):
        poor.text(_stranger(place), "hello")
    poor.received()

    poor.text("Maria", "my mother is out of insulin")

    assert sum(_pages(poor).values()) == 5


# The phone.


@pytest.mark.parametrize(
    "keys",
    ["9005550199", "8005550199", "911", NUMBER, NUMBER.removeprefix("+1"), "+18765550199"],
    ids=["premium", "toll-free", "emergency", "ours", "ours, short", "abroad"],
)
def test_nobody_makes_us_call_what_is_no_ordinary_phone(maple: Neighborhood, keys: str) -> None:
    heard = _keys_in(maple, keys)
    assert "The number to call back is" not in heard
    assert "We cannot see your number" in heard  # they are asked once more


def test_an_ordinary_number_is_called_back(maple: Neighborhood) -> None:
    assert "2 1 2 5 5 5 0 1 4 0" in _keys_in(maple, "2125550140")


def _keys_in(maple: Neighborhood, keys: str) -> str:
    """What a hidden caller hears who keys this number in."""
    maple.call("Maria", is_hidden=True)
    for key in ("1", "1", "#"):
        maple.press("Maria", key)
    maple.say("Maria", "groceries")
    maple.press("Maria", "#")
    maple.press("Maria", f"{keys.lstrip('+')}#")
    return maple.heard("Maria")


def test_one_phone_has_three_open_requests_and_nothing_of_more_is_lost(
    maple: Neighborhood,
) -> None:
    maple.text("Maria", "need food")
    for key in "2121":
        maple.call("Maria")
        maple.press("Maria", "3")  # something new
        maple.press("Maria", key)
        maple.hang_up("Maria")
    assert len(maple.requests()) == 3
    assert set(maple.requests()[-1].needs) == {"food", "ride"}


def test_who_calls_again_and_again_hears_that_the_lines_are_in_use(maple: Neighborhood) -> None:
    for _ in range(10):
        maple.call("Maria")
        assert "For English" in maple.heard("Maria")
        maple.hang_up("Maria")
    maple.call("Maria")
    assert "All our lines are in use" in maple.heard("Maria")
    maple.call("Nora")
    assert "For English" in maple.heard("Nora")
    maple.pass_time(timedelta(hours=1))
    maple.call("Maria")
    assert "For English" in maple.heard("Maria")
