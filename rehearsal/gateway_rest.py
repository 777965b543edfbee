"""An old phone's own API, under /smsgate/{name}, and what goes wrong with it on request.

PUT  /rehearsal/gateways/{name}          {"battery"?, "is_charging"?} → {"battery", ...}
POST /rehearsal/gateways/{name}/trouble  {"kind", "times"?: 1, "reason"?}
    kinds: full (503), refused (401), silent_taken, silent_lost (no answer), broken (500), of
    sends; failed (with a reason), of texts on their way; webhooks_twice, webhooks_backwards,
    no_webhooks, forged, old (each event is posted first with a wrong signature, or one of an
    hour ago).
DELETE /rehearsal/gateways/{name}/trouble  ends all.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from rehearsal.control import read_json, route_of
from rehearsal.exchange import Exchange
from rehearsal.gateway import (
    EVENTS,
    KINDS,
    NO_REASON,
    SEND_KINDS,
    Gateway,
    GatewayMessage,
    GatewayTrouble,
    as_json,
    wrong_with,
)
from rehearsal.gateway_events import carry
from rehearsal.phones import readable_number
from rehearsal.rest import HangUp

SILENCE = 0.2  # seconds before a connection is dropped
Endpoint = Callable[[Exchange, Gateway, Request], Awaitable[Response]]


def routes(exchange: Exchange) -> Sequence[BaseRoute]:
    def route(path: str, method: str, endpoint: Endpoint, *, open_to_all: bool = False) -> Route:
        return Route(
            f"/smsgate/{{name}}{path}",
            _guarded(exchange, endpoint, open_to_all=open_to_all),
            methods=[method],
        )

    control = route_of(exchange)
    return [
        *(route(path, "POST", send) for path in ("/message", "/messages")),
        *(route(f"{path}/{{id}}", "GET", state) for path in ("/message", "/messages")),
        route("/webhooks", "GET", webhooks),
        route("/webhooks", "POST", register),
        route("/webhooks/{id}", "DELETE", deregister),
        route("/health", "GET", health, open_to_all=True),
        control("/gateways/{name}", "PUT", put_gateway),
        control("/gateways/{name}/trouble", "POST", post_trouble),
        control("/gateways/{name}/trouble", "DELETE", end_trouble),
    ]


def _guarded(
    exchange: Exchange, endpoint: Endpoint, *, open_to_all: bool
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        gateway = exchange.gateways.get(request.path_params["name"])
        if gateway is None:
            return Response(status_code=404)
        given = request.headers.get("authorization", "")
        if not open_to_all and not _is_owner(gateway, given):
            challenge = {"WWW-Authenticate": 'Basic realm="Access to SMS Gateway"'}
            return Response(status_code=401, headers=challenge)
        response = await endpoint(exchange, gateway, request)
        exchange.note("gateway", method=request.method, status=response.status_code)
        return response

    return answer


def _is_owner(gateway: Gateway, authorization: str) -> bool:
    it = gateway.of
    wanted = base64.b64encode(f"{it.user}:{it.password}".encode()).decode()
    return hmac.compare_digest(authorization, f"Basic {wanted}")


async def send(exchange: Exchange, gateway: Gateway, request: Request) -> Response:
    """Send a text, unless a trouble comes first. An id that is known already is refused."""
    wish = await _read(request)
    if wrong := wrong_with(wish):
        return _said(400, wrong)
    to = readable_number(str(wish["phoneNumbers"][0])) or str(wish["phoneNumbers"][0])
    with exchange.attempt(to, "") as attempt:
        trouble = gateway.trouble(SEND_KINDS)
        match trouble.kind if trouble else "":
            case "full":
                return _said(503, "Queue limits exceeded")
            case "refused":
                return Response(status_code=401)
            case "broken":
                return _said(500, "Internal server error")
            case "silent_lost":
                return HangUp(SILENCE)
        known_as = str(wish.get("id") or secrets.token_urlsafe(15))
        if known_as in gateway.messages:
            return _said(409, "Message with such ID already exists")
        it = GatewayMessage(known_as, to, wish["textMessage"]["text"], exchange.now())
        it.becomes("Pending", exchange.now())
        gateway.messages[known_as] = it
        attempt.taken, attempt.sid = True, f"{gateway.of.name}:{known_as}"
        exchange.work.start(carry(exchange, gateway, it))
        if trouble and trouble.kind == "silent_taken":
            return HangUp(SILENCE)
        return JSONResponse(as_json(it, gateway.device), status_code=202)


async def state(exchange: Exchange, gateway: Gateway, request: Request) -> Response:  # noqa: ARG001
    it = gateway.messages.get(request.path_params["id"])
    return JSONResponse(as_json(it, gateway.device)) if it else Response(status_code=404)


async def webhooks(exchange: Exchange, gateway: Gateway, request: Request) -> Response:  # noqa: ARG001
    return JSONResponse(list(gateway.webhooks.values()))


async def register(exchange: Exchange, gateway: Gateway, request: Request) -> Response:  # noqa: ARG001
    """One with the id of another takes its place. The app calls https, and http on 127.0.0.1."""
    wish = await _read(request)
    url, event = str(wish.get("url", "")), wish.get("event")
    if event not in EVENTS:
        return _said(400, "event is not supported")
    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        return _said(400, "url must start with https:// or http://127.0.0.1")
    known_as = str(wish.get("id") or secrets.token_urlsafe(15))
    gateway.webhooks[known_as] = {"id": known_as, "url": url, "event": str(event)}
    return JSONResponse(gateway.webhooks[known_as], status_code=201)


async def deregister(exchange: Exchange, gateway: Gateway, request: Request) -> Response:  # noqa: ARG001
    gateway.webhooks.pop(request.path_params["id"], None)
    return Response(status_code=204)


async def health(exchange: Exchange, gateway: Gateway, request: Request) -> Response:  # noqa: ARG001
    found = gateway.health()
    return JSONResponse(found, status_code=500 if found["status"] == "fail" else 200)


async def _read(request: Request) -> dict[str, Any]:
    try:
        wish = json.loads(await request.body())
    except (ValueError, RecursionError):
        return {}
    return wish if isinstance(wish, dict) else {}


def _said(status: int, words: str) -> Response:
    return JSONResponse({"message": words}, status_code=status)


# For whoever plays.


def _gateway(exchange: Exchange, request: Request) -> Gateway:
    found = exchange.gateways.get(request.path_params["name"])
    if found is None:
        raise ValueError("there is no such phone")
    return found


async def put_gateway(exchange: Exchange, request: Request) -> Response:
    gateway, wish = _gateway(exchange, request), await read_json(request)
    battery, is_charging = wish.get("battery"), wish.get("is_charging")
    if isinstance(battery, int) and 0 <= battery <= 100:
        gateway.battery = battery
    if isinstance(is_charging, bool):
        gateway.is_charging = is_charging
    return JSONResponse({"battery": gateway.battery, "is_charging": gateway.is_charging})


async def post_trouble(exchange: Exchange, request: Request) -> Response:
    gateway, wish = _gateway(exchange, request), await read_json(request)
    kind, times, reason = wish.get("kind"), wish.get("times", 1), wish.get("reason", NO_REASON)
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(sorted(KINDS))}")
    if not isinstance(times, int) or times < 1:
        raise ValueError("times must be a number of 1 or more")
    gateway.troubles.append(GatewayTrouble(str(kind), times, str(reason)))
    return JSONResponse({"kind": kind, "times": times})


async def end_trouble(exchange: Exchange, request: Request) -> Response:
    _gateway(exchange, request).troubles.clear()
    return JSONResponse({})
