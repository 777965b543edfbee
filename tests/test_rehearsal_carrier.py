"""The rehearsal carrier is like the real one on the wire, and its page is safe to open."""

import asyncio
import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import pytest
import requests
from calling import Elsewhere, refusal_of
from published import watch
from served import serve
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from twilio.base.exceptions import TwilioException
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse

from rehearsal import neighborhood, overrides, phones, trouble, webhooks
from rehearsal.carrier import Line, Person, build
from rehearsal.exchange import Exchange
from rehearsal.messages import Message

ACCOUNT, TOKEN, NUMBER = "AC" + "0" * 31 + "1", "a token for rehearsals", "+12125550199"
SERVICE = "MG" + "0" * 31 + "2"
MARIA, ANA, BEN = "+12125550140", "+12125550141", "+12125550142"
STAND_STILL = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


# The hotline's side of the wire


@dataclass(frozen=True)
class Heard:
    path: str
    fields: dict[str, str]
    headers: dict[str, str]
    is_genuine: bool


def twiml(*words: str) -> Response:
    response = MessagingResponse()
    for word in words:
        response.message(word)
    return Response(str(response), media_type="text/xml")


def no_content() -> Response:
    return Response(status_code=204)


@dataclass
class Hotline:
    """Writes down what it hears, checks the signature, and answers as the test says."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    answer: Callable[[], Response] = twiml
    fallback: Callable[[], Response] = twiml
    callback: Callable[[], Response] = no_content

    async def hear(self, request: Request) -> Response:
        body = (await request.body()).decode()
        fields = dict(parse_qsl(body, keep_blank_values=True))
        path = request.url.path
        query = f"?{request.url.query}" if request.url.query else ""
        signature = request.headers.get("x-twilio-signature", "")
        is_genuine = RequestValidator(TOKEN).validate(f"{self.url}{path}{query}", fields, signature)
        self.heard.append(Heard(path, fields, dict(request.headers), is_genuine))
        match path:
            case "/sms":
                return self.answer()
            case "/fallback":
                return self.fallback()
        return self.callback()

    def told(self, path: str = "/sms") -> list[dict[str, str]]:
        return [heard.fields for heard in self.heard if heard.path == path]

    def statuses(self) -> list[str]:
        return [fields["MessageStatus"] for fields in self.told("/sms/status")]

    def reset(self) -> None:
        self.heard, self.answer, self.fallback, self.callback = [], twiml, twiml, no_content


@pytest.fixture(scope="module")
def hotline_served() -> Iterator[Hotline]:
    hotline = Hotline()
    with serve(Starlette(routes=[Route("/{rest:path}", hotline.hear, methods=["POST"])])) as url:
        hotline.url = url
        yield hotline


@pytest.fixture
def hotline(hotline_served: Hotline) -> Hotline:
    hotline_served.reset()
    return hotline_served


# The carrier's side


@dataclass
class Carrier:
    """The carrier as a test talks to it."""

    url: str
    control: httpx2.Client
    client: Client
    callback: str
    mistakes: list[str]

    def texts_hotline(self, who: str, body: str, **more: object) -> dict[str, Any]:
        wish = {"from": who, "body": body, **more}
        answer = self.control.post("/rehearsal/texts", json=wish)
        assert answer.status_code == 200, answer.text
        self.settle()
        return dict(answer.json())

    def send(self, to: str = ANA, body: str = "Can you help?", **more: Any) -> Any:
        wish = {"to": to, "body": body, "from_": NUMBER, "status_callback": self.callback} | more
        return self.client.messages.create(**wish)

    def settle(self) -> None:
        assert self.control.get("/rehearsal/idle?wait=5").json() == {"idle": True}

    def texts(self) -> list[dict[str, Any]]:
        self.settle()
        return list(self.control.get("/rehearsal/texts").json()["texts"])

    def got(self, who: str) -> list[str]:
        """What really arrived on this phone."""
        return [
            text["body"]
            for text in self.texts()
            if text["phone"] == who
            and text["direction"] == "to_phone"
            and text["status"] == "delivered"
        ]

    def phone(self, number: str, **wish: object) -> dict[str, Any]:
        return dict(self.control.put(f"/rehearsal/phones/{number}", json=wish).json())

    def trouble(self, kind: str, **wish: object) -> None:
        answer = self.control.post("/rehearsal/trouble", json={"kind": kind, **wish})
        assert answer.status_code == 200, answer.text

    def errors(self) -> list[int]:
        log = self.control.get("/rehearsal/log").json()["log"]
        return [line["code"] for line in log if line["kind"] == "debugger"]


@pytest.fixture
def sms_url(hotline: Hotline) -> str:
    return f"{hotline.url}/sms"


@pytest.fixture
def fallback_url() -> str:
    return ""


Open = Callable[[str, str], Carrier]


@pytest.fixture(scope="module")
def open_carrier(hotline_served: Hotline) -> Iterator[Open]:
    """Carriers by the addresses they call; each is started once."""
    with ExitStack() as stack:

        @cache
        def open_one(sms_url: str, fallback_url: str) -> Carrier:
            line = Line(ACCOUNT, TOKEN, NUMBER, sms_url, fallback_url)
            cast = [Person(MARIA, "Maria", "asks"), Person(ANA, "Ana <b>", "volunteer & neighbor")]
            mistakes: list[str] = []
            url = stack.enter_context(serve(watch(build(line, cast=cast), mistakes)))
            control = stack.enter_context(httpx2.Client(base_url=url, trust_env=False))
            http = Elsewhere(url)
            stack.callback(http.session.close)
            client = Client(ACCOUNT, TOKEN, http_client=http)
            callback = f"{hotline_served.url}/sms/status"
            return Carrier(url, control, client, callback, mistakes)

        yield open_one


@pytest.fixture
def carrier(
    open_carrier: Open, hotline: Hotline, sms_url: str, fallback_url: str
) -> Iterator[Carrier]:
    """A carrier that has heard of nothing yet. It kept to the published description."""
    carrier = open_carrier(sms_url, fallback_url)
    assert carrier.control.delete("/rehearsal").status_code == 200
    carrier.client.http_client.timeout = 5.0
    carrier.mistakes.clear()
    hotline.reset()
    yield carrier
    carrier.settle()  # or the next test hears of it
    assert carrier.mistakes == []


# Texts that come in


def test_a_text_reaches_the_hotline_with_every_field(carrier: Carrier, hotline: Hotline) -> None:
    answer = carrier.texts_hotline(MARIA, "need food, señor €5")
    assert answer["status"] == 200
    (heard,) = hotline.heard
    assert heard.headers["user-agent"].startswith("TwilioProxy/")
    sid = answer["sid"]
    assert re.fullmatch("SM[0-9a-f]{32}", sid)
    assert heard.fields == {
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": MARIA,
        "To": NUMBER,
        "Body": "need food, señor €5",
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
        "FromCity": "",
        "FromState": "",
        "FromZip": "",
        "FromCountry": "",
        "ToCity": "",
        "ToState": "",
        "ToZip": "",
        "ToCountry": "",
    }


@pytest.mark.parametrize("body", ["hi", "", "¿Ayuda? 😀", "a=b&c=d\n+ %20", "x" * 1600])
def test_whatever_is_texted_is_signed(carrier: Carrier, hotline: Hotline, body: str) -> None:
    carrier.texts_hotline(MARIA, body)
    (heard,) = hotline.heard
    assert heard.is_genuine
    assert heard.fields["Body"] == body


class TestFragment:
    @pytest.fixture
    def sms_url(self, hotline: Hotline) -> str:
        return f"{hotline.url}/sms?a=b#rc=3&rp=all"

    @pytest.fixture
    def fallback_url(self, hotline: Hotline) -> str:
        return f"{hotline.url}/fallback"

    def test_the_fragment_is_neither_sent_nor_signed_but_the_query_is(
        self, carrier: Carrier, hotline: Hotline
    ) -> None:
        carrier.texts_hotline(MARIA, "hi")
        assert [heard.is_genuine for heard in hotline.heard] == [True]

    def test_a_text_is_brought_again_as_it_says(self, carrier: Carrier, hotline: Hotline) -> None:
        answers = iter([Response(status_code=503), twiml("Got it")])
        hotline.answer = lambda: next(answers)
        answer = carrier.texts_hotline(MARIA, "hi")
        assert answer["replies"] == ["Got it"]
        assert [fields["MessageSid"] for fields in hotline.told()] == [answer["sid"]] * 2
        assert (hotline.told("/fallback"), carrier.errors()) == ([], [])

    def test_the_fallback_comes_after_the_last_try(
        self, carrier: Carrier, hotline: Hotline
    ) -> None:
        hotline.answer = lambda: Response(status_code=503)
        carrier.texts_hotline(MARIA, "hi")
        assert [heard.path for heard in hotline.heard] == ["/sms"] * 4 + ["/fallback"]
        assert hotline.told("/fallback")[0]["ErrorUrl"] == f"{hotline.url}/sms?a=b"

    def test_a_callback_is_made_again_as_it_says(self, carrier: Carrier, hotline: Hotline) -> None:
        hotline.callback = lambda: Response(status_code=503)
        carrier.send(status_callback=f"{carrier.callback}#rc=1&rp=5xx")
        carrier.settle()
        assert hotline.statuses() == ["sent", "sent", "delivered", "delivered"]


def test_pictures_come_as_addresses(carrier: Carrier, hotline: Hotline) -> None:
    answer = carrier.texts_hotline(MARIA, "look", media=["https://127.0.0.1/a", "https://b.test/b"])
    (fields,) = hotline.told()
    assert answer["sid"].startswith("MM")
    assert fields["NumMedia"] == "2"
    assert fields["MediaUrl0"] == "https://127.0.0.1/a"
    assert fields["MediaUrl1"] == "https://b.test/b"


@pytest.mark.parametrize("sender", ["12345", "BANK", "+266696687"])
def test_senders_need_not_be_phones(carrier: Carrier, hotline: Hotline, sender: str) -> None:
    carrier.texts_hotline(sender, "hi")
    assert hotline.told()[0]["From"] == sender


def test_the_answer_is_texted_back(carrier: Carrier, hotline: Hotline) -> None:
    hotline.answer = lambda: twiml("Got it, 12", "More <soon> & so on")
    answer = carrier.texts_hotline(MARIA, "food")
    assert answer["replies"] == ["Got it, 12", "More <soon> & so on"]
    assert carrier.got(MARIA) == answer["replies"]
    assert [(text["direction"], text["by"], text["name"]) for text in carrier.texts()] == [
        ("from_phone", "person", "Maria"),
        ("to_phone", "reply", "Maria"),
        ("to_phone", "reply", "Maria"),
    ]


def test_words_directly_in_the_message_are_texted_too(carrier: Carrier, hotline: Hotline) -> None:
    document = "<Response><Message> Plain words </Message><Message/></Response>"
    hotline.answer = lambda: Response(document, media_type="application/xml")
    assert carrier.texts_hotline(MARIA, "hi")["replies"] == ["Plain words"]


def test_plain_text_is_texted_as_it_stands(carrier: Carrier, hotline: Hotline) -> None:
    hotline.answer = lambda: PlainTextResponse("<Response/> oops")
    assert carrier.texts_hotline(MARIA, "hi")["replies"] == ["<Response/> oops"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Response("{}", media_type="application/json"), 12300),
        (Response("<Response>", media_type="text/xml"), 12100),
        (Response("<Other/>", media_type="text/xml"), 12100),
        (PlainTextResponse("broken", status_code=500), 11200),
        (PlainTextResponse("no", status_code=403), 11200),
        (Response(status_code=307, headers={"Location": "/elsewhere"}), 11200),
    ],
)
def test_an_unusable_answer_is_an_error_and_not_asked_for_again(
    carrier: Carrier, hotline: Hotline, answer: Response, error: int
) -> None:
    hotline.answer = lambda: answer
    assert carrier.texts_hotline(MARIA, "hi")["status"] == answer.status_code
    assert carrier.errors() == [error]
    assert carrier.got(MARIA) == []
    assert len(hotline.heard) == 1


def test_no_content_is_a_fine_answer(carrier: Carrier, hotline: Hotline) -> None:
    hotline.answer = lambda: Response(status_code=204)
    assert carrier.texts_hotline(MARIA, "hi")["status"] == 204
    assert carrier.errors() == []


class TestFallback:
    @pytest.fixture
    def fallback_url(self, hotline: Hotline) -> str:
        return f"{hotline.url}/fallback"

    def test_a_broken_answer_goes_to_the_fallback(self, carrier: Carrier, hotline: Hotline) -> None:
        hotline.answer = lambda: PlainTextResponse("broken", status_code=503)
        hotline.fallback = lambda: twiml("We are back soon")
        answer = carrier.texts_hotline(MARIA, "hi")
        assert answer["status"] == 200
        assert answer["replies"] == ["We are back soon"]
        (first,), (second,) = hotline.told(), hotline.told("/fallback")
        assert second["MessageSid"] == first["MessageSid"]
        assert second["ErrorCode"] == "11200"
        assert second["ErrorUrl"] == f"{hotline.url}/sms"
        assert all(heard.is_genuine for heard in hotline.heard)

    def test_a_good_answer_does_not(self, carrier: Carrier, hotline: Hotline) -> None:
        carrier.texts_hotline(MARIA, "hi")
        assert hotline.told("/fallback") == []

    def test_both_may_be_broken(self, carrier: Carrier, hotline: Hotline) -> None:
        hotline.answer = hotline.fallback = lambda: Response(status_code=500)
        assert carrier.texts_hotline(MARIA, "hi")["status"] == 500
        assert carrier.errors() == [11200, 11200]


class TestNobodyThere:
    @pytest.fixture
    def sms_url(self) -> Iterator[str]:
        with socket.socket() as deaf:
            deaf.bind(("127.0.0.1", 0))
            yield f"http://127.0.0.1:{deaf.getsockname()[1]}/sms"

    @pytest.fixture
    def fallback_url(self, hotline: Hotline) -> str:
        return f"{hotline.url}/fallback"

    def test_an_unreachable_hotline_goes_to_the_fallback(
        self, carrier: Carrier, hotline: Hotline, sms_url: str
    ) -> None:
        carrier.texts_hotline(MARIA, "hi")
        (fields,) = hotline.told("/fallback")
        assert fields["ErrorUrl"] == sms_url
        assert carrier.errors() == [11200]


@dataclass
class Tries:
    """How often the hotline was asked, with which tokens, and what the carrier made of it."""

    answer: webhooks.WebhookAnswer
    tokens: list[str]
    statuses: list[int]
    errors: list[int]


Behave = Callable[[int], httpx2.Response]


def asked_with(behave: Behave, settings: str = "", fallback: str = "") -> Tries:
    """`behave`: what the hotline does when it is asked for that time."""
    tokens: list[str] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        tokens.append(request.headers["I-Twilio-Idempotency-Token"])
        return behave(len(tokens))

    line = Line(ACCOUNT, TOKEN, NUMBER, f"http://127.0.0.1:1/sms{settings}", fallback)
    exchange = Exchange(line, lambda: STAND_STILL, [])

    async def ask() -> webhooks.WebhookAnswer:
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(handle)) as exchange.client:
            text = Message("SM1", MARIA, NUMBER, "hi", "inbound", "person", STAND_STILL)
            return await webhooks.ask(exchange, text)

    answer = asyncio.run(ask())
    seen: dict[str, list[Any]] = {"webhook": [], "debugger": []}
    for it in exchange.log:
        seen[str(it["kind"])].append(it.get("status", it.get("code")))
    return Tries(answer, tokens, seen["webhook"], seen["debugger"])


HELLO = httpx2.Response(200, text="hello", headers={"Content-Type": "text/plain"})
GOT_HELLO = webhooks.WebhookAnswer(200, (webhooks.TextReply("hello"),))
UNREACHED = webhooks.WebhookAnswer(0, error=11200)


def in_turn(*turns: httpx2.Response | Exception) -> Behave:
    """Answers or fails so, and as in the last turn ever after."""

    def behave(time: int) -> httpx2.Response:
        turn = turns[min(time, len(turns)) - 1]
        if isinstance(turn, Exception):
            raise turn
        return turn

    return behave


REFUSED = httpx2.ConnectError("refused")


def test_a_failed_connection_is_tried_once_more() -> None:
    tries = asked_with(in_turn(REFUSED, HELLO))
    assert (tries.answer, tries.statuses) == (GOT_HELLO, [0, 200])


def test_a_peer_that_dies_while_it_is_called_was_not_reached() -> None:
    """anyio's own words for it."""
    tries = asked_with(in_turn(AttributeError("'NoneType' object has no attribute 'getpeername'")))
    assert (tries.answer, tries.statuses) == (UNREACHED, [0, 0])


def test_and_not_a_third_time() -> None:
    tries = asked_with(in_turn(REFUSED))
    assert (tries.answer, tries.statuses, tries.errors) == (UNREACHED, [0, 0], [11200])


BROKEN, GONE, SLOW = httpx2.Response(503), httpx2.Response(404), httpx2.ReadTimeout("slow")


@pytest.mark.parametrize("failure", [httpx2.ReadError("gone"), SLOW])
def test_a_connection_that_fails_later_is_not_tried_again(failure: Exception) -> None:
    tries = asked_with(in_turn(failure))
    assert (tries.answer, tries.statuses) == (UNREACHED, [0])


@pytest.mark.parametrize(
    ("settings", "turns", "statuses"),
    [
        ("#rc=3&rp=all", (BROKEN, REFUSED, httpx2.ReadError("gone"), HELLO), [503, 0, 0, 200]),
        ("#rc=3&rp=all", (BROKEN, HELLO), [503, 200]),
        ("#rc=2&rp=5xx", (BROKEN, BROKEN, BROKEN), [503, 503, 503]),
        ("#rp=5xx", (REFUSED,), [0]),
        ("#rc=5&rp=4xx,rt", (GONE, SLOW, BROKEN), [404, 0, 503]),
        ("#rc=0", (REFUSED,), [0]),
        ("#rc=5&rp=all", (httpx2.Response(204),), [204]),
    ],
)  # fmt: skip
def test_the_address_says_how_often_and_after_what_it_is_tried_again(
    settings: str, turns: tuple[httpx2.Response | Exception, ...], statuses: list[int]
) -> None:
    assert asked_with(in_turn(*turns), settings).statuses == statuses


def test_each_try_of_one_webhook_has_its_token() -> None:
    tries = asked_with(in_turn(BROKEN), "#rc=2&rp=all", fallback="http://127.0.0.1:1/fallback")
    first, fallback = tries.tokens[:3], tries.tokens[3:]
    assert len(set(first)) == len(fallback) == 1
    assert first[0] != fallback[0]


@pytest.mark.parametrize(("settings", "error"), [("#rc=9", 11100), ("#rp=always", 11243)])
def test_what_cannot_be_read_is_noted_and_as_if_it_were_not_there(
    settings: str, error: int
) -> None:
    tries = asked_with(in_turn(REFUSED, HELLO), settings)
    assert (tries.statuses, tries.errors) == ([0, 200], [error])


def test_each_try_takes_as_long_as_the_address_says() -> None:
    timeouts: list[object] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        timeouts.append(request.extensions["timeout"])
        return HELLO

    async def ask() -> None:
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(handle)) as exchange.client:
            for settings in ("", "#ct=100&rt=200"):
                await webhooks.post(
                    exchange, "webhook", f"http://x/{settings}", {}, {"sid": ""}, phone=""
                )

    exchange = Exchange(Line(ACCOUNT, TOKEN, NUMBER, ""), lambda: STAND_STILL, [])
    asyncio.run(ask())
    assert timeouts == [
        {"connect": 5.0, "read": 15.0, "write": 15.0, "pool": None},
        {"connect": 0.1, "read": 0.2, "write": 0.2, "pool": None},
    ]


def test_all_tries_together_end_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The total is for whatever is tried, and afterwards nothing is tried again."""
    at_once = overrides.Overrides(retries=5, policy=frozenset({"all"}), total=0)
    monkeypatch.setattr(webhooks, "read_overrides", lambda _: (at_once, []))

    async def never(*_: object) -> httpx2.Response:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(webhooks, "_send_once", never)
    tries = asked_with(in_turn(HELLO))
    assert (tries.answer, tries.statuses) == (UNREACHED, [0])


def test_the_same_text_can_come_twice_at_once(carrier: Carrier, hotline: Hotline) -> None:
    hotline.answer = lambda: twiml("Got it")
    answer = carrier.texts_hotline(MARIA, "food", times=2)
    assert [fields["MessageSid"] for fields in hotline.told()] == [answer["sid"]] * 2
    assert answer["replies"] == ["Got it", "Got it"]
    assert len([text for text in carrier.texts() if text["direction"] == "from_phone"]) == 1


def test_the_same_text_can_come_later(carrier: Carrier, hotline: Hotline) -> None:
    sid = carrier.texts_hotline(MARIA, "food")["sid"]
    carrier.texts_hotline(MARIA, "food", sid=sid)
    assert [fields["MessageSid"] for fields in hotline.told()] == [sid, sid]
    assert len(carrier.texts()) == 1


def test_more_than_fifteen_replies_in_a_row_are_held_back(
    carrier: Carrier, hotline: Hotline
) -> None:
    hotline.answer = lambda: twiml(*(f"reply {number}" for number in range(20)))
    assert len(carrier.texts_hotline(MARIA, "hi")["replies"]) == 15
    assert set(carrier.errors()) == {14107}


def test_a_held_back_number_is_replied_to_after_half_a_minute() -> None:
    pace = phones.DeliveryPace()
    for _ in range(16):
        pace = pace.after_reply(STAND_STILL)
    assert pace.is_resting(STAND_STILL + timedelta(seconds=29))
    assert not pace.is_resting(STAND_STILL + timedelta(seconds=30))


def test_slow_replies_are_never_held_back() -> None:
    pace, now = phones.DeliveryPace(), STAND_STILL
    for _ in range(40):
        now += timedelta(seconds=31)
        pace = pace.after_reply(now)
        assert not pace.is_resting(now)


# Words the carrier takes for itself

STOP_WORDS = ["STOP", "stopall", "Unsubscribe", "END", "quit", "Cancel", "REVOKE", "optout"]


@pytest.mark.parametrize("word", [*STOP_WORDS, "  stop\n"])
def test_stop_words_opt_out_and_still_reach_the_hotline(
    carrier: Carrier, hotline: Hotline, word: str
) -> None:
    hotline.answer = lambda: twiml("Sorry to see you go")
    assert carrier.texts_hotline(ANA, word)["replies"] == []
    assert hotline.told()[0]["Body"] == word
    assert carrier.got(ANA) == [phones.STOPPED]
    assert carrier.errors() == [21610]
    assert refusal_of(carrier.send) == (400, 21610)


@pytest.mark.parametrize("word", ["START", "unstop", "Yes"])
def test_start_words_opt_in_again(carrier: Carrier, hotline: Hotline, word: str) -> None:
    carrier.phone(ANA, opted_out=True)
    hotline.answer = lambda: twiml("Welcome back")
    assert carrier.texts_hotline(ANA, word)["replies"] == ["Welcome back"]
    assert carrier.got(ANA) == [phones.STARTED, "Welcome back"]
    carrier.send()
    assert carrier.got(ANA)[-1] == "Can you help?"


def test_yes_of_somebody_who_never_opted_out_draws_no_answer(carrier: Carrier) -> None:
    carrier.texts_hotline(ANA, "YES")
    assert carrier.got(ANA) == []


@pytest.mark.parametrize("word", ["HELP", "info"])
def test_the_carrier_answers_help(carrier: Carrier, hotline: Hotline, word: str) -> None:
    carrier.texts_hotline(ANA, word)
    assert carrier.got(ANA) == [phones.HELPED]
    assert [text["by"] for text in carrier.texts()] == ["person", "carrier"]
    assert len(hotline.heard) == 1


@pytest.mark.parametrize("body", ["YES 12", "please stop", "STOP it", "cancel 12", "help me"])
def test_a_keyword_counts_only_alone(carrier: Carrier, body: str) -> None:
    carrier.texts_hotline(ANA, body)
    assert carrier.got(ANA) == []
    assert not carrier.control.get(f"/rehearsal/phones/{ANA}").json()["opted_out"]


# Texts that go out


def test_a_text_reaches_its_phone_and_callbacks_tell(carrier: Carrier, hotline: Hotline) -> None:
    message = carrier.send()
    carrier.settle()
    assert (message.status, message.num_segments) == ("queued", "1")
    assert (message.direction, message.from_, message.to) == ("outbound-api", NUMBER, ANA)
    assert carrier.got(ANA) == ["Can you help?"]
    assert all(heard.is_genuine for heard in hotline.heard)
    assert hotline.statuses() == ["sent", "delivered"]
    assert hotline.told("/sms/status")[0] == {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "AccountSid": ACCOUNT,
        "MessageStatus": "sent",
        "SmsStatus": "sent",
        "From": NUMBER,
        "To": ANA,
        "ApiVersion": "2010-04-01",
    }


def test_a_service_accepts_first(carrier: Carrier, hotline: Hotline) -> None:
    message = carrier.send(from_=None, messaging_service_sid=SERVICE)
    carrier.settle()
    assert (message.status, message.from_, message.num_segments) == ("accepted", None, "0")
    assert hotline.statuses() == ["queued", "sent", "delivered"]
    assert {told["MessagingServiceSid"] for told in hotline.told("/sms/status")} == {SERVICE}
    later = message.fetch()
    assert (later.status, later.from_, later.num_segments) == ("delivered", NUMBER, "1")


def test_without_an_address_nobody_is_called_back(carrier: Carrier, hotline: Hotline) -> None:
    carrier.send(status_callback="")
    assert carrier.got(ANA) == ["Can you help?"]
    assert hotline.heard == []


def test_local_numbers_are_read(carrier: Carrier) -> None:
    assert carrier.send(to="(212) 555-0141").to == ANA


UNDELIVERED = pytest.mark.parametrize(
    ("state", "error"),
    [
        *(("off", 30003), ("blocked", 30004), ("unknown", 30005)),
        *(("landline", 30006), ("filtered", 30007), ("lost", 30008)),
    ],
)


@UNDELIVERED
def test_some_phones_get_nothing(
    carrier: Carrier, hotline: Hotline, state: str, error: int
) -> None:
    carrier.phone(ANA, state=state)
    message = carrier.send()
    assert carrier.got(ANA) == []
    assert hotline.statuses() == ["sent", "undelivered"]
    assert hotline.told("/sms/status")[-1]["ErrorCode"] == str(error)
    assert "ErrorCode" not in hotline.told("/sms/status")[0]
    (text,) = carrier.texts()
    assert (text["status"], text["error"]) == ("undelivered", error)
    later = message.fetch()
    assert (later.status, later.error_code) == ("undelivered", error)
    assert later.error_message


@pytest.mark.parametrize(("state", "code"), [("nowhere", 21211), ("tablet", 21614)])
def test_some_numbers_are_refused_at_once(carrier: Carrier, state: str, code: int) -> None:
    carrier.phone(ANA, state=state)
    assert refusal_of(carrier.send) == (400, code)
    assert carrier.texts() == []


def test_sent_may_be_the_last_that_is_heard(carrier: Carrier, hotline: Hotline) -> None:
    carrier.phone(ANA, state="unconfirmed")
    carrier.send()
    assert [text["status"] for text in carrier.texts()] == ["sent"]
    assert hotline.statuses() == ["sent"]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"to": ""}, 21604),
        ({"to": "Ana"}, 21211),
        ({"to": "12345"}, 21211),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"from_": ""}, 21603),
        ({"from_": "+12125550177"}, 21606),
        ({"from_": "+15005550001"}, 21212),
        ({"from_": "+15005550007"}, 21606),
        ({"from_": "+15005550008"}, 21611),
        ({"to": "+15005550001"}, 21211),
        ({"to": "+15005550002"}, 21612),
        ({"to": "+15005550003"}, 21408),
        ({"to": "+15005550004"}, 21610),
        ({"to": "(500) 555-0009"}, 21614),
        ({"validity_period": 0}, 20001),
        ({"validity_period": 36001}, 20001),
        ({"status_callback": "https://my_host.example/status"}, 21609),
        ({"status_callback": "elsewhere"}, 21609),
    ],
)
def test_what_is_wrong_is_said(carrier: Carrier, wish: dict[str, Any], code: int) -> None:
    assert refusal_of(lambda: carrier.send(**wish)) == (400, code)
    assert carrier.texts() == []


@pytest.mark.parametrize(
    "wish",
    [
        {"body": "x" * 1600},
        {"from_": "+15005550006"},
        {"validity_period": 1},
        {"validity_period": 36000},
        {"smart_encoded": True, "provide_feedback": False, "application_sid": "AP" + "0" * 32},
    ],
)
def test_what_is_right_is_taken(carrier: Carrier, wish: dict[str, Any]) -> None:
    carrier.send(**wish)
    assert len(carrier.got(ANA)) == 1


def test_the_number_that_passes_for_ours_sends(carrier: Carrier, hotline: Hotline) -> None:
    assert carrier.send(from_="+15005550006").from_ == "+15005550006"
    carrier.settle()
    assert hotline.told("/sms/status")[0]["From"] == "+15005550006"


def test_a_refusal_has_the_shape_the_carrier_gives_it(carrier: Carrier) -> None:
    address = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    answer = carrier.control.post(address, data={"Future": "1"}, auth=(ACCOUNT, TOKEN))
    assert answer.status_code == 400
    assert answer.json() == {
        "code": 21604,
        "message": "A 'To' phone number is required",
        "more_info": "https://www.twilio.com/docs/errors/21604",
        "status": 400,
    }


def test_every_answer_has_a_name_and_says_how_many_are_under_way(carrier: Carrier) -> None:
    names = set()
    for auth in ((ACCOUNT, TOKEN), (ACCOUNT, TOKEN), None):
        answer = carrier.control.get(f"/2010-04-01/Accounts/{ACCOUNT}.json", auth=auth)
        assert re.fullmatch("RQ[0-9a-f]{32}", answer.headers["Twilio-Request-Id"])
        assert answer.headers["Twilio-Concurrent-Requests"] == "1"
        names.add(answer.headers["Twilio-Request-Id"])
    assert len(names) == 3


@pytest.mark.parametrize("auth", [None, (ACCOUNT, "wrong"), ("AC2", TOKEN)])
def test_strangers_are_turned_away(carrier: Carrier, auth: tuple[str, str] | None) -> None:
    for path in (f"Accounts/{ACCOUNT}/Messages.json", f"Accounts/{ACCOUNT}.json", "elsewhere"):
        answer = carrier.control.get(f"/2010-04-01/{path}", auth=auth)
        assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_what_is_not_there_is_not_found(carrier: Carrier) -> None:
    messages = carrier.client.messages
    assert refusal_of(messages("SM" + "f" * 32).fetch) == (404, 20404)
    assert refusal_of(messages("SM" + "f" * 32).delete) == (404, 20404)
    assert refusal_of(lambda: messages("SM" + "f" * 32).update(body="")) == (404, 20404)
    assert refusal_of(carrier.client.api.accounts("AC" + "9" * 32).fetch) == (404, 20404)
    answer = carrier.control.get(
        f"/2010-04-01/Accounts/{ACCOUNT}/Queues.json", auth=(ACCOUNT, TOKEN)
    )
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_what_cannot_be_done_is_refused_in_the_same_shape(carrier: Carrier, method: str) -> None:
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    answer = carrier.control.request(method, path, auth=(ACCOUNT, TOKEN))
    assert (answer.status_code, answer.json()["code"]) == (405, 20004)


def test_the_account_can_be_looked_at(carrier: Carrier) -> None:
    account = carrier.client.api.accounts(ACCOUNT).fetch()
    assert (account.sid, account.status, account.auth_token) == (ACCOUNT, "active", None)


def test_words_can_be_forgotten_and_messages_deleted(carrier: Carrier) -> None:
    message = carrier.send()
    assert message.update(body="").body == ""
    assert message.fetch().body == ""
    assert refusal_of(lambda: message.update(body="other words")) == (400, 20001)
    assert message.delete()
    assert refusal_of(message.fetch) == (404, 20404)
    assert carrier.got(ANA) == ["Can you help?"]


def test_messages_are_listed_newest_first_and_by_number(carrier: Carrier, hotline: Hotline) -> None:
    hotline.answer = lambda: twiml("Got it")
    first, second = carrier.send(ANA, "one"), carrier.send(BEN, "two")
    carrier.texts_hotline(MARIA, "hi")
    messages = carrier.client.messages
    assert [message.sid for message in messages.list(to=ANA)] == [first.sid]
    assert [message.sid for message in messages.list(to=BEN, from_=NUMBER)] == [second.sid]
    assert [(message.direction, message.body) for message in messages.list()] == [
        ("outbound-reply", "Got it"),
        ("inbound", "hi"),
        ("outbound-api", "two"),
        ("outbound-api", "one"),
    ]
    assert messages.list(to=ANA, from_=BEN) == []


def test_messages_are_listed_by_time(carrier: Carrier) -> None:
    message = carrier.send()
    carrier.settle()
    sent = message.fetch().date_sent
    second = timedelta(seconds=1)

    def sids(**when: datetime) -> list[str]:
        return [found.sid for found in carrier.client.messages.list(**when)]

    assert sids(date_sent_after=sent) == [message.sid]
    assert sids(date_sent_after=sent - second) == [message.sid]
    assert sids(date_sent_after=sent + second) == []
    assert sids(date_sent_before=sent) == [message.sid]
    assert sids(date_sent_before=sent - second) == []
    assert sids(date_sent=sent) == [message.sid]


def test_a_date_means_the_whole_day(carrier: Carrier) -> None:
    message = carrier.send()
    carrier.settle()
    day = message.fetch().date_sent.date().isoformat()
    for name in ("DateSent", "DateSent>", "DateSent<"):
        found = carrier.control.get(
            f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json",
            params={name: day},
            auth=(ACCOUNT, TOKEN),
        )
        assert len(found.json()["messages"]) == 1


def test_long_lists_come_in_pages(carrier: Carrier) -> None:
    for number in range(5):
        carrier.send(body=f"text {number}")
    carrier.settle()
    bodies = [message.body for message in carrier.client.messages.list(to=ANA, page_size=2)]
    assert bodies == [f"text {number}" for number in (4, 3, 2, 1, 0)]
    page = carrier.client.messages.page(page_size=2)
    assert page.previous_page_url is None
    assert "PageToken=PA" in str(page.next_page_url)
    carrier.send(body="text 5")
    assert [message.body for message in page.next_page()] == ["text 2", "text 1"]


def test_pages_lead_to_the_end_and_back(carrier: Carrier) -> None:
    for number in range(5):
        carrier.send(body=f"text {number}")
    messages = carrier.client.messages
    pages = [messages.page(to=ANA, page_size=2)]
    while page := pages[-1].next_page():
        pages.append(page)
    bodies = [[message.body for message in page] for page in pages]
    assert bodies == [["text 4", "text 3"], ["text 2", "text 1"], ["text 0"]]
    again = messages.get_page(pages[0].next_page_url)
    assert [message.body for message in again] == ["text 2", "text 1"]
    assert [message.body for message in again.previous_page()] == ["text 4", "text 3"]
    assert f"To={ANA.replace('+', '%2B')}" in again.next_page_url


def test_a_list_is_read_page_by_page_as_far_as_is_wished(carrier: Carrier) -> None:
    for number in range(5):
        carrier.send(body=f"text {number}")
    messages = carrier.client.messages
    assert [message.body for message in messages.stream(page_size=1)][::4] == ["text 4", "text 0"]
    assert len(messages.list(limit=3, page_size=2)) == 3
    log = carrier.control.get("/rehearsal/log").json()["log"]
    asked = [line for line in log if line["kind"] == "api" and line["method"] == "GET"]
    assert len(asked) == 5 + 2


def test_a_page_that_is_no_number_is_refused(carrier: Carrier) -> None:
    # Of lists, the client says no code: TwilioException, not TwilioRestException.
    for wish in ({"page_size": "many"}, {"date_sent": "yesterday"}):
        with pytest.raises(TwilioException, match="20001"):
            carrier.client.messages.page(**wish)


# What becomes of a reply


def told_to(callback: str, words: str = "Got it") -> Response:
    """A reply whose fate is to be told there."""
    response = MessagingResponse()
    response.message(words, status_callback=callback)
    return Response(str(response), media_type="text/xml")


def test_callbacks_tell_what_became_of_a_reply(carrier: Carrier, hotline: Hotline) -> None:
    hotline.answer = lambda: told_to(carrier.callback)
    assert carrier.texts_hotline(ANA, "food")["replies"] == ["Got it"]
    assert carrier.got(ANA) == ["Got it"]
    (message,) = carrier.client.messages.list(to=ANA)
    assert (message.direction, message.status) == ("outbound-reply", "delivered")
    assert hotline.statuses() == ["sent", "delivered"]
    assert all(heard.is_genuine for heard in hotline.heard)
    assert hotline.told("/sms/status")[-1] == {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "AccountSid": ACCOUNT,
        "MessageStatus": "delivered",
        "SmsStatus": "delivered",
        "From": NUMBER,
        "To": ANA,
        "ApiVersion": "2010-04-01",
    }


def test_replies_are_kept_with_what_was_told_of_them(carrier: Carrier, hotline: Hotline) -> None:
    hotline.answer = lambda: told_to(carrier.callback)
    carrier.texts_hotline(ANA, "food")
    carrier.phone(ANA, opted_out=True)
    carrier.texts_hotline(ANA, "food")
    carrier.settle()
    kept = carrier.control.get("/rehearsal/replies").json()
    taken, refused = kept["replies"]
    (message,) = carrier.client.messages.list(to=ANA)
    assert (taken["to"], taken["sid"], taken["taken"]) == (ANA, message.sid, True)
    assert (taken["status_callback"], taken["what"]) == (carrier.callback, "reply")
    assert taken["told"] == hotline.statuses()
    assert (refused["code"], refused["taken"], refused["sid"]) == (21610, False, None)
    later = carrier.control.get("/rehearsal/replies", params={"after": 1}).json()
    assert later == {"replies": [refused], "last": 2}
    assert carrier.control.get("/rehearsal/ledger").json()["ledger"] == []


def test_each_reply_has_an_address_of_its_own(carrier: Carrier, hotline: Hotline) -> None:
    document = """<Response><Message statusCallback="/sms/status?text=1" other="x">One</Message>
        <Message>Two</Message><Message statusCallback="status?text=3">Three</Message></Response>"""
    hotline.answer = lambda: Response(document, media_type="text/xml")
    assert carrier.texts_hotline(ANA, "hi")["replies"] == ["One", "Two", "Three"]
    assert sorted(heard.path for heard in hotline.heard) == [
        *["/sms", "/sms/status", "/sms/status", "/status", "/status"]
    ]
    assert all(heard.is_genuine for heard in hotline.heard)


def test_callbacks_of_a_reply_are_made_again_as_the_address_says(
    carrier: Carrier, hotline: Hotline
) -> None:
    hotline.answer = lambda: told_to("/sms/status#rc=1&rp=5xx")
    hotline.callback = lambda: Response(status_code=503)
    carrier.texts_hotline(ANA, "hi")
    assert hotline.statuses() == ["sent", "sent", "delivered", "delivered"]


@UNDELIVERED
def test_a_reply_may_never_arrive(
    carrier: Carrier, hotline: Hotline, state: str, error: int
) -> None:
    carrier.phone(ANA, state=state)
    hotline.answer = lambda: told_to(carrier.callback)
    carrier.texts_hotline(ANA, "hi")
    assert carrier.got(ANA) == []
    assert hotline.statuses() == ["sent", "undelivered"]
    assert hotline.told("/sms/status")[-1]["ErrorCode"] == str(error)
    (message,) = carrier.client.messages.list(to=ANA)
    assert (message.status, message.error_code) == ("undelivered", error)


@pytest.mark.parametrize(
    ("phone", "error"),
    [({"opted_out": True}, 21610), ({"state": "nowhere"}, 21211), ({"state": "tablet"}, 21614)],
)
def test_a_reply_is_refused_where_a_text_is(
    carrier: Carrier, hotline: Hotline, phone: dict[str, object], error: int
) -> None:
    """Then there is no message, and nothing to tell of it."""
    carrier.phone(ANA, **phone)
    hotline.answer = lambda: told_to(carrier.callback)
    assert carrier.texts_hotline(ANA, "hi")["replies"] == []
    assert carrier.errors() == [error]
    assert (hotline.statuses(), carrier.client.messages.list(to=ANA)) == ([], [])


@pytest.mark.parametrize("address", ["ftp://127.0.0.1/status", "https://my_host.example/", "//["])
def test_a_reply_goes_where_its_callback_cannot(
    carrier: Carrier, hotline: Hotline, address: str
) -> None:
    hotline.answer = lambda: told_to(address)
    assert carrier.texts_hotline(ANA, "hi")["replies"] == ["Got it"]
    assert (carrier.got(ANA), carrier.errors()) == (["Got it"], [21609])
    assert len(hotline.heard) == 1


def test_callbacks_of_a_reply_come_as_they_like(carrier: Carrier, hotline: Hotline) -> None:
    carrier.trouble("callbacks_backwards")
    hotline.answer = lambda: told_to(carrier.callback)
    carrier.texts_hotline(ANA, "hi")
    assert hotline.statuses() == ["delivered", "sent"]


# Troubles


@pytest.mark.parametrize(
    ("wish", "refused"),
    [
        ({"kind": "busy"}, (429, 20429)),
        ({"kind": "account_refused"}, (401, 20003)),
        ({"kind": "code", "code": 30034, "status": 400}, (400, 30034)),
        ({"kind": "code", "code": 21408, "status": 403}, (403, 21408)),
    ],
)
def test_a_carrier_in_trouble_takes_nothing(
    carrier: Carrier, wish: dict[str, Any], refused: tuple[int, int]
) -> None:
    carrier.trouble(**wish, times=2)
    assert refusal_of(carrier.send) == refused
    assert refusal_of(carrier.send) == refused
    assert carrier.texts() == []
    carrier.send()
    assert carrier.got(ANA) == ["Can you help?"]


def test_a_broken_carrier_does_not_even_speak_json(carrier: Carrier) -> None:
    carrier.trouble("broken")
    address = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    wish = {"To": ANA, "From": NUMBER, "Body": "hi"}
    answer = carrier.control.post(address, data=wish, auth=(ACCOUNT, TOKEN))
    assert (answer.status_code, answer.headers["content-type"][:10]) == (500, "text/plain")
    assert carrier.texts() == []


@pytest.mark.parametrize(
    ("kind", "arrived"), [("silent_taken", ["Can you help?"]), ("silent_lost", [])]
)
def test_a_silent_carrier_drops_the_connection(
    carrier: Carrier, kind: str, arrived: list[str]
) -> None:
    carrier.trouble(kind, seconds=0.01)
    with pytest.raises(requests.exceptions.ConnectionError):
        carrier.send()
    assert carrier.got(ANA) == arrived
    found = carrier.client.messages.list(to=ANA, from_=NUMBER)
    assert [message.body for message in found] == arrived


def test_who_does_not_wait_for_a_silent_carrier_times_out(carrier: Carrier) -> None:
    carrier.trouble("silent_taken", seconds=30)
    carrier.client.http_client.timeout = 0.1
    with pytest.raises(requests.exceptions.ReadTimeout):
        carrier.send()
    assert carrier.got(ANA) == ["Can you help?"]


def test_a_slow_carrier_takes_the_text_in_the_end(carrier: Carrier) -> None:
    carrier.trouble("slow", seconds=0.01)
    assert carrier.send().status == "queued"
    assert carrier.got(ANA) == ["Can you help?"]


@pytest.mark.parametrize(
    ("kind", "statuses"),
    [
        ("callbacks_twice", ["sent", "sent", "delivered", "delivered"]),
        ("callbacks_backwards", ["delivered", "sent"]),
        ("no_callbacks", []),
    ],
)
def test_callbacks_come_as_they_like(
    carrier: Carrier, hotline: Hotline, kind: str, statuses: list[str]
) -> None:
    carrier.trouble(kind)
    carrier.send()
    assert carrier.got(ANA) == ["Can you help?"]
    assert hotline.statuses() == statuses
    carrier.send()
    carrier.settle()
    assert hotline.statuses() == [*statuses, "sent", "delivered"]


def signatures(carrier: Carrier) -> list[tuple[object, ...]]:
    """Of each request to the hotline: which, what was answered, whether it was wrongly signed."""
    carrier.settle()
    log = carrier.control.get("/rehearsal/log").json()["log"]
    return [
        (it["kind"], it["status"], it.get("signature"))
        for it in log
        if it["kind"] in ("webhook", "callback", "step")
    ]


def test_somebody_else_may_send_it_first(carrier: Carrier, hotline: Hotline) -> None:
    answers = iter([Response(status_code=403), twiml("Got it")])
    hotline.answer = lambda: next(answers)
    carrier.trouble("forged")
    answer = carrier.texts_hotline(MARIA, "food")
    forged, real = hotline.heard
    assert (forged.is_genuine, real.is_genuine) == (False, True)
    assert forged.fields == real.fields
    assert (answer["status"], answer["replies"]) == (200, ["Got it"])
    assert signatures(carrier) == [("webhook", 403, "wrong"), ("webhook", 200, None)]
    assert carrier.control.get("/rehearsal/errors").json()["errors"] == []
    assert carrier.errors() == []


def test_what_a_hotline_answers_to_anybody_is_not_texted(
    carrier: Carrier, hotline: Hotline
) -> None:
    answers = iter([twiml("Hello, stranger"), twiml("Got it")])
    hotline.answer = lambda: next(answers)
    carrier.trouble("forged")
    carrier.texts_hotline(MARIA, "food")
    assert carrier.got(MARIA) == ["Got it"]
    assert signatures(carrier)[0] == ("webhook", 200, "wrong")


def test_forgeries_are_counted_in_all_that_is_signed(carrier: Carrier, hotline: Hotline) -> None:
    carrier.trouble("forged", times=2, to=ANA)
    sent = carrier.send(BEN), carrier.send(ANA), carrier.send(ANA)
    carrier.settle()
    genuine = [it.is_genuine for it in hotline.heard if it.fields["MessageSid"] == sent[0].sid]
    assert genuine == [True, True]
    assert sorted(signatures(carrier), key=str) == [
        *[("callback", 204, "wrong")] * 2,
        *[("callback", 204, None)] * 6,
    ]
    ledger = carrier.control.get("/rehearsal/ledger").json()["ledger"]
    assert [it["told"] for it in ledger] == [["sent", "delivered"]] * 3


def test_trouble_can_concern_one_number(carrier: Carrier) -> None:
    carrier.trouble("busy", to=BEN)
    carrier.send(ANA)
    assert refusal_of(lambda: carrier.send(BEN)) == (429, 20429)


def test_trouble_can_be_ended(carrier: Carrier) -> None:
    carrier.trouble("busy", times=100)
    assert carrier.control.delete("/rehearsal/trouble").json() == {"troubles": []}
    carrier.send()


def test_trouble_of_one_kind_can_be_ended(carrier: Carrier) -> None:
    carrier.trouble("busy", times=100)
    carrier.trouble("callbacks_twice", times=100)
    left = carrier.control.delete("/rehearsal/trouble", params={"kind": "busy"}).json()["troubles"]
    assert [it["kind"] for it in left] == ["callbacks_twice"]


def test_the_ledger_has_every_create_as_it_arrived(carrier: Carrier, hotline: Hotline) -> None:
    sent = carrier.send(ANA, "hello")
    carrier.trouble("busy")
    refusal_of(lambda: carrier.send(BEN, "hello"))
    carrier.control.put(f"/rehearsal/phones/{BEN}", json={"opted_out": True})
    refusal_of(lambda: carrier.send(BEN, "hello"))
    carrier.settle()
    found = carrier.control.get("/rehearsal/ledger").json()
    taken, busy, opted_out = found["ledger"]
    assert (taken["to"], taken["taken"], taken["sid"]) == (ANA, True, sent.sid)
    assert taken["status_callback"] == carrier.callback
    assert taken["told"] == hotline.statuses()
    assert (busy["trouble"], busy["taken"], busy["told"]) == ("busy", False, [])
    assert (opted_out["code"], opted_out["taken"], opted_out["sid"]) == (21610, False, None)
    assert (found["last"], found["under_way"]) == (3, 0)
    later = carrier.control.get("/rehearsal/ledger", params={"after": 2}).json()["ledger"]
    assert later == [opted_out]


def test_callbacks_can_be_late(carrier: Carrier, hotline: Hotline) -> None:
    carrier.trouble("callbacks_late", seconds=0.01)
    carrier.send(ANA, "hello")
    carrier.settle()
    assert hotline.statuses() == ["sent", "delivered"]


def test_what_came_back_in_place_of_an_answer_is_kept(carrier: Carrier, hotline: Hotline) -> None:
    hotline.answer = lambda: PlainTextResponse("out of order", status_code=503)
    carrier.texts_hotline(MARIA, "need food")
    kept = carrier.control.get("/rehearsal/errors").json()["errors"]
    assert kept == [{"kind": "webhook", "status": 503, "body": "out of order"}]


def test_troubles_come_in_the_order_they_were_asked_for() -> None:
    first, second = trouble.Trouble("busy", times=2), trouble.Trouble("broken")
    taken, left = trouble.take([first, second], trouble.CREATE_KINDS, ANA)
    assert taken == first
    assert left == [trouble.Trouble("busy", times=1), second]


# The control addresses


@pytest.mark.parametrize(
    ("method", "path", "wish"),
    [
        ("POST", "texts", {"body": "hi"}),
        ("POST", "texts", {"from": MARIA, "body": 1}),
        ("POST", "texts", {"from": MARIA, "body": "hi", "times": 0}),
        ("POST", "texts", {"from": MARIA, "body": "hi", "media": "x"}),
        ("POST", "texts", ["hi"]),
        ("POST", "trouble", {"kind": "earthquake"}),
        ("POST", "trouble", {"kind": "busy", "times": -1}),
        ("POST", "trouble", {"kind": "code"}),
        ("POST", "trouble", {"kind": "busy", "often": 2}),
        ("PUT", f"phones/{ANA}", {"state": "asleep"}),
        ("PUT", f"phones/{ANA}", {"opted_out": "yes"}),
        ("PUT", f"phones/{ANA}", {"color": "red"}),
        ("GET", "texts?after=x", None),
        ("GET", "idle?wait=x", None),
    ],
)
def test_a_wrong_wish_is_answered_with_what_is_wrong(
    carrier: Carrier, method: str, path: str, wish: object
) -> None:
    answer = carrier.control.request(method, f"/rehearsal/{path}", json=wish)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_phones_can_be_looked_at_and_changed(carrier: Carrier) -> None:
    assert carrier.phone(BEN, name="Ben", state="off") == {
        "phone": BEN,
        "name": "Ben",
        "about": "",
        "state": "off",
        "opted_out": False,
        "calls": "rings",
    }
    assert carrier.control.get(f"/rehearsal/phones/{BEN}").json()["state"] == "off"
    numbers = [
        phone["phone"] for phone in carrier.control.get("/rehearsal/phones").json()["phones"]
    ]
    assert numbers == [MARIA, ANA, BEN]


def test_texts_are_read_on_from_a_number(carrier: Carrier) -> None:
    carrier.send(body="one")
    carrier.settle()
    last = carrier.control.get("/rehearsal/texts").json()["last"]
    carrier.send(body="two €" + "x" * 160)
    carrier.settle()
    later = carrier.control.get("/rehearsal/texts", params={"after": last}).json()
    assert [(text["at"], text["by"], text["segments"]) for text in later["texts"]] == [
        (2, "api", 2)
    ]
    assert later["last"] == 2


def test_new_texts_are_told_as_events(carrier: Carrier) -> None:
    with carrier.control.stream("GET", "/rehearsal/events") as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith(":")
        carrier.send()
        data = next(line for line in lines if line.startswith("data: "))
    assert json.loads(data.removeprefix("data: "))["body"] == "Can you help?"


def test_a_busy_carrier_is_not_idle(carrier: Carrier) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        carrier.send(status_callback=f"http://127.0.0.1:{deaf.getsockname()[1]}/")
        assert carrier.control.get("/rehearsal/idle?wait=0.01").json() == {"idle": False}


def test_the_log_tells_no_words_numbers_or_tokens(carrier: Carrier) -> None:
    carrier.texts_hotline(MARIA, "my secret")
    carrier.send()
    carrier.settle()
    log = carrier.control.get("/rehearsal/log").json()["log"]
    assert [line["kind"] for line in log] == ["webhook", "api", "callback", "callback"]
    for secret in ("my secret", "Can you", TOKEN, MARIA, ANA, NUMBER):
        assert secret not in json.dumps(log)


# The page


def page_of(carrier: Carrier) -> str:
    return unescape(carrier.control.get("/").text)


def test_the_page_shows_phones_and_texts_and_escapes_everything(
    carrier: Carrier, hotline: Hotline
) -> None:
    hotline.answer = lambda: twiml("<i>Got it</i>")
    carrier.texts_hotline(MARIA, "<script>alert(1)</script>")
    carrier.texts_hotline("+12125550177", "who is this")
    raw = carrier.control.get("/").text
    for word in ("<script>alert", "<i>", "Ana <b>"):
        assert word not in raw
        assert word in page_of(carrier)
    assert "+12125550177" in raw
    assert "delivered" in raw


def test_somebody_texts_from_the_page(carrier: Carrier, hotline: Hotline) -> None:
    headers = {"Origin": carrier.url}
    wish = {"from": "212 555 0177", "body": "hello"}
    answer = carrier.control.post("/do/text", data=wish, headers=headers)
    assert (answer.status_code, answer.headers["location"]) == (303, "/#phone-12125550177")
    assert hotline.told()[0]["From"] == "+12125550177"


def test_whoever_texted_can_text_again_from_the_page(carrier: Carrier, hotline: Hotline) -> None:
    carrier.texts_hotline("12345", "a short code")
    assert carrier.control.post("/do/text", data={"from": "12345", "body": "hi"}).status_code == 303
    assert [told["From"] for told in hotline.told()] == ["12345", "12345"]


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"from": "nobody", "body": "keep these words"}, "not a phone number"),
        ({"from": MARIA, "body": "  "}, "Write something"),
        ({"from": MARIA, "body": "x" * 1601}, "1600"),
    ],
)
def test_the_form_comes_back_with_what_was_typed(
    carrier: Carrier, hotline: Hotline, wish: dict[str, str], words: str
) -> None:
    answer = carrier.control.post("/do/text", data=wish)
    assert answer.status_code == 422
    assert words in answer.text
    assert wish["body"] in answer.text
    assert wish["from"] in answer.text
    assert hotline.heard == []


def test_the_page_says_when_the_hotline_gave_no_answer(carrier: Carrier, hotline: Hotline) -> None:
    hotline.answer = lambda: Response(status_code=500)
    carrier.texts_hotline(MARIA, "hi")
    assert "no usable answer" in page_of(carrier)
    hotline.answer = twiml
    carrier.texts_hotline(MARIA, "hi again")
    assert "no usable answer" not in page_of(carrier)


def test_the_page_needs_nothing_from_elsewhere(carrier: Carrier) -> None:
    raw = carrier.control.get("/").text
    assert "http:" not in raw
    assert "https:" not in raw
    for path in re.findall(r'(?:src|href)="(/[^"]*)"', raw):
        assert carrier.control.get(path).status_code == 200
    assert "default-src 'none'" in carrier.control.get("/").headers["content-security-policy"]


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://127.0.0.1:1", ""])
def test_other_websites_cannot_drive_it(carrier: Carrier, hotline: Hotline, origin: str) -> None:
    headers = {"Origin": origin}
    control = carrier.control
    refused = [
        control.post("/do/text", data={"from": MARIA, "body": "hi"}, headers=headers),
        control.post("/rehearsal/texts", json={"from": MARIA, "body": "hi"}, headers=headers),
        control.post("/rehearsal/trouble", json={"kind": "busy"}, headers=headers),
        control.put(f"/rehearsal/phones/{ANA}", json={"state": "off"}, headers=headers),
        control.delete("/rehearsal/trouble", headers=headers),
    ]
    assert {answer.status_code for answer in refused} == {403}
    assert hotline.heard == []


def test_a_name_rebound_to_this_machine_is_no_way_in(carrier: Carrier) -> None:
    headers = {"Host": "elsewhere.example", "Origin": "http://elsewhere.example"}
    assert carrier.control.get("/", headers=headers).status_code == 403
    assert carrier.control.post("/rehearsal/trouble", headers=headers).status_code == 403


# The invented neighborhood


def test_the_neighborhood_is_invented_and_complete() -> None:
    rows = [line.split(",") for line in neighborhood.roster_csv().splitlines()]
    assert rows[0] == ["phone", "name", "languages", "areas", "needs", "hours", "reach"]
    assert len(rows) == 9
    for row in rows[1:]:
        assert len(row) == 7
        assert re.fullmatch(r"\+121255501\d\d", row[0])
    people = [person.phone for person in neighborhood.cast()]
    assert len(set(people)) == len(people) == 13
    assert {row[0] for row in rows[1:]} < set(people)
