"""The rehearsal's own addresses of calls: see `control.py`, which says what each takes."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from rehearsal import deeds
from rehearsal.call_webhooks import listen
from rehearsal.calls import CarrierCall, seen_json
from rehearsal.control import Endpoint, read_json, route_of, words
from rehearsal.exchange import Exchange
from rehearsal.files import PLAYED
from rehearsal.phones import readable_number
from rehearsal.recordings import words_in
from rehearsal.twiml import LONGEST_TALK

Wish = dict[str, object]
Deed = Callable[[Exchange, CarrierCall, Wish], Awaitable[None]]
MOST_KEYS = 100


def routes(exchange: Exchange) -> Sequence[BaseRoute]:
    route = route_of(exchange)
    return [
        route("/calls", "POST", post_call),
        route("/calls", "GET", get_calls),
        route("/calls/{sid}", "GET", get_call),
        route("/calls/{sid}/listen", "POST", post_listen),
        *(route(f"/calls/{{sid}}/{name}", "POST", _doing(deed)) for name, deed in DEEDS.items()),
    ]


def _seen(exchange: Exchange, call: CarrierCall) -> dict[str, object]:
    return seen_json(call, exchange.phone)


async def post_call(exchange: Exchange, request: Request) -> Response:
    wish = await read_json(request)
    who, sid = words(wish, "from").strip(), words(wish, "sid")
    if not who:
        raise ValueError("from: who calls?")
    if "/" in sid:
        raise ValueError("sid: it is part of an address, and has no /")
    is_attested = wish.get("is_attested", True) is True
    number = readable_number(who) or who
    call = await deeds.call_hotline(exchange, number, sid or None, is_attested=is_attested)
    return JSONResponse(_seen(exchange, call))


async def get_calls(exchange: Exchange, request: Request) -> Response:  # noqa: ARG001
    return JSONResponse({"calls": [_seen(exchange, it) for it in exchange.calls.values()]})


async def get_call(exchange: Exchange, request: Request) -> Response:
    return JSONResponse(_seen(exchange, _call(exchange, request)))


def _call(exchange: Exchange, request: Request) -> CarrierCall:
    call = exchange.calls.get(request.path_params["sid"])
    if call is None:
        raise ValueError("there is no such call")
    return call


async def post_listen(exchange: Exchange, request: Request) -> Response:
    call, at = _call(exchange, request), (await read_json(request)).get("at")
    played = [it.words for number, it in call.heard if number == at and it.kind == "play"]
    if not played:
        raise ValueError("at: nothing was played then")
    found = await listen(exchange, call, played[0])
    if found is None:
        return JSONResponse({"status": 0, "type": "", "bytes": 0, "words": "", "plays": False})
    kind, sound = found.headers.get("content-type", ""), found.content
    of = {"type": kind, "bytes": len(sound), "words": words_in(sound), "plays": kind in PLAYED}
    return JSONResponse({"status": found.status_code, **of})


def _doing(deed: Deed) -> Endpoint:
    """An address at which somebody does something in a call, and sees what follows."""

    async def do(exchange: Exchange, request: Request) -> Response:
        call = _call(exchange, request)
        wish = await read_json(request) if await request.body() else {}
        await deed(exchange, call, wish)
        return JSONResponse(_seen(exchange, call))

    return do


async def _press(exchange: Exchange, call: CarrierCall, wish: Wish) -> None:
    keys = words(wish, "keys")
    if len(keys) > MOST_KEYS:
        raise ValueError(f"keys: not more than {MOST_KEYS} at once")
    await deeds.press(exchange, call, keys)


async def _say(exchange: Exchange, call: CarrierCall, wish: Wish) -> None:
    await deeds.say(exchange, call, words(wish, "words"))


async def _wait(exchange: Exchange, call: CarrierCall, wish: Wish) -> None:
    seconds = wish.get("seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ValueError("seconds must be a number")
    if not 0 < seconds <= LONGEST_TALK:
        raise ValueError(f"seconds must be more than 0 and not more than {LONGEST_TALK:.0f}")
    await deeds.wait(exchange, call, float(seconds))


def _plain(deed: Callable[[Exchange, CarrierCall], Awaitable[None]]) -> Deed:
    async def do(exchange: Exchange, call: CarrierCall, wish: Wish) -> None:  # noqa: ARG001
        await deed(exchange, call)

    return do


DEEDS: dict[str, Deed] = {
    "press": _press,
    "say": _say,
    "wait": _wait,
    "hang_up": _plain(deeds.hang_up),
    "answer": _plain(deeds.answer),
    "decline": _plain(deeds.decline),
}
