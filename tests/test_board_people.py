"""People on the board: from a table and to one, written by hand, forgotten, blocked."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from html import unescape
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from boarding import AtTheBoard
from neighborhood import CAST, NETWORK, Neighborhood, open_neighborhood

from board.pages import importing
from hotline import roster_file
from hotline.store import listing

WITH_BOARD = (
    NETWORK.replace("[hotline]", f'[hotline]\nstewards = ["{CAST["Cleo"]}"]')
    + f'\n[board]\ndesk = ["{CAST["Dee"]}"]\nreaders = ["{CAST["Nora"]}"]\n'
)
HOSTILE = "<script>1</script>"
TABLE = f"""phone,name,areas,needs
{CAST["Ana"]},Ana Maria,eastside,food
{CAST["Ben"]},Ben,,
12,Chi,,
{CAST["Chi"]},"=1+1",,
+12125550177,{HOSTILE},,
"""


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url, WITH_BOARD) as opened:
        opened.put_on_roster({"phone": CAST["Ana"], "name": "Ana", "areas": "eastside"})
        yield opened


def finds(board: AtTheBoard, who: str) -> str:
    """Goes to the page of whoever has this phone; its path."""
    board.goes_to(f"/people?find={board.maple.number(who).replace('+', '%2B')}")
    return board.path.removeprefix("/board")


def table_in(board: AtTheBoard) -> list[dict[str, str]]:
    """What a spreadsheet sees of the file that was saved."""
    assert board.page.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(board.page.removeprefix("\ufeff"))))


# From a table.


def test_each_row_is_shown_before_anything_changes(dee: AtTheBoard) -> None:
    seen = dee.sends("/people/import", {"table": TABLE})
    assert "Bring in 3 people" in seen
    assert "Ana Maria changes name: Ana → Ana Maria needs: any → food" in seen
    assert "Ben new" in seen
    assert "row 4 12, Chi" in seen
    assert "row 5" in seen
    assert HOSTILE not in dee.page
    assert "Ben" not in dee.goes_to("/people")


def test_the_rows_that_can_be_read_are_brought_in(maple: Neighborhood, dee: AtTheBoard) -> None:
    assert "They are on the list now." in dee.sends("/people/import/bring", {"table": TABLE})
    assert "Ben" in dee.words
    assert HOSTILE not in dee.page
    maple.text("Maria", "need food, 11233")
    assert "Ana" in [it.who for it in maple.received()]


def test_the_refused_rows_come_as_a_file_that_can_be_mended_and_read(dee: AtTheBoard) -> None:
    dee.sends("/people/import/refused", {"table": TABLE})
    first, second = table_in(dee)
    assert (first["name"], second["name"]) == ("Chi", "'=1+1")
    assert "phone" in first["why"]
    mended = dee.page.replace("12,Chi", "+12125550178,Chi").replace("'=1+1", "Chi Lee")
    assert "Bring in 2 people" in dee.sends("/people/import", {"table": mended})


def test_a_file_as_a_spreadsheet_saves_it(dee: AtTheBoard) -> None:
    saved = "phone;name\n2125550177;Zoé\n".encode("cp1252")
    dee.http.headers["origin"] = dee.maple.address
    answer = dee.http.post("/people/import", files={"file": ("people.csv", saved, "text/csv")})
    assert "Zoé" in answer.text
    zipped = dee.http.post("/people/import", files={"file": ("people.xlsx", b"PK\x03\x04...")})
    assert "spreadsheet&#39;s own file" in zipped.text


def test_a_large_table_is_taken_from_who_is_signed_in_alone(
    maple: Neighborhood, dee: AtTheBoard
) -> None:
    rows = "".join(f"+1212{5550200 + it},Somebody {it}\n" for it in range(1500))
    table = f"phone,name,hours\n{rows}"
    assert len(table) < 64 * 1024 * 10
    dee.sends("/people/import", {"table": table + " " * 70_000})
    assert dee.status == 200
    with closing(AtTheBoard(maple)) as stranger:
        assert "Sign in" in stranger.sends("/people/import", {"table": table + " " * 70_000})


def rows(count: int) -> str:
    """A table of so many people."""
    some = "".join(f"+1212{5550200 + it},Somebody {it}\n" for it in range(count))
    return f"phone,name\n{some}"


def listed(maple: Neighborhood) -> int:
    return len(maple.database.read(listing.everybody))


def test_a_table_that_broke_off_goes_on_where_it_stopped(
    maple: Neighborhood, dee: AtTheBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is in it is so whole; and nobody is told twice."""
    monkeypatch.setattr(importing, "BROUGHT_AT_ONCE", 2)
    for said in ("JOIN", "Sam", "food", "eastside", "any time"):
        maple.text("Sam", said)
    table = rows(5) + f"{CAST['Sam']},Sam Smith\n"
    real, turns = importing.listing.bring, iter(range(99))

    def breaks(*arguments: Any, **named: Any) -> Any:
        found = real(*arguments, **named)
        if next(turns) >= 1:
            raise OSError("the disk is full")
        return found

    with monkeypatch.context() as broken:
        broken.setattr(importing.listing, "bring", breaks)
        before = listed(maple)
        dee.sends("/people/import/bring", {"table": table})
    assert (dee.status, listed(maple) - before) == (503, 2)
    maple.received()
    assert "They are on the list now." in dee.sends("/people/import/bring", {"table": table})
    assert listed(maple) - before == 5, "and Sam, who was on the way to it"
    assert ["on our list" in it for it in read(maple, "Sam")] == [True]
    dee.sends("/people/import/bring", {"table": table})
    assert read(maple, "Sam") == []


def test_texts_have_their_turn_while_a_table_is_brought_in(
    maple: Neighborhood, dee: AtTheBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BROUGHT_AT_ONCE", 2)
    brought: list[int] = []
    answered: list[int] = []
    real = importing.listing.bring

    def bring_and_somebody_writes(*arguments: Any, **named: Any) -> Any:
        maple.hotline.database.submit(lambda _: answered.append(len(brought)))  # as a text is
        brought.append(1)
        return real(*arguments, **named)

    monkeypatch.setattr(importing.listing, "bring", bring_and_somebody_writes)
    dee.sends("/people/import/bring", {"table": rows(8)})
    assert brought == [1, 1, 1, 1]
    assert answered[:3] == [1, 2, 3], "whoever came during one had their turn before the next"


def test_a_look_at_a_table_waits_for_nobody_who_writes(
    maple: Neighborhood, dee: AtTheBoard
) -> None:
    is_over = threading.Event()
    writing = maple.database.submit(lambda _: is_over.wait(20))
    dee.http.headers["origin"] = maple.address
    answer = dee.http.post("/people/import", data={"table": rows(3)})
    is_over.set()
    assert writing.result()
    assert "Bring in 3 people" in answer.text


# To a table.


def test_a_table_has_numbers_only_for_who_asks(maple: Neighborhood, cleo: AtTheBoard) -> None:
    cleo.sends("/people/export")
    (ana,) = table_in(cleo)
    assert (ana["name"], ana["areas"]) == ("Ana", "eastside")
    assert CAST["Ana"][-4:] not in cleo.page
    cleo.sends("/people/export", {"numbers": "on"})
    (ana,) = table_in(cleo)
    assert ana["phone"] == f"'{CAST['Ana']}"
    network = maple.hotline.house.network
    assert roster_file.read(cleo.page.removeprefix("\ufeff"), network)[0].phone == CAST["Ana"]


def test_no_cell_of_it_is_a_formula(maple: Neighborhood, cleo: AtTheBoard) -> None:
    maple.put_on_roster({"phone": CAST["Ben"], "name": "'=cmd|' /C calc'!A0"})
    maple.put_on_roster({"phone": CAST["Chi"], "name": "'+Chi"})
    for typed in ({}, {"numbers": "on"}):
        cleo.sends("/people/export", typed)
        cells = [cell for row in table_in(cleo) for cell in row.values()]
        assert not [it for it in cells if it[:1] in ("=", "+", "-", "@", "\t", "\r")]


@pytest.mark.skipif(not which("ssconvert"), reason="this machine has no Gnumeric")
def test_a_spreadsheet_opens_it_and_computes_nothing(
    maple: Neighborhood, cleo: AtTheBoard, tmp_path: Path
) -> None:
    """Gnumeric reads the file, and writes down what stands in its cells then."""
    maple.put_on_roster({"phone": CAST["Ben"], "name": "'=CHAR(65)"})
    maple.put_on_roster({"phone": CAST["Chi"], "name": 'Chi Núñez, the "tall" one'})
    cleo.sends("/people/export", {"numbers": "on"})
    saved, seen = tmp_path / "people.csv", tmp_path / "seen.csv"
    saved.write_bytes(cleo.page.encode())
    command = ["ssconvert", "--recalc", "--export-type=Gnumeric_stf:stf_csv", saved, seen]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(seen.read_text("utf-8")))}
    assert rows.keys() == {"Ana", "=CHAR(65)", 'Chi Núñez, the "tall" one'}
    assert rows["Ana"]["phone"] == CAST["Ana"]


def test_a_table_is_for_stewards_who_have_just_shown_who_they_are(
    maple: Neighborhood, cleo: AtTheBoard, dee: AtTheBoard
) -> None:
    dee.sends("/people/export", {"numbers": "on"})
    assert dee.status == 403
    maple.pass_time(timedelta(minutes=11))
    assert "Is it you?" in cleo.sends("/people/export", {"numbers": "on"})


# By hand.


def test_somebody_new_is_asked_from_then_on(maple: Neighborhood, dee: AtTheBoard) -> None:
    typed = {"phone": "212 555 0142", "name": "Ben", "areas": "eastside", "needs": "food"}
    assert "Kept." in dee.sends("/people/new", typed)
    maple.received()
    maple.text("Maria", "need food, 11233")
    assert {"Ana", "Ben"} <= {it.who for it in maple.received()}


def test_what_is_wrong_is_told_and_what_was_typed_comes_back(dee: AtTheBoard) -> None:
    seen = dee.sends("/people/new", {"phone": "12", "name": HOSTILE, "hours": "never ever"})
    assert (dee.status, "hours" in seen) == (422, True)
    assert HOSTILE not in dee.page
    assert HOSTILE in unescape(dee.page)


def test_two_change_one_person_and_the_second_sees_it(cleo: AtTheBoard, dee: AtTheBoard) -> None:
    at = finds(cleo, "Ana")
    digests = []
    for board in (cleo, dee):
        board.goes_to(f"{at}/edit")
        digests += re.findall(r'name="digest" value="(\w+)"', board.page)
    cleo.sends(f"{at}/edit", {"digest": digests[0], "name": "Ana", "areas": "westside"})
    seen = dee.sends(f"{at}/edit", {"digest": digests[1], "name": "Anne", "areas": "eastside"})
    assert (dee.status, "Somebody changed this meanwhile" in seen) == (409, True)
    assert "Ana" in dee.goes_to(at)
    assert "westside" in dee.words


def test_readers_come_to_none_of_it(maple: Neighborhood) -> None:
    with closing(AtTheBoard(maple)) as nora:
        nora.signs_in("Nora")
        for path in ("/people/new", "/people/import", "/people/1/edit", "/people/export"):
            nora.goes_to(path)
            assert nora.status == 403
            nora.sends(path)
            assert nora.status == 403


# Blocked.


def blocks(board: AtTheBoard, who: str, **more: str) -> str:
    return board.sends(f"{finds(board, who)}/block", {"reason": "threats", **more})


def read(maple: Neighborhood, who: str) -> list[str]:
    return [it.body for it in maple.received() if it.who == who]


def test_what_somebody_blocked_writes_is_kept_and_opens_nothing(
    maple: Neighborhood, dee: AtTheBoard
) -> None:
    maple.text("Sam", "hi")
    assert "They are not answered any more." in blocks(dee, "Sam")
    maple.received()
    assert maple.text("Sam", "need food, 11233")["replies"] == []
    assert maple.requests() == []
    assert maple.received() == []
    assert "threats" in dee.goes_to("/people/blocked")


def test_who_is_blocked_is_answered_in_danger_alone(maple: Neighborhood, dee: AtTheBoard) -> None:
    maple.text("Sam", "hi")
    blocks(dee, "Sam")
    (told,) = maple.text("Sam", "help my house is on fire")["replies"]
    assert "911" in told
    assert maple.requests() == []


def test_who_is_blocked_can_say_stop(maple: Neighborhood, dee: AtTheBoard) -> None:
    maple.text("Sam", "hi")
    blocks(dee, "Sam")
    maple.text("Sam", "STOP")
    assert "said STOP" in dee.goes_to(finds(dee, "Sam"))


def test_who_is_blocked_hears_nothing_on_the_phone(maple: Neighborhood, dee: AtTheBoard) -> None:
    maple.text("Sam", "hi")
    blocks(dee, "Sam")
    maple.call("Sam")
    assert maple.heard("Sam") == ""


def test_what_they_asked_for_is_closed_and_what_they_have_goes_on(
    maple: Neighborhood, dee: AtTheBoard
) -> None:
    maple.put_on_roster({"phone": CAST["Ben"], "name": "Ben"})
    maple.text("Maria", "need food, 11233")
    maple.text("Ana", "YES 12")
    maple.text("Ana", "i need a ride, 11233")
    blocks(dee, "Ana")
    assert [it.state.value for it in maple.requests()] == ["open", "withdrawn"]
    assert read(maple, "Maria") != []
    maple.text("Nora", "need food, 11233")
    assert read(maple, "Ana") == []


def test_a_block_ends(maple: Neighborhood, dee: AtTheBoard) -> None:
    maple.text("Sam", "hi")
    blocks(dee, "Sam", days="2")
    maple.pass_time(timedelta(days=2, minutes=1))
    assert maple.text("Sam", "need food, 11233")["replies"] != []
    blocks(dee, "Sam")
    assert "They are answered again." in dee.sends(f"{finds(dee, 'Sam')}/unblock")
    assert maple.text("Sam", "need a ride, 11233")["replies"] != []


def test_nobody_who_looks_after_the_board_is_blocked(maple: Neighborhood, dee: AtTheBoard) -> None:
    maple.text("Cleo", "hi")
    assert "They look after the board." in blocks(dee, "Cleo")
    assert maple.text("Cleo", "need food, 11233")["replies"] != []


def test_who_sits_at_the_desk_shuts_no_steward_out(maple: Neighborhood, dee: AtTheBoard) -> None:
    """Whoever is suspended has no part in the board any more."""
    maple.put_on_roster({"phone": CAST["Cleo"], "name": "Cleo"})
    for deed in ("suspend", "remove"):
        assert "They look after the board." in dee.sends(f"{finds(dee, 'Cleo')}/{deed}")
    with closing(AtTheBoard(maple)) as cleo:
        cleo.signs_in("Cleo")
        assert "They are asked nothing now." in cleo.sends(f"{finds(cleo, 'Ana')}/suspend")


# Forgotten.


def test_somebody_is_forgotten_once_nobody_waits(maple: Neighborhood, dee: AtTheBoard) -> None:
    maple.text("Maria", "need food, 11233")
    at = finds(dee, "Maria")
    assert "Tick the box" in dee.sends(f"{at}/forget")
    assert "12" in dee.sends(f"{at}/forget", {"sure": "on"})
    assert dee.status == 409
    maple.text("Maria", "NEVER MIND 12")
    assert "They are forgotten." in dee.sends(f"{at}/forget", {"sure": "on"})
    assert "There is nothing here" in dee.goes_to(at)
    assert "There are none." in dee.goes_to(f"/people?find=%2B{CAST['Maria'][1:]}")


def test_forgetting_asks_once_more_who_it_is(maple: Neighborhood, dee: AtTheBoard) -> None:
    at = finds(dee, "Ana")
    maple.pass_time(timedelta(minutes=11))
    assert "Is it you?" in dee.sends(f"{at}/forget", {"sure": "on"})
    assert "Ana" in dee.goes_to(at)
