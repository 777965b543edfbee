"""What the people who run a hotline can set: the environment and `hotline.toml`.

Everything is read once, checked all together, and handed on as one frozen value. Each mistake is
one line that names the place, says what is wrong and how to write it right. Nothing is remembered
here, nothing is logged, and what is secret is in no message.
"""

import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import time, timedelta
from io import StringIO
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from dotenv.parser import parse_stream
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails, PydanticUseDefault
from pydantic_settings import BaseSettings, SettingsConfigDict

from hotline import key_file, keyring, phrasebook
from hotline.errors import BadKeys, BadSettings
from hotline.hours import Quiet, parse_quiet
from hotline.keyring import Keyring
from hotline.needs import NEEDS
from hotline.phone import is_country, is_in, is_short_code, parse
from hotline.phrasebook import LANGUAGES
from hotline.spelling import as_key, did_you_mean, language_meant

SPOKEN_BY_DEFAULT: Final = ("en", "es")
"""Where a network names no languages: each more makes the phone menu longer."""

CONFIGURATION: Final = "hotline.toml"
LONGEST_NAME: Final = 60
LONGEST_LABEL: Final = 24
LONGEST_ANSWER: Final = 300

ENVIRONMENT_FILE: Final = ".env"
SHORTEST_TOKEN: Final = 16  # letters of the one that opens /metrics
LOG_FORMS: Final = ("text", "json")
DIALECT_NAMES = ("twilio", "signalwire", "somleng")
METRICS_FOLDER: Final = "hotline-metrics"
_QUOTES: Final = "\"'\u201c\u201d\u2018\u2019"

_DRIVERS: Final = {
    "sqlite": "sqlite+pysqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}


# What may stand in a setting. These raise ValueError with words that follow "<setting>: ".


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise ValueError("is empty")
    if len(name) > LONGEST_NAME:
        raise ValueError(f"has {len(name)} letters, and {LONGEST_NAME} is the most")
    return name


def _country(text: str) -> str:
    if not is_country(text.upper()):
        raise ValueError("is not the two letters of a country")
    return text.upper()


def _timezone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (KeyError, ValueError, OSError):
        raise ValueError("is not a time zone we know") from None


def _language(text: str) -> str:
    code = language_meant(text, LANGUAGES)
    if code is None:
        raise ValueError(f"is not a language the hotline speaks (it speaks {_all(LANGUAGES)})")
    return code


def _by_language(value: object) -> object:
    """A table by language, with the codes of those that are written out."""
    if not isinstance(value, dict):
        return value
    codes = {it: language_meant(str(it), LANGUAGES) or it for it in value}
    if len(set(codes.values())) < len(codes):
        raise ValueError("names one language twice")
    return {codes[it]: told for it, told in value.items()}


def _languages(languages: tuple[str, ...]) -> tuple[str, ...]:
    if not languages:
        raise ValueError("names no language")
    return _once(languages)


def _once(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _quiet(value: object) -> Quiet | None:
    if value is None or isinstance(value, Quiet):
        return value
    if not isinstance(value, str):
        raise ValueError("must stand in quotes")
    return parse_quiet(value)


def _steward(text: str, info: ValidationInfo) -> str:
    """As E.164. Where the country is wrong, that is mistake enough."""
    country = info.data.get("country")
    return parse(text, country) if country else text


def _whole_number(text: str) -> str:
    """As E.164, written with its country code."""
    if not text.strip().startswith("+"):
        raise ValueError("must begin with + and the country's code")
    return parse(text, "ZZ")


def _sizes(sizes: tuple[int, ...]) -> tuple[int, ...]:
    if not sizes:
        raise ValueError("has no numbers")
    return sizes


def _key(text: str) -> str:
    key = as_key(text)
    if not re.fullmatch(r"[a-z0-9_-]{1,20}", key):
        raise ValueError("must be 1 to 20 small letters, digits, - or _")
    return key


def _digit(digit: int) -> int:
    if not 1 <= digit <= 8:
        raise ValueError("must be from 1 to 8 (9 and 0 are taken on the phone menu)")
    return digit


def _voice(text: str) -> str:
    if not re.fullmatch(r"[\w.-]+( [a-z]{2,3}-[A-Z0-9]{2,3})?", text):
        raise ValueError('is no name of a voice, like "Joanna" or "Mia es-MX"')
    return text


def _word(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty")
    return " ".join(text.split())


def _label(text: str) -> str:
    if len(_word(text)) > LONGEST_LABEL:
        raise ValueError(f"has more than {LONGEST_LABEL} letters")
    return _word(text)


def _answer(text: str) -> str:
    if len(_word(text)) > LONGEST_ANSWER:
        raise ValueError(f"has more than {LONGEST_ANSWER} letters")
    return _word(text)


def _no_spaces(text: str) -> str:
    if re.search(r"[\s/]", text):
        raise ValueError("must be one word without spaces")
    return text


def _currency(text: str) -> str:
    code = text.strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise ValueError('must be three letters; write "USD" or "EUR"')
    return code


def _secret(secret: SecretStr) -> SecretStr:
    if re.search(r"\s", secret.get_secret_value()):
        raise ValueError("must be one word without spaces")
    return secret


def _database(text: str) -> str:
    driver, _, rest = text.partition("://")
    if driver not in _DRIVERS or len(rest) < 2 or (driver == "sqlite" and rest[0] != "/"):
        raise ValueError("is not a database we know")
    return text


def _redis(text: str) -> str:
    sentinels = r"sentinel://([^@\s/]*@)?[^@\s/:,]+:\d+(,[^@\s/:,]+:\d+)*/[^\s/]+(/\d+)?"
    if not re.fullmatch(rf"(rediss?|unix)://\S+|{sentinels}", text):
        raise ValueError("is not the address of a Redis")
    return text


def _split(text: str) -> SplitResult:
    """The parts of an absolute web address; raises ValueError in words."""
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound or re.search(r"\s", text):
        raise ValueError("is not a web address")
    return parts


def _carrier_address(text: str) -> str:
    parts = _split(text)
    if parts.scheme == "http" and not _is_this_machine(parts.hostname or ""):
        raise ValueError("must begin with https://: the token goes there; http:// is for 127.0.0.1")
    return text.rstrip("/")


def _told_at(text: str) -> str:
    parts = _split(text)
    if parts.scheme == "http" and not _is_this_machine(parts.hostname or ""):
        raise ValueError("must begin with https://; http:// is for 127.0.0.1")
    return text


def _mail_server(text: str) -> str:
    if not re.fullmatch(r"smtps?://([^@\s/]+@)?[^@\s/:]+(:\d+)?/?", text):
        raise ValueError("is not the address of a mail server")
    return text


def _mail_addresses(text: str) -> str:
    some = [it.strip() for it in text.split(",")]
    if not all(re.fullmatch(r"[^@\s,]+@[^@\s,]+", it) for it in some):
        raise ValueError("must be mail addresses with commas between them")
    return ", ".join(some)


def _channel_address(text: str) -> str:
    """A phone in the same house has no certificate that anybody knows."""
    _split(text)
    return text.rstrip("/")


def _is_this_machine(host: str) -> bool:
    return host in ("localhost", "127.0.0.1")


def _public_address(text: str) -> str:
    parts = _split(text)
    if "?" in text or "#" in text:
        raise ValueError("must end before the ? or #")
    if parts.scheme == "http" and not _is_this_machine(parts.hostname or ""):
        raise ValueError("must begin with https://, the carrier calls nothing else")
    if "_" in str(parts.hostname):
        raise ValueError("has a _ in its name, and the carrier cannot call that")
    return text.rstrip("/")


def _long_secret(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < SHORTEST_TOKEN:
        raise ValueError(f"has fewer than {SHORTEST_TOKEN} letters, and could be guessed")
    return secret


def _network_of_addresses(text: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(text.strip())
    except ValueError:
        raise ValueError("is no network of addresses") from None
    if network.overlaps(ip_network("127.0.0.0/8" if network.version == 4 else "::1/128")):
        raise ValueError(
            "has this machine's own address in it, which whoever comes through a proxy here has,"
            " too; use HOTLINE_METRICS_TOKEN on this machine"
        )
    return network


def _networks(text: str) -> str:
    for it in text.split(","):
        _network_of_addresses(it)
    return text


def _log_form(text: str) -> str:
    if text.lower() not in LOG_FORMS:
        raise ValueError(f"must be {' or '.join(LOG_FORMS)}")
    return text.lower()


def _dialect(text: str) -> str:
    if text.lower() not in DIALECT_NAMES:
        raise ValueError(f"must be {', '.join(DIALECT_NAMES[:-1])} or {DIALECT_NAMES[-1]}")
    return text.lower()


def _dialect_at(api_url: str) -> str:
    """What is spoken at that address of an API, where nobody says otherwise."""
    host = urlsplit(api_url).hostname or ""
    return "signalwire" if host.endswith(".signalwire.com") else "twilio"


def _sender(text: str) -> str:
    plain = re.sub(r"[\s().-]", "", text)
    if not is_short_code(plain) and not re.fullmatch(r"\+[1-9][0-9]{6,14}", plain):
        raise ValueError("is not a number with its country code, or a short code of 3 to 6 digits")
    return plain


def _recipients(text: str) -> str:
    if not all(re.fullmatch(r"age1[0-9a-z]{58}", it) for it in text.replace(",", " ").split()):
        raise ValueError("is no recipient of age: one begins with age1 and has 62 letters")
    return text


def _prefix(text: str) -> str:
    if not re.fullmatch(r"\+[0-9]{0,14}", text.strip()):
        raise ValueError("must be + and the first digits of numbers")
    return text.strip()


Whole = Annotated[int, Field(strict=True, ge=1)]
Percent = Annotated[int, Field(strict=True, ge=0, le=90)]
KeepDays = Annotated[int, Field(strict=True, ge=1, le=3650)]
Minutes = Annotated[float, Field(strict=True, gt=0, le=10_080, allow_inf_nan=False)]
Price = Annotated[float, Field(strict=True, ge=0, le=1_000, allow_inf_nan=False)]
DoneHours = Annotated[float, Field(strict=True, gt=0, le=720, allow_inf_nan=False)]
ASKED_FIRST = ("shelter", "talk", "company")  # needs of which no `address` is set
DONE_HOURS, URGENT_DONE_HOURS = 24.0, 3.0  # of a need that names none
Key = Annotated[str, AfterValidator(_key)]
Word = Annotated[str, AfterValidator(_word)]
OneWord = Annotated[str, AfterValidator(_no_spaces)]
ByLanguage = BeforeValidator(_by_language)
Secret = Annotated[SecretStr, AfterValidator(_secret)]


CHANNEL_SECRETS: Final = "CHANNEL_"  # how the names of those begin that open a channel


def secret_name(channel: str, what: str) -> str:
    """The environment variable of what opens a channel."""
    return f"{CHANNEL_SECRETS}{channel.upper().replace('-', '_')}_{what}"


class Environment(BaseSettings):
    """The environment variables, each under its own name in small letters."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", validate_default=False, hide_input_in_errors=True
    )

    # Both may hold a password: not for anybody's screen.
    database_url: Annotated[str, AfterValidator(_database)] = Field(
        default="sqlite:///hotline.db", repr=False
    )
    redis_url: Annotated[str, AfterValidator(_redis)] = Field(
        default="redis://127.0.0.1:6379/0", repr=False
    )
    public_url: Annotated[str, AfterValidator(_public_address)] = ""
    twilio_account_sid: OneWord = ""
    twilio_auth_token: Secret = SecretStr("")
    twilio_auth_token_secondary: Secret | None = None
    twilio_api_url: Annotated[str, AfterValidator(_carrier_address)] = "https://api.twilio.com"
    twilio_dialect: Annotated[str, AfterValidator(_dialect)] = ""
    twilio_signing_key: Secret | None = None
    twilio_signing_key_secondary: Secret | None = None
    hotline_number: Annotated[str, AfterValidator(_sender)] | None = None
    twilio_messaging_service_sid: OneWord | None = None
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    hotline_keys: Secret | None = None
    hotline_keys_file: Path | None = None
    hotline_metrics_token: Annotated[Secret, AfterValidator(_long_secret)] | None = None
    hotline_metrics_network: Annotated[str, AfterValidator(_networks)] = ""
    hotline_log: Annotated[str, AfterValidator(_log_form)] = "text"
    hotline_backup_recipient: Annotated[str, AfterValidator(_recipients)] = ""
    aws_access_key_id: OneWord = ""
    aws_secret_access_key: Secret | None = None
    aws_region: OneWord = "us-east-1"
    aws_endpoint_url: Annotated[str, AfterValidator(_carrier_address)] = ""
    # Where stewards are told when texts fail; some of these are secrets themselves.
    alarm_ntfy_url: Annotated[str, AfterValidator(_told_at)] = Field(default="", repr=False)
    alarm_webhook_url: Annotated[str, AfterValidator(_told_at)] = Field(default="", repr=False)
    alarm_smtp_url: Annotated[str, AfterValidator(_mail_server)] = Field(default="", repr=False)
    alarm_mail_to: Annotated[str, AfterValidator(_mail_addresses)] = Field(default="", repr=False)
    heartbeat_url: Annotated[str, AfterValidator(_told_at)] = Field(default="", repr=False)
    # CHANNEL_SIM1_PASSWORD and the like, by their names.
    channel_secrets: dict[str, Secret] = Field(default={}, repr=False)

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_not_set(cls, value: object) -> object:
        if isinstance(value, str):
            value = value.strip()
            if not value:
                raise PydanticUseDefault
            if value[0] in _QUOTES or value[-1] in _QUOTES:
                raise ValueError("has quotes around it, which are taken for a part of it")
        return value

    @property
    def dialect_name(self) -> str:
        """Which of the APIs that are alike the carrier speaks."""
        return self.twilio_dialect or _dialect_at(self.twilio_api_url)

    @property
    def alarm_ways(self) -> tuple[str, ...]:
        """How stewards are told besides by text: "ntfy", "webhook", "mail"."""
        has_mail = self.alarm_smtp_url and self.alarm_mail_to
        ways = {"ntfy": self.alarm_ntfy_url, "webhook": self.alarm_webhook_url, "mail": has_mail}
        return tuple(name for name, is_set in ways.items() if is_set)

    @property
    def calling_number(self) -> str:
        """The number that calls come from; empty if there is none: a short code makes no calls."""
        number = self.hotline_number or ""
        return number if number.startswith("+") else ""

    def channel_secret(self, channel: str, what: str) -> str:
        """What opens a channel, by the name of the channel: its "USER", "PASSWORD" or
        "SIGNING_KEY"; empty where nobody set it."""
        secret = self.channel_secrets.get(secret_name(channel, what))
        return secret.get_secret_value() if secret else ""

    @property
    def keys_path(self) -> Path:
        """Where the keys of the database are, if they are in a file: beside an SQLite database, in
        the working folder for PostgreSQL."""
        return self.hotline_keys_file or self._own_folder / key_file.NAME

    @property
    def _own_folder(self) -> Path:
        path = self.database_url.partition("///")[2] if "sqlite" in self.database_url else ""
        return Path(path).parent

    @property
    def metrics_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """From whose addresses /metrics is read without a token."""
        listed = self.hotline_metrics_network.split(",") if self.hotline_metrics_network else ()
        return tuple(_network_of_addresses(it) for it in listed)

    @property
    def metrics_folder(self) -> Path | None:
        """Where the processes of this machine count what is in no database; None: nobody reads
        /metrics."""
        is_read = self.hotline_metrics_token or self.hotline_metrics_network
        return self._own_folder / METRICS_FOLDER if is_read else None

    @property
    def keyring(self) -> Keyring:
        """The keys of the database. Raises BadKeys."""
        if self.hotline_keys is None:
            return key_file.read(self.keys_path)
        try:
            return keyring.read(self.hotline_keys.get_secret_value())
        except BadKeys as error:
            raise BadKeys(f"HOTLINE_KEYS: {error}") from None

    @property
    def backup_recipients(self) -> tuple[str, ...]:
        """To whom backups are sealed, as age writes it; empty where nobody was named."""
        return tuple(self.hotline_backup_recipient.replace(",", " ").split())

    @property
    def sqlalchemy_url(self) -> str:
        """The database as SQLAlchemy calls it, with the driver that we install."""
        driver, _, rest = self.database_url.partition("://")
        return f"{_DRIVERS[driver]}://{rest}"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Need(_Section):
    """Something people ask for: the words they use, and how it is called in a text."""

    key: Key
    digit: Annotated[int, Field(strict=True), AfterValidator(_digit)] | None = None
    urgent: Annotated[bool, Field(strict=True)] = False
    words: Annotated[dict[str, tuple[Word, ...]], ByLanguage] = {}
    label: Annotated[dict[str, Annotated[str, AfterValidator(_label)]], ByLanguage] = {}
    done_hours: DoneHours | None = None  # how long until we ask its taker how it stands
    # Whether its taker is told the exact place once whoever asked says OK.
    address: Literal["asked", "at_once"] | None = None

    @property
    def asks_before_address(self) -> bool:
        return self.address == "asked" or (self.address is None and self.key in ASKED_FIRST)

    def called(self, language: str) -> str:
        """Its name in a text; the default language's where this one has none."""
        known = self.label.get(language) or self._first_word(language)
        return known or next(iter(self.label.values()), self.key)

    def named(self, languages: Iterable[str]) -> "Need":
        """The same need with a label in each language, the default language first."""
        default, *others = languages
        label = {default: self.label.get(default) or self._first_word(default) or self.key}
        for other in others:
            label[other] = self.label.get(other) or self._first_word(other) or label[default]
        return self.model_copy(update={"label": {**label, **self.label}})

    def _first_word(self, language: str) -> str:
        short = (word for word in self.words.get(language, ()) if len(word) <= LONGEST_LABEL)
        return next(short, "")


class Area(_Section):
    """A part of the neighborhood: the words people use for it, and the areas asked next."""

    key: Key
    words: tuple[Word, ...] = ()
    near: tuple[Annotated[str, AfterValidator(as_key)], ...] = ()


class Waves(_Section):
    """How many are asked at once, and how long each wave has to answer, in minutes."""

    sizes: Annotated[tuple[Whole, ...], AfterValidator(_sizes)] = (5,)  # docs/waves.md says why
    minutes: Minutes = 5.0
    urgent_minutes: Minutes = 2.0
    again_minutes: Minutes = 60.0


class Limits(_Section):
    """What one phone, and one day, may come to. `kept_percent`: of the day's segments and of what a
    volunteer is asked, for what is urgent and for people we know; `strangers_an_hour`: requests of
    others before they wait their turn, None as it fits the roster (`reserve`). `countries`: those
    we text; none given means the network's own. `price_a_segment`: what the carrier asks for, in
    `currency`; None: nobody said."""

    texts_a_minute: Whole = 15
    texts_an_hour: Whole = 100
    segments_a_day: Whole = 10_000
    price_a_segment: Price | None = None
    currency: Annotated[str, AfterValidator(_currency)] = "USD"
    kept_percent: Percent = 30
    strangers_an_hour: Whole | None = None
    open_requests: Whole = 3
    calls_an_hour: Whole = 10
    calls_at_once: Whole = 20
    countries: Annotated[
        tuple[Annotated[str, AfterValidator(_country)], ...], AfterValidator(_once)
    ] = ()


class DangerLines(_Section):
    """Whom to call in danger, where the country's own numbers do not fit: see `help_lines`."""

    emergency: Annotated[str, AfterValidator(_word)] | None = None
    crisis: Annotated[str, AfterValidator(_word)] | None = None


Answer = Annotated[dict[str, Annotated[str, AfterValidator(_answer)]], ByLanguage]


class OwnAnswers(_Section):
    """What people read who ask about the hotline, in each language; where it says nothing, ours."""

    who: Answer = {}
    real: Answer = {}
    cost: Answer = {}
    privacy: Answer = {}
    place: Answer = {}
    hours: Answer = {}
    how: Answer = {}


class Voice(_Section):
    """How the hotline sounds: the carrier's name of a voice for each language, and a folder of
    recordings of the network's own."""

    voices: Annotated[dict[str, Annotated[str, AfterValidator(_voice)]], ByLanguage] = {}
    audio: Annotated[str, AfterValidator(_word)] | None = None


_Phones = Annotated[
    tuple[Annotated[str, AfterValidator(_whole_number)], ...], AfterValidator(_once)
]


class BoardRules(_Section):
    """Who may come onto the board, by their phones: see `organizers`. The stewards of the hotline
    are stewards there, too."""

    stewards: _Phones = ()
    desk: _Phones = ()
    readers: _Phones = ()


class RosterRules(_Section):
    """Who may join, how often one neighbor is asked, and how many requests they have at a time."""

    joining: Literal["vouched", "open", "stewards"] = "vouched"
    max_a_day: Whole = 3
    max_a_week: Whole = 8
    hold: Whole = 2


class Privacy(_Section):
    """How long words are kept once the request that they belong to is over."""

    keep_days: KeepDays = 30


class ChannelSettings(_Section):
    """One way on which texts come and leave: an account at a carrier, a phone, a modem.

    `texts_a_minute` and `texts_a_day`: what it bears. `prefixes`: of the numbers that are asked
    by it. `fallback`: what takes over when it is silent. `url`: where a phone listens, `api`:
    whether that is the phone or a server of its own; `sim`: which of its cards; `ping_minutes`:
    how often it says that it is there. `folder`: where the daemon of a modem puts its files."""

    name: Key
    kind: Literal["twilio", "smsgate", "gammu"]
    number: Annotated[str, AfterValidator(_whole_number)] | None = None
    texts_a_minute: Whole | None = None
    texts_a_day: Whole | None = None
    prefixes: tuple[Annotated[str, AfterValidator(_prefix)], ...] = ()
    fallback: Key | None = None
    url: Annotated[str, AfterValidator(_channel_address)] | None = None
    api: Literal["phone", "server"] = "phone"
    sim: Annotated[int, Field(strict=True, ge=1, le=3)] | None = None
    ping_minutes: Whole = 10
    folder: Annotated[str, AfterValidator(_word)] | None = None


_BUILT_IN: Final = tuple(Need.model_validate(asdict(it)) for it in NEEDS)


class _Hotline(_Section):
    name: Annotated[str, AfterValidator(_name)] = "Neighbors Hotline"
    country: Annotated[str, AfterValidator(_country)] = "US"
    timezone: Annotated[str, AfterValidator(_timezone)] = "America/New_York"
    languages: Annotated[
        tuple[Annotated[str, AfterValidator(_language)], ...], AfterValidator(_languages)
    ] = SPOKEN_BY_DEFAULT
    quiet: Annotated[Quiet | None, PlainValidator(_quiet)] = Quiet(time(21), time(8))
    stewards: Annotated[
        tuple[Annotated[str, AfterValidator(_steward)], ...], AfterValidator(_once)
    ] = ()


class Network(_Hotline):
    """The people and places of one hotline: all of `hotline.toml`, or the built-in defaults."""

    waves: Waves = Waves()
    roster: RosterRules = RosterRules()
    limits: Limits = Limits()
    privacy: Privacy = Privacy()
    danger: DangerLines = DangerLines()
    answers: OwnAnswers = OwnAnswers()
    board: BoardRules = BoardRules()
    voice: Voice = Voice()
    needs: tuple[Need, ...] = _BUILT_IN
    areas: tuple[Area, ...] = ()
    channels: tuple[ChannelSettings, ...] = ()
    """None given means the account that the environment names."""
    leftovers: tuple[str, ...] = ()
    """What stands in the file for a language that is not spoken, a line for each language."""

    @property
    def countries(self) -> tuple[str, ...]:
        return self.limits.countries or (self.country,)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def need(self, key: str) -> Need | None:
        return next((need for need in self.needs if need.key == key), None)

    def area(self, key: str) -> Area | None:
        return next((area for area in self.areas if area.key == key), None)

    def channel(self, name: str | None) -> ChannelSettings | None:
        return next((it for it in self.channels if it.name == name), None)

    @property
    def has_account(self) -> bool:
        """Whether one of its channels is the account that the environment names."""
        return not self.channels or any(it.kind == "twilio" for it in self.channels)

    def wave_size(self, number: int) -> int:
        """How many the wave of this number asks; the first is 1, the last size repeats."""
        sizes = self.waves.sizes
        return sizes[min(max(number, 1), len(sizes)) - 1]

    def is_urgent(self, needs: Iterable[str]) -> bool:
        return any(need.urgent for need in map(self.need, needs) if need)

    def asks_before_address(self, needs: Iterable[str]) -> bool:
        """`needs` may be of a kind that this network has no key for."""
        known = ((it, self.need(it)) for it in needs)
        return any(
            need.asks_before_address if need else kind in ASKED_FIRST for kind, need in known
        )

    def done_within(self, needs: Iterable[str]) -> timedelta:
        """How long whoever took these needs has before we ask whether they are still on it."""
        known = [need for need in map(self.need, needs) if need]
        usual = (URGENT_DONE_HOURS if need.urgent else DONE_HOURS for need in known)
        hours = [need.done_hours or most for need, most in zip(known, usual, strict=True)]
        return timedelta(hours=min(hours, default=DONE_HOURS))


class _File(_Section):
    """The sections as they stand in the file."""

    hotline: _Hotline = _Hotline()
    waves: Waves = Waves()
    roster: RosterRules = RosterRules()
    limits: Limits = Limits()
    privacy: Privacy = Privacy()
    danger: DangerLines = DangerLines()
    answers: OwnAnswers = OwnAnswers()
    board: BoardRules = BoardRules()
    voice: Voice = Voice()
    needs: tuple[Need, ...] = _BUILT_IN
    areas: tuple[Area, ...] = ()
    channels: tuple[ChannelSettings, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that was set. `file`: where the network's stand, or would."""

    environment: Environment
    network: Network
    file: Path | None = None


def load(
    environ: Mapping[str, str] | None = None, *, carrier: bool = True, sender: bool = True
) -> Settings:
    """Read the environment, with `.env` in the working folder where none is handed in, and the
    configuration that it names; raises BadSettings.

    Commands that call no carrier say so: then what is only for the carrier may be missing. Those
    that can do without a number of ours say so by `sender`.
    """
    environ = everything_set() if environ is None else environ
    environment, network = None, None
    of_network: list[str] = []
    mistakes = phrasebook.mistakes()  # in the words that people write: the program has none else
    try:
        network = _read_configuration(environ.get("HOTLINE_CONFIG", "").strip())
    except BadSettings as trouble:
        of_network = trouble.mistakes
    has_account = network is None or network.has_account
    try:
        environment = read_environment(
            environ, carrier=carrier and has_account, sender=sender and has_account
        )
    except BadSettings as trouble:
        mistakes += trouble.mistakes
    mistakes += of_network
    if environment and network and carrier:
        mistakes += _unopened(environment, network)
    if environment is None or network is None or mistakes:
        raise BadSettings(mistakes)
    return Settings(environment, network, _file_named(environ.get("HOTLINE_CONFIG", "").strip()))


def _unopened(environment: Environment, network: Network) -> Iterator[str]:
    """What is missing in the environment of what opens the channels."""
    phones = [it for it in network.channels if it.kind == "smsgate"]
    if phones and not environment.public_url:
        yield _line("environment", "PUBLIC_URL", "is missing: phones tell us there what came in")
    for it in phones:
        for what in ("USER", "PASSWORD", "SIGNING_KEY"):
            if not environment.channel_secret(it.name, what):
                missing = f"is missing, for the channel {it.name}"
                yield _line("environment", secret_name(it.name, what), missing)


def load_environment(environ: Mapping[str, str] | None = None) -> Environment:
    """The environment alone, where there may be no configuration yet; what is only for the carrier
    may be missing. Raises BadSettings."""
    return read_environment(everything_set() if environ is None else environ, carrier=False)


def configuration_file(environ: Mapping[str, str] | None = None) -> Path:
    """Where the configuration is, or would be."""
    environ = everything_set() if environ is None else environ
    return _file_named(environ.get("HOTLINE_CONFIG", "").strip())


def everything_set() -> dict[str, str]:
    """The variables of `.env` in the working folder and of the environment, which go first. Raises
    BadSettings."""
    return {**_read_environment_file(Path(ENVIRONMENT_FILE)), **os.environ}


def environment_now() -> Environment:
    """The environment as a process would have it that begins now. Raises BadSettings."""
    return read_environment(everything_set())


def _read_environment_file(path: Path) -> dict[str, str]:
    """Strictly: what cannot be read is a mistake, and not left away."""
    if not path.is_file():
        return {}
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeError):
        raise BadSettings([f"{path}: cannot be read; is it a text file, saved as UTF-8?"]) from None
    read = list(parse_stream(StringIO(text)))
    mistakes = [
        f"{path}: line {it.original.line}: cannot be read; write it like NAME=value"
        for it in read
        if it.error or (it.key is not None and it.value is None)
    ]
    if mistakes:
        raise BadSettings(mistakes)
    return {it.key: it.value for it in read if it.key is not None and it.value is not None}


def read_network(text: str, file: str) -> Network:
    """Read the text of one configuration; raises BadSettings, naming the file in each mistake."""
    raw = _read_toml(text, file)
    mistakes = [_line(file, *mistake) for mistake in _across(raw)]
    try:
        sections = _File.model_validate(raw)
    except ValidationError as error:
        mistakes = [_line(file, *_in_file(detail, raw)) for detail in _details(error)] + mistakes
    else:
        mistakes += [_line(file, *mistake) for mistake in _stewards_abroad(sections)]
    if mistakes:
        raise BadSettings(mistakes)
    return Network(
        **dict(sections.hotline),
        waves=sections.waves,
        roster=sections.roster,
        limits=sections.limits,
        privacy=sections.privacy,
        danger=sections.danger,
        answers=sections.answers,
        board=sections.board,
        voice=sections.voice,
        needs=tuple(need.named(sections.hotline.languages) for need in sections.needs),
        areas=sections.areas,
        channels=sections.channels,
        leftovers=tuple(_leftovers(sections, file)),
    )


def read_environment(
    environ: Mapping[str, str], *, carrier: bool = True, sender: bool = True
) -> Environment:
    """Read the variables of one environment alone; raises BadSettings. `carrier`: whether what is
    only for the carrier must be there; `sender`: and whom texts are from."""
    given: dict[str, Any] = {
        name: environ.get(name.upper(), "") for name in Environment.model_fields
    }
    given["channel_secrets"] = {
        name: value.strip() for name, value in environ.items() if name.startswith(CHANNEL_SECRETS)
    }
    missing = [*_missing(given), *(_missing_sender(given) if sender else ())]
    mistakes = [_line("environment", *mistake) for mistake in missing] if carrier else []
    try:
        environment = Environment.model_validate(given)
        if carrier:
            mistakes += [_line("environment", *it) for it in _wrong_for_dialect(environment)]
    except ValidationError as error:
        mistakes += [
            _line("environment", str(detail["loc"][0]).upper(), _what(detail))
            for detail in _details(error)
        ]
    if mistakes:
        raise BadSettings(mistakes)
    return environment


def _missing(given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in ("public_url", "twilio_account_sid", "twilio_auth_token"):
        if not given[name].strip():
            yield name.upper(), "is missing"


def _wrong_for_dialect(environment: Environment) -> Iterator[tuple[str, str]]:
    name = environment.dialect_name
    if name == "signalwire" and not environment.twilio_signing_key:
        what = (
            "is missing: SignalWire signs webhooks with it, and shows it with the API credentials"
        )
        yield "TWILIO_SIGNING_KEY", what
    if name == "somleng" and environment.twilio_messaging_service_sid:
        what = "is set, and Somleng has no messaging services: set HOTLINE_NUMBER alone"
        yield "TWILIO_MESSAGING_SERVICE_SID", what


def _missing_sender(given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if not given["hotline_number"].strip() and not given["twilio_messaging_service_sid"].strip():
        yield "HOTLINE_NUMBER", "is missing, and TWILIO_MESSAGING_SERVICE_SID too: set one of them"


def _file_named(named: str) -> Path:
    return Path(named or CONFIGURATION)


def _read_configuration(named: str) -> Network:
    path = _file_named(named)
    if not named and not path.is_file():
        return Network()
    try:
        text = read_text(path)
    except FileNotFoundError:
        what = f"names {named}, and there is no such file"
        raise BadSettings([_line("environment", "HOTLINE_CONFIG", what)]) from None
    return read_network(text, str(path))


def read_text(path: Path) -> str:
    """What is in a configuration. Raises FileNotFoundError, and BadSettings where it cannot be
    read."""
    try:
        return path.read_text("utf-8-sig")  # some editors begin a file with a mark of their own
    except FileNotFoundError:
        raise
    except (OSError, UnicodeError):
        raise BadSettings([f"{path}: cannot be read; is it a text file, saved as UTF-8?"]) from None


def _read_toml(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        number = found[1] if found else str(len(text.splitlines()) or 1)
        again = re.search(r"overwrite|twice|mutate|redefine", str(error))
    what = "is there a second time" if again else "cannot be read; look for a missing quote or ]"
    raise BadSettings([f"{file}: line {number}: {what}"])


# Mistakes between settings, looked for in what was written, so that they show beside all others.


def _across(raw: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for section in ("needs", "areas"):
        for key in _repeated(_key_of(item) for item in _items(raw, section)):
            yield f"{section}.{key}.key", f"is there twice; give each of the {section} its own"
    yield from _channels_across(raw)
    yield from _same_digits(_items(raw, "needs"))
    yield from _same_words(_items(raw, "needs"))
    yield from _strange_areas(_items(raw, "areas"))


def _items(raw: dict[str, Any], section: str) -> list[dict[str, Any]]:
    items = raw.get(section)
    named = items if isinstance(items, list) else []
    return [item for item in named if isinstance(item, dict) and "key" in item]


def _channels_across(raw: dict[str, Any]) -> Iterator[tuple[str, str]]:
    listed = raw.get("channels")
    some = [it for it in listed if isinstance(it, dict)] if isinstance(listed, list) else []
    named = {as_key(str(it["name"])): it for it in some if "name" in it}
    for name in _repeated(as_key(str(it.get("name", ""))) for it in some):
        yield f"channels.{name}.name", "is there twice; give each of the channels its own"
    if len([it for it in some if it.get("kind") == "twilio"]) > 1:
        what = "there can be one account at a carrier: the environment has keys for one"
        yield "channels", what
    for name, it in named.items():
        yield from _channel_by_itself(name, it, named)


def _channel_by_itself(
    name: str, it: dict[str, Any], named: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    for kind, setting in (("smsgate", "url"), ("gammu", "folder")):
        if it.get("kind") == kind and not it.get(setting):
            yield f"channels.{name}.{setting}", "is missing"
    if it.get("kind") in ("smsgate", "gammu") and not it.get("number"):
        yield f"channels.{name}.number", "is missing"
    if "fallback" not in it:
        return
    other = as_key(str(it["fallback"]))
    if other == name:
        yield f"channels.{name}.fallback", "is this channel itself; write the name of another"
    elif other not in named:
        what = f"names {other}, which is not the name of a channel"
        yield f"channels.{name}.fallback", what + _did_you_mean(other, named)


def _key_of(item: dict[str, Any]) -> str:
    return as_key(str(item["key"]))


def _repeated(values: Iterable[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


def _same_digits(needs: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    first: dict[str, str] = {}
    for need in needs:
        digit, key = str(need.get("digit", "")), _key_of(need)
        if digit and first.setdefault(digit, key) != key:
            yield f"needs.{key}.digit", f"is {digit}, and so is that of {first[digit]}"


def _same_words(needs: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    first: dict[tuple[str, str], str] = {}
    for need in needs:
        key = _key_of(need)
        for language, word in _words(need):
            other = first.setdefault((language, word.casefold()), key)
            if other != key:
                yield f"needs.{key}.words.{language}", f'has "{word}", and so has {other}'


def _words(need: dict[str, Any]) -> Iterator[tuple[str, str]]:
    words = need.get("words")
    for language, listed in words.items() if isinstance(words, dict) else ():
        for word in listed if isinstance(listed, list) else ():
            code = language_meant(language, LANGUAGES) or language
            yield code, " ".join(str(word).split())


def _strange_areas(areas: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    keys = [_key_of(area) for area in areas]
    for area in areas:
        near = area.get("near")
        for other in near if isinstance(near, list) else ():
            if isinstance(other, str) and as_key(other) not in keys:
                what = f"names {other}, which is not the key of an area"
                yield f"areas.{_key_of(area)}.near", what + _did_you_mean(other, keys)


def _stewards_abroad(sections: _File) -> Iterator[tuple[str, str]]:
    """Stewards whom no text would reach."""
    countries = sections.limits.countries or (sections.hotline.country,)
    for place, phone in enumerate(sections.hotline.stewards, 1):
        if not is_in(phone, countries):
            what = f"entry {place} is a phone in none of the countries under [limits]"
            yield "hotline.stewards", f"{what}; write countries = [...] with its country there"


def _leftovers(sections: _File, file: str) -> Iterator[str]:
    """What people wrote for a language that the network does not speak, or no longer."""
    written = sections.needs if "needs" in sections.model_fields_set else ()
    places: dict[str, Mapping[str, object]] = {
        "voice.voices": sections.voice.voices,
        **{f"answers.{topic}": told for topic, told in sections.answers},
        **{f"needs.{need.key}.words": need.words for need in written},
        **{f"needs.{need.key}.label": need.label for need in written},
    }
    spoken = sections.hotline.languages
    for language in sorted({it for told in places.values() for it in told} - {*spoken}):
        found = [place for place, told in places.items() if language in told]
        yield (
            f"{file}: nobody is answered in {language}: it is not in languages ({_all(spoken)}),"
            f" but {_all(found)} {'has' if len(found) == 1 else 'have'} something in it"
        )


# How a mistake is told.

_SECTIONS: Final[dict[str, type[BaseModel]]] = {
    "hotline": _Hotline,
    "waves": Waves,
    "roster": RosterRules,
    "limits": Limits,
    "privacy": Privacy,
    "danger": DangerLines,
    "answers": OwnAnswers,
    "board": BoardRules,
    "voice": Voice,
    "needs": Need,
    "areas": Area,
    "channels": ChannelSettings,
}

_LISTED: Final = ("needs", "areas", "channels")  # of which there are several

_HEADINGS: Final = {
    "hotline": "[hotline]",
    "waves": "[waves]",
    "roster": "[roster]",
    "limits": "[limits]",
    "privacy": "[privacy]",
    "board": "[board]",
    "voice": "[voice]",
    "needs": "[[needs]]",
    "areas": "[[areas]]",
    "channels": "[[channels]]",
}

_EXAMPLES: Final = {
    **_HEADINGS,
    "hotline.name": 'name = "Maple Street Mutual Aid"',
    "hotline.country": 'country = "US"',
    "hotline.timezone": 'timezone = "America/New_York"',
    "hotline.languages": 'languages = ["en", "es"]',
    "hotline.quiet": 'quiet = "21:00-08:00"',
    "hotline.stewards": 'stewards = ["+12125550100"]',
    "waves.sizes": "sizes = [3, 5, 10]",
    "waves.minutes": "minutes = 5",
    "waves.urgent_minutes": "urgent_minutes = 2",
    "waves.again_minutes": "again_minutes = 60",
    "board.stewards": 'stewards = ["+12125550100"]',
    "board.desk": 'desk = ["+12125550101"]',
    "board.readers": 'readers = ["+12125550102"]',
    "roster.joining": 'joining = "vouched"',
    "roster.max_a_day": "max_a_day = 3",
    "roster.max_a_week": "max_a_week = 8",
    "roster.hold": "hold = 2",
    "limits.texts_a_minute": "texts_a_minute = 15",
    "limits.texts_an_hour": "texts_an_hour = 100",
    "limits.segments_a_day": "segments_a_day = 10000",
    "limits.price_a_segment": "price_a_segment = 0.0083",
    "limits.currency": 'currency = "USD"',
    "limits.kept_percent": "kept_percent = 30",
    "limits.strangers_an_hour": "strangers_an_hour = 20",
    "limits.open_requests": "open_requests = 3",
    "limits.calls_an_hour": "calls_an_hour = 10",
    "limits.calls_at_once": "calls_at_once = 20",
    "privacy.keep_days": "keep_days = 30",
    "voice.voices": 'voices = { en = "Joanna", es = "Mia es-MX" }',
    "voice.audio": 'audio = "recordings"',
    "limits.countries": 'countries = ["US", "MX"]',
    "needs.key": 'key = "food"',
    "needs.digit": "digit = 1",
    "needs.urgent": "urgent = true",
    "needs.words": 'words = { en = ["food", "hungry"], es = ["comida", "hambre"] }',
    "needs.done_hours": "done_hours = 24",
    "needs.address": 'address = "asked"',
    "needs.label": 'label = { en = "food", es = "comida" }',
    "areas.key": 'key = "northside"',
    "areas.words": 'words = ["northside", "11216"]',
    "areas.near": 'near = ["eastside"]',
    "channels.name": 'name = "sim1"',
    "channels.kind": 'kind = "smsgate"',
    "channels.number": 'number = "+12125550199"',
    "channels.texts_a_minute": "texts_a_minute = 6",
    "channels.texts_a_day": "texts_a_day = 400",
    "channels.prefixes": 'prefixes = ["+1212", "+1718"]',
    "channels.fallback": 'fallback = "modem1"',
    "channels.url": 'url = "http://192.168.1.20:8080"',
    "channels.api": 'api = "phone"',
    "channels.sim": "sim = 1",
    "channels.ping_minutes": "ping_minutes = 10",
    "channels.folder": 'folder = "/var/spool/hotline/modem1"',
    "HOTLINE_CONFIG": "HOTLINE_CONFIG=hotline.toml",
    "DATABASE_URL": "DATABASE_URL=sqlite:///hotline.db"
    " or DATABASE_URL=postgresql://name:password@host/hotline",
    "REDIS_URL": "REDIS_URL=redis://127.0.0.1:6379/0",
    "PUBLIC_URL": "PUBLIC_URL=https://help.example.org",
    "TWILIO_ACCOUNT_SID": "TWILIO_ACCOUNT_SID=AC followed by 32 letters and digits",
    "TWILIO_AUTH_TOKEN": "TWILIO_AUTH_TOKEN=the token beside it on the carrier's first page",
    "TWILIO_AUTH_TOKEN_SECONDARY": "TWILIO_AUTH_TOKEN_SECONDARY=the carrier's second token",
    "TWILIO_API_URL": "TWILIO_API_URL=https://api.twilio.com",
    "HOTLINE_NUMBER": "HOTLINE_NUMBER=+12125550100",
    "TWILIO_MESSAGING_SERVICE_SID": "TWILIO_MESSAGING_SERVICE_SID=MG followed by 32 letters"
    " and digits",
    "PORT": "PORT=8000",
    "HOTLINE_METRICS_TOKEN": "HOTLINE_METRICS_TOKEN=what `openssl rand -hex 16` prints",
    "HOTLINE_METRICS_NETWORK": "HOTLINE_METRICS_NETWORK=10.0.0.0/8",
    "HOTLINE_LOG": "HOTLINE_LOG=json",
    "ALARM_NTFY_URL": "ALARM_NTFY_URL=https://ntfy.sh/a-name-that-nobody-guesses",
    "ALARM_WEBHOOK_URL": "ALARM_WEBHOOK_URL=https://chat.example.org/hooks/abc",
    "ALARM_SMTP_URL": "ALARM_SMTP_URL=smtps://name:password@mail.example.org",
    "ALARM_MAIL_TO": "ALARM_MAIL_TO=cleo@example.org",
    "HEARTBEAT_URL": "HEARTBEAT_URL=https://hc-ping.com/your-check",
}

_SAID: Final = {
    "missing": "is missing",
    "string_type": "must stand in quotes",
    "int_type": "must be a whole number without quotes",
    "int_parsing": "must be a whole number",
    "float_type": "must be a number without quotes",
    "finite_number": "must be an ordinary number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list in square brackets",
    "dict_type": "must name the language of each",
    "model_type": "must be a section of its own",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be {quoted}",
    "value_error": "{error}",
}


def _line(file: str, place: str, what: str) -> str:
    """One mistake; the example is left out where the words already say how to write it."""
    section, *rest = place.split(".")
    setting = rest[1:2] if section in _LISTED else rest[:1]
    example = _EXAMPLES.get(".".join([section, *setting]))
    helped = example is None or re.search(r"write |did you mean|belongs|there can be", what)
    return f"{file}: {place}: {what}" + ("" if helped else f"; write it like {example}")


def _details(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False, include_input=False)


def _what(detail: ErrorDetails) -> str:
    said = _SAID.get(detail["type"], "cannot be read")
    known = detail.get("ctx", {})
    return said.format(**known, quoted=str(known.get("expected")).replace("'", '"'))


def _in_file(detail: ErrorDetails, raw: dict[str, Any]) -> tuple[str, str]:
    """Where it stands, with needs and areas by their keys, and what is wrong there."""
    section, *rest = detail["loc"]
    parts, entry = [str(section)], ""
    for depth, step in enumerate(rest):
        if isinstance(step, str):
            parts.append(step)
        elif depth == 0:
            parts.append(_key_or_number(raw[str(section)], step))
        else:
            entry = f"entry {step + 1} "
    if detail["type"] == "extra_forbidden":
        return ".".join(parts), _unknown(parts[-1], str(section) if rest else None)
    return ".".join(parts), entry + _what(detail)


def _key_or_number(items: list[Any], index: int) -> str:
    item = items[index] if isinstance(items[index], dict) else {}
    key = item.get("key", item.get("name"))
    named = as_key(key) if isinstance(key, str) else ""
    return named if re.fullmatch(r"[\w-]+", named) else str(index + 1)


def _unknown(key: str, section: str | None) -> str:
    """What was probably meant: a setting that is spelled like it, or one of another section."""
    homes = (home for home, model in _SECTIONS.items() if key in model.model_fields)
    home = None if section in _LISTED else next(homes, None)
    if home:
        return f"is not a setting here; it belongs under {_HEADINGS[home]}"
    here = list(_SECTIONS[section].model_fields if section else _SECTIONS)
    meant = _did_you_mean(key, here)
    return f"is not a setting{meant or f'; there can be {_all(here)}'}"


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    close = did_you_mean(word, known)
    return f"; did you mean {close}?" if close else ""


def _all(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
