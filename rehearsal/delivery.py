"""Texts on their way: from the hotline to a phone, and from a phone to the hotline.

Whose words a text to a phone is: `api` for one made through the REST API, `reply` for the answer to
a webhook, `carrier` for the carrier's own. A phone's own texts are by a `person`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus

import httpx2

from rehearsal import files
from rehearsal.departures import QUEUE_OVERFLOW, Departure, departures, free_from, is_full
from rehearsal.exchange import Exchange, new_sid
from rehearsal.handset import Handset
from rehearsal.messages import (
    BODY_TOO_LONG,
    LONGEST_BODY,
    NO_CALLBACK_ADDRESS,
    Message,
    is_callback_address,
    uri_of,
    why_not_to,
)
from rehearsal.phones import (
    DeliveryPace,
    DeliveryStep,
    Keyword,
    carrier_reply,
    keyword_of,
    way_to,
)
from rehearsal.smsgate_events import tell_of_arrival
from rehearsal.trouble import CALLBACK_KINDS, DELIVERY_KINDS
from rehearsal.webhooks import TextReply, WebhookAnswer, ask, call_back

TOO_MANY_REPLIES = 14107
NO_SUCH_MEDIA = 12300  # what is at the address is nothing that can be sent
TOO_MUCH_MEDIA = 30019


def accept(exchange: Exchange, message: Message) -> None:
    """Take a text to a phone on; it leaves when it is its turn, and goes its way in the
    background. In a queue that is full it never leaves."""
    exchange.messages[message.sid] = message
    if is_queue_full(exchange):
        lost = Departure(message, exchange.now(), QUEUE_OVERFLOW)
        exchange.work.start(_carry(exchange, lost))
        return
    exchange.waiting.append(message)
    leave_due(exchange)
    if message.status == "accepted" and message in exchange.waiting:
        message.status = "queued"
        if message.status_callback:
            exchange.work.start(call_back(exchange, message, "queued", None))


def leave_due(exchange: Exchange) -> None:
    """Let every text leave whose turn has come, and give up those that waited too long, in order.

    Whoever moves the time of the exchange calls this afterwards.
    """
    due = [it for it in to_leave(exchange) if it.moment <= exchange.now()]
    gone = {it.message.sid for it in due}
    exchange.waiting = [it for it in exchange.waiting if it.sid not in gone]
    for departure in due:
        if departure.error is None:
            exchange.last_left = departure
        exchange.work.start(_carry(exchange, departure))


def to_leave(exchange: Exchange) -> list[Departure]:
    """When those that wait will leave, the next one first."""
    rate = exchange.line.segments_a_second
    return departures(exchange.waiting, free_from(exchange.last_left, rate), rate)


def is_queue_full(exchange: Exchange) -> bool:
    rate = exchange.line.segments_a_second
    return is_full(exchange.waiting, free_from(exchange.last_left, rate), rate, exchange.now())


async def _carry(exchange: Exchange, departure: Departure) -> None:
    message = departure.message
    if departure.error:
        steps = [DeliveryStep("failed", departure.error)]
    elif error := await _wrong_with_media(exchange, message):
        steps = [DeliveryStep("undelivered", error)]
    elif trouble := exchange.trouble(DELIVERY_KINDS, message.to):
        steps = [DeliveryStep("sent"), DeliveryStep("undelivered", trouble.code)]
    else:
        state = exchange.phone(message.to).state
        steps = way_to(state, via_service=message.status == "accepted")
    _hand_over(exchange, message, steps, departure.moment)
    await _call_back(exchange, message, steps)


async def _wrong_with_media(exchange: Exchange, message: Message) -> int | None:
    """Get what is to go with a text, as the carrier does: without credentials, and soon. One that
    it does not take fails all of it."""
    sizes = []
    for address in message.media:
        try:
            asked, answer = await exchange.client.head(address), await exchange.client.get(address)
        except httpx2.HTTPError:
            return NO_SUCH_MEDIA
        kind = answer.headers.get("content-type", "")
        is_there = asked.status_code == answer.status_code == HTTPStatus.OK
        if not is_there or not files.is_sendable(answer.content, kind):
            return NO_SUCH_MEDIA
        sizes.append((len(answer.content), kind))
    return TOO_MUCH_MEDIA if files.is_too_much(sizes) else None


def _hand_over(
    exchange: Exchange, message: Message, steps: Sequence[DeliveryStep], moment: datetime
) -> None:
    """Bring the text to its phone, or not."""
    message.status, message.error = steps[-1].status, steps[-1].error
    message.updated = moment
    message.sent = None if message.status == "failed" else moment
    exchange.show(message, exchange.phone(message.to), "to_phone")


async def _call_back(exchange: Exchange, message: Message, steps: Sequence[DeliveryStep]) -> None:
    """Tell of each of these, or what a trouble makes of that."""
    if not message.status_callback:
        return
    trouble = exchange.trouble(CALLBACK_KINDS, message.to)
    late = trouble.seconds if trouble and trouble.kind == "callbacks_late" else 0.0
    for step in callbacks(steps, trouble.kind if trouble else ""):
        await asyncio.sleep(late)
        await call_back(exchange, message, step.status, step.error)


def callbacks(steps: Sequence[DeliveryStep], trouble: str) -> list[DeliveryStep]:
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
    to: str = "",
) -> tuple[str, WebhookAnswer]:
    """Somebody texts the hotline: its sid, and the answer with the replies that were taken on.

    A sid that was there before is the same text delivered again. With `times`, the hotline is
    told of it that many times at the same moment; the status is that of the first. `to`: which of
    its numbers they write to, else the one that wrote to them last; where an old phone has that,
    the phone tells, and nobody is answered at once.
    """
    to = to or exchange.number_for(sender)
    if handset := exchange.handset_of(to):
        return await _text_handset(exchange, handset, sender, body, media=media, to=to)
    sid = sid or exchange.line.variant.new_sid(media)
    message = replace(
        _written(exchange, sid, sender, exchange.line.number, body),
        media=tuple(_media_address(exchange, sid, it) for it in media),
        media_types=tuple("image/jpeg" if "://" in it else files.kind_of(it) for it in media),
    )
    with exchange.work.under_way():
        if message.sid not in exchange.messages:
            exchange.messages[message.sid] = message
            exchange.show(message, exchange.phone(sender), "from_phone")
            _heed_keyword(exchange, message)
        answers = await asyncio.gather(*(ask(exchange, message) for _ in range(times)))
        replies = (reply for answer in answers for reply in answer.replies)
        taken = tuple(reply for reply in replies if _take_on(exchange, message, reply))
    return message.sid, replace(answers[0], replies=taken)


async def _text_handset(
    exchange: Exchange,
    handset: Handset,
    sender: str,
    body: str,
    *,
    media: Sequence[str],
    to: str,
) -> tuple[str, WebhookAnswer]:
    """Nothing stands between the two: no word of theirs is the carrier's."""
    message = replace(
        _written(exchange, new_sid(media), sender, to, body),
        media=tuple(media),
    )
    with exchange.work.under_way():
        exchange.show(message, exchange.phone(sender), "from_phone")
        status = await tell_of_arrival(exchange, handset, message)
    return message.sid, WebhookAnswer(status)


def _written(exchange: Exchange, sid: str, sender: str, to: str, body: str) -> Message:
    """What a person wrote just now."""
    now = exchange.now()
    return Message(
        sid=sid,
        sender=sender,
        to=to,
        body=body,
        direction="inbound",
        by="person",
        created=now,
        status="received",
        sent=now,
    )


def _media_address(exchange: Exchange, sid: str, named: str) -> str:
    """Where the carrier keeps a file; it is only named by whoever plays a phone."""
    if "://" in named:
        return named
    messages = uri_of(exchange.line).removesuffix(".json")
    return f"{exchange.line.api_url}{messages}/{sid}/Media/{exchange.keep_file(named)}"


def _heed_keyword(exchange: Exchange, message: Message) -> None:
    """Opt in or out, and answer, before the hotline hears of it."""
    keyword, phone = keyword_of(message.body), exchange.phone(message.sender)
    words = carrier_reply(keyword, opted_out=phone.opted_out)
    if keyword in (Keyword.STOP, Keyword.START):
        # Not as in `keep`: it is the text that is told.
        exchange.phones[phone.number] = replace(phone, opted_out=keyword is Keyword.STOP)
    if words:
        accept(exchange, _answer_to(exchange, message, words, "carrier"))


def _take_on(exchange: Exchange, message: Message, reply: TextReply) -> bool:
    """Whether one reply of the hotline goes to its phone; writes down what is wrong with it."""
    attempt = exchange.reply(message.sender, reply.status_callback)
    if error := _wrong_with_reply(exchange, message.sender, reply.words):
        attempt.code = error
        exchange.note("debugger", code=error, about="reply", sid=message.sid)
        return False
    callback = reply.status_callback
    if callback and not is_callback_address(callback):
        exchange.note("debugger", code=NO_CALLBACK_ADDRESS, about="reply", sid=message.sid)
        callback = ""
    answer = _answer_to(exchange, message, reply.words, "reply", callback)
    attempt.taken, attempt.sid = True, answer.sid
    accept(exchange, answer)
    return True


def _wrong_with_reply(exchange: Exchange, number: str, words: str) -> int | None:
    if error := why_not_to(exchange.phone(number)):
        return error
    if len(words) > LONGEST_BODY:
        return BODY_TOO_LONG
    now, pace = exchange.now(), exchange.paces.get(number, DeliveryPace())
    if pace.is_resting(now):
        return TOO_MANY_REPLIES
    exchange.paces[number] = pace.after_reply(now)
    return TOO_MANY_REPLIES if exchange.paces[number].is_resting(now) else None


def _answer_to(
    exchange: Exchange, message: Message, words: str, by: str, status_callback: str = ""
) -> Message:
    return Message(
        sid=exchange.line.variant.new_sid(),
        sender=exchange.line.number,
        to=message.sender,
        body=words,
        direction="outbound-reply",
        by=by,
        created=exchange.now(),
        status_callback=status_callback,
    )
