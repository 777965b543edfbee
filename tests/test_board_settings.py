"""The settings on the board: seen, changed, taken back; by stewards alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from boarding import AtTheBoard
from neighborhood import CAST, NETWORK, Neighborhood, open_neighborhood

WITH_BOARD = (
    NETWORK.replace("[hotline]", f'[hotline]\nstewards = ["{CAST["Cleo"]}"]')
    + f'\n[board]\ndesk = ["{CAST["Dee"]}"]  # Dee, on Mondays\n'
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "hotline.toml"


@pytest.fixture
def maple(sqlite_url: str, redis_url: str, file: Path) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url, WITH_BOARD, file=file) as opened:
        yield opened


def field(board: AtTheBoard, name: str) -> str:
    """What stands in the first field of a name."""
    (first, *_) = re.findall(
        rf'<input[^>]* name="{name}"[^>]* value="([^"]*)"|<textarea[^>]* name="{name}"[^>]*>(.*?)<',
        board.page,
        re.DOTALL,
    )
    return unescape("".join(first)).removeprefix("\n")


def looks_at(board: AtTheBoard, text: str) -> str:
    """Types this text, and sees what it changes."""
    board.goes_to("/settings")
    return board.sends("/settings/look", {"digest": field(board, "digest"), "text": text})


def saves(board: AtTheBoard) -> str:
    typed = {name: field(board, name) for name in ("digest", "text")}
    return board.sends("/settings/save", typed)


def renamed(file: Path, name: str) -> str:
    return file.read_text().replace('"Maple Street Mutual Aid"', f'"{name}"')


def test_a_name_is_changed_by_a_form_and_holds_at_once(
    maple: Neighborhood, cleo: AtTheBoard, file: Path
) -> None:
    cleo.goes_to("/settings/form/basics")
    typed = {
        "digest": field(cleo, "digest"),
        "hotline.name": "Oak Street",
        "hotline.quiet": field(cleo, "hotline.quiet"),
        "hotline.languages": field(cleo, "hotline.languages"),
    }
    seen = cleo.sends("/settings/form/basics", typed)
    assert '+ name = "Oak Street"' in seen
    assert '− name = "Maple Street Mutual Aid"' in seen
    assert "Maple Street Mutual Aid" in file.read_text()
    assert "Saved. It holds from now on." in saves(cleo)
    assert cleo.title == "Settings · Oak Street"
    assert "# Dee, on Mondays" in file.read_text()
    assert maple.text("Maria", "need food")["replies"][0].startswith("Oak Street: got it")


def test_a_mistake_is_told_and_nothing_is_saved(cleo: AtTheBoard, file: Path) -> None:
    before = file.read_text()
    seen = looks_at(cleo, before.replace("[hotline]", "[hotline]\nnam = 1"))
    assert (cleo.status, "did you mean name?" in seen) == (422, True)
    assert "nam = 1" in field(cleo, "text")
    assert cleo.page.count('action="/board/settings/save"') == 0
    typed = {"digest": field(cleo, "digest"), "text": "[hotline]\nnam = 1"}
    cleo.sends("/settings/save", typed)
    assert (cleo.status, file.read_text()) == (422, before)


def test_two_save_at_once_and_the_second_sees_what_the_first_did(
    maple: Neighborhood, cleo: AtTheBoard, file: Path
) -> None:
    with closing(AtTheBoard(maple)) as other:
        other.signs_in("Cleo")
        looks_at(cleo, renamed(file, "Oak Street"))
        looks_at(other, renamed(file, "Elm Street"))
        saves(cleo)
        assert "Somebody changed this meanwhile" in saves(other)
        assert '− name = "Oak Street"' in other.words
        assert '+ name = "Elm Street"' in other.words
    assert 'name = "Oak Street"' in file.read_text()


def test_a_form_from_before_changes_nothing(cleo: AtTheBoard, file: Path) -> None:
    cleo.goes_to("/settings/form/areas")
    old = field(cleo, "digest")
    file.write_text(file.read_text() + "\n# by hand\n")
    seen = cleo.sends("/settings/form/areas", {"digest": old, "0.key": "elsewhere"})
    assert (cleo.status, "Somebody changed this meanwhile" in seen) == (409, True)


def test_back_to_how_it_was(cleo: AtTheBoard, file: Path) -> None:
    first = file.read_text()
    looks_at(cleo, renamed(file, "Oak Street"))
    saves(cleo)
    seen = cleo.goes_to("/settings")
    assert "saved by" in seen
    assert "as it stood in the file" in seen
    *_, oldest = re.findall(r"/settings/versions/\d+", cleo.page)
    assert '− name = "Oak Street"' in cleo.goes_to(oldest)
    saves(cleo)
    assert file.read_text() == first


def test_twenty_versions_are_kept(cleo: AtTheBoard, file: Path) -> None:
    for number in range(21):
        looks_at(cleo, renamed(file, "Maple Street") + f"# {number}\n")
        saves(cleo)
    cleo.goes_to("/settings")
    assert len(re.findall(r"/settings/versions/\d+", cleo.page)) == 20


def test_no_steward_locks_herself_out(cleo: AtTheBoard, file: Path) -> None:
    before = file.read_text()
    seen = looks_at(cleo, before.replace(CAST["Cleo"], CAST["Ben"]))
    assert "you would not be a steward any more" in seen
    cleo.sends("/settings/save", {"digest": field(cleo, "digest"), "text": field(cleo, "text")})
    assert file.read_text() == before


def test_what_takes_somebody_away_signs_them_out_at_once(
    maple: Neighborhood, cleo: AtTheBoard, file: Path
) -> None:
    with closing(AtTheBoard(maple)) as dee:
        dee.signs_in("Dee")
        looks_at(cleo, file.read_text().replace(CAST["Dee"], CAST["Ben"]))
        saves(cleo)
        assert "Write your phone number" in dee.goes_to("/")


def test_saving_asks_for_a_fresh_proof_and_keeps_what_was_typed(
    maple: Neighborhood, cleo: AtTheBoard, file: Path
) -> None:
    before = file.read_text()
    looks_at(cleo, renamed(file, "Oak Street"))
    maple.pass_time(timedelta(minutes=11))
    assert "first show that it is you" in saves(cleo)
    assert "Oak Street" in field(cleo, "text")
    assert file.read_text() == before
    assert "Is it you?" in cleo.goes_to("/settings")


def test_who_is_at_the_desk_has_no_settings(maple: Neighborhood, file: Path) -> None:
    before = file.read_text()
    with closing(AtTheBoard(maple)) as dee:
        dee.signs_in("Dee")
        assert "Settings" not in dee.page
        for path in ("/settings", "/settings/form/basics", "/settings/versions/1"):
            dee.goes_to(path)
            assert dee.status == 403
        for path in ("/settings/look", "/settings/form/basics", "/settings/save"):
            dee.sends(path, {"text": "", "digest": ""})
            assert dee.status == 403
    assert file.read_text() == before


def test_a_form_from_elsewhere_is_refused(cleo: AtTheBoard, file: Path) -> None:
    looks_at(cleo, renamed(file, "Oak Street"))
    typed = {name: field(cleo, name) for name in ("digest", "text")}
    cleo.sends("/settings/save", typed, origin="https://elsewhere.example")
    assert cleo.status == 403
    assert "Oak Street" not in file.read_text()


def test_markup_in_the_settings_is_shown_as_it_is(cleo: AtTheBoard, file: Path) -> None:
    hostile = "</textarea><script>1</script>"
    looks_at(cleo, renamed(file, hostile))
    assert "<script>1" not in cleo.page
    saves(cleo)
    assert hostile in file.read_text()
    for path in ("/settings", "/settings/form/basics", "/"):
        cleo.goes_to(path)
        assert "<script>1" not in cleo.page


def test_where_the_file_cannot_be_written_the_board_shows_what_to_change(
    cleo: AtTheBoard, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.settings_file.is_writable", lambda _: False)
    assert "We may not write the file on this machine." in cleo.goes_to("/settings")
    seen = looks_at(cleo, renamed(file, "Oak Street"))
    assert '+ name = "Oak Street"' in seen
    assert f"We may not write {file}." in seen
    assert 'action="/board/settings/save"' not in cleo.page


def test_a_mistake_made_by_hand_is_told_on_the_board(
    maple: Neighborhood, cleo: AtTheBoard, file: Path
) -> None:
    file.write_text(file.read_text() + "\n[wave]\n")
    maple.hotline.house.current.look()
    seen = cleo.goes_to("/settings")
    assert "What was set before still holds." in seen
    assert "did you mean waves?" in seen
