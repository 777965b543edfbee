"""Writes: none takes another with it, and none waits or tries for ever."""

from __future__ import annotations

import threading

import pytest
from neighborhood import CAST, NOON
from sqlalchemy import Connection, text

from hotline.help_request import HelpRequest
from hotline.store import outbox, store, volunteers
from hotline.store.database import Database, Stale

ANA = CAST["Ana"]


def test_a_write_that_was_called_off_does_not_stop_the_next(database_url: str) -> None:
    """As when the web server ends while somebody's answer is on its way."""
    database = Database(database_url.replace("postgresql:", "postgresql+psycopg:"))
    begun, go_on = threading.Event(), threading.Event()

    def slow(_connection: Connection) -> None:
        begun.set()
        go_on.wait(10)

    slow_one = database.submit(slow)
    begun.wait(10)
    called_off = [database.submit(volunteers.roster) for _ in range(3)]
    for future in called_off:
        future.cancel()
    slow_one.cancel()
    go_on.set()
    assert database.submit(volunteers.roster).result(10) == []
    database.close()


def test_texts_can_be_written_to_somebody_who_is_writing(postgresql_url: str) -> None:
    """Else whoever asks them and they themselves wait for each other."""
    database = Database(postgresql_url.replace("postgresql:", "postgresql+psycopg:"))
    ana = database.write(lambda connection: store.add_neighbor(connection, ANA, NOON))
    with database.engine.begin() as writing, database.engine.begin() as asking:
        assert store.who_is_at(writing, ANA) == ana
        asking.execute(text("SET LOCAL lock_timeout = '2s'"))
        assert outbox.add_text(asking, ana.id, "Maple Street: …", 1, NOON) > 0
    database.close()


def test_a_request_can_be_closed_while_somebody_asked_about_it_is_writing(
    postgresql_url: str,
) -> None:
    """Who writes holds their own row and may want the request next: each would wait for both."""
    database = Database(postgresql_url.replace("postgresql:", "postgresql+psycopg:"))

    def ask(connection: Connection) -> None:
        ana, ben = (store.add_neighbor(connection, CAST[it], NOON) for it in ("Ana", "Ben"))
        number = store.open_request(connection, HelpRequest(0, ana.id, NOON)).number
        it = store.find_request(connection, number)
        assert it is not None
        page = store.add_page(connection, it, ben.id, NOON)
        outbox.add_text(connection, ben.id, "Maple Street: …", 1, NOON, page_id=page)

    database.write(ask)
    with database.engine.begin() as writing, database.engine.begin() as closing:
        assert store.who_is_at(writing, CAST["Ben"])
        (it,) = store.all_requests(closing, only_open=True)
        closing.execute(text("SET LOCAL lock_timeout = '2s'"))
        assert store.close_unanswered_pages(closing, it.number, NOON) == []  # it never left
    database.close()


def test_a_write_that_loses_every_race_ends(postgresql_url: str) -> None:
    database = Database(postgresql_url.replace("postgresql:", "postgresql+psycopg:"))
    tries: list[Connection] = []

    def lose(connection: Connection) -> None:
        tries.append(connection)
        raise Stale("somebody was faster")

    with pytest.raises(Stale):
        database.write(lose)
    assert 1 < len(tries) < 100
    database.close()
