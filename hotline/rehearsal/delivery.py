"""Texts on their way: from the hotline to a phone, and from a phone to the hotline.

Whose words a text to a phone is: `api` for one made through the REST API, `reply` for the answer to
a webhook, `carrier` for the carrier's own. A phone's own texts are by a `person`.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus

import httpx2

from hotline.rehearsal.exchange import Exchange, new_sid
from hotline.rehearsal.messages import LONGEST_BODY, Message, uri_of
from hotline.rehearsal.phones import (
    Keyword,
    Pace,
    Step,
    carrier_reply,
    keyword_of,
    way_to,
)
from hotline.rehearsal.trouble import CALLBACK_KINDS
from hotline.rehearsal.webhooks import Answer, ask, call_back

OPTED_OUT, BODY_TOO_LONG, TOO_MANY_REPLIES = 21610, 21617, 14107
NO_SUCH_MEDIA = 12300  # what is at the address is nothing that can be sent
SENDABLE = ("image/", "video/", "audio/", "text/vcard", "text/x-vcard", "application/pdf")


def accept(exchange: Exchange, message: Message) -> None:
    """Take a text to a phone on; it goes its way in the background."""
    exchange.messages[message.sid] = message
    exchange.work.start(_carry(exchange, message))


async def _carry(exchange: Exchange, message: Message) -> None:
    is_whole = message.by != "api" or await _can_fetch_all(exchange, message)
    steps, late = _hand_over(exchange, message, is_whole=is_whole)
    for step in steps:
        await asyncio.sleep(late)
        await call_back(exchange, message, step.status, step.error)


async def _can_fetch_all(exchange: Exchange, message: Message) -> bool:
    """Get what is to go with a text, as the carrier does: without credentials, and soon."""
    for address in message.media:
        try:
            answer = await exchange.client.get(address)
        except httpx2.HTTPError:
            return False
        kind = answer.headers.get("content-type", "")
        if answer.status_code != HTTPStatus.OK or not kind.startswith(SENDABLE):
            return False
    return True


def _hand_over(
    exchange: Exchange, message: Message, *, is_whole: bool = True
) -> tuple[list[Step], float]:
    """Bring the text to its phone, or not; the callbacks to make, in their order, and how many
    seconds each is late."""
    phone = exchange.phone(message.to)
    steps = way_to(phone.state, via_service=message.service is not None)
    if not is_whole:
        steps = [Step("undelivered", NO_SUCH_MEDIA)]
    message.status, message.error = steps[-1].status, steps[-1].error
    message.sent = message.updated = exchange.now()
    exchange.show(message, phone, "to_phone")
    if not message.status_callback:
        return [], 0.0
    trouble = exchange.trouble(CALLBACK_KINDS, message.to)
    if trouble is None:
        return steps, 0.0
    late = trouble.seconds if trouble.kind == "callbacks_late" else 0.0
    return callbacks(steps, trouble.kind), late


def callbacks(steps: Sequence[Step], trouble: str) -> list[Step]:
    """The callbacks for these statuses, in the order in which they are made."""
    match trouble:
        case "no_callbacks":
            return []
        case "callbacks_twice":
            return [step for step in steps for _ in range(2)]
        case "callbacks_backwards":
            return list(reversed(steps))
    return list(steps)


async def text_hotline(
    exchange: Exchange,
    sender: str,
    body: str,
    *,
    media: Sequence[str] = (),
    sid: str | None = None,
    times: int = 1,
) -> tuple[str, Answer]:
    """Somebody texts the hotline: its sid, and the answer with the replies that were taken on.

    A sid that was there before is the same text delivered again. With `times`, the hotline is
    told of it that many times at the same moment; the status is that of the first.
    """
    sid = sid or new_sid(media)
    message = Message(
        sid=sid,
        sender=sender,
        to=exchange.line.number,
        body=body,
        direction="inbound",
        by="person",
        created=exchange.now(),
        status="received",
        sent=exchange.now(),
        media=tuple(_media_address(exchange, sid, it) for it in media),
    )
    with exchange.work.under_way():
        if message.sid not in exchange.messages:
            exchange.messages[message.sid] = message
            exchange.show(message, exchange.phone(sender), "from_phone")
            _heed_keyword(exchange, message)
        answers = await asyncio.gather(*(ask(exchange, message) for _ in range(times)))
        replies = tuple(words for answer in answers for words in answer.replies)
        taken = tuple(words for words in replies if _reply(exchange, message, words))
    return message.sid, replace(answers[0], replies=taken)


def _media_address(exchange: Exchange, sid: str, named: str) -> str:
    """Where the carrier keeps a picture; it is only named by whoever plays a phone."""
    if "://" in named:
        return named
    name = "ME" + hashlib.sha256(named.encode()).hexdigest()[:32]
    messages = uri_of(exchange.line).removesuffix(".json")
    return f"{exchange.line.api_url}{messages}/{sid}/Media/{name}"


def _heed_keyword(exchange: Exchange, message: Message) -> None:
    """Opt in or out, and answer, before the hotline hears of it."""
    keyword, phone = keyword_of(message.body), exchange.phone(message.sender)
    words = carrier_reply(keyword, opted_out=phone.opted_out)
    if keyword in (Keyword.STOP, Keyword.START):
        exchange.keep(replace(phone, opted_out=keyword is Keyword.STOP))
    if words:
        accept(exchange, _answer_to(exchange, message, words, "carrier"))


def _reply(exchange: Exchange, message: Message, words: str) -> bool:
    """Take on one reply of the hotline, or write down why not."""
    if error := _wrong_with_reply(exchange, message.sender, words):
        exchange.note("debugger", code=error, about="reply", sid=message.sid)
        return False
    accept(exchange, _answer_to(exchange, message, words, "reply"))
    return True


def _wrong_with_reply(exchange: Exchange, number: str, words: str) -> int | None:
    if exchange.phone(number).opted_out:
        return OPTED_OUT
    if len(words) > LONGEST_BODY:
        return BODY_TOO_LONG
    now, pace = exchange.now(), exchange.paces.get(number, Pace())
    if pace.is_resting(now):
        return TOO_MANY_REPLIES
    exchange.paces[number] = pace.after_reply(now)
    return TOO_MANY_REPLIES if exchange.paces[number].is_resting(now) else None


def _answer_to(exchange: Exchange, message: Message, words: str, by: str) -> Message:
    return Message(
        sid=new_sid(),
        sender=exchange.line.number,
        to=message.sender,
        body=words,
        direction="outbound-reply",
        by=by,
        created=exchange.now(),
    )
