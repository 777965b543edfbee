"""A page is accepted if and only if its neighbor takes the request: nothing writes it otherwise,
and the database would not take it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from neighborhood import CAST, NETWORK, NOON, Neighborhood, open_neighborhood
from servers import KEYRING
from sqlalchemy import Connection, delete, update
from sqlalchemy.exc import IntegrityError

from hotline.help_request import HelpRequest, State
from hotline.page import Answer, PageMove
from hotline.store import overview, pages, people, requests
from hotline.store.database import Database
from hotline.store.tables import page, taker

ONE_AT_A_TIME = f"{NETWORK}\n[waves]\nsizes = [1]\n"


@pytest.fixture
def maple(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    """Ana is asked first, then Ben."""
    with open_neighborhood(database_url, redis_url, ONE_AT_A_TIME) as opened:
        opened.put_on_roster(*({"phone": CAST[name], "name": name} for name in ("Ana", "Ben")))
        yield opened


def test_whoever_took_it_before_and_said_stop_has_it_no_longer(maple: Neighborhood) -> None:
    """Ana's page stayed accepted beside Ben's, and both were taken for its taker."""
    maple.text("Maria", "need food")
    maple.text("Ana", "yes")
    maple.text("Ana", "done")
    maple.text("Ana", "STOP")
    maple.text("Maria", "2")
    maple.text("Ben", "yes 12")

    assert maple.database.read(overview.pages_that_lie) == []
    (story,) = maple.database.read(lambda c: overview.newest_stories(c, 10))
    assert story.takers == ("Ben",)
    asked = [(it.name, it.state) for wave in story.waves for it in wave.asked]
    assert asked == [("Ana", "passed"), ("Ben", "accepted")]


# What the database refuses.


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Maria asked for something; Ana takes it, and Ben was asked as well."""
    url = database_url.replace("postgresql:", "postgresql+psycopg:")
    with closing(Database(url.replace("sqlite:", "sqlite+pysqlite:"), KEYRING)) as opened:
        opened.write(_ana_takes_what_maria_needs)
        assert opened.read(overview.pages_that_lie) == []
        yield opened


MARIA, ANA, BEN = 1, 2, 3


def _ana_takes_what_maria_needs(connection: Connection) -> None:
    for name in ("Maria", "Ana", "Ben"):
        people.add_neighbor(connection, CAST[name], NOON)
    opened = requests.open_request(connection, HelpRequest(0, MARIA, NOON, due=NOON))
    pages.add_pages(connection, opened, [ANA, BEN], NOON)
    taken = replace(opened, state=State.TAKEN, takers=(ANA,))
    requests.save_request(connection, opened, taken, NOON)
    pages.note_answers(connection, opened.number, [Answer(ANA, PageMove.TAKE)], NOON)


def _of(who: int, **facts: object) -> Any:
    return update(page).where(page.c.neighbor_id == who).values(**facts)


@pytest.mark.parametrize(
    "lie",
    [
        _of(BEN, state="accepted", taken_by=BEN),
        _of(BEN, state="accepted"),
        _of(BEN, state="accepted", taken_by=ANA),
        _of(BEN, taken_by=BEN),
        _of(ANA, state="passed"),
        _of(ANA, taken_by=None),
        delete(taker),
        update(taker).values(neighbor_id=BEN),
    ],
    ids=[
        "accepted by who takes nothing",
        "accepted by nobody",
        "accepted by somebody else",
        "taken and not accepted",
        "passed by its taker",
        "accepted and not taken",
        "its taker is gone",
        "its taker is another",
    ],
)
def test_a_page_that_lies_is_refused(database: Database, lie: Any) -> None:
    with pytest.raises(IntegrityError):
        database.write(lambda c: c.execute(lie))
    assert database.read(overview.pages_that_lie) == []


def test_a_yes_of_who_takes_nothing_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError):
        database.write(lambda c: pages.note_answers(c, 12, [Answer(BEN, PageMove.TAKE)], NOON))


def test_a_taker_without_a_page_is_seen(database: Database) -> None:
    """Nothing in the tables forbids it: it would be who was never asked."""
    (taken,) = database.read(lambda c: requests.newest_requests(c, 1))
    both = replace(taken, takers=(ANA, BEN))
    database.write(lambda c: requests.save_request(c, taken, both, NOON))
    assert database.read(overview.pages_that_lie) == [(12, BEN)]
