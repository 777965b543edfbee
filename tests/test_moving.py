"""`hotline move`: from SQLite to PostgreSQL, row by row."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest
from neighborhood import NOON, open_neighborhood
from sqlalchemy import Connection, insert, select
from test_backup import QuickShell, another_postgresql, opened
from test_commands import Shell

from hotline.errors import BadBackup
from hotline.store import moving, people, vitals
from hotline.store.database import Database
from hotline.store.tables import metadata, neighbor, request


@pytest.fixture
def target_url(postgresql_server: str) -> str:
    return another_postgresql(postgresql_server)


@pytest.fixture(scope="module")
def life(
    sqlite_template: Path, redis_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A database in which something happened in most tables."""
    path = tmp_path_factory.mktemp("life") / "hotline.db"
    shutil.copy(sqlite_template, path)
    with open_neighborhood(f"sqlite:///{path}", redis_server) as maple:
        maple.put_on_roster({"phone": "+12125550141", "name": "Ana"})
        maple.text("Maria", "need food near 11216")
        maple.text("Ana", "yes")
        maple.text("Maria", "apt 4B")
        maple.call("Sam")
        maple.hang_up("Sam")
        maple.text("Ana", "done 12")
        maple.database.empty_log()
    return path


@pytest.fixture
def lived_in(life: Path, tmp_path: Path) -> str:
    """A copy of it."""
    shutil.copy(life, tmp_path / "hotline.db")
    return f"sqlite:///{tmp_path / 'hotline.db'}"


@pytest.fixture
def shell(tmp_path: Path, lived_in: str) -> Shell:
    return QuickShell(tmp_path, lived_in)


def rows_of(database: Database, name: str) -> list[tuple[object, ...]]:
    table = metadata.tables[name]
    found = select(table).order_by(*table.primary_key.columns)
    return [tuple(it) for it in database.read(lambda c: c.execute(found).all())]


def test_every_row_of_every_table_arrives_as_it_was(
    shell: Shell, lived_in: str, target_url: str
) -> None:
    said = shell.run("move", "--to", target_url)
    assert "each was compared" in said
    with closing(opened(lived_in)) as old, closing(opened(target_url)) as new:
        for name in metadata.tables:
            if name not in ("offer", "heartbeat"):
                assert rows_of(new, name) == rows_of(old, name), name
        assert sorted(map(str, rows_of(new, "offer"))) == sorted(map(str, rows_of(old, "offer")))
        assert len(rows_of(new, "message")) > 5
    shell.environment["DATABASE_URL"] = target_url
    assert "Ana" in shell.run("roster", "list")


def test_the_next_numbers_go_on_where_they_were(shell: Shell, target_url: str) -> None:
    shell.run("move", "--to", target_url)
    with closing(opened(target_url)) as new:
        (last,) = new.read(lambda c: c.execute(select(request.c.number)).scalars().all())
        who = new.write(lambda c: people.known_or_new(c, ["+12125550177"], NOON))[0]
        ids = new.read(lambda c: c.execute(select(neighbor.c.id)).scalars().all())
        assert who == max(ids)
        facts = {"requester_id": who, "since": NOON, "state": "open", "needs": []}
        facts |= {"urgent": False, "round": 1, "wave": 0, "owed": 0, "version": 1}
        row = insert(request).values(facts).returning(request.c.number)
        assert new.write(lambda c: c.execute(row).scalar_one()) == last + 1


def test_what_goes_on_there_is_the_same_conversation(
    shell: Shell, target_url: str, redis_url: str
) -> None:
    shell.run("move", "--to", target_url)
    with open_neighborhood(target_url, redis_url) as maple:
        maple.text("Maria", "need a ride")
        assert any("YES 13" in it.body for it in maple.received() if it.who == "Ana")


def test_a_database_that_is_not_empty_is_left_alone(shell: Shell, postgresql_url: str) -> None:
    assert "is not empty" in shell.run("move", "--to", postgresql_url, status=1)
    assert "must name a PostgreSQL database" in shell.run(
        "move", "--to", "sqlite:///other.db", status=1
    )


def test_while_anybody_is_at_work_nothing_moves(
    shell: Shell, lived_in: str, target_url: str
) -> None:
    from hotline.work import utc_now

    with closing(opened(lived_in)) as old:
        old.write(lambda c: vitals.beat(c, "worker", "here:1", utc_now()))
    said = shell.run("move", "--to", target_url, status=1)
    assert "worker still at work" in said
    assert "Stop web, worker and clock first" in said
    with closing(opened(target_url)) as new:
        assert is_untouched(new)


def is_untouched(database: Database) -> bool:
    from hotline.store import copies

    return copies.is_empty(database)


def test_a_row_that_arrives_otherwise_stops_it_and_nothing_has_moved(
    lived_in: str, target_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = moving._copy

    def spoiled(source: Connection, target: Connection, table: object) -> int:
        many = copied(source, target, table)  # type: ignore[arg-type]
        if getattr(table, "name", "") == "neighbor":
            target.exec_driver_sql("UPDATE neighbor SET since = since + interval '1 second'")
        return many

    monkeypatch.setattr(moving, "_copy", spoiled)
    with closing(opened(lived_in)) as old, closing(opened(target_url)) as new:
        with pytest.raises(BadBackup, match="neighbor arrived otherwise"):
            old.write(lambda here: new.write(lambda there: moving.move(here, there)))
        assert is_untouched(new)
