"""From a genuine carrier request to a plain function call.

One decorator holds the signature, the form and the only `async`. Behind it are ordinary
functions on a connection. It knows nothing of requests, waves or pages.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from sqlalchemy import Connection
from starlette.datastructures import ImmutableMultiDict
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from hotline.carriers.twilio.signature import Signatures
from hotline.errors import BadForm, describe
from hotline.settings import Environment
from hotline.steps import Aftermath, Ring
from hotline.store.database import Database

log = logging.getLogger("hotline.web")

LARGEST_BODY = 64 * 1024  # bytes of a form; a text with ten pictures has some 5,000
MOST_FIELDS = 200
BREATH = 0.02  # seconds between two times that bells are rung
FORM = "application/x-www-form-urlencoded"

Form = ImmutableMultiDict[str, str]
Action = Callable[[Connection, Form, Request], Aftermath]
"""What one webhook does, in a transaction. May run twice; may raise BadForm."""
Answer = Callable[[list[str]], Response]


class Gate:
    """Lets in what is signed for the configured public address with one of our tokens."""

    def __init__(self, environment: Environment) -> None:
        tokens = (environment.twilio_auth_token, environment.twilio_auth_token_secondary)
        self._signatures = Signatures(
            environment.public_url, [token.get_secret_value() for token in tokens if token]
        )

    def is_genuine(self, path_and_query: str, form: Form, signature: str) -> bool:
        return self._signatures.is_genuine(path_and_query, form.multi_items(), signature)


@dataclass(frozen=True)
class Reception:
    """What every webhook needs: who may come in, where it is written down, whom to wake."""

    gate: Gate
    database: Database
    ring: Callable[[Iterable[Ring]], None]

    def carrier_route(self, action: Action, answer: Answer) -> Callable[[Request], object]:
        """An endpoint for a signed form. Unsigned or wrongly signed: 403, empty."""

        async def endpoint(request: Request) -> Response:
            form = await _form(request)
            signature = request.headers.get("x-twilio-signature", "")
            if form is None or not self.gate.is_genuine(_path(request), form, signature):
                return Response(status_code=403)
            try:
                aftermath = await self.database.write_meanwhile(
                    lambda connection: action(connection, form, request)
                )
            except BadForm as error:
                return PlainTextResponse(f"{error}\n", status_code=400)
            except Exception as error:
                # The carrier tries the fallback address, then gives up: nothing is half done.
                log.error("a webhook failed: %s", describe(error))
                return Response(status_code=503)
            self.ring(aftermath.rings)
            return answer(aftermath.answer)

        return endpoint


async def _form(request: Request) -> Form | None:
    """The fields as they came, blank ones kept; None for what is no form, or not all of it."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != FORM:
        return None
    try:
        body = await request.body()
        fields = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            errors="strict",
        )
    except (ClientDisconnect, UnicodeError, ValueError):
        return None
    return ImmutableMultiDict(fields)


def _path(request: Request) -> str:
    """The path and query as the carrier wrote them: decoded and encoded again they may differ."""
    path: str = request.scope["raw_path"].decode("latin-1")
    query: str = request.scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


class Ringer:
    """Rings bells beside the web server's loop, so that nobody's answer waits for Redis.

    The first bell is rung at once; those of the next moments are rung together.
    """

    def __init__(self, ring: Callable[[Sequence[Ring]], None]) -> None:
        self._ring = ring
        self._waiting: list[Ring] = []
        self._change = threading.Condition()
        self._is_ringing = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bell", daemon=True)
        self._thread.start()

    def __call__(self, rings: Iterable[Ring]) -> None:
        with self._change:
            self._waiting += rings
            self._change.notify_all()

    def settle(self) -> None:
        """Wait until every bell so far was rung."""
        with self._change:
            self._change.wait_for(lambda: not self._waiting and not self._is_ringing)

    def close(self) -> None:
        """Ring what waits, once; what Redis does not take is rung for by the clock."""
        self._closing.set()
        with self._change:
            self._change.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while rings := self._next():
            self._ring(rings)
            with self._change:
                self._is_ringing = False
                self._change.notify_all()
            self._closing.wait(BREATH)

    def _next(self) -> list[Ring]:
        """All that waits, as soon as something does; nothing when it is time to end."""
        with self._change:
            self._change.wait_for(lambda: self._waiting or self._closing.is_set())
            rings, self._waiting = self._waiting, []
            self._is_ringing = bool(rings)
            return rings
