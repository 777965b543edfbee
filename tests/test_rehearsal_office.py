"""The rehearsal carrier keeps numbers, messaging services and registrations as the real one does:
asked by the real one's own package, and held to its published description."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from provisioned import Account, opened_account
from twilio.base.exceptions import TwilioException, TwilioRestException

from hotline.carriers.twilio.registration_plan import TEXTS_POLICY

LOCAL, OTHER, FREE = "+17185550111", "+17185550112", "+18335550110"


@pytest.fixture(scope="module")
def carriers_account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with opened_account(tmp_path_factory.mktemp("account")) as account:
        yield account


@pytest.fixture
def account(carriers_account: Account, tmp_path: Path) -> Iterator[Account]:
    """With nothing in it yet. The carrier kept to its published description."""
    carriers_account.control.delete("/rehearsal").raise_for_status()
    carriers_account.mistakes.clear()
    yield replace(carriers_account, folder=tmp_path, more={})
    assert carriers_account.mistakes == []


@pytest.fixture
def api(account: Account) -> Any:
    return account.carrier().api


def refused(ask: Callable[[], object]) -> tuple[int, int]:
    """HTTP status and code of a refusal."""
    with pytest.raises(TwilioRestException) as found:
        ask()
    return found.value.status, found.value.code


def bought(api: Any, number: str = LOCAL, **fields: str) -> Any:
    return api.incoming_phone_numbers.create(phone_number=number, **fields)


# Numbers.


def test_which_kinds_are_for_sale_the_country_decides(api: Any) -> None:
    codes = [it.country_code for it in api.available_phone_numbers.list()]
    assert codes == ["US", "CA", "GB"]
    assert len(api.available_phone_numbers("GB").mobile.list()) == 10
    for kind in (api.available_phone_numbers("US").mobile, api.available_phone_numbers("FR").local):
        with pytest.raises(TwilioException, match="404"):
            kind.list()


def test_numbers_can_be_asked_for_by_what_they_take(api: Any) -> None:
    local = api.available_phone_numbers("US").local
    assert len(local.list(in_postal_code="11216")) == 10
    texting = local.list(in_postal_code="11216", sms_enabled=True)
    assert texting[0].phone_number == LOCAL
    assert len(texting) == 9
    assert local.list(in_postal_code="00501") == []
    assert [it.phone_number[:5] for it in local.list(area_code=415, limit=1)] == ["+1415"]


def test_what_is_bought_is_no_longer_for_sale(api: Any) -> None:
    bought(api)
    found = api.available_phone_numbers("US").local.list(in_postal_code="11216")
    assert LOCAL not in [it.phone_number for it in found]
    assert refused(lambda: bought(api)) == (400, 21422)


def test_a_number_can_be_bought_by_its_area_code(api: Any) -> None:
    it = api.incoming_phone_numbers.create(area_code="617", friendly_name="ours")
    assert it.phone_number.startswith("+1617")
    assert it.friendly_name == "ours"


def test_a_number_is_found_by_its_digits_and_its_name(api: Any) -> None:
    own = bought(api, friendly_name="ours")
    bought(api, OTHER)
    numbers = api.incoming_phone_numbers
    assert [it.sid for it in numbers.list(phone_number=LOCAL)] == [own.sid]
    assert [it.sid for it in numbers.list(friendly_name="ours")] == [own.sid]
    assert numbers(own.sid).fetch().capabilities == {
        "voice": True,
        "sms": True,
        "mms": True,
        "fax": False,
    }
    assert numbers(own.sid).delete()
    assert refused(numbers(own.sid).fetch) == (404, 20404)
    assert refused(numbers(own.sid).delete) == (404, 20404)


def test_an_address_that_is_none_is_refused(api: Any) -> None:
    own = bought(api)
    assert refused(lambda: api.incoming_phone_numbers(own.sid).update(sms_url="nowhere")) == (
        400,
        20001,
    )
    assert not api.incoming_phone_numbers(own.sid).fetch().sms_url


def test_numbers_come_in_pages(api: Any) -> None:
    for number in (LOCAL, OTHER, FREE):
        bought(api, number)
    assert len(list(api.incoming_phone_numbers.stream(page_size=1))) == 3


def test_a_number_costs_by_its_kind(api: Any) -> None:
    prices = api.pricing.v1.phone_numbers.countries("US").fetch()
    assert {it["number_type"] for it in prices.phone_number_prices} == {"local", "toll free"}
    assert refused(api.pricing.v1.phone_numbers.countries("FR").fetch) == (404, 20404)


# Messaging services.


def test_a_service_keeps_what_it_is_told(api: Any) -> None:
    services = api.messaging.v1.services
    made = services.create(friendly_name="ours", validity_period=600)
    assert (made.use_inbound_webhook_on_number, made.validity_period) == (False, 600)
    changed = services(made.sid).update(use_inbound_webhook_on_number=True)
    assert changed.use_inbound_webhook_on_number is True
    assert services(made.sid).fetch().friendly_name == "ours"
    assert services(made.sid).delete()
    assert refused(services(made.sid).fetch) == (404, 20404)
    assert refused(lambda: services.create(friendly_name="")) == (400, 20001)


def test_services_come_in_pages(api: Any) -> None:
    for name in ("one", "two", "three"):
        api.messaging.v1.services.create(friendly_name=name)
    found = list(api.messaging.v1.services.stream(page_size=2))
    assert [it.friendly_name for it in found] == ["one", "two", "three"]


def test_a_number_is_in_one_service_at_a_time(api: Any) -> None:
    own = bought(api)
    services = api.messaging.v1.services
    first, second = (services.create(friendly_name=it).sid for it in ("first", "second"))
    put = services(first).phone_numbers.create(phone_number_sid=own.sid)
    assert (put.phone_number, put.capabilities) == (LOCAL, ["MMS", "SMS", "Voice"])
    again = lambda: services(first).phone_numbers.create(phone_number_sid=own.sid)  # noqa: E731
    assert refused(again) == (409, 21710)
    other = lambda: services(second).phone_numbers.create(phone_number_sid=own.sid)  # noqa: E731
    assert refused(other) == (409, 21712)
    assert services(first).phone_numbers(own.sid).fetch().sid == own.sid
    assert services(first).phone_numbers(own.sid).delete()
    assert services(first).phone_numbers.list() == []
    assert other()


def test_a_number_that_is_given_back_leaves_its_service(api: Any) -> None:
    own = bought(api)
    service = api.messaging.v1.services.create(friendly_name="ours").sid
    inside = api.messaging.v1.services(service).phone_numbers
    inside.create(phone_number_sid=own.sid)
    api.incoming_phone_numbers(own.sid).delete()
    assert inside.list() == []


# Registrations.


def bundle(api: Any, account: Account) -> tuple[str, str]:
    """The owner's profile, and one for texts that was sent in."""
    owner, hub = account.has_profile(), api.trusthub.v1
    made = hub.trust_products.create(friendly_name="ours", email="a@b.c", policy_sid=TEXTS_POLICY)
    about = hub.end_users.create(
        friendly_name="ours", type="us_a2p_messaging_profile_information", attributes={}
    )
    of = hub.trust_products(made.sid)
    assert refused(lambda: of.update(status="pending-review")) == (400, 20001)
    for name in (owner, about.sid):
        of.trust_products_entity_assignments.create(object_sid=name)
    assert of.trust_products_evaluations.create(policy_sid=TEXTS_POLICY).status == "compliant"
    assert of.update(status="pending-review").status == "in-review"
    return owner, made.sid


def brand(api: Any, account: Account, **fields: Any) -> Any:
    owner, for_texts = bundle(api, account)
    create = api.messaging.v1.brand_registrations.create
    return create(customer_profile_bundle_sid=owner, a2p_profile_bundle_sid=for_texts, **fields)


CAMPAIGN = {
    "description": "Neighbors who help each other, texted when somebody asks.",
    "message_flow": "They text us first, or join as volunteers by texting JOIN.",
    "message_samples": ["Maple Street: somebody needs food.", "Maple Street: your request is 12."],
    "us_app_to_person_usecase": "LOW_VOLUME",
    "has_embedded_links": False,
    "has_embedded_phone": False,
}


def test_a_bundle_says_what_it_lacks(api: Any, account: Account) -> None:
    made = api.trusthub.v1.trust_products.create(
        friendly_name="ours", email="a@b.c", policy_sid=TEXTS_POLICY
    )
    of = api.trusthub.v1.trust_products(made.sid)
    found = of.trust_products_evaluations.create(policy_sid=TEXTS_POLICY)
    assert found.status == "noncompliant"
    assert "customer profile" in found.results[0]["failure_reason"]
    assert of.fetch().status == "draft"
    assert of.delete()
    owner = account.has_profile(status="in-review")
    assert api.trusthub.v1.customer_profiles(owner).fetch().status == "in-review"


def test_a_brand_waits_until_somebody_decides(api: Any, account: Account) -> None:
    made = brand(api, account)
    brands = api.messaging.v1.brand_registrations
    assert (made.status, made.mock) == ("PENDING", False)
    assert brands(made.sid).fetch().status == "PENDING"
    account.decide(made.sid, status="FAILED", errors=[{"error_code": 30701, "fields": ["region"]}])
    assert brands(made.sid).fetch().errors == [{"error_code": 30701, "fields": ["region"]}]
    assert refused(brands(made.sid).brand_registration_otps.create) == (400, 20001)


def test_a_code_is_sent_to_a_sole_proprietor(api: Any, account: Account) -> None:
    made = brand(api, account, brand_type="SOLE_PROPRIETOR")
    again = api.messaging.v1.brand_registrations(made.sid).brand_registration_otps
    assert again.create().brand_registration_sid == made.sid


def test_a_mock_brand_is_approved_and_so_is_its_campaign(api: Any, account: Account) -> None:
    made = brand(api, account, mock=True)
    assert api.messaging.v1.brand_registrations(made.sid).fetch().status == "APPROVED"
    service = api.messaging.v1.services.create(friendly_name="ours").sid
    campaigns = api.messaging.v1.services(service).us_app_to_person
    sent = campaigns.create(brand_registration_sid=made.sid, **CAMPAIGN)
    assert (sent.campaign_status, sent.mock) == ("PENDING", True)
    again = campaigns(sent.sid).fetch()
    assert again.campaign_status == "VERIFIED"
    assert "STOP" in again.opt_out_keywords
    second = lambda: campaigns.create(brand_registration_sid=made.sid, **CAMPAIGN)  # noqa: E731
    assert refused(second) == (409, 21715)
    assert campaigns(sent.sid).delete()
    assert campaigns.list() == []


def test_a_mock_brand_of_a_sole_proprietor_has_no_campaign(api: Any, account: Account) -> None:
    """https://www.twilio.com/docs/messaging/compliance/a2p-10dlc/mock-brand-api"""
    made = brand(api, account, mock=True, brand_type="SOLE_PROPRIETOR")
    api.messaging.v1.brand_registrations(made.sid).fetch()
    service = api.messaging.v1.services.create(friendly_name="ours").sid
    campaigns = api.messaging.v1.services(service).us_app_to_person
    create = lambda: campaigns.create(brand_registration_sid=made.sid, **CAMPAIGN)  # noqa: E731
    assert refused(create) == (400, 20001)


@pytest.mark.parametrize(
    "wrong",
    [
        {"description": "too short"},
        {"message_flow": "too short"},
        {"message_samples": ["Only one sample of a text."]},
        {"message_samples": ["short", "Maple Street: your request is 12."]},
        {"help_message": "short"},
    ],
)
def test_a_campaign_says_enough(api: Any, account: Account, wrong: dict[str, Any]) -> None:
    made = brand(api, account, mock=True)
    api.messaging.v1.brand_registrations(made.sid).fetch()
    service = api.messaging.v1.services.create(friendly_name="ours").sid
    campaigns = api.messaging.v1.services(service).us_app_to_person
    fields = {**CAMPAIGN, **wrong}
    create = lambda: campaigns.create(brand_registration_sid=made.sid, **fields)  # noqa: E731
    assert refused(create) == (400, 20001)


VERIFICATION = {
    "business_name": "Maple",
    "business_website": "https://maple.example.org",
    "notification_email": "cleo@maple.example.org",
    "use_case_categories": ["CHARITY_NONPROFIT"],
    "use_case_summary": "Neighbors who help each other.",
    "production_message_sample": "Maple Street: somebody needs food.",
    "opt_in_image_urls": ["https://maple.example.org/flyer.png"],
    "opt_in_type": "VIA_TEXT",
    "message_volume": "1,000",
}


def test_a_verification_wants_a_registration_number_of_all_but_one_kind(api: Any) -> None:
    own = bought(api, FREE)
    create = api.messaging.v1.tollfree_verifications.create
    fields = {**VERIFICATION, "tollfree_phone_number_sid": own.sid}
    assert refused(lambda: create(**fields, business_type="NON_PROFIT")) == (400, 20001)
    made = create(**fields, business_type="SOLE_PROPRIETOR")
    verifications = api.messaging.v1.tollfree_verifications
    assert verifications(made.sid).fetch().status == "PENDING_REVIEW"
    assert refused(lambda: verifications(made.sid).update(business_name="Oak")) == (400, 20001)
    assert [it.sid for it in verifications.list(tollfree_phone_number_sid=own.sid)] == [made.sid]
    assert verifications.list(status="TWILIO_APPROVED") == []
    assert verifications(made.sid).delete()
    assert refused(verifications(made.sid).fetch) == (404, 20404)


def test_only_a_toll_free_number_is_verified(api: Any) -> None:
    own = bought(api)
    fields = {**VERIFICATION, "tollfree_phone_number_sid": own.sid}
    create = api.messaging.v1.tollfree_verifications.create
    assert refused(lambda: create(**fields, business_type="SOLE_PROPRIETOR")) == (400, 20001)


def test_whoever_asks_must_be_the_account(account: Account) -> None:
    account.more = {"TWILIO_AUTH_TOKEN": "another"}
    api = account.carrier().api
    for ask in (
        api.incoming_phone_numbers.list,
        api.messaging.v1.services.list,
        api.messaging.v1.brand_registrations.list,
        api.trusthub.v1.customer_profiles.list,
    ):
        with pytest.raises(Exception, match="401"):
            ask()


def test_a_wish_that_makes_no_sense_is_answered_with_why(account: Account) -> None:
    answer = account.control.put("/rehearsal/registrations/BU1", json={"status": "x"})
    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "there is no such registration"},
    )
    sid = account.has_profile()
    answer = account.control.put(f"/rehearsal/registrations/{sid}", json={"color": "red"})
    assert answer.json() == {"error": "unknown: color"}
