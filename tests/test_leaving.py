"""Somebody is suspended, taken off the roster, and restored: at once, everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from neighborhood import CAST, NETWORK, Neighborhood, open_neighborhood

from hotline.desk import listing
from hotline.store import people, record

STEWARDED = NETWORK.replace("[hotline]", f'[hotline]\nstewards = ["{CAST["Cleo"]}"]')
ONE_BY_ONE = "\n[waves]\nsizes = [1]\n"


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url, STEWARDED + ONE_BY_ONE) as opened:
        opened.put_on_roster(*({"phone": CAST[it], "name": it} for it in ("Ana", "Ben")))
        yield opened


def _read(maple: Neighborhood, who: str) -> list[str]:
    """What somebody read since this was last asked."""
    return [it.body for it in maple.received() if it.who == who]


def _order(maple: Neighborhood, words: str) -> list[str]:
    """Cleo orders it and confirms it; what she reads then."""
    maple.text("Cleo", words)
    (code,) = re.findall(r"CONFIRM (\d{6})", _read(maple, "Cleo")[-1])
    maple.text("Cleo", f"CONFIRM {code}")
    return _read(maple, "Cleo")


def _ana_takes_it(maple: Neighborhood) -> None:
    maple.text("Maria", "need milk, 12 Elm Street")
    maple.text("Ana", "YES 12")
    maple.received()


@pytest.mark.parametrize("verb", ["SUSPEND", "REMOVE"])
def test_what_they_have_goes_to_others_and_nothing_more_comes_to_them(
    maple: Neighborhood, verb: str
) -> None:
    _ana_takes_it(maple)
    told = _order(maple, f"{verb} Ana")
    assert "goes on to others. RESTORE" in told[-1]
    assert [it.takers for it in maple.requests()] == [()]
    maple.received()
    maple.text("Maria", "the code is 4711")
    maple.text("Ana", "where is it?")
    maple.text("Ana", "OPEN")
    maple.text("Ana", "YES 12")
    read = _read(maple, "Ana")
    assert not any("4711" in it or "Elm" in it for it in read)
    assert [it.takers for it in maple.requests() if it.number == 12] == [()]


def test_who_is_suspended_hears_so_when_they_say_yes(maple: Neighborhood) -> None:
    maple.text("Maria", "need milk")
    _order(maple, "SUSPEND Ana")
    maple.text("Ana", "YES 12")
    assert "do not ask you to help just now" in _read(maple, "Ana")[-1]
    maple.text("Ben", "YES 12")
    assert "12 is yours" in _read(maple, "Ben")[-1]


def test_by_phone_they_take_nothing_either(maple: Neighborhood) -> None:
    maple.text("Maria", "need milk")
    _order(maple, "SUSPEND Ana")
    maple.call("Ana")
    maple.press("Ana", "1")
    maple.press("Ana", "1")
    assert [it.takers for it in maple.requests() if it.number == 12] == [()]


def test_a_conversation_ends_though_it_is_done(maple: Neighborhood) -> None:
    _ana_takes_it(maple)
    maple.text("Ana", "DONE 12")
    _order(maple, "SUSPEND Ana")
    maple.received()
    maple.text("Maria", "you forgot your bag, I am in till six")
    assert _read(maple, "Ana") == []


@pytest.mark.parametrize("verb", ["SUSPEND", "REMOVE"])
def test_they_can_still_ask_for_help(maple: Neighborhood, verb: str) -> None:
    _order(maple, f"{verb} Ana")
    maple.text("Ana", "need a ride to the clinic")
    assert "your request is 12" in _read(maple, "Ana")[-1]
    maple.text("Ben", "YES 12")
    assert "Ben is taking your request 12" in _read(maple, "Ana")[-1]


def test_who_was_taken_off_does_not_come_back_by_themselves(maple: Neighborhood) -> None:
    _order(maple, "REMOVE Ana")
    maple.text("Ana", "JOIN Ana")
    read = _read(maple, "Ana")[-1]
    assert "VOUCH" not in read
    assert "do not ask you to help just now" in read


def test_restored_they_help_again(maple: Neighborhood) -> None:
    for verb in ("SUSPEND", "REMOVE"):
        _order(maple, f"{verb} Ana")
        assert "can help again" in _order(maple, "RESTORE Ana")[-1]
    maple.text("Maria", "need milk")
    maple.text("Ana", "YES 12")
    assert "12 is yours" in _read(maple, "Ana")[-1]


def test_whom_they_brought_is_told_and_all_is_in_the_record(maple: Neighborhood) -> None:
    maple.text("Sam", "JOIN Sam")
    (code,) = re.findall(r"VOUCH (\d{4})", _read(maple, "Sam")[-1])
    maple.text("Ana", f"VOUCH {code}")
    assert "Ana brought to the list: Sam (" in _order(maple, "REMOVE Ana")[-1]
    kept = maple.database.read(lambda c: record.events(c, 9))
    decided = {(_name(maple, it.who), it.what, _name(maple, it.about)) for it in kept}
    assert {("Ana", "vouched", "Sam"), ("Cleo", "unlisted", "Ana")} <= decided


def _name(maple: Neighborhood, who: int | None) -> str:
    names = {phone: name for name, phone in CAST.items()}
    found = maple.database.read(lambda c: people.neighbors(c, [who or 0]))
    return names[found[who or 0].phone] if found else ""


@pytest.mark.parametrize("minutes", [0, 11])
def test_without_the_code_nothing_happens(maple: Neighborhood, minutes: int) -> None:
    """Somebody who sends a text in Cleo's name does not see what she is answered."""
    maple.text("Cleo", "REMOVE Ana")
    (code,) = re.findall(r"CONFIRM (\d{6})", _read(maple, "Cleo")[-1])
    maple.pass_time(timedelta(minutes=minutes))
    other = f"{(int(code) + 1) % 1_000_000:06}"
    maple.text("Cleo", f"CONFIRM {code if minutes else other}")
    assert "does not fit, or no longer" in _read(maple, "Cleo")[-1]
    maple.text("Maria", "need milk")
    maple.text("Ana", "YES 12")
    assert "12 is yours" in _read(maple, "Ana")[-1]


def test_the_code_holds_for_five_tries(maple: Neighborhood) -> None:
    maple.text("Cleo", "REMOVE Ana")
    (code,) = re.findall(r"CONFIRM (\d{6})", _read(maple, "Cleo")[-1])
    for wrong in range(1, 6):
        maple.text("Cleo", f"CONFIRM {(int(code) + wrong) % 1_000_000:06}")
    maple.text("Cleo", f"CONFIRM {code}")
    assert "does not fit" in _read(maple, "Cleo")[-1]


def test_nothing_is_ordered_of_which_the_steward_would_not_hear(maple: Neighborhood) -> None:
    maple.text("Maria", "need milk")
    maple.text("Cleo", "STOP")
    for body in ("CLOSE 12", "NEED 12 ride", "REMOVE Ana"):
        maple.text("Cleo", body)
    assert [(it.number, it.state.value) for it in maple.requests()] == [(12, "open")]


def test_a_stranger_orders_nothing(maple: Neighborhood) -> None:
    maple.text("Sam", "REMOVE Ana")
    assert not any("CONFIRM" in it for it in _read(maple, "Sam"))


def test_a_tidied_list_bars_nobody(maple: Neighborhood) -> None:
    """Who is missing in a table may have moved away: they can join again."""
    house = maple.hotline.house
    maple.database.write(lambda c: listing.remove(house.work(c), CAST["Ana"], bars=False))
    maple.text("Ana", "JOIN")
    assert "VOUCH" in _read(maple, "Ana")[-1]
