"""A PIN for the phone: who can set it, how often it can be tried, and where it is kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from neighborhood import NETWORK, Neighborhood, open_neighborhood
from sqlalchemy import select
from test_replies import at_the_carrier

from hotline import proof
from hotline.store import tables
from rehearsal.neighborhood.scene import CAST
from sms import orders
from sms.orders import Pin, PinOff
from sms.reading import read

STEWARDED = NETWORK.replace("[hotline]", f'[hotline]\nstewards = ["{CAST["Cleo"]}"]')


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url, STEWARDED) as opened:
        opened.put_on_roster({"phone": CAST["Ana"], "name": "Ana", "languages": "en"})
        yield opened


def try_pin(maple: Neighborhood, pin: str, who: str = "Sam") -> bool:
    """Somebody calls with Ana's number; whether they were let in."""
    maple.call(who, shown="Ana")
    for keys in ("1", "*", pin + "#"):
        maple.press(who, keys)
    is_in = "That is not the code" not in maple.heard(who)
    maple.hang_up(who)
    return is_in


def test_a_pin_that_was_not_confirmed_holds_not(maple: Neighborhood) -> None:
    """Somebody texts it in Ana's name, and then calls in it."""
    maple.text("Ana", "PIN 4821")
    assert "CONFIRM" in maple.received()[-1].body
    assert not try_pin(maple, "4821")
    maple.text("Ana", "PIN OFF")
    maple.order("Ana", "PIN 7395")
    maple.text("Ana", "PIN 4821")
    assert not try_pin(maple, "4821"), "nor in the place of another"
    assert try_pin(maple, "7395", "Ana")


def test_five_wrong_tries_a_day_and_then_only_the_code(maple: Neighborhood) -> None:
    maple.order("Ana", "PIN 4821")
    for place in range(proof.MOST_TRIES):
        assert not try_pin(maple, f"739{place}")
    assert not try_pin(maple, "4821")
    maple.now.moment += timedelta(days=1, minutes=1)
    assert try_pin(maple, "4821", "Ana")


def test_who_calls_hears_the_same_whether_there_is_a_pin_or_not(maple: Neighborhood) -> None:
    heard = []
    for ordered in ("", "PIN 4821"):
        if ordered:
            maple.order("Ana", ordered)
        maple.call("Sam", shown="Ana")
        maple.press("Sam", "1")
        maple.press("Sam", "*")
        heard.append(maple.heard("Sam"))
        maple.hang_up("Sam")
    assert heard[0] == heard[1]


@pytest.mark.parametrize("who", ["Ana", "Cleo", "Sam"])
def test_a_pin_is_kept_nowhere_in_clear_and_is_deleted_at_the_carrier(
    maple: Neighborhood, who: str
) -> None:
    assert "Your PIN holds" in maple.order(who, "PIN 48213")[-1]
    assert any("48213" in body for body in at_the_carrier(maple).values())
    maple.pass_time(timedelta(minutes=5))
    for name, table in tables.metadata.tables.items():
        rows = str(maple.database.read(lambda c, it=table: c.execute(select(it)).all()))
        assert "48213" not in rows, name
    assert not any("48213" in body for body in at_the_carrier(maple).values())


@pytest.mark.parametrize("before", [["STOP"], ["hello there"] * 30])
def test_nor_where_it_is_not_heard(maple: Neighborhood, before: list[str]) -> None:
    for body in before:
        maple.text("Sam", body)
    maple.text("Sam", "PIN 48213")
    kept = select(tables.message.c.body)
    bodies = maple.database.read(lambda c: c.execute(kept).scalars().all())
    assert not any("48213" in it for it in bodies)


def test_while_two_talk_it_is_passed_on_to_nobody(maple: Neighborhood) -> None:
    maple.text("Maria", "need food")
    maple.text("Ana", "yes")
    maple.received()
    maple.text("Maria", "PIN 4821")
    assert [it.who for it in maple.received()] == ["Maria"]
    maple.text("Maria", "the pin of the door is 4821")
    assert "4821" in next(it.body for it in maple.received() if it.who == "Ana")


def test_no_digest_is_made_where_others_wait_to_write(
    maple: Neighborhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow: list[str] = []
    real: Any = proof._scrypt

    def noted(code: str, salt: bytes) -> str:
        slow.append(threading.current_thread().name)
        return str(real(code, salt))

    monkeypatch.setattr(proof, "_scrypt", noted)
    maple.order("Ana", "PIN 4821")
    maple.order("Cleo", "SUSPEND Ana")
    assert try_pin(maple, "4821", "Ana")
    assert not try_pin(maple, "739100")
    assert len(slow) >= 8
    assert not any(it.startswith("writer") for it in slow)


@pytest.mark.parametrize("pin", ["1234", "0000", "9876", "1212", "123123", "2580", "1984", "2026"])
def test_what_is_easy_to_guess_is_no_pin(pin: str) -> None:
    assert not proof.is_good_pin(pin, CAST["Ana"])


def test_a_pin_has_four_to_eight_digits_and_is_not_the_number() -> None:
    assert [
        proof.is_good_pin(it, "+12125550141") for it in ("482", "482193755", "0141", "5550")
    ] == [False] * 4
    assert all(proof.is_good_pin(it, "+12125550141") for it in ("4821", "739104", "60317744"))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        *(("PIN 4821", Pin("4821")), ("pin 48 21", Pin("4821")), ("my pin is 4821", Pin("4821"))),
        *(("PIN", Pin("")), ("PIN 12", Pin("12")), ("mi pin es 4821", Pin("4821"))),
        *(("PIN OFF", PinOff()), ("sin pin", PinOff())),
    ],
)
def test_what_orders_a_pin(maple: Neighborhood, said: str, meant: object) -> None:
    network = maple.hotline.house.network
    assert orders.find(read(said, network), network) == meant


@pytest.mark.parametrize(
    "said", ["pin 4821 opens the gate", "i need a pin", "safety pins please", "is the pin 4821?"]
)
def test_what_orders_none(maple: Neighborhood, said: str) -> None:
    network = maple.hotline.house.network
    assert not isinstance(orders.find(read(said, network), network), Pin | PinOff)
