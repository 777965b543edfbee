"""Settings that change while the program runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline import settings
from hotline.current_settings import CurrentNetwork
from hotline.work import furnish

MAPLE, OAK = '[hotline]\nname = "Maple Street"\n', '[hotline]\nname = "Oak Street"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "hotline.toml"
    file.write_text(MAPLE)
    return file


def current(file: Path) -> CurrentNetwork:
    found = settings.load({"HOTLINE_CONFIG": str(file)}, carrier=False)
    looking = CurrentNetwork(found.network, found.file)
    looking.look()
    return looking


def test_what_is_written_holds_from_the_next_look_on(file: Path) -> None:
    looking = current(file)
    file.write_text(OAK)
    looking.look()
    assert looking().name == "Oak Street"


def test_a_file_that_is_only_half_written_is_not_taken(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Emptied by an editor that is about to write it: an empty one is valid, and is nobody's."""
    monkeypatch.setattr("hotline.current_settings.LOOK_AFTER", 0.0)
    looking = current(file)
    file.write_text("")
    assert looking().name == "Maple Street"
    file.write_text(OAK)
    assert [looking().name, looking().name] == ["Maple Street", "Oak Street"]


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ("[hotline", "cannot be read"),
        ('[hotline]\nname = ""\n', "hotline.name: is empty"),
        (None, "is gone"),
    ],
)
def test_a_mistake_keeps_what_was_good_and_is_told(
    file: Path, written: str | None, wrong: str
) -> None:
    looking = current(file)
    file.unlink() if written is None else file.write_text(written)
    looking.look()
    assert looking().name == "Maple Street"
    assert wrong in looking.mistakes[0]
    file.write_text(MAPLE)
    looking.look()
    assert looking.mistakes == ()


def test_the_log_has_no_words_of_a_mistake(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    looking = current(file)
    file.write_text(
        '[[needs]]\nkey = "a"\nwords = { en = ["secret"] }\n'
        '[[needs]]\nkey = "b"\nwords = { en = ["secret"] }\n'
    )
    looking.look()
    looking.look()
    (said,) = [it.getMessage() for it in caplog.records]
    assert said == (
        "hotline.toml has 1 mistake (hotline check says where); the settings stay what they were"
    )


def test_a_piece_of_work_keeps_the_settings_that_it_began_with(file: Path) -> None:
    found = settings.load({"HOTLINE_CONFIG": str(file)}, carrier=False)
    house = furnish(found.network, file=found.file)
    begun = house.work(None)  # type: ignore[arg-type]
    file.write_text(MAPLE + 'languages = ["en", "fr"]\n')
    house.current.look()
    assert begun.network.languages == ("en", "es")
    assert house.work(None).speech.network.languages == ("en", "fr")  # type: ignore[arg-type]


def test_without_a_file_nothing_is_looked_for() -> None:
    looking = CurrentNetwork(settings.read_network(MAPLE, "hotline.toml"), None)
    looking.look()
    assert (looking().name, looking.mistakes) == ("Maple Street", ())
