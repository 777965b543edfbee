"""The API of an old phone with SMSGate, as the app and its server have it, and its troubles.

    POST /smsgate/{name}/message, /messages         a text to send; 202, 409 for an id it knows
    GET  /smsgate/{name}/message/{id}, /messages/{id}
    GET, POST /smsgate/{name}/webhooks;  DELETE /smsgate/{name}/webhooks/{id}
    GET  /smsgate/{name}/health                     asks nobody who they are
    the same under /smsgate/{name}/3rdparty/v1      as a server has it

And for programs, which no phone has:

    GET, PUT /rehearsal/smsgate/{name}              {"away"?, "battery"?, "connected"?}
    POST /rehearsal/smsgate/{name}/ping             the phone says how it is
    POST, DELETE /rehearsal/smsgate/{name}/trouble  {"kind", "times"?, "to"?, "seconds"?, "reason"?}
        kinds: away (the connection is dropped), silent_taken, silent_lost, full (503), broken
        (500), locked (401): counted in texts to send; fails (with the reason that the app gives),
        holds (it waits in the phone), untold (what became of it is told to who asks), forgets (nor
        to them): counted in texts that it took; twice, backwards, late, nothing, forged: counted in
        texts of which it tells.

A text that leaves here is on the phone of whoever it is for, as every text is; the account of the
carrier beside it knows nothing of it.
"""

import json
from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from rehearsal import basic_auth
from rehearsal.exchange import Attempt, Exchange
from rehearsal.handset import (
    ASKED_KINDS,
    EVENT_KINDS,
    LONGEST_PHONE_ID,
    SENDING_KINDS,
    UNHEARD_OF,
    WHY_FAILED,
    Handset,
    HandsetText,
    HandsetWebhook,
    health_json,
    is_told_where,
    text_from,
    text_json,
    trouble_with,
    wrong_with_text,
)
from rehearsal.messages import Message
from rehearsal.phones import PhoneState
from rehearsal.rest import HangUp
from rehearsal.smsgate_events import ping, tell_of_text

Asked = Callable[[Exchange, Handset, Request], Awaitable[Response]]
FULL = "queue limits exceeded: too many pending messages: 10 / 10"


def routes(exchange: Exchange) -> Sequence[BaseRoute]:
    def route(path: str, method: str, asked: Asked, *, is_open: bool = False) -> Route:
        endpoint = _at_phone(exchange, asked, is_open=is_open)
        return Route(f"/smsgate/{{name}}{path}", endpoint, methods=[method])

    def control(path: str, method: str, asked: Asked) -> Route:
        endpoint = _controlled(exchange, asked)
        return Route(f"/rehearsal/smsgate/{{name}}{path}", endpoint, methods=[method])

    return [
        *(
            route(f"{prefix}{path}", method, asked)
            for prefix in ("", "/3rdparty/v1")
            for path, method, asked in (
                ("/message", "POST", post_message),
                ("/messages", "POST", post_message),
                ("/message/{id}", "GET", get_message),
                ("/messages/{id}", "GET", get_message),
                ("/webhooks", "GET", get_webhooks),
                ("/webhooks", "POST", post_webhook),
                ("/webhooks/{id:path}", "DELETE", delete_webhook),
            )
        ),
        route("/health", "GET", get_health, is_open=True),
        control("", "GET", get_handset),
        control("", "PUT", put_handset),
        control("/ping", "POST", post_ping),
        control("/trouble", "POST", post_handset_trouble),
        control("/trouble", "DELETE", delete_handset_troubles),
    ]


def _at_phone(
    exchange: Exchange, asked: Asked, *, is_open: bool
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        handset = exchange.handsets.get(request.path_params["name"])
        if handset is None:
            return Response(status_code=404)
        if handset.is_away:
            return HangUp(0.0)
        authorization = request.headers.get("authorization", "")
        owner = handset.of
        if not is_open and not basic_auth.is_given(authorization, owner.user, owner.password):
            challenge = {"WWW-Authenticate": "Basic realm=Access to SMS Gateway"}
            return Response(status_code=401, headers=challenge)
        response = await asked(exchange, handset, request)
        facts = {"phone": handset.of.name, "method": request.method}
        exchange.note("smsgate_api", path=request.url.path, status=response.status_code, **facts)
        return response

    return answer


def refused_by_phone(message: str, status: int = 400) -> Response:
    return JSONResponse({"message": message}, status_code=status)


async def _wish(request: Request) -> dict[str, object] | None:
    try:
        found = json.loads(await request.body())
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


# Texts.


async def post_message(exchange: Exchange, handset: Handset, request: Request) -> Response:
    wish = await _wish(request)
    wrong = wrong_with_text(wish, handset) if wish is not None else "Failed to convert request body"
    if wish is None or wrong:
        return refused_by_phone(wrong)
    text = text_from(wish, exchange.now())
    with exchange.attempt(text.to, "", "smsgate") as attempt:
        trouble = handset.trouble(ASKED_KINDS, text.to)
        attempt.trouble = trouble.kind if trouble else None
        match attempt.trouble:
            case "away" | "silent_lost":
                return HangUp(trouble.seconds if trouble else 0.0)
            case "full":
                return refused_by_phone(FULL, 503)
            case "broken":
                return refused_by_phone("database is locked", 500)
            case "locked":
                return Response(status_code=401)
        answer = _take(exchange, handset, text, attempt)
        return HangUp(trouble.seconds) if trouble else answer


def _take(exchange: Exchange, handset: Handset, text: HandsetText, attempt: Attempt) -> Response:
    if text.id in handset.texts:
        return refused_by_phone("Message with the same ID already exists", 409)
    handset.texts[text.id] = text
    attempt.taken, attempt.sid = True, text.id
    answer = text_json(text, handset.of.device_id)
    exchange.work.start(_send(exchange, handset, text))
    location = f"/messages/{text.id}"
    return JSONResponse(answer, status_code=202, headers={"Location": location})


async def _send(exchange: Exchange, handset: Handset, text: HandsetText) -> None:
    """Bring it to the phone of whoever it is for, or not, and tell."""
    state, trouble = exchange.phone(text.to).state, handset.trouble(SENDING_KINDS, text.to)
    if trouble and trouble.kind == "holds":
        return
    error = trouble.reason if trouble and trouble.kind == "fails" else WHY_FAILED.get(state)
    if not handset.number_of(text.sim):
        error = f"sendSMS: SIM {text.sim} not found"
    text.error = error
    is_unheard_of = state in UNHEARD_OF or not text.wants_report
    events = events_of(error, is_unheard_of=is_unheard_of)
    for it in ("Processed", *(_STATES[event] for event in events)):
        text.states[it] = exchange.now()
    is_there = not error and state in (PhoneState.ON, PhoneState.UNCONFIRMED)
    _show(exchange, handset, text, is_there=is_there)
    if trouble and trouble.kind == "forgets":
        del handset.texts[text.id]
    if trouble and trouble.kind in ("untold", "forgets"):
        return
    await tell_of_text(exchange, handset, text, events)


_STATES = {"sms:sent": "Sent", "sms:delivered": "Delivered", "sms:failed": "Failed"}


def events_of(error: str | None, *, is_unheard_of: bool) -> list[str]:
    """What is told of a text. That it failed is known before it left, or from the network's centre
    when it had."""
    if error:
        return [*(["sms:sent"] if error.startswith("Delivery") else []), "sms:failed"]
    return ["sms:sent", *([] if is_unheard_of else ["sms:delivered"])]


def _show(exchange: Exchange, handset: Handset, text: HandsetText, *, is_there: bool) -> None:
    message = Message(
        sid=text.id,
        sender=handset.number_of(text.sim),
        to=text.to,
        body=text.body,
        direction="outbound-api",
        by="api",
        created=exchange.now(),
        status="delivered" if is_there else "undelivered",
        sent=exchange.now(),
    )
    exchange.show(message, exchange.phone(text.to), "to_phone")


async def get_message(exchange: Exchange, handset: Handset, request: Request) -> Response:  # noqa: ARG001
    text = handset.texts.get(request.path_params["id"])
    if text is None:
        return Response(status_code=404)
    return JSONResponse(text_json(text, handset.of.device_id))


# Whom it tells.


async def get_webhooks(exchange: Exchange, handset: Handset, request: Request) -> Response:  # noqa: ARG001
    device = handset.of.device_id
    return JSONResponse([it.as_json(device) for it in handset.webhooks.values()])


async def post_webhook(exchange: Exchange, handset: Handset, request: Request) -> Response:  # noqa: ARG001
    wish = await _wish(request) or {}
    event, url, named = wish.get("event"), wish.get("url"), wish.get("id")
    named = named or f"hook-{len(handset.webhooks)}"
    if event not in EVENT_KINDS:
        return refused_by_phone("Unsupported event")
    if not is_told_where(url) or not isinstance(named, str) or len(named) > LONGEST_PHONE_ID:
        return refused_by_phone("Invalid URL")
    hook = handset.webhooks[named] = HandsetWebhook(named, str(event), str(url))
    return JSONResponse(hook.as_json(handset.of.device_id), status_code=201)


async def delete_webhook(exchange: Exchange, handset: Handset, request: Request) -> Response:  # noqa: ARG001
    handset.webhooks.pop(request.path_params["id"], None)
    return Response(status_code=204)


async def get_health(exchange: Exchange, handset: Handset, request: Request) -> Response:  # noqa: ARG001
    health = health_json(handset)
    return JSONResponse(health, status_code=500 if health["status"] == "fail" else 200)


# What no phone has.


def _controlled(exchange: Exchange, asked: Asked) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        handset = exchange.handsets.get(request.path_params["name"])
        if handset is None:
            return JSONResponse({"error": "there is no such phone"}, status_code=404)
        try:
            return await asked(exchange, handset, request)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return answer


async def get_handset(exchange: Exchange, handset: Handset, request: Request) -> Response:  # noqa: ARG001
    return JSONResponse(
        {
            "name": handset.of.name,
            "numbers": handset.of.numbers,
            "away": handset.is_away,
            "battery": handset.battery,
            "connected": handset.is_connected,
            "untold": len(handset.pauses),
        }
    )


async def put_handset(exchange: Exchange, handset: Handset, request: Request) -> Response:
    wish = await _wish(request) or {}
    away, battery = wish.get("away", handset.is_away), wish.get("battery", handset.battery)
    connected = wish.get("connected", handset.is_connected)
    if not isinstance(away, bool) or not isinstance(connected, bool):
        raise ValueError("away and connected must be true or false")
    if not isinstance(battery, int) or not 0 <= battery <= 100:
        raise ValueError("battery must be a number from 0 to 100")
    handset.is_away, handset.battery, handset.is_connected = away, battery, connected
    return await get_handset(exchange, handset, request)


async def post_ping(exchange: Exchange, handset: Handset, request: Request) -> Response:
    with exchange.work.under_way():
        await ping(exchange, handset, health_json(handset))
    return await get_handset(exchange, handset, request)


async def post_handset_trouble(exchange: Exchange, handset: Handset, request: Request) -> Response:
    handset.troubles.append(trouble_with(await _wish(request) or {}))
    return await get_handset(exchange, handset, request)


async def delete_handset_troubles(
    exchange: Exchange, handset: Handset, request: Request
) -> Response:
    handset.troubles.clear()
    return await get_handset(exchange, handset, request)
