"""Where everything is wired: the route list is the site map. Nobody imports this but `cli`."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from hotline import wire
from hotline.errors import OutdatedDatabase
from hotline.house import Now, furnish
from hotline.settings import Settings
from hotline.steps import Aftermath
from hotline.store import migrate, store
from hotline.store.database import Database
from hotline.web import audio
from hotline.web.media import Media
from hotline.web.twilio import LARGEST_BODY, Form, Gate, Reception, Ringer
from ivr import twiml
from ivr import webhook as voice
from ivr.calling import Desk
from paging.dispatch import Bell
from sms import webhook

log = logging.getLogger("hotline.web")

NOT_KEPT = {"Cache-Control": "no-store"}
# What phones send to each other and a browser does not run: no web pages, no drawings in XML.
PICTURES = {
    *("image/jpeg", "image/png", "image/gif", "image/webp", "image/heic", "image/heif"),
    *("image/bmp", "image/tiff", "video/mp4", "video/3gpp", "audio/mpeg", "audio/amr", "audio/mp4"),
    *("text/vcard", "text/x-vcard", "application/pdf"),
}


class Hotline:
    """One web process: what the routes share, and the routes."""

    def __init__(self, settings: Settings, now: Now, front: Starlette | None = None) -> None:
        """`front`: what answers every address that is none of ours, for a rehearsal."""
        environment = settings.environment
        self.house = furnish(settings.network, now)
        self.database = Database(environment.sqlalchemy_url)
        self.bell = Bell(environment.redis_url)
        self.ringer = Ringer(self.bell.ring)
        self.reception = Reception(Gate(environment), self.database, self.ringer)
        self.recorded = audio.Recorded(settings.network.voice.audio)
        self.media = Media(environment, now)
        address = f"{environment.public_url}/voice"
        self.desk = Desk(
            self.house,
            address,
            self.recorded.addresses(f"{address}/audio"),
            self.media.recording_address,
            environment.calling_number,
        )
        self._front = front
        self.app = Starlette(
            routes=self._routes(front), lifespan=self._lifespan, max_body_size=LARGEST_BODY
        )
        if front:
            self.app.state.at_end = getattr(front.state, "at_end", None)
        # Else a slash too many is sent on to whatever address the Host header makes up.
        self.app.router.redirect_slashes = False

    def _routes(self, front: Starlette | None) -> list[BaseRoute]:
        carrier = self.reception.carrier_route
        routes: list[BaseRoute] = [
            Route("/sms", carrier(self._text, _twiml), methods=["POST"]),
            Route("/sms/status", carrier(self._text_status, _nothing), methods=["POST"]),
            Route("/sms/picture/{sid}/{place}", self._picture),
            Route("/voice", carrier(self._call, _document), methods=["POST"]),
            Route("/voice/step", carrier(self._call_step, _document), methods=["POST"]),
            Route("/voice/whisper", carrier(self._whisper, _document), methods=["POST"]),
            Route("/voice/whisper/key", carrier(self._consent, _document), methods=["POST"]),
            Route("/voice/out", carrier(self._call_out, _document), methods=["POST"]),
            Route("/voice/status", carrier(self._call_status, _nothing), methods=["POST"]),
            Route("/voice/recording", carrier(self._recording, _nothing), methods=["POST"]),
            Route("/voice/transcript", carrier(self._transcript, _nothing), methods=["POST"]),
            Route("/voice/audio/{name}", self._audio),
            Route("/voice/listen/{sid}", self._listen),
            Route("/health", self._health),
            Route("/ready", self._ready),
        ]
        return [*routes, Mount("/", front)] if front else routes

    def _text(self, connection: Connection, form: Form, _request: Request) -> Aftermath:
        return webhook.inbound(connection, self.house, form)

    def _text_status(self, connection: Connection, form: Form, request: Request) -> Aftermath:
        text_id = _number(request, "text")
        if text_id is None:
            return Aftermath()
        return webhook.status(connection, self.house, form, text_id)

    def _call(self, connection: Connection, form: Form, _request: Request) -> Aftermath:
        return voice.inbound(connection, self.desk, form)

    def _call_step(self, connection: Connection, form: Form, request: Request) -> Aftermath:
        return voice.step(connection, self.desk, form, _number(request, "turn") or 0)

    def _whisper(self, connection: Connection, form: Form, request: Request) -> Aftermath:
        of, turn = _number(request, "call") or 0, _number(request, "turn") or 0
        return voice.whisper(connection, self.desk, form, of, turn)

    def _consent(self, connection: Connection, form: Form, request: Request) -> Aftermath:
        of, turn = _number(request, "call") or 0, _number(request, "turn") or 0
        return voice.consent(connection, self.desk, form, of, turn)

    def _call_out(self, connection: Connection, form: Form, request: Request) -> Aftermath:
        return voice.out(connection, self.desk, form, _number(request, "text") or 0)

    def _call_status(self, connection: Connection, form: Form, request: Request) -> Aftermath:
        return voice.status(connection, self.desk, form, _number(request, "text"))

    def _recording(self, connection: Connection, form: Form, _request: Request) -> Aftermath:
        return voice.recording(connection, self.desk, form)

    def _transcript(self, connection: Connection, form: Form, _request: Request) -> Aftermath:
        return voice.transcript(connection, self.desk, form)

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

    async def _picture(self, request: Request) -> Response:
        """A picture that somebody texted, for the carrier to pass on."""
        if not self._is_genuine(request):
            return Response(status_code=403)
        sid, place = request.path_params["sid"], request.path_params["place"]
        found = await run_in_threadpool(self._find_picture, sid, place)
        if found is None or found[1] not in PICTURES:
            return Response(status_code=404)
        picture, kind = found
        return Response(picture, media_type=kind, headers=NOT_KEPT)

    def _find_picture(self, sid: str, place: str) -> tuple[bytes, str] | None:
        addresses = self.database.read(lambda connection: store.pictures_of(connection, sid))
        if not (place.isascii() and place.isdigit() and int(place) < len(addresses)):
            return None
        return self.media.picture(addresses[int(place)])

    def _is_genuine(self, request: Request) -> bool:
        query = request.query_params
        path = request.scope["raw_path"].decode("ascii")
        return self.media.is_genuine(path, query.get("until", ""), query.get("key", ""))

    async def _health(self, _request: Request) -> Response:
        return JSONResponse({"alive": True})

    async def _ready(self, _request: Request) -> Response:
        found = await run_in_threadpool(self._readiness)
        return JSONResponse(found, status_code=200 if all(found.values()) else 503)

    def _readiness(self) -> dict[str, bool]:
        return {
            "database": _answers(self.database),
            "migrations": _is_current(self.database),
            "redis": self.bell.answers(),
        }

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.callback(self.close)
            if self._front:  # a mounted app's own lifespan is left to whoever mounts it
                await stack.enter_async_context(self._front.router.lifespan_context(self._front))
            yield

    def close(self) -> None:
        self.ringer.close()
        self.bell.close()
        self.database.close()


def _twiml(answer: list[str]) -> Response:
    return Response(webhook.twiml(answer), media_type="text/xml")


def _document(answer: list[str]) -> Response:
    """A call is answered with one document."""
    return Response(answer[-1] if answer else twiml.hang_up(), media_type="text/xml")


def _number(request: Request, name: str) -> int | None:
    """A number of our own in an address that the carrier gives back."""
    return wire.number(request.query_params.get(name, ""))


def _nothing(_answer: list[str]) -> Response:
    return Response(status_code=204)


def _answers(database: Database) -> bool:
    try:
        database.read(lambda connection: connection.execute(text("SELECT 1")))
    except SQLAlchemyError:
        return False
    return True


def _is_current(database: Database) -> bool:
    try:
        migrate.require_current(database)
    except (OutdatedDatabase, SQLAlchemyError):
        return False
    return True
