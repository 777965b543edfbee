"""A hotline that says what a test tells it to, and the carrier that a test calls it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from published import watch
from served import serve
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from rehearsal.carrier import Line, Person, build

ACCOUNT, TOKEN, NUMBER = "AC" + "0" * 31 + "1", "a token for rehearsals", "+12125550199"
MARIA, ANA, BEN = "+12125550140", "+12125550141", "+12125550142"
STAND_STILL = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
SORRY = "application error has occurred"
EVENTS = ["initiated", "ringing", "answered", "completed"]
RECORD = '<Record action="/done" maxLength="60" timeout="4"/><Say>Nobody spoke</Say>'
TOLD = (
    '<Record action="/done" recordingStatusCallback="/recorded" transcribe="true" '
    'transcribeCallback="/written" finishOnKey="#"/>'
)

Fields = dict[str, str]
Answer = str | Response | Callable[[Fields], "str | Response"]


@dataclass(frozen=True)
class Asked:
    path: str
    fields: Fields
    is_genuine: bool
    method: str


@dataclass
class Hotline:
    """Writes down what it hears, checks the signature, and answers as the test says.

    `says`: the inside of a Response by path; a function is given the fields. A path that is not
    there gets 204, as a callback does.
    """

    url: str = ""
    says: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    async def hear(self, request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        body = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        address = f"{self.url}{request.url.path}{query}"
        signature = request.headers.get("x-twilio-signature", "")
        is_genuine = RequestValidator(TOKEN).validate(address, body, signature)
        fields = {**dict(request.query_params), **body}
        self.asked.append(Asked(request.url.path, fields, is_genuine, request.method))
        return self._answer(request.url.path, fields)

    def _answer(self, path: str, fields: Fields) -> Response:
        says = self.says.get(path, Response(status_code=204))
        says = says(fields) if callable(says) and not isinstance(says, Response) else says
        return says if isinstance(says, Response) else twiml(says)

    def told(self, path: str) -> list[Fields]:
        return [it.fields for it in self.asked if it.path == path]

    def paths(self) -> list[str]:
        return [it.path for it in self.asked]


def twiml(inside: str) -> Response:
    return Response(f"<Response>{inside}</Response>", media_type="text/xml")


class Elsewhere(TwilioHttpClient):  # type: ignore[misc]
    """The client's own transport, with the carrier at another address."""

    def __init__(self, base: str, timeout: float = 5.0) -> None:
        super().__init__(timeout=timeout)
        self.base = urlsplit(base)
        self.session.trust_env = False

    def request(self, method: str, url: str, *rest: Any, **options: Any) -> Any:
        moved = urlsplit(url)._replace(scheme=self.base.scheme, netloc=self.base.netloc)
        return super().request(method, moved.geturl(), *rest, **options)


@dataclass
class Carrier:
    """The carrier's control addresses, and its REST API through the carrier's own client.

    `mistakes`: where that did not keep to the published description.
    """

    url: str
    hotline: str
    control: httpx2.Client
    client: Client
    mistakes: list[str]

    def call(self, who: str = MARIA, **more: object) -> Seen:
        """Somebody calls the hotline."""
        return self._ask("POST", "/rehearsal/calls", {"from": who, **more})

    def do(self, call: Seen, deed: str, **wish: object) -> Seen:
        return self._ask("POST", f"/rehearsal/calls/{call['sid']}/{deed}", wish)

    def press(self, call: Seen, keys: str) -> Seen:
        return self.do(call, "press", keys=keys)

    def say(self, call: Seen, words: str) -> Seen:
        return self.do(call, "say", words=words)

    def wait(self, call: Seen, seconds: float) -> Seen:
        return self.do(call, "wait", seconds=seconds)

    def look(self, call: Seen) -> Seen:
        self.settle()
        return self._ask("GET", f"/rehearsal/calls/{call['sid']}")

    def calls(self) -> list[Seen]:
        self.settle()
        return list(self.control.get("/rehearsal/calls").json()["calls"])

    def call_of(self, who: str) -> Seen:
        """The last call of this phone."""
        return [it for it in self.calls() if it["phone"] == who][-1]

    def place(self, to: str = ANA, **more: Any) -> Any:
        """The hotline calls somebody."""
        wish = {"to": to, "from_": NUMBER, "url": f"{self.hotline}/ring"} | more
        call = self.client.calls.create(**wish)
        self.settle()
        return call

    def phone(self, number: str, **wish: object) -> dict[str, Any]:
        return self._ask("PUT", f"/rehearsal/phones/{number}", wish)

    def trouble(self, kind: str, **wish: object) -> None:
        self._ask("POST", "/rehearsal/trouble", {"kind": kind, **wish})

    def settle(self) -> None:
        assert self.control.get("/rehearsal/idle?wait=5").json() == {"idle": True}

    def errors(self) -> list[int]:
        self.settle()
        log = self.control.get("/rehearsal/log").json()["log"]
        return [line["code"] for line in log if line["kind"] == "debugger"]

    def _ask(self, method: str, path: str, wish: dict[str, Any] | None = None) -> Seen:
        answer = self.control.request(method, path, json=wish)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


Seen = dict[str, Any]


def heard(call: Seen, *kinds: str) -> list[str]:
    """The words of what was heard, of these kinds or of all."""
    return [it["words"] for it in call["heard"] if not kinds or it["kind"] in kinds]


def placed(carrier: Carrier, hotline: Hotline, **more: Any) -> Any:
    """A call to Ana of which everything is told."""
    callback = f"{hotline.url}/voice/status"
    return carrier.place(status_callback=callback, status_callback_event=EVENTS, **more)


def statuses(hotline: Hotline, carrier: Carrier) -> list[str]:
    carrier.settle()
    return [it["CallStatus"] for it in hotline.told("/voice/status")]


def refusal_of(deed: Callable[[], object]) -> tuple[int, int]:
    """The HTTP status and the carrier's code that a request is refused with."""
    with pytest.raises(TwilioRestException) as refused:
        deed()
    return refused.value.status, refused.value.code


@contextmanager
def open_line() -> Iterator[tuple[Hotline, Carrier]]:
    """The two, each a server of its own."""
    hotline, mistakes = Hotline(), list[str]()
    routes = [Route("/{rest:path}", hotline.hear, methods=["GET", "POST"])]
    with ExitStack() as stack:
        hotline.url = stack.enter_context(serve(Starlette(routes=routes)))

        def carrier(url: str) -> Starlette:
            line = Line(
                ACCOUNT,
                TOKEN,
                NUMBER,
                sms_url=f"{hotline.url}/sms",
                voice_url=f"{hotline.url}/voice#rc=3&rp=all",
                voice_fallback_url=f"{hotline.url}/fallback",
                voice_status_url=f"{hotline.url}/voice/status",
                api_url=url,
            )
            cast = [Person(MARIA, "Maria"), Person(ANA, "Ana"), Person(BEN, "Ben")]
            return watch(build(line, now=lambda: STAND_STILL, cast=cast), mistakes)

        url = stack.enter_context(serve(build=carrier))
        control = stack.enter_context(httpx2.Client(base_url=url, trust_env=False, timeout=30))
        http = Elsewhere(url)
        stack.callback(http.session.close)
        client = Client(ACCOUNT, TOKEN, http_client=http)
        yield hotline, Carrier(url, hotline.url, control, client, mistakes)
