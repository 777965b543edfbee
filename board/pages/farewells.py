"""Whom the hotline does not answer, and whom it forgets: each asked once more before it is done."""

from __future__ import annotations

from datetime import timedelta

from board.pages.person import is_organizer, page, the_person
from board.sitting import BoardPage, Moved, Outcome, Shown, Sitting
from hotline import phone
from hotline.desk import blocking, farewell, telling
from hotline.organizers import BoardRole
from hotline.store import forgetting, people
from hotline.store.listing import KnownPerson
from hotline.store.record import record
from hotline.store.tables import UNTIL_BACK


def do_block(sitting: Sitting) -> Outcome:
    entry, work = the_person(sitting), sitting.work
    reason, days = sitting.words("reason", 300), sitting.words("days", 4)
    if not reason:
        return page(sitting, entry, wrong="reason", status=422)
    if is_organizer(sitting, entry):
        return page(sitting, entry, wrong="organizer", status=422)
    until = work.now + timedelta(days=int(days)) if days.isdecimal() and int(days) else UNTIL_BACK
    blocking.block(work, entry, reason, until)
    return Moved(f"/people/{entry.id}", "blocked")


def do_unblock(sitting: Sitting) -> Outcome:
    entry = the_person(sitting)
    blocking.unblock(sitting.work, entry.id)
    return Moved(f"/people/{entry.id}", "unblocked")


def show_forget(sitting: Sitting) -> Outcome:
    return _confirm(sitting, the_person(sitting))


def _confirm(sitting: Sitting, entry: KnownPerson, *, wrong: str = "", status: int = 200) -> Shown:
    values = {"entry": entry, "person": sitting.work.person(entry.id), "wrong": wrong}
    return Shown("forget.html", values, status)


def do_forget(sitting: Sitting) -> Outcome:
    """As by FORGET ME of theirs. What others wait for comes first."""
    entry, work = the_person(sitting), sitting.work
    if "sure" not in sitting.form:
        return _confirm(sitting, entry, wrong="sure", status=422)
    if is_organizer(sitting, entry):
        return _confirm(sitting, entry, wrong="organizer", status=422)
    told = farewell.confirmed(work.by(None), work.person(entry.id))
    if not forgetting.is_forgotten(work.connection, entry.id):
        language = sitting.viewer.person.language
        why = telling.written(work, told, language) if told else ""
        return _confirm(sitting, entry, wrong=why, status=409)
    record(work.connection, sitting.viewer.person.id, "forgot", work.now, about=entry.id)
    return Moved("/people", "forgotten")


def show_blocked(sitting: Sitting) -> Outcome:
    work = sitting.work
    ids = [it for it in people.blocked(work.connection, work.now) if it not in sitting.feared]
    work.meet(ids)
    rows = [work.person(it) for it in ids]
    listed = [
        (it, people.block_reason(work.connection, it.id))
        for it in rows
        if not phone.is_forgotten(it.phone)
    ]
    return Shown("blocked.html", {"rows": listed, "for_good": UNTIL_BACK})


PAGES = (
    BoardPage("/people/blocked", BoardRole.DESK, show_blocked),
    BoardPage("/people/{number}/block", BoardRole.DESK, do=do_block),
    BoardPage("/people/{number}/unblock", BoardRole.DESK, do=do_unblock),
    BoardPage("/people/{number}/forget", BoardRole.DESK, show_forget, do_forget, fresh=True),
)
