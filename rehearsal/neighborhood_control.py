"""The rehearsal's own addresses of the hotline behind it: see `control.py`, which says what each
takes."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from rehearsal import hints
from rehearsal.control import read_json, route_of, words
from rehearsal.exchange import Exchange
from rehearsal.page import stream
from rehearsal.page.forms import begin_leap, inside_of
from rehearsal.page.stage import Stage


def routes(stage: Stage) -> Sequence[BaseRoute]:
    route = route_of(stage.exchange)
    return [
        route("/neighborhood", "GET", _on(stage, get_neighborhood)),
        route("/leap", "POST", _on(stage, post_leap)),
    ]


def _on(
    stage: Stage, do: Callable[[Stage, Request], Awaitable[Response]]
) -> Callable[[Exchange, Request], Awaitable[Response]]:
    return lambda _exchange, request: do(stage, request)


async def get_neighborhood(stage: Stage, request: Request) -> Response:  # noqa: ARG001
    network, now = inside_of(stage).network, stage.exchange.now().astimezone(stage.zone)
    return JSONResponse(
        {
            "name": network.name,
            "now": now.isoformat(),
            "way": stream.way(stage, now),
            "hint": hints.asking(network),
        }
    )


async def post_leap(stage: Stage, request: Request) -> Response:
    await begin_leap(stage, words(await read_json(request), "to"))
    return await get_neighborhood(stage, request)
