"""The calls and recordings of the carrier's REST API.

Whoever may ask, the log and the troubles with creates are as for texts: see `rest.py`.
"""

from collections.abc import Callable, Coroutine, Sequence
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from rehearsal import calls, deeds, recordings
from rehearsal.calls import CarrierCall, call_from, call_json, calls_uri, why_not_called
from rehearsal.exchange import Attempt, Exchange
from rehearsal.lists import Thing, page_json
from rehearsal.messages import API_VERSION, Form, is_callback_address, refusal
from rehearsal.phones import readable_number
from rehearsal.recordings import Recording, sound_of
from rehearsal.rest import Endpoint, attempted, guarded, read_form, refused
from rehearsal.switchboard import place
from rehearsal.twiml import Address


def routes(exchange: Exchange) -> Sequence[BaseRoute]:
    """In this order: a sid may have a dot in it."""
    account = f"/{API_VERSION}/Accounts/{{account}}"

    def route(path: str, method: str, endpoint: Endpoint) -> Route:
        return Route(f"{account}{path}", guarded(exchange, endpoint), methods=[method])

    return [
        route("/Calls.json", "POST", create),
        route("/Calls.json", "GET", page),
        route("/Calls/{sid}/Recordings.json", "GET", page_of_call),
        route("/Calls/{call}/Recordings/{sid}.json", "GET", fetch_recording_of_call),
        route("/Calls/{call}/Recordings/{sid}.json", "DELETE", delete_recording),
        route("/Calls/{sid}.json", "GET", fetch),
        route("/Calls/{sid}.json", "POST", update),
        route("/Calls/{sid}.json", "DELETE", delete),
        route("/Recordings.json", "GET", page_of_recordings),
        route("/Recordings/{sid}.json", "GET", fetch_recording),
        route("/Recordings/{sid}.json", "DELETE", delete_recording),
        route("/Recordings/{sid}.wav", "GET", fetch_sound),
        route("/Recordings/{sid}", "GET", fetch_sound),
        route("/Recordings/{sid}", "DELETE", delete_recording),
    ]


def not_found() -> Response:
    return refused(refusal(20404, 404))


# Calls.


async def create(exchange: Exchange, request: Request) -> Response:
    """Call somebody, unless a trouble comes first."""
    form = await read_form(request)
    to = readable_number(form.get("To", "")) or form.get("To", "")
    with exchange.attempt(to, form.get("StatusCallback", ""), "call") as attempt:
        return await attempted(exchange, attempt, lambda: _create(exchange, form, attempt))


def _create(exchange: Exchange, form: Form, attempt: Attempt) -> Response:
    if why := why_not_called(form, exchange.line, exchange.phone(attempt.to)):
        attempt.code = why.code
        return refused(why)
    call = call_from(form, exchange.line, exchange.now())
    attempt.taken, attempt.sid = True, call.sid
    response = _shown(exchange, call, 201)
    place(exchange, call)
    return response


def _shown(exchange: Exchange, call: CarrierCall, status: int = 200) -> Response:
    return JSONResponse(call_json(call, exchange.line), status_code=status)


async def fetch(exchange: Exchange, request: Request) -> Response:
    call = exchange.calls.get(request.path_params["sid"])
    return _shown(exchange, call) if call else not_found()


async def update(exchange: Exchange, request: Request) -> Response:
    """End a call, or have it go on with something else; what follows happens in the background."""
    form = await read_form(request)
    call = exchange.calls.get(request.path_params["sid"])
    if call is None:
        return not_found()
    url, twiml = form.get("Url", ""), form.get("Twiml", "")
    deed: Coroutine[None, None, None]
    match form.get("Status", ""):
        case "canceled":
            await deeds.cancel(exchange, call)
            return _shown(exchange, call)
        case "completed":
            deed = deeds.complete(exchange, call)
        case "" if url and is_callback_address(url):
            deed = deeds.redirect(exchange, call, Address(url, form.get("Method", "POST")))
        case "" if twiml and not url:
            deed = deeds.redirect(exchange, call, twiml)
        case _:
            return refused(refusal(20001))
    if call.is_over or (not form.get("Status") and not call.is_answered):
        deed.close()
        return refused(refusal(21220))
    exchange.work.start(deed)
    return _shown(exchange, call)


async def delete(exchange: Exchange, request: Request) -> Response:
    """Forget a call that is over."""
    call = exchange.calls.get(request.path_params["sid"])
    if call is None:
        return not_found()
    if not call.is_over:
        return refused(refusal(20001))
    del exchange.calls[call.sid]
    return Response(status_code=204)


async def page(exchange: Exchange, request: Request) -> Response:
    asked = Form(request.query_params.multi_items())
    return _paged(
        lambda: calls.chosen_calls(list(exchange.calls.values()), asked),
        asked,
        calls.FILTERS,
        calls_uri(exchange.line),
        "calls",
        partial(call_json, line=exchange.line),
    )


def _paged(
    choose: Callable[[], Sequence[Thing]],
    asked: Form,
    filters: Sequence[str],
    uri: str,
    key: str,
    shape: Callable[[Thing], dict[str, object]],
) -> Response:
    try:
        return JSONResponse(page_json(choose(), asked, filters, uri=uri, key=key, shape=shape))
    except ValueError:
        return refused(refusal(20001))


# Recordings.


async def page_of_recordings(exchange: Exchange, request: Request) -> Response:
    asked = Form(request.query_params.multi_items())
    return _paged(
        lambda: recordings.chosen(list(exchange.recordings.values()), asked),
        asked,
        recordings.FILTERS,
        recordings.uri_of(exchange.line),
        "recordings",
        partial(recordings.as_json, line=exchange.line),
    )


async def page_of_call(exchange: Exchange, request: Request) -> Response:
    call = exchange.calls.get(request.path_params["sid"])
    if call is None:
        return not_found()
    asked = Form([("CallSid", call.sid), *request.query_params.multi_items()])
    return _paged(
        lambda: recordings.chosen(list(exchange.recordings.values()), asked),
        asked,
        (),
        recordings.uri_of(exchange.line, of=call),
        "recordings",
        partial(recordings.as_json_of_call, line=exchange.line),
    )


def _recording(exchange: Exchange, request: Request) -> Recording | None:
    """The one that is asked for; at an address within a call, if it is of that call."""
    found = exchange.recordings.get(request.path_params["sid"])
    call = request.path_params.get("call")
    return found if found and call in (None, found.call.sid) else None


async def fetch_recording(exchange: Exchange, request: Request) -> Response:
    recording = _recording(exchange, request)
    if recording is None:
        return not_found()
    return JSONResponse(recordings.as_json(recording, exchange.line))


async def fetch_recording_of_call(exchange: Exchange, request: Request) -> Response:
    recording = _recording(exchange, request)
    if recording is None:
        return not_found()
    return JSONResponse(recordings.as_json_of_call(recording, exchange.line))


async def fetch_sound(exchange: Exchange, request: Request) -> Response:
    """Not there until the recording is completed, whoever was told its address."""
    recording = _recording(exchange, request)
    if recording is None or recording.status != "completed":
        return not_found()
    return Response(sound_of(recording), media_type="audio/x-wav")


async def delete_recording(exchange: Exchange, request: Request) -> Response:
    recording = _recording(exchange, request)
    if recording is None:
        return not_found()
    del exchange.recordings[recording.sid]
    return Response(status_code=204)
