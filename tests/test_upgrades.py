"""Whoever has a database of any released version goes on with it in this one; and while it is
brought up to date, the version before goes on, too (docs/upgrading.md)."""

from __future__ import annotations

import ast
import gzip
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from make_release import OFTEN, RELEASES
from neighborhood import open_neighborhood
from servers import KEYRING
from sqlalchemy import Inspector, inspect, text
from test_backup import another_postgresql, opened

from hotline.errors import OutdatedDatabase
from hotline.help_request import State
from hotline.store import migrate
from hotline.store.copies import put_back_as_it_was
from hotline.store.database import Database

VERSIONS = Path(migrate.__file__).parent / "migrations" / "versions"
FIRST_RELEASED = "0019"  # the tables of the first version that was released
NEEDS_ALL_STOPPED = re.compile(r"^STOP_ALL = ", re.MULTILINE)


@pytest.fixture(params=sorted(RELEASES.glob("*.gz")), ids=lambda it: it.stem)
def released(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database as a released version left it."""
    url = f"sqlite:///{tmp_path / 'hotline.db'}"
    if request.param.stem.endswith("postgresql"):
        url = another_postgresql(request.getfixturevalue("postgresql_server"), "released")
    folder = tmp_path / "released"
    folder.mkdir()
    name = "hotline.db" if url.startswith("sqlite") else "hotline.sql"
    with gzip.open(request.param) as packed, (folder / name).open("wb") as file:
        shutil.copyfileobj(packed, file)
    with closing(opened(url)) as database:
        put_back_as_it_was(folder, database)
    return url


def test_there_is_a_database_of_a_released_version_of_each_kind() -> None:
    kinds = {it.stem.rpartition("-")[2] for it in RELEASES.glob("*.gz")}
    assert kinds == {"sqlite", "postgresql"}


def test_conversations_go_on_after_an_upgrade(released: str, redis_url: str) -> None:
    with closing(opened(released)) as database:
        migrate.upgrade(database)
        migrate.require_current(database)
    with open_neighborhood(released, redis_url, OFTEN) as maple:
        found = {it.number: it.state for it in maple.requests()}
        assert found[12] is State.DONE
        assert found[13] is State.TAKEN
        assert found[14] is State.OPEN
        maple.text("Ben", "done 13")
        maple.text("Chi", "yes 14")
        maple.text("Maria", "need a ride")
        found = {it.number: it.state for it in maple.requests()}
        assert found[13] is State.DONE
        assert found[14] is State.TAKEN
        newest = max(found)
        assert found[newest] is State.OPEN
        maple.received()
        maple.text("Ana", f"yes {newest}")
        assert any("Ana is" in it.body for it in maple.received() if it.who == "Maria")


def test_what_the_version_before_reads_and_writes_is_still_there(released: str) -> None:
    """Its statements name these tables and columns, and none that was added since."""
    with closing(opened(released)) as database:
        before = shape(inspect(database.engine))
        migrate.upgrade(database)
        after = shape(inspect(database.engine))
    for table, columns in before.items():
        assert columns.keys() <= after[table].keys(), f"{table} lost a column"
        for name, column in after[table].items():
            if name not in columns:
                assert may_be_left_out(column), f"{table}.{name} must be given by who knows it not"
            else:
                assert str(column["type"]) == str(columns[name]["type"]), f"{table}.{name}"
                assert column["nullable"] or not columns[name]["nullable"], f"{table}.{name}"


def shape(found: Inspector) -> dict[str, dict[str, Any]]:
    return {
        table: {it["name"]: dict(it) for it in found.get_columns(table)}
        for table in found.get_table_names()
    }


def may_be_left_out(column: dict[str, Any]) -> bool:
    return bool(column["nullable"] or column["default"] is not None or column.get("identity"))


TAKES_AWAY = {"drop_column", "drop_table", "rename_table", "drop_constraint"}


@pytest.mark.parametrize(
    "path", [it for it in sorted(VERSIONS.glob("*.py")) if it.stem[:4] > FIRST_RELEASED]
)
def test_a_migration_takes_nothing_away_unless_it_says_that_all_must_stop(path: Path) -> None:
    written = path.read_text(encoding="utf-8")
    if not NEEDS_ALL_STOPPED.search(written):
        assert taken_away(written) == set()


def taken_away(written: str) -> set[str]:
    """What a migration calls that the version before may miss."""
    calls = [it for it in ast.walk(ast.parse(written)) if isinstance(it, ast.Call)]
    named = {it.func.attr for it in calls if isinstance(it.func, ast.Attribute)} & TAKES_AWAY
    changed = {"new_column_name", "nullable", "type_"}
    altered = [it for it in calls if ast.unparse(it.func).endswith("alter_column")]
    return named | {key.arg or "" for it in altered for key in it.keywords} & (changed | named)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('op.add_column("page", sa.Column("more", sa.Integer()))', set()),
        ('op.drop_column("page", "note")', {"drop_column"}),
        ('op.alter_column("page", "note", new_column_name="words")', {"new_column_name"}),
        ('batch.alter_column("note", nullable=False)', {"nullable"}),
        ('op.drop_index("ix_page_note")', set()),
    ],
)
def test_what_takes_away_is_seen(line: str, found: set[str]) -> None:
    assert taken_away(f"def upgrade():\n    {line}\n") == found


# A process that runs goes on; one that begins must be of the newest version.


@pytest.fixture
def newer(database_url: str) -> Iterator[Database]:
    """A database that the next version has brought up to date."""
    with closing(opened(database_url)) as database:
        set_version(database, "9999")
        yield database
        set_version(database, migrate.NEWEST)


def set_version(database: Database, to: str) -> None:
    order = text("UPDATE alembic_version SET version_num = :to")
    database.write(lambda connection: connection.execute(order, {"to": to}))


def test_a_process_that_runs_is_ready_on_a_newer_database(newer: Database) -> None:
    migrate.require_current(newer, may_be_newer=True)


def test_one_that_begins_says_that_the_program_is_too_old(newer: Database) -> None:
    with pytest.raises(OutdatedDatabase, match="newer than this program"):
        migrate.require_current(newer)


assert KEYRING
