"""A page of phones: everybody's texts, and a box to text the hotline as each of them.

Works without JavaScript. With it, `static/phones.js` adds new bubbles as they come. Shows only
what the carrier knows; what the hotline thinks is on the hotline's own pages.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from hotline.rehearsal.delivery import text_hotline
from hotline.rehearsal.exchange import Exchange, Text
from hotline.rehearsal.messages import LONGEST_BODY, Form
from hotline.rehearsal.phones import readable_number
from hotline.rehearsal.rest import read_form

HERE = Path(__file__).parent
TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # Not no-referrer: then browsers send `Origin: null` with forms, which we refuse.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def routes(exchange: Exchange) -> Sequence[BaseRoute]:
    async def show(request: Request) -> Response:  # noqa: ARG001
        return _page(exchange)

    async def send(request: Request) -> Response:
        form = await read_form(request)
        number = sender_of(form.get("from", ""), exchange)
        if wrong := what_is_wrong(form, number):
            return _page(exchange, form, wrong)
        await text_hotline(exchange, str(number), form["body"])
        return RedirectResponse(f"/#{anchor_of(str(number))}", status_code=303)

    return [
        Route("/", show, methods=["GET"]),
        Route("/", send, methods=["POST"]),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]


def sender_of(written: str, exchange: Exchange) -> str | None:
    """The number that was typed, or whoever is on the page already: a short code, or a name."""
    known = {phone.number for phone in exchange.known()}
    return written if written in known else readable_number(written)


def what_is_wrong(form: Form, number: str | None) -> str:
    """What to mend before this can be texted; empty when nothing."""
    if number is None:
        return "That is not a phone number. Write it like +1 212 555 0142."
    if not form.get("body", "").strip():
        return "Write something first."
    if len(form["body"]) > LONGEST_BODY:
        return f"A text holds {LONGEST_BODY} characters at most."
    return ""


def is_unanswered(log: Sequence[Mapping[str, object]]) -> bool:
    """Whether the carrier could do nothing with the hotline's last answer to a text."""
    turns = [line for line in log if line["kind"] == "webhook" or line.get("about") == "text"]
    return bool(turns) and turns[-1]["kind"] == "debugger"


def anchor_of(number: str) -> str:
    """The phone's place on the page. Senders may be words with anything in them."""
    return "phone-" + re.sub(r"[^A-Za-z0-9]", "-", number.lstrip("+"))


def caption_of(text: Text) -> str:
    """The few words under a bubble: when (by this machine's clock), how it ended, what it cost."""
    parts = [f"{datetime.fromisoformat(text.when).astimezone():%H:%M}"]
    if text.direction == "to_phone":
        parts.append(f"{text.status} {text.error}" if text.error else text.status)
    if text.by == "carrier":
        parts.append("from the carrier")
    if text.segments > 1:
        parts.append(f"{text.segments} segments")
    return " · ".join(parts)


def _page(exchange: Exchange, form: Form | None = None, wrong: str = "") -> Response:
    """The page; with what was typed, and what is wrong with it, when a form comes back."""
    phones = exchange.known()
    typed = {"from": form.get("from", ""), "body": form.get("body", "")} if form else None
    html = TEMPLATES.get_template("phones.html").render(
        number=exchange.line.number,
        phones=phones,
        texts={
            phone.number: [text for text in exchange.texts if text.phone == phone.number]
            for phone in phones
        },
        typed=typed,
        is_typed_as_known=typed is not None and typed["from"] in {phone.number for phone in phones},
        wrong=wrong,
        is_unanswered=is_unanswered(list(exchange.log)),
        anchor_of=anchor_of,
        caption_of=caption_of,
        last=len(exchange.texts),
        longest=LONGEST_BODY,
    )
    return HTMLResponse(html, status_code=422 if wrong else 200, headers=HEADERS)
