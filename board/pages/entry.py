"""One person's entry on the roster, written by hand: somebody new, or changed."""

from __future__ import annotations

from collections.abc import Mapping

from board.pages.person import the_person
from board.sitting import BoardPage, Moved, NotHere, Outcome, Shown, Sitting
from hotline import roster_file, settings_file
from hotline.desk import listing
from hotline.errors import BadRoster
from hotline.organizers import BoardRole
from hotline.roster_file import COLUMNS
from hotline.store import listing as known
from hotline.store.listing import KnownPerson
from hotline.store.record import record


def page(
    sitting: Sitting,
    entry: KnownPerson | None,
    *,
    wrong: str = "",
    mistakes: list[str] | None = None,
    status: int = 200,
) -> Shown:
    typed = _typed(sitting) if sitting.form and wrong != "changed" else _of(entry)
    values = {
        "entry": entry,
        "typed": typed,
        "digest": _digest(entry) if entry else "",
        "wrong": wrong,
        "mistakes": mistakes or [],
    }
    return Shown("entry.html", values, status)


def _of(entry: KnownPerson | None) -> dict[str, str]:
    if entry is None:
        return dict.fromkeys(COLUMNS, "") | {"reach": "text"}
    found = {it: getattr(entry.entry, it) for it in COLUMNS}
    return {it: "; ".join(told) if isinstance(told, tuple) else told for it, told in found.items()}


def _typed(sitting: Sitting) -> dict[str, str]:
    several = {it: "; ".join(sitting.form.getlist(it)) for it in ("areas", "needs")}
    return {it: sitting.words(it, 200) for it in COLUMNS} | several


def _digest(entry: KnownPerson) -> str:
    return settings_file.digest(repr(entry.entry))


def show_new(sitting: Sitting) -> Outcome:
    return page(sitting, None)


def do_new(sitting: Sitting) -> Outcome:
    try:
        wanted = roster_file.entry(_typed(sitting), sitting.work.network)
    except BadRoster as error:
        return page(sitting, None, mistakes=error.mistakes, status=422)
    here = known.known_at(sitting.work.connection, [wanted.phone]).get(wanted.phone)
    if here and here.is_listed:
        return Moved(f"/people/{here.id}", "known")
    return Moved(f"/people/{_bring(sitting, _typed(sitting))}", "entered")


def show_edit(sitting: Sitting) -> Outcome:
    return page(sitting, the_person(sitting))


def do_edit(sitting: Sitting) -> Outcome:
    """What is said here by hand holds, whoever said otherwise before."""
    entry = listing.hold(sitting.work, the_person(sitting).entry.phone)
    if entry is None:
        raise NotHere  # they had all about them deleted just now
    if sitting.words("digest", 32) != _digest(entry):
        return page(sitting, entry, wrong="changed", status=409)
    try:
        who = _bring(sitting, _typed(sitting) | {"phone": entry.entry.phone})
    except BadRoster as error:
        return page(sitting, entry, mistakes=error.mistakes, status=422)
    return Moved(f"/people/{who}", "entered")


def _bring(sitting: Sitting, typed: Mapping[str, str]) -> int:
    work = sitting.work
    wanted = roster_file.entry(typed, work.network)
    listing.bring(work.by(None), [wanted], COLUMNS, overwrite=True)
    who = known.known_at(work.connection, [wanted.phone])[wanted.phone].id
    record(work.connection, sitting.viewer.person.id, "entered", work.now, about=who)
    return who


PAGES = (
    BoardPage("/people/new", BoardRole.DESK, show_new, do_new),
    BoardPage("/people/{number}/edit", BoardRole.DESK, show_edit, do_edit),
)
