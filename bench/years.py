"""Two years of a hotline in whatever number of rows, written by the database itself, but for the
people: no two of them have one number, and the database cannot seal. Texts have the same words.

Everything follows from the place of a row, so it is the same each time. Requests come evenly, so a
week holds about 1 % of them; people ask twice each and help four times; all but the last hundred
are over. One in twenty was done by one of a few busy people.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, text

from bench import town
from bench.town import AREAS, NEEDS, Place
from hotline.keyring import Keyring
from hotline.roster import WHATEVER, WHEREVER
from hotline.store.database import Database
from hotline.store.sealed import keyring_of
from hotline.store.tables import FIRST_NUMBER, neighbor

SPAN = timedelta(days=730)
AT_A_TIME = 10_000  # people
SOME = 200  # who come onto the roster by its door, so that there is every availability
KINDS = 24  # of availability, at least
BUSY = 25  # people who did one request in twenty
MOST_OPEN = 50  # and as many are taken


@dataclass(frozen=True)
class Years:
    """The ids of whom there is: `busy` did the most requests, each of the `helpers` some; each of
    the `requesters` asked for some."""

    busy: Sequence[int]
    helpers: Sequence[int]
    requesters: Sequence[int]


def fill(place: Place, size: int, now: datetime, people: int | None = None) -> Years:
    """So many rows in each large table, and twice as many messages. `people`: so many of them, if
    not as many."""
    people = people or size
    with place.open() as database:
        town.put_on_roster(database, town.some_volunteers(SOME), now)
        keyring = keyring_of(database.engine.dialect)
        _write(database, _Rows(size, people, now, keyring, database.is_sqlite))
    with place.open() as database:
        town.analyze(database)
    first, end = SOME + 1, SOME + 1 + people // 4 * 4
    return Years(
        busy=range(first, first + 4 * BUSY, 4),
        helpers=range(first + 4 * BUSY, end, 4),
        requesters=range(first + 1, end, 2),
    )


def _write(database: Database, rows: _Rows) -> None:
    with database.engine.connect() as connection:
        _hurry(connection)
        for some in rows.neighbors():
            connection.execute(insert(neighbor), some)
        for statement in rows.statements():
            connection.execute(text(statement))
        town.note_who_was_asked(connection)
        connection.commit()


def _hurry(connection: Connection) -> None:
    """What refers to what is right as it is, and nothing is lost if this machine stops."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET session_replication_role = replica")
        return
    for wish in ("foreign_keys=OFF", "synchronous=OFF", "cache_size=-500000"):
        connection.exec_driver_sql(f"PRAGMA {wish}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


class _Rows:
    """The statements that write them, each for every `i` below the size."""

    def __init__(
        self, size: int, people: int, now: datetime, keyring: Keyring, is_sqlite: bool
    ) -> None:
        self._size = size
        self._people = people
        self._keyring = keyring
        self._is_sqlite = is_sqlite
        self._began = now - SPAN
        live = 2 * min(MOST_OPEN, size // 10)
        self._is_live = f"i >= {size - live}"
        self._is_taken = f"i < {size - live // 2}"
        self._number = f"{FIRST_NUMBER} + i"
        self._at = self._moment(f"i * {int(SPAN.total_seconds()) // size}")
        quarter, first = people // 4, SOME + 1
        self._requester = f"{first + 1} + 2 * (i % {2 * quarter})"
        place = f"CASE i % 20 WHEN 0 THEN i / 20 % {BUSY} ELSE {BUSY} + i % {quarter - BUSY} END"
        self._helper = f"{first} + 4 * ({place})"

    def statements(self) -> Iterator[str]:
        yield from self._offers()
        yield self._requests()
        yield self._takers()
        yield self._pages()
        yield from self._messages()
        event = {"at": self._at, "what": "'joined'", "about_id": f"{SOME + 1} + i % {self._people}"}
        yield self._insert("event", event)

    def neighbors(self) -> Iterator[list[dict[str, object]]]:
        """Some at a time."""
        for start in range(0, self._people, AT_A_TIME):
            yield [self._neighbor(i) for i in range(start, min(start + AT_A_TIME, self._people))]

    def _neighbor(self, i: int) -> dict[str, object]:
        return {
            "phone": town.phone(i),
            "name": f"Somebody {i}",
            "language": "en",
            "on_roster": i % 4 == 0,
            "since": self._began + i * (SPAN // self._people),
        }

    def _offers(self) -> Iterator[str]:
        """Everybody on the roster offers one need in one area."""
        for area in (f"'{WHEREVER}'", _one_of(AREAS, "i / 4 % 12")):
            for need in (f"'{WHATEVER}'", _one_of(NEEDS, "i / 48 % 6")):
                facts = {
                    "neighbor_id": f"{SOME + 1} + i",
                    "area": area,
                    "need": need,
                    "availability_id": f"1 + i / 4 % {KINDS}",
                    "asked_at": self._moment("0"),
                }
                yield self._insert("offer", facts, f"i % 4 = 0 AND i < {self._people}")

    def _requests(self) -> str:
        due = self._moment(f"{int(SPAN.total_seconds())} + 3600 + i % 1000")
        facts = {
            "requester_id": self._requester,
            "since": self._at,
            "state": f"CASE WHEN {self._is_live} THEN CASE WHEN {self._is_taken} THEN 'taken'"
            " ELSE 'open' END WHEN i % 10 = 7 THEN 'withdrawn' ELSE 'done' END",
            "needs": self._json(_one_of([json.dumps([it]) for it in NEEDS], "i % 6")),
            "area": _one_of(AREAS, "i % 12"),
            "urgent": "false",
            "round": "1",
            "wave": "1",
            "owed": "0",
            "version": "3",
            **dict.fromkeys(("due", "look_at"), f"CASE WHEN {self._is_live} THEN {due} END"),
        }
        return self._insert("request", facts)

    def _takers(self) -> str:
        facts = {
            "request_number": self._number,
            "neighbor_id": self._helper,
            "since": self._at,
            "outcome": f"CASE WHEN NOT ({self._is_live}) THEN 'done' END",
        }
        return self._insert("taker", facts, self._is_taken)

    def _pages(self) -> str:
        facts = {
            "request_number": self._number,
            "neighbor_id": self._helper,
            "round": "1",
            "wave": "1",
            "state": f"CASE WHEN {self._is_taken} THEN 'accepted' ELSE 'asked' END",
            "taken_by": f"CASE WHEN {self._is_taken} THEN {self._helper} END",
            "asked_at": self._at,
            "answered_at": f"CASE WHEN {self._is_taken} THEN {self._at} END",
        }
        return self._insert("page", facts)

    def _messages(self) -> Iterator[str]:
        """The words of each request, and the text that asked somebody."""
        about = {"at": self._at, "request_number": self._number}
        words = {
            "neighbor_id": self._requester,
            "channel": "'text'",
            "state": "'received'",
            "body": self._body("need groceries for two please"),
            "sid": "'SM' || i",
            "is_words": "true",
            "pace": "'usual'",
        }
        yield self._insert("message", about | words)
        asks = {
            "neighbor_id": self._helper,
            "channel": "'api'",
            "state": "'delivered'",
            "body": self._body("Can you help? YES 12"),
            "sid": "'SMasks' || i",
            "segments": "1",
            "page_id": "1 + i",
            "claimed_at": self._at,
            "tries": "1",
        }
        yield self._insert("message", about | asks)

    def _insert(self, table: str, facts: Mapping[str, str], where: str = "true") -> str:
        return (
            f"INSERT INTO {table} ({', '.join(facts)})"  # noqa: S608 - our own words
            " WITH RECURSIVE places(i) AS (SELECT CAST(0 AS BIGINT)"
            f" UNION ALL SELECT i + 1 FROM places WHERE i + 1 < {self._size})"
            f" SELECT {', '.join(facts.values())} FROM places WHERE {where}"
        )

    def _moment(self, seconds: str) -> str:
        """So long after the two years began."""
        if self._is_sqlite:
            shape = "%Y-%m-%d %H:%M:%S.000000"
            return f"strftime('{shape}', '{self._began:%F %T}', '+' || ({seconds}) || ' seconds')"
        return f"TIMESTAMPTZ '{self._began:%F %T}+00' + ({seconds}) * INTERVAL '1 second'"

    def _body(self, words: str) -> str:
        sealed = self._keyring.seal(words, b"message.body").hex()
        return f"X'{sealed}'" if self._is_sqlite else f"CAST('\\x{sealed}' AS BYTEA)"

    def _json(self, words: str) -> str:
        return words if self._is_sqlite else f"CAST({words} AS JSON)"


def _one_of(words: Sequence[str], place: str) -> str:
    each = " ".join(f"WHEN {at} THEN '{word}'" for at, word in enumerate(words))
    return f"CASE {place} {each} END"
