"""An old Android phone with the app SMSGate: what it is, what it keeps, how it answers.

State and shapes only. Its API is in `smsgate.py`, what it tells whom in `smsgate_events.py`. Made
after the app's documentation (https://docs.sms-gate.app) and the published description of its API.
"""

import asyncio
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from rehearsal.phones import PhoneState, readable_number

EVENT_KINDS = (
    *("sms:received", "sms:data-received", "sms:sent", "sms:delivered", "sms:failed"),
    *("system:ping", "mms:received", "mms:downloaded"),
)
LONGEST_PHONE_ID = 36
MOST_RECIPIENTS = 100
SHORTEST_LIFE = 5  # seconds
LOW, EMPTY = 25, 10  # percent of the battery: it warns, it fails

# Of its API: not taken, or no answer. Of a text that was taken. Of what it tells.
ASKED_KINDS = frozenset({"away", "silent_taken", "silent_lost", "full", "broken", "locked"})
SENDING_KINDS = frozenset({"fails", "holds", "untold", "forgets"})
TELLING_KINDS = frozenset({"twice", "backwards", "late", "nothing", "forged"})
HANDSET_KINDS = ASKED_KINDS | SENDING_KINDS | TELLING_KINDS

GENERIC_FAILURE = "Send result: RESULT_ERROR_GENERIC_FAILURE (Generic failure cause)"
WHY_FAILED: Mapping[PhoneState, str] = {
    PhoneState.OFF: "Delivery result from SC +12125550000: 70",
    PhoneState.UNKNOWN: "Delivery result from SC +12125550000: 67",
    PhoneState.LANDLINE: GENERIC_FAILURE,
    PhoneState.NOWHERE: GENERIC_FAILURE,
    PhoneState.TABLET: GENERIC_FAILURE,
}
UNHEARD_OF = frozenset(
    {PhoneState.UNCONFIRMED, PhoneState.LOST, PhoneState.BLOCKED, PhoneState.FILTERED}
)
"""A phone hears of neither: the text left, and that is all."""


@dataclass(frozen=True)
class SmsGatePhone:
    """An old phone, as a rehearsal is given it. `numbers`: of its SIMs, in their order. `told`:
    where it tells everything from the beginning, if anywhere. A telling that failed is tried again
    after `first_pause` seconds, and each time after twice as long, `tries` times in all."""

    name: str
    numbers: tuple[str, ...]
    user: str
    password: str
    signing_key: str
    told: str = ""
    device_id: str = "ffffffffceb0b1db00001"
    first_pause: float = 10.0
    tries: int = 15


@dataclass(frozen=True)
class HandsetTrouble:
    """One thing that goes wrong the next `times` times; `to` narrows it to one number."""

    kind: str
    times: int = 1
    to: str | None = None
    seconds: float = 0.0
    reason: str = GENERIC_FAILURE


@dataclass
class HandsetText:
    """A text that it is to send, and every state that it was in, by when."""

    id: str
    to: str
    body: str
    sim: int | None
    states: dict[str, datetime]
    wants_report: bool = True
    error: str | None = None

    @property
    def state(self) -> str:
        return list(self.states)[-1]


@dataclass(frozen=True)
class HandsetWebhook:
    id: str
    event: str
    url: str

    def as_json(self, device_id: str) -> dict[str, object]:
        return {"id": self.id, "deviceId": device_id, "event": self.event, "url": self.url}


@dataclass
class Handset:
    """What the phone knows, and how it is just now."""

    of: SmsGatePhone
    texts: dict[str, HandsetText] = field(default_factory=dict)
    webhooks: dict[str, HandsetWebhook] = field(default_factory=dict)
    troubles: list[HandsetTrouble] = field(default_factory=list)
    pauses: set[asyncio.TimerHandle] = field(default_factory=set)
    is_away: bool = False
    battery: int = 94
    is_connected: bool = True

    def trouble(self, kinds: Iterable[str], number: str) -> HandsetTrouble | None:
        """The oldest of these kinds that concerns this number, used up by one."""
        for place, it in enumerate(self.troubles):
            if it.kind in kinds and it.to in (None, number):
                left = [replace(it, times=it.times - 1)] if it.times > 1 else []
                self.troubles[place : place + 1] = left
                return it
        return None

    def number_of(self, sim: int | None) -> str:
        """Empty for a SIM that it has not; without one, it takes the first."""
        return dict(enumerate(self.of.numbers, 1)).get(sim or 1, "")

    def sim_of(self, number: str) -> int | None:
        return self.of.numbers.index(number) + 1 if number in self.of.numbers else None

    def rest(self) -> None:
        """Try nothing again."""
        for pause in self.pauses:
            pause.cancel()
        self.pauses.clear()


def fresh(of: SmsGatePhone) -> Handset:
    """The phone as it is set up."""
    hooks = [HandsetWebhook(f"first-{it.replace(':', '-')}", it, of.told) for it in EVENT_KINDS]
    return Handset(of, webhooks={it.id: it for it in hooks} if of.told else {})


def trouble_with(wish: dict[str, object]) -> HandsetTrouble:
    """Read a wish of the control API. Raises ValueError that says what is wrong."""
    if extra := set(wish) - {"kind", "times", "to", "seconds", "reason"}:
        raise ValueError(f"unknown: {', '.join(sorted(extra))}")
    kind, to, reason = wish.get("kind"), wish.get("to"), wish.get("reason", GENERIC_FAILURE)
    times, seconds = wish.get("times", 1), wish.get("seconds", 0)
    if kind not in HANDSET_KINDS:
        raise ValueError(f"kind must be one of {', '.join(sorted(HANDSET_KINDS))}")
    if not isinstance(reason, str) or not isinstance(to, str | None):
        raise ValueError("to and reason must be words in quotes")
    if not isinstance(times, int) or not isinstance(seconds, int | float):
        raise ValueError("times and seconds must be numbers")
    return HandsetTrouble(str(kind), times, to, float(seconds), reason)


# What it answers.


def text_json(text: HandsetText, device_id: str) -> dict[str, object]:
    recipient: dict[str, object] = {"phoneNumber": text.to, "state": text.state}
    return {
        "id": text.id,
        "deviceId": device_id,
        "state": text.state,
        "isHashed": False,
        "isEncrypted": False,
        "recipients": [recipient | ({"error": text.error} if text.error else {})],
        "states": {state: moment_json(at) for state, at in text.states.items()},
    }


def moment_json(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def health_json(handset: Handset) -> dict[str, object]:
    """As the app measures it; a phone that is nearly empty is not well."""
    failed = sum(it.state == "Failed" for it in handset.texts.values())
    battery = _status(handset.battery < LOW, handset.battery < EMPTY)
    connected = _status(False, not handset.is_connected)
    failures = _status(failed > 0, 0 < failed == len(handset.texts))
    worst = next((it for it in ("fail", "warn") if it in (battery, connected, failures)), "pass")
    return {
        "status": worst,
        "version": "1.60.0",
        "releaseId": 1,
        "checks": {
            "messages:failed": _check(
                "Failed messages for last hour", "messages", failed, failures
            ),
            "connection:status": _check(
                "Internet connection status", "boolean", int(handset.is_connected), connected
            ),
            "battery:level": _check(
                "Battery level in percent", "percent", handset.battery, battery
            ),
            "battery:charging": _check("Is the phone charging?", "flags", 0, "pass"),
        },
    }


def _status(is_worrying: bool, is_bad: bool) -> str:
    return "fail" if is_bad else "warn" if is_worrying else "pass"


def _check(description: str, unit: str, value: int, status: str) -> dict[str, object]:
    return {
        "description": description,
        "observedUnit": unit,
        "observedValue": value,
        "status": status,
    }


# What it is asked.


def wrong_with_text(wish: dict[str, object], handset: Handset) -> str:
    """What the app says is wrong with a text that it is to send; empty when nothing is."""
    numbers, content, ttl = wish.get("phoneNumbers"), wish.get("textMessage"), wish.get("ttl")
    words = content.get("text") if isinstance(content, dict) else None
    sim, named = wish.get("simNumber"), wish.get("id", "")
    if not isinstance(words, str):
        return "Must specify exactly one of: textMessage, dataMessage, or message"
    if not words:
        return "Text message is empty"
    if not isinstance(numbers, list) or not 1 <= len(numbers) <= MOST_RECIPIENTS:
        return "phoneNumbers is empty"
    if sim is not None and (not isinstance(sim, int) or sim < 1):
        return "simNumber must be >= 1"
    if not isinstance(named, str) or len(named) > LONGEST_PHONE_ID:
        return "id is too long"
    if ttl is not None and (not isinstance(ttl, int) or ttl < SHORTEST_LIFE):
        return "ttl must be at least 5 seconds"
    if wish.get("deviceId", handset.of.device_id) != handset.of.device_id:
        return "Invalid device ID"
    return ""


def text_from(wish: dict[str, object], now: datetime) -> HandsetText:
    """What was asked for rightly. A text of ours has one recipient."""
    numbers, content, sim = wish["phoneNumbers"], wish["textMessage"], wish.get("simNumber")
    number = str(numbers[0]) if isinstance(numbers, list) else ""
    words = str(content.get("text")) if isinstance(content, dict) else ""
    to = readable_number(number) or number
    named = str(wish.get("id") or secrets.token_urlsafe(15))
    sim_number = sim if isinstance(sim, int) else None
    wants_report = wish.get("withDeliveryReport") is not False
    return HandsetText(named, to, words, sim_number, {"Pending": now}, wants_report)


def is_told_where(url: object) -> bool:
    """Whether the app would tell anybody there: over https, or to the phone itself."""
    if not isinstance(url, str):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_itself = parts.scheme == "http" and parts.hostname == "127.0.0.1"
    return bool(re.match(r"https://[^/]", url)) or is_itself
