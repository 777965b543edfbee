"""Only the carrier comes in, and whatever it brings is answered: never with a 5xx, never twice.

The real web app behind a real server. What is refused leaves no row in any table, and no log
record holds a number or the words of a text.
"""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Barrier
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit
from xml.etree import ElementTree

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as some
from neighborhood import ACCOUNT, CAST, NETWORK, NUMBER, TOKEN, HandClock, make_settings
from pydantic import SecretStr
from served import serve
from servers import KEYS
from sqlalchemy import func, select, text
from starlette.datastructures import ImmutableMultiDict
from starlette.types import ASGIApp
from twilio.request_validator import RequestValidator

from hotline import roster_file, settings
from hotline.carriers.twilio import credentials, twiml
from hotline.carriers.twilio.signature import Signatures
from hotline.desk.wave import ask_volunteers
from hotline.store import roster
from hotline.store.messages import Replied
from hotline.store.tables import from_somebody, message, metadata, neighbor, request, sealing
from rehearsal.webhooks import certificates
from serving.app import Hotline
from serving.webhooks import LARGEST_BODY, MOST_FIELDS

MARIA = CAST["Maria"]
SECRET_WORD = "elderberries"
WORDS = f"we need groceries and {SECRET_WORD}"
NEW_TOKEN = "the-token-of-tomorrow"
FORM = "application/x-www-form-urlencoded"

SERVICE = "MG" + "1" * 32

Fields = Mapping[str, str] | list[tuple[str, str]]


def sms(body: str = WORDS, sid: str = "SM1", **more: str) -> dict[str, str]:
    """A text as the carrier posts it: unknown places are empty, not absent."""
    return {
        "MessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": MARIA,
        "To": NUMBER,
        "Body": body,
        "NumMedia": "0",
        "FromCity": "",
        "SmsStatus": "received",
        **more,
    }


def sign(url: str, fields: Fields, token: str = TOKEN) -> str:
    signature: str = RequestValidator(token).compute_signature(url, ImmutableMultiDict(fields))
    return signature


def encoded(fields: Fields) -> bytes:
    return urlencode(fields if isinstance(fields, list) else list(fields.items())).encode()


@dataclass
class Door:
    """The web app's address, and what is behind it."""

    address: str
    hotline: Hotline
    http: httpx2.Client

    def text(self, fields: Fields, path: str = "/sms", **headers: str) -> httpx2.Response:
        """A rightly signed form."""
        signature = sign(f"{self.address}{path}", fields)
        return self.post(encoded(fields), signature, path, **headers)

    def post(
        self,
        body: bytes | Iterable[bytes],
        signature: str | bytes | None,
        path: str = "/sms",
        **headers: str,
    ) -> httpx2.Response:
        sent: dict[bytes, bytes] = {b"content-type": FORM.encode()}
        for name, value in headers.items():
            sent[name.replace("_", "-").encode()] = value.encode("latin-1")
        if signature is not None:
            raw = signature if isinstance(signature, bytes) else signature.encode("latin-1")
            sent[b"x-twilio-signature"] = raw
        return self.http.post(path, content=body, headers=list(sent.items()))

    def raw(self, head: bytes, body: bytes = b"") -> bytes:
        """The first line of the answer to bytes as they are; empty if there is none."""
        where = urlsplit(self.address)
        with socket.create_connection((where.hostname or "", where.port or 0), timeout=20) as line:
            line.sendall(head + body)
            answer = line.recv(4096)
        return answer.split(b"\r\n")[0]

    def rows(self) -> int:
        """How many there are in all tables together."""
        return sum(self.count(it) for it in metadata.tables.values() if it is not sealing)

    def count(self, table: Any) -> int:
        counted = select(func.count()).select_from(table)
        return self.hotline.database.read(lambda c: c.scalar(counted)) or 0

    def texts(self) -> int:
        """How many somebody wrote to us."""
        return len(self.bodies())

    def bodies(self) -> list[str]:
        """What they wrote."""
        wrote = select(message.c.body).where(from_somebody)
        return list(self.hotline.database.read(lambda c: c.execute(wrote).scalars().all()))


@contextmanager
def open_door(
    database_url: str,
    redis_url: str,
    secondary: str = "",
    network: str = NETWORK,
    environment: Mapping[str, Any] | None = None,
) -> Iterator[Door]:
    """`environment`: what else is set there, by the names of its fields."""
    built: list[Hotline] = []

    def build(address: str) -> ASGIApp:
        rules = settings.read_network(network, "hotline.toml")
        of = make_settings(address, database_url, redis_url, rules)
        more = dict(environment or {})
        if secondary:
            more["twilio_auth_token_secondary"] = SecretStr(secondary)
        of = type(of)(of.environment.model_copy(update=more), rules)
        built.append(Hotline(of, HandClock()))
        return built[0].app

    with (
        serve(build=build) as address,
        httpx2.Client(base_url=address, timeout=30, trust_env=False, verify=certificates()) as http,
    ):
        yield Door(address, built[0], http)


@pytest.fixture
def door(sqlite_url: str, redis_url: str) -> Iterator[Door]:
    with open_door(sqlite_url, redis_url) as it:
        yield it


@pytest.fixture
def either_door(database_url: str, redis_url: str) -> Iterator[Door]:
    """Each test with this runs on both databases."""
    with open_door(database_url, redis_url) as it:
        yield it


@pytest.fixture(autouse=True)
def silence(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No log record of any test here holds a number or the words, or a stack trace."""
    for name in ("hotline", "sms", "paging"):
        caplog.set_level(logging.DEBUG, logger=name)
    server = logging.getLogger("uvicorn.error")
    server.addHandler(caplog.handler)
    yield
    server.removeHandler(caplog.handler)
    for record in caplog.get_records("call"):
        said = logging.Formatter().format(record)  # with the stack trace, if there is one
        assert SECRET_WORD not in said
        assert MARIA.removeprefix("+") not in said
        assert "Traceback" not in said


def refused(door: Door, answer: httpx2.Response, *status: int) -> None:
    """4xx, nothing shown of what happened inside, nothing written down."""
    assert answer.status_code in (status or (403,))
    assert len(answer.content) < 100
    assert "Traceback" not in answer.text
    if answer.status_code == 403:
        assert answer.content == b""
    assert door.rows() == 0


def answered(answer: httpx2.Response) -> list[str]:
    """The texts of a polite answer: TwiML that an XML parser takes."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/xml")
    root = ElementTree.fromstring(answer.content)  # noqa: S314 - our own
    assert root.tag == "Response"
    return [message.text or "" for message in root]


# Who may come in.


def test_a_genuine_text_is_answered_and_written_down(either_door: Door) -> None:
    (told,) = answered(either_door.text(sms()))
    assert "your request is 12" in told
    assert either_door.texts() == 1
    assert either_door.count(request) == 1


def test_a_form_about_another_account_is_refused_though_it_is_signed(door: Door) -> None:
    refused(door, door.text(sms(AccountSid="AC" + "2" * 32)))
    assert door.text(sms()).status_code == 200


OTHER = "+19295550188"  # of the same account, for something else
CALL = {"CallSid": "CA1", "AccountSid": ACCOUNT, "From": MARIA, "CallStatus": "ringing"}


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/sms", sms(To=OTHER)),
        ("/sms", sms(To=OTHER.removeprefix("+1"))),
        ("/voice", CALL | {"To": OTHER}),
        ("/voice/step?turn=1", CALL | {"To": OTHER, "Digits": "1"}),
        ("/sms/status?text=1", sms(From=OTHER, To=MARIA, MessageStatus="failed")),
    ],
    ids=["text", "in other letters", "call", "key", "status"],
)
def test_what_was_sent_to_another_number_is_refused_and_said_without_it(
    door: Door, caplog: pytest.LogCaptureFixture, path: str, fields: Fields
) -> None:
    refused(door, door.text(fields, path))
    (said,) = [it for it in caplog.messages if it.startswith("refused")]
    assert "a number that is not ours" in said
    assert "signature" not in said
    assert OTHER.removeprefix("+1") not in caplog.text


@pytest.mark.parametrize(
    "to",
    [
        *(NUMBER, NUMBER.removeprefix("+"), NUMBER.removeprefix("+1"), ""),
        *(f"whatsapp:{NUMBER}", f"whatsapp:{OTHER}", "rcs:maple_street_agent"),
    ],
)
def test_what_was_sent_to_us_comes_in_however_it_names_us(door: Door, to: str) -> None:
    assert answered(door.text(sms(To=to)))
    assert door.text(CALL | {"To": to}, "/voice").status_code == 200


@pytest.mark.parametrize(
    ("set_to", "fields", "is_ours"),
    [
        ({}, {"To": OTHER}, True),
        ({}, {"To": OTHER, "MessagingServiceSid": SERVICE}, True),
        ({}, {"To": OTHER, "MessagingServiceSid": "MG" + "2" * 32}, False),
        ({"HOTLINE_NUMBER": NUMBER}, {"To": OTHER, "MessagingServiceSid": SERVICE}, True),
        ({"HOTLINE_NUMBER": NUMBER}, {"To": OTHER, "CallSid": "CA1"}, True),
        ({"HOTLINE_NUMBER": NUMBER}, {"To": NUMBER, "MessagingServiceSid": "MG2"}, True),
        ({"HOTLINE_NUMBER": "46363", "TWILIO_MESSAGING_SERVICE_SID": ""}, {"To": OTHER}, False),
        (
            {"HOTLINE_NUMBER": "46363", "TWILIO_MESSAGING_SERVICE_SID": ""},
            {"To": OTHER, "CallSid": "CA1"},
            True,
        ),
    ],
)
def test_a_messaging_service_has_numbers_that_we_do_not_know(
    set_to: dict[str, str], fields: dict[str, str], is_ours: bool
) -> None:
    given = {
        "PUBLIC_URL": "https://help.example.org",
        "HOTLINE_KEYS": KEYS,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_MESSAGING_SERVICE_SID": SERVICE,
    }
    environment = settings.load(given | set_to).environment
    form = list({"From": MARIA, **fields}.items())
    assert (credentials.foreign(form, environment, "US") == "") is is_ours


@pytest.mark.parametrize("path", ["/sms", "/sms/status?text=1"])
def test_an_unsigned_form_is_refused(either_door: Door, path: str) -> None:
    refused(either_door, either_door.post(encoded(sms()), None, path))


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        "ünïcödé-signature",
        b"\xff\xfe\x80",
        "x" * 6000,
        "null",
        "=" * 28,
    ],
    ids=["empty", "wrong", "of another", "accents", "bytes", "long", "null", "padding"],
)
def test_a_wrong_signature_is_refused(door: Door, signature: str | bytes) -> None:
    refused(door, door.post(encoded(sms()), signature))


def test_a_signature_for_another_address_is_refused(either_door: Door) -> None:
    for url in ("https://example.org/sms", f"{either_door.address}/sms/status"):
        refused(either_door, either_door.post(encoded(sms()), sign(url, sms())))


def test_a_signature_with_another_token_is_refused(either_door: Door) -> None:
    signature = sign(f"{either_door.address}/sms", sms(), "another-token")
    refused(either_door, either_door.post(encoded(sms()), signature))


def test_a_signature_for_another_text_is_refused(door: Door) -> None:
    signature = sign(f"{door.address}/sms", sms("something else"))
    refused(door, door.post(encoded(sms()), signature))


def test_host_and_proxy_headers_make_no_difference(door: Door) -> None:
    lies = {"host": "example.org", "x_forwarded_host": "example.org", "x_forwarded_proto": "https"}
    signature = sign("https://example.org/sms", sms())
    refused(door, door.post(encoded(sms()), signature, **lies))
    assert answered(door.text(sms(), **lies))


@pytest.mark.parametrize("host", [b"[", b"a b", b"", b"\xff\xff", b"x" * 3000, b"127.0.0.1:99999"])
def test_a_broken_host_header_is_no_accident(door: Door, host: bytes) -> None:
    head = b"POST /sms HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\n" % (host, FORM.encode())
    status = door.raw(head + b"Connection: close\r\nContent-Length: 0\r\n\r\n")
    assert status.startswith(b"HTTP/1.1 4"), status
    assert door.rows() == 0


def test_the_second_token_is_accepted_while_one_is_changed(sqlite_url: str, redis_url: str) -> None:
    with open_door(sqlite_url, redis_url, secondary=NEW_TOKEN) as door:
        for sid, token in (("SM1", TOKEN), ("SM2", NEW_TOKEN)):
            fields = sms(sid=sid)
            signature = sign(f"{door.address}/sms", fields, token)
            assert answered(door.post(encoded(fields), signature))
        signature = sign(f"{door.address}/sms", sms(sid="SM3"), "a-third-token")
        assert door.post(encoded(sms(sid="SM3")), signature).status_code == 403


def test_a_header_that_names_another_algorithm_or_key_makes_no_difference(door: Door) -> None:
    wish = {"x_twilio_webhooks_signature_settings": "key=mine,algorithm=HMAC_SHA256"}
    url = f"{door.address}/sms"
    stronger = RequestValidator(TOKEN).compute_signature(url, sms(), "HMAC_SHA256")
    theirs = RequestValidator("mine").compute_signature(url, sms(), "HMAC_SHA256")
    for signature in (stronger, theirs, sign(url, sms(), "mine")):
        refused(door, door.post(encoded(sms()), signature, **wish))
    assert answered(door.text(sms(), **wish))


VECTOR = {
    "CallSid": "CA1234567890ABCDE",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
    "Caller": "+14158675309",
}


@pytest.mark.parametrize(
    ("public_url", "signature"),
    [
        ("https://mycompany.com", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("https://mycompany.com:443", "kvajT1Ptam85bY51eRf/AJRuM3w="),
        ("https://mycompany.com:443", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("https://mycompany.com", "kvajT1Ptam85bY51eRf/AJRuM3w="),
    ],
)
def test_the_carriers_own_examples_are_genuine(public_url: str, signature: str) -> None:
    """With a port in the address or without: texts keep it, calls drop it."""
    signatures = _signatures(public_url)
    path = "/myapp.php?foo=1&bar=2"
    assert signatures.is_genuine(path, list(VECTOR.items()), signature)
    assert not signatures.is_genuine("/myapp.php?foo=1", list(VECTOR.items()), signature)
    assert not signatures.is_genuine(path, list((VECTOR | {"Digits": "1"}).items()), signature)
    assert not signatures.is_genuine(path, list((VECTOR | {"New": ""}).items()), signature)
    assert not signatures.is_genuine(path, list(VECTOR.items()), signature.lower())


def _signatures(public_url: str) -> Signatures:
    environment = settings.load(
        {
            "PUBLIC_URL": public_url,
            "HOTLINE_KEYS": KEYS,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": "12345",
            "HOTLINE_NUMBER": NUMBER,
        }
    ).environment
    return Signatures.of(environment)


# Of all forms, by the carrier's own validator: fields that repeat, are empty or strange.

A_WORD = some.text(max_size=6)
SOME_FIELDS = some.lists(some.tuples(some.sampled_from(["", "Body", "From"]) | A_WORD, A_WORD))
SOME_PATH = some.sampled_from(["/sms", "/voice?x=1&y=%C3%A9", "/\xe9:443?bodySHA256=", ""])
SPELLINGS = (
    *("https://help.example.org", "https://help.example.org:443", "https://help.example.org:8443"),
    *("http://127.0.0.1", "http://127.0.0.1:80", "http://127.0.0.1:8000/base"),
)
TOKENS = (TOKEN, NEW_TOKEN)


def _both_say(address: str, path: str, fields: list[tuple[str, str]], signature: str) -> bool:
    theirs = any(
        RequestValidator(it).validate(f"{address}{path}", ImmutableMultiDict(fields), signature)
        for it in TOKENS
    )
    assert Signatures(address, (*TOKENS, "")).is_genuine(path, fields, signature) == theirs
    return theirs


@given(some.sampled_from(SPELLINGS), SOME_PATH, SOME_FIELDS, some.sampled_from(TOKENS), some.data())
def test_what_the_carriers_validator_signs_is_genuine(
    address: str, path: str, fields: list[tuple[str, str]], token: str, data: some.DataObject
) -> None:
    signature = sign(f"{address}{path}", fields, token)
    in_another_order = data.draw(some.permutations(fields))
    assert _both_say(address, path, in_another_order, signature)
    changed = data.draw(SOME_FIELDS)
    _both_say(address, path, changed, signature)
    assert not _both_say(address, path, fields, signature.swapcase())
    assert not _both_say(address, path, fields, signature[:-1])
    assert not _both_say(address, path, fields, f"{signature}é")


@given(*[some.sampled_from(SPELLINGS)] * 2, *[SOME_PATH] * 2, SOME_FIELDS)
def test_what_is_signed_for_another_address_is_what_their_validator_says(
    address: str, signed: str, path: str, signed_path: str, fields: list[tuple[str, str]]
) -> None:
    for token in (*TOKENS, "", "another"):
        _both_say(address, path, fields, sign(f"{signed}{signed_path}", fields, token))


# What is no form.


@pytest.mark.parametrize("path", ["/sms", "/sms?bodySHA256=" + "0" * 64, "/sms?bodySHA256="])
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "", FORM])
def test_json_is_refused(door: Door, path: str, kind: str) -> None:
    body = json.dumps(sms()).encode()
    for signature in (None, sign(f"{door.address}{path}", {})):
        refused(door, door.post(body, signature, path, content_type=kind))


def test_a_multipart_body_is_refused(door: Door) -> None:
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in sms().items()
    )
    body = f"{parts}--x--\r\n".encode()
    signature = sign(f"{door.address}/sms", sms())
    kind = "multipart/form-data; boundary=x"
    refused(door, door.post(body, signature, content_type=kind))


@pytest.mark.parametrize(
    "body",
    [
        b"Body=%ED%A0%80&MessageSid=SM1&From=%2B12125550140",
        b"Body=%FF%FE&MessageSid=SM1",
        b"Body=\xff\xfe&MessageSid=SM1",
        "Body=é".encode(),
        b"\x00\x01\x02",
        b"&&&===&",
        b"",
    ],
    ids=["surrogate", "not UTF-8", "raw bytes", "not encoded", "control", "empty fields", "empty"],
)
def test_bytes_that_are_no_form_are_refused_even_if_signed(door: Door, body: bytes) -> None:
    for signature in (None, "x", sign(f"{door.address}/sms", {})):
        refused(door, door.post(body, signature), 400, 403)


def test_a_query_that_is_not_utf8_is_refused(door: Door) -> None:
    for query in (b"x=\xff", b"x=%ff&y=%", b"[", b"bodySHA256=\xff"):
        head = b"POST /sms?%s HTTP/1.1\r\nHost: a\r\nContent-Type: %s\r\n" % (query, FORM.encode())
        status = door.raw(head + b"Connection: close\r\nContent-Length: 0\r\n\r\n")
        assert status.startswith(b"HTTP/1.1 4"), (query, status)
    assert door.rows() == 0


# What is too much.


def test_a_huge_body_is_refused_unread(door: Door) -> None:
    fields = sms("x" * LARGEST_BODY)
    refused(door, door.text(fields), 413)
    refused(door, door.post(b"x" * 3_000_000, None), 413)


def test_a_huge_body_of_unknown_length_is_refused(door: Door) -> None:
    pieces = (b"x" * 10_000 for _ in range(20))
    refused(door, door.post(pieces, None), 413)


def test_thousands_of_fields_are_refused(door: Door) -> None:
    fields = sms() | {f"f{place}": "" for place in range(3000)}
    refused(door, door.text(fields))


def test_as_many_fields_as_the_carrier_may_ever_send_are_accepted(door: Door) -> None:
    fields = sms()
    fields |= {f"New{place}": "" for place in range(MOST_FIELDS - len(fields))}
    assert answered(door.text(fields))


def test_who_hangs_up_in_the_middle_leaves_no_trace(door: Door) -> None:
    head = b"POST /sms HTTP/1.1\r\nHost: a\r\nContent-Type: %s\r\n" % FORM.encode()
    where = urlsplit(door.address)
    with socket.create_connection((where.hostname or "", where.port or 0)) as line:
        line.sendall(head + b"Content-Length: 500\r\n\r\nBody=" + SECRET_WORD.encode())
    assert door.http.get("/health").status_code == 200
    assert door.rows() == 0


# What genuine texts may be like.

ODD_BODIES = {
    "control characters": f"need\x01 \x02\x1b[31m{SECRET_WORD}\x7f\x08",
    "NUL": f"\x00need {SECRET_WORD}\x00\x00",
    "noncharacters": f"need {SECRET_WORD} \ufffe\uffff\U0001fffe",
    "replacement": "need \ufffd\ufffd",
    "longer than a text": f"need {SECRET_WORD} " * 200,
    "one long word": "a" * 1700,
    "emoji": "need 🥫🥫🥫 👨‍👩‍👧‍👦 👍🏽",
    "right to left": "أحتاج إلى طعام \u202eabc\u202c בבקשה",
    "markup": f"<Response><Message>&amp;]]> {SECRET_WORD}</Message></Response>",
    "braces": "{number} {network} %s %(x)s need food",
    "digits": "9" * 1600,
    "combining": "n\u0301\u0302\u0303" * 400,
    "blanks": " \t\r\n\u200b\u00a0 ",
    "nothing": "",
    "broken encoding as letters": "need %zz %E0%",
    "quotation": "'; DROP TABLE request; --",
}


@pytest.mark.parametrize("body", ODD_BODIES.values(), ids=ODD_BODIES)
def test_an_odd_body_is_answered(either_door: Door, body: str) -> None:
    assert answered(either_door.text(sms(body)))
    assert either_door.texts() == 1


def test_broken_percent_encoding_is_taken_as_it_stands(door: Door) -> None:
    fields = sms("need %zz 100%")
    raw = encoded(sms("BODY")).replace(b"BODY", b"need+%zz+100%")
    assert answered(door.post(raw, sign(f"{door.address}/sms", fields)))
    assert door.bodies() == ["need %zz 100%"]


def test_what_cannot_be_spoken_is_quoted_to_nobody(either_door: Door) -> None:
    """The words of a request stand in the answer to the volunteer's YES, which must be XML."""
    ana = {"phone": CAST["Ana"], "name": "Ana"}
    network = either_door.hotline.house.network
    entries = [roster_file.entry(ana, network)]
    now = either_door.hotline.house.now()
    database = either_door.hotline.database
    database.write(lambda c: roster.put_on_roster(c, entries, now))
    answered(either_door.text(sms("need food \x00\x01\x0b\ufffe<b>&amp; apt 4B")))
    database.write(lambda c: ask_volunteers(either_door.hotline.house.work(c), 12))
    told = answered(either_door.text(sms("yes 12", "SM2", From=CAST["Ana"])))
    assert "need food <b>&amp; apt 4B" in " ".join(told)


def test_an_answer_is_xml_whatever_names_are_in_it() -> None:
    """A control character in the network's name or a volunteer's left every answer unread."""
    told = ["Maple\x07 Street", "\ud800 & \ufffe<b>", "", "\x00"]
    written = twiml.replies([Replied(1, body) for body in told], "https://help.example.org")
    root = ElementTree.fromstring(written.encode())  # noqa: S314 - our own
    assert [message.text or "" for message in root] == ["Maple Street", " & <b>", "", ""]


def test_fields_nobody_knows_are_accepted_and_count(either_door: Door) -> None:
    fields = sms(Brandnew="yes", **{"Ünïcode Feld": "ä", "": "no name", "Empty": ""})
    assert answered(either_door.text(fields))
    without = {name: value for name, value in fields.items() if name != "Empty"}
    signature = sign(f"{either_door.address}/sms", fields)
    either_door.hotline.enqueuer.settle()
    before = either_door.rows()
    assert either_door.post(encoded(without), signature).status_code == 403
    assert either_door.rows() == before


def test_repeated_fields_are_signed_over_and_harm_nothing(door: Door) -> None:
    fields = [*sms().items(), ("Body", "and milk"), ("From", CAST["Ana"])]
    assert answered(door.text(fields))
    assert door.count(neighbor) == 1


def test_a_text_without_words_is_answered(either_door: Door) -> None:
    fields = sms()
    del fields["Body"]
    (told,) = answered(either_door.text(fields))
    assert "neighbors helping neighbors" in told
    assert either_door.count(request) == 0


@pytest.mark.parametrize("sid", [None, "", "x" * 65, "S\x00M", "SM\n1"])
def test_a_text_without_a_name_is_refused(door: Door, sid: str | None) -> None:
    fields = sms() | {"MessageSid": sid or ""}
    if sid is None:
        del fields["MessageSid"]
    answer = door.text(fields)
    refused(door, answer, 400)
    assert "MessageSid" in answer.text


@pytest.mark.parametrize(
    "sender",
    [
        "anonymous",
        "unknown",
        "restricted",
        "Bank",
        "+266696687",
        "+0123",
        "46363",
        "12",
        "whatsapp:+1212",
    ],
)
def test_who_cannot_be_answered_is_heard_politely_and_kept(door: Door, sender: str) -> None:
    """What follows from such a text is in test_doors."""
    assert answered(door.text(sms(From=sender))) == []
    assert door.bodies() == [WORDS]
    assert door.count(request) == 0


def test_a_text_from_nobody_is_turned_away(door: Door) -> None:
    fields = sms()
    del fields["From"]
    for nobody in (fields, sms(From="")):
        answer = door.text(nobody)
        assert (answer.status_code, answer.text) == (400, "From is missing\n")
    assert door.rows() == 0


@pytest.mark.parametrize("count", ["", "-1", "x", "11", "9" * 5000, "²", "1e3"])
def test_a_strange_number_of_pictures_is_no_accident(door: Door, count: str) -> None:
    more = {f"MediaUrl{place}": f"https://x.example/\x00{place}" for place in range(12)}
    assert answered(door.text(sms(NumMedia=count, **more)))


@pytest.mark.parametrize("opt_out", ["STOP", "stop", "NEW", "\x00", "é" * 500])
def test_the_carriers_own_reading_may_be_anything(door: Door, opt_out: str) -> None:
    answered(door.text(sms(OptOutType=opt_out)))
    assert door.texts() == 1


def test_the_query_is_signed_over(door: Door) -> None:
    path = "/sms?x=1&y=a%20b&z=%C3%A9"
    assert answered(door.text(sms(), path))
    elsewhere = sign(f"{door.address}/sms", sms(sid="SM2"))
    assert door.post(encoded(sms(sid="SM2")), elsewhere, path).status_code == 403


@pytest.mark.parametrize("which", ["", "x", "0", "999999999", "9" * 50, "-1", "%C3%A9", "²"])
@pytest.mark.parametrize("code", ["", "30003", "x", "9" * 5000, "٣"])
def test_the_status_of_a_text_nobody_sent_changes_nothing(
    door: Door, which: str, code: str
) -> None:
    fields = {"MessageSid": "SM1", "MessageStatus": "failed", "ErrorCode": code}
    answer = door.text(fields, f"/sms/status?text={quote_plus(which, safe='%')}")
    assert answer.status_code in (204, 400)
    assert door.rows() == 0


# The same text again.


def test_a_text_delivered_twice_at_the_same_moment_is_one(either_door: Door) -> None:
    for turn in range(10):
        fields = sms(sid=f"SM{turn}", From=f"+121255501{turn:02}")
        start = Barrier(2)

        def deliver(fields: Fields = fields, start: Barrier = start) -> list[str]:
            start.wait(10)
            return answered(either_door.text(fields))

        with ThreadPoolExecutor(2) as both:
            first, second = both.submit(deliver), both.submit(deliver)
        assert first.result() == second.result() != []
        assert answered(either_door.text(fields)) == first.result()
    assert either_door.texts() == 10
    assert either_door.count(request) == 10


def test_a_text_delivered_again_much_later_gets_the_same_answer(either_door: Door) -> None:
    first = answered(either_door.text(sms()))
    answered(either_door.text(sms("and a blanket", "SM2")))
    answered(either_door.text(sms("never mind", "SM3")))
    assert answered(either_door.text(sms())) == first
    assert either_door.texts() == 3
    assert either_door.count(request) == 1


# Addresses.


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
@pytest.mark.parametrize("path", ["/sms", "/sms/status"])
def test_texts_are_only_posted(door: Door, method: str, path: str) -> None:
    assert door.http.request(method, path).status_code == 405
    assert door.rows() == 0


@pytest.mark.parametrize(
    "path",
    ["/", "/admin", "/sms/other", "/sms%00", "/SMS", "/.env", "/%ff%fe", "/sms/../x", "//sms"],
)
def test_there_is_nothing_else(door: Door, path: str) -> None:
    rest = "HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    for method in ("GET", "POST"):
        answer = door.raw(f"{method} {path} {rest}".encode())
        assert answer == b"HTTP/1.1 404 Not Found", answer
    assert door.rows() == 0


def test_a_slash_too_many_lets_nobody_in(door: Door) -> None:
    refused(door, door.text(sms(), "/sms/"), 404)


# Alive and ready.


def test_alive_and_ready(either_door: Door) -> None:
    assert either_door.http.get("/health").status_code == 200
    answer = either_door.http.get("/ready")
    assert answer.status_code == 200
    assert answer.json() == {"database": True, "migrations": True, "redis": True}


@pytest.mark.parametrize(
    "old", ["UPDATE alembic_version SET version_num = '0000'", "DROP TABLE alembic_version"]
)
def test_not_ready_on_an_old_database(sqlite_url: str, redis_url: str, old: str) -> None:
    with open_door(sqlite_url, redis_url) as door:
        door.hotline.database.write(lambda c: c.execute(text(old)))
        answer = door.http.get("/ready")
        assert answer.status_code == 503
        assert answer.json() == {"database": True, "migrations": False, "redis": True}
        assert door.http.get("/health").status_code == 200


def test_not_ready_without_redis_yet_texts_are_answered(sqlite_url: str) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen
        port = nobody.getsockname()[1]
        with open_door(sqlite_url, f"redis://127.0.0.1:{port}/0") as door:
            answer = door.http.get("/ready")
            assert answer.status_code == 503
            assert answer.json() == {"database": True, "migrations": True, "redis": False}
            assert answered(door.text(sms()))
            assert door.http.get("/health").status_code == 200


def test_a_broken_database_is_told_to_the_carrier_and_no_words_to_the_log(
    either_door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    """The one 5xx there is: the carrier then asks the fallback address."""
    either_door.hotline.database.write(
        lambda c: c.execute(text("ALTER TABLE message RENAME body TO lost"))
    )
    try:
        answer = either_door.text(sms())
    finally:
        either_door.hotline.database.write(
            lambda c: c.execute(text("ALTER TABLE message RENAME lost TO body"))
        )
    assert (answer.status_code, answer.content) == (503, b"")
    assert "a webhook failed" in caplog.text
    assert either_door.rows() == 0
