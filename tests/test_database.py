"""Writes: none takes another with it, and none waits or tries for ever."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import Any

import pytest
from neighborhood import CAST, NOON
from servers import KEYRING
from sqlalchemy import Connection, event, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from hotline.help_request import HelpRequest
from hotline.store import database as database_module
from hotline.store import messages, pages, people, requests, roster, tables
from hotline.store.database import Database, Stale, _PostgresqlWriter
from hotline.store.messages import About, NewMessage

ANA, BEN = CAST["Ana"], CAST["Ben"]
SEVERAL = 5

Work = Callable[[Connection], object]


def opened(url: str) -> Database:
    return Database(url.replace("postgresql:", "postgresql+psycopg:"), KEYRING)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Each test with this runs on both databases."""
    with closing(opened(database_url)) as it:
        yield it


@pytest.fixture
def postgresql(postgresql_url: str) -> Iterator[Database]:
    with closing(opened(postgresql_url)) as it:
        yield it


@contextmanager
def busy(database: Database) -> Iterator[list[Any]]:
    """While every writer is at something, so that whatever comes meanwhile is done together."""
    go_on = threading.Event()
    futures = []
    for _ in range(1 if database.is_sqlite else _PostgresqlWriter.threads):
        begun = threading.Event()
        futures.append(database.submit(partial(_keep_busy, begun, go_on)))
        assert begun.wait(10)
    yield futures
    go_on.set()


def _keep_busy(begun: threading.Event, go_on: threading.Event, _connection: Connection) -> None:
    begun.set()
    go_on.wait(10)


def notes(number: int, connection: Connection) -> int:
    """A row that says which piece of work wrote it."""
    (ana,) = people.known_or_new(connection, [ANA], NOON)
    messages.add_message(connection, NewMessage(ana, f"piece {number}"), NOON)
    return number


def noted(database: Database) -> Counter[str]:
    bodies = select(tables.message.c.body)
    return Counter(database.read(lambda c: c.execute(bodies).scalars().all()))


def each_once(*numbers: int) -> Counter[str]:
    return Counter(f"piece {number}" for number in numbers)


# Several writes in one transaction.


def _gives_up(connection: Connection) -> None:
    notes(-1, connection)
    raise ValueError


def _breaks_a_rule(connection: Connection) -> None:
    """PostgreSQL does nothing more for a transaction in which this happened."""
    notes(-1, connection)
    connection.execute(text("INSERT INTO request (number) VALUES (1)"))


@pytest.mark.parametrize("fails", [_gives_up, _breaks_a_rule])
def test_a_write_that_fails_takes_no_other_with_it(database: Database, fails: Work) -> None:
    with busy(database):
        before = [database.submit(partial(notes, it)) for it in range(2)]
        failing = database.submit(fails)
        after = [database.submit(partial(notes, it)) for it in range(2, SEVERAL)]
    assert [it.result(10) for it in (*before, *after)] == list(range(SEVERAL))
    assert isinstance(failing.exception(10), ValueError | IntegrityError)
    assert noted(database) == each_once(*range(SEVERAL))


def test_a_write_that_hides_an_error_takes_no_other_with_it(postgresql: Database) -> None:
    def hides(connection: Connection) -> None:
        with pytest.raises(IntegrityError):
            _breaks_a_rule(connection)

    with busy(postgresql):
        before = postgresql.submit(partial(notes, 1))
        postgresql.submit(hides)
    assert before.result(10) == 1
    assert noted(postgresql) == each_once(1)


def test_when_a_commit_fails_everybody_is_told(database: Database) -> None:
    """A rule that is only looked at when all is said."""
    other = "other INT REFERENCES late DEFERRABLE INITIALLY DEFERRED"
    database.write(lambda c: c.execute(text(f"CREATE TABLE late (id INT PRIMARY KEY, {other})")))
    try:
        with busy(database) as begun:
            both = [database.submit(partial(notes, it)) for it in range(2)]
            late = text("INSERT INTO late VALUES (1, 2)")
            both.append(database.submit(lambda c: c.execute(late).rowcount))
        assert [it.result(10) for it in begun] == [None] * len(begun)
        assert [type(it.exception(10)) for it in both] == [IntegrityError] * 3
        assert noted(database) == each_once()
        assert database.submit(partial(notes, 3)).result(10) == 3
        assert noted(database) == each_once(3)
    finally:
        database.write(lambda c: c.execute(text("DROP TABLE late")))


def test_a_locked_file_is_not_waited_for_twice(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some other program has it: whoever waits has waited long enough."""
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.01)
    began: list[str] = []
    with (
        closing(opened(sqlite_url)) as database,
        closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other,
    ):
        event.listen(
            database.engine, "before_cursor_execute", lambda *given: began.append(given[2])
        )
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            database.write(partial(notes, 1))
        assert began == ["BEGIN IMMEDIATE"]
        other.rollback()
        assert database.write(partial(notes, 2)) == 2
        assert noted(database) == each_once(2)


# An event loop that waits.


def test_an_event_loop_is_woken_once_for_all_who_wait_in_it(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[object] = []

    async def several(database: Database) -> list[int]:
        loop = asyncio.get_running_loop()
        wake = loop.call_soon_threadsafe

        def wake_and_count(*given: Any) -> asyncio.Handle:
            woken.append(given)
            return wake(*given)

        monkeypatch.setattr(loop, "call_soon_threadsafe", wake_and_count)
        with busy(database):
            waiting = [
                loop.create_task(database.write_meanwhile(partial(notes, it)))
                for it in range(SEVERAL)
            ]
            await asyncio.sleep(0)  # each has begun to wait
        return await asyncio.gather(*waiting)

    with closing(opened(sqlite_url)) as database:
        assert asyncio.run(several(database)) == list(range(SEVERAL))
        assert len(woken) == 1
        assert noted(database) == each_once(*range(SEVERAL))


def test_an_event_loop_hears_of_what_failed(database: Database) -> None:
    async def both() -> Sequence[object]:
        mine = database.write_meanwhile(_gives_up), database.write_meanwhile(partial(notes, 1))
        return await asyncio.gather(*mine, return_exceptions=True)

    failed, done = asyncio.run(both())
    assert isinstance(failed, ValueError)
    assert done == 1


def test_a_loop_that_ended_is_no_trouble_to_the_next(database: Database) -> None:
    async def leave() -> None:
        asyncio.get_running_loop().create_task(database.write_meanwhile(partial(notes, 1)))
        await asyncio.sleep(0)

    with busy(database):
        asyncio.run(leave())
    assert database.write(partial(notes, 2)) == 2
    assert noted(database) == each_once(2), "nobody waits for the first any more"


def test_a_write_that_was_called_off_does_not_stop_the_next(database: Database) -> None:
    """As when the web server ends while somebody's answer is on its way."""
    with busy(database) as slow_ones:
        called_off = [database.submit(partial(notes, it)) for it in range(3)]
        for future in (*called_off, *slow_ones):
            future.cancel()
    assert database.submit(roster.roster).result(10) == []
    assert noted(database) == each_once()


# Connections that are kept.


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_parent_and_child_write_on(database: Database) -> None:
    """A connection carried over would lose rows, or answer the other's questions."""
    database.write(partial(notes, 1))
    if not (child := os.fork()):
        os._exit(database.submit(partial(notes, 2)).result(10))
    assert database.submit(partial(notes, 3)).result(10) == 3
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
    assert database.submit(partial(notes, 4)).result(10) == 4
    assert noted(database) == each_once(1, 2, 3, 4)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_process_forked_during_a_write_keeps_nobody_waiting(sqlite_url: str) -> None:
    """It has the file open that says whose turn it is."""
    hears, tells = os.pipe()

    def fork(_connection: Connection) -> int:
        if not (child := os.fork()):
            os.close(tells)
            os.read(hears, 1)
            os._exit(0)
        return child

    with closing(opened(sqlite_url)) as database:
        child = database.write(fork)
        try:
            assert database.submit(partial(notes, 1)).result(10) == 1
        finally:
            os.close(tells)
            os.waitpid(child, 0)
            os.close(hears)


def test_a_lost_connection_is_opened_anew(postgresql: Database) -> None:
    """As after a restart of PostgreSQL."""
    with busy(postgresql):
        pass  # every writer has a connection
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    with closing(opened(str(postgresql.url))) as steward:
        for turn in range(2):
            steward.read(lambda c: c.execute(text(f"{others} AND datname = current_database()")))
            numbers = range(turn * 10, turn * 10 + 10)
            futures = [postgresql.submit(partial(notes, it)) for it in numbers]
            assert [it.result(10) for it in futures] == [*numbers]
    assert noted(postgresql) == each_once(*range(20))


def test_a_connection_lost_while_it_writes_harms_no_write(postgresql: Database) -> None:
    tries: list[Connection] = []

    def lose(connection: Connection) -> None:
        tries.append(connection)
        notes(1, connection)
        if len(tries) == 1:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    postgresql.write(lose)
    assert noted(postgresql) == each_once(1)


def test_writes_that_wait_for_somebody_keep_no_other_waiting(postgresql: Database) -> None:
    (ana,) = postgresql.write(lambda c: people.known_or_new(c, [ANA], NOON))
    (ben,) = postgresql.write(lambda c: people.known_or_new(c, [BEN], NOON))

    def lengthen(who: int, connection: Connection) -> int:
        hours = text("UPDATE neighbor SET hours = hours || '.' WHERE id = :who")
        connection.execute(hours, {"who": who})
        return who

    with postgresql.engine.begin() as somebody:
        lengthen(ana, somebody)
        waiting = [postgresql.submit(partial(lengthen, ana)) for _ in range(SEVERAL)]
        assert postgresql.submit(partial(lengthen, ben)).result(10) == ben
        assert not any(it.done() for it in waiting)
    assert [it.result(10) for it in waiting] == [ana] * SEVERAL
    hours = select(tables.neighbor.c.hours).order_by(tables.neighbor.c.id)
    found = postgresql.read(lambda c: c.execute(hours).scalars().all())
    assert found == ["." * (SEVERAL + 1), "."]


# One person, one request.


def test_texts_can_be_written_to_somebody_who_is_writing(postgresql: Database) -> None:
    """Else whoever asks them and they themselves wait for each other."""
    ana = postgresql.write(lambda connection: people.add_neighbor(connection, ANA, NOON))
    with postgresql.engine.begin() as writing, postgresql.engine.begin() as asking:
        assert people.who_is_at(writing, ANA) == ana
        asking.execute(text("SET LOCAL lock_timeout = '2s'"))
        assert messages.add_message(asking, NewMessage(ana.id, "Maple Street: …"), NOON) > 0


def test_a_request_can_be_closed_while_somebody_asked_about_it_is_writing(
    postgresql: Database,
) -> None:
    """Who writes holds their own row and may want the request next: each would wait for both."""

    def ask(connection: Connection) -> None:
        ana, ben = (people.add_neighbor(connection, CAST[it], NOON) for it in ("Ana", "Ben"))
        number = requests.open_request(connection, HelpRequest(0, ana.id, NOON)).number
        it = requests.find_request(connection, number)
        assert it is not None
        asked = pages.add_pages(connection, it, [ben.id], NOON)
        about = About(it.number, asked[ben.id])
        messages.add_message(connection, NewMessage(ben.id, "Maple Street: …", about=about), NOON)

    postgresql.write(ask)
    with postgresql.engine.begin() as writing, postgresql.engine.begin() as ending:
        assert people.who_is_at(writing, BEN)
        (it,) = requests.requests_after(ending, 0, 10, only_open=True)
        ending.execute(text("SET LOCAL lock_timeout = '2s'"))
        assert pages.close_unanswered(ending, it.number, NOON) == []  # it never left


def test_a_write_that_loses_every_race_ends(postgresql: Database) -> None:
    tries: list[Connection] = []

    def lose(connection: Connection) -> None:
        tries.append(connection)
        raise Stale("somebody was faster")

    with pytest.raises(Stale):
        postgresql.write(lose)
    assert 1 < len(tries) < 100


# What was deleted.


def test_whoever_reads_for_long_holds_up_nobody_while_the_log_is_emptied(sqlite_url: str) -> None:
    """A backup that is made, for one."""
    with closing(opened(sqlite_url)) as database, closing(opened(sqlite_url)) as backup:
        database.write(lambda c: people.known_or_new(c, [ANA], NOON))
        log = f"{database.file}-wal"
        with backup.engine.connect() as reading:
            reading.exec_driver_sql("BEGIN")
            reading.execute(select(tables.neighbor.c.id)).all()
            database.write(lambda c: people.known_or_new(c, [BEN], NOON))
            begun = time.monotonic()
            database.empty_log()
            assert time.monotonic() - begun < database_module.BUSY_SECONDS / 2
            assert os.path.getsize(log) > 0
            reading.rollback()
        database.empty_log()
        assert os.path.getsize(log) == 0
