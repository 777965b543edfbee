"""The board's page of texts: what became of them, why some did not arrive, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from boarding import AtTheBoard
from neighborhood import CAST, PHONES, Neighborhood, open_neighborhood
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


# By which channel.


@contextmanager
def on_two_phones(
    sqlite_url: str, redis_url: str, network: str = WITH_BOARD
) -> Iterator[Neighborhood]:
    its = {"texts_a_day": 400, "texts_a_minute": 6}
    with open_neighborhood(
        sqlite_url, redis_url, network, channels=["sim1", "sim2"], first_channel=its
    ) as town:
        town.put_on_roster(
            {"phone": CAST["Ana"], "name": "Ana"}, {"phone": CAST["Ben"], "name": "Ben"}
        )
        yield town


def test_of_each_channel_is_told_its_day_what_waits_and_when_it_was_heard_of(
    sqlite_url: str, redis_url: str
) -> None:
    with on_two_phones(sqlite_url, redis_url) as town, closing(AtTheBoard(town)) as board:
        town.text("Maria", "need food, eastside", to=PHONES["sim1"].numbers[0])
        board.signs_in("Cleo")
        seen = board.goes_to("/texts").replace("\u202f", " ")
        assert "sim1 +12125550181 4 of 400 0 12:00 PM" in seen
        assert "sim2 +12125550182 0 0 never" in seen
        town.ping("sim2")
        for who in ("Sam", "Nora", "Eva"):
            town.text(who, "hello", to=PHONES["sim1"].numbers[0])
        seen = board.goes_to("/texts").replace("\u202f", " ")
        assert "sim1 +12125550181 6 of 400 1 12:00 PM" in seen
        assert "sim2 +12125550182 0 0 12:00 PM" in seen


def test_it_is_told_in_the_language_of_who_looks(sqlite_url: str, redis_url: str) -> None:
    spanish = WITH_BOARD.replace('languages = ["en", "es"]', 'languages = ["es", "en"]')
    with on_two_phones(sqlite_url, redis_url, spanish) as town:
        assert "Por qué teléfono, módem o cuenta" in seen_by(town, "Cleo")


def test_without_channels_there_is_nothing_to_tell_of_them(maple: Neighborhood) -> None:
    assert "By which phone" not in seen_by(maple, "Cleo")


def test_of_each_text_about_a_request_is_told_by_which_it_left(
    sqlite_url: str, redis_url: str
) -> None:
    with on_two_phones(sqlite_url, redis_url) as town, closing(AtTheBoard(town)) as board:
        town.text("Maria", "need food, eastside", to=PHONES["sim2"].numbers[0])
        board.signs_in("Cleo")
        seen = board.goes_to("/requests/12")
        assert "by sim2" in seen
        assert "To Ana by sim1" in seen


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
