"""The pieces of the page, and which of them look different from what one open page shows.

A `Watch` belongs to one open page: it remembers what that was shown, and draws what is new. The
page sends for it by its name, once; whoever comes with a name that nobody knows loads the page
again.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from markupsafe import Markup

from hotline import segments
from rehearsal.messages import LONGEST_BODY, Text
from rehearsal.page import books, tale, views
from rehearsal.page.stage import TEMPLATES, Stage

LOOKS_EVERY = 1.0  # seconds between two looks at what nobody told of: the clock, the database
BREATH = 0.06  # seconds between two sendings, so that what comes together is sent together
LOG_SHOWN = 80
SENT_SHOWN = 60
COMES_AGAIN = 500  # milliseconds after which a page whose line broke off tries again
GONE = "event: gone\ndata: load the page again\n\n"
MOST_WAITING = 50  # pages that were loaded and never sent for news

PIECES: Any = TEMPLATES.get_template("pieces.html").module


# Drawing.


def draw(piece: str, *what: object) -> Markup:
    """One piece, by the macro that draws it; the templates escape what is not drawn by them."""
    return Markup(getattr(PIECES, piece)(*what))  # noqa: S704


def render(template: str, **what: object) -> Markup:
    return Markup(TEMPLATES.get_template(template).render(**what))  # noqa: S704


def bubble(stage: Stage, text: Text) -> Markup:
    own = stage.exchange.line.api_url
    pictures = [shown for it in text.media if (shown := views.picture_of(it, own))]
    return draw(
        "bubble",
        text,
        views.anchor_of(text.phone),
        views.caption_of(text, stage.zone),
        views.ticks_of(text),
        views.is_lost(text),
        pictures,
    )


def sent_line(stage: Stage, text: Text) -> Markup:
    when = datetime.fromisoformat(text.when).astimezone(stage.zone)
    alphabet = "GSM-7" if segments.is_gsm7(text.body) else "UCS-2"
    return draw("sent", text, text.name or text.phone, f"{when:%H:%M}", alphabet)


def is_ours(text: Text) -> bool:
    return text.by in ("api", "reply")


def clock(stage: Stage) -> Markup:
    now = stage.exchange.now().astimezone(stage.zone)
    return draw("clock", now, "leaping" if stage.is_leaping else way(stage, now), stage.is_leaping)


def way(stage: Stage, now: datetime) -> str:
    """How the clock goes."""
    ahead = stage.inside.clock.ahead if stage.inside else timedelta()
    if stage.inside and stage.inside.clock.stands:
        return "as the transcript says"
    if ahead < timedelta():
        return f"{now:%B} {now.day}, {now.year}"
    return f"{length} ahead" if (length := _length(ahead)) else "as it is"


def _length(ahead: timedelta) -> str:
    minutes = round(ahead.total_seconds() / 60)
    days, rest = divmod(minutes, 1440)
    parts = ((days, "d"), (rest // 60, "h"), (rest % 60, "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def costs(stage: Stage) -> Markup:
    return draw("costs", books.costs(stage.exchange))


def troubles(stage: Stage) -> Markup:
    names = {it.kind: it.title for it in views.TROUBLES}
    return draw("troubles", [asdict(it) for it in stage.exchange.troubles], names, views.A_FEW)


def rate(stage: Stage) -> Markup:
    chosen = views.rate_name(stage.exchange.line.segments_a_second)
    return draw("rate", views.RATES, chosen, len(stage.exchange.waiting))


def notice(stage: Stage) -> Markup:
    words = ""
    if books.is_unanswered(list(stage.exchange.log)):
        words = "The hotline gave no usable answer to the last text: see the log."
    return draw("notice", words)


def free_number(stage: Stage) -> Markup:
    return draw("free_number", views.free_number([it.number for it in stage.exchange.known()]))


def replay(stage: Stage) -> Markup:
    return draw("replay", stage.replay, stage.is_playing)


def request(stage: Stage, it: Any) -> Markup:
    exchange, now = stage.exchange, stage.exchange.now().astimezone(stage.zone)
    return draw("request", tale.request_seen(it, stage.labels, exchange.name_of, now))


def chip(it: views.PhoneSeen) -> Markup:
    return draw("chip", it)


def log_line(stage: Stage, entry: Any) -> Markup:
    wire = stage.exchange.wire.get(_at(entry))
    return draw("log_line", books.log_line(entry, stage.zone, stage.exchange.name_of, wire))


def head(it: views.PhoneSeen) -> Markup:
    return draw("head", it, views.PHONE_STATES, views.PHONE_CALLS)


def composer(it: views.PhoneSeen) -> Markup:
    return draw("composer", it, LONGEST_BODY)


def call_area(it: views.PhoneSeen) -> Markup:
    return draw("call_area", it)


def phone(
    stage: Stage,
    it: views.PhoneSeen,
    texts: list[Text],
    *,
    draft: str = "",
    wrong: str = "",
    mistake: str = "",
) -> Markup:
    """A whole phone, with its last texts. `wrong`: with the text that is being written; `mistake`:
    with what else was done on it."""
    shown = texts[-views.TEXTS_SHOWN :]
    return render(
        "phone.html",
        it=it,
        states=views.PHONE_STATES,
        ways=views.PHONE_CALLS,
        bubbles=Markup("").join(bubble(stage, text) for text in shown),
        earlier=len(texts) - len(shown),
        longest=LONGEST_BODY,
        draft=draft,
        wrong=wrong,
        mistake=mistake,
    )


# What is new.

ALWAYS = {"costs": costs, "troubles": troubles, "rate": rate, "notice": notice}
INSIDE = {"clock": clock, "replay": replay, "free_number": free_number}


def _draw_shared(stage: Stage) -> dict[str, Markup]:
    drawn = {key: draw_it(stage) for key, draw_it in ALWAYS.items()}
    if stage.inside:
        drawn |= {key: draw_it(stage) for key, draw_it in INSIDE.items()}
    return drawn


@dataclass
class OpenPage:
    stage: Stage
    texts: int = 0
    logged: int = 0
    phones: dict[str, views.Key] = field(default_factory=dict)
    looks: dict[str, str] = field(default_factory=dict)

    def remember(self, key: str, look: Markup) -> Markup:
        """Take it for shown."""
        self.looks[key] = look
        return look

    async def news(self) -> str:
        """Everything that looks different now, drawn."""
        drawn = [*self._phones(), *self._texts(), *self._log(), *self._rest()]
        return "".join([*drawn, *await self._requests()])

    def _phones(self) -> Iterator[str]:
        calls = views.last_calls(self.stage.exchange)
        for it in self.stage.exchange.known():
            key = views.key_of(it, calls.get(it.number))
            before = self.phones.get(it.number)
            if before == key:
                continue
            self.phones[it.number] = key
            seen = views.phone_seen(it, calls.get(it.number))
            yield chip(seen)
            if before is None:
                yield phone(self.stage, seen, [])
                continue
            if before[0] != it:
                yield head(seen) + composer(seen)
            yield call_area(seen)

    def _texts(self) -> Iterator[str]:
        texts = self.stage.exchange.texts
        if self.texts > len(texts):  # all is forgotten
            self.texts = 0
        for text in texts[self.texts :]:
            yield bubble(self.stage, text)
            if is_ours(text):
                yield sent_line(self.stage, text)
        self.texts = len(texts)

    def _log(self) -> Iterator[str]:
        new = [it for it in self.stage.exchange.log if _at(it) > self.logged]
        for entry in new:
            self.logged = _at(entry)
            yield log_line(self.stage, entry)

    def _rest(self) -> Iterator[str]:
        """What is the same for every page is drawn once for all of them."""
        for key, look in self.stage.shared(_draw_shared).items():
            yield from self._if_new(key, look)

    async def _requests(self) -> list[str]:
        if self.stage.inside is None:
            return []
        found = await self.stage.inside.requests()
        drawn = {f"request-{it.request.number}": request(self.stage, it) for it in reversed(found)}
        return [html for key, look in drawn.items() for html in self._if_new(key, look)]

    def _if_new(self, key: str, look: Markup) -> Iterator[str]:
        if self.looks.get(key) != look:
            yield self.remember(key, look)


def _at(entry: dict[str, object]) -> int:
    return int(str(entry["at"]))


class Watches:
    """Those of pages that were loaded, and did not send for news yet."""

    def __init__(self) -> None:
        self._waiting: dict[str, OpenPage] = {}

    def keep(self, watch: OpenPage) -> str:
        """Its name, to send for it."""
        name = secrets.token_urlsafe(12)
        self._waiting[name] = watch
        while len(self._waiting) > MOST_WAITING:
            del self._waiting[next(iter(self._waiting))]
        return name

    def take(self, name: str) -> OpenPage | None:
        return self._waiting.pop(name, None)


async def events(watch: OpenPage | None) -> AsyncIterator[str]:
    """News as server-sent events, until the page goes away."""
    if watch is None:
        yield GONE
        return
    yield f"retry: {COMES_AGAIN}\n\n"
    exchange = watch.stage.exchange
    life = exchange.life
    while exchange.life == life and not exchange.is_ending:
        told = exchange.news
        if html := await watch.news():
            lines = "".join(f"data: {line}\n" for line in html.splitlines())
            yield f"{lines}\n"
        await asyncio.sleep(BREATH)
        try:
            async with asyncio.timeout(LOOKS_EVERY):
                await told.wait()
        except TimeoutError:
            yield ": still here\n\n"
    if not exchange.is_ending:  # else it asks again when there is somebody to ask
        yield GONE
