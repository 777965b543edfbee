"""Settings changed in the text of `hotline.toml`, as somebody with an editor would."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.datastructures import ImmutableMultiDict

from board.pages import setting_forms
from hotline import settings, settings_file
from hotline.settings_file import CHANGED, NOT_WRITABLE, SAVED, digest, save
from hotline.settings_text import differences, tidy, with_values

MAPLE = """# Ours.
[hotline]
name = "Maple Street"   # first words
languages = ["en", "es"]

[[needs]]
key = "food"
digit = 1
words.en = ["food"]   # more later
words.es = ["comida"]

[[needs]]
key = "ride"

[[areas]]
key = "north"
"""


def changed(old: str, new: str) -> list[str]:
    return [f"{mark}{line}" for mark, line in differences(old, new) if mark in "+-"]


def typed(form: str, text: str = MAPLE, **changes: str) -> ImmutableMultiDict[str, str]:
    """A form as it was shown, with some fields typed anew (`__` stands for a dot)."""
    network = settings.read_network(text, "hotline.toml")
    shown = setting_forms.shown(form, text, network)
    sent = {it.id: value for it, value in shown["fields"]}
    for number, it in enumerate(shown["items"]):
        sent[f"{number}.key"] = it["key"]
        sent |= {f"{number}.digit": str(it.get("digit", ""))} if form == "needs" else {}
        for language, words in it.get("words", {}).items() if form == "needs" else ():
            sent[f"{number}.words.{language}"] = ", ".join(words)
    changes = {name.lstrip("_").replace("__", "."): value for name, value in changes.items()}
    return ImmutableMultiDict(sent | changes)


@pytest.mark.parametrize("form", setting_forms.FORMS)
def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(form: str) -> None:
    text = MAPLE + "\n[waves]\nsizes = [2, 3]\nminutes = 1.5\n"
    merged = setting_forms.merged(form, text, typed(form, text))
    assert [it for it in changed(text, merged) if it != '+quiet = ""'] == []


@pytest.mark.parametrize(
    ("form", "changes", "lines"),
    [
        (
            "basics",
            {"hotline__name": "Oak", "hotline__quiet": "22:00-07:00"},
            [
                '-name = "Maple Street"   # first words',
                '+name = "Oak"   # first words',
                '+quiet = "22:00-07:00"',
            ],
        ),
        (
            "organizers",
            {"board__desk": "+12125550101,\n +12125550102"},
            ["+[board]", '+desk = ["+12125550101", "+12125550102"]'],
        ),
        ("asking", {"waves__sizes": "2, 5"}, ["+[waves]", "+sizes = [2, 5]"]),
        (
            "needs",
            {"_0__words__en": "food, bread"},
            ['-words.en = ["food"]   # more later', '+words.en = ["food", "bread"]   # more later'],
        ),
        ("needs", {"_1__gone": "on"}, ["-[[needs]]", '-key = "ride"', "-"]),
        (
            "needs",
            {"_2__key": "Pets", "_2__words__en": "cat"},
            ["+[[needs]]", '+key = "pets"', '+words = {en = ["cat"]}', "+"],
        ),
        ("areas", {"_0__words": "11216"}, ['+words = ["11216"]']),
    ],
)
def test_what_is_typed_is_all_that_changes(
    form: str, changes: dict[str, str], lines: list[str]
) -> None:
    merged = setting_forms.merged(form, MAPLE, typed(form, **changes))
    found = [it for it in changed(MAPLE, merged) if it not in ('+quiet = ""', "+")]
    assert found == [it for it in lines if it != "+"]
    settings.read_network(merged, "hotline.toml")


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        setting_forms.merged("limits", MAPLE, typed("limits", limits__calls_at_once="many"))


def test_what_is_emptied_goes_back_to_the_default() -> None:
    text = with_values(MAPLE, {("waves", "minutes"): 3})
    assert "minutes = 3" in text
    assert "minutes" not in with_values(text, {("waves", "minutes"): None})


def test_lines_of_a_browser_are_lines_of_a_file() -> None:
    assert tidy("a \r\nb\r\n\r\n") == "a\nb\n"


# The file.


def test_who_saves_second_is_told_and_overwrites_nothing(tmp_path: Path) -> None:
    file = tmp_path / "hotline.toml"
    file.write_text("a = 1\n")
    assert save(str(file), digest("a = 1\n"), "a = 2\n") == (SAVED, "a = 1\n")
    assert save(str(file), digest("a = 1\n"), "a = 3\n") == (CHANGED, "a = 2\n")
    assert file.read_text() == "a = 2\n"


def test_the_file_keeps_its_permissions_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "hotline.toml"
    file.write_text("")
    file.chmod(0o640)
    save(str(file), digest(""), "a = 2\n")
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [file]


def test_through_a_link_the_file_behind_it_is_written(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "hotline.toml"
    real.write_text("")
    link.symlink_to(real)
    save(str(link), digest(""), "a = 2\n")
    assert (link.is_symlink(), real.read_text()) == (True, "a = 2\n")


def test_what_we_may_not_write_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "hotline.toml"
    file.write_text("a = 1\n")
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write everything
    assert not settings_file.is_writable(file)
    assert save(str(file), digest("a = 1\n"), "a = 2\n")[0] == NOT_WRITABLE
    assert file.read_text() == "a = 1\n"
