"""How registrations end, for programs: the rehearsal's own addresses.

GET  /rehearsal/registrations
    {"registrations": [{"sid", "status", "facts": all of it}]}, the oldest first: profiles,
    bundles, brands, campaigns and toll-free verifications.
PUT  /rehearsal/registrations/{sid}    {"status", and any other fact of it}
    Somebody looked at it: {"status": "TWILIO_REJECTED", "rejection_reasons": [{"code",
    "reason"}], "edit_allowed": true, "edit_expiration": "2026-12-04T12:00:00Z"}; of a campaign
    {"status": "FAILED", "errors": [{"error_code", "description", "fields": [names], "url"}]}.
POST /rehearsal/registrations          {"name"?, "status"?: "twilio-approved"}
    The account's owner has made a profile on the carrier's pages.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from rehearsal.control import read_json, route_of, words
from rehearsal.exchange import Exchange
from rehearsal.office import Paper, new_paper
from rehearsal.trust_rest import NEW_BUNDLE

OWNERS_POLICY = "RN" + "0" * 32


def routes(exchange: Exchange) -> Sequence[BaseRoute]:
    route = route_of(exchange)
    return [
        route("/registrations", "GET", get_registrations),
        route("/registrations", "POST", post_profile),
        route("/registrations/{sid}", "PUT", put_registration),
    ]


def _all(exchange: Exchange) -> list[Paper]:
    return [paper for book in exchange.office.registrations() for paper in book.values()]


async def get_registrations(exchange: Exchange, request: Request) -> Response:  # noqa: ARG001
    return JSONResponse({"registrations": [_registration_json(it) for it in _all(exchange)]})


async def post_profile(exchange: Exchange, request: Request) -> Response:
    wish = await read_json(request)
    facts = {
        **NEW_BUNDLE,
        "email": "cleo@example.org",
        "friendly_name": words(wish, "name", "The network's own profile"),
        "policy_sid": OWNERS_POLICY,
        "status": words(wish, "status", "twilio-approved"),
    }
    paper = new_paper("BU", exchange.now(), facts)
    exchange.office.profiles[paper.sid] = paper
    return JSONResponse(_registration_json(paper))


async def put_registration(exchange: Exchange, request: Request) -> Response:
    """Raises ValueError for a fact that it does not have."""
    wish, sid = await read_json(request), request.path_params["sid"]
    paper = next((it for it in _all(exchange) if it.sid == sid), None)
    if paper is None:
        raise ValueError("there is no such registration")
    if "status" in wish:
        wish = {**wish, _status_of(paper): wish["status"]}
        wish = {name: it for name, it in wish.items() if name in paper.facts or name != "status"}
    if unknown := set(wish) - set(paper.facts):
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    paper.change(wish, exchange.now())
    return JSONResponse(_registration_json(paper))


def _status_of(paper: Paper) -> str:
    return "campaign_status" if "campaign_status" in paper.facts else "status"


def _registration_json(paper: Paper) -> dict[str, object]:
    return {"sid": paper.sid, "status": paper.facts[_status_of(paper)], "facts": paper.facts}
