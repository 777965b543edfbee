"""All requests, the newest first, some at a time; those that are not over by themselves."""

from __future__ import annotations

from board.sitting import BoardPage, Moved, Outcome, Shown, Sitting
from hotline.organizers import BoardRole
from hotline.store import requests

REQUESTS_AT_A_TIME = 50


def show(sitting: Sitting) -> Outcome:
    work, query = sitting.work, sitting.query
    wanted = query.get("number", "").strip().lstrip("#")
    if wanted.isdecimal() and len(wanted) < 10:
        return Moved(f"/requests/{wanted}")
    before = int(query["before"]) if query.get("before", "").isdecimal() else None
    only = "all" if query.get("which") == "all" else "live"
    found = requests.requests_before(
        work.connection, before, REQUESTS_AT_A_TIME + 1, only_live=only == "live"
    )
    listed = [it for it in found[:REQUESTS_AT_A_TIME] if not it.concerns(sitting.feared)]
    work.meet([who for it in listed for who in it.takers])
    rows = [(it, [work.person(who) for who in it.takers]) for it in listed]
    more = found[REQUESTS_AT_A_TIME - 1].number if len(found) > REQUESTS_AT_A_TIME else None
    values = {
        "rows": rows,
        "since": requests.taken_since(work.connection, [it.number for it in listed]),
        "more": more,
        "which": only,
        "wanted": wanted,
    }
    return Shown("requests.html", values)


PAGES = (BoardPage("/requests", BoardRole.READER, show),)
