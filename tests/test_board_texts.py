"""The board's page of texts: what became of them, why some did not arrive, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from boarding import AtTheBoard
from neighborhood import CAST, Neighborhood, open_neighborhood
from test_board import WITH_BOARD

from hotline.undelivered import Cause, by_cause, cause_of

PRICED = WITH_BOARD + '\n[limits]\nsegments_a_day = 50\nprice_a_segment = 0.25\ncurrency = "EUR"\n'
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url, PRICED) as opened:
        opened.put_on_roster(
            {"phone": CAST["Ana"], "name": "Ana", "areas": "eastside", "needs": "food"},
            {"phone": CAST["Ben"], "name": SCRIPT, "areas": "eastside", "needs": "food"},
        )
        yield opened


def seen_by(maple: Neighborhood, who: str) -> str:
    with closing(AtTheBoard(maple)) as board:
        board.signs_in(who)
        return board.goes_to("/texts")


def test_what_left_today_is_counted_and_priced(maple: Neighborhood) -> None:
    """The two pages, the answer to Maria and the code to Cleo, each of one segment."""
    maple.text("Maria", "need food, eastside")
    seen = seen_by(maple, "Cleo")
    assert "4 texts left today. Arrived" in seen
    assert "Today €1.00 · 4 segments This month €1.00 · 4 segments" in seen
    assert "4 of 50 segments are used." in seen
    assert "answers to what people text 1 10 asking volunteers 2 10 everything else 1 10" in seen
    assert "Everything arrived." in seen


def test_what_did_not_arrive_is_told_by_its_cause_and_what_helps(maple: Neighborhood) -> None:
    maple.phone("Ana", "landline")
    maple.phone("Ben", "blocked")
    maple.text("Maria", "need food, eastside")
    seen = seen_by(maple, "Dee")
    assert "The phone gets no texts" in seen
    assert "blocks our number They can unblock our number" in seen
    assert "to 1 person Ana" in seen


def test_a_name_with_markup_is_only_a_name(maple: Neighborhood) -> None:
    maple.phone("Ben", "blocked")
    maple.text("Maria", "need food, eastside")
    with closing(AtTheBoard(maple)) as board:
        board.signs_in("Dee")
        assert "blocks our number" in board.goes_to("/texts")
        assert SCRIPT not in board.page


def test_who_only_reads_sees_counts_and_nobody(maple: Neighborhood) -> None:
    maple.phone("Ana", "landline")
    maple.text("Maria", "need food, eastside")
    seen = seen_by(maple, "Nora")
    assert "The phone gets no texts" in seen
    assert "Ana" not in seen


# Causes, pure.


@pytest.mark.parametrize(
    ("failure", "cause"),
    [
        ("PhoneOff", Cause.OFF),
        ("NeverLeft", Cause.BUSY),
        ("stopped", Cause.STOPPED),
        ("OptedOut", Cause.STOPPED),
        ("too old", Cause.LATE),
        ("Refused", Cause.UNKNOWN),
        ("old news", None),
        ("called off", None),
    ],
)
def test_a_failure_has_a_cause(failure: str, cause: Cause | None) -> None:
    assert cause_of(failure) is cause


def test_causes_count_people_once() -> None:
    first, second = by_cause([("Landline", 3, 1), ("PhoneOff", 1, 2), ("Unreachable", 1, 1)])
    assert (first.cause, first.count, first.people) == (Cause.OFF, 3, (1,))
    assert (second.cause, second.count, second.people) == (Cause.LANDLINE, 1, (3,))
