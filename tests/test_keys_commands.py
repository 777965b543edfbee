"""`hotline keys`, and what `hotline migrate` does about keys: as somebody types it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from servers import KEYS
from test_commands import Shell

from hotline import key_file, keyring


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A new hotline, whose keys are in a file."""
    made = Shell(tmp_path, f"sqlite:///{tmp_path / 'hotline.db'}")
    del made.environment["HOTLINE_KEYS"]
    return made


def test_migrate_makes_the_keys_once_and_says_where(shell: Shell) -> None:
    path = shell.folder / key_file.NAME
    assert f"Its keys are in {path}" in shell.run("migrate")
    made = path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert "keys" not in shell.run("migrate")
    assert path.read_bytes() == made


def test_a_new_key_opens_what_there_was_and_the_old_one_may_go(shell: Shell) -> None:
    shell.run("migrate")
    shell.run("roster", "add", "+12125550141", "--name", "Anabel")
    path = shell.folder / key_file.NAME
    assert "sealed with the new key" in shell.run("keys", "rotate")
    new, old = key_file.read(path).keys.values()
    assert "Anabel" in shell.run("roster", "list")
    path.unlink()
    key_file.put_first(path, new, [])
    assert "Anabel" in shell.run("roster", "list")
    path.unlink()
    key_file.put_first(path, old, [])
    assert "not those of this database" in shell.run("roster", "list", status=1)


def test_a_change_that_was_broken_off_is_told_and_finished(shell: Shell) -> None:
    shell.run("migrate")
    shell.run("roster", "add", "+12125550141", "--name", "Anabel")
    path = shell.folder / key_file.NAME
    (old,) = key_file.read(path).keys.values()
    key_file.put_first(path, keyring.new_key(), [old])
    assert "was not finished" in shell.run("roster", "list", status=1)
    shell.run("keys", "rotate")
    assert len(key_file.read(path).keys) == 2, "the one that is there is used"
    assert "Anabel" in shell.run("roster", "list")


def test_no_new_keys_are_made_for_a_database_that_has_its_own(shell: Shell) -> None:
    shell.run("migrate")
    path = shell.folder / key_file.NAME
    kept = path.rename(path.with_suffix(".away"))
    for command in (["migrate"], ["requests"], ["keys", "rotate"]):
        assert "put it back" in " ".join(shell.run(*command, status=1).split())
        assert not path.exists()
    kept.rename(path)
    shell.run("requests")


def test_keys_in_the_environment_are_changed_there(shell: Shell) -> None:
    shell.environment["HOTLINE_KEYS"] = KEYS
    shell.run("migrate")
    assert not (shell.folder / key_file.NAME).exists()
    said = shell.run("keys", "rotate", status=1)
    (new,) = re.findall(r"(?<![\w-])[\w-]{43}(?![\w-])", said)
    shell.environment["HOTLINE_KEYS"] = f"{new},{KEYS}"
    shell.run("keys", "rotate")
    shell.environment["HOTLINE_KEYS"] = new
    shell.run("requests")


def test_before_there_is_a_database_migrate_is_what_is_asked_for(shell: Shell) -> None:
    for command in (["requests"], ["keys", "rotate"]):
        assert "hotline migrate" in shell.run(*command, status=1)
    assert not list(shell.folder.glob("hotline.db*"))
