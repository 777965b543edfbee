"""`hotline provision` against an account at a rehearsal carrier."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from provisioned import OWNER, PUBLIC, Account, opened_account
from served import serve
from servers import KEYRING
from sqlalchemy import Connection
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from urllib3.exceptions import ProtocolError

from hotline import settings
from hotline.carrier_changes import SetService
from hotline.carriers.twilio import addresses, holdings
from hotline.help_request import HelpRequest
from hotline.provisioning import Hook, HookAddress, NumberKind
from hotline.store import people, requests
from hotline.store.database import Database
from serving.provision_desk import CarrierDesk, NotProvisioned, Wish

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
BOUGHT = "+17185550111"


@pytest.fixture(scope="module")
def carriers_account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with opened_account(tmp_path_factory.mktemp("account")) as account:
        yield account


@pytest.fixture
def account(
    carriers_account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Account]:
    """With nothing in it yet. The carrier kept to its published description."""
    monkeypatch.chdir(tmp_path)
    carriers_account.control.delete("/rehearsal").raise_for_status()
    carriers_account.mistakes.clear()
    yield replace(carriers_account, folder=tmp_path, more={})
    assert carriers_account.mistakes == []


def held(account: Account) -> holdings.Holdings:
    return holdings.read(
        account.carrier(), account.environment(), "hotline: Maple Street Mutual Aid"
    )


# A number, and all its addresses.


def test_a_number_is_bought_with_its_addresses_after_a_yes(account: Account) -> None:
    said = account.provision("--near", "11216", says="y\n")
    assert f"buy {BOUGHT} (local, Brooklyn NY 11216; 1.15 USD a month)" in said
    assert f"HOTLINE_NUMBER={BOUGHT}" in said
    have = held(account)
    assert have.number
    assert have.service
    assert (have.number.number, have.number.takes_texts, have.number.takes_calls) == (
        BOUGHT,
        True,
        True,
    )
    assert dict(have.number.webhooks) == addresses.of_number(PUBLIC)
    assert dict(have.service.webhooks) == addresses.of_service(PUBLIC)
    assert have.service.asks_the_number
    assert have.service.numbers == (have.number.name,)


def test_what_the_hotline_must_know_is_written_after_another_yes(account: Account) -> None:
    file = account.folder / ".env"
    file.write_text("PORT=8000\nHOTLINE_NUMBER=\n# the rest", encoding="utf-8")
    account.provision("--dry-run")
    account.provision("--near", "11216", says="y\nn\n")
    assert file.read_text(encoding="utf-8") == "PORT=8000\nHOTLINE_NUMBER=\n# the rest"
    assert "Start the hotline anew" in account.provision(says="y\n")
    service = held(account).service
    assert service
    assert file.read_text(encoding="utf-8") == (
        f"PORT=8000\nHOTLINE_NUMBER={BOUGHT}\n# the rest\n"
        f"TWILIO_MESSAGING_SERVICE_SID={service.name}\n"
    )


def test_without_a_yes_nothing_is_changed(account: Account) -> None:
    assert "Aborted" in account.refused(says="n\n")
    assert account.changes() == 0


def test_nothing_is_changed_when_dry(account: Account) -> None:
    said = account.provision("--dry-run")
    assert "Nothing was changed." in said
    assert f"{PUBLIC}/sms#rc=3&rp=all" in said
    assert account.changes() == 0


def test_a_second_time_changes_nothing(account: Account) -> None:
    account.provision("--yes")
    before = account.changes()
    assert "There is nothing to change." in account.provision("--yes")
    assert account.changes() == before
    account.more = {"HOTLINE_NUMBER": BOUGHT.replace("718", "212")}
    assert "There is nothing to change." in account.provision("--yes")
    assert account.changes() == before


def test_a_number_that_takes_calls_alone_is_not_bought(account: Account) -> None:
    assert "+17185550110" not in account.provision("--near", "11216", "--dry-run")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--near", "00501"], "no local number near 00501"),
        (["--at-most", "1.00"], "no local number in US for 1.00 a month"),
        (["--kind", "mobile"], "no mobile number in US"),
    ],
)
def test_where_there_is_none_it_says_so(account: Account, arguments: list[str], why: str) -> None:
    assert why in account.refused(*arguments)
    assert account.changes() == 0


def test_a_toll_free_number_is_bought_as_well(account: Account) -> None:
    account.provision("--yes", "--kind", "toll-free", "--at-most", "2.15")
    number = held(account).number
    assert number
    assert number.kind is NumberKind.TOLL_FREE


def test_who_has_a_number_already_is_told_before_another_is_bought(account: Account) -> None:
    create = account.carrier().api.incoming_phone_numbers.create
    create(phone_number=BOUGHT, friendly_name="an old one")
    said = account.refused("--near", "11216", says="n\n")
    assert said.index(f"HOTLINE_NUMBER={BOUGHT}") < said.index("Make these changes?")


def test_a_number_of_another_account_is_not_replaced(account: Account) -> None:
    account.more = {"HOTLINE_NUMBER": "+12125550177"}
    assert "no number +12125550177" in account.refused("--yes")
    assert account.changes() == 0


def test_a_short_code_is_set_up_by_hand_and_nothing_is_bought(account: Account) -> None:
    account.more = {"HOTLINE_NUMBER": "21212"}
    said = account.provision("--yes")
    assert f"A message comes in\n    {PUBLIC}/sms#rc=3&rp=all" in said
    assert holdings.numbers(account.carrier()) == []
    assert held(account).service
    assert "There is nothing to change." in account.provision("--yes")


def test_a_number_can_be_wished_for_that_takes_pictures_or_no_calls(account: Account) -> None:
    assert BOUGHT in account.provision("--near", "11216", "--pictures", "--no-calls", "--dry-run")
    log = account.control.get("/rehearsal/log").json()["log"]
    assert any("AvailablePhoneNumbers" in str(it) for it in log)


# What is wrong is set right.


def bought(account: Account) -> None:
    account.provision("--yes", "--near", "11216")
    account.more = {"HOTLINE_NUMBER": BOUGHT}


def test_what_somebody_changed_is_set_right_and_nothing_else(account: Account) -> None:
    bought(account)
    have = held(account)
    assert have.number
    account.carrier().api.incoming_phone_numbers(have.number.name).update(
        sms_url="https://elsewhere.example/sms",
        voice_method="GET",
        voice_fallback_url=f"{PUBLIC}/voice",
    )
    said = account.provision("--dry-run")
    assert "https://elsewhere.example/sms" in said
    assert f"GET {PUBLIC}/voice" in said
    assert "how calls end" not in said
    account.provision("--yes")
    number = held(account).number
    assert number
    assert dict(number.webhooks) == addresses.of_number(PUBLIC)


def test_an_application_no_longer_goes_before_our_addresses(account: Account) -> None:
    bought(account)
    have = held(account)
    assert have.number
    application = "AP" + "0" * 32
    account.carrier().api.incoming_phone_numbers(have.number.name).update(
        sms_application_sid=application, voice_application_sid=application
    )
    assert "an application" in account.provision("--dry-run")
    account.provision("--yes")
    number = held(account).number
    assert number
    assert dict(number.overruled) == {}


def test_a_service_that_keeps_texts_to_itself_asks_the_number(account: Account) -> None:
    bought(account)
    have = held(account)
    assert have.service
    account.carrier().api.messaging.v1.services(have.service.name).update(
        use_inbound_webhook_on_number=False, inbound_request_url="https://elsewhere.example/sms"
    )
    said = account.provision("--yes")
    assert "whom it asks" in said
    service = held(account).service
    assert service
    assert service.asks_the_number
    assert service.webhooks[Hook.TEXT] == HookAddress(f"{PUBLIC}/sms#rc=3&rp=all")


def test_another_machine_is_the_fallback_and_stays_it(account: Account) -> None:
    bought(account)
    account.provision("--yes", "--fallback", "https://second.example.org/")
    number = held(account).number
    assert number
    second = "https://second.example.org/voice#rc=3&rp=all"
    assert number.webhooks[Hook.CALL_FALLBACK].address == second
    assert "There is nothing to change." in account.provision("--yes")


def test_a_text_comes_to_the_address_that_was_set(account: Account) -> None:
    heard: list[str] = []

    async def hear(request: Request) -> Response:
        heard.append(request.url.path)
        return Response("<Response/>", media_type="text/xml")

    with serve(Starlette(routes=[Route("/{rest:path}", hear, methods=["POST"])])) as ours:
        account.more = {"PUBLIC_URL": ours}
        account.provision("--yes")
        wish = {"from": "+12125550140", "body": "hi"}
        account.control.post("/rehearsal/texts", json=wish).raise_for_status()
        account.control.post("/rehearsal/calls", json={"from": "+12125550140"}).raise_for_status()
    assert {"/sms", "/voice"} <= set(heard)


# What breaks off goes on where it was.


@pytest.mark.parametrize("what", [BOUGHT, "service", "sender"])
def test_what_the_carrier_did_in_silence_is_not_done_again(account: Account, what: str) -> None:
    account.trouble("silent_taken", to=what, seconds=0.01)
    account.provision("--yes", "--near", "11216")
    assert len(holdings.numbers(account.carrier())) == 1
    assert len(holdings.services(account.carrier())) == 1


@pytest.mark.parametrize("what", [BOUGHT, "service", "sender"])
@pytest.mark.parametrize("kind", ["silent_lost", "broken", "busy"])
def test_what_broke_off_goes_on_where_it_was(account: Account, what: str, kind: str) -> None:
    account.trouble(kind, to=what, seconds=0.01)
    assert "was not done" in account.refused("--yes", "--near", "11216") or kind == "busy"
    account.provision("--yes", "--near", "11216")
    assert len(holdings.numbers(account.carrier())) == 1
    assert len(holdings.services(account.carrier())) == 1
    have = held(account)
    assert have.number
    assert have.service
    assert have.service.numbers == (have.number.name,)


def test_what_the_carrier_refuses_is_said_in_its_words(account: Account) -> None:
    account.trouble("code", to=BOUGHT, code=21422)
    said = account.refused("--yes", "--near", "11216")
    assert f"did not do this: buy {BOUGHT}" in said
    assert "(21422)" in said


def test_a_wrong_token_is_told_apart(account: Account) -> None:
    account.more = {"TWILIO_AUTH_TOKEN": "another"}
    assert "TWILIO_AUTH_TOKEN right" in account.refused("--yes")


def test_a_carrier_that_cannot_be_reached(account: Account) -> None:
    account.more = {"TWILIO_API_URL": "http://127.0.0.1:9"}
    assert "try again in a minute" in account.refused("--yes")


def test_all_that_is_missing_is_said_at_once(account: Account) -> None:
    account.more = {"PUBLIC_URL": "", "TWILIO_ACCOUNT_SID": ""}
    said = account.refused()
    assert "PUBLIC_URL: is missing" in said
    assert "TWILIO_ACCOUNT_SID: is missing" in said


def test_nothing_is_done_that_nobody_said_yes_to(account: Account) -> None:
    """Somebody else changes something between the showing and the yes."""
    bought(account)
    have = held(account)
    assert have.number
    assert have.service
    account.carrier().api.incoming_phone_numbers(have.number.name).update(voice_method="GET")
    desk = CarrierDesk.open(settings.load(account.environ, sender=False), Wish())
    agreed = desk.plan()
    service = account.carrier().api.messaging.v1.services(have.service.name)
    service.update(inbound_method="GET")
    said: list[str] = []
    left = desk.make(agreed, said.append)
    assert said[-1].startswith("There is more to do now than you said yes to")
    assert [type(it) for it in left.now] == [SetService]
    assert service.fetch().inbound_method == "GET"


def test_what_the_carrier_does_not_keep_is_not_tried_for_ever(account: Account) -> None:
    desk = CarrierDesk.open(settings.load(account.environ, sender=False), Wish())
    plan = desk.plan()
    forgetful = replace(plan, now=plan.now[:1])
    desk.plan = lambda: forgetful  # type: ignore[method-assign]
    with pytest.raises(NotProvisioned, match="shows it as before"):
        desk.make(forgetful, lambda _: None)
    assert len(holdings.numbers(account.carrier())) == 1


def test_a_look_that_nobody_answered_is_taken_once_more(account: Account) -> None:
    """It changes nothing. A carrier hangs up on connections that nobody used for a while."""
    tries: list[int] = []

    def find() -> list[str]:
        tries.append(1)
        if len(tries) == 1:
            raise ProtocolError("hung up")
        return ["found"]

    assert account.carrier().listed(find) == ["found"]
    tries.clear()
    assert account.carrier().fetched(lambda: find()[0]) == "found"


# Registering: a toll-free number.


def test_a_toll_free_number_is_sent_in_for_verification_once(account: Account) -> None:
    said = account.provision("--yes", "--kind", "toll-free", "--registration", "FILE")
    assert "Send in the toll-free verification:" in said
    (sent,) = account.registrations("HH")
    facts = sent["facts"]
    assert facts["business_name"] == "Maple Street Neighbors Inc."
    assert (facts["business_type"], facts["business_registration_number"]) == (
        "NON_PROFIT",
        "12-3456789",
    )
    assert facts["message_volume"] == "1,000"
    assert facts["opt_in_type"] == "VIA_TEXT"
    assert "Maple Street Mutual Aid" in facts["production_message_sample"]
    assert "Maple Street Mutual Aid" in facts["help_message_sample"]
    again = account.provision("--yes", "--kind", "toll-free", "--registration", "FILE")
    assert "There is nothing to change." in again
    assert "toll-free verification is waiting (PENDING_REVIEW)" in again
    assert len(account.registrations("HH")) == 1


REFUSED_WITH = [{"code": 30446, "reason": "The opt-in does not show consent"}]


def test_a_refused_verification_is_sent_in_again_once_it_says_something_else(
    account: Account,
) -> None:
    account.provision("--yes", "--kind", "toll-free", "--registration", "FILE")
    (sent,) = account.registrations("HH")
    account.decide(
        sent["sid"],
        status="TWILIO_REJECTED",
        rejection_reasons=REFUSED_WITH,
        edit_allowed=True,
        edit_expiration="2026-12-04T12:00:00Z",
    )
    said = account.provision("--yes", "--registration", "FILE")
    assert "30446: The opt-in does not show consent." in said
    assert "edited until 2026-12-04 12:00 UTC" in said
    assert "Nothing in your file differs" in said
    own = OWNER + '[texts]\nsummary = "Neighbors who text for help are texted back, and no more."\n'
    account.owner(own)
    account.provision("--yes", "--registration", "FILE")
    (sent,) = account.registrations("HH")
    assert sent["status"] == "PENDING_REVIEW"
    assert sent["facts"]["use_case_summary"].startswith("Neighbors who text for help")


def test_one_that_cannot_be_edited_is_printed_to_be_pasted(account: Account) -> None:
    account.provision("--yes", "--kind", "toll-free", "--registration", "FILE")
    (sent,) = account.registrations("HH")
    account.decide(sent["sid"], status="TWILIO_REJECTED", edit_allowed=False)
    said = account.provision("--yes", "--registration", "FILE")
    assert "must be sent in anew" in said
    assert "12-3456789" in said


# Registering: a number with an area code.


def test_without_a_profile_it_says_what_to_write_into_which_field(account: Account) -> None:
    said = account.provision("--yes", "--registration", "FILE")
    assert "only a person can make the first one" in said
    assert "Legal business name\n    Maple Street Neighbors Inc." in said
    assert "Later: send in the brand, once the owner's profile is approved" in said
    assert account.registrations("BN") == []


def test_brand_and_campaign_follow_the_profile(account: Account) -> None:
    account.has_profile()
    said = account.provision("--yes", "--registration", "FILE")
    assert "once the brand is approved" in said
    (brand,) = account.registrations("BN")
    assert brand["facts"]["brand_type"] == "STANDARD"
    assert account.registrations("QE") == []
    account.decide(brand["sid"], status="APPROVED")
    account.provision("--yes", "--registration", "FILE")
    (campaign,) = account.registrations("QE")
    facts = campaign["facts"]
    assert facts["us_app_to_person_usecase"] == "LOW_VOLUME"
    assert len(facts["message_samples"]) == 4
    assert "Maple Street Mutual Aid" in facts["help_message"]
    assert "Maple Street Mutual Aid" in facts["opt_out_message"]
    assert {"STOP", "ALTO"} <= set(facts["opt_out_keywords"])
    before = account.changes()
    again = account.provision("--yes", "--registration", "FILE")
    assert "There is nothing to change." in again
    assert "campaign is waiting" in again
    assert account.changes() == before


def test_a_mock_brand_registers_nothing(account: Account) -> None:
    account.has_profile()
    said = account.provision("--yes", "--registration", "FILE", "--mock")
    (brand,), (campaign,) = account.registrations("BN"), account.registrations("QE")
    assert (brand["facts"]["mock"], campaign["facts"]["mock"]) == (True, True)
    assert "registers nothing" in said
    assert not any(it.lets_texts_through for it in held(account).registrations if it.is_mock)


@pytest.mark.parametrize("what", ["bundle", "brand", "campaign"])
def test_a_registration_that_broke_off_goes_on(account: Account, what: str) -> None:
    account.has_profile()
    arguments = ("--yes", "--registration", "FILE", "--mock")
    account.trouble("silent_taken", to=what, seconds=0.01)
    account.run(*arguments)
    account.provision(*arguments)
    assert [len(account.registrations(it)) for it in ("BN", "QE")] == [1, 1]
    bundles = [it for it in account.registrations("BU") if it["facts"]["friendly_name"]]
    assert len(bundles) == 2  # the owner's, and one for texts


def test_a_refused_campaign_says_why_and_is_sent_in_again(account: Account) -> None:
    account.has_profile()
    account.provision("--yes", "--registration", "FILE", "--mock")
    (campaign,) = account.registrations("QE")
    why = {"error_code": 30897, "description": "Disallowed content.", "fields": ["MESSAGE_FLOW"]}
    account.decide(campaign["sid"], status="FAILED", errors=[{**why, "url": "https://x.example"}])
    said = account.provision("--yes", "--registration", "FILE", "--mock")
    assert "30897: Disallowed content. Look at MESSAGE_FLOW. https://x.example" in said
    own = OWNER + f'[texts]\nhow_people_join = "{"They text us first, by themselves. " * 2}"\n'
    account.owner(own)
    account.provision("--yes", "--registration", "FILE", "--mock")
    (campaign,) = account.registrations("QE")
    assert campaign["facts"]["message_flow"].startswith("They text us first")
    assert campaign["facts"]["errors"] == []


def test_a_sole_proprietor_registers_the_brand_by_hand(account: Account) -> None:
    account.has_profile()
    own = OWNER.replace('"non-profit"', '"sole proprietor"').replace('"12-3456789"', '""')
    account.owner(own)
    said = account.provision("--yes", "--registration", "FILE")
    assert "a sole proprietor registers the brand here" in said
    assert "Mobile phone\n    +12125550100" in said
    assert account.registrations("BN") == []


def test_mistakes_in_the_file_are_said_at_once_and_nothing_is_done(account: Account) -> None:
    wrong = OWNER.replace('"1 Maple Street"', '""').replace("+12125550100", "Cleo")
    account.owner(wrong)
    said = account.refused("--yes", "--registration", "FILE")
    assert "street: is missing" in said
    assert "phone: " in said
    assert account.changes() == 0


def test_the_form_can_be_filled_in(account: Account) -> None:
    form = account.provision("form")
    named = [it.split(" =")[0] for it in OWNER.splitlines()]
    assert all(f"\n{name} = " in form for name in named)


def test_what_help_and_stop_are_answered_with_is_ready_to_paste(account: Account) -> None:
    said = account.provision("--dry-run")
    assert "Opt-Out Management" in said
    assert "Maple Street Mutual Aid: no more texts from us." in said
    assert "UNSTOP" in said
    assert "YES" not in said.split("Opt-in words")[1].split("Opt-in answer")[0]


# Giving back.


def test_a_number_is_given_back_after_a_yes(account: Account) -> None:
    bought(account)
    assert "Nothing was changed" in account.provision("release", "--dry-run")
    assert "Aborted" in account.refused("release", says="n\n")
    assert held(account).number
    assert f"{BOUGHT} is no longer yours" in account.provision("release", says="y\n")
    assert holdings.numbers(account.carrier()) == []
    assert "nothing to give back" in account.provision("release")


def test_a_number_on_which_requests_hang_is_not_given_back_without_saying_so(
    account: Account, sqlite_url: str
) -> None:
    bought(account)
    account.more |= {"DATABASE_URL": sqlite_url}
    with closing(Database(sqlite_url, KEYRING)) as database:
        database.write(_maria_asks)
    said = account.refused("release", says="n\n")
    assert "1 request is not over yet (0 taken)" in said
    assert said.index("not over yet") < said.index("Give it back?")
    assert "--with-open-requests" in account.refused("release", "--yes")
    assert held(account).number
    account.provision("release", says="y\n")
    assert holdings.numbers(account.carrier()) == []


def _maria_asks(connection: Connection) -> None:
    maria = people.add_neighbor(connection, "+12125550140", NOON)
    requests.open_request(connection, HelpRequest(0, maria.id, NOON))


def test_where_no_request_is_open_there_is_nothing_to_warn_of(
    account: Account, sqlite_url: str
) -> None:
    bought(account)
    account.more |= {"DATABASE_URL": sqlite_url}
    assert "!" not in account.provision("release", "--yes")


def test_a_database_that_cannot_be_read_may_have_open_requests(account: Account) -> None:
    bought(account)
    assert "cannot be read" in account.provision("release", "--dry-run")
    assert "--with-open-requests" in account.refused("release", "--yes")
    assert held(account).number
    account.provision("release", "--yes", "--with-open-requests")
    assert holdings.numbers(account.carrier()) == []
