"""An old Android phone with the app SMSGate: send a text, look one up, how the phone is, what it
tells us where.

The phone itself answers under `api="phone"`, at home; a server that passes on to it, the app
makers' or one's own, under "server". It raises what `errors` names and stores nothing. Whoever
forks makes it afterwards, so that every process has one pool of connections of its own.
https://docs.sms-gate.app/integration/api/
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final, Literal, NoReturn
from urllib.parse import quote

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError

from hotline import routes
from hotline.carriers.smsgate.events import EVENTS, delivery_in
from hotline.carriers.smsgate.health import PhoneHealth, health_in
from hotline.carriers.smsgate.reasons import BAD_NUMBER, QUEUE_FULL, SOME_MINUTES, PhoneReason
from hotline.errors import (
    AccountRefused,
    CarrierBusy,
    CarrierError,
    CarrierSilent,
    NotKnownThere,
    Refused,
)
from hotline.inbound import Delivery
from hotline.routes import Abilities

PHONE_PATIENCE = 15.0  # seconds for one call
AT_ONCE = 4  # connections; it is a phone
MOST_READ_OF_IT = 512 * 1024  # bytes of an answer
SHORTEST_TTL = 5  # seconds; the app's limit

_PREFIX: Final = re.compile(r"[a-z0-9]{1,12}")
_PATHS: Final = {
    "phone": {"messages": "/message", "webhooks": "/webhooks", "health": "/health"},
    "server": {
        "messages": "/3rdparty/v1/messages",
        "webhooks": "/3rdparty/v1/webhooks",
        "health": "/health",
    },
}
_TAKEN: Final = (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED, HTTPStatus.CONFLICT)
_AT_FAULT: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


@dataclass(frozen=True, slots=True)
class PhoneWebhook:
    """What the phone tells where: `event` to `url`."""

    id: str
    event: str
    url: str


@dataclass(frozen=True, slots=True)
class _Answer:
    """`said`: its words about what is wrong. `body`: what it holds, None for what is no JSON."""

    status: int
    body: object
    said: str


class SmsGate:
    """One SIM in one phone. A phone with two SIMs is two of these."""

    def __init__(
        self,
        name: str,
        url: str,
        user: str,
        password: str,
        *,
        prefix: str,
        sim: int | None = None,
        api: Literal["phone", "server"] = "phone",
        device_id: str | None = None,
    ) -> None:
        """`name`: what the channel is called. `prefix`: small letters and digits that no other
        hotline has which uses this phone, and no other channel of ours: ids begin with it. `sim`:
        1 for the first, None for the one that the phone takes by itself. `device_id`: which phone,
        where a server has several."""
        if not _PREFIX.fullmatch(prefix):
            raise ValueError("a prefix has 1 to 12 small letters and digits")
        self._name, self._prefix, self._sim, self._device = name, prefix, sim, device_id
        self._url, self._paths = url.rstrip("/"), _PATHS[api]
        self._key = password.encode()
        credentials = b64encode(f"{user}:{password}".encode()).decode("ascii")
        self._headers = {"Authorization": f"Basic {credentials}", "Accept": "application/json"}
        self._pool = urllib3.PoolManager(
            num_pools=1,
            maxsize=AT_ONCE,
            block=True,
            timeout=urllib3.Timeout(total=PHONE_PATIENCE),
            retries=False,
        )

    @property
    def abilities(self) -> Abilities:
        """It brings texts, and nothing else."""
        return routes.BARE

    # Texts.

    def send(
        self,
        to: str,
        body: str,
        message_id: int,
        *,
        good_for: timedelta | None,
        attachments: Sequence[str] = (),  # noqa: ARG002 - it has no ability for them
        until: datetime | None = None,  # noqa: ARG002
        written_at: datetime | None = None,
    ) -> str:
        """As TextCarrier has it. What it has under this id already it does not send again."""
        wish: dict[str, object] = {
            "id": self._id(to, body, message_id, written_at),
            "phoneNumbers": [to],
            "textMessage": {"text": body},
            "withDeliveryReport": True,
        }
        if self._sim is not None:
            wish["simNumber"] = self._sim
        if self._device is not None:
            wish["deviceId"] = self._device
        if good_for is not None:
            wish["ttl"] = max(SHORTEST_TTL, round(good_for.total_seconds()))
        # What is no mobile's number in its own, older tables it would not even try.
        where = f"{self._paths['messages']}?skipPhoneValidation=true"
        answer = self._ask("POST", where, wish)
        if answer.status not in _TAKEN:
            _refuse(answer)
        if answer.status != HTTPStatus.CONFLICT and not _is_about(answer, wish["id"]):
            raise CarrierSilent("an answer nobody can read")
        return f"{self._name}:{wish['id']}"

    def find(
        self,
        to: str,
        body: str,
        message_id: int,
        since: datetime,  # noqa: ARG002 - our id tells enough
        *,
        written_at: datetime | None = None,
    ) -> list[str]:
        """Our name of this text, if it was taken. Raises CarrierError."""
        named = self._id(to, body, message_id, written_at)
        answer = self._ask("GET", f"{self._paths['messages']}/{quote(named)}")
        if answer.status == HTTPStatus.NOT_FOUND:
            return []
        if answer.status != HTTPStatus.OK:
            _refuse(answer)
        if not _is_about(answer, named):
            raise CarrierSilent("an answer nobody can read")
        return [f"{self._name}:{named}"]

    def became(
        self, to: str, body: str, message_id: int, *, written_at: datetime | None = None
    ) -> Delivery | None:
        """As Remembering has it."""
        named = self._id(to, body, message_id, written_at)
        answer = self._ask("GET", f"{self._paths['messages']}/{quote(named)}")
        if answer.status == HTTPStatus.NOT_FOUND:
            raise NotKnownThere("the phone does not know it any more")
        if answer.status != HTTPStatus.OK:
            _refuse(answer)
        if not isinstance(answer.body, dict) or not _is_about(answer, named):
            raise CarrierSilent("an answer nobody can read")
        return delivery_in(answer.body, message_id, f"{self._name}:{named}")

    def name_of(
        self, to: str, body: str, message_id: int, *, written_at: datetime | None = None
    ) -> str:
        """As OwnCarrier has it."""
        return f"{self._name}:{self._id(to, body, message_id, written_at)}"

    def _id(self, to: str, body: str, message_id: int, written_at: datetime | None) -> str:
        """At most 36 letters, the app's limit. A database that came back from a backup, or began
        anew, gives the ids of rows out again: that another text had this one is told by the mark
        behind it, which nobody can make or read who has not the password. The same words go to the
        same person in two databases; they are not written in the same microsecond."""
        told = f"{to} {body} {written_at.astimezone(UTC).isoformat() if written_at else ''}"
        mark = hmac.digest(self._key, told.encode(), "sha256").hex()[:8]
        return f"{self._prefix}-{message_id}-{mark}"

    # The phone.

    def health(self) -> PhoneHealth:
        """How the phone says that it is; of a server, how that is. Raises CarrierError."""
        answer = self._ask("GET", self._paths["health"])
        if not isinstance(answer.body, dict) or "status" not in answer.body:  # also with 500, 503
            if answer.status >= HTTPStatus.BAD_REQUEST:
                _refuse(answer)
            raise CarrierError("what answers there is no phone with SMSGate")
        return health_in(answer.body)

    # What it tells us.

    def webhooks(self) -> list[PhoneWebhook]:
        """All that it tells, to us and to others. Raises CarrierError."""
        answer = self._ask("GET", self._paths["webhooks"])
        if answer.status != HTTPStatus.OK:
            _refuse(answer)
        if not isinstance(answer.body, list):
            raise CarrierSilent("an answer nobody can read")
        return [it for document in answer.body if (it := _webhook_in(document))]

    def register(self, url: str, event: str) -> None:
        """From now on it tells this event there, once, whoever asked it to before: what it tells
        twice would be two texts. Done again, it is as before. Raises CarrierError."""
        if event not in EVENTS:
            raise ValueError("that is no event that we read")
        wish: dict[str, object] = {"id": self._webhook_id(event), "url": url, "event": event}
        if self._device is not None:
            wish["deviceId"] = self._device
        answer = self._ask("POST", self._paths["webhooks"], wish)
        if answer.status not in _TAKEN:
            _refuse(answer)
        for it in self.webhooks():
            if (it.event, it.url) == (event, url) and it.id != wish["id"]:
                self._remove(it.id)

    def unregister(self, event: str) -> None:
        """It tells us this event no more. Raises CarrierError."""
        self._remove(self._webhook_id(event))

    def _remove(self, webhook_id: str) -> None:
        where = f"{self._paths['webhooks']}/{quote(webhook_id, safe='')}"
        answer = self._ask("DELETE", where)
        gone = (HTTPStatus.OK, HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND)
        if answer.status not in gone:
            _refuse(answer)

    def _webhook_id(self, event: str) -> str:
        return f"{self._prefix}-{event.replace(':', '-')}"

    # The wire.

    def _ask(self, method: str, path: str, wish: Mapping[str, object] | None = None) -> _Answer:
        body = json.dumps(wish, ensure_ascii=False).encode() if wish is not None else None
        kind = {"Content-Type": "application/json"} if body is not None else {}
        try:
            answer = self._pool.request(
                method,
                self._url + path,
                body=body,
                headers={**self._headers, **kind},
                redirect=False,
                preload_content=False,
            )
            try:
                told = answer.read(MOST_READ_OF_IT)
            finally:
                answer.close()
        except (NewConnectionError, ConnectTimeoutError):
            raise CarrierBusy("the phone cannot be reached") from None
        except SSLError:
            raise AccountRefused("the certificate there is not to be trusted") from None
        except HTTPError as error:
            raise CarrierSilent(f"no answer: {type(error).__name__}") from None
        except Exception as error:
            raise CarrierSilent(f"an answer nobody can read: {type(error).__name__}") from None
        return _read(answer.status, told)


def _read(status: int, told: bytes) -> _Answer:
    try:
        body = json.loads(told)
    except (ValueError, RecursionError):
        return _Answer(status, None, "")
    said = body.get("message") if isinstance(body, dict) else None
    return _Answer(status, body, said if isinstance(said, str) else "")


def _is_about(answer: _Answer, named: object) -> bool:
    """A router that answers anything with a page of its own took no text."""
    return isinstance(answer.body, dict) and answer.body.get("id") == named


def _webhook_in(document: object) -> PhoneWebhook | None:
    if not isinstance(document, dict):
        return None
    named = [str(document.get(it) or "") for it in ("id", "event", "url")]
    return PhoneWebhook(*named) if all(named) else None


def _refuse(answer: _Answer) -> NoReturn:
    """Raise what an answer means that is none we wanted."""
    told, said = f"the phone answered {answer.status}", answer.said
    if answer.status in _AT_FAULT:
        raise AccountRefused(told, said=said)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise CarrierBusy(told, said=said)
    if answer.status == HTTPStatus.SERVICE_UNAVAILABLE and "queue limit" in said.lower():
        raise _as(QUEUE_FULL, told, said)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise CarrierSilent(told, said=said)
    if answer.status == HTTPStatus.BAD_REQUEST:
        raise _about(told, said)
    if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED) or (
        answer.status < HTTPStatus.BAD_REQUEST
    ):
        raise AccountRefused("what answers there is no phone with SMSGate", said=said)
    raise Refused(told, said=said)


def _about(told: str, said: str) -> CarrierError:
    """What was wrong with what we asked. A phone or SIM that is not there any more is nothing that
    the text could help: it waits."""
    plain = said.lower()
    if "invalid phone number" in plain:
        return _as(BAD_NUMBER, told, said)
    if "device" in plain:
        return AccountRefused(told, retry_after=SOME_MINUTES, said=said)
    return Refused(told, said=said)


def _as(reason: PhoneReason, told: str, said: str) -> CarrierError:
    return reason.kind(told, code=reason.code, retry_after=reason.pause, said=said)
