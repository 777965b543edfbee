"""Connections: how a read and a write reach SQLite or PostgreSQL.

`Database.write` runs a function in one transaction, which commits when it returns. Writes that
wait at the same moment share a transaction, in which none takes another with it: see
docs/decisions/0008-writes-that-share-a-commit.md. On SQLite one thread of a process writes, and a
file lock gives each process its turn; on PostgreSQL a few threads do. It knows no tables.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import queue
import random
import threading
import time
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from hotline.keyring import Keyring
from hotline.store.sealed import give_keys

Result = TypeVar("Result")
Transaction = Callable[[Connection], Result]

BUSY_SECONDS = 10  # how long SQLite waits for another program that holds the file
CONNECTIONS = 16  # to PostgreSQL, per process
# Of a connection to PostgreSQL that somebody on the way forgot, the system itself would notice only
# after hours. In seconds, the last in milliseconds; what DATABASE_URL says goes first.
SIGNS_OF_LIFE: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
SHORT_WAIT = 50  # ms that a transaction of several writes waits for a lock on PostgreSQL
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

    def __init__(self, url: str, keyring: Keyring | None = None) -> None:
        """`keyring`: of what is sealed in it; without one it can only be asked for its version."""
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url)
        self.unlock(keyring)
        self._writer: _Writer | None = None
        self._starting = threading.Lock()
        _databases.add(self)

    def unlock(self, keyring: Keyring | None) -> None:
        """What is sealed goes through these keys from now on."""
        give_keys(self.engine.dialect, keyring)

    @property
    def file(self) -> Path | None:
        """Where SQLite keeps it; None for one that is no file."""
        name = self.engine.url.database
        return Path(name) if self.is_sqlite and name and name != ":memory:" else None

    @property
    def is_there(self) -> bool:
        """Whether there is one to look at: a file that is not there would be made by looking."""
        return self.file is None or self.file.exists()

    def write(self, work: Transaction[Result]) -> Result:
        """Run `work` as if in a transaction of its own; return what it returned, committed.

        `work` may run more than once, what it did before undone: again after it or a write beside
        it raised something, and on PostgreSQL while it raises `Stale` or is chosen as the loser of
        a race. What else it raises is raised here. It hides no error of the database.
        """
        return self.submit(work).result()

    def submit(self, work: Transaction[Result]) -> Future[Result]:
        """The same without waiting."""
        future: Future[Result] = Future()
        self._writing().put(_Piece(work, future))
        return future

    async def write_meanwhile(self, work: Transaction[Result]) -> Result:
        """The same while the event loop goes on with others."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._writing().put(_Piece(work, future))
        return await future

    def rebuild(self, work: Transaction[Result]) -> Result:
        """In one transaction in which SQLite does not look at foreign keys before its end, so that
        tables can be made anew (https://sqlite.org/lang_altertable.html, "Making Other Kinds Of
        Table Schema Changes"). For migrations."""
        if not self.is_sqlite:
            return self.write(work)
        with self.engine.connect() as connection, _turn(self.engine):
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                result = work(connection)
                if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise RuntimeError(f"rows of {broken[0]} name rows that are not there")
                connection.commit()
            finally:
                connection.rollback()
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        return result

    def compact(self) -> None:
        """Write the tables anew, so that nothing is left on the disk of what is gone."""
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM" if self.is_sqlite else "VACUUM FULL")
            if self.is_sqlite:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def empty_log(self) -> None:
        """On SQLite: leave nothing in the log of writes (the file that ends in -wal), where what
        was deleted would stay until others write over it. Nothing while somebody reads for long:
        the next time does it."""
        if self.file is None:
            return
        with self.engine.connect() as connection, _turn(self.engine):
            connection.exec_driver_sql("PRAGMA busy_timeout = 200")  # milliseconds: writers wait
            try:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")

    def read(self, work: Transaction[Result]) -> Result:
        with self.engine.connect() as connection:
            return work(connection)

    def close(self) -> None:
        """Once everything that waits is written."""
        with self._starting:
            writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()
        self.engine.dispose()

    def forget(self) -> None:
        """In a process just forked: leave the parent's connections and threads to the parent."""
        self.engine.dispose(close=False)
        self._writer = None
        self._starting = threading.Lock()

    def _writing(self) -> _Writer:
        with self._starting:
            if self._writer is None:
                writer = _SqliteWriter if self.is_sqlite else _PostgresqlWriter
                self._writer = writer(self.engine)
            return self._writer


class _Piece(NamedTuple):
    """One write: what is to be done, and who waits for it."""

    work: Transaction[Any]
    asker: Future[Any] | asyncio.Future[Any]

    def begins(self) -> bool:
        """From here on nobody can take it back, as whoever waits for it may. False: they have."""
        if isinstance(self.asker, Future):
            return self.asker.set_running_or_notify_cancel()
        return not self.asker.cancelled()


class _Outcome(NamedTuple):
    """What came of a piece."""

    asker: Future[Any] | asyncio.Future[Any]
    result: Any
    problem: BaseException | None = None

    def tell(self) -> None:
        if self.asker.done():  # whoever waited in an event loop has gone
            return
        if self.problem is None:
            self.asker.set_result(self.result)
        else:
            self.asker.set_exception(self.problem)


class _Writer(ABC):
    """Threads that take what waits, some pieces at once, each on a connection that it keeps."""

    threads: int
    most: int  # pieces in one transaction

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: queue.SimpleQueue[_Piece | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._run, name="writer", daemon=True)
            for _ in range(self.threads)
        ]
        for thread in self._threads:
            thread.start()

    def put(self, piece: _Piece) -> None:
        self._waiting.put(piece)

    def close(self) -> None:
        """Return when everything that waits is done."""
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        # Only this function knows the connection: in a process just forked nobody touches it.
        connection: Connection | None = None
        for batch in self._batches():
            try:
                if connection is None or connection.invalidated:
                    connection = self._connect()
                outcomes = self._commit(connection, batch)
            except BaseException as error:
                outcomes = [_Outcome(it.asker, None, error) for it in batch]
                _give_up(connection)
            _tell(outcomes)
        _give_up(connection)

    def _batches(self) -> Iterator[list[_Piece]]:
        """Whatever waits, until it is time to end."""
        following: _Piece | None
        while following := self._waiting.get():
            batch = [following]
            with suppress(queue.Empty):
                while len(batch) < self.most and (following := self._waiting.get_nowait()):
                    batch.append(following)
            if begun := [it for it in batch if it.begins()]:
                yield begun
            if following is None:
                return

    def _connect(self) -> Connection:
        return self._engine.connect()

    @abstractmethod
    def _commit(self, connection: Connection, batch: list[_Piece]) -> list[_Outcome]:
        """Do and commit these pieces. What it raises is told to all of them."""


class _SqliteWriter(_Writer):
    """One thread writes; whatever waits when it is free goes into one commit."""

    threads, most = 1, 64

    def _commit(self, connection: Connection, batch: list[_Piece]) -> list[_Outcome]:
        """Only when a piece fails are all done again, each in a savepoint of its own."""
        with _turn(self._engine):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                outcomes = _done(connection, batch)
            except Exception:
                connection.rollback()
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                outcomes = [_done_in_savepoint(connection, it) for it in batch]
            connection.commit()
        return outcomes


class _PostgresqlWriter(_Writer):
    """Some threads write, a few pieces in each transaction. None of these waits long for a lock:
    when a piece fails, or would wait, each is done again in a transaction of its own."""

    threads, most = 4, 4

    def __init__(self, engine: Engine) -> None:
        self._alone = ThreadPoolExecutor(CONNECTIONS - self.threads, "writer-of-one")
        super().__init__(engine)

    def close(self) -> None:
        super().close()
        self._alone.shutdown()

    def _connect(self) -> Connection:
        connection = super()._connect()
        connection.exec_driver_sql(f"SET lock_timeout = {SHORT_WAIT}")
        connection.commit()
        return connection

    def _commit(self, connection: Connection, batch: list[_Piece]) -> list[_Outcome]:
        transaction = connection.begin()
        try:
            outcomes = _done(connection, batch)
            _refuse_broken(connection)
        except Exception:
            _roll_back(connection)
            return self._leave_alone(batch)
        try:
            transaction.commit()
        except OperationalError as error:
            if not _lost_a_race(error):
                raise  # it may be committed
            return self._leave_alone(batch)
        return outcomes

    def _leave_alone(self, batch: list[_Piece]) -> list[_Outcome]:
        """Their outcomes are told later, each by itself."""
        for it in batch:
            self._alone.submit(self._do_alone, it)
        return []

    def _do_alone(self, it: _Piece) -> None:
        try:
            outcome = _Outcome(it.asker, self._result(it.work))
        except BaseException as error:
            outcome = _Outcome(it.asker, None, error)
        _tell([outcome])

    def _result(self, work: Transaction[Result]) -> Result:
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
                if not _lost_a_race(error):
                    raise
        raise Stale(f"others were faster {MOST_TRIES} times")


def _done(connection: Connection, batch: list[_Piece]) -> list[_Outcome]:
    return [_Outcome(it.asker, it.work(connection)) for it in batch]


def _done_in_savepoint(connection: Connection, it: _Piece) -> _Outcome:
    connection.exec_driver_sql("SAVEPOINT work")
    try:
        result = it.work(connection)
    except Exception as error:
        connection.exec_driver_sql("ROLLBACK TO work")
        return _Outcome(it.asker, None, error)
    connection.exec_driver_sql("RELEASE work")
    return _Outcome(it.asker, result)


def _refuse_broken(connection: Connection) -> None:
    """Once a statement has failed PostgreSQL keeps nothing, and answers COMMIT all the same."""
    driver: Any = connection.connection.driver_connection
    if driver.info.transaction_status.name == "INERROR":
        raise RuntimeError("a write hid an error of the database")


def _lost_a_race(error: OperationalError) -> bool:
    return getattr(error.orig, "sqlstate", None) in LOST_A_RACE


def _roll_back(connection: Connection) -> None:
    try:
        connection.rollback()
    except Exception:
        _give_up(connection)


def _give_up(connection: Connection | None) -> None:
    """Close a connection, whatever is wrong with it."""
    if connection is not None:
        with suppress(Exception):
            connection.invalidate()


def _tell(outcomes: Iterable[_Outcome]) -> None:
    """Tell everybody what came of it. An event loop is woken once for all who wait in it."""
    in_loops: dict[asyncio.AbstractEventLoop, list[_Outcome]] = {}
    for it in outcomes:
        if isinstance(it.asker, Future):
            it.tell()
        else:
            in_loops.setdefault(it.asker.get_loop(), []).append(it)
    for loop, theirs in in_loops.items():
        with suppress(RuntimeError):  # it has ended, and nobody waits in it
            loop.call_soon_threadsafe(_tell_each, theirs)


def _tell_each(outcomes: Iterable[_Outcome]) -> None:
    for it in outcomes:
        it.tell()


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
        fcntl.flock(handle, fcntl.LOCK_UN)  # a process forked meanwhile has the file open, too
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
        connection.execute("PRAGMA secure_delete=ON")

    return engine


def _postgresql_engine(url: str) -> Engine:
    return create_engine(
        url,
        connect_args=SIGNS_OF_LIFE | dict(make_url(url).query),
        pool_size=CONNECTIONS,
        max_overflow=4,
        pool_pre_ping=True,
        hide_parameters=True,
    )


_databases: weakref.WeakSet[Database] = weakref.WeakSet()


def _start_afresh() -> None:
    """A connection carried over a fork loses rows or answers another process's queries."""
    for database in list(_databases):
        database.forget()


os.register_at_fork(after_in_child=_start_afresh)
