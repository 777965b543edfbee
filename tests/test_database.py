"""Writes: one that nobody waits for any more takes no other with it."""

from __future__ import annotations

import threading

from sqlalchemy import Connection

from hotline.store import store
from hotline.store.database import Database


def test_a_write_that_was_called_off_does_not_stop_the_next(database_url: str) -> None:
    """As when the web server ends while somebody's answer is on its way."""
    database = Database(database_url.replace("postgresql:", "postgresql+psycopg:"))
    begun, go_on = threading.Event(), threading.Event()

    def slow(_connection: Connection) -> None:
        begun.set()
        go_on.wait(10)

    slow_one = database.submit(slow)
    begun.wait(10)
    called_off = [database.submit(store.roster) for _ in range(3)]
    for future in called_off:
        future.cancel()
    slow_one.cancel()
    go_on.set()
    assert database.submit(store.roster).result(10) == []
    database.close()
