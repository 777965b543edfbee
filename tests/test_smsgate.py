"""An old phone with SMSGate as a carrier: asked over the wire of the rehearsal's phone, which keeps
to the published description of the app's API.

Not one real phone was tried.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx2
import pytest
from openapi_schema_validator import OAS30Validator
from published import FOLDER
from served import serve
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hotline import errors
from hotline.carriers.shape import Abilities, TextCarrier
from hotline.carriers.smsgate import client as smsgate_client
from hotline.carriers.smsgate import events, reasons, signature
from hotline.carriers.smsgate.client import SmsGate
from hotline.carriers.smsgate.events import read
from hotline.carriers.smsgate.health import PhoneHealth, health_in
from hotline.inbound import LONGEST_BODY, Delivery, Origin, Ping, TextIn
from hotline.message import MessageMove
from rehearsal.carrier import Line, Person, SmsGatePhone, build

ACCOUNT, TOKEN, NUMBER = "AC" + "0" * 31 + "1", "a token for rehearsals", "+12125550199"
SIM_ONE, SIM_TWO = "+12125550190", "+12125550191"
MARIA, ANA = "+12125550140", "+12125550141"
USER, PASSWORD, KEY, PREFIX = "sms", "a password", "a signing key", "0a1b2c3d"
NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
DESCRIPTION = FOLDER / "smsgate-openapi.json"


# The published description.


@cache
def description() -> dict[str, Any]:
    """It calls some words objects, and lets a payload be one of several that all fit: what is meant
    is checked, each part by its own name."""
    book: dict[str, Any] = json.loads(DESCRIPTION.read_text())
    _mend(book)
    book["components"]["schemas"]["WebHookEvent"]["properties"]["payload"] = {"type": "object"}
    return book


def _mend(part: Any) -> None:
    if isinstance(part, dict):
        if "allOf" in part and "properties" not in part:
            part.pop("type", None)
        for inner in part.values():
            _mend(inner)
    elif isinstance(part, list):
        for inner in part:
            _mend(inner)


def keeps_to(schema: str, document: Any) -> None:
    if not DESCRIPTION.exists():
        pytest.skip("the description of the API is not on this machine")
    components = description()["components"]
    whole = {"$ref": f"#/components/schemas/{schema}", "components": components}
    found = [it.message for it in OAS30Validator(whole).iter_errors(document)]
    assert found == [], document
    known = _names(components["schemas"][schema])
    assert not known or set(document) <= known, document


def _names(schema: dict[str, Any]) -> set[str]:
    """Every field that it or what it is made of has."""
    names = set(schema.get("properties", {}))
    for part in schema.get("allOf", []):
        named = part["$ref"].rpartition("/")[2] if "$ref" in part else ""
        names |= _names(description()["components"]["schemas"][named] if named else part)
    return names


# The hotline's side of the wire.


@dataclass
class Told:
    """Writes down what the phone tells; answers as the test says."""

    url: str = ""
    events: list[tuple[bytes, str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    async def hear(self, request: Request) -> Response:
        sent = request.headers
        body = await request.body()
        self.events.append((body, sent.get("x-timestamp", ""), sent.get("x-signature", "")))
        return Response(status_code=self.answers.pop(0) if self.answers else 204)

    def documents(self, kind: str = "") -> list[dict[str, Any]]:
        found = [json.loads(body) for body, _, _ in self.events]
        return [it for it in found if kind in ("", it["event"])]

    def kinds(self) -> list[str]:
        return [it["event"] for it in self.documents()]

    def understood(self) -> list[Any]:
        return [read(body, "sim1", PREFIX, "US") for body, _, _ in self.events]


@pytest.fixture(scope="module")
def hotline_served() -> Iterator[Told]:
    hotline = Told()
    with serve(Starlette(routes=[Route("/{rest:path}", hotline.hear, methods=["POST"])])) as url:
        hotline.url = url
        yield hotline


# The phone's side.


@dataclass
class Street:
    """The rehearsal with one old phone in it."""

    url: str
    control: httpx2.Client

    def settle(self) -> None:
        assert self.control.get("/rehearsal/idle?wait=5").json() == {"idle": True}

    def trouble(self, kind: str, **wish: object) -> None:
        answer = self.control.post("/rehearsal/smsgate/sim1/trouble", json={"kind": kind, **wish})
        assert answer.status_code == 200, answer.text

    def phone_is(self, **wish: object) -> None:
        assert self.control.put("/rehearsal/smsgate/sim1", json=wish).status_code == 200

    def texts(self, who: str, body: str, **more: object) -> int:
        wish = {"from": who, "body": body, "to": SIM_ONE, **more}
        answer = self.control.post("/rehearsal/texts", json=wish)
        assert answer.status_code == 200, answer.text
        self.settle()
        return int(answer.json()["status"])

    def got(self, who: str) -> list[str]:
        self.settle()
        found = self.control.get("/rehearsal/texts").json()["texts"]
        theirs = [it for it in found if it["phone"] == who and it["direction"] == "to_phone"]
        return [it["body"] for it in theirs if it["status"] == "delivered"]

    def asked(self, method: str, path: str, **more: Any) -> httpx2.Response:
        auth = (USER, PASSWORD)
        return self.control.request(method, f"/smsgate/sim1{path}", auth=auth, **more)


@pytest.fixture(scope="module")
def street_served(hotline_served: Told) -> Iterator[Street]:
    old_phone = SmsGatePhone(
        "sim1",
        (SIM_ONE, SIM_TWO),
        USER,
        PASSWORD,
        KEY,
        told=f"{hotline_served.url}/channels/sim1",
        first_pause=0.0,
        tries=3,
    )
    line = Line(ACCOUNT, TOKEN, NUMBER, f"{hotline_served.url}/sms")
    app = build(line, cast=[Person(MARIA, "Maria"), Person(ANA, "Ana")], smsgates=[old_phone])
    with serve(app) as url, httpx2.Client(base_url=url, trust_env=False) as control:
        yield Street(url, control)


@pytest.fixture
def street(street_served: Street, hotline_served: Told) -> Iterator[Street]:
    assert street_served.control.delete("/rehearsal").status_code == 200
    hotline_served.events.clear()
    hotline_served.answers.clear()
    yield street_served
    street_served.settle()


@pytest.fixture
def hotline(street: Street, hotline_served: Told) -> Told:  # noqa: ARG001 - it is reset first
    return hotline_served


def gate(street: Street, **more: Any) -> SmsGate:
    wish: dict[str, Any] = {"user": USER, "password": PASSWORD, "prefix": PREFIX, "sim": 1} | more
    url = wish.pop("url", f"{street.url}/smsgate/sim1")
    return SmsGate("sim1", url, wish.pop("user"), wish.pop("password"), **wish)


def send(of: SmsGate, message_id: int = 12, body: str = "Can you help?", to: str = ANA) -> str:
    return of.send(to, body, message_id, good_for=timedelta(hours=1))


# Sending.


def test_it_is_a_carrier_of_texts_that_can_do_nothing_else(street: Street) -> None:
    of: TextCarrier = gate(street)
    assert of.abilities == Abilities()


@pytest.mark.parametrize("api", ["phone", "server"])
def test_a_text_reaches_the_phone_of_whoever_it_is_for(street: Street, api: str) -> None:
    sid = send(gate(street, api=api), body="señor, can you help? 😀")
    assert re.fullmatch(rf"sim1:{PREFIX}-12-[0-9a-f]{{8}}", sid)
    assert street.got(ANA) == ["señor, can you help? 😀"]


def test_an_id_fits_the_app_whatever_the_row_and_a_row_whatever_the_channel(street: Street) -> None:
    sid = send(gate(street, prefix="0123456789ab"), message_id=10**11)
    assert len(sid.partition(":")[2]) <= 36
    assert len(sid) <= 64


def test_what_it_has_already_it_takes_again_and_sends_once(street: Street) -> None:
    assert send(gate(street)) == send(gate(street))
    assert street.got(ANA) == ["Can you help?"]


def test_another_text_with_the_id_of_a_row_that_came_back_from_a_backup_is_sent(
    street: Street,
) -> None:
    assert send(gate(street)) != send(gate(street), body="Other words")
    assert street.got(ANA) == ["Can you help?", "Other words"]


def test_it_finds_what_it_took_and_nothing_else(street: Street) -> None:
    of = gate(street)
    assert of.find(ANA, "Can you help?", 12, NOW) == []
    sid = send(of)
    assert of.find(ANA, "Can you help?", 12, NOW) == [sid]
    assert of.find(ANA, "Can you help?", 13, NOW) == []


def test_whoever_asks_later_is_told_what_became_of_a_text(street: Street) -> None:
    of = gate(street)
    street.trouble("untold")
    sid = send(of)
    assert of.became(ANA, "Can you help?", 12) == Delivery(12, sid, MessageMove.DELIVER)
    street.trouble("fails", reason="Send result: RESULT_ERROR_LIMIT_EXCEEDED")
    send(of, 13)
    street.settle()
    became = of.became(ANA, "Can you help?", 13)
    assert became
    assert (became.move, became.code, became.retry_after) == (MessageMove.MISS, 9004, 1800.0)


def test_of_a_text_that_has_not_left_nothing_is_known_yet(street: Street) -> None:
    street.trouble("holds")
    send(gate(street))
    assert gate(street).became(ANA, "Can you help?", 12) is None


def test_a_phone_that_was_set_up_anew_says_that_it_does_not_know_a_text(street: Street) -> None:
    with pytest.raises(errors.NotKnownThere):
        gate(street).became(ANA, "Can you help?", 12)


def test_an_answer_that_was_lost_is_silence_and_then_it_is_found(street: Street) -> None:
    street.trouble("silent_taken")
    with pytest.raises(errors.CarrierSilent):
        send(gate(street))
    assert len(gate(street).find(ANA, "Can you help?", 12, NOW)) == 1
    assert street.got(ANA) == ["Can you help?"]


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        ("away", errors.CarrierSilent),
        ("silent_lost", errors.CarrierSilent),
        ("broken", errors.CarrierSilent),
        ("full", errors.CarrierBusy),
        ("locked", errors.AccountRefused),
    ],
)
def test_each_trouble_is_an_error_of_ours_and_nothing_was_taken(
    street: Street, trouble: str, kind: type[errors.CarrierError]
) -> None:
    street.trouble(trouble)
    with pytest.raises(errors.CarrierError) as raised:
        send(gate(street))
    assert type(raised.value) is kind
    assert gate(street).find(ANA, "Can you help?", 12, NOW) == []
    assert street.got(ANA) == []


def test_a_full_queue_says_for_how_long_to_leave_it_alone(street: Street) -> None:
    street.trouble("full")
    with pytest.raises(errors.CarrierBusy) as raised:
        send(gate(street))
    assert (raised.value.code, raised.value.retry_after) == (9060, 300.0)


def test_a_phone_that_is_not_there_took_nothing_for_certain(street: Street) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        of = gate(street, url=f"http://127.0.0.1:{reserved.getsockname()[1]}")
        for ask in (lambda: send(of), lambda: of.find(ANA, "", 12, NOW), of.health):
            with pytest.raises(errors.CarrierBusy):
                ask()


def test_a_phone_that_answers_too_late_is_silent(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smsgate_client, "PHONE_PATIENCE", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        of = gate(street, url=f"http://127.0.0.1:{deaf.getsockname()[1]}")
        with pytest.raises(errors.CarrierSilent):
            send(of)


def test_a_wrong_password_is_our_accounts_trouble(street: Street) -> None:
    with pytest.raises(errors.AccountRefused):
        send(gate(street, password="wrong"))
    with pytest.raises(errors.AccountRefused):
        gate(street, password="wrong").find(ANA, "", 12, NOW)


def test_what_answers_and_is_no_phone_is_our_accounts_trouble(street: Street) -> None:
    with pytest.raises(errors.AccountRefused):
        send(gate(street, url=f"{street.url}/smsgate/nowhere"))


def test_a_page_that_a_router_shows_for_everything_is_no_phone_that_took_a_text() -> None:
    page = Route("/{rest:path}", lambda _: Response("<html>", 200), methods=["POST", "GET"])
    with serve(Starlette(routes=[page])) as url:
        of = SmsGate("sim1", url, USER, PASSWORD, prefix=PREFIX)
        with pytest.raises(errors.CarrierSilent):
            send(of)
        with pytest.raises(errors.CarrierSilent):
            of.find(ANA, "Can you help?", 12, NOW)


def test_a_device_that_is_gone_burns_no_text(street: Street) -> None:
    with pytest.raises(errors.AccountRefused):
        send(gate(street, device_id="another"))


def test_no_error_says_a_number_or_words_in_its_message(street: Street) -> None:
    for trouble in ("full", "broken", "away"):
        street.trouble(trouble)
        with pytest.raises(errors.CarrierError) as raised:
            send(gate(street))
        assert ANA not in str(raised.value)
        assert "help" not in str(raised.value)


def test_a_text_that_is_good_for_a_second_lives_as_long_as_the_app_allows(street: Street) -> None:
    gate(street).send(ANA, "now", 12, good_for=timedelta(seconds=1))
    assert street.got(ANA) == ["now"]


# How the phone is.


def test_it_says_how_it_is(street: Street) -> None:
    assert gate(street).health() == PhoneHealth("pass", 94, False, True, 0, "1.60.0")


def test_a_phone_that_is_nearly_empty_still_says_so(street: Street) -> None:
    street.phone_is(battery=4)
    health = gate(street).health()
    assert (health.status, health.battery) == ("fail", 4)


def test_a_phone_that_is_away_says_nothing(street: Street) -> None:
    street.phone_is(away=True)
    with pytest.raises(errors.CarrierSilent):
        gate(street).health()


@pytest.mark.parametrize("odd", [None, [], {"checks": 3}, {"status": 5, "checks": {"x": None}}])
def test_of_odd_health_nothing_is_known(odd: object) -> None:
    assert health_in(odd) == PhoneHealth("")


# What it tells whom.


def test_registering_again_doubles_nothing(street: Street) -> None:
    of = gate(street)
    before = len(of.webhooks())
    for _ in range(2):
        of.register("https://hotline.example.org/channels/sim1", "sms:received")
    assert len(of.webhooks()) == before + 1
    of.unregister("sms:received")
    of.unregister("sms:received")
    assert len(of.webhooks()) == before


def test_what_was_registered_by_hand_is_told_once(street: Street) -> None:
    of, url = gate(street), "https://hotline.example.org/channels/sim1"
    for name in ("by hand", "again/by?hand"):
        wish = {"id": name, "url": url, "event": "sms:received"}
        assert street.asked("POST", "/webhooks", json=wish).status_code == 201
    of.register(url, "sms:received")
    assert [it.id for it in of.webhooks() if it.url == url] == [f"{PREFIX}-sms-received"]


@pytest.mark.parametrize("url", ["http://192.168.1.5/x", "http://localhost/x", "ftp://a/x"])
def test_the_app_tells_nobody_over_plain_http_but_itself(street: Street, url: str) -> None:
    with pytest.raises(errors.Refused):
        gate(street).register(url, "sms:received")
    gate(street).register("http://127.0.0.1:9/x", "sms:received")


def test_a_text_is_told_as_it_goes(street: Street, hotline: Told) -> None:
    sid = send(gate(street))
    street.settle()
    assert hotline.understood() == [
        Delivery(12, sid, MessageMove.SEND),
        Delivery(12, sid, MessageMove.DELIVER),
    ]


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        ("twice", ["sms:sent", "sms:sent", "sms:delivered", "sms:delivered"]),
        ("backwards", ["sms:delivered", "sms:sent"]),
        ("late", ["sms:sent", "sms:delivered"]),
        ("nothing", []),
    ],
)
def test_telling_goes_wrong_as_it_is_wished(
    street: Street, hotline: Told, trouble: str, told: list[str]
) -> None:
    street.trouble(trouble)
    send(gate(street))
    street.settle()
    assert hotline.kinds() == told


def test_a_channel_of_the_second_sim_sends_with_that(street: Street, hotline: Told) -> None:
    send(gate(street, sim=2))
    street.settle()
    payload = hotline.documents("sms:sent")[0]["payload"]
    assert (payload["simNumber"], payload["sender"]) == (2, SIM_TWO)


def test_a_sim_that_is_gone_burns_no_text(street: Street, hotline: Told) -> None:
    send(gate(street, sim=3))
    street.settle()
    assert [it.why for it in hotline.understood()] == [errors.AccountRefused]


def test_a_text_that_fails_says_why(street: Street, hotline: Told) -> None:
    street.trouble("fails", reason="Send result: RESULT_ERROR_LIMIT_EXCEEDED (…)")
    sid = send(gate(street))
    street.settle()
    miss = Delivery(12, sid, MessageMove.MISS, errors.CarrierBusy, 9004, 1800.0)
    assert hotline.understood() == [miss]
    assert street.got(ANA) == []


def test_a_phone_that_is_off_was_sent_a_text_and_did_not_get_it(
    street: Street, hotline: Told
) -> None:
    street.control.put(f"/rehearsal/phones/{ANA}", json={"state": "off"})
    send(gate(street))
    street.settle()
    moves = [(it.move, it.why) for it in hotline.understood()]
    assert moves == [(MessageMove.SEND, None), (MessageMove.MISS, errors.PhoneOff)]


def test_who_said_stop_still_gets_it_for_nobody_in_between_obeys(street: Street) -> None:
    street.control.put(f"/rehearsal/phones/{ANA}", json={"opted_out": True})
    send(gate(street))
    assert street.got(ANA) == ["Can you help?"]


def test_what_was_not_answered_is_told_again_the_same_but_signed_anew(
    street: Street, hotline: Told
) -> None:
    hotline.answers += [503, 500, 204]
    assert street.texts(MARIA, "need food") == 503
    while len(hotline.events) < 3:
        street.settle()
    assert len({body for body, _, _ in hotline.events}) == 1
    assert len({it.sid for it in hotline.understood()}) == 1


def test_an_away_phone_tells_when_it_is_back(street: Street, hotline: Told) -> None:
    street.phone_is(away=True)
    assert street.texts(MARIA, "need food") == 0
    assert hotline.events == []


# Who writes.


def test_a_text_to_the_sim_is_told_with_what_we_need(street: Street, hotline: Told) -> None:
    assert street.texts(MARIA, "need food near 11216 😀") == 204
    (text,) = hotline.understood()
    assert isinstance(text, TextIn)
    assert (text.sender, text.body) == (MARIA, "need food near 11216 😀")
    assert (text.origin, text.attachments) == (Origin.PHONE, ())
    assert text.sid.startswith("sim1:")


def test_two_equal_texts_are_two(street: Street, hotline: Told) -> None:
    for _ in range(2):
        street.texts(MARIA, "yes")
    assert len({it.sid for it in hotline.understood()}) == 2


def test_a_text_to_the_other_sim_is_not_this_channels(street: Street, hotline: Told) -> None:
    street.texts(MARIA, "need food", to=SIM_TWO)
    (body, _, _) = hotline.events[0]
    assert read(body, "sim1", PREFIX, "US", sim=1) is None
    assert read(body, "sim2", PREFIX, "US", sim=2) is not None


def test_of_a_picture_the_words_come_and_that_there_was_one(street: Street, hotline: Told) -> None:
    street.texts(MARIA, "look", media=["https://media.example.org/1"])
    (text,) = [it for it in hotline.understood() if it]
    assert text.body == "look"
    assert [it.type for it in text.attachments] == ["image/jpeg"]


def test_the_carrier_beside_it_knows_nothing_of_it(street: Street, hotline: Told) -> None:
    street.texts(MARIA, "stop")
    send(gate(street))
    assert street.control.get(f"/rehearsal/phones/{MARIA}").json()["opted_out"] is False
    listed = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    answer = street.control.get(listed, auth=(ACCOUNT, TOKEN))
    assert answer.json()["messages"] == []
    assert all(event["event"].startswith("sms:") for event in hotline.documents())


def test_a_text_to_nobodys_number_is_a_mistake(street: Street) -> None:
    wish = {"from": MARIA, "body": "hi", "to": "+12125550100"}
    assert street.control.post("/rehearsal/texts", json=wish).status_code == 400


# The emulated phone keeps to the description.


def test_what_the_phone_answers_is_as_described(street: Street) -> None:
    wish = {"id": "x-1", "phoneNumbers": [ANA], "textMessage": {"text": "hi"}, "simNumber": 1}
    keeps_to("smsgateway.Message", wish)
    taken = street.asked("POST", "/messages", json=wish)
    assert taken.status_code == 202
    keeps_to("smsgateway.GetMessageResponse", taken.json())
    street.settle()
    found = street.asked("GET", "/message/x-1")
    keeps_to("smsgateway.GetMessageResponse", found.json())
    assert list(found.json()["states"]) == ["Pending", "Processed", "Sent", "Delivered"]
    for status, again in ((409, wish), (400, {"phoneNumbers": []}), (400, wish | {"ttl": 1})):
        answer = street.asked("POST", "/message", json=again)
        assert answer.status_code == status
        keeps_to("smsgateway.ErrorResponse", answer.json())
    keeps_to("smsgateway.HealthResponse", street.asked("GET", "/health").json())
    for hook in street.asked("GET", "/webhooks").json():
        keeps_to("smsgateway.Webhook", hook)


def test_what_our_client_asks_is_as_described(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []
    of = gate(street, sim=2, device_id="ffffffffceb0b1db00001")
    ask = of._ask

    def listen(method: str, path: str, wish: dict[str, Any] | None = None) -> Any:
        asked.extend([wish] if wish else [])
        return ask(method, path, wish)

    monkeypatch.setattr(of, "_ask", listen)
    send(of)
    of.register("https://hotline.example.org/channels/sim1", "sms:sent")
    keeps_to("smsgateway.Message", asked[0])
    keeps_to("smsgateway.Webhook", asked[1])


PAYLOADS = {
    "sms:received": "SmsReceivedPayload",
    "sms:sent": "SmsSentPayload",
    "sms:delivered": "SmsDeliveredPayload",
    "sms:failed": "SmsFailedPayload",
    "mms:received": "MmsReceivedPayload",
    "mms:downloaded": "MmsDownloadedPayload",
}


def test_what_the_phone_tells_is_as_described(street: Street, hotline: Told) -> None:
    street.texts(MARIA, "hi")
    street.texts(MARIA, "look", media=["https://media.example.org/1"])
    send(gate(street))
    street.settle()
    street.trouble("fails")
    send(gate(street), 13)
    street.settle()
    assert street.control.post("/rehearsal/smsgate/sim1/ping").status_code == 200
    street.settle()
    assert set(hotline.kinds()) == {*PAYLOADS, "system:ping"}
    for document in hotline.documents():
        keeps_to("WebHookEvent", document)
        if document["event"] in PAYLOADS:
            keeps_to(PAYLOADS[document["event"]], document["payload"])
    assert Ping(battery=94, is_charging=False) in hotline.understood()


# Whether it was the phone.


GENUINE = signature.PhoneSignatures([KEY])
MOMENT = str(int(NOW.timestamp()))


def test_what_the_phone_tells_is_genuine(street: Street, hotline: Told) -> None:
    street.texts(MARIA, "¿hola? 😀")
    ((body, moment, signed),) = hotline.events
    assert GENUINE.is_genuine(body, moment, signed, datetime.now(UTC))
    assert not GENUINE.is_genuine(body + b" ", moment, signed, datetime.now(UTC))


def test_what_somebody_else_tells_is_not(street: Street, hotline: Told) -> None:
    street.trouble("forged")
    street.texts(MARIA, "need food")
    now = datetime.now(UTC)
    assert [GENUINE.is_genuine(*it, now) for it in hotline.events] == [False, True]


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_an_event_of_the_last_five_minutes_is_genuine(seconds: int) -> None:
    signed = signature.signed(b"{}", MOMENT, KEY)
    assert GENUINE.is_genuine(b"{}", MOMENT, signed, NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-301, 301, 86400])
def test_an_old_one_and_one_from_the_future_are_not(seconds: int) -> None:
    signed = signature.signed(b"{}", MOMENT, KEY)
    assert not GENUINE.is_genuine(b"{}", MOMENT, signed, NOW + timedelta(seconds=seconds))


def test_a_body_that_is_sent_again_under_another_moment_is_not() -> None:
    signed, later = signature.signed(b"{}", MOMENT, KEY), NOW + timedelta(hours=1)
    assert not GENUINE.is_genuine(b"{}", str(int(later.timestamp())), signed, later)


def test_a_digit_moved_from_the_moment_into_the_body_is_not_seen_as_the_same_moment() -> None:
    signed = signature.signed(b"{}", MOMENT, KEY)
    assert not GENUINE.is_genuine(b"{}" + MOMENT[:1].encode(), MOMENT[1:], signed, NOW)


@pytest.mark.parametrize("odd", ["", "x", "-1", "1e9", "٣" * 10, "9" * 400, " 1", "1.5", "\ud800"])
def test_an_odd_moment_is_refused_and_raises_nothing(odd: str) -> None:
    assert not GENUINE.is_genuine(b"{}", odd, "0" * 64, NOW)


@pytest.mark.parametrize("odd", ["", "x" * 64, "0" * 63, "0" * 65, "é" * 64, "\ud800" * 64])
def test_an_odd_signature_is_refused_and_raises_nothing(odd: str) -> None:
    assert not GENUINE.is_genuine(b"{}", MOMENT, odd, NOW)


def test_without_a_key_nothing_is_genuine_and_a_second_key_counts() -> None:
    signed = signature.signed(b"{}", MOMENT, "")
    assert not signature.PhoneSignatures(["", ""]).is_genuine(b"{}", MOMENT, signed, NOW)
    both = signature.PhoneSignatures(["new", KEY])
    assert both.is_genuine(b"{}", MOMENT, signature.signed(b"{}", MOMENT, KEY), NOW)


def test_the_signature_is_the_documented_one() -> None:
    """HMAC-SHA256 by another hand: printf '%s' '{}1773489600' | openssl dgst -sha256 -hmac …"""
    assert signature.signed(b"{}", "1773489600", "a signing key") == SIGNED_BY_OPENSSL


SIGNED_BY_OPENSSL = "d99ac59d6d1126f33ff908d873ae9b296f04613076d73239067c8ddb8c22dab3"


# What it says, read.


def event(kind: str, payload: object, **more: object) -> bytes:
    whole = {"id": "Ey6ECgOkVVFjz3CL48B8C", "event": kind, "payload": payload, **more}
    return json.dumps(whole).encode()


def received(**payload: object) -> Any:
    return read(event("sms:received", {"message": "hi", **payload}), "sim1", PREFIX, "US")


@pytest.mark.parametrize(
    ("written", "sender", "origin"),
    [
        ("+12125550140", MARIA, Origin.PHONE),
        ("2125550140", MARIA, Origin.PHONE),
        ("(212) 555-0140", MARIA, Origin.PHONE),
        ("73882", "73882", Origin.MACHINE),
        ("T-Mobile", "T-Mobile", Origin.MACHINE),
        ("Bank\x00\n of  Us" + "x" * 500, ("Bank of Us" + "x" * 500)[:100], Origin.MACHINE),
    ],
)
def test_who_writes_is_a_person_or_a_machine(written: str, sender: str, origin: Origin) -> None:
    for name in ("sender", "phoneNumber"):
        text = received(**{name: written})
        assert (text.sender, text.origin) == (sender, origin)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"event": ' + b"9" * 5000 + b"}",
        b'{"event": "sms:batch"}' + b" " * events.LARGEST_EVENT,
        event("sms:received", None),
        event("sms:received", []),
        event("sms:received", {}),
        event("sms:received", {"sender": 5}),
        event("sms:received", {"sender": " "}),
        event("sms:received", {"sender": MARIA, "message": {"a": 1}}),
        event("sms:received", {"sender": MARIA}, id=""),
        event("sms:received", {"sender": MARIA}, id="a/b"),
        event("sms:received", {"sender": MARIA}, id="x" * 37),
        event("sms:received", {"sender": MARIA}, id=None),
        event("sms:failed", {"messageId": 12}),
    ],
)
def test_what_is_no_event_is_refused_with_a_sentence(body: bytes) -> None:
    with pytest.raises(errors.BadForm, match=" "):
        read(body, "sim1", PREFIX, "US")


@pytest.mark.parametrize("kind", ["sms:data-received", "mms:received", "app:started", "", "x" * 99])
def test_what_we_want_to_know_nothing_of_is_nothing(kind: str) -> None:
    assert read(event(kind, {"sender": MARIA}), "sim1", PREFIX, "US") is None


@pytest.mark.parametrize(
    "named",
    [
        "",
        "abc",
        f"{PREFIX}-12",
        f"{PREFIX}-x-00000000",
        "ffffffff-12-00000000",
        f"{PREFIX}-٣-00000000",
    ],
)
def test_texts_that_others_sent_with_the_phone_are_nothing(named: str) -> None:
    assert read(event("sms:sent", {"messageId": named}), "sim1", PREFIX, "US") is None


def test_words_are_made_safe_and_cut() -> None:
    text = received(sender=MARIA, message="a\x00\ud800b" + "x" * 9000)
    assert text.body == ("ab" + "x" * 9000)[:LONGEST_BODY]


# Why a text did not leave.


@pytest.mark.parametrize(
    ("said", "code", "kind"),
    [
        ("Send result: RESULT_ERROR_NO_SERVICE (Failed …)", 9001, errors.CarrierBusy),
        ("Send result: RESULT_ERROR_RADIO_OFF (Failed …)", 9002, errors.CarrierBusy),
        ("RESULT_RIL_NETWORK_NOT_READY", 9003, errors.CarrierBusy),
        ("RESULT_ERROR_LIMIT_EXCEEDED", 9004, errors.CarrierBusy),
        ("RESULT_UNEXPECTED_EVENT_STOP_SENDING", 9005, errors.CarrierBusy),
        ("RESULT_SMS_BLOCKED_DURING_EMERGENCY", 9006, errors.CarrierBusy),
        ("RESULT_NO_MEMORY", 9007, errors.CarrierBusy),
        ("RESULT_RIL_ACCESS_BARRED", 9008, errors.CarrierBusy),
        ("RESULT_ERROR_GENERIC_FAILURE (Generic failure cause)", 9010, errors.Unexplained),
        ("RESULT_NETWORK_REJECT", 9011, errors.Unexplained),
        ("RESULT_RIL_MODEM_ERR", 9012, errors.Unexplained),
        ("Can't send message: No SIMs found", 9020, errors.AccountRefused),
        ("sendSMS: SIM 2 not found", 9020, errors.AccountRefused),
        ("RESULT_NO_DEFAULT_SMS_APP", 9021, errors.AccountRefused),
        ("RESULT_ERROR_FDN_CHECK_FAILURE", 9022, errors.AccountRefused),
        ("SIM selection requires READ_PHONE_STATE permission", 9023, errors.AccountRefused),
        ("RESULT_INVALID_SMSC_ADDRESS", 9024, errors.AccountRefused),
        ("sendSMS: Invalid phone number", 9030, errors.BadNumber),
        ("sendSMS: Invalid destinationAddress", 9030, errors.BadNumber),
        ("sendSMS: Invalid phone number type", 9031, errors.Landline),
        ("RESULT_ERROR_SHORT_CODE_NEVER_ALLOWED", 9032, errors.Refused),
        ("RESULT_ERROR_NULL_PDU", 9033, errors.Refused),
        ("TTL expired", 9040, errors.NeverLeft),
        ("Delivery result from SC +12125550000: 70", 9050, errors.PhoneOff),
        ("Delivery result from SC null: 98", 9050, errors.PhoneOff),
        ("Delivery result from SC +12125550000: 67", 9051, errors.Unreachable),
        ("Delivery result: 1", 9051, errors.Unreachable),
        ("Unknown error code: 4711", 9000, errors.Unexplained),
        ("RESULT_SOMETHING_NEW", 9000, errors.Unexplained),
        ("", 9000, errors.Unexplained),
    ],
)
def test_each_reason_is_a_kind_of_ours(
    said: str, code: int, kind: type[errors.CarrierError]
) -> None:
    reason = reasons.reason_of(said)
    assert (reason.code, reason.kind) == (code, kind)


def test_a_code_stands_for_one_reason_and_android_is_left_alone_for_half_an_hour() -> None:
    codes = [it.code for it in reasons._RESULTS]
    assert len(codes) == len(set(codes))
    assert reasons.reason_of("RESULT_ERROR_LIMIT_EXCEEDED").pause == 30 * 60
