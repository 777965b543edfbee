"""The page of phones with many phones and texts on it, and what it is measured against.

    python -m bench.crowd page PORT
    python -m bench.crowd still PORT OF

`page` is the rehearsal's own, of a carrier whose hotline answers nothing. `still` is the floor: the
same HTML, style and script as files, from the page at the port OF, and a page that does nothing but
append the words that somebody posts.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from html import escape

import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bench.town import ACCOUNT, NUMBER, TOKEN
from rehearsal import page
from rehearsal.exchange import Exchange, utc_now
from rehearsal.messages import Line, Text
from rehearsal.page.stage import HERE, Stage
from rehearsal.phones import Person
from rehearsal.webhooks import open_client
from serving import web_server

PHONES, TEXTS = 200, 5000
PEOPLE = [Person(f"+1917555{number:04}", f"Neighbor {number}") for number in range(PHONES)]
NO_ANSWER = "<Response/>"
BODY = "Maple Street: a neighbor in northside needs food (just now). Reply YES 12 to take it."


def crowded(address: str) -> Starlette:
    """The page at that address, with everybody and all texts on it."""
    exchange = Exchange(Line(ACCOUNT, TOKEN, NUMBER, f"{address}/sms"), utc_now, PEOPLE)
    exchange.texts = [_text(number, exchange) for number in range(TEXTS)]

    async def hear(_request: Request) -> Response:
        return Response(NO_ANSWER, media_type="text/xml")

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with open_client() as exchange.client:
            yield
            await exchange.work.stop()

    routes = [Route("/sms", hear, methods=["POST"]), *page.routes(Stage(exchange))]
    return Starlette(routes=routes, lifespan=lifespan)


def _text(number: int, exchange: Exchange) -> Text:
    person = PEOPLE[number % PHONES]
    text = Text(
        at=number + 1,
        phone=person.phone,
        name=person.name,
        direction="to_phone",
        body=BODY,
        status="delivered",
        error=None,
        sid=f"SM{number:032x}",
        segments=1,
        media=(),
        by="api",
        when=(exchange.since - timedelta(seconds=TEXTS - number)).isoformat(),
    )
    if number % 3:
        return text
    return replace(text, direction="from_phone", by="person", status="received", body="yes please")


# The floor.

APPENDS = """<!doctype html><title>Floor</title><ol id="list"></ol><script>
const list = document.getElementById("list");
new EventSource("/events/words").onmessage = ({ data }) => {
  const box = document.createElement("template");
  box.innerHTML = data;
  list.append(box.content);
};
</script>"""


def still(of: str) -> Starlette:
    """The page at the address `of` as it was, and the one that appends."""
    html = httpx2.get(of, trust_env=False, timeout=60).text
    news: set[asyncio.Queue[str]] = set()

    async def show(_request: Request) -> Response:
        return HTMLResponse(html)

    async def appends(_request: Request) -> Response:
        return HTMLResponse(APPENDS)

    async def events() -> AsyncIterator[str]:
        mine: asyncio.Queue[str] = asyncio.Queue()
        news.add(mine)
        yield ": here\n\n"
        while True:
            yield f"data: <li>{escape(await mine.get())}</li>\n\n"

    async def stream(_request: Request) -> Response:
        return StreamingResponse(events(), media_type="text/event-stream")

    async def post(request: Request) -> Response:
        async with request.form() as form:
            for queue in news:
                queue.put_nowait(str(form["body"]))
        return Response(status_code=204)

    return Starlette(
        routes=[
            Route("/", show),
            Route("/appends", appends),
            Route("/events/{watch}", stream),
            Route("/do/text", post, methods=["POST"]),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ]
    )


def main() -> None:
    match sys.argv[1:]:
        case ["page", port]:
            web_server.serve(crowded(f"http://127.0.0.1:{port}"), "127.0.0.1", int(port))
        case ["still", port, of]:
            web_server.serve(still(f"http://127.0.0.1:{of}/"), "127.0.0.1", int(port))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
