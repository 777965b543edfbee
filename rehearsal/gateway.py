"""An old phone that brings texts, with the app SMSGate on it: what it is set to, keeps and says.

State and values; its API is in `gateway_rest.py`, its webhooks in `gateway_events.py`. It has the
invented phones of the rehearsal around it, and no carrier in between: nobody reads STOP but the
hotline. Shapes follow the app's OpenAPI description.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from rehearsal.phones import PhoneState

KINDS: Final = frozenset(
    {
        *("full", "refused", "silent_taken", "silent_lost", "broken"),  # of sends
        *("webhooks_twice", "webhooks_backwards", "forged", "old", "no_webhooks"),  # of events
        "failed",  # of texts on their way, with a reason
    }
)
SEND_KINDS = frozenset({"full", "refused", "silent_taken", "silent_lost", "broken"})
EVENT_KINDS = frozenset({"webhooks_twice", "webhooks_backwards", "forged", "old", "no_webhooks"})
NO_REASON: Final = "Send result: RESULT_ERROR_GENERIC_FAILURE"
EVENTS: Final = (
    *("sms:received", "sms:data-received", "sms:sent", "sms:delivered", "sms:failed"),
    *("system:ping", "mms:received", "mms:downloaded"),
)


@dataclass(frozen=True, slots=True)
class GatewayPhone:
    """How a phone is set up: the number of its card, and what opens it."""

    name: str
    number: str
    user: str
    password: str
    signing_key: str


@dataclass(slots=True)
class GatewayTrouble:
    kind: str
    times: int = 1
    reason: str = NO_REASON


@dataclass(slots=True)
class GatewayMessage:
    """A text that the phone was asked to send."""

    id: str
    to: str
    body: str
    created: datetime
    state: str = "Pending"
    error: str = ""
    states: dict[str, str] = field(default_factory=dict)

    def becomes(self, state: str, moment: datetime, error: str = "") -> None:
        self.state, self.error = state, error
        self.states[state] = moment.isoformat()


@dataclass(slots=True)
class Gateway:
    """One phone and all that it remembers."""

    of: GatewayPhone
    device: str = field(default_factory=lambda: secrets.token_hex(8))
    messages: dict[str, GatewayMessage] = field(default_factory=dict)
    webhooks: dict[str, dict[str, str]] = field(default_factory=dict)
    troubles: list[GatewayTrouble] = field(default_factory=list)
    battery: int = 90
    is_charging: bool = True

    def trouble(self, kinds: frozenset[str]) -> GatewayTrouble | None:
        """The next one of these kinds, used up by one."""
        found = next((it for it in self.troubles if it.kind in kinds), None)
        if found:
            found.times -= 1
            if found.times <= 0:
                self.troubles.remove(found)
        return found

    def health(self) -> dict[str, Any]:
        level = "fail" if self.battery < 10 else "warn" if self.battery < 25 else "pass"
        checks = {
            "messages:failed": _check("Failed messages for last hour", "messages", 0),
            "connection:status": _check("Internet connection status", "Yes/No", 1),
            "battery:level": _check("Battery level in percent", "percent", self.battery, level),
            "battery:charging": _check(
                "Is the phone charging?", "flags", 3 if self.is_charging else 0
            ),
        }
        return {"status": level, "version": "1.50.0", "releaseId": 90, "checks": checks}


def _check(description: str, unit: str, value: int, status: str = "pass") -> dict[str, object]:
    return {
        "description": description,
        "observedUnit": unit,
        "observedValue": value,
        "status": status,
    }


def as_json(it: GatewayMessage, device: str) -> dict[str, object]:
    recipient = {"phoneNumber": it.to, "state": it.state}
    return {
        "id": it.id,
        "deviceId": device,
        "state": it.state,
        "isHashed": False,
        "isEncrypted": False,
        "recipients": [recipient | ({"error": it.error} if it.error else {})],
        "states": it.states,
    }


def wrong_with(wish: dict[str, Any]) -> str:
    """What the app says is wrong with a wish to send; empty if nothing is."""
    numbers, text = wish.get("phoneNumbers"), wish.get("textMessage")
    if not isinstance(text, dict) or not isinstance(text.get("text"), str) or not text["text"]:
        return "Text message is empty"
    if not isinstance(numbers, list) or not numbers:
        return "phoneNumbers is empty"
    if len(str(wish.get("id") or "")) > 36:
        return "id is too long"
    sim, ttl = wish.get("simNumber"), wish.get("ttl")
    if sim is not None and not (isinstance(sim, int) and 1 <= sim <= 3):
        return "simNumber must be >= 1"
    return "ttl must be >= 5" if ttl is not None and not (isinstance(ttl, int) and ttl >= 5) else ""


def way_from(state: PhoneState) -> list[str]:
    """What becomes of a text to a phone that is so: there is nobody who would say why not."""
    match state:
        case PhoneState.ON:
            return ["Sent", "Delivered"]
        case PhoneState.OFF | PhoneState.UNCONFIRMED | PhoneState.LOST | PhoneState.FILTERED:
            return ["Sent"]
        case _:
            return ["Failed"]
