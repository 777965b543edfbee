"""What an old phone tells the hotline: signed JSON, again and again until it is answered.

Waits 30 seconds for an answer. What was answered with no 2xx, or not at all, is told again after a
pause that doubles each time, signed anew and otherwise the same.
"""

import asyncio
import hmac
import json
import secrets
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx2

from rehearsal import files
from rehearsal.exchange import Exchange
from rehearsal.handset import (
    TELLING_KINDS,
    Handset,
    HandsetText,
    HandsetTrouble,
    HandsetWebhook,
    moment_json,
)
from rehearsal.messages import Message

ANSWERED_WITHIN_SECONDS = 30.0
MOMENTS = {"sms:sent": "sentAt", "sms:delivered": "deliveredAt", "sms:failed": "failedAt"}
Document = dict[str, object]


def signed_phone_headers(body: bytes, key: str, moment: str) -> dict[str, str]:
    """The headers of an event: the signature is over the body and the moment behind it."""
    signature = hmac.new(key.encode(), body + moment.encode(), "sha256").hexdigest()
    return {
        "Content-Type": "application/json",
        "User-Agent": "me.capcom.smsgateway/1.60.0",
        "X-Signature": signature,
        "X-Timestamp": moment,
    }


def documents(
    handset: Handset, event: str, payload: Mapping[str, object]
) -> list[tuple[str, Document]]:
    """What is told of it, and where: to each that wants to be told, under a name of its own."""
    return [(hook.url, _document(handset, hook, payload)) for hook in _wanting(handset, event)]


def _wanting(handset: Handset, event: str) -> list[HandsetWebhook]:
    return [it for it in handset.webhooks.values() if it.event == event]


def _document(handset: Handset, hook: HandsetWebhook, payload: Mapping[str, object]) -> Document:
    return {
        "id": secrets.token_urlsafe(15),
        "webhookId": hook.id,
        "deviceId": handset.of.device_id,
        "event": hook.event,
        "payload": dict(payload),
    }


# What became of a text.


def about_text(exchange: Exchange, handset: Handset, text: HandsetText, event: str) -> Document:
    ours = handset.number_of(text.sim)
    payload: Document = {
        "messageId": text.id,
        "phoneNumber": text.to,
        "sender": ours,
        "recipient": text.to,
        "simNumber": text.sim,
        MOMENTS[event]: moment_json(exchange.now()),
    }
    return payload | ({"reason": text.error} if event == "sms:failed" else {})


async def tell_of_text(
    exchange: Exchange, handset: Handset, text: HandsetText, events: Sequence[str]
) -> None:
    """Tell of each of these, or what a trouble makes of that."""
    trouble = handset.trouble(TELLING_KINDS, text.to)
    told = [
        it
        for event in as_trouble_has_it(events, trouble)
        for it in documents(handset, event, about_text(exchange, handset, text, event))
    ]
    for url, document in told:
        await _tell_with(exchange, handset, url, document, trouble)


def as_trouble_has_it(events: Sequence[str], trouble: HandsetTrouble | None) -> list[str]:
    match trouble.kind if trouble else "":
        case "nothing":
            return []
        case "backwards":
            return list(reversed(events))
    return list(events)


# A text that came in.


def about_arrival(
    exchange: Exchange, handset: Handset, message: Message
) -> list[tuple[str, Document]]:
    """The events of it, each with what it says. Pictures come with words of their own."""
    sim, now = handset.sim_of(message.to), moment_json(exchange.now())
    whole = f"{message.sender} {message.body} {now}".encode()
    base: Document = {
        "messageId": f"{zlib.crc32(whole):x}",
        "phoneNumber": message.sender,
        "sender": message.sender,
        "recipient": message.to,
        "simNumber": sim,
        "receivedAt": now,
    }
    if not message.media:
        return [("sms:received", base | {"message": message.body})]
    parts = [_part(place, it) for place, it in enumerate(message.media)]
    first: Document = {"transactionId": base["messageId"], "subject": None, "size": 0}
    whole_of_it: Document = {"body": message.body or None, "subject": None, "attachments": parts}
    return [
        ("mms:received", base | first | {"contentClass": "IMAGE_BASIC"}),
        ("mms:downloaded", base | whole_of_it),
    ]


def _part(place: int, named: str) -> Document:
    kind = "image/jpeg" if "://" in named else files.kind_of(named)
    return {"partId": place + 1, "contentType": kind, "name": None, "size": 0, "data": None}


async def tell_of_arrival(exchange: Exchange, handset: Handset, message: Message) -> int:
    """The HTTP status of the first answer; 0 where there was none, or nobody to tell."""
    trouble = handset.trouble(TELLING_KINDS, message.sender)
    if trouble and trouble.kind == "nothing":
        return 0
    answered = [
        await _tell_with(exchange, handset, url, document, trouble)
        for event, payload in about_arrival(exchange, handset, message)
        for url, document in documents(handset, event, payload)
    ]
    return next(iter(answered), 0)


async def ping(exchange: Exchange, handset: Handset, health: Mapping[str, object]) -> None:
    """Say that it is there, and how it is."""
    for url, document in documents(handset, "system:ping", {"health": dict(health)}):
        await tell(exchange, handset, url, document)


# Telling.


async def _tell_with(
    exchange: Exchange,
    handset: Handset,
    url: str,
    document: Document,
    trouble: HandsetTrouble | None,
) -> int:
    kind = trouble.kind if trouble else ""
    if trouble and kind == "late":
        await asyncio.sleep(trouble.seconds)
    if kind == "forged":
        await _post(exchange, handset, url, document, f"not {handset.of.signing_key}")
    status = await tell(exchange, handset, url, document)
    if kind == "twice":
        await tell(exchange, handset, url, document)
    return status


async def tell(
    exchange: Exchange, handset: Handset, url: str, document: Document, tried: int = 0
) -> int:
    """Tell it, and if that fails again later. The HTTP status of this answer, 0 for none."""
    status = 0
    if not handset.is_away:
        status = await _post(exchange, handset, url, document, handset.of.signing_key)
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES and tried + 1 < handset.of.tries:
        _tell_later(exchange, handset, url, document, tried + 1)
    return status


def _tell_later(
    exchange: Exchange, handset: Handset, url: str, document: Document, tried: int
) -> None:
    """Whoever waits for the carrier does not wait for this."""

    def now() -> None:
        handset.pauses.discard(pause)
        exchange.work.start(_tell_again(exchange, handset, url, document, tried))

    seconds = handset.of.first_pause * 2 ** (tried - 1)
    pause = asyncio.get_running_loop().call_later(seconds, now)
    handset.pauses.add(pause)


async def _tell_again(
    exchange: Exchange, handset: Handset, url: str, document: Document, tried: int
) -> None:
    await tell(exchange, handset, url, document, tried)


async def _post(
    exchange: Exchange, handset: Handset, url: str, document: Document, key: str
) -> int:
    body = json.dumps(document, ensure_ascii=False).encode()
    headers = signed_phone_headers(body, key, str(int(exchange.now().timestamp())))
    status = 0
    with suppress(TimeoutError, httpx2.HTTPError, httpx2.InvalidURL):
        async with exchange.lines, asyncio.timeout(ANSWERED_WITHIN_SECONDS):
            status = (await exchange.client.post(url, content=body, headers=headers)).status_code
    event = document["event"]
    exchange.note(
        "smsgate", phone=handset.of.name, path=urlsplit(url).path, what=event, status=status
    )
    exchange.keep_wire(body.decode(), "", headers["X-Signature"])
    return status
