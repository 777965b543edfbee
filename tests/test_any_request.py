"""Any request to any route: no 5xx, no exception in a server, no number, word or secret told.

Over HTTP, byte by byte: to the hotline as it stands on the internet, and to the rehearsal's own
addresses as well. A new route has to say here what is sent to it.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from any_request import (
    BASIC,
    CAST,
    FORM,
    FORM_BYTES,
    FORMS,
    JSON_BYTES,
    LARGEST_ANSWER,
    SECRET_WORD,
    Answer,
    Asked,
    Pairs,
    addresses,
    ask,
    callbacks,
    calls_in,
    encoded,
    requests_to,
    texts_in,
)
from hypothesis import HealthCheck, given
from hypothesis import settings as thoroughness
from hypothesis import strategies as some
from neighborhood import ACCOUNT, NUMBER, TOKEN, Neighborhood, open_neighborhood
from sqlalchemy import select
from starlette.datastructures import ImmutableMultiDict
from test_webhook_guard import Door, open_door, sign, sms
from twilio.request_validator import RequestValidator

from board.pages import PAGES
from hotline import roster_file
from hotline.desk.wave import ask_volunteers
from hotline.store import requests, roster
from hotline.store.tables import from_somebody, message
from serving.webhooks import LARGEST_BODY, MOST_FIELDS

NOTHING = some.just(b"")
HOTLINE: dict[str, some.SearchStrategy[bytes]] = {
    "/sms": texts_in().map(encoded),
    "/sms/status": callbacks().map(encoded),
    "/voice": calls_in().map(encoded),
    "/voice/step": calls_in().map(encoded),
    "/voice/out": calls_in().map(encoded),
    "/voice/status": calls_in().map(encoded),
    "/voice/recording": calls_in().map(encoded),
    "/voice/transcript": calls_in().map(encoded),
    "/voice/audio/{name}": NOTHING,
    "/voice/listen/{sid}": NOTHING,
    "/voice/listen/{sid}/{place}": NOTHING,
    "/sms/picture/{sid}/{place}": NOTHING,
    "/voice/whisper": calls_in().map(encoded),
    "/voice/whisper/key": calls_in().map(encoded),
    "/channels/{name}": JSON_BYTES,
    "/health": NOTHING,
    "/health/deep": NOTHING,
    "/ready": NOTHING,
    "/metrics": NOTHING,
}
BOARD = (*(f"/board{it.path}" for it in PAGES), "/board/news", "/board/static/{path}")
ACCOUNTS = "/2010-04-01/Accounts/{account}"
REHEARSAL: dict[str, some.SearchStrategy[bytes]] = {
    f"{ACCOUNTS}/Messages.json": FORM_BYTES,
    f"{ACCOUNTS}/Messages/{{sid}}.json": FORM_BYTES,
    f"{ACCOUNTS}/Messages/{{sid}}/Media/{{media}}": NOTHING,
    f"{ACCOUNTS}/Calls.json": FORM_BYTES,
    f"{ACCOUNTS}/Calls/{{sid}}.json": FORM_BYTES,
    f"{ACCOUNTS}/Calls/{{sid}}/Recordings.json": NOTHING,
    f"{ACCOUNTS}/Calls/{{call}}/Recordings/{{sid}}.json": NOTHING,
    f"{ACCOUNTS}/Recordings.json": NOTHING,
    f"{ACCOUNTS}/Recordings/{{sid}}.json": NOTHING,
    f"{ACCOUNTS}/Recordings/{{sid}}.wav": NOTHING,
    f"{ACCOUNTS}/Recordings/{{sid}}": NOTHING,
    f"{ACCOUNTS}.json": NOTHING,
    f"{ACCOUNTS}/AvailablePhoneNumbers.json": FORM_BYTES,
    f"{ACCOUNTS}/AvailablePhoneNumbers/{{country}}/{{kind}}.json": FORM_BYTES,
    f"{ACCOUNTS}/Balance.json": FORM_BYTES,
    f"{ACCOUNTS}/IncomingPhoneNumbers.json": FORM_BYTES,
    f"{ACCOUNTS}/IncomingPhoneNumbers/{{sid}}.json": FORM_BYTES,
    f"{ACCOUNTS}/Usage/Records/Daily.json": FORM_BYTES,
    f"{ACCOUNTS}/Usage/Records/Today.json": FORM_BYTES,
    "/v1/Alerts": FORM_BYTES,
    "/v1/CustomerProfiles": FORM_BYTES,
    "/v1/CustomerProfiles/{sid}": FORM_BYTES,
    "/v1/EndUsers": FORM_BYTES,
    "/v1/Events": FORM_BYTES,
    "/v1/PhoneNumbers/Countries/{country}": FORM_BYTES,
    "/v1/Services": FORM_BYTES,
    "/v1/Services/{service}": FORM_BYTES,
    "/v1/Services/{service}/Compliance/Usa2p": FORM_BYTES,
    "/v1/Services/{service}/Compliance/Usa2p/{sid}": FORM_BYTES,
    "/v1/Services/{service}/PhoneNumbers": FORM_BYTES,
    "/v1/Services/{service}/PhoneNumbers/{sid}": FORM_BYTES,
    "/v1/Tollfree/Verifications": FORM_BYTES,
    "/v1/Tollfree/Verifications/{sid}": FORM_BYTES,
    "/v1/TrustProducts": FORM_BYTES,
    "/v1/TrustProducts/{sid}": FORM_BYTES,
    "/v1/TrustProducts/{sid}/EntityAssignments": FORM_BYTES,
    "/v1/TrustProducts/{sid}/Evaluations": FORM_BYTES,
    "/v1/a2p/BrandRegistrations": FORM_BYTES,
    "/v1/a2p/BrandRegistrations/{sid}": FORM_BYTES,
    "/v1/a2p/BrandRegistrations/{sid}/SmsOtp": FORM_BYTES,
    "/2010-04-01/{rest}": FORM_BYTES,
    "/rehearsal": NOTHING,
    "/rehearsal/texts": JSON_BYTES,
    "/rehearsal/events": NOTHING,
    "/rehearsal/phones": NOTHING,
    "/rehearsal/phones/{number}": JSON_BYTES,
    **{
        f"/smsgate/{{name}}{server}/{it}": JSON_BYTES
        for server in ("", "/3rdparty/v1")
        for named in ("message", "messages", "webhooks")
        for it in (named, f"{named}/{{id}}")
    },
    "/smsgate/{name}/health": NOTHING,
    "/rehearsal/smsgate/{name}": JSON_BYTES,
    "/rehearsal/smsgate/{name}/ping": JSON_BYTES,
    "/rehearsal/smsgate/{name}/trouble": JSON_BYTES,
    "/rehearsal/account": JSON_BYTES,
    "/rehearsal/alerts": JSON_BYTES,
    "/rehearsal/registrations": JSON_BYTES,
    "/rehearsal/registrations/{sid}": JSON_BYTES,
    "/rehearsal/calls": JSON_BYTES,
    "/rehearsal/calls/{sid}": NOTHING,
    "/rehearsal/calls/{sid}/press": JSON_BYTES,
    "/rehearsal/calls/{sid}/say": JSON_BYTES,
    "/rehearsal/calls/{sid}/wait": JSON_BYTES,
    "/rehearsal/calls/{sid}/listen": JSON_BYTES,
    "/rehearsal/calls/{sid}/answer": JSON_BYTES,
    "/rehearsal/calls/{sid}/decline": JSON_BYTES,
    "/rehearsal/calls/{sid}/hang_up": JSON_BYTES,
    "/rehearsal/line": JSON_BYTES,
    "/rehearsal/trouble": JSON_BYTES,
    "/rehearsal/idle": NOTHING,
    "/rehearsal/log": NOTHING,
    "/rehearsal/errors": NOTHING,
    "/rehearsal/ledger": NOTHING,
    "/rehearsal/replies": NOTHING,
    "/rehearsal/since": NOTHING,
    "/rehearsal/neighborhood": NOTHING,
    "/rehearsal/leap": JSON_BYTES,
    "/": NOTHING,
    "/do/{deed}": FORM_BYTES,
    "/events/{watch}": NOTHING,
    "/phone/{number}": NOTHING,
    "/picture/{name}": NOTHING,
    "/record/{sid}": FORM_BYTES,
    "/sound/{sid}/{at}": NOTHING,
    "/transcript": NOTHING,
    "/static/{path}": NOTHING,
}
LOGGERS = (
    *("hotline", "sms", "paging", "uvicorn.error", "uvicorn.access", "asyncio"),
    *("starlette", "twilio", "redis", "rq", "psycopg"),
)

many = thoroughness(max_examples=40, suppress_health_check=list(HealthCheck))


@pytest.fixture
def door(sqlite_url: str, redis_url: str, caplog: pytest.LogCaptureFixture) -> Iterator[Door]:
    with open_door(sqlite_url, redis_url) as it, overheard(caplog):
        yield it


@pytest.fixture
def either_door(
    database_url: str, redis_url: str, caplog: pytest.LogCaptureFixture
) -> Iterator[Door]:
    with open_door(database_url, redis_url) as it, overheard(caplog):
        yield it


@pytest.fixture
def neighborhood(
    sqlite_url: str, redis_url: str, caplog: pytest.LogCaptureFixture
) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url, watched=False) as it, overheard(caplog):
        yield it


@contextmanager
def overheard(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Every line of every logger here, down to the least: none is about an exception, and none
    holds a number, words or a secret."""
    listened = [logging.getLogger(name) for name in LOGGERS]
    before = [it.level for it in listened]
    for it in listened:
        it.setLevel(logging.DEBUG)
        it.addHandler(caplog.handler)
    try:
        yield
    finally:
        for it, level in zip(listened, before, strict=True):
            it.removeHandler(caplog.handler)
            it.setLevel(level)
    for record in caplog.records:
        said = logging.Formatter().format(record)
        assert record.exc_info is None, said
        assert "Traceback" not in said
        discreet(said)


def names_us(pairs: Pairs) -> bool:
    """Whether a form is to our number or by it; one that tells neither is taken for ours."""
    told = [value for name, value in pairs if name in ("From", "To")]
    return not told or NUMBER in told


def discreet(said: str) -> None:
    assert SECRET_WORD not in said
    assert TOKEN not in said
    for phone in CAST.values():
        assert phone.removeprefix("+") not in said


# Every route is tried.


def test_every_route_of_the_hotline_is_tried(door: Door) -> None:
    assert set(addresses(door.hotline.app.routes)) == {*HOTLINE, *BOARD}


def test_every_route_of_the_rehearsal_is_tried(neighborhood: Neighborhood) -> None:
    assert set(addresses(neighborhood.hotline.app.routes)) == {*HOTLINE, *BOARD, *REHEARSAL}


# Whoever it is.


@pytest.mark.parametrize("path", HOTLINE)
def test_any_request_of_anybody(door: Door, path: str) -> None:
    """Whoever cannot sign gets a 4xx, an empty one if it was a form, and leaves no trace."""

    @many
    @given(asked=requests_to(path, HOTLINE[path]))
    def send(asked: Asked) -> None:
        answer = ask(door.address, asked)
        polite(answer, well=path != "/health/deep")  # there is no worker here, and it says so
        discreet(answer.body.decode())
        if path.startswith("/sms"):
            assert 400 <= answer.status < 500
        if answer.status == 403:
            assert answer.body == b""

    send()
    assert door.rows() == 0


def polite(answer: Answer, largest: int = LARGEST_ANSWER, *, well: bool = True) -> None:
    assert 200 <= answer.status < 500 or (answer.status == 503 and not well), answer
    assert len(answer.head) + len(answer.body) < largest
    assert b"Traceback" not in answer.body


# The carrier, saying anything.


@some.composite
def signatures(draw: some.DrawFn) -> str:
    """Wrong in ways that are easily taken for right."""
    of = RequestValidator(draw(some.sampled_from(["", "x", ACCOUNT, TOKEN[:-1], TOKEN.upper()])))
    return str(of.compute_signature("http://127.0.0.1/sms", draw(FORMS.map(ImmutableMultiDict))))


def signed(door: Door, pairs: Pairs, path: str, signature: str | None = None) -> Answer:
    signature = sign(f"{door.address}{path}", pairs) if signature is None else signature
    headers = ((b"Content-Type", FORM.encode()), (b"X-Twilio-Signature", signature.encode()))
    return ask(door.address, Asked(b"POST", path.encode(), headers, encoded(pairs)))


@pytest.mark.parametrize("path", ["/sms", "/sms/status?text=1"])
def test_any_form_that_is_signed_wrongly(either_door: Door, path: str) -> None:
    @many
    @given(pairs=texts_in() | callbacks(), signature=signatures() | some.just(""))
    def send(pairs: Pairs, signature: str) -> None:
        answer = signed(either_door, pairs, path, signature)
        assert (answer.status, answer.body) == (403, b"")

    send()
    assert either_door.rows() == 0


def test_any_text_that_is_signed(either_door: Door) -> None:
    @many
    @given(pairs=texts_in() | FORMS, query=FORMS.map(urlencode))
    def send(pairs: Pairs, query: str) -> None:
        answer = signed(either_door, pairs, f"/sms?{query}" if query else "/sms")
        polite(answer)
        assert answer.status in (200, 400, 403)  # 403: neither from us nor to us
        if answer.status == 200:
            root = ElementTree.fromstring(answer.body)  # noqa: S314 - our own
            assert root.tag == "Response"
        else:
            discreet(answer.body.decode())

    send()


def test_any_request_of_anybody_to_the_board(door: Door) -> None:
    """Nobody is signed in: a page to sign in on, or a 4xx."""

    @thoroughness(max_examples=300, suppress_health_check=list(HealthCheck))
    @given(asked=some.sampled_from(BOARD).flatmap(lambda path: requests_to(path, FORM_BYTES)))
    def send(asked: Asked) -> None:
        answer = ask(door.address, asked)
        polite(answer)
        discreet(answer.body.decode())

    send()


def test_any_callback_about_any_text(either_door: Door) -> None:
    """About texts that were sent, and about texts that nobody sent."""
    ids = texts_sent(either_door)
    which = some.sampled_from([str(it) for it in ids]) | some.sampled_from(
        ["", "0", "-1", "x", "999999999", "9" * 50, "%C3%A9", "1&text=2", "%00", "+1"]
    )

    @many
    @given(pairs=callbacks() | FORMS, text=which)
    def send(pairs: Pairs, text: str) -> None:
        answer = signed(either_door, pairs, f"/sms/status?text={text}")
        polite(answer)
        discreet(answer.body.decode())
        assert answer.status in (204, 400) or (answer.status == 403 and not names_us(pairs))

    send()
    assert len(ids) == 6


def test_any_post_about_any_call(either_door: Door) -> None:
    """Of calls that there are and of others, about texts that are calls and about others."""
    ids = texts_sent(either_door)
    about = some.sampled_from([*map(str, ids), "", "0", "-1", "x", "9" * 50, "%00", "1&turn=2"])
    paths = ("", "/step", "/out", "/status", "/recording", "/transcript", "/whisper")

    @many
    @given(pairs=calls_in() | FORMS, path=some.sampled_from(paths), number=about)
    def send(pairs: Pairs, path: str, number: str) -> None:
        answer = signed(either_door, pairs, f"/voice{path}?turn={number}&text={number}")
        polite(answer)
        discreet(answer.body.decode())
        assert answer.status in (200, 204, 400, 403)
        if answer.status == 200:
            assert ElementTree.fromstring(answer.body).tag == "Response"  # noqa: S314 - our own

    send()


def test_the_name_of_another_text_is_no_news(either_door: Door) -> None:
    """It was an error of the database once."""
    first, second, *_ = texts_sent(either_door)
    pairs = [("MessageSid", "SM9"), ("MessageStatus", "sent")]
    for text in (first, second):
        assert signed(either_door, pairs, f"/sms/status?text={text}").status == 204


def texts_sent(door: Door) -> list[int]:
    """The ids of four texts to people who are asked for milk, and of two answers."""
    house, database = door.hotline.house, door.hotline.database
    people = [{"phone": CAST[name], "name": name} for name in ("Ana", "Ben", "Chi")]
    entries = [roster_file.entry(person, house.network) for person in people]
    database.write(lambda c: roster.put_on_roster(c, entries, house.now()))
    door.text(sms("need milk"))
    (opened,) = database.read(requests.open_requests)
    database.write(lambda c: ask_volunteers(house.work(c), opened.number))
    door.text(sms("yes", "SM2", From=CAST["Ana"]))
    to_somebody = message.update().where(~from_somebody)
    database.write(lambda c: c.execute(to_somebody.values(state="accepted", due=None)))
    ids = {
        channel: select(message.c.id).where(message.c.channel == channel).order_by(message.c.id)
        for channel in ("api", "reply")
    }
    texts, answers = (
        database.read(lambda c, of=of: list(c.execute(of).scalars())) for of in ids.values()
    )
    return [*texts[:4], *answers]


def test_too_much_of_it_is_refused(door: Door) -> None:
    for pairs in ([("Body", "x" * LARGEST_BODY)], [("a", "")] * (MOST_FIELDS + 1)):
        answer = signed(door, pairs, "/sms")
        assert answer.status in (403, 413)
    assert door.rows() == 0


# What is written down of it.

SILENT = """
import logging
from serving import cli, roles
cli.hotline.main(["check", "--help"], standalone_mode=False)
roles.import_program()
for name in %r:
    assert not logging.getLogger(name).isEnabledFor(logging.INFO), name
assert not logging.root.isEnabledFor(logging.DEBUG)
"""


def test_libraries_that_tell_of_numbers_and_words_are_silent() -> None:
    """Statements and rows, addresses with a number in the query: as every command sets it up."""
    names = ["sqlalchemy.engine", "sqlalchemy.pool", "httpx2", "alembic", "uvicorn.error"]
    code = SILENT % names
    subprocess.run([sys.executable, "-c", code], check=True)


# The rehearsal.


@pytest.mark.parametrize("path", REHEARSAL)
def test_any_request_to_the_rehearsal(neighborhood: Neighborhood, path: str) -> None:
    """It goes on answering after whatever was asked of it."""
    address = neighborhood.address

    @many
    @given(asked=requests_to(path, REHEARSAL[path]), is_ours=some.booleans())
    def send(asked: Asked, is_ours: bool) -> None:
        if is_ours:
            asked = genuine(asked)
        polite(ask(address, asked), largest=200 * 1024)
        for page in ("/", "/rehearsal/texts", "/rehearsal/phones", "/rehearsal/trouble"):
            shown = ask(address, Asked(b"GET", page.encode()))
            assert shown.status == 200, (page, shown)
        assert ask(address, Asked(b"DELETE", b"/rehearsal")).status == 200

    send()


def genuine(asked: Asked) -> Asked:
    """The same from somebody who may ask: signed in to the REST API, and from our own page."""
    others = [it for it in asked.headers if it[0] not in (b"Host", b"Origin", b"Authorization")]
    return Asked(asked.method, asked.target, ((b"Authorization", BASIC), *others), asked.body)


@pytest.mark.parametrize("header", [(b"Host", b"["), (b"Origin", b"http://[")])
def test_an_address_that_is_none_is_not_our_page(
    neighborhood: Neighborhood, header: tuple[bytes, bytes]
) -> None:
    asked = Asked(b"GET", b"/rehearsal/texts", (header,))
    assert ask(neighborhood.address, asked).status == 403


@pytest.mark.parametrize(
    ("path", "wish"),
    [
        (b"/rehearsal/texts", b'{"from": "Maria", "body": "\\ud800"}'),
        (b"/rehearsal/texts", b"[" * 100_000),
        (b"/rehearsal/trouble", b'{"kind": "busy", "times": 1e999}'),
        (b"/rehearsal/trouble", b'{"kind": "slow", "seconds": NaN}'),
        (b"/rehearsal/trouble", b'{"kind": "code", "code": 30034, "status": 0}'),
    ],
)
def test_a_wish_that_could_not_be_shown_is_a_mistake(
    neighborhood: Neighborhood, path: bytes, wish: bytes
) -> None:
    """Taken, it would have broken every page from then on."""
    assert ask(neighborhood.address, Asked(b"POST", path, body=wish)).status == 400
    assert ask(neighborhood.address, Asked(b"GET", path)).status == 200
    assert ask(neighborhood.address, Asked(b"GET", b"/")).status == 200
