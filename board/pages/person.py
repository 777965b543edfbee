"""One person: their entry, what became of what they were asked, why texts fail, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from board.sitting import BoardPage, Moved, NotHere, Outcome, Shown, Sitting
from hotline import phone
from hotline.desk import listing, signing_in, telling
from hotline.notices import Told, notice
from hotline.organizers import BoardRole
from hotline.store import counts, newcomers, people, roster
from hotline.store import listing as known
from hotline.store.listing import KnownPerson
from hotline.store.record import record
from hotline.store.tables import UNTIL_BACK


def the_person(sitting: Sitting) -> KnownPerson:
    found = known.known_by_id(sitting.work.connection, sitting.number)
    if found is None or phone.is_forgotten(found.entry.phone) or found.id in sitting.feared:
        raise NotHere
    return found


def show(sitting: Sitting) -> Outcome:
    return page(sitting, the_person(sitting))


def page(
    sitting: Sitting, entry: KnownPerson, *, wrong: str = "", number: str = "", status: int = 200
) -> Shown:
    """`number`: theirs, for who has just asked to see it."""
    work = sitting.work
    found = newcomers.brought_by(work.connection, entry.id)
    brought = [it for it in found if it not in sitting.feared]
    work.meet([entry.id, *brought])
    values = {
        "entry": entry,
        "person": work.person(entry.id),
        "history": counts.of_person(work.connection, entry.id),
        "brought": [work.person(it) for it in brought],
        "is_nobodys": phone.is_nobodys(entry.entry.phone),
        "is_resting": bool(entry.paused_until and entry.paused_until > work.now),
        "is_blocked": work.person(entry.id).is_blocked(work.now),
        "block_reason": people.block_reason(work.connection, entry.id),
        "number": number,
        "wrong": wrong,
        "typed": sitting.form,
    }
    return Shown("person.html", values, status)


def show_number(sitting: Sitting) -> Outcome:
    """Whoever looks at a number is in the record."""
    entry = the_person(sitting)
    by = sitting.viewer.person.id
    record(sitting.work.connection, by, "saw_number", sitting.work.now, about=entry.id)
    return page(sitting, entry, number=entry.entry.phone)


# What can be done for and about somebody.


def is_organizer(sitting: Sitting, entry: KnownPerson) -> bool:
    return signing_in.role(sitting.work, sitting.work.person(entry.id)) is not None


def deed(
    do: Callable[[Sitting, KnownPerson], bool], said: str, *, shuts_out: bool = False
) -> Callable[[Sitting], Outcome]:
    """`do` says whether it could be done; else the page is shown as it is now. `shuts_out`: also
    from the board, so that of organizers only stewards do it."""

    def done(sitting: Sitting) -> Outcome:
        entry = the_person(sitting)
        if shuts_out and is_organizer(sitting, entry) and not sitting.viewer.may(BoardRole.STEWARD):
            return page(sitting, entry, wrong="organizer", status=422)
        if not do(sitting, entry):
            return page(sitting, the_person(sitting), wrong=said, status=422)
        return Moved(f"/people/{entry.id}", said)

    return done


def _write(sitting: Sitting, entry: KnownPerson) -> bool:
    words, work = sitting.words("words", 300), sitting.work
    if not words or not telling.may_be_told(work, work.person(entry.id)):
        return False
    telling.send(work.by(None), entry.id, notice(Told.FROM_ORGANIZERS, words=words))
    record(work.connection, sitting.viewer.person.id, "wrote", work.now, about=entry.id)
    return True


def _rest(sitting: Sitting, entry: KnownPerson) -> bool:
    if not entry.on_roster:
        return False
    work, days = sitting.work, sitting.words("days", 3)
    until = work.now + timedelta(days=int(days)) if days.isdecimal() and int(days) else None
    by = sitting.viewer.person.id
    roster.let_rest(work.connection, entry.id, until or UNTIL_BACK, by, work.now)
    rest = notice(Told.LET_REST_UNTIL, day=until) if until else notice(Told.LET_REST)
    telling.send(work.by(None), entry.id, rest)
    return True


def _try_again(sitting: Sitting, entry: KnownPerson) -> bool:
    listing.ask_again(sitting.work, entry.id)
    by = sitting.viewer.person.id
    record(sitting.work.connection, by, "tried_again", sitting.work.now, about=entry.id)
    return True


def _call_instead(sitting: Sitting, entry: KnownPerson) -> bool:
    people.call_instead(sitting.work.connection, entry.id)
    sitting.work.changed(entry.id)
    by = sitting.viewer.person.id
    record(sitting.work.connection, by, "by_phone", sitting.work.now, about=entry.id)
    return True


def _vouch(sitting: Sitting, entry: KnownPerson) -> bool:
    """Somebody at the desk stands for them."""
    work, by = sitting.work, sitting.viewer.person.id
    if entry.code is None or not roster.enter(work.connection, entry.id, by, "vouched", work.now):
        return False
    work.changed(entry.id)
    telling.send(work.by(None), entry.id, notice(Told.VOUCHED, name=entry.id))
    return True


def _suspend(sitting: Sitting, entry: KnownPerson) -> bool:
    return listing.suspend(sitting.work, entry.entry.phone) is not None


def _restore(sitting: Sitting, entry: KnownPerson) -> bool:
    return listing.restore(sitting.work, entry.entry.phone) is not None


def _remove(sitting: Sitting, entry: KnownPerson) -> bool:
    return listing.remove(sitting.work, entry.entry.phone) is not None


_AT = "/people/{number}"
PAGES = (
    BoardPage(_AT, BoardRole.DESK, show),
    BoardPage(f"{_AT}/number", BoardRole.DESK, do=show_number, fresh=True),
    BoardPage(f"{_AT}/write", BoardRole.DESK, do=deed(_write, "written")),
    BoardPage(f"{_AT}/rest", BoardRole.DESK, do=deed(_rest, "rests")),
    BoardPage(f"{_AT}/try", BoardRole.DESK, do=deed(_try_again, "tried_again")),
    BoardPage(f"{_AT}/call", BoardRole.DESK, do=deed(_call_instead, "called_instead")),
    BoardPage(f"{_AT}/vouch", BoardRole.DESK, do=deed(_vouch, "vouched")),
    BoardPage(f"{_AT}/suspend", BoardRole.DESK, do=deed(_suspend, "suspended", shuts_out=True)),
    BoardPage(f"{_AT}/restore", BoardRole.DESK, do=deed(_restore, "restored")),
    BoardPage(f"{_AT}/remove", BoardRole.DESK, do=deed(_remove, "removed", shuts_out=True)),
)
