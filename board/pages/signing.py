"""In and out: a number, a code; a link that works once; showing once more that it is really you."""

from __future__ import annotations

import re

from board.sitting import SESSION, SIGNING, BoardPage, Moved, Outcome, Shown, Sitting
from hotline.desk import signing_in
from hotline.organizers import BoardRole
from hotline.phone import BadPhone, parse
from hotline.store import sessions
from hotline.store.record import record


def then(sitting: Sitting) -> str:
    """The page that they wanted, if it is one of ours."""
    said = sitting.query.get("then", "") or sitting.words("then")
    return said if re.fullmatch(r"/[\w/-]{0,60}", said) else "/"


def show_in(sitting: Sitting) -> Outcome:
    if sitting.who:
        return Moved(then(sitting))
    return Shown("in.html", {"then": then(sitting), "number": "", "wrong": ""})


def do_in(sitting: Sitting) -> Outcome:
    written = sitting.words("number", 40)
    try:
        number = parse(written, sitting.work.network.country)
    except BadPhone:
        values = {"then": then(sitting), "number": written, "wrong": "number"}
        return Shown("in.html", values, status=422)
    token = sessions.new_token()
    signing_in.begin(sitting.work, number, token, by_call=sitting.words("by") == "call")
    return Moved(f"/code?then={then(sitting)}", cookies={SIGNING: token})


def show_code(sitting: Sitting) -> Outcome:
    return Shown("code.html", {"then": then(sitting), "wrong": ""})


def do_code(sitting: Sitting) -> Outcome:
    code = re.sub(r"\D", "", sitting.words("code", 20))
    token = signing_in.finish(sitting.work, sitting.held[SIGNING], code, browser=sitting.browser)
    if token is None:
        return Shown("code.html", {"then": then(sitting), "wrong": "code"}, status=422)
    return Moved(then(sitting), cookies={SESSION: token, SIGNING: None})


def show_link(_sitting: Sitting) -> Outcome:
    """What looks at links by itself, to show what is behind them, uses none up."""
    return Shown("link.html", {"wrong": ""})


def do_link(sitting: Sitting) -> Outcome:
    token = signing_in.follow_link(sitting.work, sitting.place["token"], browser=sitting.browser)
    if token is None:
        return Shown("link.html", {"wrong": "link"}, status=422)
    return Moved("/", cookies={SESSION: token})


def show_prove(sitting: Sitting) -> Outcome:
    return Shown("prove.html", {"then": then(sitting), "is_sent": False, "wrong": ""})


def do_prove(sitting: Sitting) -> Outcome:
    """First a code is sent, then it is typed."""
    held = sitting.held[SESSION]
    values: dict[str, object] = {"then": then(sitting), "is_sent": True, "wrong": ""}
    if "code" not in sitting.form:
        signing_in.begin_anew(sitting.work, sitting.viewer.person, held)
        return Shown("prove.html", values)
    code = re.sub(r"\D", "", sitting.words("code", 20))
    if signing_in.prove(sitting.work, held, code, sitting.viewer.session):
        return Moved(then(sitting))
    return Shown("prove.html", values | {"wrong": "code"}, status=422)


def do_out(sitting: Sitting) -> Outcome:
    session = sitting.viewer.session
    sessions.end_session(sitting.work.connection, session.id)
    record(sitting.work.connection, session.who, "signed_out", sitting.work.now)
    return Moved("/in", cookies={SESSION: None})


PAGES = (
    BoardPage("/in", None, show_in, do_in),
    BoardPage("/code", None, show_code, do_code),
    BoardPage("/link/{token}", None, show_link, do_link),
    BoardPage("/prove", BoardRole.READER, show_prove, do_prove),
    BoardPage("/out", BoardRole.READER, do=do_out),
)
