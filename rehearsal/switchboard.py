"""Calls under way: how they begin, go on and end. What people do in them is in `deeds.py`.

Each function returns when everything that follows at once has happened: the hotline was asked, and
what it answered is carried out up to where the call waits for somebody, or is over. Nothing here
sleeps; only a phone that rings in vain stops by the clock as well, for whoever does not know of
it. The real carrier begins one call a second and queues the others; this one begins each at once.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from rehearsal import player, recordings
from rehearsal.call_webhooks import (
    ask_in_vain,
    fetch,
    tell_recording,
    tell_rest,
    tell_status,
    tell_transcript,
)
from rehearsal.calls import CarrierCall, Ringing, Talking, fresh_sid
from rehearsal.exchange import Exchange
from rehearsal.meanwhile import NeverAnswers
from rehearsal.phones import WhenCalled, readable_number
from rehearsal.player import (
    Dialing,
    End,
    Fetch,
    Gathering,
    Halt,
    HeardSound,
    Listening,
    Passage,
    PlayedDocument,
)
from rehearsal.recordings import Recording
from rehearsal.transcript import Rings
from rehearsal.twiml import Address, BadTwiml, Number, read

SORRY = HeardSound("error", "We are sorry, an application error has occurred. Goodbye.")
GREETING = HeardSound("voice", "Please leave a message after the tone.")
LONGEST_WALK = 300  # halts in a row that wait for nobody
MACHINE_SECONDS = 120.0  # what fits on an answering machine
NO_CALLER_ID, NO_NUMBER, TOO_MANY_STEPS = 13214, 13224, 11200


# How they begin.


def place(exchange: Exchange, call: CarrierCall) -> None:
    """Take a call to a phone on; it goes its way in the background."""
    exchange.keep_call(call)
    exchange.work.start(_place(exchange, call))


async def _place(exchange: Exchange, call: CarrierCall) -> None:
    async with call.lock:
        if not call.is_over:
            await _reach(exchange, call)


async def _reach(exchange: Exchange, call: CarrierCall) -> None:
    """Let the phone ring, or whatever else it does."""
    tell_status(exchange, call, "initiated")
    match exchange.phone(call.to).when_called():
        case WhenCalled.UNREACHABLE:
            await end(exchange, call, "failed")
        case WhenCalled.BUSY:
            await end(exchange, call, "busy")
        case way:
            call.status, call.halt = "ringing", Ringing()
            call.timers = {"ring": call.ring_seconds}
            tell_status(exchange, call, "ringing")
            if way is WhenCalled.NO_ANSWER:
                await end(exchange, call, "no-answer")
            elif way is WhenCalled.MACHINE:
                call.is_machine = True
                await pick_up(exchange, call)
            else:
                exchange.tell(Rings(0, call.phone))


async def stop_ringing(exchange: Exchange) -> None:
    """Give up on the phones that have rung for long enough by the clock."""
    for call in list(exchange.calls.values()):
        until = call.created + timedelta(seconds=call.ring_seconds)
        if isinstance(call.halt, Ringing) and exchange.now() >= until:
            with exchange.work.under_way():
                exchange.tell(NeverAnswers(call.phone))
                await end(exchange, call, "no-answer")


async def pick_up(exchange: Exchange, call: CarrierCall) -> None:
    """Whoever picks up first is the one; the other phones stop ringing."""
    _be_answered(exchange, call)
    tell_status(exchange, call, "answered")
    if call.parent:
        for leg in call.parent.legs:
            if not leg.is_answered:
                await end(exchange, leg, "canceled")
    if call.parent and not call.home.url:
        _connect(call)
    elif call.twiml:
        await advance(exchange, call, given(exchange, call, call.twiml))
    else:
        fields = {"AnsweredBy": call.answered_by} if call.answered_by else {}
        await advance(exchange, call, ([], Fetch(call.home, fields)))


def _be_answered(exchange: Exchange, call: CarrierCall) -> None:
    call.status, call.started = "in-progress", time_in(exchange, call)
    call.timers = {"limit": call.talk_seconds}
    if call.detection:
        machine = "machine_start" if call.detection == "Enable" else "machine_end_beep"
        call.answered_by = machine if call.is_machine else "human"


def given(exchange: Exchange, call: CarrierCall, twiml: str) -> Passage:
    """What came with the request itself."""
    try:
        call.document = PlayedDocument(call.url, read(twiml))
    except BadTwiml as error:
        exchange.note("debugger", code=error.code, about="call", sid=call.sid)
        return [SORRY], End("hangup")
    return player.walk(call.document)


# How they go on.


async def advance(exchange: Exchange, call: CarrierCall, passage: Passage) -> None:
    """Carry out what comes next, until the call waits for somebody or is over."""
    turn = call.begin_turn()
    for _ in range(LONGEST_WALK):
        heard, halt = passage
        call.hear(heard)
        call.halt = halt
        match halt:
            case Fetch():
                document = await fetch(exchange, call, halt)
                if call.turn != turn:
                    return
                passage = _begin(exchange, call, halt, document)
            case Gathering() | Listening() if call.is_machine:
                passage = _leave_to_machine(exchange, call, halt)
            case _:
                await _come_to(exchange, call, halt)
                return
    exchange.note("debugger", code=TOO_MANY_STEPS, about="call", sid=call.sid)
    call.hear([SORRY])
    await end(exchange, call, "completed")


def _begin(
    exchange: Exchange, call: CarrierCall, asked: Fetch, document: PlayedDocument | None
) -> Passage:
    """The first document is what answers a call, unless it begins with Reject."""
    passage: Passage = player.walk(document) if document else ([SORRY], End("hangup"))
    call.document = document or player.EMPTY
    call.url = call.document.url or asked.address.url
    if not call.is_answered and passage[1] not in (End("rejected"), End("busy")):
        _be_answered(exchange, call)
    return passage


def _leave_to_machine(
    exchange: Exchange, call: CarrierCall, halt: Gathering | Listening
) -> Passage:
    """It is silent until it is full."""
    wait_at(call, halt)
    due = min(call.timers[it] for it in ("silence", "length") if it in call.timers)
    let_pass(exchange, call, due)
    full = timedelta(seconds=MACHINE_SECONDS)
    if call.started and time_in(exchange, call) - call.started > full:
        return [], End("hangup")
    if isinstance(halt, Gathering):
        return player.silent(call.document, halt)
    return player.recorded(call.document, halt, None)


async def _come_to(exchange: Exchange, call: CarrierCall, halt: Halt) -> None:
    match halt:
        case Gathering() | Listening():
            wait_at(call, halt)
        case Dialing():
            await _dial(exchange, call, halt)
        case End("end") if call.parent:
            _connect(call)
        case End("rejected") if not call.is_answered:
            await end(exchange, call, "no-answer")
        case End("busy") if not call.is_answered:
            await end(exchange, call, "busy")
        case _:
            await end(exchange, call, "completed")


def wait_at(call: CarrierCall, halt: Gathering | Listening) -> None:
    call.halt = halt
    match halt:
        case Gathering(gather):
            call.timers["silence"] = gather.timeout
        case Listening(record):
            left = max(record.max_length - halt.seconds, 0)
            call.timers |= {"silence": record.timeout, "length": left}


def let_pass(exchange: Exchange, call: CarrierCall, seconds: float) -> None:
    call.moment = time_in(exchange, call) + timedelta(seconds=seconds)
    call.timers = {name: left - seconds for name, left in call.timers.items()}


def stop_waiting(call: CarrierCall) -> None:
    call.timers = {name: left for name, left in call.timers.items() if name == "limit"}


def time_in(exchange: Exchange, call: CarrierCall) -> datetime:
    return max(exchange.now(), call.moment)


# Two phones.


async def _dial(exchange: Exchange, call: CarrierCall, halt: Dialing) -> None:
    """Let every number ring at once."""
    shown = _caller_id(exchange, call, halt.dial.caller_id)
    call.legs = [_leg(exchange, call, halt, it, shown or "") for it in halt.dial.numbers]
    for leg in call.legs:
        exchange.keep_call(leg)
    for leg in call.legs:
        if shown is None or not leg.to:
            code = NO_CALLER_ID if shown is None else NO_NUMBER
            exchange.note("debugger", code=code, about="call", sid=call.sid)
            await end(exchange, leg, "failed")
        elif not leg.is_over:
            await _reach(exchange, leg)


def _caller_id(exchange: Exchange, call: CarrierCall, written: str) -> str | None:
    """What the callee sees: our number, or without a word of it what our caller showed."""
    if not written:
        return call.sender
    return written if readable_number(written) == exchange.line.number else None


def _leg(
    exchange: Exchange, parent: CarrierCall, at: Dialing, number: Number, shown: str
) -> CarrierCall:
    to = readable_number(number.to) or ""
    return CarrierCall(
        sid=fresh_sid("CA"),
        sender=shown,
        to=to,
        phone=to,
        direction="outbound-dial",
        created=time_in(exchange, parent),
        home=_resolved(parent.document, number.whisper),
        status_callback=_resolved(parent.document, number.status_callback),
        events=number.events,
        ring_seconds=at.dial.timeout,
        talk_seconds=at.dial.time_limit,
        parent=parent,
        moment=parent.moment,
    )


def _resolved(document: PlayedDocument, written: Address) -> Address:
    """Empty is none, and not the document's own."""
    return document.address(written) if written.url else written


def _connect(leg: CarrierCall) -> None:
    """Both can talk from here on."""
    if leg.parent is None:
        return
    leg.halt, leg.bridge, leg.was_bridged = Talking(), leg.parent, True
    leg.parent.bridge = leg
    stop_waiting(leg)
    if leg.is_machine:
        leg.timers["limit"] = MACHINE_SECONDS
        leg.parent.hear([GREETING])


async def _leg_is_over(exchange: Exchange, call: CarrierCall) -> None:
    if isinstance(call.halt, Dialing) and all(leg.is_over for leg in call.legs):
        call.bridge = None
        fields = _dial_fields(call)
        await advance(exchange, call, player.dialed(call.document, call.halt, fields))


def _dial_fields(call: CarrierCall) -> Mapping[str, str]:
    """What became of a Dial: of whoever answered, else of the last who did not."""
    leg = next((leg for leg in call.legs if leg.is_answered), call.legs[-1])
    return {
        "DialCallStatus": leg.status,
        "DialCallSid": leg.sid,
        "DialCallDuration": str(leg.seconds()),
        "DialBridged": "true" if leg.was_bridged else "false",
    }


# Recordings.


async def stop_recording(exchange: Exchange, call: CarrierCall, at: Listening, key: str) -> None:
    recording = keep(exchange, call, at)
    fields = _recorded_fields(exchange, recording, key) if recording else None
    stop_waiting(call)
    await advance(exchange, call, player.recorded(call.document, at, fields))
    if recording:
        finish(exchange, recording)


def keep(exchange: Exchange, call: CarrierCall, at: Listening) -> Recording | None:
    """What was recorded, whose file is not there yet; None when nobody said a word."""
    if not at.words:
        return None
    record, document = at.record, call.document
    transcript = _resolved(document, Address(record.transcribe_callback))
    recording = Recording(
        sid=fresh_sid("RE"),
        call=call,
        created=time_in(exchange, call),
        seconds=max(round(at.seconds), 1),
        words=" ".join(at.words),
        tell=_resolved(document, record.status_callback),
        transcript=transcript if record.transcribe else None,
        events=record.events,
        file=at.file,
    )
    exchange.recordings[recording.sid] = recording
    call.recordings.append(recording.sid)
    tell_recording(exchange, recording, "in-progress")
    return recording


def _recorded_fields(exchange: Exchange, recording: Recording, key: str) -> Mapping[str, str]:
    return {
        "RecordingUrl": recordings.sound_url(recording, exchange.line),
        "RecordingSid": recording.sid,
        "RecordingDuration": str(recording.seconds),
        "Digits": key,
    }


def finish(exchange: Exchange, recording: Recording) -> None:
    """The file is there, and what was said is written down."""
    recording.status = "completed"
    tell_recording(exchange, recording, "completed")
    if recording.transcript:
        tell_transcript(exchange, recording, recording.transcript)


# How they end.


async def end(exchange: Exchange, call: CarrierCall, status: str) -> None:
    """Whoever talked with them, and whoever was called for them, is gone with them."""
    if call.is_over:
        return
    call.begin_turn()
    call.status, call.ended = status, time_in(exchange, call)
    call.halt, call.timers = None, {}
    tell_status(exchange, call, "completed")
    tell_rest(exchange, call)
    await drop_legs(exchange, call)
    if call.parent and not call.parent.is_over:
        await _leg_is_over(exchange, call.parent)


async def drop_legs(exchange: Exchange, call: CarrierCall) -> None:
    for leg in call.legs:
        await end(exchange, leg, "completed" if leg.is_answered else "canceled")


async def cut_off(exchange: Exchange, call: CarrierCall) -> None:
    """It ends in the middle of something: a Record and a Dial still tell their actions so."""
    halt, document = call.halt, call.document
    recording = keep(exchange, call, halt) if isinstance(halt, Listening) else None
    unanswered = "no-answer" if call.direction == "inbound" else "busy"
    await end(exchange, call, "completed" if call.is_answered else unanswered)
    match halt:
        case Listening() if recording:
            fields = _recorded_fields(exchange, recording, "hangup")
            await _tell_in_vain(exchange, call, player.recorded(document, halt, fields))
            finish(exchange, recording)
        case Dialing(dial) if dial.action:
            fields = _dial_fields(call)
            await _tell_in_vain(exchange, call, player.dialed(document, halt, fields))


async def _tell_in_vain(exchange: Exchange, call: CarrierCall, passage: Passage) -> None:
    if isinstance(passage[1], Fetch):
        await ask_in_vain(exchange, call, passage[1])
