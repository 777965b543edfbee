"""What the requester writes reaches whoever should read it, also at the moment things change.

On PostgreSQL two texts are read side by side; on SQLite one after the other.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select
from test_one_taker import _ask_everybody, _database, _house, _phone, answer_to

from hotline.inbound import TextIn
from hotline.store import tables
from hotline.store.database import Database
from sms import receiving

MARIA = "+12125550140"
ANA = _phone(0, 0)
PATIENCE = 5.0


@pytest.fixture
def database(postgresql_url: str) -> Iterator[Database]:
    with closing(_database(postgresql_url)) as opened:
        yield opened


def _texts(database: Database, sid: str, who: str, body: str) -> list[str]:
    return answer_to(database, _house(), TextIn(sid, who, body))


def _while_maria_writes(
    database: Database, monkeypatch: pytest.MonkeyPatch, words: str, meanwhile: str
) -> list[str]:
    """Maria's text is read; before anything follows from it, Ana's text is done with."""
    read, done = threading.Event(), threading.Event()
    look_up = receiving._situation

    def hold_up(work: Any, person: Any, it: Any, lately: Any) -> Any:
        found = look_up(work, person, it, lately)
        if person and person.phone == MARIA and not read.is_set():
            read.set()
            done.wait(PATIENCE)
        return found

    def ana_texts() -> None:
        read.wait(PATIENCE)
        try:
            _texts(database, "SM-ana", ANA, meanwhile)
        finally:
            done.set()

    monkeypatch.setattr(receiving, "_situation", hold_up)
    with ThreadPoolExecutor(2) as threads:
        maria = threads.submit(_texts, database, "SM-maria", MARIA, words)
        threads.submit(ana_texts).result()
        return maria.result()


def _who_reads(database: Database, words: str) -> list[str]:
    texts = (
        select(tables.neighbor.c.phone, tables.message.c.body)
        .join(tables.message, tables.message.c.neighbor_id == tables.neighbor.c.id)
        .where(tables.message.c.channel == "api")
    )
    found = database.read(lambda c: c.execute(texts).all())
    return [phone for phone, body in found if words in body]


def test_words_that_come_while_it_is_being_taken_reach_the_taker(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    (number,) = database.write(partial(_ask_everybody, rounds=1))
    _while_maria_writes(database, monkeypatch, "apartment 4, ring twice", f"yes {number}")
    assert _who_reads(database, "ring twice") == [ANA]


def test_words_that_come_while_it_is_handed_back_do_not_reach_who_gave_it_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    (number,) = database.write(partial(_ask_everybody, rounds=1))
    _texts(database, "SM-yes", ANA, f"yes {number}")
    answer = _while_maria_writes(
        database, monkeypatch, "my door code is 4711", meanwhile=f"cant {number}"
    )
    assert _who_reads(database, "4711") == []
    assert "Added to your request" in answer[0], "it is kept for whoever takes it next"
