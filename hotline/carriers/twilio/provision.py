"""Numbers to buy, and one change made at the carrier.

https://www.twilio.com/docs/phone-numbers/api/availablephonenumberlocal-resource and
https://www.twilio.com/docs/phone-numbers/pricing. Each function raises CarrierError. CarrierSilent
means that the change may have been made all the same: what is there is read again before it is
tried again, and nothing is bought twice.
"""

from __future__ import annotations

import contextlib
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from hotline.carrier_changes import (
    BuyNumber,
    Change,
    MakeService,
    NumberWish,
    Offer,
    PutIntoService,
    SendIn,
    SetNumber,
    SetService,
)
from hotline.carriers.twilio import registrars
from hotline.carriers.twilio.client import Carrier
from hotline.errors import CarrierError
from hotline.provisioning import Hook, HookAddresses, NumberKind, OwnNumber

MOST_OFFERS = 20

# What is for sale.


def offers(carrier: Carrier, wish: NumberWish) -> list[Offer]:
    """Numbers that take texts and whatever else is wished, near the postcode. Their price is the
    carrier's for a number of that kind in that country."""
    of = getattr(carrier.api.available_phone_numbers(wish.country), _LISTS[wish.kind])
    asked: dict[str, Any] = {"sms_enabled": True, "limit": MOST_OFFERS}
    asked |= {"voice_enabled": True} if wish.calls else {}
    asked |= {"mms_enabled": True} if wish.pictures else {}
    if wish.postcode and wish.kind is not NumberKind.TOLL_FREE:
        asked["in_postal_code"] = wish.postcode
    price, currency = _price(carrier, wish)
    found = carrier.listed(of.list, **asked)
    return [_offer(it, wish.kind, price, currency) for it in found]


_LISTS: Final = {
    NumberKind.LOCAL: "local",
    NumberKind.TOLL_FREE: "toll_free",
    NumberKind.MOBILE: "mobile",
}
_PRICED_AS: Final = {
    NumberKind.LOCAL: "local",
    NumberKind.TOLL_FREE: "toll free",
    NumberKind.MOBILE: "mobile",
}


def _offer(it: Any, kind: NumberKind, price: Decimal | None, currency: str) -> Offer:
    can = {str(name).lower(): on for name, on in (it.capabilities or {}).items()}
    place = [getattr(it, name, None) for name in ("locality", "region", "postal_code")]
    return Offer(
        number=str(it.phone_number),
        kind=kind,
        place=" ".join(part for part in place if part),
        takes_texts=str(can.get("sms")).lower() == "true",
        takes_calls=str(can.get("voice")).lower() == "true",
        takes_pictures=str(can.get("mms")).lower() == "true",
        price=price,
        currency=currency,
        needs_address=str(it.address_requirements or "none") not in ("none", "None"),
    )


def _price(carrier: Carrier, wish: NumberWish) -> tuple[Decimal | None, str]:
    """A month, and in which currency; no price where the carrier has no such list, or will not
    say."""
    with contextlib.suppress(CarrierError):
        country = carrier.api.pricing.v1.phone_numbers.countries(wish.country)
        if (found := carrier.fetched(country.fetch)) is not None:
            return _price_in(found.phone_number_prices or [], wish.kind), found.price_unit or ""
    return None, ""


def _price_in(prices: list[Any], kind: NumberKind) -> Decimal | None:
    for it in prices:
        named = str(it.get("number_type") or it.get("type") or "")
        if named.replace("-", " ").replace("_", " ") == _PRICED_AS[kind]:
            with contextlib.suppress(InvalidOperation):
                return Decimal(str(it.get("current_price") or it.get("base_price")))
    return None


# One change.


def make(carrier: Carrier, change: Change) -> None:
    match change:
        case BuyNumber(offer, label, webhooks):
            asked = {"phone_number": offer.number, "friendly_name": label}
            carrier.ask(carrier.api.incoming_phone_numbers.create, **asked, **_of_number(webhooks))
        case SetNumber(number, webhooks):
            update = carrier.api.incoming_phone_numbers(number.name).update
            carrier.ask(update, **_of_number(webhooks), **_no_longer_overruled(number))
        case MakeService(label, webhooks):
            asked_of = _of_service(webhooks)
            carrier.ask(carrier.api.messaging.v1.services.create, friendly_name=label, **asked_of)
        case SetService(service, webhooks):
            update = carrier.api.messaging.v1.services(service.name).update
            carrier.ask(update, **_of_service(webhooks))
        case PutIntoService(_, name, service):
            inside = carrier.api.messaging.v1.services(service).phone_numbers
            carrier.ask(inside.create, phone_number_sid=name)
        case SendIn():
            registrars.send_in(carrier, change)


def release(carrier: Carrier, number: OwnNumber) -> None:
    """Give the number back: somebody else may have it tomorrow, and read what is texted to it."""
    carrier.ask(carrier.api.incoming_phone_numbers(number.name).delete)


_NUMBER_FIELDS: Final = {
    Hook.TEXT: "sms",
    Hook.TEXT_FALLBACK: "sms_fallback",
    Hook.CALL: "voice",
    Hook.CALL_FALLBACK: "voice_fallback",
}


def _of_number(webhooks: HookAddresses) -> dict[str, str]:
    fields: dict[str, str] = {}
    for hook, it in webhooks.items():
        if name := _NUMBER_FIELDS.get(hook):
            fields |= {f"{name}_url": it.address, f"{name}_method": it.method}
        elif hook is Hook.CALL_STATUS:
            fields |= {"status_callback": it.address, "status_callback_method": it.method}
    return fields


def _no_longer_overruled(number: OwnNumber) -> dict[str, str]:
    """An application or a trunk goes before the number's own addresses until it is taken off it."""
    fields: dict[str, str] = {}
    if Hook.TEXT in number.overruled:
        fields["sms_application_sid"] = ""
    if Hook.CALL in number.overruled:
        fields |= {"voice_application_sid": "", "trunk_sid": "", "voice_receive_mode": "voice"}
    return fields


def _of_service(webhooks: HookAddresses) -> dict[str, Any]:
    """Texts go to the number's own addresses; those of the service are the same, should somebody
    change that."""
    fields: dict[str, Any] = {"use_inbound_webhook_on_number": True}
    for hook, it in webhooks.items():
        match hook:
            case Hook.TEXT:
                fields |= {"inbound_request_url": it.address, "inbound_method": it.method}
            case Hook.TEXT_FALLBACK:
                fields |= {"fallback_url": it.address, "fallback_method": it.method}
            case Hook.TEXT_STATUS:
                fields["status_callback"] = it.address
    return fields
