"""The board: who comes in, what waits, and each deed to its effect on phones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from boarding import AtTheBoard
from neighborhood import CAST, NETWORK, Neighborhood, open_neighborhood

STEWARDED = NETWORK.replace("[hotline]", f'[hotline]\nstewards = ["{CAST["Cleo"]}"]')
WITH_BOARD = (
    STEWARDED
    + f"""
[board]
desk = ["{CAST["Dee"]}"]
readers = ["{CAST["Nora"]}"]
"""
)


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url, WITH_BOARD) as opened:
        opened.put_on_roster(
            {"phone": CAST["Ana"], "name": "Ana", "areas": "eastside", "needs": "food"},
            {"phone": CAST["Ben"], "name": "Ben", "areas": "eastside", "needs": "food"},
        )
        yield opened


@pytest.fixture
def cleo(maple: Neighborhood) -> Iterator[AtTheBoard]:
    """The steward, signed in."""
    with closing(AtTheBoard(maple)) as board:
        board.signs_in("Cleo")
        yield board


def read(maple: Neighborhood, who: str) -> list[str]:
    """What somebody read since this was last asked."""
    return [it.body for it in maple.received() if it.who == who]


# In and out.


def test_a_steward_signs_in_by_a_code_to_her_phone(maple: Neighborhood) -> None:
    with closing(AtTheBoard(maple)) as board:
        assert "Sign in" in board.goes_to("/")
        assert "Nothing waits." in board.signs_in("Cleo")
        assert board.title == "Now · Maple Street"


def test_who_has_no_part_in_it_gets_no_code_and_the_same_answer(maple: Neighborhood) -> None:
    with closing(AtTheBoard(maple)) as known, closing(AtTheBoard(maple)) as unknown:
        known.sends("/in", {"number": CAST["Cleo"]})
        unknown.sends("/in", {"number": CAST["Sam"]})
        assert unknown.page == known.page
        assert [it.who for it in maple.received()] == ["Cleo"]
        assert "does not fit" in unknown.sends("/code", {"code": "123456"})


def test_a_code_holds_in_the_browser_that_asked_for_it_alone(maple: Neighborhood) -> None:
    with closing(AtTheBoard(maple)) as board, closing(AtTheBoard(maple)) as other:
        board.sends("/in", {"number": CAST["Cleo"]})
        other.sends("/in", {"number": CAST["Cleo"]})
        first, _ = (re.findall(r"\d{6}", it)[0] for it in read(maple, "Cleo"))
        assert "does not fit" in other.sends("/code", {"code": first})
        assert "Nothing waits." in board.sends("/code", {"code": first})


def test_five_wrong_codes_and_the_right_one_is_none_any_more(maple: Neighborhood) -> None:
    with closing(AtTheBoard(maple)) as board:
        board.sends("/in", {"number": CAST["Cleo"]})
        (code,) = re.findall(r"\d{6}", read(maple, "Cleo")[0])
        wrong = f"{(int(code) + 1) % 1_000_000:06}"
        for _ in range(5):
            assert "does not fit" in board.sends("/code", {"code": wrong})
        assert "does not fit" in board.sends("/code", {"code": code})


def test_a_code_is_too_old_after_ten_minutes(maple: Neighborhood) -> None:
    with closing(AtTheBoard(maple)) as board:
        board.sends("/in", {"number": CAST["Cleo"]})
        (code,) = re.findall(r"\d{6}", read(maple, "Cleo")[0])
        maple.pass_time(timedelta(minutes=10))
        assert "does not fit" in board.sends("/code", {"code": code})


def test_a_code_can_be_spoken_by_a_call(maple: Neighborhood) -> None:
    with closing(AtTheBoard(maple)) as board:
        board.sends("/in", {"number": CAST["Cleo"], "by": "call"})
        maple.answer("Cleo")
        (code,) = set(re.findall(r"\d(?: \d){5}", maple.heard("Cleo")))
        assert "Nothing waits." in board.sends("/code", {"code": code})


def test_who_is_taken_off_meanwhile_is_out(maple: Neighborhood, cleo: AtTheBoard) -> None:
    maple.hotline.house.network.__dict__["board"]  # the file does not change in this test
    with closing(AtTheBoard(maple)) as dee:
        dee.signs_in("Dee")
        assert "Nothing waits." in dee.goes_to("/")
        cleo.goes_to("/roles")
        (ends,) = re.findall(r"Firefox.*?/sessions/(\d+)/end", cleo.page.split("Dee")[0])[1:] or [2]
        cleo.sends(f"/sessions/{ends}/end")
        assert "Write your phone number" in dee.goes_to("/")


# What waits, and what can be done.


def test_the_request_that_nobody_took_finds_somebody(maple: Neighborhood, cleo: AtTheBoard) -> None:
    """Found, its area corrected, two people asked, and one takes it."""
    maple.text("Maria", "need food, 11201")
    maple.pass_time(timedelta(minutes=30))
    maple.received()
    assert "12 · food" in cleo.goes_to("/")
    assert cleo.title.startswith("(1) Now")
    cleo.goes_to("/requests/12")
    seen = cleo.sends("/requests/12/correct", {"need": "food", "area": "eastside", "people": "1"})
    assert "Corrected. We ask whoever fits now." in seen
    assert {it.who for it in maple.received()} == {"Maria", "Ana", "Ben"}
    maple.text("Ana", "YES 12")
    assert "Ana has it." in cleo.goes_to("/requests/12")
