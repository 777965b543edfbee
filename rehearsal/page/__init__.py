"""The neighborhood in the browser: a page of phones, and what happens inside.

    GET  /                 the page
    GET  /events/{watch}   its news: pieces of HTML, in server-sent events
    POST /do/{deed}        what people do on it: `forms.py`
    GET  /transcript       what was said here, as a file that plays
    GET  /phone/{number}   one phone's settings and all its texts
    GET  /picture/{name}   a picture that came with a text
    GET  /sound/{sid}/{at} what was played in a call
    POST /record/{sid}     speak into a call: a wav, from the microphone

Works without JavaScript, then without news: a form is answered with the page. `static/page.js` puts
new pieces in their places. Everything is drawn here, from templates.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote

from markupsafe import Markup
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from rehearsal import deeds, hints
from rehearsal.call_webhooks import listen
from rehearsal.exchange import Exchange
from rehearsal.files import picture
from rehearsal.messages import LONGEST_BODY, Form
from rehearsal.page import stream, views
from rehearsal.page.forms import DEEDS
from rehearsal.page.stage import HERE, Stage
from rehearsal.page.stream import OpenPage, Watches
from rehearsal.story import print_story, took_part
from rehearsal.twiml import BadTwiml

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; media-src 'self' blob:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    # Not no-referrer: then browsers send `Origin: null` with forms, which we refuse.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self)",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
FROM_SCRIPT = "x-from-the-page"  # a header: `page.js` wants no page back


def routes(stage: Stage) -> Sequence[BaseRoute]:
    page = Page(stage)
    return [
        Route("/", page.show, methods=["GET"]),
        Route("/events/{watch}", page.news, methods=["GET"]),
        Route("/do/{deed}", page.do, methods=["POST"]),
        Route("/transcript", page.transcript, methods=["GET"]),
        Route("/phone/{number}", page.phone, methods=["GET"]),
        Route("/picture/{name}", page.picture, methods=["GET"]),
        Route("/record/{sid}", page.record, methods=["POST"]),
        Route("/sound/{sid}/{at}", page.sound, methods=["GET"]),
        # What it shares with the board is the board's.
        Mount("/static", StaticFiles(directory=HERE / "static", packages=[("board", "static")])),
    ]


class Page:
    """What is answered at each address."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._watches = Watches()

    async def show(self, _request: Request) -> Response:
        return await _page(self._stage, self._watches)

    async def news(self, request: Request) -> Response:
        watch = self._watches.take(request.path_params["watch"])
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(
            stream.events(watch), media_type="text/event-stream", headers=headers
        )

    async def do(self, request: Request) -> Response:
        """A script is told where it was done, or what is wrong; others are shown the page."""
        name = request.path_params["deed"]
        deed = DEEDS.get(name)
        if deed is None:
            return Response(status_code=404)
        form, is_script = await _form(request), FROM_SCRIPT in request.headers
        try:
            place = await deed(self._stage, form)
        except ValueError as error:
            if is_script:
                return PlainTextResponse(str(error), status_code=422)
            return await _page(self._stage, self._watches, Mistake(name, form, str(error)))
        if is_script:
            return PlainTextResponse(place)
        return RedirectResponse(f"/#{place}", status_code=303)

    async def transcript(self, _request: Request) -> Response:
        return await _transcript(self._stage)

    async def phone(self, request: Request) -> Response:
        return _whole_phone(self._stage, unquote(request.path_params["number"]))

    async def picture(self, request: Request) -> Response:
        return Response(picture(request.path_params["name"]), media_type="image/png")

    async def record(self, request: Request) -> Response:
        return await _record(self._stage, request.path_params["sid"], await request.body())

    async def sound(self, request: Request) -> Response:
        return await _sound(self._stage, request.path_params["sid"], request.path_params["at"])


async def _form(request: Request) -> Form:
    """The fields; of files what is in them."""
    fields: list[tuple[str, str]] = []
    async with request.form(max_part_size=500_000) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                fields.append((name, (await value.read()).decode("utf-8-sig", "replace")))
            else:
                fields.append((name, value))
    return Form(fields)


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a form, which comes back with what was typed."""

    deed: str
    form: Form
    words: str

    def number(self, exchange: Exchange) -> str:
        """The phone on which it was done, if that is on the page."""
        call = exchange.calls.get(self.form.get("sid", ""))
        number = call.phone if call else self.form.get("from", "")
        return number if number in {it.number for it in exchange.known()} else ""


BESIDE_ITS_FORM = frozenset({"text"})  # a mistake is said there
INSIDE_BESIDE_ITS_FORM = frozenset({"leap", "person", "replay", "begin_again"})


async def _page(stage: Stage, watches: Watches, mistake: Mistake | None = None) -> Response:
    """The page. A mistake is said where it was made: on a phone, beside a form, else on top."""
    watch = OpenPage(stage, texts=len(stage.exchange.texts))
    inside = stage.inside
    drawn = {key: watch.remember(key, draw(stage)) for key, draw in stream.ALWAYS.items()}
    drawn |= {
        "sent": _sent(stage),
        "log": _log(stage, watch),
    }
    if inside:
        drawn |= {key: watch.remember(key, draw(stage)) for key, draw in stream.INSIDE.items()}
        drawn["requests"] = await _requests(stage, watch)
    on_phone = mistake.number(stage.exchange) if mistake else ""
    phones = _phones(stage, watch, mistake, on_phone)
    forms = BESIDE_ITS_FORM | (INSIDE_BESIDE_ITS_FORM if inside else frozenset())
    in_form = mistake if mistake and not on_phone and mistake.deed in forms else None
    if mistake and not on_phone and not in_form:
        drawn["notice"] = stream.draw("notice", mistake.words)
    if in_form and in_form.deed == "person":
        drawn["free_number"] = stream.draw("free_number", in_form.form.get("phone", ""))
    html = stream.render(
        "page.html",
        **drawn,
        watch=watches.keep(watch),
        title=f"{inside.network.name} · rehearsal" if inside else "Phones · hotline rehearsal",
        network=inside.network.name if inside else "Phones",
        number=stage.exchange.line.number,
        inside=inside is not None,
        phones=phones,
        chips=_chips(stage),
        wrong_deed=in_form.deed if in_form else "",
        typed=in_form.form if in_form else Form(),
        wrong=in_form.words if in_form else "",
        longest=LONGEST_BODY,
        trouble_kinds=views.TROUBLES,
        states=views.PHONE_STATES,
        ways=views.PHONE_CALLS,
        forever=views.FOREVER,
        hint=hints.asking(inside.network) if inside else "",
        script=hints.SCRIPT,
        needs=[it.key for it in inside.network.needs] if inside else [],
        areas=[it.key for it in inside.network.areas] if inside else [],
        languages=inside.network.languages if inside else (),
    )
    return HTMLResponse(html, status_code=422 if mistake else 200, headers=HEADERS)


def _phones(stage: Stage, watch: OpenPage, mistake: Mistake | None, on_phone: str) -> list[Markup]:
    """Every phone, one of them with the mistake that was made on it."""
    texts = views.texts_by_phone(stage.exchange)
    calls = views.last_calls(stage.exchange)
    phones = []
    for it in stage.exchange.known():
        call = calls.get(it.number)
        watch.phones[it.number] = views.key_of(it, call)
        seen = views.phone_seen(it, call)
        said = _said_of(mistake if on_phone == it.number else None)
        phones.append(stream.phone(stage, seen, texts.get(it.number, []), **said))
    return phones


def _said_of(mistake: Mistake | None) -> dict[str, str]:
    """What a phone says of it: with the text that was written, else on the phone itself."""
    if mistake is None:
        return {}
    if mistake.deed == "text":
        return {"draft": mistake.form.get("body", ""), "wrong": mistake.words}
    return {"mistake": mistake.words}


def _chips(stage: Stage) -> Markup:
    calls = views.last_calls(stage.exchange)
    known = stage.exchange.known()
    seen = (views.phone_seen(it, calls.get(it.number)) for it in known)
    return Markup("").join(stream.chip(it) for it in seen)


def _sent(stage: Stage) -> Markup:
    ours = [it for it in reversed(stage.exchange.texts) if stream.is_ours(it)]
    return Markup("").join(stream.sent_line(stage, it) for it in ours[: stream.SENT_SHOWN])


def _log(stage: Stage, watch: OpenPage) -> Markup:
    entries = list(stage.exchange.log)[-stream.LOG_SHOWN :]
    watch.logged = int(str(entries[-1]["at"])) if entries else 0
    return Markup("").join(stream.log_line(stage, it) for it in reversed(entries))


async def _requests(stage: Stage, watch: OpenPage) -> Markup:
    found = await stage.inside.requests() if stage.inside else []
    return Markup("").join(
        watch.remember(f"request-{it.request.number}", stream.request(stage, it)) for it in found
    )


def _whole_phone(stage: Stage, number: str) -> Response:
    phone = stage.exchange.phone(number)
    texts = views.texts_of(stage.exchange, number)
    html = stream.render(
        "texts.html",
        name=phone.name or number,
        id=views.anchor_of(number),
        phone=phone,
        states=views.PHONE_STATES,
        ways=views.PHONE_CALLS,
        bubbles=Markup("").join(stream.bubble(stage, it) for it in texts),
    )
    return HTMLResponse(html, headers=HEADERS)


async def _transcript(stage: Stage) -> Response:
    exchange, inside = stage.exchange, stage.inside
    if inside is None:
        return Response(status_code=404)
    requests = await inside.requests_since(exchange.since)
    story = list(exchange.story)
    roster = took_part(story, inside.first_roster)
    written = print_story(story, roster, inside.network, exchange.known(), requests)
    disposition = {"Content-Disposition": 'attachment; filename="conversation.txt"'}
    return PlainTextResponse(written, headers=disposition)


async def _record(stage: Stage, sid: str, file: bytes) -> Response:
    call = stage.exchange.calls.get(sid)
    try:
        if call is None:
            raise ValueError("There is no such call.")
        await deeds.speak(stage.exchange, call, file)
    except ValueError as error:
        return PlainTextResponse(str(error), status_code=422)
    return Response(status_code=204)


async def _sound(stage: Stage, sid: str, at: str) -> Response:
    """What was played there, fetched as the carrier would."""
    call = stage.exchange.calls.get(sid)
    played = [it.words for place, it in call.heard if str(place) == at] if call else []
    found = None
    if call and played:
        with suppress(BadTwiml):
            found = await listen(stage.exchange, call, played[0])
    if found is None or not found.is_success:
        return Response(status_code=404)
    kind = found.headers.get("content-type", "audio/x-wav")
    return Response(found.content, media_type=kind, headers=HEADERS)
