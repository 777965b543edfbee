"""People from a table: what each row would change, which are refused, and why; and to a table."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from board.sitting import BoardPage, GoesOn, Handed, Moved, Outcome, Shown, Sitting
from hotline import roster_file
from hotline.desk import listing
from hotline.errors import BadRoster
from hotline.organizers import BoardRole
from hotline.roster_changes import RosterChange
from hotline.roster_file import Roster, SortedRoster
from hotline.store import listing as known
from hotline.store.record import record
from hotline.store.roster import MANY, RosterEntry

MOST_ROWS = 10_000
BROUGHT_AT_ONCE = 100  # in one transaction, for whose end texts that come in meanwhile wait
LARGEST_TABLE = 2_000_000  # bytes
COLUMNS = roster_file.COLUMNS


def show(_sitting: Sitting) -> Outcome:
    return Shown("import.html", {"typed": "", "mistakes": [], "columns": COLUMNS})


def _table(sitting: Sitting) -> str:
    return sitting.form.get("file", "") or sitting.form.get("table", "")


def _read(sitting: Sitting) -> SortedRoster:
    """Raises BadRoster."""
    if why := sitting.form.get("file_unread"):
        raise BadRoster([why])
    network = sitting.work.network

    def sort_out(text: str) -> SortedRoster | BadRoster:
        try:
            return roster_file.sort_out(text, network)
        except BadRoster as error:
            return error

    found = sitting.work.slowly(sort_out, _table(sitting))
    if isinstance(found, BadRoster):
        raise found
    if len(found.roster.entries) > MOST_ROWS:
        raise BadRoster([f"There are more than {MOST_ROWS} people in it: make two tables of it"])
    return found


def _some(roster: Roster) -> Sequence[Sequence[RosterEntry]]:
    entries = roster.entries
    return [entries[start : start + MANY] for start in range(0, len(entries), MANY)]


def do_look(sitting: Sitting) -> Outcome:
    """What each row comes to. Nothing is changed."""
    try:
        found = _read(sitting)
    except BadRoster as error:
        again = {"typed": _table(sitting), "mistakes": error.mistakes, "columns": COLUMNS}
        return Shown("import.html", again, status=422)
    overwrite = "overwrite" in sitting.form
    columns, connection = found.roster.columns, sitting.work.connection
    changes = [
        change
        for some in _some(found.roster)
        for change in listing.plan(connection, some, columns, overwrite=overwrite)
    ]
    values: dict[str, object] = {
        "table": _table(sitting),
        "overwrite": overwrite,
        "rows": [(it, _differences(it, sitting.feared)) for it in changes],
        "refused": found.refused,
        "broken_off": found.broken_off,
    }
    return Shown("import_preview.html", values)


def _differences(change: RosterChange, feared: Collection[int]) -> list[tuple[str, str, str]]:
    """Columns, with what they were and will be; nothing of who is kept apart from who looks."""
    if change.before is None or change.before.id in feared:
        return []
    old, new = change.before.entry, change.entry
    return [(it, _shown(getattr(old, it)), _shown(getattr(new, it))) for it in change.changed]


def _shown(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def do_bring(sitting: Sitting) -> Outcome:
    """The rows that can be read, some at a time: those that were refused change nothing. Whatever
    breaks off, people are in it whole or not at all; brought in once more, the table goes on where
    it stopped, as those who are in already are as it says."""
    try:
        found = _read(sitting)
    except BadRoster:
        return do_look(sitting)
    work, overwrite, begun = sitting.work, "overwrite" in sitting.form, sitting.begun
    if not begun:
        record(work.connection, sitting.viewer.person.id, "imported", work.now)
    some = found.roster.entries[begun : begun + BROUGHT_AT_ONCE]
    listing.bring(work.by(None), some, found.roster.columns, overwrite=overwrite)
    begun += len(some)
    return GoesOn(begun) if begun < len(found.roster.entries) else Moved("/people", "imported")


def do_refused(sitting: Sitting) -> Outcome:
    try:
        return Handed("refused.csv", roster_file.write_refused(_read(sitting)).encode("utf-8-sig"))
    except BadRoster:
        return do_look(sitting)


def show_export(_sitting: Sitting) -> Outcome:
    return Shown("export.html")


def do_export(sitting: Sitting) -> Outcome:
    """The roster as a table; numbers only for who asks for them. Either is in the record."""
    work, with_numbers = sitting.work, "numbers" in sitting.form
    everybody, feared = known.everybody(work.connection), sitting.feared
    here = [it for it in everybody if it.on_roster and it.id not in feared]
    if with_numbers:
        text = roster_file.write(it.entry for it in here)
    else:
        text = roster_file.write_without_numbers((it.id, it.entry) for it in here)
    what = "took_numbers" if with_numbers else "exported"
    record(work.connection, sitting.viewer.person.id, what, work.now)
    return Handed("people.csv", text.encode("utf-8-sig"))


_AT = "/people/import"
PAGES = (
    BoardPage(_AT, BoardRole.DESK, show, do_look, largest=LARGEST_TABLE, reads=True),
    BoardPage(f"{_AT}/bring", BoardRole.DESK, do=do_bring, largest=LARGEST_TABLE),
    BoardPage(f"{_AT}/refused", BoardRole.DESK, do=do_refused, largest=LARGEST_TABLE, reads=True),
    BoardPage("/people/export", BoardRole.STEWARD, show_export, do_export, fresh=True),
)
