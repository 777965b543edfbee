"""What the page shows: plain values for the templates, read off the carrier's memory.

Nothing is decided here and nothing changed. Words, numbers and names are escaped by the templates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from hotline.store.roster import RosterEntry
from rehearsal.calls import CarrierCall, Done, waits_for
from rehearsal.exchange import Exchange
from rehearsal.meanwhile import Silence, words_of
from rehearsal.messages import Text
from rehearsal.neighborhood import HIDDEN
from rehearsal.phones import Phone, PhoneState, WhenCalled, readable_number
from rehearsal.player import HeardSound, Listening
from rehearsal.transcript import Presses, Speaks

SOUNDS_SHOWN = 60
TEXTS_SHOWN = 60  # on one phone; the others are on a page of their own


@dataclass(frozen=True, slots=True)
class Sound:
    """One thing heard, or done by whoever has the phone. `at`: its place in the call. `language`:
    of the voice that says it. `kind`: a sound's, or keys, words, silence for what was done."""

    at: int
    kind: str
    words: str
    language: str = "en"


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
    has_spoken: bool  # into the recording that goes on


@dataclass(frozen=True, slots=True)
class PhoneSeen:
    phone: Phone
    id: str
    name: str
    can_text: bool
    call: CallSeen | None

    @property
    def rings(self) -> bool:
        return self.call is not None and self.call.waits_for == "answer"


def anchor_of(number: str) -> str:
    """The phone's place on the page. Senders may be words with anything in them."""
    return "phone-" + re.sub(r"[^A-Za-z0-9]", "-", number.lstrip("+"))


def last_calls(exchange: Exchange) -> dict[str, CarrierCall]:
    """By phone the call that it is in, else the last one it was in."""
    found: dict[str, CarrierCall] = {}
    for call in exchange.calls.values():
        before = found.get(call.phone)
        if before is None or before.is_over or not call.is_over:
            found[call.phone] = call
    return found


Key = tuple[Phone, object]
"""What a phone's look depends on: while it is the same, so is the look."""


def key_of(phone: Phone, call: CarrierCall | None) -> Key:
    if call is None:
        return phone, None
    return phone, (call.sid, call.moments, call.status, type(call.halt), len(call.recordings))


def phone_seen(phone: Phone, call: CarrierCall | None) -> PhoneSeen:
    return PhoneSeen(
        phone=phone,
        id=anchor_of(phone.number),
        name=phone.name or phone.number,
        can_text=phone.number != HIDDEN and phone.state is not PhoneState.LANDLINE,
        call=call_seen(call) if call else None,
    )


def call_seen(call: CarrierCall) -> CallSeen:
    due_in = min((left for name, left in call.timers.items() if name != "limit"), default=None)
    return CallSeen(
        sid=call.sid,
        is_over=call.is_over,
        is_outbound=call.direction != "inbound",
        waits_for=waits_for(call),
        status=call.status,
        seconds=call.seconds(),
        due_in=None if due_in is None else max(round(due_in), 1),
        sounds=tuple(_sounds(call)[-SOUNDS_SHOWN:]),
        has_spoken=isinstance(call.halt, Listening) and bool(call.halt.words),
    )


def _sounds(call: CarrierCall) -> list[Sound]:
    """What was heard and done, in its order; keys pressed one after the other are one line."""
    heard = [_sound(at, it) for at, it in call.heard if it.kind != "pause"]
    shown: list[Sound] = []
    for it in sorted([*heard, *(_done(at, deed) for at, deed in call.done)], key=lambda it: it.at):
        if it.kind == "keys" and shown and shown[-1].kind == "keys":
            shown[-1] = replace(shown[-1], words=shown[-1].words + it.words)
        else:
            shown.append(it)
    return shown


def _sound(at: int, sound: HeardSound) -> Sound:
    return Sound(at, sound.kind, sound.words, sound.language or "en")


def _done(at: int, deed: Done) -> Sound:
    match deed:
        case Presses(_, _, keys):
            return Sound(at, "keys", keys)
        case Speaks(_, _, words):
            return Sound(at, "words", words)
        case Silence():
            return Sound(at, "silence", words_of(deed))


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
    12300: "what goes with it could not be fetched",
    30019: "what goes with it is too big",
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
PHONE_CALLS: Mapping[WhenCalled, str] = {
    WhenCalled.RINGS: "rings",
    WhenCalled.MACHINE: "goes to an answering machine",
    WhenCalled.BUSY: "is busy",
    WhenCalled.NO_ANSWER: "is never answered",
    WhenCalled.UNREACHABLE: "cannot be reached",
}


@dataclass(frozen=True, slots=True)
class TroubleKind:
    kind: str
    title: str
    about: str
    seconds: float = 1
    lasts: bool = False  # until it is ended, however often was chosen


TROUBLES = (
    TroubleKind("slow", "The carrier is slow", "each text is taken after five seconds", 5),
    TroubleKind("busy", "Too many requests", "the carrier answers 429: not taken, try later"),
    TroubleKind("broken", "The carrier is broken", "500, and nothing was taken"),
    TroubleKind("silent_taken", "Taken without an answer", "the line drops; the text goes out"),
    TroubleKind("silent_lost", "Lost without an answer", "the line drops; nothing was taken"),
    TroubleKind("callbacks_twice", "Told twice", "each delivery is reported two times"),
    TroubleKind("callbacks_backwards", "Told backwards", "delivered comes before sent"),
    TroubleKind("no_callbacks", "Told nothing", "no delivery is ever reported"),
    TroubleKind("files_broken", "Pictures cannot be fetched", "500 where they are kept"),
    TroubleKind("forged", "Somebody forges a webhook", "signed wrongly first: it must be refused"),
    TroubleKind("account_refused", "Our account is dropped", "401 until it is ended", lasts=True),
)


FOREVER = 1_000_000  # times
A_FEW = 1000  # more than these are not counted down

RATES: Mapping[str, str] = {
    "": "at once",
    "1": "1 segment a second, as a local number",
    "3": "3 a second, as a toll-free number",
}


def rate_name(rate: float | None) -> str:
    """Its key in RATES, or in the words of whoever set it elsewhere."""
    return f"{rate:g}" if rate else ""


def about_volunteer(entry: RosterEntry) -> str:
    """What somebody on the roster does, and where."""
    needs = ", ".join(entry.needs) or "anything"
    areas = ", ".join(entry.areas) or "everywhere"
    return f"volunteer: {needs}; {areas}" + ("; is called" if entry.reach == "voice" else "")


def free_number(taken: Sequence[str]) -> str:
    """A number for somebody new, of those that are kept for fiction."""
    numbers = (f"+1212555{number:04}" for number in range(101, 200))
    return next((it for it in numbers if it not in taken), "")


def sender_of(written: str, exchange: Exchange) -> str | None:
    """The number that was typed, or whoever is on the page already: a short code, or a name."""
    known = {phone.number for phone in exchange.known()}
    return written if written in known else readable_number(written)
