"""Numbers in the carrier's REST API: those for sale, what they cost, and those of the account.

https://www.twilio.com/docs/phone-numbers/api/availablephonenumber-resource,
https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource and
https://www.twilio.com/docs/phone-numbers/pricing.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from rehearsal import offers
from rehearsal.exchange import Exchange
from rehearsal.lists import page_json
from rehearsal.messages import API_VERSION, Form, Line, Refusal, refusal, rfc2822
from rehearsal.offers import ForSale
from rehearsal.office import NEW_NUMBER, Paper, asked_of, owned, wired
from rehearsal.phones import readable_number
from rehearsal.rest import (
    Endpoint,
    guarded,
    read_form,
    refused,
    unless_trouble,
)

KINDS = {"Local": "local", "TollFree": "toll_free", "Mobile": "mobile"}
SETTABLE = (
    *("friendly_name", "sms_url", "sms_method", "sms_fallback_url", "sms_fallback_method"),
    *("voice_url", "voice_method", "voice_fallback_url", "voice_fallback_method"),
    *("status_callback", "status_callback_method", "sms_application_sid"),
    *("voice_application_sid", "trunk_sid", "voice_receive_mode"),
)


def routes(exchange: Exchange) -> Sequence[BaseRoute]:
    account = f"/{API_VERSION}/Accounts/{{account}}"

    def route(path: str, method: str, endpoint: Endpoint) -> Route:
        return Route(path, guarded(exchange, endpoint), methods=[method])

    own = f"{account}/IncomingPhoneNumbers"
    return [
        route(f"{account}/AvailablePhoneNumbers.json", "GET", countries),
        route(f"{account}/AvailablePhoneNumbers/{{country}}/{{kind}}.json", "GET", available),
        route("/v1/PhoneNumbers/Countries/{country}", "GET", prices),
        route(f"{own}.json", "GET", page),
        route(f"{own}.json", "POST", buy),
        route(f"{own}/{{sid}}.json", "GET", fetch),
        route(f"{own}/{{sid}}.json", "POST", update),
        route(f"{own}/{{sid}}.json", "DELETE", release),
    ]


# Those for sale.


async def countries(exchange: Exchange, request: Request) -> Response:  # noqa: ARG001
    uri = request.url.path
    found = [_country_json(code, uri.removesuffix(".json")) for code in offers.COUNTRIES]
    return JSONResponse({"countries": found, "uri": uri})


def _country_json(code: str, uri: str) -> dict[str, object]:
    known = {"local": "Local", "toll_free": "TollFree", "mobile": "Mobile"}
    return {
        "beta": False,
        "country": offers.COUNTRIES[code],
        "country_code": code,
        "subresource_uris": {it: f"{uri}/{code}/{known[it]}.json" for it in offers.KINDS_IN[code]},
        "uri": f"{uri}/{code}.json",
    }


async def available(exchange: Exchange, request: Request) -> Response:
    """Those that nobody has; no more than one page of them."""
    country, kind = request.path_params["country"], KINDS.get(request.path_params["kind"], "")
    if kind not in offers.KINDS_IN.get(country, ()):
        return refused(refusal(20404, 404))
    asked = dict(request.query_params)
    most = int(asked.get("PageSize") or 50)
    found = offers.for_sale(country, kind, asked)
    shown = [it for it in found if exchange.office.number_called(it.number) is None][:most]
    uri = request.url.path
    return JSONResponse(
        {
            "available_phone_numbers": [_offer_json(it) for it in shown],
            "end": max(len(shown) - 1, 0),
            "first_page_uri": uri,
            "next_page_uri": None,
            "page": 0,
            "page_size": most,
            "previous_page_uri": None,
            "start": 0,
            "uri": uri,
        }
    )


def _offer_json(it: ForSale) -> dict[str, object]:
    shown: dict[str, object] = {
        "address_requirements": "none",
        "beta": False,
        "capabilities": {"voice": it.calls, "sms": it.texts, "mms": it.texts, "fax": False},
        "friendly_name": it.number,
        "iso_country": it.country,
        "lata": None,
        "latitude": None,
        "locality": it.locality or None,
        "longitude": None,
        "phone_number": it.number,
        "postal_code": it.postal_code or None,
        "rate_center": it.locality.upper() or None,
        "region": it.region or None,
    }
    return shown


async def prices(exchange: Exchange, request: Request) -> Response:  # noqa: ARG001
    """Not in the published description that the tests read: after the carrier's own package."""
    country = request.path_params["country"]
    if country not in offers.PRICES:
        return refused(refusal(20404, 404))
    kinds = offers.PRICES[country]
    found = [
        {"number_type": kind, "base_price": it, "current_price": it} for kind, it in kinds.items()
    ]
    return JSONResponse(
        {
            "country": offers.COUNTRIES[country],
            "iso_country": country,
            "phone_number_prices": found,
            "price_unit": "usd",
            "url": f"https://pricing.twilio.com{request.url.path}",
        }
    )


# Those of the account.


async def page(exchange: Exchange, request: Request) -> Response:
    asked = Form(request.query_params.multi_items())
    found = [it for it in reversed(exchange.office.numbers.values()) if _is_asked_for(it, asked)]
    uri, line = numbers_uri(exchange.line), exchange.line
    try:
        return JSONResponse(
            page_json(
                found,
                asked,
                ("PhoneNumber", "FriendlyName"),
                uri=f"{uri}.json",
                key="incoming_phone_numbers",
                shape=lambda it: number_json(it, line),
            )
        )
    except ValueError:
        return refused(refusal(20001))


def _is_asked_for(it: Paper, asked: Form) -> bool:
    """`PhoneNumber` may be a part of one."""
    digits = asked.get("PhoneNumber", "").strip()
    return digits.lstrip("+") in it.text("phone_number") and asked.get("FriendlyName", "") in (
        "",
        it.text("friendly_name"),
    )


async def buy(exchange: Exchange, request: Request) -> Response:
    form = await read_form(request)
    wished = form.get("PhoneNumber", "")
    number = readable_number(wished) or wished
    return await unless_trouble(exchange, number, lambda: _buy(exchange, form, number))


def _buy(exchange: Exchange, form: Form, number: str) -> Response:
    office = exchange.office
    offer = _offer(number, form.get("AreaCode", ""))
    if offer is None or office.number_called(offer.number):
        return refused(
            Refusal(21422, f"The number {number} is not available", 400)
            if number
            else Refusal(21452, "No numbers were found for that area code", 400)
        )
    try:
        facts = {**NEW_NUMBER, **asked_of(form, SETTABLE, NEW_NUMBER)}
    except ValueError:
        return refused(refusal(20001))
    paper = office.own(owned(offer, facts, exchange.now()))
    exchange.line = wired(exchange.line, office)
    return JSONResponse(number_json(paper, exchange.line), status_code=201)


def _offer(number: str, area_code: str) -> ForSale | None:
    """What is bought: this number, or any of an area code."""
    if not number:
        return next(offers.for_sale("US", "local", {"AreaCode": area_code}), None)
    everything = (
        it
        for country, kinds in offers.KINDS_IN.items()
        for kind in kinds
        for it in offers.for_sale(country, kind, _area(number, kind))
    )
    return next((it for it in everything if it.number == number), None)


def _area(number: str, kind: str) -> dict[str, str]:
    """Whatever place it was found at, it has an area code."""
    return {"AreaCode": number[2:5]} if number.startswith("+1") and kind == "local" else {}


async def fetch(exchange: Exchange, request: Request) -> Response:
    paper = exchange.office.numbers.get(request.path_params["sid"])
    if paper is None:
        return refused(refusal(20404, 404))
    return JSONResponse(number_json(paper, exchange.line))


async def update(exchange: Exchange, request: Request) -> Response:
    form = await read_form(request)
    paper = exchange.office.numbers.get(request.path_params["sid"])
    if paper is None:
        return refused(refusal(20404, 404))
    return await unless_trouble(
        exchange, paper.text("phone_number"), lambda: _update(exchange, form, paper)
    )


def _update(exchange: Exchange, form: Form, paper: Paper) -> Response:
    try:
        paper.change(asked_of(form, SETTABLE, NEW_NUMBER), exchange.now())
    except ValueError:
        return refused(refusal(20001))
    exchange.line = wired(exchange.line, exchange.office)
    return JSONResponse(number_json(paper, exchange.line))


async def release(exchange: Exchange, request: Request) -> Response:
    """It goes out of its messaging service, too."""
    office, sid = exchange.office, request.path_params["sid"]
    if sid not in office.numbers:
        return refused(refusal(20404, 404))
    del office.numbers[sid]
    for inside in office.in_service.values():
        if sid in inside:
            inside.remove(sid)
    exchange.line = wired(exchange.line, office)
    return Response(status_code=204)


def number_json(paper: Paper, line: Line) -> dict[str, object]:
    return {
        **paper.facts,
        "account_sid": line.account_sid,
        "date_created": rfc2822(paper.created),
        "date_updated": rfc2822(paper.updated or paper.created),
        "sid": paper.sid,
        "uri": f"{numbers_uri(line)}/{paper.sid}.json",
    }


def numbers_uri(line: Line) -> str:
    return f"/{API_VERSION}/Accounts/{line.account_sid}/IncomingPhoneNumbers"
