"""The carrier's calls to the hotline: signed form POSTs, and reading what comes back.

Waits 15 seconds in all and tries a failed connection once more, as the carrier does by default;
a slow or broken answer is not asked for again unless the address says so: see `overrides.py`. Keeps
no cookies and no connections.
"""

import asyncio
import secrets
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urldefrag, urlencode, urlsplit
from xml.etree import ElementTree

import httpx2
from twilio.request_validator import RequestValidator

from rehearsal.exchange import Exchange
from rehearsal.messages import API_VERSION, Line, Message
from rehearsal.overrides import CONNECT, READ, Overrides, read_overrides
from rehearsal.trouble import SIGNED_KINDS
from rehearsal.twiml import joined
from rehearsal.variants import VARIANTS

UNREACHABLE, WRONG_TYPE, UNREADABLE = 11200, 12300, 12100
UNREACHED, NOT_FETCHED = 11205, 11200  # what the debugger calls it
PLACES = tuple(
    f"{end}{part}" for end in ("From", "To") for part in ("City", "State", "Zip", "Country")
)


@dataclass(frozen=True)
class TextReply:
    """A text that the hotline answers with, and where it wants to hear what becomes of it."""

    words: str
    status_callback: str = ""


@dataclass(frozen=True)
class WebhookAnswer:
    """What came back: the HTTP status (0 for none), the replies in it, or the carrier's error."""

    status: int
    replies: tuple[TextReply, ...] = ()
    error: int | None = None


@cache
def certificates() -> ssl.SSLContext:
    """Whom to trust, for a hotline behind https; read once because that takes a while."""
    return httpx2.create_ssl_context(trust_env=False)


def open_client() -> httpx2.AsyncClient:
    """The one client of a carrier. It ignores proxies and whatever else the environment says."""
    return httpx2.AsyncClient(
        trust_env=False,
        verify=certificates(),
        timeout=httpx2.Timeout(Overrides().total, pool=None),
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=0),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


def inbound_fields(message: Message, line: Line) -> dict[str, str]:
    """The form of an inbound text. Unknown places are there, and empty."""
    return {
        **dict.fromkeys(PLACES, ""),
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsMessageSid": message.sid,
        "AccountSid": line.account_sid,
        "From": message.sender,
        "To": message.to,
        "Body": message.body,
        "NumMedia": str(len(message.media)),
        "NumSegments": str(message.segments),
        **{f"MediaUrl{place}": address for place, address in enumerate(message.media)},
        **{f"MediaContentType{place}": it for place, it in enumerate(message.media_types)},
        "SmsStatus": "received",
        "ApiVersion": API_VERSION,
    }


def callback_fields(message: Message, line: Line, status: str, error: int | None) -> dict[str, str]:
    """The form of a status callback."""
    return {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "MessageStatus": status,
        "SmsStatus": status,
        "To": message.to,
        "From": message.sender,
        "AccountSid": line.account_sid,
        "ApiVersion": API_VERSION,
        **({"MessagingServiceSid": message.service} if message.service else {}),
        **({"ErrorCode": str(error)} if error else {}),
    }


def signed_headers(
    address: str,
    fields: Mapping[str, str],
    auth_token: str,
    header: str = VARIANTS["twilio"].signature_header,
) -> dict[str, str]:
    """The headers of a webhook to the address, which stands without its fragment."""
    signature = RequestValidator(auth_token).compute_signature(address, dict(fields))
    return {
        header: signature,
        "I-Twilio-Idempotency-Token": secrets.token_hex(16),
        "User-Agent": "TwilioProxy/1.1",
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "Accept": "*/*",
    }


async def ask(exchange: Exchange, message: Message) -> WebhookAnswer:
    """Give an inbound text to the hotline, and to its fallback address when that fails."""
    line = exchange.line
    fields = inbound_fields(message, line)
    answer = await _ask_at(exchange, line.sms_url, message, fields)
    if answer.error is None:
        return answer
    exchange.note("debugger", code=answer.error, about="text", sid=message.sid)
    if not line.sms_fallback_url:
        return answer
    fields |= {"ErrorCode": str(answer.error), "ErrorUrl": urldefrag(line.sms_url).url}
    answer = await _ask_at(exchange, line.sms_fallback_url, message, fields)
    if answer.error is not None:
        exchange.note("debugger", code=answer.error, about="text", sid=message.sid)
    return answer


async def call_back(exchange: Exchange, message: Message, status: str, error: int | None) -> None:
    """Tell the hotline what became of a text. An answer that is not 2xx only goes to the log."""
    fields = callback_fields(message, exchange.line, status, error)
    facts, to = _facts(fields), message.to
    response = await post(exchange, "callback", message.status_callback, fields, facts, phone=to)
    if response is None or not response.is_success:
        exchange.note("debugger", code=UNREACHABLE, about="callback", sid=message.sid)
    else:
        message.told.append(status)


async def _ask_at(
    exchange: Exchange, address: str, message: Message, fields: Mapping[str, str]
) -> WebhookAnswer:
    facts, sender = _facts(fields), message.sender
    response = await post(exchange, "webhook", address, fields, facts, phone=sender)
    if response is None:
        return WebhookAnswer(0, error=UNREACHABLE)
    return read_answer(response, urldefrag(address).url)


def _facts(fields: Mapping[str, str]) -> dict[str, object]:
    return {"sid": fields["MessageSid"], "message_status": fields["SmsStatus"]}


@dataclass(frozen=True)
class Webhook:
    """One request, as each try makes it. `facts` go to the log."""

    kind: str
    address: str
    body: str
    headers: Mapping[str, str]
    facts: Mapping[str, object]
    overrides: Overrides


async def post(
    exchange: Exchange,
    kind: str,
    address: str,
    fields: Mapping[str, str],
    facts: Mapping[str, object],
    *,
    phone: str,
    signed_as: str | None = None,
) -> httpx2.Response | None:
    """The response, or None when there is none in time. Writes a line of the log for each try.

    `phone`: whose text or call it is about. `signed_as`: the address as it is signed, where that
    differs. Without fields it is a GET.
    """
    overrides, mistakes = read_overrides(address)
    for code in mistakes:
        exchange.note("debugger", code=code, about="connection", sid=facts["sid"])
    address = urldefrag(address).url
    line, signed_as = exchange.line, signed_as or address
    key, header = line.signing_key or line.auth_token, line.variant.signature_header
    headers = signed_headers(signed_as, fields, key, header)
    webhook = Webhook(kind, address, urlencode(fields), headers, facts, overrides)
    if kind != "listen" and exchange.trouble(SIGNED_KINDS, phone):
        forged = signed_headers(signed_as, fields, f"not {key}", header)
        await _send_forged(exchange, replace(webhook, headers=forged))
    try:
        async with exchange.lines, asyncio.timeout(overrides.total):
            return await _send(exchange, webhook)
    except TimeoutError:
        _note(exchange, webhook, None)
        return None


async def _send_forged(exchange: Exchange, webhook: Webhook) -> None:
    """As somebody sends it who does not know our token: whatever is answered is only noted."""
    status = 0
    with suppress(TimeoutError, httpx2.HTTPError, httpx2.InvalidURL):
        async with exchange.lines, asyncio.timeout(webhook.overrides.total):
            status = (await _send_once(exchange.client, webhook)).status_code
    path = urlsplit(webhook.address).path
    exchange.note(webhook.kind, path=path, **webhook.facts, status=status, signature="wrong")


async def _send(exchange: Exchange, webhook: Webhook) -> httpx2.Response | None:
    """Try as often as is wished: each try carries the same idempotency token."""
    response, failure = await _try(exchange, webhook)
    for _ in range(webhook.overrides.retries):
        if not webhook.overrides.try_again_after(failure):
            break
        response, failure = await _try(exchange, webhook)
    return response


async def _try(exchange: Exchange, webhook: Webhook) -> tuple[httpx2.Response | None, str]:
    """The response, and what has failed as a retry policy calls it, or nothing."""
    response, failure = None, ""
    try:
        response = await _send_once(exchange.client, webhook)
        failure = {4: "4xx", 5: "5xx"}.get(response.status_code // 100, "")
    except (httpx2.ConnectError, httpx2.ConnectTimeout):
        failure = CONNECT
    except httpx2.ReadTimeout:
        failure = READ
    except (httpx2.HTTPError, httpx2.InvalidURL):
        failure = "other"
    _note(exchange, webhook, response)
    return response, failure


def _note(exchange: Exchange, webhook: Webhook, response: httpx2.Response | None) -> None:
    if response is None or not response.is_success:
        code = UNREACHED if response is None else NOT_FETCHED
        exchange.account.alert(exchange.now(), code, url=urldefrag(webhook.address).url)
    if response is not None and not response.is_success:
        exchange.errors.append(
            {"kind": webhook.kind, "status": response.status_code, "body": response.text}
        )
    exchange.note(
        webhook.kind,
        path=urlsplit(webhook.address).path,
        **webhook.facts,
        status=response.status_code if response is not None else 0,
    )
    answer = response.text if response is not None else ""
    signature = webhook.headers.get(exchange.line.variant.signature_header, "")
    exchange.keep_wire(webhook.body, answer, signature)


async def _send_once(client: httpx2.AsyncClient, webhook: Webhook) -> httpx2.Response:
    overrides = webhook.overrides
    timeout = httpx2.Timeout(overrides.read, connect=overrides.connect, pool=None)
    address, headers = webhook.address, webhook.headers
    try:
        if not webhook.body:
            return await client.get(address, headers=headers, timeout=timeout)
        return await client.post(address, content=webhook.body, headers=headers, timeout=timeout)
    except AttributeError as error:
        # anyio asks a new socket for its peer's name, and by then a killed peer has closed it.
        raise httpx2.ConnectError("closed while it was being opened") from error


def read_answer(response: httpx2.Response, url: str) -> WebhookAnswer:
    """What the hotline wants texted back. `url`: what was asked; addresses are relative to it."""
    status, body = response.status_code, response.text
    if not response.is_success:
        return WebhookAnswer(status, error=UNREACHABLE)
    match response.headers.get("content-type", "").partition(";")[0].strip().lower():
        case "text/xml" | "application/xml":
            return _read_twiml(status, body, url)
        case "text/plain":
            return WebhookAnswer(status, (TextReply(body),) if body.strip() else ())
        case "" if not body.strip():
            return WebhookAnswer(status)
    return WebhookAnswer(status, error=WRONG_TYPE)


def _read_twiml(status: int, body: str, url: str) -> WebhookAnswer:
    try:
        # From the hotline, on this machine; expat itself refuses entities that explode.
        root = ElementTree.fromstring(body.strip())  # noqa: S314
    except ElementTree.ParseError:
        return WebhookAnswer(status, error=UNREADABLE)
    if root.tag != "Response":
        return WebhookAnswer(status, error=UNREADABLE)
    replies = (_reply_in(verb, url) for verb in root.iterfind("Message"))
    return WebhookAnswer(status, tuple(reply for reply in replies if reply.words))


def _reply_in(verb: ElementTree.Element, url: str) -> TextReply:
    """Of its attributes, only this one changes anything here."""
    callback = verb.get("statusCallback", "")
    return TextReply(_words_of(verb), joined(url, callback) if callback else "")


def _words_of(verb: ElementTree.Element) -> str:
    bodies = verb.findall("Body")
    parts = ["".join(body.itertext()) for body in bodies] if bodies else [verb.text or ""]
    return "".join(parts).strip()
