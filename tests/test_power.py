"""That a power cut of the fault suite is one: what a program waited for stays, and of the rest any
part, so that who does not wait loses what it said is done."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from chaos import power
from chaos.power import Kind, Note

CUTS = 6
PROGRAM = """
import sqlite3, sys
file, how = sys.argv[1:]
it = sqlite3.connect(file, isolation_level=None)
it.execute("PRAGMA journal_mode=WAL")
it.execute(f"PRAGMA synchronous={how}")
it.execute("PRAGMA wal_autocheckpoint=20")
it.execute("CREATE TABLE IF NOT EXISTS said (number INTEGER PRIMARY KEY, words TEXT)")
(number,) = it.execute("SELECT coalesce(max(number), 0) FROM said").fetchone()
while True:
    number += 1
    it.execute("INSERT INTO said VALUES (?, ?)", (number, "x" * 300))
    print(number, flush=True)
"""
needs_compiler = pytest.mark.skipif(
    shutil.which("cc") is None, reason="this machine has no C compiler"
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return power.build(tmp_path_factory.mktemp("power"))


def cut(folder: Path, library: Path, how: str, chance: Random) -> str:
    """Write until the power goes: what is wrong with what is left, if anything is."""
    file, noted = folder / "said.db", folder / "notes"
    noted.touch()
    environment = {"LD_PRELOAD": str(library), power.NOTES: str(noted)}
    command = [sys.executable, "-c", PROGRAM, str(file), how]
    with subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.PIPE, text=True
    ) as writes:
        assert writes.stdout is not None
        for _ in range(chance.randint(30, 300)):
            said = writes.stdout.readline()
        writes.kill()
        said = [said, *(it for it in writes.stdout if it.endswith("\n"))][-1]
    power.after_a_cut(noted, chance)
    noted.unlink()
    Path(f"{file}-shm").unlink()
    try:
        with closing(sqlite3.connect(file)) as left:
            (found,) = left.execute("PRAGMA integrity_check").fetchone()
            (last,) = left.execute("SELECT max(number) FROM said").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    return found if found != "ok" else "" if last >= int(said) else "lost"


@needs_compiler
def test_who_waits_for_the_disk_loses_nothing(tmp_path: Path, library: Path) -> None:
    chance = Random(7)  # noqa: S311 - no secret
    assert [cut(tmp_path, library, "FULL", chance) for _ in range(CUTS)] == [""] * CUTS


@needs_compiler
def test_who_does_not_wait_loses_what_they_said_is_done(tmp_path: Path, library: Path) -> None:
    chance = Random(7)  # noqa: S311 - no secret
    assert "lost" in [cut(tmp_path, library, "NORMAL", chance) for _ in range(4 * CUTS)]


@needs_compiler
def test_who_never_waits_has_no_database_any_more(tmp_path: Path, library: Path) -> None:
    assert cut(tmp_path, library, "OFF", Random(7)) not in ("", "lost")  # noqa: S311


# What is safe, by what was noted.


def of_notes(monkeypatch: pytest.MonkeyPatch, *some: Note) -> list[int]:
    """The places of what is not surely on the disk."""
    monkeypatch.setattr(power, "notes", lambda _file: some)
    return [it.offset for it in power.pending(Path()).get("a.db", [])]


def wrote(offset: int) -> Note:
    return Note(Kind.WRITTEN, "a.db", 1, offset)


def waits(who: int = 1) -> Note:
    return Note(Kind.SYNC_BEGINS, "a.db", who)


def waited(who: int = 1) -> Note:
    return Note(Kind.SYNCED, "a.db", who)


def test_what_was_written_before_the_wait_is_safe_once_it_is_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert of_notes(monkeypatch, wrote(1), waits()) == [1]
    assert of_notes(monkeypatch, wrote(1), waits(), wrote(2), waited(), wrote(3)) == [2, 3]


def test_two_who_wait_at_once_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    some = wrote(1), waits(1), wrote(2), waits(2), waited(1), wrote(3)
    assert of_notes(monkeypatch, *some) == [2, 3]
    assert of_notes(monkeypatch, *some, waited(2)) == [3]


def test_each_file_is_waited_for_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    other = Note(Kind.SYNC_BEGINS, "b.db", 1), Note(Kind.SYNCED, "b.db", 1)
    assert of_notes(monkeypatch, wrote(1), *other) == [1]
