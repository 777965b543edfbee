"""What we have at the carrier, read: numbers, messaging services, registrations.

https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource,
https://www.twilio.com/docs/messaging/api/service-resource and
https://www.twilio.com/docs/messaging/api/tollfree-verification-resource. A carrier that knows no
messaging services or registrations answers 404: then there are none. Every function raises
CarrierError.

What the carrier answers STOP and HELP with is not to be read: those answers are set on its pages
(Advanced Opt-Out), and its API has no word for them. What was *registered* as those answers is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from hotline import phone
from hotline.carriers.twilio.client import Carrier
from hotline.provisioning import (
    Holdings,
    Hook,
    HookAddress,
    MessagingService,
    NumberKind,
    OwnNumber,
)
from hotline.registration import (
    AutomaticAnswers,
    RefusalReason,
    Registered,
    Registration,
    RegistrationState,
)
from hotline.settings import Environment

LATEST = 50  # of each kind of registration: enough to see how the last one stands


def read(carrier: Carrier, environment: Environment, label: str = "") -> Holdings:
    """All that concerns this hotline. `label`: how a provision labels what it makes; by it what
    no setting names yet is found."""
    named = environment.twilio_messaging_service_sid
    service_named = service(carrier, named) if named else None
    number = _our_number(carrier, environment.hotline_number, label, service_named)
    of = service_named or (None if named else _our_service(carrier, label, number))
    return Holdings(number, of, tuple(registrations(carrier, of, number)))


def _our_number(
    carrier: Carrier, named: str | None, label: str, service: MessagingService | None
) -> OwnNumber | None:
    """The one that is named; else one that a provision bought, or that is in our service."""
    if named:
        return number(carrier, named)
    found = numbers(carrier)
    labelled = [it for it in found if label and it.label == label]
    inside = [it for it in found if service and it.name in service.numbers]
    return next(iter([*labelled, *inside]), None)


def _our_service(carrier: Carrier, label: str, number: OwnNumber | None) -> MessagingService | None:
    found = services(carrier) if label or number else []
    holding = [it for it in found if number and number.name in it.numbers]
    labelled = [it for it in found if label and it.label == label]
    return next(iter([*holding, *labelled]), None)


# Numbers.


def numbers(carrier: Carrier) -> list[OwnNumber]:
    """All numbers of the account; short codes are not among them."""
    return [_number(it) for it in carrier.listed(carrier.api.incoming_phone_numbers.list)]


def number(carrier: Carrier, named: str) -> OwnNumber | None:
    """The number of ours that is written so; None if the account has none, as for a short code."""
    known = phone.known_as(named)
    found = carrier.listed(carrier.api.incoming_phone_numbers.list, phone_number=named)
    return next((it for it in map(_number, found) if phone.known_as(it.number) == known), None)


_WEBHOOKS: Final = {
    Hook.TEXT: "sms",
    Hook.TEXT_FALLBACK: "sms_fallback",
    Hook.CALL: "voice",
    Hook.CALL_FALLBACK: "voice_fallback",
}


def _number(it: Any) -> OwnNumber:
    can = it.capabilities or {}
    webhooks = {
        hook: HookAddress(
            getattr(it, f"{name}_url", None) or "", getattr(it, f"{name}_method", None) or "POST"
        )
        for hook, name in _WEBHOOKS.items()
    }
    webhooks[Hook.CALL_STATUS] = HookAddress(
        it.status_callback or "", it.status_callback_method or "POST"
    )
    return OwnNumber(
        name=str(it.sid),
        number=str(it.phone_number),
        label=it.friendly_name or "",
        kind=kind_of_number(str(it.phone_number), str(getattr(it, "type", None) or "")),
        takes_texts=_is_true(_can(can, "sms")),
        takes_calls=_is_true(_can(can, "voice")),
        webhooks=webhooks,
        overruled=dict(_overruled(it)),
    )


def _can(capabilities: Any, what: str) -> Any:
    """A table at one carrier, an object at another; in small letters or capitals."""
    if isinstance(capabilities, Mapping):
        return next((on for name, on in capabilities.items() if name.lower() == what), False)
    return getattr(capabilities, what, False)


def _is_true(value: object) -> bool:
    """Compatible carriers may write truth as a string."""
    return value is True or str(value).lower() == "true"


def _overruled(it: Any) -> Iterator[tuple[Hook, str]]:
    if it.sms_application_sid:
        yield from ((hook, "an application") for hook in (Hook.TEXT, Hook.TEXT_FALLBACK))
    by = "a trunk" if it.trunk_sid else "an application" if it.voice_application_sid else ""
    if not by and str(it.voice_receive_mode or "voice") == "fax":
        by = "fax: no call is answered"
    if by:
        yield from ((hook, by) for hook in (Hook.CALL, Hook.CALL_FALLBACK, Hook.CALL_STATUS))


_TOLL_FREE: Final = ("800", "822", "833", "844", "855", "866", "877", "888")
_KINDS_SAID: Final = {
    "local": NumberKind.LOCAL,
    "mobile": NumberKind.MOBILE,
    "tollfree": NumberKind.TOLL_FREE,
}


def kind_of_number(number: str, said: str = "") -> NumberKind:
    """As the carrier says (`toll-free`, `tollfree`, `toll_free`: nobody knows), else by its area
    code."""
    if number.startswith("+1") and number[2:5] in _TOLL_FREE:
        return NumberKind.TOLL_FREE
    plain = said.lower().replace("-", "").replace("_", "").replace(" ", "")
    if plain in _KINDS_SAID:
        return _KINDS_SAID[plain]
    return NumberKind.LOCAL if number.startswith("+1") else NumberKind.OTHER


# Messaging services.


def services(carrier: Carrier) -> list[MessagingService]:
    """All of the account, each with the numbers in it."""
    found = carrier.listed(carrier.api.messaging.v1.services.list)
    return [_service(carrier, it) for it in found]


def service(carrier: Carrier, named: str) -> MessagingService | None:
    """The one of this name (the carrier's); None if there is none."""
    found = carrier.fetched(carrier.api.messaging.v1.services(named).fetch)
    return None if found is None else _service(carrier, found)


def _service(carrier: Carrier, it: Any) -> MessagingService:
    inside = carrier.listed(carrier.api.messaging.v1.services(it.sid).phone_numbers.list)
    return MessagingService(
        name=str(it.sid),
        label=it.friendly_name or "",
        webhooks={
            Hook.TEXT: HookAddress(it.inbound_request_url or "", it.inbound_method or "POST"),
            Hook.TEXT_FALLBACK: HookAddress(it.fallback_url or "", it.fallback_method or "POST"),
            Hook.TEXT_STATUS: HookAddress(it.status_callback or ""),
        },
        asks_the_number=_is_true(it.use_inbound_webhook_on_number),
        numbers=tuple(str(inner.sid) for inner in inside),
    )


# Registrations.


def registrations(
    carrier: Carrier, service: MessagingService | None, number: OwnNumber | None
) -> list[Registration]:
    """Those of the account, of this service and of this number; of each kind the newest first."""
    return [
        *profiles(carrier),
        *brands(carrier),
        *(campaigns(carrier, service.name) if service else ()),
        *(verifications(carrier, number.name) if number else ()),
    ]


def profiles(carrier: Carrier) -> list[Registration]:
    """The account's own profiles, and those for texts."""
    hub = carrier.api.trusthub.v1
    own = _newest(carrier.listed(hub.customer_profiles.list, limit=LATEST))
    for_texts = _newest(carrier.listed(hub.trust_products.list, limit=LATEST))
    return [
        *(_profile(it, Registered.PROFILE) for it in own),
        *(_profile(it, Registered.MESSAGING_PROFILE) for it in for_texts),
    ]


def _profile(it: Any, what: Registered) -> Registration:
    said = str(it.status or "")
    fields = {"FriendlyName": it.friendly_name or "", "PolicySid": it.policy_sid or ""}
    return Registration(
        what, str(it.sid), standing_of(said), said, reasons=_reasons(it.errors), fields=fields
    )


def brands(carrier: Carrier) -> list[Registration]:
    found = carrier.listed(carrier.api.messaging.v1.brand_registrations.list, limit=LATEST)
    return [_brand(it) for it in _newest(found)]


def _brand(it: Any) -> Registration:
    said = str(it.status or "")
    reasons = _reasons(it.errors)
    if not reasons and it.failure_reason and standing_of(said) is RegistrationState.REFUSED:
        reasons = (RefusalReason(str(it.failure_reason)),)
    return Registration(
        Registered.BRAND,
        str(it.sid),
        standing_of(said),
        said,
        about=it.customer_profile_bundle_sid or "",
        reasons=reasons,
        is_mock=_is_true(it.mock),
        fields={"BrandType": it.brand_type or "", "IdentityStatus": str(it.identity_status or "")},
    )


def campaigns(carrier: Carrier, service: str) -> list[Registration]:
    """Of the messaging service of this name."""
    of = carrier.api.messaging.v1.services(service).us_app_to_person
    return [_campaign(it, service) for it in _newest(carrier.listed(of.list, limit=LATEST))]


def _campaign(it: Any, service: str) -> Registration:
    said = str(it.campaign_status or "")
    answers = AutomaticAnswers(
        help=it.help_message or "",
        stop=it.opt_out_message or "",
        start=it.opt_in_message or "",
        help_words=_words(it.help_keywords),
        stop_words=_words(it.opt_out_keywords),
        start_words=_words(it.opt_in_keywords),
    )
    return Registration(
        Registered.CAMPAIGN,
        str(it.sid),
        standing_of(said),
        said,
        about=service,
        reasons=_reasons(it.errors),
        is_mock=_is_true(it.mock),
        answers=answers,
        fields={
            "Description": it.description or "",
            "MessageFlow": it.message_flow or "",
            "MessageSamples": "\n".join(it.message_samples or ()),
        },
    )


def verifications(carrier: Carrier, number: str) -> list[Registration]:
    """Of the toll-free number of this name (the carrier's)."""
    found = carrier.listed(
        carrier.api.messaging.v1.tollfree_verifications.list,
        tollfree_phone_number_sid=number,
        limit=LATEST,
    )
    return [_verification(it) for it in _newest(found) if it.tollfree_phone_number_sid == number]


def _verification(it: Any) -> Registration:
    said = str(it.status or "")
    reasons = _reasons(it.rejection_reasons)
    if not reasons and (it.rejection_reason or it.error_code):
        reasons = (RefusalReason(it.rejection_reason or "", it.error_code),)
    answers = AutomaticAnswers(
        help=it.help_message_sample or "",
        start=it.opt_in_confirmation_message or "",
        start_words=_words(it.opt_in_keywords),
    )
    return Registration(
        Registered.TOLL_FREE,
        str(it.sid),
        standing_of(said),
        said,
        about=str(it.tollfree_phone_number_sid or ""),
        reasons=reasons if standing_of(said) is RegistrationState.REFUSED else (),
        may_be_edited=None if it.edit_allowed is None else _is_true(it.edit_allowed),
        edit_until=_moment(it.edit_expiration),
        answers=answers,
        fields={
            "BusinessName": it.business_name or "",
            "UseCaseSummary": it.use_case_summary or "",
            "ProductionMessageSample": it.production_message_sample or "",
        },
    )


_STANDINGS: Final = {
    "draft": RegistrationState.DRAFT,
    **dict.fromkeys(
        ("pending-review", "in-review", "pending", "in-progress"), RegistrationState.WAITING
    ),
    **dict.fromkeys(("twilio-approved", "approved", "verified"), RegistrationState.APPROVED),
    **dict.fromkeys(("twilio-rejected", "rejected", "failed"), RegistrationState.REFUSED),
    **dict.fromkeys(
        ("suspended", "expired", "deletion-pending", "deletion-failed"), RegistrationState.SUSPENDED
    ),
}


def standing_of(said: str) -> RegistrationState:
    """What a carrier's word means; it writes them in small letters with hyphens in one part of its
    API, and in capitals in another."""
    return _STANDINGS.get(said.lower().replace("_", "-"), RegistrationState.UNKNOWN)


def _newest(found: Iterable[Any]) -> list[Any]:
    """The newest first; no list of the carrier's promises an order."""
    return sorted(found, key=lambda it: _moment(it.date_created) or _LONG_AGO, reverse=True)


_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def _moment(value: object) -> datetime | None:
    """With a zone: the package reads moments of some lists without one."""
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _words(keywords: object) -> tuple[str, ...]:
    """A list, or one string with commas."""
    found = keywords.split(",") if isinstance(keywords, str) else keywords or ()
    return tuple(str(it).strip().upper() for it in found if str(it).strip())  # type: ignore[attr-defined]


def _reasons(errors: object) -> tuple[RefusalReason, ...]:
    """Its shape is published only by examples (`error_code`, `description`, `fields`, `url` of
    brands and campaigns): of others we take what looks alike."""
    found = errors if isinstance(errors, list) else []
    return tuple(_reason(it) for it in found)


def _reason(it: object) -> RefusalReason:
    if not isinstance(it, Mapping):
        return RefusalReason(str(it))
    code = next((it[name] for name in ("error_code", "code", "reason_code") if name in it), None)
    names = ("description", "reason", "message", "failure_reason")
    fields = it.get("fields")
    return RefusalReason(
        words=str(next((it[name] for name in names if it.get(name)), "")),
        code=int(code) if str(code).isdigit() else None,  # type: ignore[arg-type]
        fields=tuple(map(str, fields)) if isinstance(fields, list) else (),
        more=str(it.get("url") or it.get("more_info") or ""),
    )
