"""From a genuine carrier request to a plain function call.

One decorator holds the signature, the form and the only `async`. Behind it are ordinary
functions on a unit of work. It knows nothing of requests, waves or pages.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import ImmutableMultiDict
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from hotline import wire
from hotline.carriers.twilio.signature import Signatures
from hotline.errors import BadForm, describe
from hotline.inbound import TextIn
from hotline.store.database import Database
from hotline.work import AfterCommit, House, Job, LongAnswer, TakesLong, Work
from serving.channels import Door, told
from serving.refusals import Refusals, TurnedAway

log = logging.getLogger("hotline.web")

LARGEST_BODY = 64 * 1024  # bytes of a form; a text with ten pictures has some 5,000
MOST_FIELDS = 200
BREATH = 0.05  # seconds between two times that jobs are enqueued
FORM = "application/x-www-form-urlencoded"

Form = ImmutableMultiDict[str, str]
Action = Callable[[Work, Form, Request], None]
"""What one webhook does, in a transaction. May run twice; may raise BadForm."""
Answer = Callable[[AfterCommit], Response]


@dataclass(frozen=True)
class Webhooks:
    """What every webhook needs: who may come in, which network it is for, where it is written down,
    and who does what is left to do."""

    signatures: Signatures
    house: House
    database: Database
    enqueue: Callable[[Iterable[Job]], None]
    refusals: Refusals
    foreign: Callable[[wire.Fields], str]
    """What is not ours about a form: another account, another number; empty if nothing is."""

    def carrier_route(self, action: Action, answer: Answer) -> Callable[[Request], object]:
        """An endpoint for a signed form. Unsigned or wrongly signed: 403, empty."""

        async def endpoint(request: Request) -> Response:
            sent, charset = await _sent(request), _charset(request)
            given = map(request.headers.get, self.signatures.headers)
            signature = next((it for it in given if it), "")
            if sent is None or not self._is_genuine(request, sent, charset, signature):
                self.refusals.add(_turned_away(request, sent or [], charset, signature))
                return Response(status_code=403)
            form = ImmutableMultiDict(wire.readable(sent, charset))
            # The carrier tries the fallback address, then gives up: nothing is half done.
            return await self._done(lambda work: action(work, form, request), answer)

        return endpoint

    def channel_route(
        self, doors: Mapping[str, Door], say_goodbye: Callable[[TextIn, AfterCommit], None]
    ) -> Callable[[Request], object]:
        """An endpoint for what phones of ours post, each at its own address. Unsigned, wrongly
        signed or old: 403, empty. One that is not answered 200 posts again. `say_goodbye`: to who
        is forgotten from now on, and so could be written to no more."""

        async def endpoint(request: Request) -> Response:
            door = doors.get(request.path_params["name"])
            body = await _body(request)
            if door is None or body is None:
                return Response(status_code=404 if door is None else 413)
            if not door.is_genuine(body, request.headers, self.house.now()):
                return Response(status_code=403)
            try:
                came = door.read(body, self.house.network.country)
            except BadForm as error:
                return PlainTextResponse(f"{error}\n", status_code=400)
            if came is None:
                return Response(status_code=200)
            gone: list[AfterCommit] = []
            answer = await self._done(lambda work: told(work, door, came), partial(_taken, gone))
            if isinstance(came, TextIn) and gone and gone[0].replies:
                await run_in_threadpool(say_goodbye, came, gone[0])
            return answer

        return endpoint

    async def _done(self, do: Callable[[Work], None], answer: Answer) -> Response:
        try:
            after = await self._write(do)
        except BadForm as error:
            return PlainTextResponse(f"{error}\n", status_code=400)
        except Exception as error:
            log.error("a webhook failed: %s", describe(error))
            return Response(status_code=503)
        self.enqueue(after.jobs)
        return answer(after)

    def _is_genuine(
        self, request: Request, sent: wire.Fields, charset: str, signature: str
    ) -> bool:
        path = _path(request)
        return not self.foreign(sent) and any(
            self.signatures.is_genuine(path, it, signature) for it in wire.renderings(sent, charset)
        )

    async def _write(self, action: Callable[[Work], None]) -> AfterCommit:
        """Anew for each answer that takes long, which is looked for outside the transaction."""
        answers: dict[LongAnswer, Any] = {}

        def do(connection: Connection) -> AfterCommit:
            work = self.house.work(connection, answers)
            action(work)
            return work.after

        while True:
            try:
                return await self.database.write_meanwhile(do)
            except TakesLong as long:
                answers[long.key] = await run_in_threadpool(long.ask, *long.about)


def _taken(gone: list[AfterCommit], after: AfterCommit) -> Response:
    gone.append(after)
    return Response(status_code=200)


async def _body(request: Request) -> bytes | None:
    try:
        return await request.body()
    except (ClientDisconnect, ValueError):
        return None


async def _sent(request: Request) -> wire.Fields | None:
    """The fields as they came; None for what is no form, or not all of it."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != FORM:
        return None
    try:
        return wire.fields(await request.body(), MOST_FIELDS)
    except (ClientDisconnect, ValueError):
        return None


def _charset(request: Request) -> str:
    """In which letters a form says that it is written."""
    found = _CHARSET.search(request.headers.get("content-type", ""))
    return found[1].lower() if found else ""


_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w-]{1,20})", re.IGNORECASE)


def _turned_away(request: Request, sent: wire.Fields, charset: str, signature: str) -> TurnedAway:
    fields = wire.readable(sent, charset)
    host = request.headers.get("host", "")
    return TurnedAway(request.scope["path"], _path(request), host, fields, signature)


def _path(request: Request) -> str:
    """The path and query as the carrier wrote them: decoded and encoded again they may differ."""
    path: str = request.scope["raw_path"].decode("latin-1")
    query: str = request.scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


class Enqueuer:
    """Enqueues jobs beside the web server's loop, so that nobody's answer waits for Redis.

    The first job is enqueued at once; those of the next moments are enqueued together.
    """

    def __init__(self, enqueue: Callable[[Sequence[Job]], None]) -> None:
        self._enqueue = enqueue
        self._waiting: list[Job] = []
        self._change = threading.Condition()
        self._is_at_it = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="enqueuer", daemon=True)
        self._thread.start()

    def __call__(self, jobs: Iterable[Job]) -> None:
        with self._change:
            self._waiting += jobs
            self._change.notify_all()

    def settle(self) -> None:
        """Wait until every job so far was enqueued."""
        with self._change:
            self._change.wait_for(lambda: not self._waiting and not self._is_at_it)

    def close(self) -> None:
        """Enqueue what waits, once; what Redis does not take the clock enqueues."""
        self._closing.set()
        with self._change:
            self._change.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while jobs := self._next():
            self._enqueue(jobs)
            with self._change:
                self._is_at_it = False
                self._change.notify_all()
            self._closing.wait(BREATH)

    def _next(self) -> list[Job]:
        """All that waits, as soon as something does; nothing when it is time to end."""
        with self._change:
            self._change.wait_for(lambda: self._waiting or self._closing.is_set())
            jobs, self._waiting = self._waiting, []
            self._is_at_it = bool(jobs)
            return jobs
