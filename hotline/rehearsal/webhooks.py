"""The carrier's calls to the hotline: signed form POSTs, and reading what comes back.

Waits 15 seconds in all and tries a failed connection once more, as the carrier does by default;
a slow or broken answer is not asked for again. Keeps no cookies and no connections.
"""

import asyncio
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import urldefrag, urlencode, urlsplit
from xml.etree import ElementTree

import httpx2
from twilio.request_validator import RequestValidator

from hotline.rehearsal.exchange import Exchange
from hotline.rehearsal.messages import API_VERSION, Line, Message

ANSWER_SECONDS = 15.0
UNREACHABLE, WRONG_TYPE, UNREADABLE = 11200, 12300, 12100
PLACES = tuple(
    f"{end}{part}" for end in ("From", "To") for part in ("City", "State", "Zip", "Country")
)


@dataclass(frozen=True)
class Answer:
    """What came back: the HTTP status (0 for none), the replies in it, or the carrier's error."""

    status: int
    replies: tuple[str, ...] = ()
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
        timeout=httpx2.Timeout(ANSWER_SECONDS, pool=None),
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
        **{f"MediaContentType{place}": "image/jpeg" for place, _ in enumerate(message.media)},
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


def signed_headers(address: str, fields: Mapping[str, str], auth_token: str) -> dict[str, str]:
    """The headers of a webhook to the address, which stands without its fragment."""
    signature = RequestValidator(auth_token).compute_signature(address, dict(fields))
    return {
        "X-Twilio-Signature": signature,
        "I-Twilio-Idempotency-Token": secrets.token_hex(16),
        "User-Agent": "TwilioProxy/1.1",
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "Accept": "*/*",
    }


async def ask(exchange: Exchange, message: Message) -> Answer:
    """Give an inbound text to the hotline, and to its fallback address when that fails."""
    line = exchange.line
    fields = inbound_fields(message, line)
    answer = await _ask_at(exchange, line.sms_url, fields)
    if answer.error is None:
        return answer
    exchange.note("debugger", code=answer.error, about="text", sid=message.sid)
    if not line.sms_fallback_url:
        return answer
    fields |= {"ErrorCode": str(answer.error), "ErrorUrl": urldefrag(line.sms_url).url}
    answer = await _ask_at(exchange, line.sms_fallback_url, fields)
    if answer.error is not None:
        exchange.note("debugger", code=answer.error, about="text", sid=message.sid)
    return answer


async def call_back(exchange: Exchange, message: Message, status: str, error: int | None) -> None:
    """Tell the hotline what became of a text. An answer that is not 2xx only goes to the log."""
    fields = callback_fields(message, exchange.line, status, error)
    facts = _facts(fields)
    response = await post(exchange, "callback", message.status_callback, fields, facts)
    if response is None or not response.is_success:
        exchange.note("debugger", code=UNREACHABLE, about="callback", sid=message.sid)
    else:
        message.told.append(status)


async def _ask_at(exchange: Exchange, address: str, fields: Mapping[str, str]) -> Answer:
    response = await post(exchange, "webhook", address, fields, _facts(fields))
    if response is None:
        return Answer(0, error=UNREACHABLE)
    return read_answer(
        response.status_code, response.headers.get("content-type", ""), response.text
    )


def _facts(fields: Mapping[str, str]) -> dict[str, object]:
    return {"sid": fields["MessageSid"], "message_status": fields["SmsStatus"]}


async def post(
    exchange: Exchange,
    kind: str,
    address: str,
    fields: Mapping[str, str],
    facts: Mapping[str, object],
    *,
    signed_as: str | None = None,
) -> httpx2.Response | None:
    """The response, or None when there is none in time. Writes one line of the log.

    `signed_as`: the address as it is signed, where that differs. Without fields it is a GET.
    """
    address = urldefrag(address).url
    headers = signed_headers(signed_as or address, fields, exchange.line.auth_token)
    response = None
    try:
        async with exchange.lines, asyncio.timeout(ANSWER_SECONDS):
            response = await _send(exchange.client, address, urlencode(fields), headers)
    except (TimeoutError, httpx2.HTTPError, httpx2.InvalidURL):
        pass
    if response is not None and not response.is_success:
        exchange.errors.append(
            {"kind": kind, "status": response.status_code, "body": response.text}
        )
    exchange.note(
        kind,
        path=urlsplit(address).path,
        **facts,
        status=response.status_code if response is not None else 0,
    )
    return response


async def _send(
    client: httpx2.AsyncClient, address: str, body: str, headers: Mapping[str, str]
) -> httpx2.Response:
    try:
        return await _send_once(client, address, body, headers)
    except (httpx2.ConnectError, httpx2.ConnectTimeout):
        return await _send_once(client, address, body, headers)


async def _send_once(
    client: httpx2.AsyncClient, address: str, body: str, headers: Mapping[str, str]
) -> httpx2.Response:
    try:
        if not body:
            return await client.get(address, headers=headers)
        return await client.post(address, content=body, headers=headers)
    except AttributeError as error:
        # anyio asks a new socket for its peer's name, and by then a killed peer has closed it.
        raise httpx2.ConnectError("closed while it was being opened") from error


def read_answer(status: int, content_type: str, body: str) -> Answer:
    """What the hotline wants texted back."""
    if not 200 <= status < 300:
        return Answer(status, error=UNREACHABLE)
    match content_type.partition(";")[0].strip().lower():
        case "text/xml" | "application/xml":
            return _read_twiml(status, body)
        case "text/plain":
            return Answer(status, (body,) if body.strip() else ())
        case "" if not body.strip():
            return Answer(status)
    return Answer(status, error=WRONG_TYPE)


def _read_twiml(status: int, body: str) -> Answer:
    try:
        # From the hotline, on this machine; expat itself refuses entities that explode.
        root = ElementTree.fromstring(body.strip())  # noqa: S314
    except ElementTree.ParseError:
        return Answer(status, error=UNREADABLE)
    if root.tag != "Response":
        return Answer(status, error=UNREADABLE)
    replies = (_words_of(verb) for verb in root.iterfind("Message"))
    return Answer(status, tuple(words for words in replies if words))


def _words_of(verb: ElementTree.Element) -> str:
    bodies = verb.findall("Body")
    parts = ["".join(body.itertext()) for body in bodies] if bodies else [verb.text or ""]
    return "".join(parts).strip()
