"""What is kept no longer, through the whole program: here and at the carrier, the clock moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest
from neighborhood import CAST, NETWORK, NOON, Neighborhood, open_neighborhood
from sqlalchemy import Connection, bindparam, select, text
from test_forgetting import (
    _ask_by_voice,
    _count,
    _everything_here,
    _everything_there,
    _has_none_of,
    _messages,
    _rows,
)

from hotline.store import migrate, requests, retention, tables
from hotline.store.database import Database

DAY = timedelta(days=1)
FEW_DAYS = NETWORK + "\n[privacy]\nkeep_days = 3\n"


@pytest.fixture
def maple(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(database_url, redis_url) as opened:
        opened.put_on_roster({"phone": CAST["Ana"], "name": "Ana", "areas": "northside"})
        yield opened


def move_clock(maple: Neighborhood, length: timedelta) -> None:
    """Nothing happens on the way; then all that is due, until nothing more is deleted."""
    maple.now.moment += length
    for _ in range(20):
        maple.tick()
        maple.now.moment += timedelta(seconds=16)


def ask_and_finish(maple: Neighborhood) -> None:
    maple.text("Maria", "need groceries near 11216, the green door")
    maple.text("Ana", "yes after the matinee")
    maple.text("Maria", "mind the terrier [picture]", media=["https://media.example.org/ring"])
    maple.text("Ana", "do you like turnips")
    maple.text("Ana", "done")
    maple.received()


WORDS = ("green door", "matinee", "terrier", "turnips", "media.example")


def test_a_month_after_a_request_its_words_are_gone_here_and_at_the_carrier(
    maple: Neighborhood,
) -> None:
    ask_and_finish(maple)
    move_clock(maple, 29 * DAY)
    here, there = _everything_here(maple), _everything_there(maple)
    assert all(it in here for it in WORDS)
    assert all(it in there for it in WORDS[:4])

    move_clock(maple, 2 * DAY)
    assert not any(it in _everything_here(maple) for it in WORDS)
    assert not any(it in _everything_there(maple) for it in WORDS)
    assert _rows(maple, "erasure") == []
    assert _rows(maple, "request", "details") == [{}]


def test_what_was_said_in_calls_is_gone_as_well(maple: Neighborhood) -> None:
    _ask_by_voice(maple, "Maria", "the door behind the bakery")
    maple.text("Ana", "yes")
    maple.call("Maria")
    maple.press("Maria", "3")
    maple.hang_up("Maria")
    maple.text("Ana", "done")
    assert "bakery" in _everything_there(maple)
    move_clock(maple, 31 * DAY)
    assert _rows(maple, "recording") == []
    assert "bakery" not in _everything_here(maple)
    there = _everything_there(maple)
    assert "bakery" not in there
    assert CAST["Maria"].removeprefix("+1") not in there


def test_words_of_a_request_that_goes_on_are_kept(maple: Neighborhood) -> None:
    ask_and_finish(maple)
    maple.text("Maria", "need a ride near 11216 to the cello lesson")
    _ask_by_voice(maple, "Sam", "a walker for the stairs")
    maple.text("Ana", "yes 13 by the fountain")
    move_clock(maple, 60 * DAY)
    assert [it.is_live for it in maple.requests()] == [False, True, True]
    here, there = _everything_here(maple), _everything_there(maple)
    assert not any(it in here for it in WORDS)
    for it in ("cello", "fountain", "walker"):
        assert it in here
        assert it in there
    maple.text("Maria", "is the ride still on")
    assert maple.requests()[1].takers


def test_words_go_once_such_a_request_is_over_as_well(maple: Neighborhood) -> None:
    maple.text("Maria", "need a ride near 11216 to the cello lesson")
    maple.text("Ana", "yes")
    move_clock(maple, 60 * DAY)
    maple.text("Ana", "done")
    move_clock(maple, 29 * DAY)
    assert "cello" in _everything_here(maple)
    move_clock(maple, 2 * DAY)
    assert "cello" not in _everything_here(maple)
    assert "cello" not in _everything_there(maple)


def test_what_belongs_to_no_request_goes_too(maple: Neighborhood) -> None:
    maple.text("Sam", "who are you")
    assert maple.requests() == []
    move_clock(maple, 31 * DAY)
    assert "who are you" not in _everything_here(maple)
    assert "who are you" not in _everything_there(maple)
    assert CAST["Sam"] in str(_rows(maple, "neighbor", "phone")), "they may write again"


def test_a_picture_without_words_goes_as_well(maple: Neighborhood) -> None:
    maple.text("Maria", "need a ride near 11216")
    maple.text("Maria", "", media=["https://media.example.org/ring"])
    maple.text("Maria", "never mind")
    assert "media.example" in _everything_here(maple)
    move_clock(maple, 31 * DAY)
    assert "media.example" not in _everything_here(maple)
    assert _messages(maple) == []


def test_counts_stay(maple: Neighborhood) -> None:
    ask_and_finish(maple)
    ever = partial(requests.counts_since, moment=maple.now() - DAY)
    before = maple.database.read(ever), _count(maple, "page"), _count(maple, "event")
    move_clock(maple, 31 * DAY)
    assert (maple.database.read(ever), _count(maple, "page"), _count(maple, "event")) == before


def test_a_network_keeps_words_for_as_long_as_it_says(database_url: str, redis_url: str) -> None:
    with open_neighborhood(database_url, redis_url, FEW_DAYS) as maple:
        maple.text("Maria", "need groceries near 11216, the green door")
        maple.text("Maria", "never mind")
        move_clock(maple, 2 * DAY)
        assert "green door" in _everything_here(maple)
        move_clock(maple, 2 * DAY)
        assert "green door" not in _everything_here(maple)


def test_a_request_from_before_counts_from_what_was_said_last(
    older_database: Callable[[str], Database],
) -> None:
    database = older_database("0012")
    when = {number: NOON - number * DAY for number in (12, 13, 14)}

    def write(connection: Connection) -> None:
        person = "INSERT INTO neighbor (id, since, phone) VALUES (1, '2026-01-01', '')"
        connection.execute(text(person))
        asked = text(
            "INSERT INTO request (number, requester_id, since, state, needs, urgent, round, wave,"
            " owed, version) VALUES (:number, 1, :since, :state, '[]', false, 1, 1, 0, 1)"
        ).bindparams(bindparam("since", type_=tables.Moment))
        for number, state in ((12, "done"), (13, "withdrawn"), (14, "open")):
            facts = {"number": number, "state": state, "since": when[number]}
            connection.execute(asked, facts)
        said = text(
            "INSERT INTO message (neighbor_id, channel, state, at, body, request_number)"
            " VALUES (1, 'text', 'received', :at, '', 12)"
        ).bindparams(bindparam("at", type_=tables.Moment))
        connection.execute(said, {"at": NOON})

    database.write(write)
    migrate.upgrade(database)
    over = select(tables.request.c.over_since).order_by(tables.request.c.number)
    ended = database.read(lambda c: c.execute(over).scalars().all())
    assert list(ended) == [NOON, when[13], None]


# People.


def test_who_neither_helps_nor_asks_for_half_a_year_is_forgotten(maple: Neighborhood) -> None:
    ask_and_finish(maple)
    move_clock(maple, 179 * DAY)
    assert CAST["Maria"] in _rows(maple, "neighbor", "phone")
    move_clock(maple, 3 * DAY)
    assert _has_none_of(_everything_here(maple), "Maria")
    assert _has_none_of(_everything_there(maple), "Maria")
    assert CAST["Ana"] in _rows(maple, "neighbor", "phone"), "she helps"


def test_who_waits_or_said_stop_is_not_forgotten(maple: Neighborhood) -> None:
    maple.put_on_roster({"phone": CAST["Ben"], "name": "Ben", "areas": "eastside"})
    maple.text("Maria", "need milk near 11216")
    maple.text("Cleo", "STOP")
    move_clock(maple, 200 * DAY)
    kept = _rows(maple, "neighbor", "phone")
    assert {CAST[it] for it in ("Maria", "Cleo")} <= set(kept)
    assert "need milk" in _everything_here(maple)
    maple.text("Maria", "never mind 12")
    move_clock(maple, 200 * DAY)
    assert CAST["Maria"] not in _rows(maple, "neighbor", "phone")


def test_of_many_nobody_is_left_out(maple: Neighborhood) -> None:
    """A few at a time, so that nobody waits for it."""
    for name in ("Sam", "Nora", "Gabi", "Hugo", "Finn", "Eva", "Dee"):
        maple.text(name, "hello there")
    move_clock(maple, 182 * DAY)
    assert not any(phone.startswith("+") for phone in _strangers(maple))


def _strangers(maple: Neighborhood) -> list[str]:
    return _rows(maple, "neighbor", "phone", lambda row: row.phone != CAST["Ana"])


def test_whoever_writes_again_is_kept(maple: Neighborhood) -> None:
    maple.text("Sam", "hello there")
    move_clock(maple, 170 * DAY)
    maple.text("Sam", "hello again")
    move_clock(maple, 170 * DAY)
    assert CAST["Sam"] in _rows(maple, "neighbor", "phone")


def test_after_a_long_pause_what_is_old_does_not_wait_for_one_look_after_the_other(
    maple: Neighborhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MOST_REQUESTS", 1)
    for need in ("groceries by the green door", "milk for the terrier", "a ride to the matinee"):
        maple.text("Maria", f"need {need} near 11216")
        maple.text("Ana", "yes")
        maple.text("Ana", "done")
    maple.now.moment += 31 * DAY
    maple.tick()
    assert not any(it in _everything_here(maple) for it in WORDS)
