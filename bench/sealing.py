"""What it costs that the database is sealed: the same texts, in turns, into one that is and into
one in which all lies in clear.

It is the time on the processor inside the transaction, which others on the machine hardly change:
opening what is read, sealing what is written. The floor is the program without that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count

from sqlalchemy import Connection

from bench import children, town
from bench.report import Figure, median
from bench.texts import People, Text
from bench.town import Servers
from hotline.desk import wave
from hotline.inbound import TextIn
from hotline.keyring import Keyring
from hotline.store.database import Database
from hotline.store.requests import requests_after
from hotline.work import House, Work
from sms.receiving import receive

VOLUNTEERS = 400
RUNS, TEXTS = 15, 100  # in each
A_TEXT = "a text"
MOST = 0.3  # ms that a text may take longer


class InClear(Keyring):
    """Keys that seal nothing."""

    def seal(self, words: str, _place: bytes) -> bytes:
        return words.encode()

    def open(self, sealed: bytes, place: bytes) -> str:
        """What a new database brings along was sealed before."""
        try:
            return sealed.decode()
        except UnicodeDecodeError:
            return super().open(sealed, place)

    def seal_alike(self, words: str, place: bytes) -> bytes:
        return self.seal(words, place)

    def open_alike(self, sealed: bytes, place: bytes) -> str:
        return self.open(sealed, place)

    def mark(self, words: str, place: bytes) -> bytes:
        return self.seal(words, place)


def figures(servers: Servers, *, quick: bool = False) -> Iterator[Figure]:
    runs, texts = (1, 5) if quick else (RUNS, TEXTS)
    for kind in servers.kinds(quick=quick):
        with ExitStack() as stack:
            sealed, clear = (_side(stack, servers, kind, is_sealed=it) for it in (True, False))
            stack.enter_context(children.pinned(children.MEASURED))
            for run in range(runs + 1):  # the first prepares much, and is left out
                for side in (sealed, clear):
                    side.take(texts, is_counted=run > 0)
        yield from _judged(kind, sealed, clear)


def _side(stack: ExitStack, servers: Servers, kind: str, *, is_sealed: bool) -> _Side:
    place = servers.place(kind)
    ring = place.settings.environment.keyring
    keys = ring if is_sealed else InClear([ring.first])
    database = Database(place.settings.environment.sqlalchemy_url, keys)
    stack.callback(database.close)
    town.fill_roster(database, VOLUNTEERS, hours=False)
    return _Side(database, place.house)


def _judged(kind: str, sealed: _Side, clear: _Side) -> Iterator[Figure]:
    for deed, times in sealed.found.items():
        ours, floor = median(times), median(clear.found[deed])
        more = ours - floor
        is_text = deed == A_TEXT  # a wave is several
        yield Figure(
            "sealing",
            f"{deed}, sealed beside in clear, {kind} (+{more:.2f} ms)",
            "ms",
            ours,
            floor,
            ours / floor,
            f"≤ {MOST} ms more" if is_text else "",
            more <= MOST if is_text else None,
            {"ours": times, "floor": clear.found[deed]},
        )


class _Side:
    """One database, and what is done in it."""

    def __init__(self, database: Database, house: House) -> None:
        self.found: dict[str, list[float]] = {}  # of each run: ms for one, on average
        self._database = database
        self._house = house
        self._people = People()
        self._names = count()

    def take(self, many: int, *, is_counted: bool) -> None:
        texts = self._people.mixture(many, iter(()))
        newest = self._newest()
        runs = {A_TEXT: [self._timed(self._receiving(it)) for it in texts]}
        asked_for = self._asked_for(newest)
        runs["asking a wave"] = [self._timed(self._asking(it)) for it in asked_for]
        for deed, times in runs.items() if is_counted else ():
            self.found.setdefault(deed, []).append(sum(times) / len(times))

    def _timed(self, do: Callable[[Work], object]) -> float:
        def timed(connection: Connection) -> float:
            began = time.thread_time()
            do(self._house.work(connection))
            return (time.thread_time() - began) * 1000

        return self._database.write(timed)

    def _receiving(self, it: Text) -> Callable[[Work], object]:
        return lambda work: receive(work, TextIn(f"SM{next(self._names)}", it.sender, it.body))

    def _asking(self, number: int) -> Callable[[Work], object]:
        return lambda work: wave.ask_volunteers(work, number)

    def _newest(self) -> int:
        return max(self._asked_for(0), default=0)

    def _asked_for(self, after: int) -> list[int]:
        rows = self._database.read(lambda c: requests_after(c, after, 1_000_000, only_open=True))
        return [it.number for it in rows]
