"""Sending registrations in, one at a time. Each step may be done twice: what a step that broke off
has left behind is found and used. Each function raises CarrierError.

https://www.twilio.com/docs/messaging/compliance/a2p-10dlc/onboarding-isv-api has the steps of a
profile for texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hotline.carrier_changes import SendIn
from hotline.carriers.twilio.client import Carrier
from hotline.carriers.twilio.registration_plan import TEXTS_POLICY
from hotline.errors import Refused
from hotline.registration import Registered

NAMED = "hotline: texts"  # how we find again what we made in the trust hub
ABOUT_TEXTS = "us_a2p_messaging_profile_information"


def send_in(carrier: Carrier, change: SendIn) -> None:
    messaging = carrier.api.messaging.v1
    fields = {argument(name): _said(it) for name, it in change.fields.items()}
    match change.what:
        case Registered.TOLL_FREE if change.edits:
            carrier.ask(messaging.tollfree_verifications(change.edits).update, **fields)
        case Registered.TOLL_FREE:
            about = change.of["TollfreePhoneNumberSid"]
            create = messaging.tollfree_verifications.create
            carrier.ask(create, tollfree_phone_number_sid=about, **fields)
        case Registered.MESSAGING_PROFILE:
            make_messaging_profile(carrier, change)
        case Registered.BRAND:
            of = {argument(name): it for name, it in change.of.items()}
            carrier.ask(messaging.brand_registrations.create, **of, **fields)
        case Registered.CAMPAIGN:
            _send_campaign(carrier, change, fields)


def _send_campaign(carrier: Carrier, change: SendIn, fields: Mapping[str, Any]) -> None:
    service = carrier.api.messaging.v1.services(change.of["service"])
    if change.edits:
        carrier.ask(service.us_app_to_person(change.edits).update, **fields)
        return
    brand = change.of["BrandRegistrationSid"]
    carrier.ask(service.us_app_to_person.create, brand_registration_sid=brand, **fields)


_ARGUMENTS = {
    "A2PProfileBundleSid": "a2p_profile_bundle_sid",
    "BusinessStreetAddress2": "business_street_address2",
}


def argument(name: str) -> str:
    """What the package calls a field of a form: `BusinessName` is `business_name`."""
    if name in _ARGUMENTS:
        return _ARGUMENTS[name]
    return "".join(f"_{it.lower()}" if it.isupper() else it for it in name).lstrip("_")


def _said(value: str | tuple[str, ...]) -> Any:
    """Truth as the package wants it; several as a list."""
    if isinstance(value, tuple):
        return list(value)
    return {"true": True, "false": False}.get(value, value)


# A profile for texts: a bundle of the owner's profile and a few words more.


def make_messaging_profile(carrier: Carrier, change: SendIn) -> None:
    """Made, filled and sent in; what is there already is not made again."""
    hub = carrier.api.trusthub.v1
    bundle = _bundle(carrier, str(change.fields["Email"]))
    about = _about_texts(carrier, str(change.fields["company_type"]))
    of = hub.trust_products(bundle)
    inside = {it.object_sid for it in carrier.listed(of.trust_products_entity_assignments.list)}
    for name in (about, change.of["profile"]):
        if name not in inside:
            carrier.ask(of.trust_products_entity_assignments.create, object_sid=name)
    _require_complete(carrier, of)
    carrier.ask(of.update, status="pending-review")


def _bundle(carrier: Carrier, email: str) -> str:
    hub = carrier.api.trusthub.v1
    found = carrier.listed(hub.trust_products.list, friendly_name=NAMED, policy_sid=TEXTS_POLICY)
    drafts = [it.sid for it in found if str(it.status) in ("draft", "twilio-rejected")]
    if drafts:
        return str(drafts[0])
    create = hub.trust_products.create
    return str(carrier.ask(create, friendly_name=NAMED, email=email, policy_sid=TEXTS_POLICY).sid)


def _about_texts(carrier: Carrier, company_type: str) -> str:
    hub = carrier.api.trusthub.v1
    attributes = {"company_type": company_type}
    for it in carrier.listed(hub.end_users.list):
        if (it.type, it.friendly_name, it.attributes) == (ABOUT_TEXTS, NAMED, attributes):
            return str(it.sid)
    create = hub.end_users.create
    made = carrier.ask(create, friendly_name=NAMED, type=ABOUT_TEXTS, attributes=attributes)
    return str(made.sid)


def _require_complete(carrier: Carrier, bundle: Any) -> None:
    """Raises Refused with what is missing."""
    evaluations = bundle.trust_products_evaluations
    found = carrier.ask(evaluations.create, policy_sid=TEXTS_POLICY)
    if str(found.status) != "compliant":
        wrong = [it for it in found.results or [] if isinstance(it, dict) and not it.get("passed")]
        said = "; ".join(str(it.get("failure_reason") or it.get("friendly_name")) for it in wrong)
        raise Refused("the profile for texts lacks something", said=said)
