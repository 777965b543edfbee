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
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from hotline.errors import OutdatedDatabase
from hotline.house import Now, furnish
from hotline.settings import Settings
from hotline.steps import Aftermath
from hotline.store import migrate
from hotline.store.database import Database
from hotline.web.twilio import LARGEST_BODY, Form, Gate, Reception, Ringer
from paging.dispatch import Bell
from sms import webhook

log = logging.getLogger("hotline.web")


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
        self._front = front
        self.app = Starlette(
            routes=self._routes(front), lifespan=self._lifespan, max_body_size=LARGEST_BODY
        )
        # Else a slash too many is sent on to whatever address the Host header makes up.
        self.app.router.redirect_slashes = False

    def _routes(self, front: Starlette | None) -> list[BaseRoute]:
        carrier = self.reception.carrier_route
        routes: list[BaseRoute] = [
            Route("/sms", carrier(self._text, _twiml), methods=["POST"]),
            Route("/sms/status", carrier(self._text_status, _nothing), methods=["POST"]),
            Route("/health", self._health),
            Route("/ready", self._ready),
        ]
        return [*routes, Mount("/", front)] if front else routes

    def _text(self, connection: Connection, form: Form, _request: Request) -> Aftermath:
        return webhook.inbound(connection, self.house, form)

    def _text_status(self, connection: Connection, form: Form, request: Request) -> Aftermath:
        text_id = request.query_params.get("text", "")
        if not (text_id.isascii() and text_id.isdigit() and len(text_id) < 10):
            return Aftermath()
        return webhook.status(connection, self.house, form, int(text_id))

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
