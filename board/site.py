"""The shell of the board: from HTTP to a page and back. Who looks is read anew for each request;
a look is one read, a deed one transaction.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

from sqlalchemy import Connection
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import ImmutableMultiDict, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from board.names import NameIndex
from board.pages import PAGES
from board.sitting import (
    SESSION,
    SIGNING,
    BoardPage,
    GoesOn,
    Handed,
    Moved,
    NotHere,
    Outcome,
    Plays,
    Shown,
    Sitting,
    Viewer,
)
from board.speech import BoardSpeech
from hotline import passkeys, table
from hotline.desk import signing_in
from hotline.errors import BadRoster, describe
from hotline.health import Vital
from hotline.phone import is_forgotten
from hotline.store import overview, people, sessions
from hotline.store.database import Database
from hotline.work import House, Job, LongAnswer, TakesLong, Work

log = logging.getLogger("hotline.board")

ROOT = "/board"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; media-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    # Not no-referrer: then browsers send `Origin: null` with forms, which we refuse.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_SHOWN = {it.path: it for it in PAGES if it.show}
_LOOKS = [re.compile(re.sub(r"\{\w+\}", "[^/]+", it)) for it in _SHOWN]
LOOKS_EVERY = 2.0  # seconds between two looks whether something has changed
LASTS = 15.0  # seconds after which a page is looked at anew whatever has changed
MOST_STREAMS = 100
MOST_FIELDS = 500
LONGEST_FIELD = 200_000  # bytes


class Board:
    """What its addresses share."""

    def __init__(
        self,
        house: House,
        database: Database,
        enqueue: Callable[[Iterable[Job]], None],
        public_url: str,
        vitals: Callable[[], Mapping[str, Vital]],
        listen: Callable[[str], bytes | None],
        *,
        is_practice: bool = False,
    ) -> None:
        """`listen` gives what was recorded in a call, by the carrier's name for it. `is_practice`:
        this is a rehearsal, and the page of phones is at `/`."""
        self._house, self._database, self._enqueue = house, database, enqueue
        self._public_url = public_url
        self._origin = _origin(public_url)
        self._is_secure = public_url.startswith("https://")
        self._vitals, self._listen = vitals, listen
        self._is_practice = is_practice
        self._stamp: tuple[float, object] = (0.0, None)
        self._streams = 0
        self._names = NameIndex()
        self.is_ending = False
        self.app = Starlette(routes=self._routes())

    def _routes(self) -> list[BaseRoute]:
        shown = [
            Route(it.path, self._endpoint(it), methods=_methods(it), max_body_size=it.largest)
            for it in PAGES
        ]
        static = Mount("/static", StaticFiles(packages=[("board", "static")]))
        return [*shown, Route("/news", self._news, methods=["GET"]), static]

    def _endpoint(self, page: BoardPage) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            form: ImmutableMultiDict[str, str] = ImmutableMultiDict()
            files: dict[str, bytes] = {}
            if request.method == "POST":
                if not self._is_from_here(request):
                    return Response(status_code=403, headers=HEADERS)
                if page.largest is None or await run_in_threadpool(self._is_in, request):
                    form, files = await _form(request, page.largest or LONGEST_FIELD)
            return await run_in_threadpool(self._answer, page, request, form, files)

        return endpoint

    def _answer(
        self,
        page: BoardPage,
        request: Request,
        form: ImmutableMultiDict[str, str],
        files: Mapping[str, bytes],
    ) -> Response:
        is_deed = request.method == "POST"
        do = page.do if is_deed else page.show
        assert do is not None  # noqa: S101 - the routes have no other methods

        def answer(work: Work, begun: int = 0) -> tuple[Viewer | None, Outcome]:
            who = self._viewer(work, request)
            if hindered := _hindered(page, who, request, work.now):
                return who, hindered
            sitting = Sitting(
                work.by(who.person) if who else work,
                who,
                request.path_params,
                request.query_params,
                form,
                {it: request.cookies.get(self._cookie(it), "") for it in (SESSION, SIGNING)},
                _browser(request.headers.get("user-agent", "")),
                self._vitals,
                self._names,
                self._house.current,
                files,
                passkeys.host_of(self._public_url, request.headers.get("host", "")),
                begun,
            )
            try:
                return who, do(sitting)
            except NotHere:
                return who, Shown("nothing.html", status=404)

        try:
            answers: dict[LongAnswer, Any] = {}
            writes = page.records or (is_deed and not page.reads)
            who, outcome = self._write(answer, answers) if writes else self._read(answer)
            while isinstance(outcome, GoesOn):
                going_on = partial(answer, begun=outcome.begun)
                who, outcome = self._write(going_on, answers)
            response = self._response(request, who, outcome)
        except Exception as error:
            log.error("a page of the board failed: %s", describe(error))
            return self._response(request, None, Shown("broken.html", status=503))
        self._note_seen(who)
        return response

    def _read(self, answer: Callable[[Work], Any]) -> Any:
        return self._database.read(lambda connection: answer(self._house.work(connection)))

    def _write(self, answer: Callable[[Work], Any], answers: dict[LongAnswer, Any]) -> Any:
        """Anew for each answer that takes long, which is looked for outside the transaction."""

        def do(connection: Connection) -> tuple[Any, list[Job]]:
            work = self._house.work(connection, answers)
            return answer(work), work.after.jobs

        while True:
            try:
                found, jobs = self._database.write(do)
            except TakesLong as long:
                answers[long.key] = long.ask(*long.about)
            else:
                self._enqueue(jobs)
                return found

    def _viewer(self, work: Work, request: Request) -> Viewer | None:
        """Whoever is signed in, as they are now: who was removed meanwhile is nobody here."""
        token = request.cookies.get(self._cookie(SESSION), "")
        session = sessions.session_with(work.connection, token, work.now) if token else None
        if session is None:
            return None
        person = people.neighbors(work.connection, [session.who]).get(session.who)
        if person is None or is_forgotten(person.phone):
            return None
        role = signing_in.role(work, person)
        return Viewer(person, role, session) if role else None

    def _note_seen(self, who: Viewer | None) -> None:
        now = self._house.now()
        if who and now - who.session.seen_at > sessions.SEEN_EVERY:
            number = who.session.id
            self._database.submit(lambda it: sessions.note_seen(it, number, now))

    def _response(
        self, request: Request, who: Viewer | None, outcome: Shown | Moved | Plays | Handed
    ) -> Response:
        if isinstance(outcome, Moved):
            said = f"{'&' if '?' in outcome.path else '?'}said={outcome.said}"
            path = ROOT + outcome.path + (said if outcome.said else "")
            path += f"#{outcome.at}" if outcome.at else ""
            response: Response = RedirectResponse(path, status_code=303, headers=HEADERS)
            for name, token in outcome.cookies.items():
                self._set_cookie(response, name, token)
            return response
        if isinstance(outcome, Plays):
            sound = self._listen(outcome.sid)
            if sound is not None:
                return Response(sound, headers=HEADERS, media_type="audio/x-wav")
            outcome = Shown("nothing.html", status=404)
        if isinstance(outcome, Handed):
            kept = {"Content-Disposition": f'attachment; filename="{outcome.name}"'}
            return Response(outcome.body, 200, HEADERS | kept, media_type=outcome.kind)
        speech = BoardSpeech(self._house.network, self._language(request, who), self._house.now())
        values = {
            "viewer": who,
            "path": request.url.path,
            "answers": _page_for(_path(request)) if request.method == "POST" else "",
            "practice": self._is_practice,
            "may_see": partial(_may_see, who),
            "said": request.query_params.get("said", ""),
            **outcome.values,
        }
        page = speech.render(outcome.template, values)
        return Response(page, outcome.status, HEADERS, media_type="text/html")

    def _language(self, request: Request, who: Viewer | None) -> str:
        """Theirs; of who is not signed in, what the browser asks for."""
        spoken = self._house.network.languages
        if who and who.person.language in spoken:
            return who.person.language or spoken[0]
        wanted = re.findall(r"\b([a-z]{2,3})\b", request.headers.get("accept-language", "").lower())
        return next((it for it in wanted if it in spoken), spoken[0])

    # Cookies.

    def _cookie(self, name: str) -> str:
        return f"__Host-board-{name}" if self._is_secure else f"board-{name}"

    def _set_cookie(self, response: Response, name: str, token: str | None) -> None:
        cookie = self._cookie(name)
        most = int(sessions.LONGEST.total_seconds()) if name == SESSION else 3600
        if token is None:
            response.delete_cookie(
                cookie, secure=self._is_secure, httponly=True, samesite="lax", path="/"
            )
        else:
            response.set_cookie(
                cookie, token, most, secure=self._is_secure, httponly=True, samesite="lax", path="/"
            )

    def _is_from_here(self, request: Request) -> bool:
        """Whether a form was sent by a page of ours."""
        origin = request.headers.get("origin")
        if origin is None:
            return request.headers.get("sec-fetch-site") == "same-origin"
        host = origin.partition("://")[2]
        return origin == self._origin or (host != "" and host == request.headers.get("host"))

    # News.

    async def _news(self, request: Request) -> Response:
        """Tells an open page that something has changed, so that it looks again."""
        if self._streams >= MOST_STREAMS or not await run_in_threadpool(self._is_in, request):
            return Response(status_code=403, headers=HEADERS)
        headers = {**HEADERS, "X-Accel-Buffering": "no"}
        return StreamingResponse(
            self._changes(request), media_type="text/event-stream", headers=headers
        )

    def _is_in(self, request: Request) -> bool:
        return bool(self._read(lambda work: self._viewer(work, request)))

    async def _changes(self, request: Request) -> AsyncIterator[str]:
        self._streams += 1
        try:
            yield "retry: 3000\n\n"
            known, last = await self._latest(), time.monotonic()
            while not self.is_ending and not await request.is_disconnected():
                await asyncio.sleep(LOOKS_EVERY)
                latest = await self._latest()
                if latest != known or time.monotonic() - last > LASTS:
                    if not await run_in_threadpool(self._is_in, request):
                        return
                    known, last = latest, time.monotonic()
                    yield "event: changed\ndata: look again\n\n"
        finally:
            self._streams -= 1

    async def _latest(self) -> object:
        """What changes whenever something does, read once for all open pages."""
        at, stamp = self._stamp
        if time.monotonic() - at > LOOKS_EVERY / 2:
            stamp = await run_in_threadpool(self._database.read, overview.stamp)
            self._stamp = (time.monotonic(), stamp)
        return stamp


def _hindered(
    page: BoardPage, who: Viewer | None, request: Request, now: datetime
) -> Outcome | None:
    """Where somebody is sent, or what they see, who may not have this page."""
    if page.least is None:
        return None
    here = _page_for(_path(request))
    if who is None:
        return Moved(f"/in?then={quote(here)}")
    if not who.may(page.least):
        return Shown("refused.html", status=403)
    if page.fresh and not who.session.is_fresh(now):
        return Moved(f"/prove?then={quote(here)}")
    return None


def _path(request: Request) -> str:
    return request.url.path.removeprefix(ROOT) or "/"


def _page_for(path: str) -> str:
    """The page that has this address, or else the form that is sent there."""
    while path != "/" and not any(it.fullmatch(path) for it in _LOOKS):
        path = path.rpartition("/")[0] or "/"
    return path


def _may_see(who: Viewer | None, path: str) -> bool:
    """Whether there is such a page, for them."""
    page = _SHOWN.get(path)
    return page is not None and (page.least is None or bool(who and who.may(page.least)))


def _methods(page: BoardPage) -> list[str]:
    return [*["GET"] * bool(page.show), *["POST"] * bool(page.do)]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


async def _form(
    request: Request, longest: int
) -> tuple[ImmutableMultiDict[str, str], dict[str, bytes]]:
    """The fields, and what is in files. Of tables the words are a field, too; of what is none, the
    field `<name>_unread` says why."""
    fields: list[tuple[str, str]] = []
    files: dict[str, bytes] = {}
    async with request.form(max_fields=MOST_FIELDS, max_part_size=longest) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[name] = await value.read()
                try:
                    fields.append((name, table.decode(files[name])))
                except BadRoster as error:
                    fields.append((f"{name}_unread", str(error)))
            else:
                fields.append((name, value))
    return ImmutableMultiDict(fields), files


_BROWSERS = ("Firefox", "Edg", "OPR", "SamsungBrowser", "Chrome", "Safari")
_SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "Linux")
_CALLED = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung", "Macintosh": "Mac"}


def _browser(agent: str) -> str:
    """What people call a browser: "Firefox, Android"."""
    found = [next((it for it in some if it in agent), "") for some in (_BROWSERS, _SYSTEMS)]
    return ", ".join(_CALLED.get(it, it) for it in found if it) or "a browser"
