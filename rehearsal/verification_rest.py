"""Toll-free verifications in the carrier's REST API.

https://www.twilio.com/docs/messaging/api/tollfree-verification-resource. Nobody looks at what is
sent in: it waits until `/rehearsal/registrations` says how it ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from rehearsal.exchange import Exchange
from rehearsal.messages import Form, refusal
from rehearsal.office import Paper, asked_of, iso, missing, new_paper
from rehearsal.registration_rest import not_there, shown_or_not, wrong
from rehearsal.rest import Endpoint, guarded, read_form, refused, unless_trouble
from rehearsal.service_rest import MESSAGING, listed

VERIFICATIONS = "/v1/Tollfree/Verifications"
NEW_VERIFICATION: Mapping[str, object] = {
    "additional_information": None,
    "age_gated_content": False,
    "business_city": None,
    "business_contact_email": None,
    "business_contact_first_name": None,
    "business_contact_last_name": None,
    "business_contact_phone": None,
    "business_country": None,
    "business_name": None,
    "business_postal_code": None,
    "business_registration_authority": None,
    "business_registration_country": None,
    "business_registration_number": None,
    "business_registration_phone_number": None,
    "business_state_province_region": None,
    "business_street_address": None,
    "business_street_address2": None,
    "business_type": None,
    "business_website": None,
    "customer_profile_sid": None,
    "doing_business_as": None,
    "edit_allowed": None,
    "edit_expiration": None,
    "error_code": None,
    "external_reference_id": None,
    "help_message_sample": None,
    "message_volume": None,
    "notification_email": None,
    "opt_in_confirmation_message": None,
    "opt_in_image_urls": [],
    "opt_in_keywords": [],
    "opt_in_type": None,
    "privacy_policy_url": None,
    "production_message_sample": None,
    "regulated_item_sid": None,
    "rejection_reason": None,
    "rejection_reasons": None,
    "resource_links": {},
    "status": "PENDING_REVIEW",
    "terms_and_conditions_url": None,
    "tollfree_phone_number": None,
    "tollfree_phone_number_sid": None,
    "trust_product_sid": None,
    "use_case_categories": [],
    "use_case_summary": None,
    "vetting_id": None,
    "vetting_id_expiration": None,
    "vetting_provider": None,
}
DECIDED_THERE = frozenset(
    {
        *("edit_allowed", "edit_expiration", "error_code", "regulated_item_sid", "status"),
        *("rejection_reason", "rejection_reasons", "resource_links", "trust_product_sid"),
        *("tollfree_phone_number", "vetting_id_expiration"),
    }
)
VERIFICATION_TAKES = tuple(set(NEW_VERIFICATION) - DECIDED_THERE)
VERIFICATION_NEEDS = (
    *("business_name", "business_website", "notification_email", "use_case_categories"),
    *("use_case_summary", "production_message_sample", "opt_in_image_urls", "opt_in_type"),
    *("message_volume", "tollfree_phone_number_sid"),
)


def routes(exchange: Exchange) -> Sequence[BaseRoute]:
    def route(path: str, method: str, endpoint: Endpoint) -> Route:
        return Route(f"{VERIFICATIONS}{path}", guarded(exchange, endpoint), methods=[method])

    return [
        route("", "GET", verifications),
        route("", "POST", verify),
        route("/{sid}", "GET", verification),
        route("/{sid}", "POST", change_verification),
        route("/{sid}", "DELETE", delete_verification),
    ]


async def verifications(exchange: Exchange, request: Request) -> Response:
    asked = request.query_params
    found = [
        it
        for it in reversed(exchange.office.verifications.values())
        if asked.get("TollfreePhoneNumberSid") in (None, it.facts["tollfree_phone_number_sid"])
        if asked.get("Status") in (None, it.facts["status"])
    ]
    return listed(
        request, found, "verifications", lambda it: verification_json(it, exchange), MESSAGING
    )


async def verification(exchange: Exchange, request: Request) -> Response:
    found = exchange.office.verifications.get(request.path_params["sid"])
    return shown_or_not(found, verification_json, exchange)


async def verify(exchange: Exchange, request: Request) -> Response:
    form = await read_form(request)
    return await unless_trouble(exchange, "verification", lambda: _verify(exchange, form))


def _verify(exchange: Exchange, form: Form) -> Response:
    if lacking := missing(form, VERIFICATION_NEEDS):
        return wrong(f"{lacking} is required")
    if form.get("BusinessType") != "SOLE_PROPRIETOR":
        registered = ("business_registration_number", "business_registration_authority")
        if lacking := missing(form, (*registered, "business_registration_country")):
            return wrong(f"{lacking} is required of every BusinessType but SOLE_PROPRIETOR")
    number = exchange.office.numbers.get(form["TollfreePhoneNumberSid"])
    if number is None or number.facts["type"] != "toll-free":
        return wrong("TollfreePhoneNumberSid is no toll-free number of this account")
    try:
        given = {**NEW_VERIFICATION, **asked_of(form, VERIFICATION_TAKES, NEW_VERIFICATION)}
    except ValueError:
        return refused(refusal(20001))
    given["tollfree_phone_number"] = number.facts["phone_number"]
    paper = new_paper("HH", exchange.now(), given)
    exchange.office.verifications[paper.sid] = paper
    return JSONResponse(verification_json(paper, exchange), status_code=201)


async def change_verification(exchange: Exchange, request: Request) -> Response:
    """One that was refused and may be edited; it is looked at anew."""
    form = await read_form(request)
    paper = exchange.office.verifications.get(request.path_params["sid"])
    if paper is None:
        return not_there()
    if paper.facts["status"] != "TWILIO_REJECTED" or not paper.facts["edit_allowed"]:
        return wrong("This verification cannot be edited")
    changed = asked_of(form, VERIFICATION_TAKES, NEW_VERIFICATION)
    again = {
        "status": "PENDING_REVIEW",
        **dict.fromkeys(("rejection_reason", "rejection_reasons", "error_code", "edit_allowed")),
        "edit_expiration": None,
    }
    paper.change({**changed, **again}, exchange.now())
    return JSONResponse(verification_json(paper, exchange), status_code=202)


async def delete_verification(exchange: Exchange, request: Request) -> Response:
    found = exchange.office.verifications.pop(request.path_params["sid"], None)
    return not_there() if found is None else Response(status_code=204)


def verification_json(paper: Paper, exchange: Exchange) -> dict[str, object]:
    return {
        **paper.facts,
        "account_sid": exchange.line.account_sid,
        "date_created": iso(paper.created),
        "date_updated": iso(paper.updated or paper.created),
        "sid": paper.sid,
        "url": f"{MESSAGING}{VERIFICATIONS}/{paper.sid}",
    }
