"""What the carrier asks and tells the hotline about a call: signed forms, and reading the answer.

A step of a call is asked for within 15 seconds, again if its address says so; when the answer is of
no use, the fallback address is, and when that is none either, the call ends with an error. What is
told (callbacks) is told in the background, in order unless a trouble says otherwise; the carrier
promises no order.
"""

import asyncio
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode, urlsplit

import httpx2

from rehearsal.calls import CarrierCall, billed_minutes, fresh_sid
from rehearsal.exchange import Exchange
from rehearsal.messages import API_VERSION, Line, is_callback_address, rfc2822
from rehearsal.player import Fetch, PlayedDocument
from rehearsal.recordings import Recording, sound_url
from rehearsal.trouble import CALLBACK_KINDS, STEP_KINDS
from rehearsal.twiml import Address, BadTwiml, Verb, read, require_whisper
from rehearsal.webhooks import UNREACHABLE, WRONG_TYPE, post

NO_ADDRESS = 11100
PLACES = tuple(
    f"{end}{part}"
    for end in ("From", "To", "Caller", "Called")
    for part in ("City", "State", "Zip", "Country")
)
SIP = {"completed": 200, "busy": 486, "no-answer": 487, "canceled": 487, "failed": 404}
TRANSCRIBED = range(2, 121)  # seconds; what is shorter or longer is not written down


def step_fields(call: CarrierCall, line: Line) -> dict[str, str]:
    """What every request about a call carries. Unknown places are there, and empty."""
    return {
        **dict.fromkeys(PLACES, ""),
        "CallSid": call.sid,
        "AccountSid": line.account_sid,
        "From": call.sender,
        "To": call.to,
        "Caller": call.sender,
        "Called": call.to,
        "CallStatus": call.status,
        "Direction": call.direction,
        "ApiVersion": API_VERSION,
        **({"ParentCallSid": call.parent.sid} if call.parent else {}),
        **({"StirVerstat": call.attestation} if call.attestation else {}),
    }


# What is asked.


async def fetch(exchange: Exchange, call: CarrierCall, wanted: Fetch) -> PlayedDocument | None:
    """What the hotline wants done next; None when neither it nor the fallback says so."""
    fields = {**step_fields(call, exchange.line), **wanted.fields}
    try:
        return await _document(exchange, call, wanted.address, fields)
    except BadTwiml as error:
        exchange.note("debugger", code=error.code, about="call", sid=call.sid)
        fields |= {"ErrorCode": str(error.code), "ErrorUrl": plain(wanted.address.url)}
    if not call.fallback.url:
        return None
    try:
        return await _document(exchange, call, call.fallback, fields)
    except BadTwiml as error:
        exchange.note("debugger", code=error.code, about="call", sid=call.sid)
        return None


async def _document(
    exchange: Exchange, call: CarrierCall, address: Address, fields: Mapping[str, str]
) -> PlayedDocument:
    """Raises BadTwiml for any answer that cannot be carried out."""
    if exchange.trouble(STEP_KINDS, call.phone):
        response = await _first_of_two(exchange, call, address, fields)
    else:
        response = await _post(exchange, "step", call, address, fields)
    if response is None or not response.is_success:
        raise BadTwiml("no answer, or no good one", UNREACHABLE)
    return PlayedDocument(
        plain(address.url), verbs_in(response, is_whisper=call.parent is not None)
    )


async def _first_of_two(
    exchange: Exchange, call: CarrierCall, address: Address, fields: Mapping[str, str]
) -> httpx2.Response | None:
    """Ask twice at the same moment; the answer that came first. Waits for the other, too."""
    answers: list[httpx2.Response | None] = []

    async def ask() -> None:
        answers.append(await _post(exchange, "step", call, address, fields))

    await asyncio.gather(ask(), ask())
    return answers[0]


def verbs_in(response: httpx2.Response, *, is_whisper: bool) -> tuple[Verb, ...]:
    """Raises BadTwiml."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("text/xml", "application/xml"):
        raise BadTwiml(f"{kind or 'nothing'} in the place of TwiML", WRONG_TYPE)
    verbs = read(response.text)
    if is_whisper:
        require_whisper(verbs)
    return verbs


async def _post(
    exchange: Exchange, kind: str, call: CarrierCall, address: Address, fields: Mapping[str, str]
) -> httpx2.Response | None:
    """Raises BadTwiml for an address that is none."""
    if not is_callback_address(address.url):
        raise BadTwiml("no address", NO_ADDRESS)
    url, _, overrides = address.url.partition("#")
    if address.method == "GET":
        url, fields = f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(fields)}", {}
    facts = {"sid": call.sid, "call_status": call.status}
    return await post(
        exchange,
        kind,
        f"{url}#{overrides}",
        fields,
        facts,
        phone=call.phone,
        signed_as=signed_address(url),
    )


def plain(url: str) -> str:
    return url.partition("#")[0]


def signed_address(url: str) -> str:
    """As it is signed: of calls over https, without the port."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.port is None:
        return url
    return parts._replace(netloc=parts.netloc.rpartition(":")[0]).geturl()


async def ask_in_vain(exchange: Exchange, call: CarrierCall, wanted: Fetch) -> None:
    """Tell the hotline by a step that it is over: whatever it answers is not carried out."""
    fields = {**step_fields(call, exchange.line), **wanted.fields}
    try:
        await _document(exchange, call, wanted.address, fields)
    except BadTwiml as error:
        exchange.note("debugger", code=error.code, about="call", sid=call.sid)


async def listen(exchange: Exchange, call: CarrierCall, url: str) -> httpx2.Response | None:
    """What a Play plays. Raises BadTwiml for an address that is none."""
    return await _post(exchange, "listen", call, Address(url), {})


# What is told.


def tell_status(exchange: Exchange, call: CarrierCall, event: str) -> None:
    """Tell of an event, if that was asked for: initiated, ringing, answered, completed."""
    if not call.status_callback.url or event not in call.events:
        return
    fields = {
        **step_fields(call, exchange.line),
        "Timestamp": rfc2822(max(exchange.now(), call.moment)) or "",
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(call.sequence),
        **({"AnsweredBy": call.answered_by} if call.answered_by else {}),
    }
    call.sequence += 1
    if event == "initiated":
        fields["CallStatus"] = "initiated"
    if call.is_over:
        fields |= {
            "CallDuration": str(call.seconds()),
            "Duration": str(billed_minutes(call)),
            "SipResponseCode": str(SIP[call.status]),
        }
    tell(exchange, call, call.status_callback, fields)


def tell_recording(exchange: Exchange, recording: Recording, status: str) -> None:
    """Tell how far it is, if that was asked for. It says nothing of who called whom."""
    if not recording.tell.url or status not in recording.events:
        return
    line = exchange.line
    fields = {
        "AccountSid": line.account_sid,
        "CallSid": recording.call.sid,
        "RecordingSid": recording.sid,
        "RecordingUrl": sound_url(recording, line),
        "RecordingStatus": status,
        "RecordingDuration": str(recording.seconds if status == "completed" else 0),
        "RecordingChannels": "1",
        "RecordingSource": "RecordVerb",
        "RecordingStartTime": rfc2822(recording.created) or "",
        "ErrorCode": "0",
    }
    tell(exchange, recording.call, recording.tell, fields)


def tell_transcript(exchange: Exchange, recording: Recording, address: Address) -> None:
    """It is written down if it is neither too short nor too long, and somebody knows the words."""
    line = exchange.line
    is_done = recording.seconds in TRANSCRIBED and not recording.file
    fields = {
        **step_fields(recording.call, line),
        "RecordingSid": recording.sid,
        "RecordingUrl": sound_url(recording, line),
        "TranscriptionSid": fresh_sid("TR"),
        "TranscriptionStatus": "completed" if is_done else "failed",
        "TranscriptionText": recording.words if is_done else "",
        "TranscriptionType": "fast",
    }
    if address.url:
        tell(exchange, recording.call, address, fields)


def tell(
    exchange: Exchange, call: CarrierCall, address: Address, fields: Mapping[str, str]
) -> None:
    """Tell it in the background, or what a trouble makes of it.

    Backwards: everything about the call is kept until it is over, and then told from its end.
    """
    if call.trouble is None:
        trouble = exchange.trouble(CALLBACK_KINDS, call.phone)
        call.trouble = trouble.kind if trouble else ""
        call.late = trouble.seconds if trouble and trouble.kind == "callbacks_late" else 0.0
    match call.trouble:
        case "no_callbacks":
            return
        case "callbacks_backwards" if not call.is_over or call.kept_back:
            call.kept_back.append((address, fields))
            return
    times = 2 if call.trouble == "callbacks_twice" else 1
    exchange.work.start(_deliver(exchange, call, [(address, fields)] * times))


def tell_rest(exchange: Exchange, call: CarrierCall) -> None:
    """The call is over: tell what was kept back."""
    kept, call.kept_back = call.kept_back, []
    if kept:
        exchange.work.start(_deliver(exchange, call, reversed(kept)))


async def _deliver(
    exchange: Exchange, call: CarrierCall, told: Iterable[tuple[Address, Mapping[str, str]]]
) -> None:
    async with call.telling:
        for address, fields in told:
            await asyncio.sleep(call.late)
            await _call_back(exchange, call, address, fields)


async def _call_back(
    exchange: Exchange, call: CarrierCall, address: Address, fields: Mapping[str, str]
) -> None:
    """An answer that is not 2xx only goes to the log."""
    try:
        response = await _post(exchange, "callback", call, address, fields)
    except BadTwiml:
        response = None
    if response is None or not response.is_success:
        exchange.note("debugger", code=UNREACHABLE, about="callback", sid=call.sid)
    elif "SequenceNumber" in fields:
        call.told.append(fields["CallStatus"])
