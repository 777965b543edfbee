"""The people of the roster: who helps, who waits to, and how each is."""

from __future__ import annotations

from board.sitting import BoardPage, Moved, Outcome, Shown, Sitting
from hotline import phone
from hotline.organizers import BoardRole
from hotline.store import listing, people
from hotline.store.record import record

PEOPLE_AT_A_TIME = 25


def show(sitting: Sitting) -> Outcome:
    wanted = sitting.query.get("find", "").strip()[:60]
    after = sitting.query.get("after", "")
    connection = sitting.work.connection
    if who := _by_number(sitting, wanted):
        return Moved(f"/people/{who}")
    if wanted:
        ids = sitting.names.find(connection, wanted, PEOPLE_AT_A_TIME)
        found = listing.some_known(connection, ids)
    else:
        start = int(after) if after.isdecimal() else 0
        found = listing.some_listed(connection, start, PEOPLE_AT_A_TIME + 1)
    more = found[PEOPLE_AT_A_TIME - 1].id if len(found) > PEOPLE_AT_A_TIME else None
    shown = [it for it in found[:PEOPLE_AT_A_TIME] if it.id not in sitting.feared]
    sitting.work.meet([it.id for it in shown])
    rows = [(it, sitting.work.person(it.id)) for it in shown]
    return Shown("people.html", {"rows": rows, "more": more, "wanted": wanted})


def _by_number(sitting: Sitting, wanted: str) -> int | None:
    """Whoever has this phone, on the roster or not: who looks for a number is in the record."""
    try:
        number = phone.parse(wanted, sitting.work.network.country)
    except phone.BadPhone:
        return None
    work = sitting.work
    found = [it for it in people.ids_at(work.connection, [number]) if it not in sitting.feared]
    if not found:
        return None
    record(work.connection, sitting.viewer.person.id, "looked_up", work.now, about=found[0])
    return found[0]


PAGES = (BoardPage("/people", BoardRole.DESK, show, records=True),)
