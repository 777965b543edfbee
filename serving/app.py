"""Where the web is wired: the route list is the site map. Nobody imports this but `roles`."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from board.site import Board
from hotline import phone, routes, wire
from hotline.carriers.twilio import attachments, credentials, forms, twiml
from hotline.carriers.twilio.media import Media
from hotline.carriers.twilio.signature import Signatures
from hotline.desk import delivery
from hotline.errors import CarrierError, describe
from hotline.inbound import Delivery, TextIn
from hotline.message import MessageMove
from hotline.settings import Environment, Settings
from hotline.store import messages
from hotline.store.database import Database
from hotline.work import AfterCommit, House, Now, Work, furnish
from ivr import calling
from ivr.visit import PhoneLine
from paging.dispatch import JobQueue
from serving import audio, channels, health
from serving.refusals import CHECK, Refusals, TurnedAway
from serving.webhooks import LARGEST_BODY, Enqueuer, Form, Webhooks
from sms import lexicons, shelter

if TYPE_CHECKING:
    from serving.metrics import Metrics

log = logging.getLogger("hotline.web")

NOT_KEPT = {"Cache-Control": "no-store"}
# Of what strangers sent: whatever it is, no browser runs it or guesses what else it may be.
HARMLESS = {
    **NOT_KEPT,
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": "attachment",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


class Hotline:
    """One web process: what the routes share, and the routes."""

    def __init__(self, settings: Settings, now: Now, front: Starlette | None = None) -> None:
        """`front`: what answers every address that is none of ours, for a rehearsal."""
        environment = settings.environment
        self.house = furnish(settings.network, now, settings.file)
        self.database = Database(environment.sqlalchemy_url, environment.keyring)
        self.jobs = JobQueue(environment.redis_url)
        self.health = health.Health(self.database, self.jobs, self.house)
        self.metrics = self._open_metrics(environment)
        self.enqueuer = Enqueuer(self.jobs.enqueue)
        signatures = Signatures.of(environment)
        foreign = partial(_foreign, environment, self.house)
        explain = partial(_explain, signatures, foreign)
        self.refusals = Refusals(environment.public_url, explain)
        self.webhooks = Webhooks(
            signatures,
            self.house,
            self.database,
            self.enqueuer,
            self.refusals,
            foreign,
        )
        self.recorded = audio.RecordedPrompts(lambda: self.house.network.voice.audio)
        self.media = Media(environment, now)
        self.line = PhoneLine(
            bool(environment.calling_number),
            attachments.CALLED_SO,
            _ours(environment),
            shelter.worry,
            twiml.written_in(settings.network.country),
        )
        self.environment = environment
        self._doors = channels.doors(environment, settings.network)
        self._channels = channels.opened(environment, settings.network)
        self.registrar = channels.Registrar(environment, settings.network)
        self.board = Board(
            self.house,
            self.database,
            self.enqueuer,
            environment.public_url,
            self.health.parts,
            self.media.recording,
            is_practice=front is not None,
        )
        self._front = front
        self.app = Starlette(
            routes=self._routes(front), lifespan=self._lifespan, max_body_size=LARGEST_BODY
        )
        self.app.state.at_end = partial(self._end_streams, front)
        # Else a slash too many is sent on to whatever address the Host header makes up.
        self.app.router.redirect_slashes = False

    def _routes(self, front: Starlette | None) -> list[BaseRoute]:
        carrier = self.webhooks.carrier_route
        routes: list[BaseRoute] = [
            Route("/sms", carrier(self._text, self._replies), methods=["POST"]),
            Route("/sms/status", carrier(self._text_status, _nothing), methods=["POST"]),
            Route("/sms/picture/{sid}/{place}", self._attachment),
            Route(
                "/channels/{name}",
                self.webhooks.channel_route(self._doors, self._say_goodbye),
                methods=["POST"],
            ),
            Route("/voice", carrier(self._call, self._document), methods=["POST"]),
            Route("/voice/step", carrier(self._call_step, self._document), methods=["POST"]),
            Route("/voice/whisper", carrier(self._whisper, self._document), methods=["POST"]),
            Route("/voice/whisper/key", carrier(self._consent, self._document), methods=["POST"]),
            Route("/voice/out", carrier(self._call_out, self._document), methods=["POST"]),
            Route("/voice/status", carrier(self._call_status, _nothing), methods=["POST"]),
            Route("/voice/recording", carrier(self._recording, _nothing), methods=["POST"]),
            Route("/voice/transcript", carrier(self._transcript, _nothing), methods=["POST"]),
            Route("/voice/audio/{name}", self._audio),
            Route("/voice/listen/{sid}", self._listen),
            Route("/voice/listen/{sid}/{place}", self._listen_to_text),
            Route("/health", self._health),
            Route("/health/deep", self._health_deep),
            Route("/ready", self._ready),
            Route("/metrics", self._metrics),
            Mount("/board", self.board.app),
        ]
        return [*routes, Mount("/", front)] if front else routes

    # What the carrier is answered.

    @property
    def studio(self) -> twiml.Studio:
        """As the settings are now."""
        environment, network = self.environment, self.house.network
        return twiml.Studio(
            environment.public_url,
            environment.calling_number,
            self.recorded.addresses(f"{environment.public_url}/voice/audio"),
            self.media.listening_address,
            network.country,
            network.voice.voices,
        )

    def _replies(self, after: AfterCommit) -> Response:
        told = twiml.replies(after.replies, self.environment.public_url)
        return Response(told, media_type="text/xml")

    def _document(self, after: AfterCommit) -> Response:
        return Response(twiml.document(after.document, self.studio), media_type="text/xml")

    # What the carrier posts, in our words.

    def _text(self, work: Work, form: Form, _request: Request) -> None:
        it = forms.text_in(form, work.network.country)
        channels.take_in(work, replace(it, carrier=routes.account(work.network)), {})

    def _say_goodbye(self, it: TextIn, after: AfterCommit) -> None:
        """At once, and once: there is no number any more to try again."""
        for reply in after.replies:
            try:
                self._channels[it.carrier or ""].send(
                    it.sender, reply.body, reply.id, good_for=None
                )
            except CarrierError as error:
                log.info("message %s: %s", reply.id, describe(error))

    def _text_status(self, work: Work, form: Form, request: Request) -> None:
        number = _number(request, "text")
        if number is not None and (it := forms.text_status(form, number)):
            delivery.delivered(work, it)

    def _call(self, work: Work, form: Form, _request: Request) -> None:
        """As the fallback address it is told what could not be asked: a step, which is taken
        here."""
        turn = forms.failed_step(form)
        if turn is None:
            calling.answer(work, self.line, forms.call_in(form, work.network.country))
        else:
            calling.step(work, self.line, forms.call_sid(form), turn, forms.heard(form))

    def _call_step(self, work: Work, form: Form, request: Request) -> None:
        turn = _number(request, "turn") or 0
        calling.step(work, self.line, forms.call_sid(form), turn, forms.heard(form))

    def _whisper(self, work: Work, form: Form, request: Request) -> None:
        forms.call_sid(form)
        call, turn = _number(request, "call") or 0, _number(request, "turn") or 0
        calling.whisper(work, self.line, call, turn)

    def _consent(self, work: Work, form: Form, request: Request) -> None:
        forms.call_sid(form)
        call, turn = _number(request, "call") or 0, _number(request, "turn") or 0
        calling.consent(work, self.line, call, turn, forms.heard(form))

    def _call_out(self, work: Work, form: Form, request: Request) -> None:
        by, number = forms.answered_by(form), _number(request, "text") or 0
        if not by.is_fax:
            sid = forms.call_sid(form)
            calling.call_out(work, self.line, sid, number, is_machine=by.is_machine)

    def _call_status(self, work: Work, form: Form, request: Request) -> None:
        sid, number = forms.call_sid(form), _number(request, "text")
        if forms.is_over(form):
            calling.ended(work, self.line, sid)
            if number is not None:
                was_heard = calling.was_heard(work, sid, number)
                delivery.call_ended(work, number, sid, was_heard=was_heard)
        elif number is not None:
            delivery.delivered(work, Delivery(number, sid, MessageMove.SEND))

    def _recording(self, work: Work, form: Form, _request: Request) -> None:
        if it := forms.recording(form):
            calling.recorded(work, self.line, it.call, it.sid, it.seconds)

    def _transcript(self, work: Work, form: Form, _request: Request) -> None:
        if it := forms.transcript(form):
            calling.transcribed(work, self.line, it.call, it.sid, it.words)

    # What it, and others, may fetch.

    async def _audio(self, request: Request) -> Response:
        """A prompt that the network recorded itself."""
        path = self.recorded.file(request.path_params["name"])
        return FileResponse(path) if path else Response(status_code=404)

    async def _listen(self, request: Request) -> Response:
        """What somebody said in a call, for whoever was given this address."""
        if not self._is_genuine(request):
            return Response(status_code=403)
        sound = await run_in_threadpool(self.media.recording, request.path_params["sid"])
        if sound is None:
            return Response(status_code=404)
        return Response(sound, media_type="audio/x-wav", headers=NOT_KEPT)

    async def _attachment(self, request: Request) -> Response:
        """What somebody sent with a text, for the carrier to pass on."""
        return await self._file(request, self.media.attachment)

    async def _listen_to_text(self, request: Request) -> Response:
        """A voice message that somebody texted, for the carrier to play in a call."""
        return await self._file(request, self.media.texted_voice)

    async def _file(
        self, request: Request, fetch: Callable[[str], tuple[bytes, str] | None]
    ) -> Response:
        if not self._is_genuine(request):
            return Response(status_code=403)
        name = f"{request.path_params['sid']}/{request.path_params['place']}"
        found = await run_in_threadpool(self._fetch, name, fetch)
        if found is None:
            return Response(status_code=404)
        # Not by `media_type`, which adds a charset.
        return Response(found[0], headers={**HARMLESS, "Content-Type": found[1]})

    def _fetch(
        self, name: str, fetch: Callable[[str], tuple[bytes, str] | None]
    ) -> tuple[bytes, str] | None:
        address = self.database.read(lambda connection: messages.address_of(connection, name))
        return fetch(address) if address else None

    def _is_genuine(self, request: Request) -> bool:
        query = request.query_params
        path = request.scope["raw_path"].decode("ascii")
        return self.media.is_genuine(path, query.get("until", ""), query.get("key", ""))

    async def _health(self, _request: Request) -> Response:
        return JSONResponse({"alive": True})

    async def _ready(self, _request: Request) -> Response:
        found = await run_in_threadpool(self.health.readiness)
        return JSONResponse(found, status_code=200 if all(found.values()) else 503)

    async def _health_deep(self, _request: Request) -> Response:
        found = health.as_json(await run_in_threadpool(self.health.parts))
        return JSONResponse(found, 200 if found["well"] else 503, NOT_KEPT)

    async def _metrics(self, request: Request) -> Response:
        """For Prometheus, or whoever else has the token or is in the network."""
        if self.metrics is None:
            return Response(status_code=404)
        if not self.metrics.lets_in(request):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        accepted = request.headers.get("accept", "")
        found, media_type = await run_in_threadpool(self.metrics.exposed, accepted)
        # Not by `media_type`, which adds a charset.
        return Response(found, headers={**NOT_KEPT, "Content-Type": media_type})

    def _open_metrics(self, environment: Environment) -> Metrics | None:
        """Only where somebody may read them: what they take is slow to import."""
        if environment.metrics_folder is None:
            return None
        from serving.metrics import Metrics

        return Metrics(self.house, self.database, self.health.parts, environment)

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.callback(self.close)
            self.registrar.start()
            lexicons.learn(self.house.network)  # else the first text would wait for it
            if self._front:  # a mounted app's own lifespan is left to whoever mounts it
                await stack.enter_async_context(self._front.router.lifespan_context(self._front))
            yield

    def _end_streams(self, front: Starlette | None) -> None:
        """They never end by themselves."""
        self.board.is_ending = True
        if front and (at_end := getattr(front.state, "at_end", None)):
            at_end()

    def close(self) -> None:
        self.refusals.say()
        self.registrar.close()
        self.enqueuer.close()
        self.jobs.close()
        self.database.close()


def _explain(signatures: Signatures, foreign: Callable[[wire.Fields], str], it: TurnedAway) -> str:
    """Why a form was refused, in words for the log."""
    if wrong := foreign(it.fields):
        return wrong
    fits = signatures.nearest(it.host, it.path_and_query, it.fields, it.signature)
    if fits:
        return f"{CHECK}. It would fit {fits}"
    return (
        f"{CHECK}. Nothing near that address fits: probably the token is another account's, or old"
    )


def _foreign(environment: Environment, house: House, fields: wire.Fields) -> str:
    return credentials.foreign(fields, environment, house.network.country)


def _ours(environment: Environment) -> frozenset[str]:
    """Our own numbers, as far as the settings tell them."""
    return frozenset({phone.known_as(it) for it in [environment.hotline_number] if it})


def _number(request: Request, name: str) -> int | None:
    """A number of our own in an address that the carrier gives back."""
    return wire.number(request.query_params.get(name, ""))


def _nothing(_after: AfterCommit) -> Response:
    return Response(status_code=204)
