"""Messaging services in the carrier's REST API, and the numbers in them.

https://www.twilio.com/docs/messaging/api/service-resource. They are on another host at the carrier
itself; here one has all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from rehearsal.exchange import Exchange
from rehearsal.lists import meta_page_json
from rehearsal.messages import Form, Refusal, refusal
from rehearsal.office import NEW_SERVICE, Paper, asked_of, iso, missing, new_paper, wired
from rehearsal.rest import Endpoint, guarded, read_form, refused, unless_trouble

MESSAGING = "https://messaging.twilio.com"
SERVICES = "/v1/Services"
SETTABLE_OF_SERVICE = tuple(set(NEW_SERVICE) - {"us_app_to_person_registered"})
LINKS = {
    "phone_numbers": "PhoneNumbers",
    "short_codes": "ShortCodes",
    "alpha_senders": "AlphaSenders",
    "messages": "Messages",
    "us_app_to_person": "Compliance/Usa2p",
    "us_app_to_person_usecases": "Compliance/Usa2p/Usecases",
    "channel_senders": "ChannelSenders",
    "destination_alpha_senders": "DestinationAlphaSenders",
}


def routes(exchange: Exchange) -> Sequence[BaseRoute]:
    def route(path: str, method: str, endpoint: Endpoint) -> Route:
        return Route(f"{SERVICES}{path}", guarded(exchange, endpoint), methods=[method])

    return [
        route("", "GET", page),
        route("", "POST", create),
        route("/{service}/PhoneNumbers", "GET", numbers),
        route("/{service}/PhoneNumbers", "POST", put_in),
        route("/{service}/PhoneNumbers/{sid}", "GET", number_of),
        route("/{service}/PhoneNumbers/{sid}", "DELETE", take_out),
        route("/{service}", "GET", fetch),
        route("/{service}", "POST", update),
        route("/{service}", "DELETE", delete),
    ]


def service_of(exchange: Exchange, request: Request) -> Paper | None:
    return exchange.office.services.get(request.path_params["service"])


async def page(exchange: Exchange, request: Request) -> Response:
    found = list(exchange.office.services.values())
    return listed(request, found, "services", lambda it: service_json(it, exchange), MESSAGING)


def listed(
    request: Request,
    found: Iterable[Paper],
    key: str,
    shape: Callable[[Paper], dict[str, object]],
    host: str,
) -> Response:
    """A page of a list of the newer part of the API."""
    asked = Form(request.query_params.multi_items())
    try:
        return JSONResponse(
            meta_page_json(
                list(found), asked, url=f"{host}{request.url.path}", key=key, shape=shape
            )
        )
    except ValueError:
        return refused(refusal(20001))


async def create(exchange: Exchange, request: Request) -> Response:
    form = await read_form(request)
    return await unless_trouble(exchange, "service", lambda: _create(exchange, form))


def _create(exchange: Exchange, form: Form) -> Response:
    if lacking := missing(form, ["friendly_name"]):
        return refused(Refusal(20001, f"{lacking} is required"))
    try:
        facts = {**NEW_SERVICE, **asked_of(form, SETTABLE_OF_SERVICE, NEW_SERVICE)}
    except ValueError:
        return refused(refusal(20001))
    paper = new_paper("MG", exchange.now(), facts)
    exchange.office.services[paper.sid] = paper
    return JSONResponse(service_json(paper, exchange), status_code=201)


async def fetch(exchange: Exchange, request: Request) -> Response:
    paper = service_of(exchange, request)
    return (
        refused(refusal(20404, 404))
        if paper is None
        else JSONResponse(service_json(paper, exchange))
    )


async def update(exchange: Exchange, request: Request) -> Response:
    form = await read_form(request)
    paper = service_of(exchange, request)
    if paper is None:
        return refused(refusal(20404, 404))
    return await unless_trouble(exchange, "service", lambda: _update(exchange, form, paper))


def _update(exchange: Exchange, form: Form, paper: Paper) -> Response:
    try:
        paper.change(asked_of(form, SETTABLE_OF_SERVICE, NEW_SERVICE), exchange.now())
    except ValueError:
        return refused(refusal(20001))
    exchange.line = wired(exchange.line, exchange.office)
    return JSONResponse(service_json(paper, exchange))


async def delete(exchange: Exchange, request: Request) -> Response:
    office, sid = exchange.office, request.path_params["service"]
    if office.services.pop(sid, None) is None:
        return refused(refusal(20404, 404))
    office.in_service.pop(sid, None)
    exchange.line = wired(exchange.line, office)
    return Response(status_code=204)


def service_json(paper: Paper, exchange: Exchange) -> dict[str, object]:
    url = f"{MESSAGING}{SERVICES}/{paper.sid}"
    return {
        **paper.facts,
        "account_sid": exchange.line.account_sid,
        "date_created": iso(paper.created),
        "date_updated": iso(paper.updated or paper.created),
        "links": {name: f"{url}/{path}" for name, path in LINKS.items()},
        "sid": paper.sid,
        "url": url,
    }


# The numbers in one.


async def numbers(exchange: Exchange, request: Request) -> Response:
    service = service_of(exchange, request)
    if service is None:
        return refused(refusal(20404, 404))
    inside = exchange.office.in_service.get(service.sid, [])
    found = [exchange.office.numbers[it] for it in inside]
    return listed(
        request, found, "phone_numbers", lambda it: _inside_json(it, service, exchange), MESSAGING
    )


async def put_in(exchange: Exchange, request: Request) -> Response:
    form = await read_form(request)
    service = service_of(exchange, request)
    if service is None:
        return refused(refusal(20404, 404))
    return await unless_trouble(exchange, "sender", lambda: _put_in(exchange, form, service))


def _put_in(exchange: Exchange, form: Form, service: Paper) -> Response:
    office = exchange.office
    number = office.numbers.get(form.get("PhoneNumberSid", ""))
    if number is None:
        return refused(Refusal(21705, "That number is not of this account", 404))
    holder = office.service_of(number.sid)
    if holder is service:
        return refused(Refusal(21710, "The number is in this messaging service already", 409))
    if holder is not None:
        return refused(Refusal(21712, "The number is in another messaging service", 409))
    office.in_service.setdefault(service.sid, []).append(number.sid)
    exchange.line = wired(exchange.line, office)
    return JSONResponse(_inside_json(number, service, exchange), status_code=201)


async def number_of(exchange: Exchange, request: Request) -> Response:
    service, sid = service_of(exchange, request), request.path_params["sid"]
    if service is None or sid not in exchange.office.in_service.get(service.sid, []):
        return refused(refusal(20404, 404))
    return JSONResponse(_inside_json(exchange.office.numbers[sid], service, exchange))


async def take_out(exchange: Exchange, request: Request) -> Response:
    service, sid = service_of(exchange, request), request.path_params["sid"]
    inside = exchange.office.in_service.get(service.sid, []) if service else []
    if sid not in inside:
        return refused(refusal(20404, 404))
    inside.remove(sid)
    exchange.line = wired(exchange.line, exchange.office)
    return Response(status_code=204)


def _inside_json(number: Paper, service: Paper, exchange: Exchange) -> dict[str, object]:
    can = number.facts["capabilities"]
    names = {"mms": "MMS", "sms": "SMS", "voice": "Voice"}
    return {
        "account_sid": exchange.line.account_sid,
        "capabilities": [shown for name, shown in names.items() if can[name]],  # type: ignore[index]
        "country_code": "US" if number.text("phone_number").startswith("+1") else "GB",
        "date_created": iso(number.created),
        "date_updated": iso(number.created),
        "phone_number": number.facts["phone_number"],
        "service_sid": service.sid,
        "sid": number.sid,
        "url": f"{MESSAGING}{SERVICES}/{service.sid}/PhoneNumbers/{number.sid}",
    }
