"""Who writes and what, in the carrier's REST API: brands and campaigns.

https://www.twilio.com/docs/messaging/api/brand-registration-resource and
https://www.twilio.com/docs/messaging/api/usapptoperson-resource. Nobody looks at what is
sent in: it waits until `/rehearsal/registrations` says how it ends, but for a mock brand and its
campaigns, which are approved when they are next looked at (as far as is known, the real ones are
within minutes).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from rehearsal.exchange import Exchange
from rehearsal.messages import Form, Refusal, refusal
from rehearsal.office import Paper, asked_of, iso, missing, new_paper
from rehearsal.rest import Endpoint, guarded, read_form, refused, unless_trouble
from rehearsal.service_rest import MESSAGING, SERVICES, listed, service_of

BRANDS = "/v1/a2p/BrandRegistrations"
CAMPAIGNS = f"{SERVICES}/{{service}}/Compliance/Usa2p"
NEW_BRAND: Mapping[str, object] = {
    "a2p_profile_bundle_sid": None,
    "brand_feedback": [],
    "brand_score": None,
    "brand_type": "STANDARD",
    "customer_profile_bundle_sid": None,
    "errors": [],
    "failure_reason": None,
    "government_entity": False,
    "identity_status": "SELF_DECLARED",
    "mock": False,
    "russell_3000": False,
    "skip_automatic_sec_vet": False,
    "status": "PENDING",
    "tax_exempt_status": None,
    "tcr_id": None,
}
NEW_CAMPAIGN: Mapping[str, object] = {
    "age_gated": False,
    "brand_registration_sid": None,
    "campaign_id": None,
    "campaign_status": "PENDING",
    "description": None,
    "direct_lending": False,
    "errors": [],
    "has_embedded_links": False,
    "has_embedded_phone": False,
    "help_keywords": ["HELP", "INFO"],
    "help_message": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    "is_externally_registered": False,
    "message_flow": None,
    "message_samples": [],
    "mock": False,
    "opt_in_keywords": [],
    "opt_in_message": None,
    "opt_out_keywords": ["OPTOUT", "CANCEL", "END", "QUIT", "UNSUBSCRIBE", "REVOKE", "STOP"],
    "opt_out_message": "You have successfully been unsubscribed. You will not receive any more"
    " messages from this number. Reply START to resubscribe.",
    "rate_limits": {},
    "subscriber_opt_in": False,
    "us_app_to_person_usecase": None,
}
CAMPAIGN_NEEDS = (
    *("brand_registration_sid", "description", "message_flow", "message_samples"),
    *("us_app_to_person_usecase", "has_embedded_links", "has_embedded_phone"),
)
CAMPAIGN_TAKES = (
    *CAMPAIGN_NEEDS,
    *("opt_in_message", "opt_out_message", "help_message", "opt_in_keywords"),
    *("opt_out_keywords", "help_keywords", "subscriber_opt_in", "age_gated", "direct_lending"),
)
CAMPAIGN_CHANGES = (
    *("has_embedded_links", "has_embedded_phone", "message_samples", "message_flow"),
    *("description", "age_gated", "direct_lending"),
)
SHORTEST = {"Description": 40, "MessageFlow": 40}


def routes(exchange: Exchange) -> Sequence[BaseRoute]:
    def route(path: str, method: str, endpoint: Endpoint) -> Route:
        return Route(path, guarded(exchange, endpoint), methods=[method])

    return [
        route(BRANDS, "GET", brands),
        route(BRANDS, "POST", register_brand),
        route(f"{BRANDS}/{{sid}}", "GET", brand),
        route(f"{BRANDS}/{{sid}}/SmsOtp", "POST", send_code),
        route(CAMPAIGNS, "GET", campaigns),
        route(CAMPAIGNS, "POST", register_campaign),
        route(f"{CAMPAIGNS}/{{sid}}", "GET", campaign),
        route(f"{CAMPAIGNS}/{{sid}}", "POST", change_campaign),
        route(f"{CAMPAIGNS}/{{sid}}", "DELETE", delete_campaign),
    ]


def wrong(what: str, code: int = 20001, status: int = 400) -> Response:
    return refused(Refusal(code, what, status))


def not_there() -> Response:
    return refused(refusal(20404, 404))


def shown_or_not(
    paper: Paper | None, shape: Callable[[Paper, Exchange], dict[str, object]], exchange: Exchange
) -> Response:
    return not_there() if paper is None else JSONResponse(shape(paper, exchange))


# Brands.


async def brands(exchange: Exchange, request: Request) -> Response:
    found = reversed(exchange.office.brands.values())
    return listed(request, found, "data", lambda it: brand_json(it, exchange), MESSAGING)


async def brand(exchange: Exchange, request: Request) -> Response:
    return shown_or_not(
        exchange.office.brands.get(request.path_params["sid"]), brand_json, exchange
    )


async def register_brand(exchange: Exchange, request: Request) -> Response:
    form = await read_form(request)
    return await unless_trouble(exchange, "brand", lambda: _register_brand(exchange, form))


def _register_brand(exchange: Exchange, form: Form) -> Response:
    profiles, office = ("customer_profile_bundle_sid", "a2p_profile_bundle_sid"), exchange.office
    if lacking := missing(form, profiles):
        return wrong(f"{lacking} is required")
    given = asked_of(form, (*profiles, "brand_type", "mock", "skip_automatic_sec_vet"), NEW_BRAND)
    books = (office.profiles, office.trust_products)
    for name, book in zip(profiles, books, strict=True):
        bundle = book.get(str(given[name]))
        if bundle is None or bundle.facts["status"] not in ("twilio-approved", "in-review"):
            return wrong(f"{name}: there is no such bundle, or it was not sent in")
    paper = new_paper("BN", exchange.now(), {**NEW_BRAND, **given})
    office.brands[paper.sid] = paper
    return JSONResponse(brand_json(paper, exchange, is_looked_at=False), status_code=201)


async def send_code(exchange: Exchange, request: Request) -> Response:
    """Another text with a code, to whoever registers as a sole proprietor."""
    await read_form(request)
    paper = exchange.office.brands.get(request.path_params["sid"])
    if paper is None:
        return not_there()
    if paper.facts["brand_type"] != "SOLE_PROPRIETOR" or paper.facts["mock"]:
        return wrong("No code is sent for this brand")
    shown = {"account_sid": exchange.line.account_sid, "brand_registration_sid": paper.sid}
    return JSONResponse(shown, status_code=201)


def brand_json(paper: Paper, exchange: Exchange, *, is_looked_at: bool = True) -> dict[str, object]:
    if is_looked_at and paper.facts["mock"] and paper.facts["status"] == "PENDING":
        paper.change({"status": "APPROVED", "tcr_id": "BMOCK01"}, exchange.now())
    url = f"{MESSAGING}{BRANDS}/{paper.sid}"
    return {
        **paper.facts,
        "account_sid": exchange.line.account_sid,
        "date_created": iso(paper.created),
        "date_updated": iso(paper.updated or paper.created),
        "links": {"brand_vettings": f"{url}/Vettings", "brand_registration_otps": f"{url}/SmsOtp"},
        "sid": paper.sid,
        "url": url,
    }


# Campaigns.


async def campaigns(exchange: Exchange, request: Request) -> Response:
    service = service_of(exchange, request)
    if service is None:
        return not_there()
    of_service = [
        it
        for it in reversed(exchange.office.campaigns.values())
        if it.facts["messaging_service_sid"] == service.sid
    ]
    return listed(
        request, of_service, "compliance", lambda it: campaign_json(it, exchange), MESSAGING
    )


def _campaign(exchange: Exchange, request: Request) -> Paper | None:
    paper = exchange.office.campaigns.get(request.path_params["sid"])
    is_of = paper and paper.facts["messaging_service_sid"] == request.path_params["service"]
    return paper if is_of else None


async def campaign(exchange: Exchange, request: Request) -> Response:
    return shown_or_not(_campaign(exchange, request), campaign_json, exchange)


async def register_campaign(exchange: Exchange, request: Request) -> Response:
    form = await read_form(request)
    service = service_of(exchange, request)
    if service is None:
        return not_there()
    return await unless_trouble(
        exchange, "campaign", lambda: _register_campaign(exchange, form, service)
    )


def _register_campaign(exchange: Exchange, form: Form, service: Paper) -> Response:
    office = exchange.office
    if lacking := missing(form, CAMPAIGN_NEEDS):
        return wrong(f"{lacking} is required")
    if why := _wrong_with_campaign(form):
        return wrong(why)
    of = office.brands.get(form["BrandRegistrationSid"])
    if of is None or of.facts["status"] != "APPROVED":
        return wrong("The brand is not approved", 21714)
    if of.facts["mock"] and of.facts["brand_type"] == "SOLE_PROPRIETOR":
        return wrong("A mock brand of a sole proprietor has no campaigns")
    if any(it.facts["messaging_service_sid"] == service.sid for it in office.campaigns.values()):
        return wrong("The messaging service has a campaign", 21715, 409)
    given = {
        **NEW_CAMPAIGN,
        **asked_of(form, CAMPAIGN_TAKES, NEW_CAMPAIGN),
        "messaging_service_sid": service.sid,
        "mock": of.facts["mock"],
    }
    paper = new_paper("QE", exchange.now(), given)
    office.campaigns[paper.sid] = paper
    service.change({"us_app_to_person_registered": True}, exchange.now())
    return JSONResponse(campaign_json(paper, exchange, is_looked_at=False), status_code=201)


def _wrong_with_campaign(form: Form) -> str:
    """What is too short or too few; empty for nothing."""
    for name, letters in SHORTEST.items():
        if name in form and len(form[name]) < letters:
            return f"{name} has fewer than {letters} letters"
    samples = form.getlist("MessageSamples")
    if "MessageSamples" in form and not 2 <= len(samples) <= 5:
        return "MessageSamples are two to five"
    if any(not 20 <= len(it) <= 1024 for it in samples):
        return "Each of MessageSamples has 20 to 1024 letters"
    answers = ("OptInMessage", "OptOutMessage", "HelpMessage")
    wrong = [it for it in answers if form.get(it) and not 20 <= len(form[it]) <= 320]
    return f"{wrong[0]} has 20 to 320 letters" if wrong else ""


async def change_campaign(exchange: Exchange, request: Request) -> Response:
    """One that was refused; it is looked at anew."""
    form = await read_form(request)
    paper = _campaign(exchange, request)
    if paper is None:
        return not_there()
    if lacking := missing(form, CAMPAIGN_CHANGES):
        return wrong(f"{lacking} is required")
    if paper.facts["campaign_status"] != "FAILED":
        return wrong("Only a campaign that failed can be changed")
    if why := _wrong_with_campaign(form):
        return wrong(why)
    changed = asked_of(form, CAMPAIGN_CHANGES, NEW_CAMPAIGN)
    paper.change({**changed, "campaign_status": "PENDING", "errors": []}, exchange.now())
    return JSONResponse(campaign_json(paper, exchange, is_looked_at=False))


async def delete_campaign(exchange: Exchange, request: Request) -> Response:
    paper = _campaign(exchange, request)
    if paper is None:
        return not_there()
    del exchange.office.campaigns[paper.sid]
    return Response(status_code=204)


def campaign_json(
    paper: Paper, exchange: Exchange, *, is_looked_at: bool = True
) -> dict[str, object]:
    if is_looked_at and paper.facts["mock"] and paper.facts["campaign_status"] == "PENDING":
        paper.change({"campaign_status": "VERIFIED", "campaign_id": "CMOCK01"}, exchange.now())
    service = paper.text("messaging_service_sid")
    return {
        **paper.facts,
        "account_sid": exchange.line.account_sid,
        "date_created": iso(paper.created),
        "date_updated": iso(paper.updated or paper.created),
        "sid": paper.sid,
        "url": f"{MESSAGING}{CAMPAIGNS.format(service=service)}/{paper.sid}",
    }
