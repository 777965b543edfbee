"""The record on the board: who did what when, in words, a part of it, and as a file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from io import StringIO

import pytest
from boarding import AtTheBoard
from neighborhood import CAST, Neighborhood, open_neighborhood
from test_board import WITH_BOARD

from board.deeds import SENTENCES
from board.spreadsheet import as_csv, harmless
from hotline.store.record import events, record

TOOK = "Ana took 12"


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url, WITH_BOARD) as opened:
        opened.put_on_roster(
            {"phone": CAST["Ana"], "name": "Ana", "areas": "eastside", "needs": "food"},
            {"phone": CAST["Ben"], "name": "Ben", "areas": "eastside", "needs": "food"},
        )
        opened.text("Maria", "need food, eastside")
        opened.text("Ana", "YES 12")
        opened.received()
        yield opened


def test_who_did_what_stands_there_in_words(cleo: AtTheBoard) -> None:
    seen = cleo.goes_to("/record")
    assert "signed in on the board." in seen
    assert TOOK in seen


def test_it_is_looked_through_by_person_kind_and_day(cleo: AtTheBoard) -> None:
    assert "signed in" not in cleo.goes_to("/record?name=Ana")
    assert TOOK in cleo.words
    assert "took" not in cleo.goes_to("/record?kind=board")
    assert "signed in on the board." in cleo.words
    assert "There is nothing." in cleo.goes_to("/record?day=2020-01-01")
    assert TOOK in cleo.goes_to("/record?kind=requests&day=" + _today(cleo))
    assert "Nobody on the list is called that" in cleo.goes_to("/record?name=Zoe")


def _today(board: AtTheBoard) -> str:
    network = board.maple.hotline.house.network
    return f"{board.maple.now().astimezone(network.zone):%Y-%m-%d}"


def test_older_deeds_are_a_page_further(maple: Neighborhood, cleo: AtTheBoard) -> None:
    for _ in range(50):
        maple.database.write(lambda c: record(c, None, "listed", maple.now()))
    assert TOOK not in cleo.goes_to("/record")
    (older,) = re.findall(r'href="/board(/record\?[^"]*before=\d+)"', cleo.page)
    assert TOOK in cleo.goes_to(older.replace("&amp;", "&"))


def test_who_is_kept_apart_from_whom_is_not_in_it(maple: Neighborhood, cleo: AtTheBoard) -> None:
    maple.text("Maria", "SAFE 12")
    assert "apart" in [it.what for it in maple.database.read(lambda c: events(c, 99))]
    cleo.goes_to("/record")
    assert "apart" not in cleo.words
    assert TOOK in cleo.words


def test_the_file_asks_once_more_who_it_is(maple: Neighborhood, cleo: AtTheBoard) -> None:
    maple.pass_time(timedelta(minutes=11))
    assert "Is it you?" in cleo.goes_to("/record/file/-/requests/-")
    maple.received()
    cleo.sends("/prove", {"then": "/record/file/-/requests/-"})
    (code,) = re.findall(r"\b\d{6}\b", [it.body for it in maple.received()][-1])
    cleo.sends("/prove", {"then": "/record/file/-/requests/-", "code": code})
    rows = list(csv.reader(StringIO(cleo.page.lstrip("\ufeff"))))
    assert rows[0] == ["when", "who", "id", "what", "about", "about id", "request"]
    assert [row[3] for row in rows[1:]] == ["Ana took 12."]
    assert "downloaded the record." in cleo.goes_to("/record")


def test_only_stewards_take_it_along_and_readers_do_not_see_it(maple: Neighborhood) -> None:
    with closing(AtTheBoard(maple)) as dee, closing(AtTheBoard(maple)) as nora:
        dee.signs_in("Dee")
        assert TOOK in dee.goes_to("/record")
        assert "Download" not in dee.words
        dee.goes_to("/record/file/-/-/-")
        assert dee.status == 403
        nora.signs_in("Nora")
        nora.goes_to("/record")
        assert nora.status == 403


# Pure.


@pytest.mark.parametrize("cell", ["=1+1", "+1212", "-2", "@SUM(A1)", "\t=1", " =1", "|cmd", "%0"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


def test_a_table_survives_quotes_commas_and_lines() -> None:
    written = as_csv(("what",), [('say "hi", ok?\nyes',)]).decode("utf-8-sig")
    assert list(csv.reader(StringIO(written))) == [["what"], ['say "hi", ok?\nyes']]


def test_each_kind_stands_in_one_group_and_fits_its_column() -> None:
    kinds = [kind for group in SENTENCES.values() for kind in group]
    assert len(kinds) == len(set(kinds))
    assert max(map(len, kinds)) <= 12
