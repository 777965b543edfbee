"""The rehearsal's own addresses, for people, tests and the page. No carrier has these.

    POST /rehearsal/texts     {"from", "body", "media"?: [url], "sid"?, "times"?: 1, "to"?}
        Somebody texts the hotline. Answers when the hotline has answered:
        {"sid", "status": HTTP status of its answer, 0 for none, "replies": [words taken on]}.
        A known sid is the same text delivered again; times=2 tells the hotline twice at once. `to`:
        the number of an old phone's SIM (`smsgate.py`), whose texts have neither; else the line's.
    GET  /rehearsal/texts?after=N
        {"texts": [{"at", "phone", "name", "direction": "from_phone" | "to_phone", "body",
        "status", "error", "sid", "segments", "media", "by": "api" | "reply" | "carrier" | "person",
        "when"}], "last": N}. A text is listed once, when it has ended: it got to its phone if its
        status is delivered or sent; undelivered ones are here too.
    GET  /rehearsal/events?after=N
        The same texts as server-sent events; resumes by Last-Event-ID, starts with new ones.
    GET  /rehearsal/phones    {"phones": [phone]}
    GET, PUT /rehearsal/phones/{number}
        {"name"?, "about"?, "state"?, "opted_out"?, "calls"?} → phone
        state: on, off, unconfirmed, lost, blocked, unknown, landline, filtered, nowhere, tablet.
        calls: rings (until somebody answers), machine (answers and presses nothing), busy,
        no_answer, unreachable. A phone that is off does not answer.
    POST /rehearsal/calls     {"from": number or "anonymous", "sid"?}
        Somebody calls the hotline. Answers with the call as soon as it waits for them:
        {"sid", "phone", "name", "from", "to", "direction", "status", "parent", "answered_by",
        "waits_for": "answer" | "keys" | "words" | "bridge" | "webhook" | "", "due_in": seconds of
        silence until it goes on by itself, "heard": [{"at", "kind": "say" | "play" | "pause" |
        "beep" | "voice" | "error", "words", "voice", "language"}], "recordings": [sid], "url"}.
        phone: whose it is; heard: the last 500 sounds.
    GET  /rehearsal/calls                  {"calls": [call]}; the last 2000, also those to a phone
    GET  /rehearsal/calls/{sid}            → call
    POST /rehearsal/calls/{sid}/press      {"keys": "1"} or more, "11216#", one after the other
    POST /rehearsal/calls/{sid}/say        {"words"}: into a recording, or to the other person
    POST /rehearsal/calls/{sid}/wait       {"seconds"}: silence; nobody really waits
    POST /rehearsal/calls/{sid}/answer, /decline, /hang_up
        Each is done, and what follows at once as well, when it answers with the call.
    POST /rehearsal/calls/{sid}/listen     {"at": of a sound of kind "play"}
        Fetches what was played there: {"status", "type", "bytes", "words": said in it, if it is a
        recording of this carrier}. Otherwise what is played is not fetched.
    GET, PUT /rehearsal/line
        {"segments_a_second": number or null} → {"segments_a_second", "waiting": how many texts to
        phones wait for their turn, "next": when the next one leaves, or null}. A usual number sends
        1 segment a second, a toll-free one 3, a short code 100; null, as at first, sends all at
        once. Those that wait leave as time goes on, also by whoever asks for `idle` afterwards.
    POST /rehearsal/trouble
        {"kind", "times"?: 1, "to"?: number, "seconds"?: 1, "code"?, "status"?: 400}
        kinds: busy, broken, silent_taken, silent_lost, slow, account_refused, code (counted in
        creates); undelivered (with a code; counted in texts that the carrier took, replies too);
        callbacks_twice, callbacks_backwards, callbacks_late, no_callbacks (counted in texts and
        calls); steps_twice (counted in webhooks of calls: asked twice at once, the first
        answer counts); forged (counted in webhooks, steps and callbacks: each is sent first with a
        wrong signature, and what the hotline answers to that only goes to the log).
        files_broken (counted in fetches of what came with texts).
        callbacks_late: that many seconds before each. callbacks_backwards: those of a call come
        when it is over. `to` is, with calls, whoever has the phone.
    GET, DELETE /rehearsal/trouble?kind=K  {"troubles": [...]}; DELETE ends those of a kind, or all.
    GET  /rehearsal/idle?wait=5            {"idle": bool}: no webhook or callback is under way.
    GET  /rehearsal/ledger?after=N
        {"ledger": [{"at", "arrived", "to", "status_callback", "trouble", "under_way", "taken",
        "sid", "code", "what": "text" | "call", "told": [statuses whose callbacks the hotline
        took]}], "last": N, "under_way": how many of all are not decided yet}.
        Every create as it arrived, also those that were refused or never answered.
    GET  /rehearsal/replies?after=N
        {"replies": [as in the ledger, "what": "reply"], "last": N}: every reply as it was read in
        an answer of the hotline to a text, also those that were refused.
    GET  /rehearsal/errors
        {"errors": [{"kind", "status", "body"}]}: the last 1000 answers of the hotline to webhooks
        and callbacks that were no 2xx, as the carrier's debugger keeps them.
    GET  /rehearsal/neighborhood
        {"name", "now": there, "way": how its clock goes, in words, "hint": a text to begin with}.
        Only where the carrier has a hotline beside it, as in `hotline up`; so has the next one.
    POST /rehearsal/leap      {"to": "90" (seconds) or "08:00"} → the same
        The clock leaps there. Answers when everything on the way has happened.
    DELETE /rehearsal                      {"last": 0}: forget everything, as if just started
    GET  /rehearsal/since                  {"since": when it began, by this machine's clock}
    GET  /rehearsal/log                    {"log": [the last 200 requests and debugger errors]}

Mistakes in what is asked are answered with 400 and {"error": words}.
"""

import json
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict, replace

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from rehearsal.calls import CarrierCall
from rehearsal.delivery import leave_due, text_hotline, to_leave
from rehearsal.exchange import Attempt, Exchange
from rehearsal.messages import Message
from rehearsal.phones import Phone, PhoneState, WhenCalled, readable_number
from rehearsal.trouble import trouble_from

LONGEST_WAIT = 60.0
SLOWEST, FASTEST = 0.0001, 1000.0  # segments a second
Endpoint = Callable[[Exchange, Request], Awaitable[Response]]


def routes(exchange: Exchange) -> Sequence[BaseRoute]:
    route = route_of(exchange)
    return [
        route("", "DELETE", forget),
        route("/since", "GET", get_since),
        route("/texts", "POST", post_text),
        route("/texts", "GET", get_texts),
        route("/events", "GET", get_events),
        route("/phones", "GET", get_phones),
        route("/phones/{number}", "GET", get_phone),
        route("/phones/{number}", "PUT", put_phone),
        route("/line", "GET", get_line),
        route("/line", "PUT", put_line),
        route("/trouble", "POST", post_trouble),
        route("/trouble", "GET", get_troubles),
        route("/trouble", "DELETE", delete_troubles),
        route("/idle", "GET", get_idle),
        route("/ledger", "GET", get_ledger),
        route("/replies", "GET", get_replies),
        route("/errors", "GET", get_errors),
        route("/log", "GET", get_log),
    ]


def route_of(exchange: Exchange) -> Callable[[str, str, Endpoint], Route]:
    def route(path: str, method: str, endpoint: Endpoint) -> Route:
        return Route(f"/rehearsal{path}", _forgiving(exchange, endpoint), methods=[method])

    return route


def _forgiving(exchange: Exchange, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    """Answer a wrong wish with what is wrong about it."""

    async def forgiving(request: Request) -> Response:
        try:
            return await endpoint(exchange, request)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return forgiving


async def forget(exchange: Exchange, request: Request) -> Response:  # noqa: ARG001
    await exchange.forget()
    return JSONResponse({"last": 0})


async def get_since(exchange: Exchange, request: Request) -> Response:  # noqa: ARG001
    return JSONResponse({"since": exchange.began.isoformat()})


async def post_text(exchange: Exchange, request: Request) -> Response:
    wish = await read_json(request)
    sender, body = words(wish, "from"), words(wish, "body")
    media, sid, times = wish.get("media") or [], wish.get("sid"), wish.get("times", 1)
    if not sender.strip():
        raise ValueError("from: whose phone?")
    if not isinstance(media, list) or not all(isinstance(address, str) for address in media):
        raise ValueError("media must be a list of addresses")
    if sid is not None and not isinstance(sid, str):
        raise ValueError("sid must be words")
    if not isinstance(times, int) or not 1 <= times <= 100:
        raise ValueError("times must be a number from 1 to 100")
    to = readable_number(words(wish, "to")) or ""
    if words(wish, "to") and to != exchange.line.number and not exchange.handset_of(to):
        raise ValueError("to must be a number of the hotline's")
    sid, answer = await text_hotline(
        exchange,
        readable_number(sender) or sender.strip(),
        body,
        media=media,
        sid=sid,
        times=times,
        to=to,
    )
    replies = [reply.words for reply in answer.replies]
    return JSONResponse({"sid": sid, "status": answer.status, "replies": replies})


async def get_texts(exchange: Exchange, request: Request) -> Response:
    after = int(request.query_params.get("after", 0))
    texts = [text.as_json() for text in exchange.texts[max(after, 0) :]]
    return JSONResponse({"texts": texts, "last": len(exchange.texts)})


async def get_events(exchange: Exchange, request: Request) -> Response:
    heard = request.headers.get("last-event-id") or request.query_params.get("after")
    after = max(int(heard), 0) if heard else len(exchange.texts)
    return StreamingResponse(
        _events(exchange, after),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store"},
    )


async def _events(exchange: Exchange, after: int) -> AsyncIterator[str]:
    """Every text after this one, as it comes; ends when the reader goes away."""
    yield ": listening\n\n"
    while not exchange.is_ending:
        news = exchange.news
        if after > len(exchange.texts):  # what the reader heard is forgotten here
            after = 0
        for text in exchange.texts[after:]:
            after = text.at
            yield f"id: {text.at}\ndata: {json.dumps(text.as_json())}\n\n"
        await news.wait()


async def get_phones(exchange: Exchange, request: Request) -> Response:  # noqa: ARG001
    return JSONResponse({"phones": [_phone_json(phone) for phone in exchange.known()]})


async def get_phone(exchange: Exchange, request: Request) -> Response:
    return JSONResponse(_phone_json(exchange.phone(_number_of(request))))


async def put_phone(exchange: Exchange, request: Request) -> Response:
    wish = await read_json(request)
    phone = exchange.phone(_number_of(request))
    return JSONResponse(_phone_json(exchange.keep(changed_phone(phone, wish))))


def changed_phone(phone: Phone, wish: dict[str, object]) -> Phone:
    """The phone as it is wished for. Raises ValueError that says what is wrong."""
    if extra := set(wish) - {"name", "about", "state", "opted_out", "calls"}:
        raise ValueError(f"unknown: {', '.join(sorted(extra))}")
    opted_out, state = wish.get("opted_out", phone.opted_out), wish.get("state", phone.state)
    calls = wish.get("calls", phone.calls)
    if not isinstance(opted_out, bool):
        raise ValueError("opted_out must be true or false")
    if state not in list(PhoneState):
        raise ValueError(f"state must be one of {', '.join(PhoneState)}")
    if calls not in list(WhenCalled):
        raise ValueError(f"calls must be one of {', '.join(WhenCalled)}")
    return replace(
        phone,
        name=words(wish, "name", phone.name),
        about=words(wish, "about", phone.about),
        state=PhoneState(str(state)),
        opted_out=opted_out,
        calls=WhenCalled(str(calls)),
    )


async def get_line(exchange: Exchange, request: Request) -> Response:  # noqa: ARG001
    departures = to_leave(exchange)
    return JSONResponse(
        {
            "segments_a_second": exchange.line.segments_a_second,
            "waiting": len(departures),
            "next": departures[0].moment.isoformat() if departures else None,
        }
    )


async def put_line(exchange: Exchange, request: Request) -> Response:
    """Texts that wait already wait for as long as the new rate says."""
    exchange.line = replace(exchange.line, segments_a_second=_rate(await read_json(request)))
    leave_due(exchange)
    return await get_line(exchange, request)


def _rate(wish: dict[str, object]) -> float | None:
    if set(wish) != {"segments_a_second"}:
        raise ValueError("say segments_a_second, and nothing else")
    rate = wish["segments_a_second"]
    if rate is None:
        return None
    if (
        isinstance(rate, bool)
        or not isinstance(rate, int | float)
        or not SLOWEST <= rate <= FASTEST
    ):
        raise ValueError(f"segments_a_second must be null, or from {SLOWEST} to {FASTEST}")
    return float(rate)


async def post_trouble(exchange: Exchange, request: Request) -> Response:
    exchange.befall(trouble_from(await read_json(request)))
    return await get_troubles(exchange, request)


async def get_troubles(exchange: Exchange, request: Request) -> Response:  # noqa: ARG001
    return JSONResponse({"troubles": [asdict(trouble) for trouble in exchange.troubles]})


async def delete_troubles(exchange: Exchange, request: Request) -> Response:
    exchange.end_troubles(request.query_params.get("kind"))
    return await get_troubles(exchange, request)


async def get_idle(exchange: Exchange, request: Request) -> Response:
    seconds = min(float(request.query_params.get("wait", 5)), LONGEST_WAIT)
    if not math.isfinite(seconds):
        raise ValueError("wait must be a number of seconds")
    leave_due(exchange)
    return JSONResponse({"idle": await exchange.work.is_idle_within(seconds)})


async def get_ledger(exchange: Exchange, request: Request) -> Response:
    after = max(int(request.query_params.get("after", 0)), 0)
    shown = [_attempt_json(exchange, attempt) for attempt in exchange.ledger[after:]]
    under_way = exchange.under_way
    return JSONResponse({"ledger": shown, "last": len(exchange.ledger), "under_way": under_way})


async def get_replies(exchange: Exchange, request: Request) -> Response:
    after = max(int(request.query_params.get("after", 0)), 0)
    shown = [_attempt_json(exchange, attempt) for attempt in exchange.replies[after:]]
    return JSONResponse({"replies": shown, "last": len(exchange.replies)})


def _attempt_json(exchange: Exchange, attempt: Attempt) -> dict[str, object]:
    books = exchange.calls if attempt.what == "call" else exchange.messages
    taken: CarrierCall | Message | None = books.get(attempt.sid or "")
    return {**asdict(attempt), "told": taken.told if taken else []}


async def get_errors(exchange: Exchange, request: Request) -> Response:  # noqa: ARG001
    return JSONResponse({"errors": list(exchange.errors)})


async def get_log(exchange: Exchange, request: Request) -> Response:  # noqa: ARG001
    return JSONResponse({"log": list(exchange.log)})


async def read_json(request: Request) -> dict[str, object]:
    """Raises ValueError for what is no wish, and for what could not be shown again."""
    try:
        wish = json.loads(await request.body())
        json.dumps(wish, ensure_ascii=False, allow_nan=False).encode()
    except RecursionError:
        raise ValueError("that is too deep to be a wish") from None
    if not isinstance(wish, dict):
        raise ValueError("send a JSON object")
    return wish


def words(wish: dict[str, object], name: str, default: str = "") -> str:
    value = wish.get(name, default)
    if not isinstance(value, str):
        raise ValueError(f"{name} must be words in quotes")
    return value


def _number_of(request: Request) -> str:
    written = str(request.path_params["number"])
    return readable_number(written) or written


def _phone_json(phone: Phone) -> dict[str, object]:
    return {
        "phone": phone.number,
        "name": phone.name,
        "about": phone.about,
        "state": str(phone.state),
        "opted_out": phone.opted_out,
        "calls": str(phone.calls),
    }
