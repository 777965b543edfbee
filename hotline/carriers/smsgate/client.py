"""The app's own API, on the phone or on a server that phones report to: send a text, look one up,
how the phone is, and where it tells us what came in.

It raises what `errors` names and stores nothing. Whoever forks makes one afterwards.
https://docs.sms-gate.app/ and its OpenAPI description, read on 28 November 2026.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final, Literal
from urllib.parse import quote

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from hotline import routes
from hotline.carriers.smsgate.events import EVENTS, PICTURES, id_of
from hotline.errors import AccountRefused, CarrierBusy, CarrierError, CarrierSilent, Refused
from hotline.routes import Abilities

ANSWERS_WITHIN = 15.0  # seconds for one call
CONNECTIONS = 8
SHORTEST_LIFE = 5  # seconds; the app's limit
LONGEST_ANSWER = 64 * 1024  # bytes
FULL = 503  # the server has too much for a phone that is away
_PATHS: Final = {"phone": "/message", "server": "/messages"}


@dataclass(frozen=True, slots=True)
class PhoneHealth:
    """How the phone is. Percent; None where it did not say."""

    battery: int | None = None
    is_charging: bool | None = None


class SmsGate:
    """One phone. `sim`: which of its cards, None for the one that it sends by. `api`: whether `url`
    is the phone, or a server that it reports to."""

    def __init__(
        self,
        name: str,
        url: str,
        user: str,
        password: str,
        *,
        sim: int | None = None,
        api: Literal["phone", "server"] = "phone",
    ) -> None:
        self._name = name
        self._url = url.rstrip("/")
        self._messages = _PATHS[api]
        self._sim = sim
        self._headers = {
            **urllib3.make_headers(basic_auth=f"{user}:{password}"),
            "Content-Type": "application/json",
        }
        self._pool = urllib3.PoolManager(
            num_pools=1, maxsize=CONNECTIONS, timeout=ANSWERS_WITHIN, retries=False
        )

    @property
    def abilities(self) -> Abilities:
        return routes.BARE

    def send(
        self,
        to: str,
        body: str,
        message_id: int,
        *,
        good_for: timedelta | None,
        attachments: Sequence[str] = (),
        until: datetime | None = None,
    ) -> str:
        """As `shape.TextCarrier`. A text that the phone has already is not sent again."""
        del attachments, until
        known_as = id_of(message_id, to, body)
        wish: dict[str, Any] = {
            "id": known_as,
            "phoneNumbers": [to],
            "textMessage": {"text": body},
            "withDeliveryReport": True,
        }
        if self._sim is not None:
            wish["simNumber"] = self._sim
        if good_for is not None:
            wish["ttl"] = max(SHORTEST_LIFE, round(good_for.total_seconds()))
        status, _ = self._ask("POST", self._messages, wish)
        if status not in (HTTPStatus.OK, HTTPStatus.ACCEPTED, HTTPStatus.CONFLICT):
            raise _trouble(status)
        return f"{self._name}:{known_as}"

    def find(self, to: str, body: str, message_id: int, since: datetime) -> list[str]:
        """As `shape.TextCarrier`: by our id, which it knows."""
        del since
        known_as = id_of(message_id, to, body)
        status, _ = self._ask("GET", f"{self._messages}/{known_as}")
        if status == HTTPStatus.NOT_FOUND:
            return []
        if status != HTTPStatus.OK:
            raise _trouble(status)
        return [f"{self._name}:{known_as}"]

    def health(self) -> PhoneHealth:
        """How the phone is. Raises CarrierError: CarrierBusy and CarrierSilent where nothing
        answers, AccountRefused where it does not let us in."""
        status, _ = self._ask("GET", "/webhooks")  # of health the app tells anybody
        if status != HTTPStatus.OK:
            raise _trouble(status)
        status, found = self._ask("GET", "/health")
        checks = found.get("checks", {}) if isinstance(found, dict) else {}
        flags = _observed(checks, "battery:charging")
        return PhoneHealth(
            _observed(checks, "battery:level"), None if flags is None else bool(flags)
        )

    def tell_us_at(self, url: str) -> None:
        """What comes in, and becomes of texts of ours, is posted there from now on. Done again it
        changes nothing. Raises CarrierError."""
        for event in (*EVENTS, PICTURES):
            wish = {"id": f"hotline-{event.replace(':', '-')}", "url": url, "event": event}
            status, _ = self._ask("POST", "/webhooks", wish)
            if status not in (HTTPStatus.OK, HTTPStatus.CREATED) and event != PICTURES:
                raise _trouble(status)

    def is_told_at(self) -> dict[str, str]:
        """Where which event is posted, of those that we asked for. Raises CarrierError."""
        status, found = self._ask("GET", "/webhooks")
        if status != HTTPStatus.OK or not isinstance(found, list):
            raise _trouble(status)
        ours = [it for it in found if isinstance(it, dict) and _is_ours(it)]
        return {str(it.get("event")): str(it.get("url")) for it in ours}

    def _ask(
        self, method: str, path: str, wish: Mapping[str, object] | None = None
    ) -> tuple[int, Any]:
        """The status, and what it answered where that is JSON."""
        try:
            answer = self._pool.request(
                method,
                self._url + quote(path),
                body=None if wish is None else json.dumps(wish),
                headers=self._headers,
                redirect=False,
                preload_content=False,
            )
            try:
                said = answer.read(LONGEST_ANSWER)
            finally:
                answer.close()
        except (NewConnectionError, ConnectTimeoutError):
            raise CarrierBusy("the phone cannot be reached") from None
        except HTTPError as error:
            raise CarrierSilent(f"no answer: {type(error).__name__}") from None
        try:
            return answer.status, json.loads(said)
        except (ValueError, RecursionError):
            return answer.status, None


def _observed(checks: Any, name: str) -> int | None:
    check = checks.get(name) if isinstance(checks, dict) else None
    value = check.get("observedValue") if isinstance(check, dict) else None
    return value if isinstance(value, int) else None


def _is_ours(webhook: Mapping[str, Any]) -> bool:
    return str(webhook.get("id", "")).startswith("hotline-")


def _trouble(status: int) -> CarrierError:
    said = f"the phone answered {status}"
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return AccountRefused(said)
    if status in (HTTPStatus.TOO_MANY_REQUESTS, FULL):
        return CarrierBusy(said)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return CarrierSilent(said)
    return Refused(said)
