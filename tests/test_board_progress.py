"""How it goes, on the board: in counts and times, for readers too, and never of one person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from boarding import AtTheBoard
from neighborhood import CAST, Neighborhood, open_neighborhood
from test_board import WITH_BOARD

from board.charts import HEIGHT, WIDTH, bar_chart, nice_top
from hotline.tally import FirstYes, by_need, wait, waits, week_starts

NEW_YORK = ZoneInfo("America/New_York")
MOST = WITH_BOARD + "\n[roster]\nmax_a_day = 20\nmax_a_week = 50\nhold = 20\n"


@pytest.fixture
def maple(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(database_url, redis_url, MOST) as opened:
        opened.put_on_roster(
            {"phone": CAST["Ana"], "name": "Ana", "areas": "eastside", "needs": "food"},
        )
        yield opened


def ask(maple: Neighborhood, place: int, words: str = "need food, eastside") -> int:
    maple.text(f"+1718555{2000 + place}", words)
    return int(maple.requests()[-1].number)


def taken_after(maple: Neighborhood, minutes: int, place: int) -> None:
    number = ask(maple, place)
    maple.pass_time(timedelta(minutes=minutes))
    maple.text("Ana", f"YES {number}")
    maple.text("Ana", f"DONE {number}")


def seen_by(maple: Neighborhood, who: str) -> tuple[str, str]:
    with closing(AtTheBoard(maple)) as board:
        board.signs_in(who)
        return board.goes_to("/progress"), board.page


def test_a_reader_sees_weeks_minutes_and_what_was_not_found(maple: Neighborhood) -> None:
    for place, minutes in enumerate((1, 2, 3)):
        taken_after(maple, minutes, place)
    for place in range(3):
        ask(maple, 10 + place, "need a ride, northside")
    ask(maple, 20, "out of insulin, northside")
    maple.pass_time(timedelta(minutes=30))
    seen, page = seen_by(maple, "Nora")
    assert "Mar 2 7 3 3" in seen
    assert "Half of 3 requests heard a YES within 2 minutes." in seen
    assert "eastside 2" in seen
    assert "a ride 3 medicine fewer than 3" in seen
    assert "for each of 3 requests" in seen
    assert "Ana" not in page


def test_what_too_few_stand_behind_is_not_told(maple: Neighborhood) -> None:
    taken_after(maple, 1, 0)
    taken_after(maple, 2, 1)
    seen, _ = seen_by(maple, "Nora")
    assert "Minutes to a YES, in 28 days Too few to tell." in seen
    assert "Texts for one that was taken Too few to tell." in seen


def test_each_chart_says_what_it_shows(maple: Neighborhood) -> None:
    for place in range(3):
        taken_after(maple, 1, place)
    _, page = seen_by(maple, "Cleo")
    charts = page.split('<svg class="chart"')[1:]
    drawings = [f"<svg{it.partition('</svg>')[0]}</svg>" for it in charts]
    assert len(drawings) == 2
    for it in drawings:
        title, told, *_ = ElementTree.fromstring(it)  # noqa: S314 - of our own page
        assert title.tag == "title"
        assert title.text
        assert told.tag == "desc"
        assert told.text
    assert "style=" not in page


# Pure.


def test_a_few_are_not_told() -> None:
    assert wait([1, 2]).minutes is None
    assert wait([1, 2, 30]).minutes == 2


def test_hours_are_those_of_the_neighborhood() -> None:
    """Also over the night in which clocks change: both are at nine there."""
    before = datetime(2026, 3, 7, 14, tzinfo=UTC)
    after = datetime(2026, 3, 8, 13, tzinfo=UTC)
    found = [
        FirstYes("eastside", int(it.timestamp()), int(it.timestamp()) + 120)
        for it in (before, after, after)
    ]
    told = waits(found, ["eastside", "northside"], NEW_YORK)
    assert [hour for hour, it in enumerate(told.by_hour) if it.count] == [9]
    assert told.by_part["eastside"][3].minutes == 2
    assert told.by_area["northside"].count == 0


def test_weeks_begin_on_monday_at_midnight() -> None:
    starts = week_starts(datetime(2026, 3, 12, 3, tzinfo=UTC), NEW_YORK, 2)
    assert [f"{it:%a %d %H:%M}" for it in starts] == [
        "Mon 02 00:00",
        "Mon 09 00:00",
        "Mon 16 00:00",
    ]


def test_needs_are_told_by_how_often_and_few_without_a_number() -> None:
    found = [(("food", "ride"), 2), (("food",), 2), ((), 5)]
    assert by_need(found) == [("", 5), ("food", 4), ("ride", None)]


def test_bars_stay_in_their_drawing() -> None:
    chart = bar_chart([(0, 7), (None, 120)], ["a", "b"])
    assert len(chart.bars) == 3
    for it in chart.bars:
        assert 0 <= it.x <= it.x + it.width <= WIDTH
        assert 0 <= it.y <= it.y + it.height <= HEIGHT


@pytest.mark.parametrize(("most", "top"), [(0, 2), (3, 5), (7, 10), (11, 20), (120, 200)])
def test_a_chart_ends_at_a_round_number(most: float, top: float) -> None:
    assert nice_top(most) == top
