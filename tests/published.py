"""Whether what a carrier is asked and answers keeps to the published description of its API.

`watch` looks at every request and answer of a rehearsal carrier. Names, numbers, moments and words
are first replaced by one example of their kind, so that each kind of request is checked once:
openapi-core takes 20 ms for one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOLDER = Path(__file__).parents[2] / "shared" / "data"
DESCRIPTION = FOLDER / "twilio-api-subset.json"
OF_THE_ACCOUNT = FOLDER / "twilio-account-subset.json"
API_PATHS = ("/2010-04-01/", "/v1/")
UNDESCRIBED = re.compile(r"/v1/PhoneNumbers/Countries/|.*/Balance\.json")  # numbers' prices
FORM = "application/x-www-form-urlencoded"
EXAMPLES = [
    (re.compile(r"[0-9a-f]{32}"), "0" * 32),
    (re.compile(r"\+1\d{10}\b"), "+12125550100"),
    (re.compile(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d"), "Sat, 14 Mar 2026 12:00:00"),
    (re.compile(r"(127\.0\.0\.1:|text=)\d+"), r"\g<1>1"),
    (re.compile(r"(exp|sig)=[^&]+"), r"\g<1>=1"),
]
WORDS = ("body", "Body", "Twiml")
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: Pairs
    fields: Pairs
    is_signed: bool


@dataclass(frozen=True)
class Answered:
    """`body` is JSON, where the type says so."""

    status: int
    type: str
    body: str
    challenge: str


def watch(carrier: Starlette, found: list[str]) -> Starlette:
    """The carrier; whatever it is asked or answers wrongly from now on is added to the list."""
    if DESCRIPTION.exists():
        carrier.add_middleware(_Watch, found=found)
    return carrier


class _Watch:
    def __init__(self, app: ASGIApp, found: list[str]) -> None:
        self.app, self.found = app, found

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_described(scope["path"]):
            await self.app(scope, receive, send)
            return
        asked: list[Message] = []
        answered: list[Message] = []

        async def hear() -> Message:
            asked.append(await receive())
            return asked[-1]

        async def tell(message: Message) -> None:
            answered.append(message)
            await send(message)

        await self.app(scope, hear, tell)
        is_gone = any(it["type"] == "http.disconnect" for it in asked)
        if answered and not is_gone:
            self.found += mistakes(_asked(scope, asked), _answered(answered))


def _is_described(path: str) -> bool:
    return path.startswith(API_PATHS) and not UNDESCRIBED.match(path)


def _asked(scope: Scope, messages: Iterable[Message]) -> Asked:
    query, body = scope["query_string"].decode(), _body(messages)
    return Asked(
        scope["method"],
        _example(scope["path"]),
        _examples(query),
        _examples(body),
        Headers(scope=scope).get("authorization", "").startswith("Basic "),
    )


def _answered(messages: list[Message]) -> Answered:
    headers = Headers(raw=messages[0]["headers"])
    kind, body = headers.get("content-type", ""), _body(messages)
    if kind == "application/json":
        body = json.dumps(_like(json.loads(body)))
    challenge = headers.get("www-authenticate", "")
    return Answered(messages[0]["status"], kind, body, challenge)


def _body(messages: Iterable[Message]) -> str:
    return b"".join(it.get("body", b"") for it in messages).decode(errors="replace")


def _examples(form: str) -> Pairs:
    pairs = parse_qsl(form, keep_blank_values=True)
    return tuple(dict.fromkeys((name, _like(value, name)) for name, value in pairs))


def _like(value: Any, name: str = "") -> Any:
    """The value, with examples in it; of equal things in a list, one."""
    match value:
        case str():
            return "words" if name in WORDS and value else _example(value)
        case list():
            return [json.loads(it) for it in dict.fromkeys(json.dumps(_like(it)) for it in value)]
        case dict():
            return {inner: _like(it, inner) for inner, it in value.items()}
    return value


def _example(value: str) -> str:
    for kind, example in EXAMPLES:
        value = kind.sub(example, value)
    return value


# What is wrong.


@cache
def mistakes(asked: Asked, answered: Answered) -> tuple[str, ...]:
    """A wrong request is right to be refused, in the carrier's way of refusing."""
    if answered.status >= 400:
        found = list(_wrong_with_refusal(answered))
    elif asked.method == "GET" and (answered.type == "audio/x-wav" or "/Media/ME" in asked.path):
        return ()  # a file: the description ends at its address
    else:
        found = [*_wrong_with_names(asked), *_wrong_with_values(asked, answered)]
    return tuple(f"{asked.method} {asked.path} {answered.status}: {it}" for it in found)


def _wrong_with_refusal(answered: Answered) -> Iterator[str]:
    if answered.status >= 500 and answered.type.startswith("text/plain"):
        return  # it came from something in front of the carrier
    refusal = json.loads(answered.body) if answered.type == "application/json" else {}
    code, words = refusal.get("code"), refusal.get("message")
    if refusal != {
        "code": code,
        "message": words,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": answered.status,
    }:
        yield f"{answered.type} {answered.body} is no refusal"
    if not isinstance(code, int) or not isinstance(words, str) or not words:
        yield f"{code} {words} says nothing"
    if (answered.status == 401) != answered.challenge.startswith("Basic "):
        yield f"it asks who it is with {answered.challenge!r}"


def _wrong_with_names(asked: Asked) -> Iterator[str]:
    """openapi-core passes over names that it does not know."""
    operation = _operation(asked.method, asked.path)
    form = operation.get("requestBody", {}).get("content", {}).get(FORM, {}).get("schema", {})
    known = {it["name"] for it in _parameters(operation) if it["in"] == "query"}
    yield from (f"?{name} is unknown" for name, _ in asked.query if name not in known)
    known = set(form.get("properties", {}))
    yield from (f"{name} is unknown" for name, _ in asked.fields if name not in known)


def _parameters(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """Those that are written down elsewhere for several operations, too."""
    shared = description()["components"].get("parameters", {})
    found = operation.get("parameters", [])
    return [shared[it["$ref"].rpartition("/")[2]] if "$ref" in it else it for it in found]


def _wrong_with_values(asked: Asked, answered: Answered) -> Iterator[str]:
    request = MockRequest(
        _host(asked.path),
        asked.method,
        asked.path,
        args=asked.query,
        headers={"Authorization": "Basic 1"} if asked.is_signed else {},
        data=urlencode([it for it in asked.fields if it[1] or is_needed(it[0])]).encode(),
        content_type=FORM,
    )
    response = MockResponse(
        answered.body.encode(), status_code=answered.status, content_type=answered.type
    )
    for error in api().iter_request_errors(request):
        yield from _said(error)
    for error in api().iter_response_errors(request, response):
        yield from _said(error)


def is_needed(name: str) -> bool:
    """Whether it says something when it is empty: an empty name of something takes it off."""
    return not name.endswith("Sid")


def _said(error: Exception) -> list[str]:
    """An error of openapi-core, or everything that is behind it."""
    cause = error.__cause__ or error
    inner = getattr(cause, "schema_errors", ())
    return [f"{it.json_path} {it.message}" for it in inner] or [str(cause) or repr(error)]


# What is published.


@cache
def description() -> dict[str, Any]:
    """All of it, but for what is meant and not written: what an object holds, when it is not said,
    is anything."""
    book: dict[str, Any] = json.loads(DESCRIPTION.read_text())
    if OF_THE_ACCOUNT.exists():
        more = json.loads(OF_THE_ACCOUNT.read_text())
        book["paths"] |= more["paths"]
        book["components"]["schemas"] |= more["components"]["schemas"]
        book["components"]["parameters"] = more["components"].get("parameters", {}) | book[
            "components"
        ].get("parameters", {})
    _open_objects(book["components"]["schemas"])
    for name, schema in book["components"]["schemas"].items():
        if name.startswith("tollfree_verification_enum_") and "enum" in schema:
            # Its own examples leave these empty.
            schema |= {"nullable": True, "enum": [*schema["enum"], None]}
    return book


def _open_objects(part: Any) -> None:
    if isinstance(part, dict) and part.get("type") == "object" and "properties" not in part:
        part["additionalProperties"] = True
    for inner in part.values() if isinstance(part, dict) else ():
        _open_objects(inner)


@cache
def api() -> OpenAPI:
    """Every property that is described is there, and no other."""
    strict = Config(
        spec_validator_cls=None,
        additional_properties_default_policy="forbid",
        response_properties_default_policy="required",
        extra_format_validators={"date-time-rfc-2822": _is_moment, "date-time": _is_iso},
    )
    return OpenAPI.from_dict(description(), config=strict)


def _is_moment(written: str) -> bool:
    return bool(re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000", written))


def _is_iso(written: str) -> bool:
    """A date is a moment, too: so say the examples."""
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", written))


def _operation(method: str, path: str) -> dict[str, Any]:
    return dict(_item(path).get(method.lower(), {}))


@cache
def _item(path: str) -> dict[str, Any]:
    """All that is described of a path."""
    for template, item in description()["paths"].items():
        pattern = re.sub(r"\\{\w+\\}", "[^/.]+", re.escape(template))
        if re.fullmatch(pattern, path):
            return dict(item)
    return {}


def _host(path: str) -> str:
    """Where the carrier itself has it."""
    servers = _item(path).get("servers") or [{"url": "https://api.twilio.com"}]
    return str(servers[0]["url"])
