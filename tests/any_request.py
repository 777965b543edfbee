"""Requests of every kind: what anybody on the internet may send, and what the carrier may.

Strategies for the parts of a request, and `ask`, which sends bytes as they are.
"""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, urlencode, urlsplit

from hypothesis import strategies as some
from neighborhood import ACCOUNT, CAST, NUMBER, TOKEN
from starlette.routing import BaseRoute, Mount, Route

FORM = "application/x-www-form-urlencoded"
SECRET_WORD = "elderberries"
PATIENCE = 30.0
LARGEST_ANSWER = 16 * 1024  # bytes, but for the pages of phones

Pairs = list[tuple[str, str]]


# What is there.


def addresses(routes: Sequence[BaseRoute], prefix: str = "") -> Iterator[str]:
    """The path of every route, with the names of its parameters in braces."""
    for it in routes:
        if isinstance(it, Mount) and it.routes:
            yield from addresses(it.routes, prefix + it.path)
        elif isinstance(it, Mount):
            yield f"{prefix}{it.path}/{{path}}"
        elif isinstance(it, Route):
            yield prefix + it.path.replace(":path}", "}")


# Sending.


@dataclass(frozen=True, slots=True)
class Answer:
    """`status` is 0 when the line was closed without a word."""

    status: int
    head: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as bytes: any, as long as a server can tell where it ends."""

    method: bytes
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""

    def written(self) -> bytes:
        """A Host of its own stands in for ours."""
        named = {name.lower() for name, _ in self.headers}
        ours = [(b"Connection", b"close"), (b"Content-Length", b"%d" % len(self.body))]
        if b"host" not in named:
            ours.insert(0, (b"Host", b"localhost"))
        lines = [b"%s %s HTTP/1.1" % (self.method, self.target)]
        lines += [b"%s: %s" % pair for pair in (*ours, *self.headers)]
        return b"\r\n".join([*lines, b"", self.body])


def ask(address: str, asked: Asked) -> Answer:
    """The answer; of one that does not end, as much as came at once."""
    where = urlsplit(address)
    with socket.create_connection((where.hostname or "", where.port or 0), PATIENCE) as line:
        with suppress(OSError):  # refused before all of it was read: the answer is there
            line.sendall(asked.written())
        return _heard(line)


def _heard(line: socket.socket) -> Answer:
    heard = b""
    with suppress(ConnectionResetError):
        while part := line.recv(65536):
            heard += part
            if b"text/event-stream" in heard and b"\r\n\r\n" in heard:
                break
    head, _, body = heard.partition(b"\r\n\r\n")
    return Answer(int(head.split(b" ", 2)[1]) if head else 0, head, body)


# The parts of a request.

LETTERS = some.characters(exclude_categories=["Cs"])
WORDS = some.text(LETTERS, max_size=30)
ODD_LETTERS = some.text(some.characters(), max_size=30)  # lone surrogates among them
NUMBERS = some.sampled_from(
    [
        "",
        "0",
        "1",
        "-1",
        "12",
        "²",
        "٣",
        "1e3",
        "0x1",
        " 1",
        "1_0",
        "9" * 10,
        "9" * 5000,
        "nan",
        "inf",
    ]
)
PEOPLE = some.sampled_from([*CAST.values(), NUMBER])
SENDERS = (
    PEOPLE
    | some.sampled_from(
        [
            *("", "anonymous", "unknown", "restricted", "Bank", "+266696687", "+86282452253"),
            *("46363", "911", "12", "+", "+0", "+1", "+12125550140 ", "tel:+12125550140"),
            *(
                "+442079460958",
                "+5215512345678",
                "+50934101234",
                "+9203001234567",
                "+8613912345678",
            ),
            *(
                "whatsapp:+12125550140",
                "+1212555014O",
                "+１２１２５５５０１４０",
                "+" + "9" * 300,
                "\x00",
            ),
            *("sip:maria@example.org", "client:maria", "00442079460958", "+1212\u200b5550140"),
        ]
    )
    | WORDS
)
SIDS = (
    some.sampled_from(
        ["", "SM1", "SM2", "SM" + "0" * 32, "x" * 64, "x" * 65, "S\x00M", "é", "\ufffe"]
    )
    | some.uuids().map(str)
    | WORDS
)
BODIES = (
    some.sampled_from(
        [
            *("", "need food", "need milk near 11216", "yes", "YES 12", "no 12", "12", "cant 12"),
            *("done 12", "status", "never mind", "STOP", "start", "leave me alone", "help", "join"),
            *(
                "español",
                "911",
                "\x00",
                "need \ufffe food",
                "{number} %s",
                "<b>&amp;]]>",
                "9" * 4000,
            ),
            *("need food " * 160, "yes 12 " * 200, "\n" * 1600, "🥫" * 800, "e\u0301" * 800),
        ]
    )
    | WORDS
).map(lambda body: f"{body} {SECRET_WORD}" if body.startswith("need") else body)
ERROR_CODES = NUMBERS | some.sampled_from(
    [
        "21610",
        "21211",
        "21614",
        "30001",
        "30003",
        "30004",
        "30005",
        "30006",
        "30007",
        "30008",
        "30034",
    ]
)
STATES = some.sampled_from(
    ["", "queued", "sending", "sent", "delivered", "read", "undelivered", "failed", "SENT", "\x00"]
)
ADDRESSES = some.sampled_from(["", "https://x.example/1", "javascript:x", "\x00", "é", "x" * 3000])
MEDIA_TYPES = some.sampled_from(
    ["", "image/jpeg", "audio/amr; x=1", "text/html\n", "é/\x00", "a/" * 999]
)
OPT_OUTS = some.sampled_from(["", "STOP", "START", "HELP", "stop", "NEW", "\x00", "é" * 300])

VALUES = {
    "MessageSid": SIDS,
    "SmsSid": SIDS,
    "SmsMessageSid": SIDS,
    "From": SENDERS,
    "To": SENDERS,
    "Body": BODIES,
    "NumMedia": NUMBERS,
    "NumSegments": NUMBERS,
    "MediaUrl0": ADDRESSES,
    "MediaUrl1": ADDRESSES,
    "MediaContentType0": MEDIA_TYPES,
    "OptOutType": OPT_OUTS,
    "MessageStatus": STATES,
    "SmsStatus": STATES,
    "ErrorCode": ERROR_CODES,
    "ErrorUrl": ADDRESSES,
    "Url": ADDRESSES,
    "Twiml": BODIES,
    "Status": STATES,
    "FromCity": WORDS,
    "": WORDS,
}
FIELDS = some.sampled_from(sorted(VALUES)).flatmap(
    lambda name: some.tuples(some.just(name), VALUES[name])
) | some.tuples(WORDS, WORDS)
# In any order, some twice, some missing.
FORMS: some.SearchStrategy[Pairs] = some.lists(FIELDS, max_size=25)


@some.composite
def texts_in(draw: some.DrawFn) -> Pairs:
    """A text that is one, and whatever else."""
    needed = [("MessageSid", draw(SIDS)), ("From", draw(SENDERS)), ("Body", draw(BODIES))]
    return draw(some.permutations([*needed, *draw(FORMS)]))


@some.composite
def callbacks(draw: some.DrawFn) -> Pairs:
    needed = [("MessageSid", draw(SIDS)), ("MessageStatus", draw(STATES))]
    return [*needed, ("ErrorCode", draw(ERROR_CODES)), *draw(FORMS)]


@some.composite
def calls_in(draw: some.DrawFn) -> Pairs:
    """What the carrier posts about calls, with anything else it may add."""
    recordings = some.sampled_from(["RE1", "RE2", "", "R" * 300, "\x00"])
    needed = [("CallSid", draw(some.sampled_from(["CA1", "CA2", "CA3"]) | SIDS))]
    needed += [("From", draw(SENDERS)), ("CallStatus", draw(CALL_STATES))]
    maybe = {
        "Digits": KEYS_PRESSED,
        "RecordingSid": recordings,
        "RecordingDuration": NUMBERS,
        "RecordingStatus": some.sampled_from(["completed", "absent", ""]),
        "AnsweredBy": some.sampled_from(["human", "machine_start", "fax", "unknown", ""]),
        "TranscriptionStatus": some.sampled_from(["completed", "failed"]),
        "TranscriptionText": WORDS,
    }
    chosen = draw(some.lists(some.sampled_from(sorted(maybe)), unique=True))
    return [*needed, *((name, draw(maybe[name])) for name in chosen), *draw(FORMS)]


CALL_STATES = some.sampled_from(
    ["ringing", "in-progress", "completed", "busy", "no-answer", "failed", "canceled", "", "x"]
)
KEYS_PRESSED = some.sampled_from(
    ["1", "2", "3", "9", "0", "11216", "2125550177", "hangup", "*", "", "1" * 300, "é", "\x00"]
)


def encoded(pairs: Iterable[tuple[str, str]]) -> bytes:
    return urlencode(list(pairs)).encode()


def oddly_encoded(pairs: Iterable[tuple[str, str]]) -> bytes:
    """Lone surrogates too, which no UTF-8 has."""
    return "&".join(
        "=".join(quote_plus(part.encode("utf-8", "surrogatepass")) for part in pair)
        for pair in pairs
    ).encode()


FORM_BYTES = (
    FORMS.map(encoded)
    | some.lists(some.tuples(ODD_LETTERS, ODD_LETTERS), max_size=5).map(oddly_encoded)
    | some.sampled_from(
        [b"&&==&", b"a=%zz", b"%ff=%ff", b"a=1&" * 2000, b"x" * 70_000, b"Body=\xff"]
    )
)
KEYS = some.sampled_from(
    [
        *("from", "body", "media", "sid", "times", "name", "about", "state", "opted_out", "kind"),
        *("to", "seconds", "code", "status", "calls", "keys", "words", "at"),
    ]
)
KNOWN = some.sampled_from(
    [
        *(
            "on",
            "off",
            "landline",
            "busy",
            "code",
            "slow",
            "callbacks_twice",
            "machine",
            "1#",
            "+12125550140",
            "SM1",
        ),
        *("need food", "STOP", "http://127.0.0.1:9/x", "\ud800", "\x00", "\ufffe"),
    ]
)
PLAIN = (
    some.none()
    | some.booleans()
    | some.integers(-10, 200)
    | some.sampled_from([1e999, -1e999, float("nan"), 1e308, 0.5, 10**300, -1])
    | KNOWN
    | ODD_LETTERS
)
WISHES = some.dictionaries(KEYS | WORDS, PLAIN | some.lists(PLAIN, max_size=3), max_size=6)
JSON_BYTES = (
    WISHES.map(lambda wish: json.dumps(wish).encode())
    | PLAIN.map(lambda value: json.dumps(value).encode())
    | some.sampled_from([b"", b"{", b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe{", b"9" * 5000])
)
BASIC = b"Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode())
METHODS = some.sampled_from(
    [
        b"GET",
        b"POST",
        b"PUT",
        b"DELETE",
        b"PATCH",
        b"HEAD",
        b"OPTIONS",
        b"TRACE",
        b"CONNECT",
        b"BREW",
    ]
)
LATIN = some.binary(max_size=40).map(
    lambda raw: bytes(byte for byte in raw if byte == 0x20 or 0x21 <= byte != 0x7F)
)
HEADERS = some.one_of(
    some.tuples(
        some.just(b"Content-Type"),
        some.sampled_from(
            [FORM.encode(), b"application/json", b"text/plain", b"multipart/form-data"]
        )
        | LATIN,
    ),
    some.tuples(some.just(b"X-Twilio-Signature"), LATIN),
    some.tuples(
        some.just(b"Host"),
        some.sampled_from([b"[", b"a b", b"", b"[::1", b"localhost", b"127.0.0.1:x", b"x.example"]),
    ),
    some.tuples(
        some.just(b"Origin"),
        some.sampled_from([b"null", b"http://[", b"http://localhost", b"https://x.example", b"//"]),
    ),
    some.tuples(
        some.just(b"Authorization"),
        some.sampled_from([BASIC, b"Basic", b"Basic ====", b"Bearer x"]),
    ),
    some.tuples(some.just(b"Last-Event-ID"), NUMBERS.map(lambda it: it.encode("utf-8"))),
    some.tuples(
        some.just(b"Range"), some.sampled_from([b"bytes=0-", b"bytes=9-1", b"x", b"bytes=-"])
    ),
    some.tuples(
        some.sampled_from([b"X-Forwarded-Host", b"X-Forwarded-Proto", b"Cookie", b"If-None-Match"]),
        LATIN,
    ),
)
VALUES_IN_PATHS = (
    PEOPLE | SIDS | some.sampled_from([ACCOUNT, "..", "../../x", "\x00", "a/b", "x" * 300])
)
SUFFIXES = some.sampled_from(
    ["", "", "", "/", "//", "%00", "/%ff%fe", "/..", ";x", "%", "/x" * 500]
)
QUERIES = (
    some.just("")
    | FORMS.map(urlencode)
    | some.dictionaries(
        some.sampled_from(
            [
                *("text", "after", "wait", "To", "From", "DateSent", "DateSent>", "DateSent<"),
                *("Page", "PageSize", "PageToken", "bodySHA256", "Status", "StartTime>"),
            ]
        ),
        NUMBERS | SENDERS | some.sampled_from(["2026-03-02", "9999-12-31", "0001-01-01", "x" * 64]),
        max_size=4,
    ).map(urlencode)
    | some.sampled_from(["%ff", "text=%ED%A0%80", "&&=", "[", "text=%zz", "wait=nan", "wait=-inf"])
)


@some.composite
def requests_to(draw: some.DrawFn, path: str, bodies: some.SearchStrategy[bytes]) -> Asked:
    """Anything at all for one route: its own kind of body, or another."""
    pieces = path.split("{")
    target = pieces[0]
    for piece in pieces[1:]:
        _, _, rest = piece.partition("}")
        target += quote(draw(VALUES_IN_PATHS).encode("utf-8", "surrogatepass"), safe="") + rest
    query = draw(QUERIES)
    target += draw(SUFFIXES) + (f"?{query}" if query else "")
    headers = draw(some.lists(HEADERS, max_size=5))
    body = draw(bodies | FORM_BYTES | JSON_BYTES | some.binary(max_size=100))
    return Asked(draw(METHODS), target.encode("ascii"), tuple(headers), body)
