"""Every row of `make bench` works: in its quick form, and without asking how fast anything is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import browsing
import pytest

from bench import report, town, waves
from bench.run import ROWS
from bench.town import Servers
from bench.waves import Answer, Outcome, in_waves

NEVER = Answer(None, yes=False)
NO_AT_ONCE = Answer(0.1, yes=False)
YES_IN_7 = Answer(7.0, yes=True)


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with town.servers_for_a_run() as servers:
        yield servers


@pytest.mark.trial
@pytest.mark.parametrize("row", ROWS)
def test_every_row_yields_figures(row: str, servers: Servers, tmp_path: Path) -> None:
    if row == "browsing" and browsing.program() is None:
        pytest.skip("this machine has no Chromium")
    figures = list(ROWS[row](servers, quick=True))
    assert figures
    assert all(it.row == row and it.ours > 0 for it in figures)
    report.write_json(tmp_path / "results.json", {"cores": 2}, figures)
    assert json.loads((tmp_path / "results.json").read_text("utf-8"))["figures"]


def test_a_page_of_the_docs_keeps_what_is_around_its_table(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- it: made by `make bench` -->\nold\n<!-- it: end -->\nafter\n")
    report.replace_between(page, "it", "new")
    assert page.read_text() == (
        "before\n<!-- it: made by `make bench` -->\nnew\n<!-- it: end -->\nafter\n"
    )


def test_the_next_wave_is_asked_when_the_first_stays_silent() -> None:
    """Two pages each; the fourth says YES; three hear that it is covered."""
    people = [NEVER, NEVER, NEVER, YES_IN_7, NEVER, NEVER]
    took = waves.play(in_waves(2, minutes=5), people)
    assert took.texts == 6 + 5, "three waves before the YES at 12 minutes"
    assert took.minutes == pytest.approx(12, abs=0.1)


def test_a_no_brings_one_more_at_once() -> None:
    people = [NO_AT_ONCE, NEVER, YES_IN_7, NEVER]
    took = waves.play(in_waves(2, minutes=30), people)
    assert took.texts == 3 + 1
    assert took.minutes == pytest.approx(7.2, abs=0.1)


def test_nobody_may_say_yes() -> None:
    assert waves.play(in_waves(2, minutes=5), [NEVER] * 3) == Outcome(3, None)


def test_the_town_is_the_same_each_time() -> None:
    assert waves.curve(waves.TOWNS[0], 10) == waves.curve(waves.TOWNS[0], 10)
