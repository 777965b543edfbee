"""Somebody who collects addresses: a newcomer vouched for a second ago takes all that is open,
reads where everybody lives, and brings the next one. And the ordinary use beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from neighborhood import CAST, NETWORK, Neighborhood, open_neighborhood

from hotline.store import listing, record, roster

ASKERS = ("Maria", "Dora", "Eva", "Fay", "Gus", "Hal", "Ida", "Jon", "Kim")
STEWARDS = f'[hotline]\nstewards = ["{CAST["Cleo"]}"]\n'
OFTEN = "\n[roster]\nmax_a_day = 50\nmax_a_week = 50\n"
NETWORK_OF_MANY = NETWORK.replace("[hotline]\n", STEWARDS) + OFTEN
PEOPLE = {name: f"+1212555{place:04}" for place, name in enumerate(ASKERS[1:], 1301)}
CROWD = {**CAST, **PEOPLE, "Vic": "+12125551399"}


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url, NETWORK_OF_MANY, cast=CROWD) as opened:
        opened.put_on_roster({"phone": CAST["Ben"], "name": "Ben", "needs": "medicine"})
        yield opened


def _join(maple: Neighborhood, who: str, by: str) -> None:
    maple.text(who, f"JOIN {who}")
    maple.text(by, f"VOUCH {_code(maple, who)}")


def _code(maple: Neighborhood, who: str) -> str:
    (code,) = re.findall(r"VOUCH (\d{4})", " ".join(_read(maple, who)))
    return code


def _read(maple: Neighborhood, who: str) -> list[str]:
    """What somebody read since this was last asked."""
    return [it.body for it in maple.received() if it.who == who]


def _all_ask(maple: Neighborhood) -> None:
    for place, asker in enumerate(ASKERS, 12):
        maple.text(asker, f"need milk, {place} Elm Street")


def _done(maple: Neighborhood, asker: str, number: int) -> None:
    maple.text("Sam", "OPEN")
    maple.text("Sam", f"YES {number}")
    maple.text(asker, f"DONE {number}")
    maple.pass_time(timedelta(minutes=11))  # or they write too much


def _held(maple: Neighborhood) -> list[int]:
    return [it.number for it in maple.requests() if it.state == "taken"]


def test_a_newcomer_reads_one_address_and_brings_nobody(maple: Neighborhood) -> None:
    _all_ask(maple)
    _join(maple, "Sam", by="Ben")
    maple.received()
    for number in range(12, 21):
        maple.text("Sam", "OPEN")
        maple.text("Sam", f"YES {number}")
    read = " ".join(_read(maple, "Sam"))
    assert re.findall(r"\d+ Elm Street", read) == ["12 Elm Street"]
    assert "You have 12 already" in read
    assert _held(maple) == [12]

    maple.pass_time(timedelta(minutes=11))  # or they write too much to be answered
    maple.text("Vic", "JOIN Vic")
    code = _code(maple, "Vic")
    maple.text("Sam", f"VOUCH {code}")
    (told,) = _read(maple, "Sam")
    assert "two weeks" in told
    assert not _is_listed(maple, "Vic")


def test_pausing_does_not_let_a_newcomer_take_more(maple: Neighborhood) -> None:
    _all_ask(maple)
    _join(maple, "Sam", by="Ben")
    maple.text("Sam", "PAUSE")
    for number in range(12, 21):
        maple.text("Sam", "OPEN")
        maple.text("Sam", f"YES {number}")
    assert _held(maple) == [12]


def test_after_three_that_went_well_two_at_a_time(maple: Neighborhood) -> None:
    _all_ask(maple)
    _join(maple, "Sam", by="Ben")
    for number, asker in zip(range(12, 15), ASKERS, strict=False):
        _done(maple, asker, number)
    for number in range(15, 21):
        maple.text("Sam", "OPEN")
        maple.text("Sam", f"YES {number}")
    assert _held(maple) == [15, 16]


def test_done_by_themselves_counts_once_the_requester_agrees(maple: Neighborhood) -> None:
    _all_ask(maple)
    _join(maple, "Sam", by="Ben")
    for number in range(12, 16):
        maple.text("Sam", "OPEN")
        maple.text("Sam", f"YES {number}")
        maple.text("Sam", f"DONE {number}")
        maple.pass_time(timedelta(minutes=11))
    maple.text("Sam", "OPEN")
    maple.text("Sam", "YES 16")
    maple.text("Sam", "YES 17")
    assert _held(maple) == [16]
    for asker in ASKERS[:3]:
        maple.text(asker, "1")
    maple.text("Sam", "YES 17")
    assert _held(maple) == [16, 17]


def test_two_weeks_and_two_requests_later_they_bring_two_a_week(maple: Neighborhood) -> None:
    _all_ask(maple)
    _join(maple, "Sam", by="Ben")
    _done(maple, "Maria", 12)
    _done(maple, "Dora", 13)
    for asker in ASKERS[2:]:
        maple.text(asker, "never mind")
    maple.pass_time(timedelta(days=14))
    for newcomer in ("Vic", "Nora", "Chi"):
        maple.received()
        maple.text(newcomer, f"JOIN {newcomer}")
        maple.text("Sam", f"VOUCH {_code(maple, newcomer)}")
    assert [_is_listed(maple, it) for it in ("Vic", "Nora", "Chi")] == [True, True, False]
    assert "two a week" in _read(maple, "Sam")[-1]


def test_a_steward_lets_somebody_carry_more_for_a_day(maple: Neighborhood) -> None:
    _all_ask(maple)
    _join(maple, "Sam", by="Ben")
    assert "Sam can have 4 requests" in maple.order("Cleo", "CARRY Sam 4")[-1]
    for number in range(12, 21):
        maple.text("Sam", "OPEN")
        maple.text("Sam", f"YES {number}")
    assert _held(maple) == [12, 13, 14, 15]
    maple.pass_time(timedelta(days=1, minutes=1))
    maple.text("Sam", "CANT 13")
    maple.text("Sam", "YES 16")
    assert 16 not in _held(maple)


def test_on_the_phone_as_by_text(maple: Neighborhood) -> None:
    _join(maple, "Sam", by="Ben")
    _all_ask(maple)
    maple.text("Sam", "YES 12")
    maple.call("Sam")
    maple.press("Sam", "1")
    maple.press("Sam", "4")  # on from the one that they have
    maple.press("Sam", "1")
    assert "You have request 1 2 already" in maple.heard("Sam")
    assert _held(maple) == [12]


def test_who_takes_and_leaves_again_and_again_is_told_to_stewards_once(
    maple: Neighborhood,
) -> None:
    _all_ask(maple)
    _join(maple, "Sam", by="Ben")
    for number in range(12, 17):
        maple.text("Sam", "OPEN")
        maple.text("Sam", f"YES {number}")
        maple.text("Sam", f"CANT {number}")
        maple.pass_time(timedelta(minutes=11))
        told = [it for it in _read(maple, "Cleo") if "handed them back" in it]
        assert len(told) == (number == 14)
    kept = maple.database.read(lambda c: record.events(c, 99))
    assert [it.what for it in kept if it.request == 12] == ["took", "handed_back"]


@pytest.mark.parametrize("name", ["Officer Ana", "Hotline Support", "<b>Ben</b>", "B\u202een"])
def test_nobody_takes_a_name_that_opens_doors(maple: Neighborhood, name: str) -> None:
    maple.text("Ben", f"NAME {name}")
    maple.text("Sam", "JOIN")
    maple.text("Sam", name)
    assert "What is your first name?" in _read(maple, "Sam")[-1]
    assert maple.database.read(lambda c: roster.names(c)) == [(1, "Ben")]


def _is_listed(maple: Neighborhood, who: str) -> bool:
    known = maple.database.read(lambda c: listing.known_at(c, [maple.number(who)]))
    return known[maple.number(who)].on_roster
