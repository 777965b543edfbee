"""What people do with their phones in calls: call, answer, press, speak, keep silent, hang up.

A deed returns when everything that follows from it at once has happened. Silence is one, too: a
call has a time of its own, which goes on by the seconds that are asked for, and nothing sleeps. A
wrong deed for the moment is a `ValueError` in words.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rehearsal import player
from rehearsal.calls import CarrierCall, Done, Ringing, fresh_sid
from rehearsal.exchange import Exchange
from rehearsal.meanwhile import NeverAnswers, Silence
from rehearsal.neighborhood import HIDDEN
from rehearsal.player import Fetch, Gathering, HeardSound, Listening, Passage
from rehearsal.recordings import seconds_of
from rehearsal.switchboard import (
    advance,
    cut_off,
    drop_legs,
    end,
    finish,
    given,
    keep,
    let_pass,
    pick_up,
    stop_recording,
    stop_waiting,
    wait_at,
)
from rehearsal.transcript import Answers, Calls, Declines, HangsUp, Presses, Speaks
from rehearsal.twiml import KEYS, Address


@asynccontextmanager
async def _deed(exchange: Exchange, call: CarrierCall) -> AsyncIterator[None]:
    """One deed at a time in a call and all that hangs on it."""
    with exchange.work.under_way():
        async with call.root.lock:
            yield


def _require(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise ValueError(otherwise)


def _do(exchange: Exchange, call: CarrierCall, deed: Done) -> None:
    """Let it be told, and seen in the call."""
    exchange.tell(deed)
    call.does(deed)


VOUCHED = "TN-Validation-Passed-A"


async def call_hotline(
    exchange: Exchange, who: str, sid: str | None = None, *, is_attested: bool = True
) -> CarrierCall:
    """Somebody calls: the call, when it waits for them or is over. `is_attested`: the carrier
    vouches that the number is theirs; of a hidden one it says nothing."""
    line = exchange.line
    _require(sid not in exchange.calls, "sid: there is such a call already")
    call = CarrierCall(
        sid=sid or fresh_sid("CA"),
        sender=who,
        to=line.number,
        phone=who,
        direction="inbound",
        created=exchange.now(),
        home=Address(line.voice_url),
        fallback=Address(line.voice_fallback_url),
        status_callback=Address(line.voice_status_url),
        status="ringing",
        attestation=VOUCHED if is_attested and who != HIDDEN else "",
    )
    exchange.keep_call(call)
    exchange.tell(Calls(0, who, is_hidden=who == HIDDEN))
    async with _deed(exchange, call):
        await advance(exchange, call, ([], Fetch(call.home)))
    return call


async def answer(exchange: Exchange, call: CarrierCall) -> None:
    async with _deed(exchange, call):
        _require(isinstance(call.halt, Ringing), "the phone does not ring")
        exchange.tell(Answers(0, call.phone))
        await pick_up(exchange, call)


async def decline(exchange: Exchange, call: CarrierCall) -> None:
    async with _deed(exchange, call):
        _require(isinstance(call.halt, Ringing), "the phone does not ring")
        exchange.tell(Declines(0, call.phone))
        await end(exchange, call, "busy")


async def hang_up(exchange: Exchange, call: CarrierCall) -> None:
    """Waits for nobody: the answer to what is being asked comes too late."""
    with exchange.work.under_way():
        _require(not call.is_over, "the call is over")
        exchange.tell(HangsUp(0, call.phone))
        await cut_off(exchange, call)


async def press(exchange: Exchange, call: CarrierCall, keys: str) -> None:
    """Press one key after the other; those for which nobody waits any more are lost."""
    _require(bool(keys) and not set(keys) - set(KEYS), f"keys must be some of {KEYS}")
    async with _deed(exchange, call):
        _require(isinstance(call.halt, Gathering | Listening), _nobody_waits(call, "keys"))
        _do(exchange, call, Presses(0, call.phone, keys))
        for key in keys:
            await _press(exchange, call, key)


async def _press(exchange: Exchange, call: CarrierCall, key: str) -> None:
    match call.halt:
        case Gathering() as at:
            await _go_on(exchange, call, at, player.pressed(call.document, at, key))
        case Listening() as at if key in at.record.finish_on_key:
            await stop_recording(exchange, call, at, key)


async def say(exchange: Exchange, call: CarrierCall, words: str) -> None:
    """Speak: into a recording, to a carrier that listens for words, or over a bridge."""
    _require(bool(words.strip()), "words: what is said?")
    async with _deed(exchange, call):
        _require(_is_listened_to(call), _nobody_waits(call, "words"))
        _do(exchange, call, Speaks(0, call.phone, words))
        match call.halt:
            case Listening() as at:
                await _record(exchange, call, player.said(at, words))
            case Gathering() as at if "speech" in at.gather.input:
                await _go_on(exchange, call, at, player.understood(call.document, at, words))
            case _ if call.bridge:
                call.bridge.hear([HeardSound("voice", words)])


def _is_listened_to(call: CarrierCall) -> bool:
    is_understood = isinstance(call.halt, Gathering) and "speech" in call.halt.gather.input
    is_kept = isinstance(call.halt, Listening)
    return is_kept or is_understood or (call.bridge is not None and not call.is_over)


async def speak(exchange: Exchange, call: CarrierCall, file: bytes) -> None:
    """Speak with a voice of one's own, a wav, into a recording."""
    seconds = seconds_of(file)
    async with _deed(exchange, call):
        if not isinstance(call.halt, Listening):
            raise ValueError(_nobody_waits(call, "words"))
        _do(exchange, call, Speaks(0, call.phone, player.A_VOICE))
        await _record(exchange, call, player.sounded(call.halt, file, seconds))


async def _record(exchange: Exchange, call: CarrierCall, at: Listening) -> None:
    wait_at(call, at)
    if call.timers["length"] <= 0:
        await stop_recording(exchange, call, at, "")


async def wait(
    exchange: Exchange, call: CarrierCall, seconds: float, *, is_told: bool = True
) -> None:
    """Be silent. What falls due in that time happens in its turn, at both ends of a bridge."""
    async with _deed(exchange, call):
        _require(not call.is_over, "the call is over")
        if is_told:
            _tell_of_silence(exchange, call, seconds)
        while seconds > 0 and not call.is_over:
            ends = [it for it in (call.root, *call.root.legs) if not it.is_over]
            due = [(left, it, name) for it in ends for name, left in it.timers.items()]
            left, first, name = min(due, key=lambda it: it[0], default=(seconds + 1, call, ""))
            for it in ends:
                let_pass(exchange, it, min(left, seconds))
            if left <= seconds:
                await _fall_due(exchange, first, name)
            seconds -= left


def _tell_of_silence(exchange: Exchange, call: CarrierCall, seconds: float) -> None:
    if isinstance(call.halt, Ringing):
        exchange.tell(NeverAnswers(call.phone))
    else:
        _do(exchange, call, Silence(seconds))


async def _fall_due(exchange: Exchange, call: CarrierCall, name: str) -> None:
    match name, call.halt:
        case "ring", _:
            await end(exchange, call, "no-answer")
        case "limit", _:
            await cut_off(exchange, call)
        case _, Gathering() as at:
            await _go_on(exchange, call, at, player.silent(call.document, at))
        case _, Listening() as at:
            await stop_recording(exchange, call, at, "")


async def _go_on(exchange: Exchange, call: CarrierCall, at: Gathering, passage: Passage) -> None:
    """From a Gather, which may still wait for more."""
    halt = passage[1]
    if isinstance(halt, Gathering) and halt.after == at.after:
        wait_at(call, halt)
        return
    stop_waiting(call)
    await advance(exchange, call, passage)


async def cancel(exchange: Exchange, call: CarrierCall) -> None:
    """Our side gives a call up that nobody has answered."""
    if not call.is_answered:
        await end(exchange, call, "canceled")


async def complete(exchange: Exchange, call: CarrierCall) -> None:
    """Our side ends a call, whatever it is at."""
    await cancel(exchange, call)
    if not call.is_over:
        await cut_off(exchange, call)


async def redirect(exchange: Exchange, call: CarrierCall, to: Address | str) -> None:
    """Our side wants something else carried out: what is at the address, or this TwiML."""
    call.begin_turn()
    async with call.root.lock:
        if call.is_over:
            return
        halt, call.halt, call.bridge = call.halt, None, None
        stop_waiting(call)
        await drop_legs(exchange, call)
        if isinstance(halt, Listening) and (recording := keep(exchange, call, halt)):
            finish(exchange, recording)
        passage = given(exchange, call, to) if isinstance(to, str) else ([], Fetch(to))
        await advance(exchange, call, passage)


def _nobody_waits(call: CarrierCall, what: str) -> str:
    return "the call is over" if call.is_over else f"nobody waits for {what} now"
