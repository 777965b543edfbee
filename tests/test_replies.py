"""The answer to a text is a row like any other message: whoever looks for what became of it finds
it, and what did not arrive is said again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from neighborhood import ACCOUNT, CAST, NAMES, NOON, TOKEN, Neighborhood, open_neighborhood
from sqlalchemy import Connection, Engine, event, select
from test_webhook_guard import Door, answered, open_door, sms

from hotline import roster_file
from hotline.carriers.twilio.client import Carrier
from hotline.message import Channel
from hotline.store import conversation as said
from hotline.store import overview, people, roster, tables
from hotline.store.conversation import ConversationLine

MINUTE = timedelta(minutes=1)


@pytest.fixture
def maple(database_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(database_url, redis_url) as opened:
        opened.put_on_roster({"phone": CAST["Ana"], "name": "Ana"})
        yield opened


@pytest.fixture
def door(database_url: str, redis_url: str) -> Iterator[Door]:
    with open_door(database_url, redis_url) as opened:
        yield opened


def conversation(maple: Neighborhood, number: int = 12) -> list[ConversationLine]:
    return maple.database.read(lambda c: said.conversation(c, number))


def replies(maple: Neighborhood, who: str) -> list[ConversationLine]:
    """What somebody's texts about request 12 were answered with."""
    (id_of,) = maple.database.read(lambda c: people.known_or_new(c, [CAST[who]], maple.now()))
    return [it for it in conversation(maple) if (it.channel, it.who) == (Channel.REPLY, id_of)]


def at_the_carrier(maple: Neighborhood) -> dict[str, str]:
    """The words of every text on the carrier's books, by its name of it."""
    address = f"{maple.address}/2010-04-01/Accounts/{ACCOUNT}/Messages.json?PageSize=1000"
    found = httpx2.get(address, auth=(ACCOUNT, TOKEN), trust_env=False)
    found.raise_for_status()
    return {it["sid"]: it["body"] for it in found.json()["messages"]}


# What became of it.


def test_its_callback_brings_its_name_and_that_it_arrived(maple: Neighborhood) -> None:
    maple.text("Maria", "need food")
    (reply,) = replies(maple, "Maria")
    assert "your request is 12" in reply.body
    assert reply.state == "delivered"
    assert at_the_carrier(maple)[reply.sid or ""] == reply.body


def test_without_a_callback_it_is_taken_for_sent_and_has_no_name(maple: Neighborhood) -> None:
    maple.trouble("no_callbacks", to=CAST["Maria"])
    maple.text("Maria", "need food")
    (reply,) = replies(maple, "Maria")
    assert (reply.state, reply.sid, reply.due) == ("accepted", None, NOON + 5 * MINUTE)


def test_of_one_that_nobody_told_of_the_carrier_is_asked(maple: Neighborhood) -> None:
    maple.trouble("no_callbacks", to=CAST["Maria"])
    maple.text("Maria", "need food")
    maple.pass_time(6 * MINUTE)
    (told,) = replies(maple, "Maria")
    assert (told.state, told.due, at_the_carrier(maple)[str(told.sid)]) == (
        *("accepted", None),
        told.body,
    )
    assert len([it for it in maple.received() if it.body == told.body]) == 1


def test_one_that_the_carrier_never_took_leaves_by_itself(maple: Neighborhood) -> None:
    """What it will not take from an answer it tells nobody."""
    maple.text("Maria", "need food")
    maple.text("Ana", "yes")
    maple.phone("Maria", opted_out=True)
    assert maple.text("Maria", "status")["replies"] == []
    lost = maple.database.read(_replies)[-1]
    assert (lost.state, lost.sid) == ("accepted", None)
    maple.phone("Maria", opted_out=False)
    maple.received()
    maple.pass_time(7 * MINUTE)
    assert [it.body for it in maple.received()] == [lost.body]
    assert maple.database.read(_replies)[-1].state == "delivered"


def test_one_to_whoever_said_stop_to_the_carrier_alone_does_not_stay_accepted(
    maple: Neighborhood,
) -> None:
    maple.text("Maria", "need food")
    maple.text("Ana", "yes")
    maple.phone("Maria", opted_out=True)
    maple.text("Maria", "status")
    maple.pass_time(7 * MINUTE)
    lost = maple.database.read(_replies)[-1]
    assert (lost.state, lost.error, lost.failure) == ("failed", 21610, "OptedOut")
    (who,) = maple.database.read(lambda c: people.known_or_new(c, [CAST["Maria"]], maple.now()))
    assert maple.database.read(lambda c: people.neighbors(c, [who]))[who].stopped


def test_where_no_answers_are_listed_none_is_said_twice(
    maple: Neighborhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Carrier, "_texts_to", lambda *_arguments: [])
    monkeypatch.setattr(Carrier, "_lists", lambda *_arguments: False)
    maple.trouble("no_callbacks", to=CAST["Maria"])
    maple.text("Maria", "need food")
    maple.pass_time(20 * MINUTE)
    (told,) = replies(maple, "Maria")
    assert (told.state, told.sid, told.due) == ("accepted", None, None)
    assert len([it for it in maple.received() if it.body == told.body]) == 1


def _replies(connection: Connection) -> list[Any]:
    of = tables.message.c
    rows = select(tables.message).where(of.channel == "reply").order_by(of.id)
    return list(connection.execute(rows))


def test_what_is_yours_and_did_not_arrive_is_sent_again_by_the_api(maple: Neighborhood) -> None:
    maple.text("Maria", "need food, the blue door")
    maple.phone("Ana", "off")
    maple.text("Ana", "yes")
    (reply,) = replies(maple, "Ana")
    assert reply.body.startswith("12 is yours")
    assert (reply.state, reply.error) == ("undelivered", 30003)

    maple.phone("Ana", "on")
    maple.received()
    maple.pass_time(11 * MINUTE)
    assert [it.body for it in maple.received() if it.who == "Ana"] == [reply.body]
    again = [it for it in conversation(maple) if it.body == reply.body and it != reply]
    assert [(it.channel, it.state, it.tries) for it in again] == [(Channel.API, "delivered", 2)]
    maple.pass_time(timedelta(hours=1))
    assert not [it for it in maple.received() if it.body == reply.body], "once"


def test_it_is_not_sent_again_to_whoever_said_stop_meanwhile(maple: Neighborhood) -> None:
    maple.text("Maria", "need food, the blue door")
    maple.phone("Ana", "off")
    maple.text("Ana", "yes")
    (reply,) = replies(maple, "Ana")
    maple.phone("Ana", "on")
    maple.text("Ana", "STOP")
    maple.received()
    maple.pass_time(timedelta(hours=1))
    assert not [it for it in maple.received() if it.body == reply.body]


def test_whom_no_text_reaches_holds_nothing(maple: Neighborhood) -> None:
    """They said YES and could not be told that it is theirs."""
    maple.text("Maria", "need food")
    maple.phone("Ana", "unknown")
    maple.text("Ana", "yes")
    assert maple.requests()[0].takers == ()
    assert maple.database.read(overview.pages_that_lie) == []


# The same text again.


def test_the_same_text_again_gets_the_same_answer_and_no_second_row(door: Door) -> None:
    first = answered(door.text(sms("need food")))
    before = door.rows()
    assert answered(door.text(sms("need food"))) == first
    assert door.rows() == before


def test_an_answer_that_is_said_again_is_told_of_under_the_same_number(door: Door) -> None:
    """So that whichever of the two the carrier brings, its callback finds the row."""
    first, again = (door.text(sms("need food")).text for _ in range(2))
    assert first == again
    assert "/sms/status?text=" in first


def test_a_number_that_is_no_requests_is_answered(door: Door) -> None:
    """There was no such row to refer to, and the whole text came to nothing."""
    ana = roster_file.entry({"phone": CAST["Ana"], "name": "Ana"}, door.hotline.house.network)
    door.hotline.database.write(lambda c: roster.put_on_roster(c, [ana], NOON))
    for place, body in enumerate(("yes 99", "no 9999999", "done 98", "cant 97", "status 96")):
        (told,) = answered(door.text(sms(body, f"SM{place}", From=CAST["Ana"])))
        assert told


def test_what_was_said_to_somebody_forgotten_is_not_said_again(door: Door) -> None:
    assert answered(door.text(sms("forget me")))
    assert answered(door.text(sms("forget me"))) == []


# What is forgotten.


def test_forgetting_erases_answers_at_the_carrier_by_their_names(maple: Neighborhood) -> None:
    """Those to others that tell of whoever is forgotten; theirs go with their number."""
    maple.text("Maria", "need food")
    maple.text("Ana", "yes")
    maple.text("Maria", "status")
    told = [it for it in replies(maple, "Maria") if "Ana" in it.body]
    assert [it.sid in at_the_carrier(maple) for it in told] == [True]
    maple.text("Ana", "done")
    maple.order("Ana", "forget me")
    maple.text("Ana", "forget me")
    maple.pass_time(10 * MINUTE)
    left = at_the_carrier(maple)
    assert [it.sid in left for it in told] == [False]
    assert not any("Ana" in body for body in left.values())
    assert not any("Ana" in it.body for it in conversation(maple))


def test_an_answer_of_which_nobody_told_the_name_is_erased_by_its_words(
    maple: Neighborhood,
) -> None:
    maple.text("Maria", "need food")
    maple.text("Ana", "yes")
    maple.trouble("no_callbacks", to=CAST["Maria"])
    maple.text("Maria", "status")
    assert [it.sid for it in replies(maple, "Maria") if "Ana" in it.body] == [None]
    maple.text("Ana", "done")
    maple.order("Ana", "forget me")
    maple.text("Ana", "forget me")
    maple.pass_time(10 * MINUTE)
    assert not any("Ana" in body for body in at_the_carrier(maple).values())


# One conversation.


def test_a_conversation_is_one_query(maple: Neighborhood) -> None:
    for who, body in (
        *(("Maria", "need food, the blue door"), ("Ana", "yes"), ("Nora", "need a ride")),
        *(("Maria", "ring twice"), ("Maria", "status")),
    ):
        maple.text(who, body)
        maple.pass_time(MINUTE)
    maple.phone("Maria", "landline")
    maple.text("Ana", "on my way")
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: object) -> None:
        asked.append(statement)

    with closing(_Listening(maple.database.engine, note)):
        lines = conversation(maple)

    assert len(asked) == 1
    known = maple.database.read(lambda c: people.neighbors(c, {it.who for it in lines}))
    shown = [(NAMES[known[it.who].phone], it.channel.value, it.body[:18]) for it in lines]
    assert shown == [
        ("Maria", "text", "need food, the blu"),
        ("Maria", "reply", "Maple Street Mutua"),
        ("Ana", "api", "Maple Street Mutua"),
        ("Ana", "text", "yes"),
        ("Maria", "api", "Good news: Ana is "),
        ("Ana", "reply", "12 is yours, thank"),
        ("Maria", "text", "ring twice"),
        ("Ana", "api", "Your neighbor (12)"),
        ("Maria", "reply", "Ana has your reque"),
        ("Ana", "text", "on my way"),
        ("Maria", "api", "Ana (12): on my wa"),
        ("Maria", "call", "About request 1 2."),
    ]


class _Listening:
    """Whoever is told of every statement, until this is closed."""

    def __init__(self, engine: Engine, told: Any) -> None:
        self._engine, self._told = engine, told
        event.listen(engine, "before_cursor_execute", told)

    def close(self) -> None:
        event.remove(self._engine, "before_cursor_execute", self._told)
