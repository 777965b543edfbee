"""Now: what waits for somebody, danger first, then whatever waits longest."""

from __future__ import annotations

from board.pages.request import has_to_do, the_request
from board.sitting import BoardPage, Moved, Outcome, Shown, Sitting
from hotline.organizers import BoardRole
from hotline.store import requests, waiting
from hotline.store.record import record
from hotline.store.waiting import Waiting, WaitKind

MOST_SHOWN = 40  # the rest comes up as these are looked after


def show(sitting: Sitting) -> Outcome:
    work, viewer = sitting.work, sitting.viewer
    found = waiting.waiting(work.connection, work.now, but=sitting.feared)
    found = [it for it in found if it.who not in sitting.feared]
    if not viewer.may(BoardRole.DESK):  # of people only the numbers of their requests
        found = [it for it in found if it.who is None]
    found = [it for it in found if not _is_about_them(sitting, it)]
    in_danger = {it.number for it in found if it.kind is WaitKind.DANGER}
    found = [it for it in found if it.kind is WaitKind.DANGER or it.number not in in_danger]
    numbers = {it.number for it in found if it.number}
    known = {it.number: it for it in requests.find_requests(work.connection, numbers)}
    feared = sitting.feared
    found = [it for it in found if not (it.number and known[it.number].concerns(feared))]
    count, found = len(found), found[:MOST_SHOWN]
    work.meet([it.who for it in found if it.who])
    work.meet([who for it in found if it.number for who in known[it.number].takers])
    items = [
        {
            "kind": it.kind.value,
            "since": it.since,
            "request": known.get(it.number or 0),
            "person": work.person(it.who) if it.who else None,
            "takers": [work.person(who) for who in known[it.number].takers] if it.number else [],
        }
        for it in found
    ]
    broken = [f"{name}: {it.said}" for name, it in sitting.vitals().items() if not it.well]
    values = {
        "items": items,
        "more": count - len(items),
        "under_way": waiting.under_way(work.connection),
        "broken": broken,
        "since": requests.taken_since(work.connection, numbers),
    }
    return Shown("home.html", values)


def _is_about_them(sitting: Sitting, it: Waiting) -> bool:
    """Of danger nobody is told who may be what it is about."""
    in_danger = it.kind is WaitKind.DANGER and it.number is not None
    return in_danger and has_to_do(sitting, it.number or 0)


def do_seen(sitting: Sitting) -> Outcome:
    """Somebody looks after what was said of danger."""
    work, by, number = sitting.work, sitting.viewer.person.id, the_request(sitting).number
    if not has_to_do(sitting, number):
        record(work.connection, by, waiting.SEEN, work.now, request_number=number)
    return Moved(f"/requests/{number}", "seen")


PAGES = (
    BoardPage("/", BoardRole.READER, show),
    BoardPage("/requests/{number}/seen", BoardRole.DESK, do=do_seen),
)
