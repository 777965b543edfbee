"""The carrier's REST API, as much of it as a hotline needs; its calls are in `call_rest.py`.

Basic authentication, the carrier's shapes and error codes, and the troubles asked for. No numbers
to buy.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from rehearsal import basic_auth, files
from rehearsal.account import NOT_OUR_ACCOUNT
from rehearsal.delivery import accept, is_queue_full
from rehearsal.exchange import Attempt, Exchange
from rehearsal.lists import page_json
from rehearsal.messages import (
    API_VERSION,
    FILTERS,
    LONGEST_VALIDITY,
    Form,
    Message,
    Refusal,
    account_json,
    as_json,
    chosen,
    refusal,
    uri_of,
    why_refused,
)
from rehearsal.phones import readable_number
from rehearsal.trouble import CREATE_KINDS, FILE_KINDS, Trouble

Endpoint = Callable[[Exchange, Request], Awaitable[Response]]


class HangUp(Response):
    """No answer at all: hold the connection for some seconds, then drop it."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.status_code = 0
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        try:
            async with asyncio.timeout(self.seconds):
                await _gone(receive)
        except TimeoutError:
            # ASGI knows no way to close a connection unanswered; see `carrier.Carrier`.
            if transport := scope.get("hotline.transport"):
                transport.abort()
                await _gone(receive)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def routes(exchange: Exchange) -> Sequence[BaseRoute]:
    account = f"/{API_VERSION}/Accounts/{{account}}"

    def route(path: str, method: str, endpoint: Endpoint) -> Route:
        return Route(path, guarded(exchange, endpoint), methods=[method])

    return [
        route(f"{account}/Messages.json", "POST", create),
        route(f"{account}/Messages.json", "GET", page),
        route(f"{account}/Messages/{{sid}}.json", "GET", fetch),
        route(f"{account}/Messages/{{sid}}.json", "POST", redact),
        route(f"{account}/Messages/{{sid}}.json", "DELETE", delete),
        route(f"{account}/Messages/{{sid}}/Media/{{media}}", "GET", fetch_file),
        route(f"{account}.json", "GET", fetch_account),
        *(
            route(f"/{API_VERSION}/{{rest:path}}", method, nothing_here)
            for method in ("GET", "POST", "DELETE", "PUT", "PATCH")
        ),
    ]


def guarded(exchange: Exchange, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """Check who asks, answer, and write a line of the log."""

    async def answer(request: Request) -> Response:
        exchange.asked_at_once += 1
        try:
            response = await _checked(exchange, endpoint, request)
            response.headers["Twilio-Request-Id"] = f"RQ{secrets.token_hex(16)}"
            response.headers["Twilio-Concurrent-Requests"] = str(exchange.asked_at_once)
        finally:
            exchange.asked_at_once -= 1
        exchange.note(
            "api",
            method=request.method,
            path=request.url.path,
            status=response.status_code,
            **getattr(request.state, "facts", {}),
        )
        exchange.keep_wire(_sent(request), bytes(response.body).decode(errors="replace"))
        return response

    return answer


def _sent(request: Request) -> str:
    """The form that came along, as far as it was read; else the query."""
    return getattr(request.state, "sent", request.url.query)


async def _checked(exchange: Exchange, endpoint: Endpoint, request: Request) -> Response:
    ours, token = exchange.line.account_sid, exchange.line.auth_token
    if not basic_auth.is_given(request.headers.get("authorization", ""), ours, token):
        return refused(refusal(20003, 401))
    if request.path_params.get("account", ours) != ours:
        return refused(refusal(20404, 404))
    if exchange.account.status != "active" and endpoint is not fetch_account:
        return refused(refusal(NOT_OUR_ACCOUNT, 403))
    try:
        return await endpoint(exchange, request)
    except ClientDisconnect:  # in the middle of asking: nothing was asked
        return Response(status_code=400)


def refused(why: Refusal) -> Response:
    challenge = {"WWW-Authenticate": 'Basic realm="Rehearsal carrier"'} if why.status == 401 else {}
    return JSONResponse(why.as_json(), status_code=why.status, headers=challenge)


async def create(exchange: Exchange, request: Request) -> Response:
    """Send a text, unless a trouble comes first."""
    form = await read_form(request)
    request.state.facts = {"validity_period": form.get("ValidityPeriod")}
    to = readable_number(form.get("To", "")) or form.get("To", "")
    with exchange.attempt(to, form.get("StatusCallback", "")) as attempt:
        return await attempted(exchange, attempt, lambda: _create(exchange, form, attempt))


async def attempted(exchange: Exchange, attempt: Attempt, take: Callable[[], Response]) -> Response:
    """Take it on, or do what a trouble makes of it, and note which."""
    trouble = exchange.trouble(CREATE_KINDS, attempt.to)
    if trouble:
        attempt.trouble = trouble.kind
    return await _as_trouble_has_it(trouble, take)


async def unless_trouble(exchange: Exchange, about: str, take: Callable[[], Response]) -> Response:
    """Do it, or what a trouble with creates makes of it. `about`: a number, or what is made."""
    return await _as_trouble_has_it(exchange.trouble(CREATE_KINDS, about), take)


async def _as_trouble_has_it(trouble: Trouble | None, take: Callable[[], Response]) -> Response:
    if trouble is None:
        return take()
    if response := instead_of_taking(trouble):
        return response
    if trouble.kind == "slow":
        await asyncio.sleep(trouble.seconds)
        return take()
    take()
    return HangUp(trouble.seconds)


def instead_of_taking(trouble: Trouble) -> Response | None:
    """The answer of a carrier that does not take it; None when it does."""
    match trouble.kind:
        case "busy":
            return refused(refusal(20429, 429))
        case "broken":
            return Response("Internal Server Error", status_code=500, media_type="text/plain")
        case "account_refused":
            return refused(refusal(20003, 401))
        case "code":
            return refused(refusal(trouble.code, trouble.status))
        case "silent_lost":
            return HangUp(trouble.seconds)
    return None


def _create(exchange: Exchange, form: Form, attempt: Attempt) -> Response:
    to = attempt.to
    why = why_refused(form, exchange.line, exchange.phone(to))
    if not why and not form.get("MessagingServiceSid") and is_queue_full(exchange):
        why = refusal(21611)
    if why:
        attempt.code = why.code
        return refused(why)
    media = tuple(address for address in form.getlist("MediaUrl") if address)
    service = form.get("MessagingServiceSid") or None
    message = Message(
        sid=exchange.line.variant.new_sid(media),
        sender=readable_number(form.get("From", "")) or exchange.line.number,
        to=to,
        body=form.get("Body", ""),
        direction="outbound-api",
        by="api",
        created=exchange.now(),
        status="accepted" if service else "queued",
        media=media,
        service=service,
        status_callback=form.get("StatusCallback", ""),
        validity=int(form.get("ValidityPeriod") or LONGEST_VALIDITY),
    )
    attempt.taken, attempt.sid = True, message.sid
    shown = as_json(message, exchange.line)
    accept(exchange, message)
    return JSONResponse(shown, status_code=201)


async def page(exchange: Exchange, request: Request) -> Response:
    asked = Form(request.query_params.multi_items())
    try:
        found = chosen(list(exchange.messages.values()), asked)
        uri, line = uri_of(exchange.line), exchange.line
        shape = partial(as_json, line=line)
        return JSONResponse(page_json(found, asked, FILTERS, uri=uri, key="messages", shape=shape))
    except ValueError:
        return refused(refusal(20001))


async def fetch(exchange: Exchange, request: Request) -> Response:
    message = exchange.messages.get(request.path_params["sid"])
    if message is None:
        return refused(refusal(20404, 404))
    return JSONResponse(as_json(message, exchange.line))


async def redact(exchange: Exchange, request: Request) -> Response:
    """Forget the words of a text; the only change the carrier allows."""
    form = await read_form(request)
    message = exchange.messages.get(request.path_params["sid"])
    if message is None:
        return refused(refusal(20404, 404))
    if message in exchange.waiting:
        return refused(refusal(20009, 409))
    if form.get("Body") != "":
        return refused(refusal(20001))
    message.body, message.updated = "", exchange.now()
    return JSONResponse(as_json(message, exchange.line))


async def delete(exchange: Exchange, request: Request) -> Response:
    message = exchange.messages.get(request.path_params["sid"])
    if message is None:
        return refused(refusal(20404, 404))
    if message in exchange.waiting:
        return refused(refusal(20009, 409))
    del exchange.messages[message.sid]
    return Response(status_code=204)


async def fetch_file(exchange: Exchange, request: Request) -> Response:
    """What came with a text, as long as the text is there."""
    message = exchange.messages.get(request.path_params["sid"])
    if message is None or not any(it.endswith(request.url.path) for it in message.media):
        return refused(refusal(20404, 404))
    if exchange.trouble(FILE_KINDS, message.sender):
        return Response("Internal Server Error", status_code=500, media_type="text/plain")
    name = exchange.files[request.path_params["media"]]
    return Response(files.file(name), headers={"Content-Type": files.kind_of(name)})


async def fetch_account(exchange: Exchange, request: Request) -> Response:  # noqa: ARG001
    shown = account_json(exchange.line, exchange.since)
    return JSONResponse({**shown, "status": exchange.account.status, "type": exchange.account.type})


async def nothing_here(exchange: Exchange, request: Request) -> Response:  # noqa: ARG001
    is_method = request.method in ("GET", "HEAD", "POST", "DELETE")
    return refused(refusal(20404, 404) if is_method else refusal(20004, 405))


async def read_form(request: Request) -> Form:
    """The form fields, blank ones too, whatever they are called."""
    request.state.sent = (await request.body()).decode(errors="replace")
    return Form(parse_qsl(request.state.sent, keep_blank_values=True))
