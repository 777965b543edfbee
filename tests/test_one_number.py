"""The migration that brings together whoever was split by two spellings of one number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from neighborhood import CAST, NOON
from sqlalchemy import JSON, Connection, Table, TableClause, Text, column, insert, select, table

from hotline.store import migrate, tables
from hotline.store.database import Database
from hotline.store.sealed import Sealed, SealedAlike, SealedValue
from hotline.store.tables import (
    call,
    erasure,
    event,
    message,
    neighbor,
    offer,
    page,
    recording,
    request,
    taker,
)

OLD, NEW = "+5215512345678", "+525512345678"
MARIA = CAST["Maria"]
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def database(older_database: Callable[[str], Database]) -> Database:
    """Each test with this runs on both databases: as it is before that migration."""
    return older_database("0002")


def put(connection: Connection, of: Table, **facts: Any) -> int:
    older = in_clear(of)
    key = older.c[next(iter(of.primary_key)).name]
    return int(connection.execute(insert(older).values(facts).returning(key)).scalar_one())


def in_clear(of: Table) -> TableClause:
    """The table as it was before anything in it was sealed."""
    former: dict[type, Any] = {SealedValue: JSON(), Sealed: Text(), SealedAlike: Text()}
    return table(of.name, *(column(it.name, former.get(type(it.type), it.type)) for it in of.c))


def person(connection: Connection, number: str, since: datetime = NOON, **facts: Any) -> int:
    return put(connection, neighbor, phone=number, since=since, asked_at=since, **facts)


def asked_for(connection: Connection, who: int, state: str = "open") -> int:
    facts = {"requester_id": who, "since": NOON, "state": state, "needs": ["food"]}
    numbers = {"round": 1, "wave": 1, "owed": 0, "version": 1}
    return put(connection, request, urgent=False, **facts, **numbers)


def paged(
    connection: Connection, number: int, who: int, state: str = "asked", a_round: int = 1
) -> int:
    taken_by = who if state == "accepted" else None
    facts = {"request_number": number, "neighbor_id": who, "round": a_round, "wave": 1}
    return put(connection, page, state=state, taken_by=taken_by, asked_at=NOON, **facts)


def said(connection: Connection, who: int, body: str, **facts: Any) -> int:
    channel = facts.pop("channel", "text")
    facts |= {"channel": channel, "state": "received" if channel == "text" else "sent"}
    return put(connection, message, neighbor_id=who, body=body, at=NOON, **facts)


def rows(database: Database, *columns: Any) -> list[Any]:
    found = database.read(lambda c: c.execute(select(*columns)).all())
    return sorted(found, key=lambda row: [(it is not None, it) for it in row])


def test_all_that_refers_to_somebody_who_was_split_refers_to_one(database: Database) -> None:
    def split(connection: Connection) -> tuple[int, int]:
        maria = person(connection, MARIA)
        old, new = person(connection, OLD), person(connection, NEW)
        asked, other = asked_for(connection, old), asked_for(connection, maria, "taken")
        put(connection, taker, request_number=other, neighbor_id=new, since=NOON)
        taken = paged(connection, other, new, "accepted")
        said(connection, new, "YES", channel="api", page_id=taken, from_id=new)
        said(connection, old, "we need groceries", request_number=asked)
        state = {"step": "talk", "partner": new}
        made = {"began_at": NOON, "turn": 1, "state": state}
        called = put(connection, call, sid="CA1", neighbor_id=new, **made)
        put(connection, call, sid="CA2", neighbor_id=None, **made)
        spoken = {"call_id": called, "recorded_at": NOON, "passed_to": new}
        put(connection, recording, sid="RE1", **spoken)
        put(connection, event, at=NOON, neighbor_id=new, what="paused", about_id=new)
        gone = {"kind": "unnamed", "what": "a digest", "at": NOON, "due": NOON}
        put(connection, erasure, neighbor_id=new, **gone)
        return maria, old

    maria, who = database.write(split)
    migrate.upgrade(database)
    assert rows(database, neighbor.c.id, neighbor.c.phone) == [(maria, MARIA), (who, NEW)]
    assert {it for (it,) in rows(database, request.c.requester_id)} == {maria, who}
    assert rows(database, taker.c.neighbor_id) == [(who,)]
    assert rows(database, page.c.neighbor_id, page.c.taken_by) == [(who, who)]
    assert rows(database, message.c.neighbor_id) == [(who,), (who,)]
    assert (who,) in rows(database, message.c.from_id)
    assert {it for (it,) in rows(database, call.c.neighbor_id)} == {who, None}
    assert rows(database, recording.c.passed_to) == [(who,)]
    assert rows(database, event.c.neighbor_id, event.c.about_id) == [(who, who)]
    assert rows(database, erasure.c.neighbor_id) == [(who,)]
    partners = database.read(lambda c: [it["partner"] for (it,) in c.execute(select(call.c.state))])
    assert partners == [who, who]


@pytest.mark.parametrize("first", ["accepted", "passed"])
@pytest.mark.parametrize("on_roster", [OLD, NEW])
def test_two_pages_about_the_same_become_the_one_that_was_answered(
    database: Database, first: str, on_roster: str
) -> None:
    def split(connection: Connection) -> int:
        maria = person(connection, MARIA)
        of = {it: person(connection, it, on_roster=it == on_roster) for it in (OLD, NEW)}
        number = asked_for(connection, maria, "taken" if first == "accepted" else "open")
        if first == "accepted":
            put(connection, taker, request_number=number, neighbor_id=of[OLD], since=NOON)
        said(connection, of[OLD], "1", page_id=paged(connection, number, of[OLD], first))
        said(connection, of[NEW], "2", page_id=paged(connection, number, of[NEW]))
        paged(connection, number, of[NEW], a_round=2)
        return of[on_roster]

    who = database.write(split)
    migrate.upgrade(database)
    taken_by = who if first == "accepted" else None
    found = rows(database, page.c.round, page.c.state, page.c.neighbor_id, page.c.taken_by)
    assert found == [(1, first, who, taken_by), (2, "asked", who, None)]
    told = rows(database, message.c.page_id)
    assert told[0] == told[1]
    assert rows(database, neighbor.c.phone) == [(MARIA,), (NEW,)]


@pytest.mark.parametrize("still_at_it", [OLD, NEW])
def test_who_took_a_request_in_both_spellings_takes_it_once(
    database: Database, still_at_it: str
) -> None:
    def split(connection: Connection) -> None:
        number = asked_for(connection, person(connection, MARIA), "taken")
        for spelling in (OLD, NEW):
            who, outcome = person(connection, spelling), None if spelling == still_at_it else "done"
            about = {"request_number": number, "neighbor_id": who, "since": NOON}
            put(connection, taker, outcome=outcome, **about)
            paged(connection, number, who, "accepted")

    database.write(split)
    migrate.upgrade(database)
    assert rows(database, taker.c.outcome) == [(None,)]
    assert [it for (it,) in rows(database, page.c.state)] == ["accepted"]


def test_what_holds_us_back_stays(database: Database) -> None:
    def split(connection: Connection) -> None:
        at = NOON - AN_HOUR
        person(connection, OLD, stopped_at=NOON, paused_until=NOON, max_a_day=1, name="Lupe")
        more = {"paused_until": at, "max_a_day": 2, "language": "es", "language_chosen": True}
        person(connection, NEW, since=at, on_roster=True, needs=["food"], **more)

    database.write(split)
    migrate.upgrade(database)
    columns = (neighbor.c.stopped_at, neighbor.c.paused_until, neighbor.c.max_a_day)
    assert rows(database, *columns) == [(NOON, NOON, 1)]
    more = (neighbor.c.name, neighbor.c.language, neighbor.c.on_roster, neighbor.c.since)
    assert rows(database, *more) == [("Lupe", "es", True, NOON - AN_HOUR)]


@pytest.mark.parametrize(
    ("of_old", "of_new", "kept"),
    [
        *(("no_number", None, None), ("landline", "unreachable", "unreachable")),
        *(("blocked", None, "blocked"), (None, None, None)),
    ],
)
def test_what_was_wrong_with_the_old_number_is_not_wrong_with_the_new(
    database: Database, of_old: str | None, of_new: str | None, kept: str | None
) -> None:
    def split(connection: Connection) -> None:
        person(connection, OLD, trouble=of_old)
        person(connection, NEW, trouble=of_new)

    database.write(split)
    migrate.upgrade(database)
    assert rows(database, neighbor.c.trouble) == [(kept,)]


def test_where_a_wave_looks_there_is_one(database: Database) -> None:
    def split(connection: Connection) -> None:
        when = put(connection, tables.availability, content="{}")
        for number, since in ((OLD, NOON), (NEW, NOON - AN_HOUR)):
            who = person(connection, number, since, on_roster=True)
            found = {"area": "*", "need": "food", "availability_id": when, "asked_at": since}
            put(connection, offer, neighbor_id=who, **found)

    database.write(split)
    migrate.upgrade(database)
    assert rows(database, offer.c.need, offer.c.asked_at) == [("food", NOON)]
    assert rows(database, neighbor.c.asked_at) == [(NOON,)]


def test_who_has_one_number_is_who_they_were(database: Database) -> None:
    numbers = [MARIA, "46363", "hidden-1", "hidden-gone-4", "+1121611611", "+541123456789"]

    def some(connection: Connection) -> None:
        for place, number in enumerate(numbers):
            person(connection, number, name=f"Person {place}", trouble="landline", code=place)

    database.write(some)
    migrate.upgrade(database)
    found = dict(map(tuple, rows(database, neighbor.c.name, neighbor.c.phone)))
    now = [*numbers[:-1], "+5491123456789"]
    assert found == {f"Person {place}": number for place, number in enumerate(now)}
    assert [code for (code,) in rows(database, neighbor.c.code)] == list(range(len(numbers)))
