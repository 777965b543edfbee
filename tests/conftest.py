"""The cast, the clock, the carrier, and real servers.

Maria asks; Ana, Ben and Chi volunteer; Cleo is a steward; Sam is a stranger.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import calling
import pytest
import servers
from boarding import AtTheBoard
from hypothesis import settings as hypothesis_settings
from servers import KEYRING
from sqlalchemy import delete, text, update

from hotline.store import migrate
from hotline.store.database import Database
from hotline.store.tables import FIRST_NUMBER, metadata, sealing

Older = Callable[[str], Database]
MEMORY, ROOM = Path("/dev/shm"), 2**30  # bytes: what tests have there at once is much less


def _is_fit(folder: Path) -> bool:
    """Whether there is room in it, and programs may be there."""
    if not os.access(folder, os.W_OK):
        return False
    has_room = shutil.disk_usage(folder).free > ROOM
    return has_room and not os.statvfs(folder).f_flag & os.ST_NOEXEC


# Each commit of SQLite waits for the disk, and tests commit often. No test cuts the power.
if _is_fit(MEMORY):
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", action="store_true", help="make the pictures of the docs anew")


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    with servers.redis() as address:
        yield address


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """An empty Redis."""
    from redis import Redis

    with Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A migrated PostgreSQL database."""
    programs = servers.postgresql_programs()
    if programs is None:
        pytest.skip("this machine has no PostgreSQL server")
    with servers.postgresql(programs) as address:
        database = Database(address.replace("postgresql:", "postgresql+psycopg:"), KEYRING)
        migrate.upgrade(database)
        database.close()
        yield address


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database to make copies of."""
    path = tmp_path_factory.mktemp("template") / "hotline.db"
    database = Database(f"sqlite+pysqlite:///{path}", KEYRING)
    migrate.upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated, empty SQLite database, as DATABASE_URL has it."""
    shutil.copy(sqlite_template, tmp_path / "hotline.db")
    return f"sqlite:///{tmp_path / 'hotline.db'}"


_FROM_THE_START = "SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence"


@pytest.fixture
def postgresql_url(postgresql_server: str) -> str:
    """A migrated, empty PostgreSQL database, as DATABASE_URL has it."""
    database = Database(postgresql_server.replace("postgresql:", "postgresql+psycopg:"), KEYRING)
    with database.engine.begin() as connection:
        # Of tables with a few rows TRUNCATE, which makes every file and index anew, takes ten times
        # as long. As a replica the server looks at no foreign keys.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for table in metadata.tables.values():
            if table is not sealing:
                connection.execute(delete(table))
        connection.execute(text(_FROM_THE_START))
        own = {"key": KEYRING.first.name.hex(), "digests": "5e" * 32}
        connection.execute(update(sealing).values(own))
    database.close()
    return postgresql_server


@pytest.fixture(params=["sqlite", "postgresql"])
def older_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Older]:
    """A new database of each kind, as it was at some version."""
    url = f"sqlite+pysqlite:///{tmp_path / 'older.db'}"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql_server")
        server = server.replace("postgresql:", "postgresql+psycopg:")
        with closing(Database(server)) as it, it.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("DROP DATABASE IF EXISTS older WITH (FORCE)"))
            connection.execute(text("CREATE DATABASE older"))
        url = server.replace("/postgres?", "/older?")

    def at(version: str) -> Database:
        migrate.upgrade(database, to=version)
        return database

    with closing(Database(url, KEYRING)) as database:
        yield at


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each test with this runs on both databases."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def cleo(request: pytest.FixtureRequest) -> Iterator[AtTheBoard]:
    """The steward, signed in on the board of the test's own neighborhood."""
    with closing(AtTheBoard(request.getfixturevalue("maple"))) as board:
        board.signs_in("Cleo")
        yield board


@pytest.fixture
def dee(request: pytest.FixtureRequest) -> Iterator[AtTheBoard]:
    """Who sits at the desk, signed in beside her."""
    with closing(AtTheBoard(request.getfixturevalue("maple"))) as board:
        board.signs_in("Dee")
        yield board


@pytest.fixture(scope="module")
def line() -> Iterator[tuple[calling.Hotline, calling.Carrier]]:
    """A hotline that says what a test tells it to, and a carrier that calls it."""
    with calling.open_line() as both:
        yield both


@pytest.fixture
def carrier(line: tuple[calling.Hotline, calling.Carrier]) -> Iterator[calling.Carrier]:
    """As if just started. It kept to the published description."""
    carrier = line[1]
    carrier.control.delete("/rehearsal").raise_for_status()
    carrier.mistakes.clear()
    yield carrier
    assert carrier.mistakes == []


@pytest.fixture
def hotline(
    line: tuple[calling.Hotline, calling.Carrier], carrier: calling.Carrier
) -> Iterator[calling.Hotline]:
    """Says nothing yet. Whatever it was asked was signed."""
    hotline = line[0]
    hotline.says, hotline.asked = {}, []
    yield hotline
    carrier.settle()
    assert all(it.is_genuine for it in hotline.asked)


# How long an example takes says more about the machine than about the program.
hypothesis_settings.register_profile("hotline", deadline=None)
hypothesis_settings.load_profile("hotline")

assert FIRST_NUMBER == 12, "the transcripts count on it"
