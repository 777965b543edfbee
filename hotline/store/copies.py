"""Copies of the whole database: made while it is in use, and put where nothing is.

On SQLite a copy is a database file, made by its backup API; on PostgreSQL it is what pg_dump
writes, put back by psql in one transaction. Numbers and words stay sealed in both.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import (
    Connection,
    Engine,
    column,
    delete,
    func,
    insert,
    inspect,
    literal,
    make_url,
    select,
    table,
    text,
)

from hotline.backup_file import POSTGRESQL_COPY, SQLITE_COPY
from hotline.errors import BadBackup
from hotline.store.database import Database
from hotline.store.tables import (
    FIRST_NUMBER,
    board_session,
    metadata,
    request,
    restoration,
    sign_in,
)

SKIPPED = 100  # numbers of requests, at least, that may have been given out since the copy
TO_BE_SEEN = "psql and pg_dump come with PostgreSQL (on Debian: apt install postgresql-client)"


def copy_into(database: Database, folder: Path) -> None:
    """As the database is at this moment, whoever writes meanwhile. Raises BadBackup."""
    if database.is_sqlite:
        _copy_sqlite(database, folder / SQLITE_COPY)
    else:
        output = ("--format=plain", "--no-owner", "--no-privileges", f"--file={_dump(folder)}")
        _run("pg_dump", database.url, *output)


def _dump(folder: Path) -> Path:
    return folder / POSTGRESQL_COPY


def _copy_sqlite(database: Database, into: Path) -> None:
    with database.engine.connect() as connection, closing(sqlite3.connect(into)) as copy:
        source: Any = connection.connection.driver_connection
        source.backup(copy)  # in one step: nobody who writes makes it begin anew
        copy.execute("PRAGMA journal_mode=DELETE")  # it is one file


# Back.


def is_empty(database: Database) -> bool:
    """Whether nothing is where a copy is to go. Looking makes no file."""
    if database.file is not None:
        beside = (f"{database.file}{it}" for it in ("", "-wal", "-shm"))
        return not any(Path(it).exists() for it in beside)
    with database.engine.connect() as connection:
        found = inspect(connection)
        return not (found.get_table_names() or found.get_view_names())


@contextmanager
def scratch(database: Database, folder: Path) -> Iterator[Database]:
    """An empty database of the same kind beside this one, gone afterwards. On PostgreSQL whoever
    we are there must be allowed to make one. Raises BadBackup."""
    if database.is_sqlite:
        with closing(Database(f"sqlite+pysqlite:///{folder / 'scratch.db'}")) as it:
            yield it
        return
    name = f"hotline_check_{os.getpid()}"
    url = make_url(database.url).set(database=name)
    _outside(database.engine, f"CREATE DATABASE {name}")
    try:
        with closing(Database(url.render_as_string(hide_password=False))) as it:
            yield it
    finally:
        _outside(database.engine, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _outside(engine: Engine, statement: str) -> None:
    """Of a transaction, in which no database is made."""
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))
    except Exception as error:
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        raise BadBackup(
            f"No scratch database can be made there ({reason}). Let whoever DATABASE_URL names"
            " make one: ALTER ROLE name CREATEDB"
        ) from None


def put_back(folder: Path, database: Database, copied_at: datetime, now: datetime) -> None:
    """Fill an empty database with the copy in this folder. From its first moment on it waits to be
    resumed, and gives out no number of a request that may have been given out since the copy.
    Raises BadBackup; then nothing is in it."""
    _fill(folder, database, _held(database.engine.dialect.name, copied_at, now))


def put_back_as_it_was(folder: Path, database: Database) -> None:
    """The same of a copy that nobody wrote into since, and that goes on at once."""
    _fill(folder, database, [])


def _fill(folder: Path, database: Database, then: list[Any]) -> None:
    if database.file is None:
        written = (it.compile(database.engine, compile_kwargs=WRITTEN_OUT) for it in then)
        orders = [f"--command={it}" for it in ("RESET search_path", *written)]
        quiet = ("--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1")
        once = ("--single-transaction", f"--file={_dump(folder)}")
        _run("psql", database.url, *quiet, *once, *orders)
        return
    shutil.copyfile(folder / SQLITE_COPY, database.file)
    with closing(sqlite3.connect(database.file)) as copy:
        _require_sound(copy)
    database.write(lambda connection: [connection.execute(it) for it in then])


def _held(dialect: str, copied_at: datetime, now: datetime) -> list[Any]:
    """What makes it wait to be resumed, leaves numbers out, and signs everybody out."""
    lately = select(func.count()).where(request.c.since > copied_at - (now - copied_at))
    last = select(func.coalesce(func.max(request.c.number), FIRST_NUMBER - 1))
    given = last.scalar_subquery() + SKIPPED + 2 * lately.scalar_subquery()
    counting: list[Any]
    if dialect == "sqlite":
        mine = {"name": request.name, "seq": select(given).scalar_subquery()}
        counting = [
            delete(_sequence).where(_sequence.c.name == request.name),
            insert(_sequence).values(mine),
        ]
    else:
        sequence = func.pg_get_serial_sequence(literal("request"), literal("number"))
        counting = [select(func.setval(sequence, given))]
    # Whoever was signed out since is.
    signed_in = [delete(it) for it in (board_session, sign_in)]
    return [*counting, *signed_in, insert(restoration).values(copied_at=copied_at, at=now)]


_sequence = table("sqlite_sequence", column("name"), column("seq"))
WRITTEN_OUT = {"literal_binds": True}


def _require_sound(copy: sqlite3.Connection) -> None:
    try:
        (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError:
        found = "no database"
    if found != "ok":
        raise BadBackup("The database in this backup is spoiled: take an older one.")


def counted(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {
        it.name: connection.execute(select(func.count()).select_from(it)).scalar_one()
        for it in metadata.sorted_tables
    }


# PostgreSQL's own programs.


def _run(program: str, url: str, *arguments: str) -> None:
    address, environment = _for_libpq(url)
    try:
        done = subprocess.run(  # noqa: S603 - a program of PostgreSQL's, and no shell
            [program, *arguments, f"--dbname={address}"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        raise BadBackup(f"There is no {program}: {TO_BE_SEEN}.") from None
    if done.returncode != 0:
        said = [it for it in done.stderr.splitlines() if "error" in it.lower()]
        reason = next(iter(said), "it said no reason").partition("rror: ")[2] or "it failed"
        raise BadBackup(f"{program}: {reason}")


def _for_libpq(url: str) -> tuple[str, Mapping[str, str]]:
    """An address without its password, which would show in the list of processes, and the
    environment with it."""
    facts: dict[str, Any] = conninfo_to_dict(url.replace("postgresql+psycopg:", "postgresql:"))
    password = facts.pop("password", None)
    environment = dict(os.environ)
    with suppress(KeyError):
        del environment["PGOPTIONS"]
    if password is not None:
        environment["PGPASSWORD"] = str(password)
    return make_conninfo(**facts), environment
