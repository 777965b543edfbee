"""The carrier's messages as its REST API sees them: checks, shape and filters.

Plain values and plain functions. Shapes and codes follow the carrier's published API description;
what became of a text is decided in `phones.py`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

from starlette.datastructures import ImmutableMultiDict

from hotline import segments
from rehearsal import magic
from rehearsal.lists import is_within
from rehearsal.phones import REFUSED, Phone, readable_number
from rehearsal.variants import VARIANTS, Variant

API_VERSION = "2010-04-01"
LONGEST_BODY = 1600
LONG_AGO = datetime.min.replace(tzinfo=UTC)
BODY_TOO_LONG, NO_CALLBACK_ADDRESS = 21617, 21609
LONGEST_VALIDITY = 36_000
MOST_FILES = 10
Form = ImmutableMultiDict[str, str]


@dataclass(frozen=True)
class Line:
    """What the carrier knows of the hotline's account.

    Addresses may carry a `#fragment` (the carrier's connection settings): it is neither signed nor
    sent. A fallback is tried when the address before it cannot be reached or gives no usable
    answer. `api_url` is where this carrier is, for the addresses of its recordings.
    `segments_a_second`: how fast texts leave, 1 from a usual number, 3 from a toll-free one, 100
    from a short code; None for at once. `number` is empty while the account has none; `service` is
    the messaging service that it is in, if any.
    """

    account_sid: str
    auth_token: str
    number: str
    sms_url: str
    sms_fallback_url: str = ""
    voice_url: str = ""
    voice_fallback_url: str = ""
    voice_status_url: str = ""
    api_url: str = "https://api.twilio.com"
    segments_a_second: float | None = None
    service: str = ""
    dialect: str = "twilio"  # a name in `variants`
    signing_key: str = ""  # of webhooks, where that is not the token

    @property
    def variant(self) -> Variant:
        return VARIANTS[self.dialect]


@dataclass
class Message:
    """One text on the carrier's books. `by` says whose words they are: see `delivery.py`.

    `validity`: how many seconds it may wait until it leaves.
    """

    sid: str
    sender: str
    to: str
    body: str
    direction: str
    by: str
    created: datetime
    status: str = "queued"
    error: int | None = None
    sent: datetime | None = None
    updated: datetime | None = None
    media: tuple[str, ...] = ()
    media_types: tuple[str, ...] = ()  # of one from a phone: what they call themselves
    service: str | None = None
    status_callback: str = ""
    validity: int = LONGEST_VALIDITY
    told: list[str] = field(default_factory=list)  # statuses that the hotline took note of
    segments: int = field(init=False)

    def __post_init__(self) -> None:
        self.segments = segments.count(self.body)


@dataclass(frozen=True)
class Text:
    """One text as the phones know it. `status` is how it ended, for good."""

    at: int
    phone: str
    name: str
    direction: str
    body: str
    status: str
    error: int | None
    sid: str
    segments: int
    media: tuple[str, ...]
    by: str
    when: str

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True)
class Refusal:
    """A request that the carrier turns down, with its code and its words."""

    code: int
    message: str
    status: int = 400

    def as_json(self) -> dict[str, object]:
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


REFUSALS: Mapping[int, str] = {
    13224: "The 'To' number is not valid to be called",
    20001: "A parameter has a value that is not allowed",
    20003: "Authenticate",
    20004: "Method not allowed",
    20005: "Account not active",
    20009: "The resource cannot be changed before it is complete",
    20404: "The requested resource was not found",
    20429: "Too Many Requests",
    21201: "A 'To' phone number is required",
    21205: "The 'Url' parameter is required, and must be a valid URL",
    21210: "The 'From' number is not verified for this account",
    21211: "The 'To' number is not a valid phone number",
    21212: "The 'From' number is not valid for this account",
    21213: "A 'From' phone number is required",
    21214: "The 'To' phone number cannot be reached",
    21215: "This account may not call that part of the world",
    21216: "This account may not call the 'To' number",
    21217: "The 'To' phone number does not appear to be valid",
    21220: "The call is not in progress: it cannot be redirected",
    21408: "This account may not text that part of the world",
    21602: "Message body is required",
    21603: "A 'From' phone number is required",
    21604: "A 'To' phone number is required",
    21606: "The 'From' phone number is not a number of this account",
    21609: "The 'StatusCallback' URL is not a valid URL",
    21610: "Attempt to send to unsubscribed recipient",
    21611: "This 'From' number has exceeded the maximum number of queued messages",
    21612: "The 'To' number cannot be reached from this 'From' number",
    21614: "The 'To' number cannot receive texts",
    21617: "The concatenated message body exceeds the 1600 character limit",
    21623: "The number of media files exceeds the limit of 10",
    21626: "A 'StatusCallbackEvent' is not known",
}
UNDELIVERED_WORDS: Mapping[int, str] = {
    30001: "Queue overflow",
    30003: "Unreachable destination handset",
    30004: "Message blocked",
    30005: "Unknown destination handset",
    30006: "Landline or unreachable carrier",
    30007: "Message filtered",
    30008: "Unknown error",
    30019: "Content size exceeds carrier limit",
    30036: "Validity Period Expired",
}


def refusal(code: int, status: int = 400) -> Refusal:
    """The refusal with the carrier's usual words for the code."""
    return Refusal(code, REFUSALS.get(code, f"Refused with {code}"), status)


def why_refused(form: Form, line: Line, phone: Phone) -> Refusal | None:
    """What is wrong with a create, or None. `phone` is the phone of the form's `To`."""
    code = _wrong_with_numbers(form, line, phone) or _wrong_with_words(form, line)
    return refusal(code) if code else None


def _wrong_with_numbers(form: Form, line: Line, phone: Phone) -> int | None:
    if not form.get("To"):
        return 21604
    if form.get("MessagingServiceSid") and not line.variant.has_services:
        return 20001
    if not form.get("From") and not form.get("MessagingServiceSid"):
        return 21603
    if readable_number(form["To"]) is None:
        return 21211
    if form.get("From") and not is_ours(form["From"], line):
        return magic.TEXT_FROM.get(form["From"], 21606)
    return why_not_to(phone)


def why_not_to(phone: Phone) -> int | None:
    """Why the carrier takes on no text to this phone."""
    if phone.opted_out:
        return 21610
    return magic.TEXT_TO.get(phone.number) or REFUSED.get(phone.state)


def is_ours(sender: str, line: Line) -> bool:
    return not {line.number, magic.OURS}.isdisjoint({sender, readable_number(sender)})


def _wrong_with_words(form: Form, line: Line) -> int | None:
    if not form.get("Body") and not any(form.getlist("MediaUrl")):
        return 21602
    if len(form.get("Body", "")) > LONGEST_BODY:
        return BODY_TOO_LONG
    if len(form.getlist("MediaUrl")) > MOST_FILES:
        return 21623
    if not _is_validity(form.get("ValidityPeriod", ""), line.variant.longest_validity):
        return 20001
    if form.get("StatusCallback") and not is_callback_address(form["StatusCallback"]):
        return NO_CALLBACK_ADDRESS
    return None


def _is_validity(seconds: str, longest: int) -> bool:
    is_number = bool(re.fullmatch(r"\d{1,5}", seconds))
    return not seconds or (is_number and 1 <= int(seconds) <= longest)


def is_callback_address(address: str) -> bool:
    """Whether the carrier would call it: http or https, and no underscore in the host."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        parts.port  # noqa: B018 - it raises for one that is none
        return parts.scheme in ("http", "https") and bool(host) and "_" not in host
    except ValueError:
        return False


def uri_of(line: Line, sid: str = "") -> str:
    """The path of one message, or of all of them."""
    messages = f"{line.variant.prefix}/{API_VERSION}/Accounts/{line.account_sid}/Messages"
    return f"{messages}/{sid}.json" if sid else f"{messages}.json"


def as_json(message: Message, line: Line) -> dict[str, object]:
    """The message in the carrier's published shape."""
    is_assigned = message.service is None or message.status != "accepted"
    uri = uri_of(line, message.sid)
    return {
        "account_sid": line.account_sid,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": rfc2822(message.created),
        "date_sent": rfc2822(message.sent),
        "date_updated": rfc2822(message.updated or message.created),
        "direction": message.direction,
        "error_code": message.error,
        "error_message": UNDELIVERED_WORDS.get(message.error or 0),
        "from": message.sender if is_assigned else None,
        "messaging_service_sid": message.service,
        "num_media": str(len(message.media)),
        "num_segments": str(message.segments) if is_assigned else "0",
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": uri.replace(".json", "/Media.json")},
        "to": message.to,
        "uri": uri,
    }


def account_json(line: Line, since: datetime) -> dict[str, object]:
    """The account, without its token."""
    uri = f"/{API_VERSION}/Accounts/{line.account_sid}"
    return {
        "auth_token": None,
        "date_created": rfc2822(since),
        "date_updated": rfc2822(since),
        "friendly_name": "Rehearsal",
        "owner_account_sid": line.account_sid,
        "sid": line.account_sid,
        "status": "active",
        "subresource_uris": {
            "calls": f"{uri}/Calls.json",
            "messages": f"{uri}/Messages.json",
            "recordings": f"{uri}/Recordings.json",
        },
        "type": "Full",
        "uri": f"{uri}.json",
    }


def rfc2822(moment: datetime | None) -> str | None:
    return format_datetime(moment.astimezone(UTC)) if moment else None


FILTERS = ("To", "From", "DateSent", "DateSent<", "DateSent>")


def chosen(messages: Sequence[Message], asked: Form) -> list[Message]:
    """The messages that a list request asks for, newest first. Raises ValueError."""
    is_sent_then = is_within(asked, "DateSent")
    to, sender = (number_asked_for(asked, name) for name in ("To", "From"))

    def is_wanted(message: Message) -> bool:
        return (
            to in (None, message.to)
            and sender in (None, message.sender)
            and is_sent_then(message.sent or message.created)
        )

    return [message for message in reversed(messages) if is_wanted(message)]


def number_asked_for(asked: Form, name: str) -> str | None:
    return readable_number(asked[name]) or asked[name] if asked.get(name) else None
