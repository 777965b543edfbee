"""The way from what the carrier has to what we want, as a list of changes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest

from hotline.carrier_changes import (
    BuyNumber,
    MakeService,
    NumberWish,
    Offer,
    PutIntoService,
    SetNumber,
    SetService,
    Target,
    best,
    changes,
    with_fallbacks_kept,
    words_of,
)
from hotline.carriers.twilio import addresses, client, holdings
from hotline.provisioning import (
    Holdings,
    Hook,
    HookAddress,
    MessagingService,
    Mismatch,
    NumberKind,
    OwnNumber,
    mismatch,
    webhooks_that_count,
)
from hotline.registration import RegistrationState

PUBLIC = "https://help.example.org"
WANT = Target("ours", addresses.of_number(PUBLIC), addresses.of_service(PUBLIC))
NUMBER = OwnNumber("PN1", "+17185550111", takes_texts=True, takes_calls=True, webhooks=WANT.number)
SERVICE = MessagingService("MG1", "ours", WANT.service, asks_the_number=True, numbers=("PN1",))
OFFER = Offer("+17185550111", NumberKind.LOCAL)


def kinds(have: Holdings, offer: Offer | None = None) -> list[type]:
    return [type(it) for it in changes(have, WANT, offer)]


# What is to change.


def test_where_all_is_as_it_should_be_nothing_is() -> None:
    assert kinds(Holdings(NUMBER, SERVICE)) == []


def test_from_nothing_to_everything() -> None:
    assert kinds(Holdings(), OFFER) == [BuyNumber, MakeService, PutIntoService]


def test_what_was_done_is_not_done_again() -> None:
    """Wherever it broke off."""
    alone = replace(SERVICE, numbers=())
    assert kinds(Holdings(NUMBER, None), OFFER) == [MakeService, PutIntoService]
    assert kinds(Holdings(NUMBER, alone), OFFER) == [PutIntoService]


def test_a_change_is_the_same_before_and_after_the_carrier_gave_names() -> None:
    """Or it would have to be agreed to a second time."""
    before = list(changes(Holdings(), WANT, OFFER))[-1]
    after = list(changes(Holdings(NUMBER, replace(SERVICE, numbers=())), WANT))[-1]
    assert words_of(before) == words_of(after)
    assert before != after


def test_only_what_is_wrong_is_set() -> None:
    wrong = {**WANT.number, Hook.CALL: HookAddress("https://elsewhere.example")}
    (change,) = changes(Holdings(replace(NUMBER, webhooks=wrong), SERVICE), WANT)
    assert isinstance(change, SetNumber)
    assert dict(change.webhooks) == {Hook.CALL: WANT.number[Hook.CALL]}
    (row,) = change.rows()
    assert (row.now, row.then) == ("https://elsewhere.example", f"{PUBLIC}/voice#rc=3&rp=all")


def test_what_overrules_our_addresses_is_taken_off() -> None:
    number = replace(NUMBER, overruled={Hook.TEXT: "an application"})
    (change,) = changes(Holdings(number, SERVICE), WANT)
    assert isinstance(change, SetNumber)
    assert [(it.part, it.now) for it in change.rows()] == [(Hook.TEXT, "an application")]


def test_a_service_that_does_not_ask_the_number_is_told_to() -> None:
    assert kinds(Holdings(NUMBER, replace(SERVICE, asks_the_number=False))) == [SetService]


def test_a_network_may_do_without_a_service() -> None:
    want = replace(WANT, has_service=False)
    assert list(changes(Holdings(NUMBER), want)) == []


@pytest.mark.parametrize(
    ("have", "what"),
    [
        (HookAddress(), Mismatch.MISSING),
        (HookAddress("https://elsewhere.example/sms#rc=3&rp=all"), Mismatch.ELSEWHERE),
        (HookAddress(f"{PUBLIC}/voice#rc=3&rp=all"), Mismatch.ELSEWHERE),
        (HookAddress(f"{PUBLIC}/sms#rc=3&rp=all", "GET"), Mismatch.METHOD),
        (HookAddress(f"{PUBLIC}/sms"), Mismatch.IMPATIENT),
        (HookAddress(f"{PUBLIC}/sms#rc=3&rp=all"), None),
        (HookAddress(f"{PUBLIC}/sms/#rc=3&rp=all"), Mismatch.IMPATIENT),
    ],
)
def test_what_is_wrong_with_an_address(have: HookAddress, what: Mismatch | None) -> None:
    assert mismatch(have, WANT.number[Hook.TEXT]) is what


def test_a_fallback_on_another_machine_stays() -> None:
    chosen = HookAddress("https://second.example.org/sms")
    kept = with_fallbacks_kept(
        WANT.number, {Hook.TEXT_FALLBACK: chosen, Hook.TEXT: chosen, Hook.CALL_FALLBACK: chosen}
    )
    patient = HookAddress("https://second.example.org/sms#rc=3&rp=all")
    assert kept[Hook.TEXT_FALLBACK] == patient
    assert kept[Hook.TEXT] == WANT.number[Hook.TEXT]
    assert kept[Hook.CALL_FALLBACK] == WANT.number[Hook.CALL_FALLBACK]  # that leads to texts


def test_the_addresses_that_count_are_those_of_the_service_unless_it_asks_the_number() -> None:
    other = {Hook.TEXT: HookAddress("https://elsewhere.example")}
    keeps = replace(SERVICE, webhooks=other, asks_the_number=False)
    assert webhooks_that_count(NUMBER, SERVICE) == WANT.number
    counting = webhooks_that_count(NUMBER, keeps)
    assert counting[Hook.TEXT].address == "https://elsewhere.example"
    assert counting[Hook.TEXT_FALLBACK].address == ""
    assert counting[Hook.CALL] == WANT.number[Hook.CALL]


# Which number to buy.


@pytest.mark.parametrize(
    ("changed", "is_bought"),
    [
        ({}, True),
        ({"takes_texts": False}, False),
        ({"takes_calls": False}, False),
        ({"needs_address": True}, False),
        ({"takes_pictures": False}, True),
        ({"price": Decimal("1.15")}, True),
        ({"price": Decimal("2.15")}, False),
    ],
)
def test_a_number_takes_texts_and_calls_at_once_and_at_its_price(
    changed: dict[str, object], is_bought: bool
) -> None:
    wish = NumberWish("US", at_most=Decimal(2) if "price" in changed else None)
    assert (best([replace(OFFER, **changed)], wish) is not None) is is_bought  # type: ignore[arg-type]


def test_what_else_it_takes_can_be_wished() -> None:
    plain = replace(OFFER, takes_calls=False, takes_pictures=False)
    assert best([plain], NumberWish("US", calls=False)) == plain
    assert best([plain], NumberWish("US", calls=False, pictures=True)) is None


def test_where_nobody_says_the_price_none_is_bought_for_a_price() -> None:
    assert best([OFFER], NumberWish("US", at_most=Decimal(2))) is None


def test_the_cheapest_is_bought() -> None:
    dear, cheap = replace(OFFER, price=Decimal(3)), replace(OFFER, price=Decimal(1))
    assert best([dear, cheap], NumberWish("US")) == cheap


# Where it is asked.


@pytest.mark.parametrize(
    ("api", "asked", "where"),
    [
        ("https://api.twilio.com", "https://messaging.twilio.com/v1/Services", ""),
        ("https://api.twilio.com", "https://trusthub.twilio.com/v1/Policies?Page=1", ""),
        ("https://api.dublin.ie1.twilio.com", "https://pricing.twilio.com/v1/x", ""),
        (
            "https://api.dublin.ie1.twilio.com",
            "https://api.twilio.com/2010-04-01/x",
            "https://api.dublin.ie1.twilio.com/2010-04-01/x",
        ),
        (
            "http://127.0.0.1:4010",
            "https://messaging.twilio.com/v1/Services",
            "http://127.0.0.1:4010/v1/Services",
        ),
        (
            "https://alike.example/api/laml",
            "https://messaging.twilio.com/v1/Services",
            "https://alike.example/api/laml/v1/Services",
        ),
        (
            "https://api.twilio.com",
            "http://messaging.twilio.com/v1/Services",
            "https://messaging.twilio.com/v1/Services",
        ),
        (
            "https://api.twilio.com",
            "https://messaging.twilio.com.elsewhere.example/v1/Services",
            "https://api.twilio.com/v1/Services",
        ),
        (
            "https://nottwilio.com",
            "https://messaging.twilio.com/v1/x",
            "https://nottwilio.com/v1/x",
        ),
    ],
)
def test_what_is_on_another_host_is_asked_there_and_of_one_alike_at_its_only_one(
    api: str, asked: str, where: str
) -> None:
    """Our credentials go nowhere else."""
    assert client._HttpClient(api, client._unheard)._here(asked) == (where or asked)


# How a carrier writes it.


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("twilio-approved", RegistrationState.APPROVED),
        ("TWILIO_APPROVED", RegistrationState.APPROVED),
        ("VERIFIED", RegistrationState.APPROVED),
        ("IN_PROGRESS", RegistrationState.WAITING),
        ("PENDING_REVIEW", RegistrationState.WAITING),
        ("FAILED", RegistrationState.REFUSED),
        ("SUSPENDED", RegistrationState.SUSPENDED),
        ("SOMETHING_NEW", RegistrationState.UNKNOWN),
        ("", RegistrationState.UNKNOWN),
    ],
)
def test_a_carriers_word_for_how_it_stands(said: str, state: RegistrationState) -> None:
    assert holdings.standing_of(said) is state


@pytest.mark.parametrize(
    ("number", "said", "kind"),
    [
        ("+18335550110", "", NumberKind.TOLL_FREE),
        ("+18335550110", "local", NumberKind.TOLL_FREE),
        ("+448081570192", "toll_free", NumberKind.TOLL_FREE),
        ("+17185550111", "", NumberKind.LOCAL),
        ("+447700900110", "mobile", NumberKind.MOBILE),
        ("+447700900110", "", NumberKind.OTHER),
    ],
)
def test_the_kind_of_a_number(number: str, said: str, kind: NumberKind) -> None:
    assert holdings.kind_of_number(number, said) is kind


@pytest.mark.parametrize(
    ("written", "words", "code"),
    [
        ({"error_code": 30897, "description": "No.", "fields": ["MESSAGE_FLOW"]}, "No.", 30897),
        ({"code": "30446", "reason": "No consent"}, "No consent", 30446),
        ("They said no", "They said no", None),
        ({}, "", None),
    ],
)
def test_a_reason_may_be_written_in_many_ways(
    written: object, words: str, code: int | None
) -> None:
    (reason,) = holdings._reasons([written])
    assert (reason.words, reason.code) == (words, code)


def test_a_compatible_carriers_number_is_read_as_well() -> None:
    """With capabilities in capitals, truth as words, and no kind."""
    empty = dict.fromkeys(
        (
            *("sms_url", "sms_method", "sms_fallback_url", "sms_fallback_method", "voice_url"),
            *("voice_method", "voice_fallback_url", "voice_fallback_method", "status_callback"),
            *("status_callback_method", "sms_application_sid", "voice_application_sid"),
            *("trunk_sid", "voice_receive_mode", "friendly_name"),
        )
    )
    found = SimpleNamespace(
        sid="6a1f",
        phone_number="+17185550111",
        capabilities={"SMS": "true", "Voice": True},
        **empty,
    )
    it = holdings._number(found)
    assert (it.name, it.takes_texts, it.takes_calls) == ("6a1f", True, True)
    assert all(hook.address == "" and hook.method == "POST" for hook in it.webhooks.values())
