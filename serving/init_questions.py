"""What `hotline init` asks: of a network with an account at a carrier, and of one that lives on one
phone or one modem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hotline import settings_text
from hotline.settings_text import Value

CHANNEL: Final = "channel"  # among the answers: the kind of it; there is none with an account


@dataclass(frozen=True, slots=True)
class Question:
    """One of them. `variable`: where its answer stands in the environment; without one it stands in
    `hotline.toml`. `usual`: what Enter says; nothing, where one must answer, or may say so
    later. `setting`: of the channel, where the answer is one of its settings."""

    key: str
    asks: str
    usual: str = ""
    variable: str = ""
    is_secret: bool = False
    can_wait: bool = False
    setting: str = ""

    @property
    def option(self) -> str:
        return f"--{self.key.replace('_', '-')}{'-file' if self.is_secret else ''}"


_ALL_BEGIN: Final = (
    Question("name", "What is your network called? Strangers read it first"),
    Question("country", "Which country are you in? Two letters", "US"),
    Question("timezone", "Which time zone?", "America/New_York"),
    Question("languages", "Which languages do people speak? The first one first", "en, es"),
    Question("stewards", "Whose phone is told when something is wrong? With commas between them"),
)
_DATABASE: Final = Question("database", "Where is the database?", variable="DATABASE_URL")

QUESTIONS: Final = (
    *_ALL_BEGIN,
    Question(
        "public_url",
        "Which web address will the carrier call? Like https://help.example.org",
        variable="PUBLIC_URL",
    ),
    Question(
        "account_sid", "The account at the carrier (Account SID)", variable="TWILIO_ACCOUNT_SID"
    ),
    Question(
        "auth_token",
        "Its token (Auth Token; it is not shown)",
        variable="TWILIO_AUTH_TOKEN",
        is_secret=True,
    ),
    Question(
        "number",
        "Your number or short code, with + and the country's code (or a messaging service;"
        " nothing, if `hotline provision` is to buy one)",
        variable="HOTLINE_NUMBER",
        can_wait=True,
    ),
    _DATABASE,
)

_HERE: Final = Question(
    "public_url",
    "Which web address does the phone tell it to? As it is, if it hangs on this machine by USB",
    usual="http://127.0.0.1:{port}",
    variable="PUBLIC_URL",
)
_SIM: Final = Question(
    "sim_number",
    "The number of the SIM card, with + and the country's code",
    setting="number",
)
_OF_CHANNEL: Final[Mapping[str, tuple[Question, ...]]] = {
    "smsgate": (
        *_ALL_BEGIN,
        _HERE,
        _SIM,
        Question(
            "phone_url",
            "Where does the app listen? It stands under Local server, like"
            " http://192.168.1.20:8080",
            setting="url",
        ),
        Question("phone_user", "The user that the app shows", "sms", variable="CHANNEL_SIM1_USER"),
        Question(
            "phone_password",
            "And its password (it is not shown)",
            variable="CHANNEL_SIM1_PASSWORD",
            is_secret=True,
        ),
    ),
    "gammu": (
        *_ALL_BEGIN,
        _SIM,
        Question(
            "modem_device",
            "Which device is the modem? As in /dev/serial/by-id",
            usual="/dev/ttyUSB0",
        ),
        Question(
            "modem_folder",
            "In which folder do the hotline and its daemon meet?",
            usual="/var/spool/hotline/modem1",
            setting="folder",
        ),
    ),
}
KINDS: Final = tuple(_OF_CHANNEL)
NAMES: Final[Mapping[str, str]] = {"smsgate": "sim1", "gammu": "modem1"}
SIGNING_KEY: Final = "CHANNEL_SIM1_SIGNING_KEY"


def asked(channel: str) -> tuple[Question, ...]:
    """What is asked, in its order. `channel`: its kind; empty, where there is an account."""
    return _OF_CHANNEL.get(channel, QUESTIONS)


def unasked(channel: str) -> tuple[Question, ...]:
    """What is not asked there and may be said all the same."""
    keys = {it.key for it in asked(channel)}
    return tuple(it for it in (_HERE, _DATABASE) if it.key not in keys) if channel else ()


def every_one() -> tuple[Question, ...]:
    """Each once, whatever there is."""
    found: dict[str, Question] = {}
    for kind in ("", *KINDS):
        for it in asked(kind):
            found.setdefault(it.key, it)
    return tuple(found.values())


# The channel, in hotline.toml.

_SLOWLY: Final[Mapping[str, Value]] = {"texts_a_minute": 6, "texts_a_day": 400}
_UNTIL_ASKED: Final = {
    "number": "+12125550199",
    "url": "http://127.0.0.1:8080",
    "folder": "/var/spool/hotline/modem1",
}


def place_of(channel: str, it: Question) -> str:
    """What its answer is called where a mistake in it is told."""
    if it.setting:
        return f"channels.{NAMES[channel]}.{it.setting}"
    return it.variable or f"hotline.{it.key}"


def channel_toml(answers: Mapping[str, str]) -> str:
    """[[channels]], with something that will do for what is not answered yet; nothing where there
    is an account."""
    kind = answers.get(CHANNEL, "")
    if not kind:
        return ""
    values: dict[str, Value] = {"name": NAMES[kind], "kind": kind}
    for it in asked(kind):
        if it.setting:
            values[it.setting] = answers.get(it.key) or _UNTIL_ASKED[it.setting]
    return settings_text.table_of("channels", {**values, **_SLOWLY})
