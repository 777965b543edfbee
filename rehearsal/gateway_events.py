"""What an old phone tells the hotline: signed, by webhook, again where nobody takes it; and the way
of a text through it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
from datetime import timedelta

import httpx2

from rehearsal.exchange import Exchange
from rehearsal.gateway import (
    EVENT_KINDS,
    NO_REASON,
    Gateway,
    GatewayMessage,
    GatewayTrouble,
    way_from,
)
from rehearsal.messages import Message
from rehearsal.phones import PhoneState
from rehearsal.webhooks import WebhookAnswer

TRIES = 3  # the app tries for two days, ever later; here at once
_EVENTS = {"Sent": "sms:sent", "Delivered": "sms:delivered", "Failed": "sms:failed"}
_MOMENTS = {"Sent": "sentAt", "Delivered": "deliveredAt", "Failed": "failedAt"}
_STATUSES = {"Sent": "sent", "Delivered": "delivered", "Failed": "failed"}


async def carry(exchange: Exchange, gateway: Gateway, it: GatewayMessage) -> None:
    """Send a text that the phone has taken, and tell what becomes of it."""
    failed = gateway.trouble(frozenset({"failed"}))
    phone = exchange.phone(it.to)
    way = ["Failed"] if failed else way_from(phone.state)
    it.becomes("Processed", exchange.now())
    for state in way:
        reason = (failed.reason if failed else NO_REASON) if state == "Failed" else ""
        it.becomes(state, exchange.now(), reason)
    message = Message(
        sid=it.id,
        sender=gateway.of.number,
        to=it.to,
        body=it.body,
        direction="outbound-api",
        by="api",
        created=it.created,
        status=_STATUSES[way[-1]],
        sent=exchange.now(),
    )
    if way == ["Sent"] and phone.state is not PhoneState.UNCONFIRMED:
        message.status = "undelivered"  # it never got there, and nobody says so
    exchange.messages[f"{gateway.of.name}/{it.id}"] = message
    exchange.texted_by[it.to] = gateway.of.number
    exchange.show(message, phone, "to_phone")
    trouble = gateway.trouble(EVENT_KINDS)
    if trouble and trouble.kind == "webhooks_backwards":
        way = way[::-1]
    for state in way:
        payload = _about(gateway, it) | {_MOMENTS[state]: exchange.now().isoformat()}
        payload |= {"reason": it.error} if state == "Failed" else {}
        await tell(exchange, gateway, _EVENTS[state], payload, trouble)


def _about(gateway: Gateway, it: GatewayMessage) -> dict[str, object]:
    return {
        "messageId": it.id,
        "phoneNumber": it.to,
        "sender": gateway.of.number,
        "recipient": it.to,
        "simNumber": 1,
    }


async def text_comes_in(exchange: Exchange, gateway: Gateway, message: Message) -> WebhookAnswer:
    """Somebody texted this phone's number: what the hotline answered to the webhook."""
    exchange.messages[message.sid] = message
    exchange.show(message, exchange.phone(message.sender), "from_phone")
    payload = {
        "messageId": hashlib.sha256(message.body.encode()).hexdigest()[:8],
        "message": message.body,
        "phoneNumber": message.sender,
        "sender": message.sender,
        "recipient": gateway.of.number,
        "simNumber": 1,
        "receivedAt": exchange.now().isoformat() + message.sid[-6:],
    }
    trouble = gateway.trouble(EVENT_KINDS)
    return WebhookAnswer(await tell(exchange, gateway, "sms:received", payload, trouble))


async def tell(
    exchange: Exchange,
    gateway: Gateway,
    event: str,
    payload: dict[str, object],
    trouble: GatewayTrouble | None = None,
) -> int:
    """Post an event to every webhook for it: the HTTP status of the last answer, 0 for none."""
    kind = trouble.kind if trouble else ""
    status = 0
    for webhook in [it for it in gateway.webhooks.values() if it["event"] == event]:
        body = json.dumps(
            {
                "id": secrets.token_urlsafe(15),
                "webhookId": webhook["id"],
                "deviceId": gateway.device,
                "event": event,
                "payload": payload,
            }
        )
        for _ in range(0 if kind == "no_webhooks" else 2 if kind == "webhooks_twice" else 1):
            status = await _post(exchange, gateway, webhook["url"], body, kind)
    return status


async def _post(exchange: Exchange, gateway: Gateway, url: str, body: str, kind: str) -> int:
    if kind in ("forged", "old"):
        await _try(exchange, gateway, url, body, kind)
    for place in range(TRIES):
        status = await _try(exchange, gateway, url, body)
        if 200 <= status < 300:
            return status
        await asyncio.sleep(0.05 * place)
    return status


async def _try(exchange: Exchange, gateway: Gateway, url: str, body: str, kind: str = "") -> int:
    moment = exchange.now() - (timedelta(hours=1) if kind == "old" else timedelta())
    key = "somebody else's" if kind == "forged" else gateway.of.signing_key
    headers = signed_headers(key, body, str(int(moment.timestamp())))
    try:
        answer = await exchange.client.post(url, content=body.encode(), headers=headers)
        status = answer.status_code
    except httpx2.HTTPError:
        status = 0
    exchange.note("gateway webhook", status=status, **({"trouble": kind} if kind else {}))
    return status


def signed_headers(key: str, body: str, timestamp: str) -> dict[str, str]:
    signature = hmac.new(key.encode(), (body + timestamp).encode(), hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Timestamp": timestamp,
        "X-Signature": signature,
    }
