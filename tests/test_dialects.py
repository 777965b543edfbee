"""Carriers that speak the same API: which is chosen, what it signs, what settings it wants."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from neighborhood import ACCOUNT, CAST, NUMBER, SIGNING_KEY, TOKEN, Neighborhood, open_neighborhood
from servers import KEYS

from hotline import settings
from hotline.carriers.twilio.dialect import DIALECTS, spoken_at
from hotline.carriers.twilio.signature import Signatures, signed
from hotline.errors import BadSettings
from hotline.settings import DIALECT_NAMES, Environment

PUBLIC = "https://hotline.example"
FIELDS = [("Body", "milk"), ("From", "+12125550123")]


def _read(**more: str) -> Environment:
    given = {
        "PUBLIC_URL": PUBLIC,
        "HOTLINE_KEYS": KEYS,
        "TWILIO_ACCOUNT_SID": "a",
        "TWILIO_AUTH_TOKEN": "token",
        "HOTLINE_NUMBER": "+12125550199",
    }
    return settings.read_environment(given | more)


def test_each_name_has_its_dialect() -> None:
    assert tuple(DIALECTS) == DIALECT_NAMES


def test_it_is_twilio_unless_the_address_or_a_setting_says_otherwise() -> None:
    space = {"TWILIO_API_URL": "https://maple.signalwire.com/api/laml", "TWILIO_SIGNING_KEY": "k"}
    fake = "https://maple.signalwire.com.example"
    assert spoken_at(_read()).name == "twilio"
    assert spoken_at(_read(**space)).name == "signalwire"
    assert spoken_at(_read(TWILIO_API_URL=fake)).name == "twilio"
    assert spoken_at(_read(**space, TWILIO_DIALECT="Somleng")).name == "somleng"


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"TWILIO_DIALECT": "signalwire"}, "TWILIO_SIGNING_KEY"),
        ({"TWILIO_DIALECT": "somleng", "TWILIO_MESSAGING_SERVICE_SID": "m"}, "MESSAGING_SERVICE"),
        ({"TWILIO_DIALECT": "klingon"}, "TWILIO_DIALECT"),
    ],
)
def test_what_a_dialect_lacks_is_told_by_name(given: dict[str, str], named: str) -> None:
    with pytest.raises(BadSettings, match=named):
        _read(**given)


def test_signalwire_signs_with_keys_of_its_own_and_two_while_they_change() -> None:
    more = {"TWILIO_SIGNING_KEY": "new", "TWILIO_SIGNING_KEY_SECONDARY": "old"}
    environment = _read(TWILIO_DIALECT="signalwire", **more)
    ours = Signatures.of(environment)
    assert ours.headers[0] == "X-SignalWire-Signature"
    taken = {key: signed(f"{PUBLIC}/sms", FIELDS, key) for key in ("new", "old", "token")}
    genuine = {key for key, it in taken.items() if ours.is_genuine("/sms", FIELDS, it)}
    assert genuine == {"new", "old"}
    assert "new" not in repr(environment.twilio_signing_key)


def test_a_key_of_signalwire_opens_nothing_at_twilio() -> None:
    ours = Signatures.of(_read(TWILIO_SIGNING_KEY="key"))
    assert ours.headers == ("X-Twilio-Signature",)
    assert not ours.is_genuine("/sms", FIELDS, signed(f"{PUBLIC}/sms", FIELDS, "key"))


# On the wire.


ROSTER = [{"phone": CAST[name], "name": name} for name in ("Ana", "Ben")]


@pytest.fixture(params=DIALECTS)
def maple(
    request: pytest.FixtureRequest, sqlite_url: str, redis_url: str
) -> Iterator[Neighborhood]:
    is_described = request.param == "twilio"  # the others are described nowhere
    with open_neighborhood(
        sqlite_url, redis_url, dialect=request.param, watched=is_described
    ) as neighborhood:
        neighborhood.put_on_roster(*ROSTER)
        yield neighborhood


def got(maple: Neighborhood) -> dict[str, str]:
    """The last text that reached each phone since this was asked last."""
    return {it.who: it.body for it in maple.received()}


def test_somebody_asks_and_is_helped(maple: Neighborhood) -> None:
    maple.text("Maria", "need groceries")
    asked = got(maple)
    assert "got it, your request is 12" in asked["Maria"]
    assert "YES 12" in asked["Ana"]
    maple.text("Ana", "yes")
    assert "Ana is taking your request 12" in got(maple)["Maria"]
    maple.text("Maria", "third floor, blue door")
    assert got(maple)["Ana"] == "Your neighbor (12): third floor, blue door"
    maple.text("Maria", "done")
    assert {"Maria", "Ana"} <= set(got(maple))
    maple.text("Ana", "STOP")
    maple.text("Sam", "need milk")
    assert "Ana" not in got(maple)


def test_a_text_whose_answer_was_lost_is_found_there_and_not_sent_again(
    maple: Neighborhood,
) -> None:
    maple.trouble("silent_taken", times=2)
    maple.text("Maria", "need groceries")
    maple.pass_time(timedelta(minutes=3))
    pages = [it for it in maple.received() if "YES 12" in it.body]
    assert sorted(it.who for it in pages) == ["Ana", "Ben"]


def test_somebody_calls(maple: Neighborhood) -> None:
    call = maple.call("Sam")
    assert call["status"] == "in-progress"
    assert "Maple Street Mutual Aid" in maple.heard("Sam")
    maple.press("Sam", "1")
    assert maple.heard("Sam")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("key", [TOKEN, SIGNING_KEY])
def test_what_another_key_signs_is_refused(
    sqlite_url: str, redis_url: str, dialect: str, key: str
) -> None:
    is_its = (key == SIGNING_KEY) is (dialect == "signalwire")
    fields = {
        "AccountSid": ACCOUNT,
        "From": CAST["Maria"],
        "To": NUMBER,
        "MessageSid": "1",
        "Body": "need milk",
    }
    with open_neighborhood(sqlite_url, redis_url, dialect=dialect, watched=False) as town:
        url = f"{town.address}/sms"
        header = DIALECTS[dialect].signature_headers[0]
        headers = {header: signed(url, list(fields.items()), key)}
        answer = httpx2.post(url, data=fields, headers=headers, trust_env=False)
    assert answer.status_code == (200 if is_its else 403)


def test_each_has_a_row_in_the_guide() -> None:
    guide = (Path(__file__).parents[1] / "docs" / "carriers.md").read_text(encoding="utf-8")
    for it in DIALECTS.values():
        assert f"`{it.name}`" in guide
        assert f"{it.longest_validity:,}" in guide
        assert it.signature_headers[0] in guide
