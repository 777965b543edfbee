"""Carriers that speak the same API: which is chosen, what it signs, what settings it wants."""

from __future__ import annotations

import pytest
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
    assert ours.header == "X-SignalWire-Signature"
    taken = {key: signed(f"{PUBLIC}/sms", FIELDS, key) for key in ("new", "old", "token")}
    genuine = {key for key, it in taken.items() if ours.is_genuine("/sms", FIELDS, it)}
    assert genuine == {"new", "old"}
    assert "new" not in repr(environment.twilio_signing_key)


def test_a_key_of_signalwire_opens_nothing_at_twilio() -> None:
    ours = Signatures.of(_read(TWILIO_SIGNING_KEY="key"))
    assert ours.header == "X-Twilio-Signature"
    assert not ours.is_genuine("/sms", FIELDS, signed(f"{PUBLIC}/sms", FIELDS, "key"))
