"""What the page shows: plain values for the templates, read off the carrier's memory.

Nothing is decided here and nothing changed. Words, numbers and names are escaped by the templates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from hotline import segments
from hotline.help_request import State
from hotline.rehearsal.calls import Call, waits_for
from hotline.rehearsal.exchange import Exchange, Text, Wire
from hotline.rehearsal.inside import Asked, Seen, Wave
from hotline.rehearsal.phones import Calls, Phone, PhoneState, readable_number
from hotline.rehearsal.player import Heard
from hotline.store.store import RosterEntry

SOUNDS_SHOWN = 60
TEXTS_SHOWN = 60  # on one phone; the others are on a page of their own
HIDDEN = "anonymous"


@dataclass(frozen=True, slots=True)
class Sound:
    """One thing heard. `at`: its place in the call. `language`: of the voice that says it."""

    at: int
    kind: str
    words: str
    language: str


@dataclass(frozen=True, slots=True)
class CallSeen:
    """A call as whoever has the phone sees it. `waits_for`: see `calls.waits_for`."""

    sid: str
    is_over: bool
    is_outbound: bool
    waits_for: str
    status: str
    seconds: int
    due_in: int | None
    sounds: tuple[Sound, ...]


@dataclass(frozen=True, slots=True)
class PhoneSeen:
    phone: Phone
    id: str
    name: str
    can_text: bool
    call: CallSeen | None


def anchor_of(number: str) -> str:
    """The phone's place on the page. Senders may be words with anything in them."""
    return "phone-" + re.sub(r"[^A-Za-z0-9]", "-", number.lstrip("+"))


def last_calls(exchange: Exchange) -> dict[str, Call]:
    """By phone the call that it is in, else the last one it was in."""
    found: dict[str, Call] = {}
    for call in exchange.calls.values():
        before = found.get(call.phone)
        if before is None or before.is_over or not call.is_over:
            found[call.phone] = call
    return found


def key_of(phone: Phone, call: Call | None) -> object:
    """What a phone's look depends on: while it is the same, so is the look."""
    if call is None:
        return phone
    return phone, call.sid, call.sounds, call.status, type(call.halt), len(call.recordings)


def phone_seen(phone: Phone, call: Call | None) -> PhoneSeen:
    return PhoneSeen(
        phone=phone,
        id=anchor_of(phone.number),
        name=phone.name or phone.number,
        can_text=phone.number != HIDDEN and phone.state is not PhoneState.LANDLINE,
        call=call_seen(call) if call else None,
    )


def call_seen(call: Call) -> CallSeen:
    due_in = min((left for name, left in call.timers.items() if name != "limit"), default=None)
    sounds = [_sound(at, it) for at, it in call.heard if it.kind != "pause"]
    return CallSeen(
        sid=call.sid,
        is_over=call.is_over,
        is_outbound=call.direction != "inbound",
        waits_for=waits_for(call),
        status=call.status,
        seconds=call.seconds(),
        due_in=None if due_in is None else max(round(due_in), 1),
        sounds=tuple(sounds[-SOUNDS_SHOWN:]),
    )


def _sound(at: int, sound: Heard) -> Sound:
    return Sound(at, sound.kind, sound.words, sound.language or "en")


def texts_of(exchange: Exchange, number: str) -> list[Text]:
    return [text for text in exchange.texts if text.phone == number]


def texts_by_phone(exchange: Exchange) -> dict[str, list[Text]]:
    found: dict[str, list[Text]] = {}
    for text in exchange.texts:
        found.setdefault(text.phone, []).append(text)
    return found


def is_lost(text: Text) -> bool:
    return text.direction == "to_phone" and text.status not in ("sent", "delivered")


def ticks_of(text: Text) -> str:
    """As messengers show it: sent, delivered, or neither."""
    if text.direction != "to_phone":
        return ""
    return {"sent": "✓", "delivered": "✓✓"}.get(text.status, "")


WHY_LOST: Mapping[int, str] = {
    30003: "the phone was off",
    30004: "the phone blocks it",
    30005: "no such number",
    30006: "a landline gets no texts",
    30007: "filtered as spam",
    30008: "lost, nobody knows why",
    30036: "it left too late",
    12300: "the picture could not be fetched",
}


def caption_of(text: Text, zone: ZoneInfo) -> str:
    """The few words under a bubble: when, how it ended, what it cost."""
    parts = [f"{datetime.fromisoformat(text.when).astimezone(zone):%H:%M}"]
    if is_lost(text):
        parts.append(WHY_LOST.get(text.error or 0, text.status) + f" ({text.error})")
    if text.by == "carrier":
        parts.append("from the carrier")
    if text.segments > 1:
        parts.append(f"{text.segments} segments")
    return " · ".join(parts)


def picture_of(address: str, own: str) -> str:
    """Where the page finds a picture that came with a text."""
    if "/Media/" in address:
        return f"/picture/{address.rpartition('/')[2]}"
    return address.removeprefix(own) if address.startswith(f"{own}/") else ""


PHONE_STATES: Mapping[PhoneState, str] = {
    PhoneState.ON: "on",
    PhoneState.OFF: "off",
    PhoneState.LANDLINE: "a landline",
    PhoneState.UNCONFIRMED: "on, but delivery is never confirmed",
    PhoneState.LOST: "losing texts",
    PhoneState.BLOCKED: "blocking us",
    PhoneState.UNKNOWN: "out of service",
    PhoneState.FILTERED: "behind a spam filter",
    PhoneState.NOWHERE: "no real number",
    PhoneState.TABLET: "a tablet without texts",
}
PHONE_CALLS: Mapping[Calls, str] = {
    Calls.RINGS: "rings",
    Calls.MACHINE: "goes to an answering machine",
    Calls.BUSY: "is busy",
    Calls.NO_ANSWER: "is never answered",
    Calls.UNREACHABLE: "cannot be reached",
}


@dataclass(frozen=True, slots=True)
class TroubleKind:
    kind: str
    title: str
    about: str
    seconds: float = 1


TROUBLES = (
    TroubleKind("slow", "The carrier is slow", "each text is taken after five seconds", 5),
    TroubleKind("busy", "Too many requests", "the carrier answers 429: not taken, try later"),
    TroubleKind("broken", "The carrier is broken", "500, and nothing was taken"),
    TroubleKind("silent_taken", "Taken without an answer", "the line drops; the text goes out"),
    TroubleKind("silent_lost", "Lost without an answer", "the line drops; nothing was taken"),
    TroubleKind("callbacks_twice", "Told twice", "each delivery is reported two times"),
    TroubleKind("callbacks_backwards", "Told backwards", "delivered comes before sent"),
    TroubleKind("no_callbacks", "Told nothing", "no delivery is ever reported"),
    TroubleKind("forged", "Somebody forges a webhook", "signed wrongly first: it must be refused"),
    TroubleKind("account_refused", "Our account is dropped", "401 until it is ended"),
)


RATES: Mapping[str, str] = {
    "": "at once",
    "1": "1 segment a second, as a local number",
    "3": "3 a second, as a toll-free number",
}


def rate_name(rate: float | None) -> str:
    """Its key in RATES, or in the words of whoever set it elsewhere."""
    return f"{rate:g}" if rate else ""


# The hotline's inside.


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a request's history. `kind` names its mark."""

    when: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class RequestSeen:
    number: int
    id: str
    state: str
    title: str
    requester: str
    quotes: tuple[str, ...]
    lines: tuple[Line, ...]
    next: str


STATES: Mapping[State, str] = {
    State.OPEN: "looking",
    State.TAKEN: "taken",
    State.DONE: "done",
    State.WITHDRAWN: "withdrawn",
}
ANSWERS: Mapping[str, str] = {
    "asked": "",
    "accepted": "said YES",
    "passed": "said NO",
    "covered": "",
    "unreached": "not reached",
    "shown": "",
}
EVENTS: Mapping[str, str] = {
    "handed_back": "Handed back: others are asked",
    "let_go": "The taker stayed silent: others are asked",
    "not_yet": "Not done yet, says who asked",
}


def request_seen(
    it: Seen, labels: Mapping[str, str], name_of: Callable[[str], str], now: datetime
) -> RequestSeen:
    """`now`: in the time zone of the neighborhood."""
    request, requester = it.request, name_of(it.requester)
    what = ", ".join(labels.get(need, need) for need in request.needs) or "something"
    lines = [(request.since, "asked", f"{requester} asked")]
    lines += [(wave.at, "wave", _wave_words(wave)) for wave in it.waves]
    lines += [(at, "back", EVENTS[what]) for at, what in it.events if what in EVENTS]
    told = sorted(lines, key=lambda line: line[0])
    return RequestSeen(
        number=request.number,
        id=f"request-{request.number}",
        state=STATES[request.state],
        title=f"{what} in {request.area}" if request.area else what,
        requester=requester,
        quotes=it.words,
        lines=tuple(Line(_clock(at, now), kind, words) for at, kind, words in told) + _end(it),
        next=_next(it, now),
    )


def _wave_words(wave: Wave) -> str:
    return "Asked " + ", ".join(_asked(it) for it in wave.asked)


def _asked(it: Asked) -> str:
    answer = ANSWERS.get(it.state, it.state)
    note = f" “{it.note}”" if it.note and it.state == "accepted" else ""
    return f"{it.name} ({answer}{note})" if answer else it.name


def _end(it: Seen) -> tuple[Line, ...]:
    who = " and ".join(it.takers)
    match it.request.state:
        case State.TAKEN:
            return (Line("", "taken", f"{who} {'has' if len(it.takers) == 1 else 'have'} it"),)
        case State.DONE:
            return (Line("", "taken", f"{who} had it"), Line("", "done", "Done"))
        case State.WITHDRAWN:
            return (Line("", "withdrawn", "No longer needed"),)
    if it.takers:
        return (Line("", "taken", f"{who} said yes; {it.request.people} are needed"),)
    return ()


def _next(it: Seen, now: datetime) -> str:
    request = it.request
    if request.state is State.OPEN and request.due:
        return f"asks on at {_clock(request.due, now)}"
    if request.state is State.TAKEN and request.due:
        return f"asks how it stands at {_clock(request.due, now)}"
    return ""


def _clock(moment: datetime, now: datetime) -> str:
    """The time, and the day if it is another."""
    local = moment.astimezone(now.tzinfo)
    return f"{local:%H:%M}" if local.date() == now.date() else f"{local:%a %H:%M}"


# Texts, and what they cost.


@dataclass(frozen=True, slots=True)
class Costs:
    """Texts that left the hotline, and their segments; `wide`: texts of 70 letters a segment."""

    texts: int
    segments: int
    wide: int
    lost: int
    received: int
    calls: int


def costs(exchange: Exchange) -> Costs:
    ours = [it for it in exchange.texts if it.by in ("api", "reply")]
    return Costs(
        texts=len(ours),
        segments=sum(it.segments for it in ours),
        wide=sum(not segments.is_gsm7(it.body) for it in ours),
        lost=sum(is_lost(it) for it in ours),
        received=sum(it.direction == "from_phone" for it in exchange.texts),
        calls=len(exchange.calls),
    )


# The log.


@dataclass(frozen=True, slots=True)
class LogLine:
    id: str
    when: str
    kind: str
    title: str
    verdict: str
    is_wrong: bool
    facts: tuple[tuple[str, str], ...]
    answer: str


KINDS: Mapping[str, str] = {
    "webhook": "to the hotline",
    "step": "to the hotline",
    "callback": "to the hotline",
    "api": "from the hotline",
    "debugger": "debugger",
}


NOTHING = Wire("", "")


def log_line(entry: Mapping[str, object], zone: ZoneInfo, wire: Wire | None = None) -> LogLine:
    """One line of the carrier's log, in words, and what went over the wire."""
    wire = wire or NOTHING
    kind, status = str(entry["kind"]), entry.get("status")
    rest = {k: v for k, v in entry.items() if k not in ("when", "kind", "at", "path", "status")}
    when = datetime.fromisoformat(str(entry["when"])).astimezone(zone)
    return LogLine(
        id=f"log-{entry['at']}",
        when=f"{when:%H:%M:%S}",
        kind=kind,
        title=f"{entry.get('method', 'POST')} {_short(entry['path'])}" if "path" in entry else kind,
        verdict=_verdict(kind, status, entry),
        is_wrong=_is_wrong(kind, status, entry),
        facts=(
            *((name, _plain(value)) for name, value in rest.items() if value is not None),
            *((("X-Twilio-Signature", wire.signature),) if wire.signature else ()),
            *((name, value) for name, value in parse_qsl(wire.sent) if value),
        ),
        answer=wire.answer,
    )


def _is_wrong(kind: str, status: object, entry: Mapping[str, object]) -> bool:
    if entry.get("signature") == "wrong":
        return status != 403
    return kind == "debugger" or not isinstance(status, int) or not 200 <= status < 300


def _short(path: object) -> str:
    """Without what stands in every address of the API."""
    return re.sub(r"^/2010-04-01/Accounts/\w+", "…", str(path))


def _verdict(kind: str, status: object, entry: Mapping[str, object]) -> str:
    if kind == "debugger":
        return f"error {entry.get('code')}"
    if kind == "api":
        return "401, wrong account or token" if status == 401 else f"account checked, {status}"
    if status == 403:
        return "403, signature refused"
    if entry.get("signature") == "wrong":
        return f"wrong signature, and yet {status}"
    return f"signature accepted, {status}" if status else "no answer"


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# Small things.


def about_volunteer(entry: RosterEntry) -> str:
    """What somebody on the roster does, and where."""
    needs = ", ".join(entry.needs) or "anything"
    areas = ", ".join(entry.areas) or "everywhere"
    return f"volunteer: {needs}; {areas}" + ("; is called" if entry.reach == "voice" else "")


def free_number(taken: Sequence[str]) -> str:
    """A number for somebody new, of those that are kept for fiction."""
    numbers = (f"+1212555{number:04}" for number in range(101, 200))
    return next((it for it in numbers if it not in taken), "")


def is_unanswered(log: Sequence[Mapping[str, object]]) -> bool:
    """Whether the carrier could do nothing with the hotline's last answer to a text."""
    turns = [line for line in log if line["kind"] == "webhook" or line.get("about") == "text"]
    return bool(turns) and turns[-1]["kind"] == "debugger"


def sender_of(written: str, exchange: Exchange) -> str | None:
    """The number that was typed, or whoever is on the page already: a short code, or a name."""
    known = {phone.number for phone in exchange.known()}
    return written if written in known else readable_number(written)
