"""The carrier's calls: what one is, the checks of a create, and the shapes it is shown in.

Plain values and plain functions. What is carried out in a call is in `player.py`, when things
happen is in `switchboard.py`.
"""

import asyncio
import re
import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from math import ceil
from urllib.parse import urldefrag

from rehearsal import magic
from rehearsal.lists import is_within
from rehearsal.meanwhile import Silence
from rehearsal.messages import (
    API_VERSION,
    LONG_AGO,
    Form,
    Line,
    Refusal,
    is_callback_address,
    is_ours,
    number_asked_for,
    refusal,
    rfc2822,
)
from rehearsal.phones import Phone, PhoneState, readable_number
from rehearsal.player import EMPTY, Fetch, Gathering, Halt, HeardSound, Listening, PlayedDocument
from rehearsal.transcript import Presses, Speaks
from rehearsal.twiml import EVENTS, LONGEST_TALK, NOWHERE, Address

OVER = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
HEARD_KEPT = 500
LONGEST_TWIML = 4000
NOT_CALLED: dict[PhoneState, int] = {
    PhoneState.NOWHERE: 21211,
    PhoneState.TABLET: 21214,
    PhoneState.UNKNOWN: 13224,
    PhoneState.BLOCKED: 21216,
}


@dataclass(frozen=True, slots=True)
class Ringing:
    """Waits for somebody to answer the phone."""


@dataclass(frozen=True, slots=True)
class Talking:
    """The callee's end of a bridge."""


Done = Presses | Speaks | Silence
"""What somebody does in a call that goes on."""


@dataclass(eq=False)
class CarrierCall:
    """One call on the carrier's books: one phone, and the carrier.

    `phone`: whose phone it is, the end that is not ours. `sender`: what a callee sees. `moment`:
    the call's own time where it is ahead of the clock, for silences take no time here. `timers`:
    seconds until what it waits for comes to nothing. `heard` and `done` have one numbering, so that
    what was done stands where it was. `turn` grows when something new begins in
    it, so that an answer to what came before is left aside.
    """

    sid: str
    sender: str
    to: str
    phone: str
    direction: str
    created: datetime
    home: Address = NOWHERE
    twiml: str = ""
    fallback: Address = NOWHERE
    status_callback: Address = NOWHERE
    events: frozenset[str] = frozenset({"completed"})
    detection: str = ""
    ring_seconds: float = 60
    talk_seconds: float = LONGEST_TALK
    parent: "CarrierCall | None" = None
    status: str = "queued"
    answered_by: str | None = None
    is_machine: bool = False
    started: datetime | None = None
    ended: datetime | None = None
    moment: datetime = LONG_AGO
    url: str = ""
    document: PlayedDocument = EMPTY
    halt: Halt | Ringing | Talking | None = None
    timers: dict[str, float] = field(default_factory=dict)
    turn: int = 0
    legs: "list[CarrierCall]" = field(default_factory=list)  # whom the last Dial called
    bridge: "CarrierCall | None" = None
    was_bridged: bool = False
    heard: deque[tuple[int, HeardSound]] = field(default_factory=lambda: deque(maxlen=HEARD_KEPT))
    done: deque[tuple[int, Done]] = field(default_factory=lambda: deque(maxlen=HEARD_KEPT))
    moments: int = 0
    overheard: Callable[[HeardSound], None] = lambda _: None  # who is told of each sound
    recordings: list[str] = field(default_factory=list)
    attestation: str = ""  # what the carrier says of the caller's number, as StirVerstat
    trouble: str | None = None  # what befalls its callbacks, once it is known
    late: float = 0.0
    kept_back: list[tuple[Address, Mapping[str, str]]] = field(default_factory=list)
    sequence: int = 0
    told: list[str] = field(default_factory=list)  # statuses that the hotline took note of
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    telling: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_over(self) -> bool:
        return self.status in OVER

    @property
    def is_answered(self) -> bool:
        return self.started is not None

    @property
    def root(self) -> "CarrierCall":
        return self.parent.root if self.parent else self

    def hear(self, sounds: Sequence[HeardSound]) -> None:
        for sound in sounds:
            self.moments += 1
            self.heard.append((self.moments, sound))
            self.overheard(sound)

    def does(self, deed: Done) -> None:
        self.moments += 1
        self.done.append((self.moments, deed))

    def begin_turn(self) -> int:
        self.turn += 1
        return self.turn

    def seconds(self) -> int:
        """How long they talked; at least one second if they did at all."""
        if self.started is None or self.ended is None:
            return 0
        return max(round((self.ended - self.started).total_seconds()), 1)


def fresh_sid(prefix: str) -> str:
    return prefix + secrets.token_hex(16)


def waits_for(call: CarrierCall) -> str:
    """Whom or what the call waits for: answer, keys, words, bridge, webhook; nothing when over."""
    match call.halt:
        case Ringing():
            return "answer"
        case Gathering(gather):
            return "keys" if "dtmf" in gather.input else "words"
        case Listening():
            return "words"
        case Fetch():
            return "webhook"
        case None:
            return "" if call.is_over else "webhook"
    return "bridge"


# What a create asks for.


def why_not_called(form: Form, line: Line, phone: Phone) -> Refusal | None:
    """What is wrong with a create, or None. `phone` is the phone of the form's `To`."""
    code = _wrong_with_numbers(form, line, phone) or _wrong_with_document(form)
    code = code or _wrong_with_the_rest(form)
    return refusal(code) if code else None


def _wrong_with_numbers(form: Form, line: Line, phone: Phone) -> int | None:
    if not form.get("To"):
        return 21201
    if not form.get("From"):
        return 21213
    if readable_number(form["To"]) is None:
        return 21211
    if not is_ours(form["From"], line):
        return magic.CALL_FROM.get(form["From"], 21210)
    return magic.CALL_TO.get(phone.number) or NOT_CALLED.get(phone.state)


def _wrong_with_document(form: Form) -> int | None:
    url, twiml = form.get("Url", ""), form.get("Twiml", "")
    if not url and not twiml:
        return 21205
    if url and not is_callback_address(urldefrag(url).url):
        return 21205
    return 20001 if len(twiml) > LONGEST_TWIML else None


def _wrong_with_the_rest(form: Form) -> int | None:
    if form.get("StatusCallback") and not is_callback_address(form["StatusCallback"]):
        return 21609
    if set(form.getlist("StatusCallbackEvent")) - set(EVENTS):
        return 21626
    methods = (form.get(name, "POST") for name in form if name.endswith("Method"))
    is_right = (
        all(it in ("GET", "POST") for it in methods)
        and form.get("MachineDetection", "") in ("", "Enable", "DetectMessageEnd")
        and _is_within(form.get("Timeout", ""), 600)
        and _is_within(form.get("TimeLimit", ""), 86_400)
    )
    return None if is_right else 20001


def _is_within(seconds: str, most: int) -> bool:
    return not seconds or (bool(re.fullmatch(r"\d{1,5}", seconds)) and 1 <= int(seconds) <= most)


def call_from(form: Form, line: Line, now: datetime) -> CarrierCall:
    """The call that a create asks for, which nothing is wrong with."""
    to = readable_number(form["To"]) or ""
    callback = Address(form.get("StatusCallback", ""), form.get("StatusCallbackMethod", "POST"))
    return CarrierCall(
        sid=fresh_sid("CA"),
        sender=readable_number(form["From"]) or line.number,
        to=to,
        phone=to,
        direction="outbound-api",
        created=now,
        home=Address(form.get("Url", ""), form.get("Method", "POST")),
        twiml="" if form.get("Url") else form.get("Twiml", ""),
        fallback=Address(form.get("FallbackUrl", ""), form.get("FallbackMethod", "POST")),
        status_callback=callback,
        events=frozenset(form.getlist("StatusCallbackEvent") or ["completed"]),
        detection=form.get("MachineDetection", ""),
        ring_seconds=float(form.get("Timeout") or 60),
        talk_seconds=float(form.get("TimeLimit") or LONGEST_TALK),
    )


# As the REST API shows them.

FILTERS = (
    *("To", "From", "ParentCallSid", "Status"),
    *(f"{name}{sign}" for name in ("StartTime", "EndTime") for sign in ("", "<", ">")),
)
SUBRESOURCES = (
    *("events", "notifications", "payments", "recordings", "siprec", "streams"),
    *("transcriptions", "user_defined_messages", "user_defined_message_subscriptions"),
)


def chosen_calls(calls: Sequence[CarrierCall], asked: Form) -> list[CarrierCall]:
    """The calls that a list request asks for, newest first. Raises ValueError."""
    began_then, ended_then = is_within(asked, "StartTime"), is_within(asked, "EndTime")
    to, sender = (number_asked_for(asked, name) for name in ("To", "From"))
    status, parent = asked.get("Status") or None, asked.get("ParentCallSid") or None

    def is_wanted(call: CarrierCall) -> bool:
        return (
            to in (None, call.to)
            and sender in (None, call.sender)
            and status in (None, call.status)
            and (parent is None or (call.parent is not None and call.parent.sid == parent))
            and began_then(call.started or call.created)
            and ended_then(call.ended)
        )

    return [call for call in reversed(calls) if is_wanted(call)]


def calls_uri(line: Line, sid: str = "") -> str:
    """The path of one call, or of all of them."""
    calls = f"/{API_VERSION}/Accounts/{line.account_sid}/Calls"
    return f"{calls}/{sid}.json" if sid else f"{calls}.json"


def call_json(call: CarrierCall, line: Line) -> dict[str, object]:
    """The call in the carrier's published shape."""
    uri = calls_uri(line, call.sid)
    parts = {it: "".join(word.capitalize() for word in it.split("_")) for it in SUBRESOURCES}
    return {
        "account_sid": line.account_sid,
        "answered_by": call.answered_by,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": rfc2822(call.created),
        "date_updated": rfc2822(call.ended or call.started or call.created),
        "direction": call.direction,
        "duration": str(call.seconds()) if call.ended and call.started else None,
        "end_time": rfc2822(call.ended),
        "forwarded_from": None,
        "from": call.sender,
        "from_formatted": _formatted(call.sender),
        "group_sid": None,
        "parent_call_sid": call.parent.sid if call.parent else None,
        "phone_number_sid": "PN" + line.account_sid[2:],
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": call.sid,
        "start_time": rfc2822(call.started or call.created),
        "status": call.status,
        "subresource_uris": {
            it: uri.replace(".json", f"/{part}.json") for it, part in parts.items()
        },
        "to": call.to,
        "to_formatted": _formatted(call.to),
        "trunk_sid": None,
        "uri": uri,
    }


def _formatted(number: str) -> str:
    found = re.fullmatch(r"\+1(\d{3})(\d{3})(\d{4})", number)
    return f"({found[1]}) {found[2]}-{found[3]}" if found else number


def billed_minutes(call: CarrierCall) -> int:
    return ceil(call.seconds() / 60)


# As the rehearsal's own addresses show them.


def seen_json(call: CarrierCall, phone_of: Callable[[str], Phone]) -> dict[str, object]:
    """The call as the person with the phone has it."""
    return {
        "sid": call.sid,
        "phone": call.phone,
        "name": phone_of(call.phone).name,
        "from": call.sender,
        "to": call.to,
        "direction": call.direction,
        "status": call.status,
        "parent": call.parent.sid if call.parent else None,
        "answered_by": call.answered_by,
        "waits_for": waits_for(call),
        "due_in": min(
            (left for name, left in call.timers.items() if name != "limit"), default=None
        ),
        "heard": [{"at": at, **asdict(sound)} for at, sound in call.heard],
        "recordings": list(call.recordings),
        "url": call.url,
    }
