"""The carrier's trust hub in its REST API: profiles of those who own an account, and what they are
made of.

https://www.twilio.com/docs/trust-hub/trusthub-rest-api. An account's first profile is made on the
carrier's pages, by a person; `/rehearsal/registrations` makes one here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from rehearsal.exchange import Exchange
from rehearsal.messages import Refusal, refusal
from rehearsal.office import Book, Paper, asked_of, iso, missing, new_paper
from rehearsal.rest import Endpoint, guarded, read_form, refused, unless_trouble
from rehearsal.service_rest import listed

TRUST_HUB = "https://trusthub.twilio.com"
NEW_BUNDLE: Mapping[str, object] = {
    "email": None,
    "errors": None,
    "friendly_name": None,
    "policy_sid": None,
    "status": "draft",
    "status_callback": None,
    "valid_until": None,
}
BUNDLE_LINKS = {
    "CustomerProfiles": "customer_profiles",
    "TrustProducts": "trust_products",
}
OF_BUNDLES = {
    "entity_assignments": "EntityAssignments",
    "evaluations": "Evaluations",
    "channel_endpoint_assignment": "ChannelEndpointAssignments",
}


def routes(exchange: Exchange) -> Sequence[BaseRoute]:
    def route(path: str, method: str, endpoint: Endpoint) -> Route:
        return Route(f"/v1{path}", guarded(exchange, endpoint), methods=[method])

    products = "/TrustProducts"
    return [
        route("/CustomerProfiles", "GET", profiles),
        route("/CustomerProfiles/{sid}", "GET", profile),
        route(products, "GET", trust_products),
        route(products, "POST", make),
        route(f"{products}/{{sid}}", "GET", trust_product),
        route(f"{products}/{{sid}}", "POST", submit),
        route(f"{products}/{{sid}}", "DELETE", delete),
        route(f"{products}/{{sid}}/EntityAssignments", "GET", assignments),
        route(f"{products}/{{sid}}/EntityAssignments", "POST", assign),
        route(f"{products}/{{sid}}/Evaluations", "POST", evaluate),
        route("/EndUsers", "GET", end_users),
        route("/EndUsers", "POST", make_end_user),
    ]


def _not_there() -> Response:
    return refused(refusal(20404, 404))


def _refuse(what: str) -> Response:
    return refused(Refusal(20001, what))


# Bundles: profiles and trust products.


async def profiles(exchange: Exchange, request: Request) -> Response:
    return _bundles(exchange, request, exchange.office.profiles, "CustomerProfiles")


async def trust_products(exchange: Exchange, request: Request) -> Response:
    return _bundles(exchange, request, exchange.office.trust_products, "TrustProducts")


def _bundles(exchange: Exchange, request: Request, book: Book, kind: str) -> Response:
    asked = request.query_params
    wished = {"status": "Status", "friendly_name": "FriendlyName", "policy_sid": "PolicySid"}
    found = [
        it
        for it in reversed(book.values())
        if all(asked.get(form) in (None, it.facts[name]) for name, form in wished.items())
    ]
    return listed(request, found, "results", _shape(exchange, kind), TRUST_HUB)


def _shape(exchange: Exchange, kind: str) -> Callable[[Paper], dict[str, object]]:
    return lambda it: bundle_json(it, kind, exchange)


async def profile(exchange: Exchange, request: Request) -> Response:
    found = exchange.office.profiles.get(request.path_params["sid"])
    return (
        _not_there()
        if found is None
        else JSONResponse(bundle_json(found, "CustomerProfiles", exchange))
    )


def _product(exchange: Exchange, request: Request) -> Paper | None:
    return exchange.office.trust_products.get(request.path_params["sid"])


async def trust_product(exchange: Exchange, request: Request) -> Response:
    found = _product(exchange, request)
    return (
        _not_there()
        if found is None
        else JSONResponse(bundle_json(found, "TrustProducts", exchange))
    )


async def make(exchange: Exchange, request: Request) -> Response:
    form = await read_form(request)
    names = ("friendly_name", "email", "policy_sid")
    if lacking := missing(form, names):
        return _refuse(f"{lacking} is required")
    facts = {**NEW_BUNDLE, **asked_of(form, (*names, "status_callback"), NEW_BUNDLE)}

    def take() -> Response:
        paper = new_paper("BU", exchange.now(), facts)
        exchange.office.trust_products[paper.sid] = paper
        shown = bundle_json(paper, "TrustProducts", exchange)
        return JSONResponse(shown, status_code=201)

    return await unless_trouble(exchange, "bundle", take)


async def submit(exchange: Exchange, request: Request) -> Response:
    """Send it in, once it has all that it needs; it is approved when somebody looks at it."""
    form = await read_form(request)
    paper = _product(exchange, request)
    if paper is None:
        return _not_there()
    if form.get("Status") == "pending-review":
        if lacking := _lacking(exchange, paper):
            return _refuse(f"The bundle lacks {lacking}")
        paper.change({"status": "in-review"}, exchange.now())
    return JSONResponse(bundle_json(paper, "TrustProducts", exchange))


async def delete(exchange: Exchange, request: Request) -> Response:
    found = exchange.office.trust_products.pop(request.path_params["sid"], None)
    return _not_there() if found is None else Response(status_code=204)


def bundle_json(paper: Paper, kind: str, exchange: Exchange) -> dict[str, object]:
    url, name = f"{TRUST_HUB}/v1/{kind}/{paper.sid}", BUNDLE_LINKS[kind]
    return {
        **paper.facts,
        "account_sid": exchange.line.account_sid,
        "date_created": iso(paper.created),
        "date_updated": iso(paper.updated or paper.created),
        "links": {f"{name}_{link}": f"{url}/{path}" for link, path in OF_BUNDLES.items()},
        "sid": paper.sid,
        "url": url,
    }


# What is in one.


def _inside(exchange: Exchange, bundle: Paper) -> list[Paper]:
    of = exchange.office.assignments.values()
    return [it for it in of if it.facts["trust_product_sid"] == bundle.sid]


def _lacking(exchange: Exchange, bundle: Paper) -> str:
    """What must still be in it; empty if nothing."""
    office = exchange.office
    names = {str(it.facts["object_sid"]) for it in _inside(exchange, bundle)}
    if not names & set(office.profiles):
        return "a customer profile"
    return "" if names & set(office.end_users) else "an end user of the messaging profile"


async def assignments(exchange: Exchange, request: Request) -> Response:
    bundle = _product(exchange, request)
    if bundle is None:
        return _not_there()
    found = _inside(exchange, bundle)
    return listed(request, found, "results", lambda it: _assignment_json(it, exchange), TRUST_HUB)


async def assign(exchange: Exchange, request: Request) -> Response:
    form = await read_form(request)
    bundle = _product(exchange, request)
    if bundle is None:
        return _not_there()
    office, name = exchange.office, form.get("ObjectSid", "")
    if name not in office.end_users and name not in office.profiles:
        return _refuse("ObjectSid is nothing that can be in a bundle")
    if any(it.facts["object_sid"] == name for it in _inside(exchange, bundle)):
        return _refuse("It is in this bundle already")
    facts = {"object_sid": name, "trust_product_sid": bundle.sid}
    paper = new_paper("BV", exchange.now(), facts)
    office.assignments[paper.sid] = paper
    return JSONResponse(_assignment_json(paper, exchange), status_code=201)


def _assignment_json(paper: Paper, exchange: Exchange) -> dict[str, object]:
    bundle = paper.facts["trust_product_sid"]
    return {
        **paper.facts,
        "account_sid": exchange.line.account_sid,
        "date_created": iso(paper.created),
        "sid": paper.sid,
        "url": f"{TRUST_HUB}/v1/TrustProducts/{bundle}/EntityAssignments/{paper.sid}",
    }


async def evaluate(exchange: Exchange, request: Request) -> Response:
    form = await read_form(request)
    bundle = _product(exchange, request)
    if bundle is None:
        return _not_there()
    lacking = _lacking(exchange, bundle)
    paper = new_paper("EL", exchange.now(), {})
    results = [{"friendly_name": "Bundle", "passed": False, "failure_reason": f"lacks {lacking}"}]
    shown = {
        "account_sid": exchange.line.account_sid,
        "date_created": iso(paper.created),
        "policy_sid": form.get("PolicySid"),
        "results": results if lacking else [],
        "sid": paper.sid,
        "status": "noncompliant" if lacking else "compliant",
        "trust_product_sid": bundle.sid,
        "url": f"{TRUST_HUB}/v1/TrustProducts/{bundle.sid}/Evaluations/{paper.sid}",
    }
    return JSONResponse(shown, status_code=201)


# End users: what is said about an owner, in a bundle.


async def end_users(exchange: Exchange, request: Request) -> Response:
    found = reversed(exchange.office.end_users.values())
    return listed(request, found, "results", lambda it: _end_user_json(it, exchange), TRUST_HUB)


async def make_end_user(exchange: Exchange, request: Request) -> Response:
    form = await read_form(request)
    if lacking := missing(form, ("friendly_name", "type")):
        return _refuse(f"{lacking} is required")
    try:
        attributes = json.loads(form.get("Attributes") or "{}")
    except ValueError:
        return _refuse("Attributes are an object")
    facts = {
        "attributes": attributes,
        "friendly_name": form["FriendlyName"],
        "type": form["Type"],
    }
    paper = new_paper("IT", exchange.now(), facts)
    exchange.office.end_users[paper.sid] = paper
    return JSONResponse(_end_user_json(paper, exchange), status_code=201)


def _end_user_json(paper: Paper, exchange: Exchange) -> dict[str, object]:
    return {
        **paper.facts,
        "account_sid": exchange.line.account_sid,
        "date_created": iso(paper.created),
        "date_updated": iso(paper.updated or paper.created),
        "sid": paper.sid,
        "url": f"{TRUST_HUB}/v1/EndUsers/{paper.sid}",
    }
