"""Who of the roster is called so. Names are sealed in the database, so what was opened once is kept
in this process, and whoever the record names since then is looked at again.
"""

from __future__ import annotations

import threading
from bisect import bisect_left

from sqlalchemy import Connection

from hotline.spelling import as_key
from hotline.store import listing, record


class NameIndex:
    """Of one process. What is found may be older than a moment, never wrong: the page reads each
    person anew."""

    def __init__(self) -> None:
        self._words: dict[int, tuple[str, ...]] = {}
        self._sorted: list[tuple[str, int]] = []
        self._last = -1  # event that was looked at
        self._looking = threading.Lock()

    def find(self, connection: Connection, wanted: str, most: int) -> list[int]:
        """The ids of those of whose name a word begins with each of these words."""
        with self._looking:
            self._catch_up(connection)
            found = [self._beginning(as_key(it)) for it in wanted.split()]
        return sorted(set.intersection(*found))[:most] if found else []

    def _beginning(self, word: str) -> set[int]:
        ids = set()
        for at in range(bisect_left(self._sorted, (word, 0)), len(self._sorted)):
            known, who = self._sorted[at]
            if not known.startswith(word):
                break
            ids.add(who)
        return ids

    def _catch_up(self, connection: Connection) -> None:
        newest = record.newest(connection)
        if newest == self._last:
            return
        concerned = None if self._last < 0 else record.concerned_since(connection, self._last)
        names = listing.names_of(connection, concerned)
        for who in concerned or ():
            self._words.pop(who, None)
        self._words |= {who: tuple(map(as_key, name.split())) for who, name in names.items()}
        self._sorted = sorted((it, who) for who, words in self._words.items() for it in words)
        self._last = newest
