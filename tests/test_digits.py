"""Digits of any script are digits: in answers, codes, postcodes, hours and the emergency number."""

from __future__ import annotations

import pytest
from neighborhood import NETWORK

from hotline.hours import parse_hours
from hotline.settings import read_network
from sms import danger, orders, steward_orders
from sms.danger import Danger
from sms.orders import Confirm, Most, Pause, Pin, Vouch
from sms.reading import Intent, read, words_of

NEIGHBORHOOD = read_network(NETWORK, "hotline.toml")
SCRIPTS = {
    "Arabic-Indic": "\u0660",
    "Persian": "\u06f0",
    "Devanagari": "\u0966",
    "Bengali": "\u09e6",
    "Thai": "\u0e50",
    "fullwidth": "\uff10",
    "mathematical": "\U0001d7ce",
}
"""The zero of each; the others follow it."""


@pytest.fixture(params=SCRIPTS)
def digits(request: pytest.FixtureRequest) -> dict[int, str]:
    zero = ord(SCRIPTS[request.param])
    return {ord("0") + it: chr(zero + it) for it in range(10)}


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        *(("YES 12", Intent.YES), ("yes12", Intent.YES), ("12", Intent.YES), ("12 si", Intent.YES)),
        *(("NO 12", Intent.NO), ("CANT 12", Intent.HAND_BACK), ("DONE 12", Intent.DONE)),
        *(("NEVER MIND 12", Intent.WITHDRAW), ("oo 12", Intent.YES), ("fini 12", Intent.DONE)),
    ],
)
def test_answers(said: str, intent: Intent, digits: dict[int, str]) -> None:
    for asked_about in ((), (12,)):
        found = read(said.translate(digits), NEIGHBORHOOD, asked_about=asked_about)
        assert (found.intent, found.number) == (intent, 12)


@pytest.mark.parametrize(
    ("said", "order"),
    [
        *(("CONFIRM 123456", Confirm("123456")), ("confirm 123 456", Confirm("123456"))),
        *(("VOUCH 3003", Vouch(3003)), ("PIN 4821", Pin("4821")), ("MAX 2", Most(2))),
        *(("PAUSE 3", Pause(3)), ("pause 2 weeks", Pause(14)), ("pausa 3 dias", Pause(3))),
    ],
)
def test_orders(said: str, order: orders.Order, digits: dict[int, str]) -> None:
    assert orders.find(read(said.translate(digits), NEIGHBORHOOD), NEIGHBORHOOD) == order


def test_orders_of_stewards(digits: dict[int, str]) -> None:
    said = read("CLOSE 12".translate(digits), NEIGHBORHOOD)
    found = steward_orders.find(said, NEIGHBORHOOD, talks=False)
    assert found == steward_orders.CloseRequest(12)


def test_postcodes_people_and_hours(digits: dict[int, str]) -> None:
    plain = "need food for 4 people in 11216 at 6:30 pm"
    told, written = read(plain, NEIGHBORHOOD), read(plain.translate(digits), NEIGHBORHOOD)
    assert told.area
    assert (written.area, written.needs) == (told.area, told.needs)
    assert written.details == told.details
    assert written.details.hour == "18:30"
    assert parse_hours("mon-fri 17:00-21:00".translate(digits)) == parse_hours(
        "mon-fri 17:00-21:00"
    )


def test_the_emergency_number(digits: dict[int, str]) -> None:
    said = "please call 911".translate(digits)
    found = danger.heard(danger.signs(words_of(said)), said)
    assert found is not None
    assert found.danger is Danger.CALL
    assert read("911".translate(digits), NEIGHBORHOOD).intent is Intent.EMERGENCY


def test_the_keys_after_it_was_done(digits: dict[int, str]) -> None:
    said = "2 not yet".translate(digits)
    assert read(said, NEIGHBORHOOD).not_yet
    assert read("2".translate(digits), NEIGHBORHOOD).number == 2
