"""A carrier on this machine that the hotline cannot tell from the real one, and its page of phones.

    build(Line(account_sid, auth_token, number, sms_url), cast=[Person(phone, name)])

makes the app: the REST API (`rest.py`, `call_rest.py`, `number_rest.py`, `service_rest.py`,
`registration_rest.py`, `verification_rest.py`, `trust_rest.py`), signed webhooks to the line's
addresses (`webhooks.py`, `call_webhooks.py`), the control addresses under `/rehearsal/`
(`control.py`, `call_control.py`, `registration_control.py`, `neighborhood_control.py`) and the page
at `/` (`page/`). It keeps everything in memory and calls nobody but the addresses it is given.
"""

import asyncio
import ipaddress
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from rehearsal import (
    account_rest,
    call_control,
    call_rest,
    control,
    neighborhood_control,
    number_rest,
    page,
    registration_control,
    registration_rest,
    rest,
    service_rest,
    smsgate,
    trust_rest,
    verification_rest,
)
from rehearsal.delivery import leave_due
from rehearsal.exchange import Exchange, utc_now
from rehearsal.handset import SmsGatePhone
from rehearsal.inside import Inside
from rehearsal.messages import API_VERSION, Line
from rehearsal.page.stage import Anew, Stage
from rehearsal.phones import Person
from rehearsal.replay import Replay
from rehearsal.switchboard import stop_ringing
from rehearsal.variants import UnderPrefix
from rehearsal.webhooks import open_client

__all__ = ["Line", "Person", "SmsGatePhone", "build"]

API_PATHS = (f"/{API_VERSION}/", "/v1/", "/smsgate/")
LARGEST_REQUEST = 2_200_000  # bytes: two minutes of somebody's voice
log = logging.getLogger("rehearsal")
READS_CLOCK_EVERY = 1.0  # seconds between two looks at the clock


class CarrierApp(Starlette):
    """Starlette, and a handle on the connection for a carrier that falls silent.

    ASGI has no word for dropping a connection, so `rest.HangUp` takes uvicorn's transport from the
    object that `send` belongs to. Under another server it only ends the request.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["hotline.transport"] = getattr(getattr(send, "__self__", None), "transport", None)
        await super().__call__(scope, receive, send)


class OwnPagesOnly:
    """Keep other websites' pages, open in the same browser, from driving the rehearsal."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith((*API_PATHS, "/api/laml/")):
            request = Request(scope)
            host, origin = request.headers.get("host", ""), request.headers.get("origin")
            if not is_local_name(host) or (origin is not None and not is_same(origin, host)):
                refusal = JSONResponse({"error": "not from this page"}, status_code=403)
                await refusal(scope, receive, send)
                return
        await self.app(scope, receive, send)


def is_same(origin: str, host: str) -> bool:
    """Whether the page at this origin is ours. `null`, from a sandboxed page, is not."""
    try:
        return bool(host) and urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


def is_local_name(host: str) -> bool:
    """Whether the name is one that no website can point at this machine: no domain, or an address.

    Else a website could rebind its own name to 127.0.0.1, and Origin and Host would agree.
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
        is_here = "." not in name or name.endswith((".localhost", ".local"))
        return is_here or bool(ipaddress.ip_address(name))
    except ValueError:
        return False


async def _watch_the_clock(exchange: Exchange) -> None:
    while True:
        await asyncio.sleep(READS_CLOCK_EVERY)
        try:
            await stop_ringing(exchange)
            leave_due(exchange)
        except Exception:
            log.exception("The rehearsal carrier lost a look at the clock")


@asynccontextmanager
async def _running(exchange: Exchange, stage: Stage, *, is_by_clock: bool) -> AsyncIterator[None]:
    """All that goes on by itself, for as long as this lasts."""
    if stage.inside:
        await stage.inside.begin()
    async with open_client() as exchange.client:
        clock = asyncio.create_task(_watch_the_clock(exchange)) if is_by_clock else None
        stage.playing = asyncio.create_task(stage.play())
        yield
        for task in filter(None, (clock, stage.playing, *stage.leaps)):
            task.cancel()
        await exchange.work.stop()
        if stage.inside:
            stage.inside.close()


def build(
    line: Line,
    *,
    now: Callable[[], datetime] = utc_now,
    cast: Sequence[Person] = (),
    inside: Inside | None = None,
    anew: Anew | None = None,
    script: str | None = None,
    smsgates: Sequence[SmsGatePhone] = (),
) -> Starlette:
    """The carrier of one account, as an app for uvicorn.

    With `inside` the page shows the hotline, too, and its clock can leap; with `anew`, it can begin
    again. `script`: a transcript to play at once. Whoever hands in a time of their own without
    `inside` also says how long phones ring, at `/rehearsal/calls`. `smsgates`: old phones beside
    the carrier, each at `/smsgate/{name}`.
    """
    exchange = Exchange(line, now, cast, smsgates)
    stage = Stage(exchange, inside, anew, Replay(script) if script else None)
    is_by_clock = now is utc_now or inside is not None

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:  # noqa: ARG001
        async with _running(exchange, stage, is_by_clock=is_by_clock):
            yield

    app = CarrierApp(
        routes=_routes(exchange, stage),
        middleware=[
            Middleware(OwnPagesOnly),
            Middleware(UnderPrefix, prefix=line.variant.prefix, paths=API_PATHS[:2]),
        ],
        lifespan=lifespan,
        max_body_size=LARGEST_REQUEST,
    )
    app.state.at_end = exchange.end
    return app


def _routes(exchange: Exchange, stage: Stage) -> list[BaseRoute]:
    return [
        *account_rest.routes(exchange),
        *call_rest.routes(exchange),
        *number_rest.routes(exchange),
        *service_rest.routes(exchange),
        *registration_rest.routes(exchange),
        *verification_rest.routes(exchange),
        *trust_rest.routes(exchange),
        *rest.routes(exchange),
        *smsgate.routes(exchange),
        *control.routes(exchange),
        *account_rest.control_routes(exchange),
        *call_control.routes(exchange),
        *registration_control.routes(exchange),
        *neighborhood_control.routes(stage),
        *page.routes(stage),
    ]
