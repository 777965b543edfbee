"""Connections: how a read and a write reach SQLite or PostgreSQL.

`Database.write` runs a function in one transaction, which commits when it returns. On SQLite all
writes of a process go through one thread, which commits everything that is waiting at once, and
a file lock gives each process its turn; on PostgreSQL each write has a connection of its own.
It knows no tables.
"""

from __future__ import annotations

import fcntl
import os
import queue
import random
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

Result = TypeVar("Result")
Work = Callable[[Connection], Result]

BUSY_SECONDS = 10  # how long SQLite waits for another program that holds the file
BATCH = 64  # writes committed together at most
CONNECTIONS = 16  # to PostgreSQL, per process
MOST_TRIES = 30  # of one write, when others are faster
LITTLE_LATER = 0.01  # seconds, longer with each try
LOST_A_RACE = {"40001", "40P01"}  # PostgreSQL: could not serialize, deadlock


class Stale(Exception):
    """Somebody else changed the row first: read again and decide again."""


def upsert(connection: Connection, table: Any) -> Any:
    """`INSERT … ON CONFLICT`, which each database has in a dialect of its own."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


class Database:
    """One process's way to the database. Opens nothing before it is first used."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url)
        self._writer: _SqliteWriter | _Pool | None = None
        self._starting = threading.Lock()
        _databases.add(self)

    def write(self, work: Work[Result]) -> Result:
        """Run `work` in a transaction of its own and return what it returned, committed.

        On PostgreSQL `work` may run more than once: again after it raised `Stale`, or after the
        database chose it as the loser of a race. What else it raises undoes it and is raised.
        """
        return self.submit(work).result()

    def submit(self, work: Work[Result]) -> Future[Result]:
        """The same without waiting, for the web server's event loop."""
        return self._writing().submit(work)

    def read(self, work: Work[Result]) -> Result:
        with self.engine.connect() as connection:
            return work(connection)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self.engine.dispose()

    def forget(self) -> None:
        """In a process just forked: leave the parent's connections and threads to the parent."""
        self.engine.dispose(close=False)
        self._writer = None
        self._starting = threading.Lock()

    def _writing(self) -> _SqliteWriter | _Pool:
        with self._starting:
            if self._writer is None:
                self._writer = _SqliteWriter(self.engine) if self.is_sqlite else _Pool(self.engine)
            return self._writer


class _SqliteWriter:
    """One thread writes; whatever waits when it is free goes into one commit."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: queue.SimpleQueue[tuple[Work[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Work[Result]) -> Future[Result]:
        future: Future[Result] = Future()
        self._waiting.put((work, future))
        return future

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        for batch in self._batches():
            # From here on nobody can take a piece of work back, as whoever waits for it may.
            begun = [it for it in batch if it[1].set_running_or_notify_cancel()]
            if begun:
                self._commit(begun)

    def _batches(self) -> Iterator[list[tuple[Work[Any], Future[Any]]]]:
        while True:
            first = self._waiting.get()
            batch = [first] if first else []
            while len(batch) < BATCH and not self._waiting.empty():
                following = self._waiting.get()
                if following is None:
                    first = None
                    break
                batch.append(following)
            if batch:
                yield batch
            if first is None:
                return

    def _commit(self, batch: list[tuple[Work[Any], Future[Any]]]) -> None:
        """Each piece of work has a savepoint: one that fails does not take others with it."""
        outcomes: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with _turn(self._engine), self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                for work, future in batch:
                    outcomes.append((future, *_in_savepoint(connection, work)))
                connection.commit()
        except BaseException as error:
            outcomes = [(future, None, error) for _, future in batch]
        for future, result, problem in outcomes:
            if problem is None:
                future.set_result(result)
            else:
                future.set_exception(problem)


class _Pool:
    """Writes side by side, each in a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="postgresql-writer")

    def submit(self, work: Work[Result]) -> Future[Result]:
        return self._threads.submit(self._run, work)

    def close(self) -> None:
        self._threads.shutdown()

    def _run(self, work: Work[Result]) -> Result:
        """Again and again while others are faster, a little later each time, so that two that
        stand in each other's way do not do so for ever."""
        for tried in range(MOST_TRIES):
            time.sleep(random.uniform(0, LITTLE_LATER * tried))  # noqa: S311 - no secret
            try:
                with self._engine.begin() as connection:
                    return work(connection)
            except Stale:
                continue
            except OperationalError as error:
                if getattr(error.orig, "sqlstate", None) not in LOST_A_RACE:
                    raise
        raise Stale(f"others were faster {MOST_TRIES} times")


def _in_savepoint(connection: Connection, work: Work[Any]) -> tuple[Any, BaseException | None]:
    connection.exec_driver_sql("SAVEPOINT work")
    try:
        result = work(connection)
    except Exception as error:
        connection.exec_driver_sql("ROLLBACK TO work")
        return None, error
    connection.exec_driver_sql("RELEASE work")
    return result, None


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """Wait for this process's turn to write. SQLite's own waiting can starve a process."""
    if engine.url.database in (None, "", ":memory:"):
        yield
        return
    handle = os.open(f"{engine.url.database}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _sqlite_engine(url: str) -> Engine:
    # Transactions are begun by hand: the driver would begin them deferred, and a deferred one
    # that reads first fails with "database is locked" when it comes to write.
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
        hide_parameters=True,  # numbers and words stay out of error messages
    )

    @event.listens_for(engine, "connect")
    def settings(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    return engine


def _postgresql_engine(url: str) -> Engine:
    return create_engine(
        url, pool_size=CONNECTIONS, max_overflow=4, pool_pre_ping=True, hide_parameters=True
    )


_databases: weakref.WeakSet[Database] = weakref.WeakSet()


def _start_afresh() -> None:
    """A connection carried over a fork loses rows or answers another process's queries."""
    for database in list(_databases):
        database.forget()


os.register_at_fork(after_in_child=_start_afresh)
