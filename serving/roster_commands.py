"""`hotline roster`: who can be asked, from a table and by hand. Each command reads, calls what
decides, and says what came of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Connection

from hotline import phone, roster_file, settings, table
from hotline.desk import leaving, listing
from hotline.errors import BadRoster, HotlineError
from hotline.roster_changes import ChangeKind, RosterChange, removal
from hotline.roster_file import COLUMNS, Roster
from hotline.settings import Settings
from hotline.store import listing as people_listed
from hotline.store.database import Database
from hotline.store.listing import KnownPerson
from hotline.store.roster import MANY, RosterEntry
from hotline.store.tables import UNTIL_BACK
from hotline.work import House, furnish, utc_now
from serving.terminal import open_database, print_table

MOST_SHOWN = 100  # lines of one kind; the counts tell of all
LONGEST_ID = 6  # digits: what has more is a phone


@click.group()
def roster() -> None:
    """The people who can be asked: put them on the list, look them up, take them off."""


@roster.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--overwrite", is_flag=True, help="Also change what people set themselves by text.")
@click.option("--remove-missing", is_flag=True, help="Take off whoever is not in the file.")
def roster_import(file: Path, *, dry_run: bool, overwrite: bool, remove_missing: bool) -> None:
    """Bring the roster up to a CSV file with the columns phone, name, languages, areas, needs,
    hours and reach. Only phone and name must be there; of a column that is missing, nothing
    changes.

    One bad row and nothing is changed. What people set themselves (name, areas, needs, hours, the
    language they chose) stays, and so do STOP and PAUSE.
    """
    of = settings.load(carrier=False)
    found = roster_file.read_roster(table.decode(file.read_bytes()), of.network)
    if remove_missing and not found.entries:
        raise BadRoster(["The file names nobody, and --remove-missing would take everybody off"])
    with open_database(of) as database:
        changes = [
            *_brought(of, database, found, overwrite=overwrite, dry_run=dry_run),
            *(_removed(of, database, found, dry_run=dry_run) if remove_missing else ()),
        ]
    _say_changes(changes)
    click.echo(_summary(changes, dry_run=dry_run, with_removed=remove_missing))


def _brought(
    of: Settings, database: Database, found: Roster, *, overwrite: bool, dry_run: bool
) -> Iterator[RosterChange]:
    """Some at a time, so that texts are answered meanwhile; once more does no harm."""
    house = furnish(of.network)
    for start in range(0, len(found.entries), MANY):
        some = found.entries[start : start + MANY]
        if dry_run:
            looked = partial(listing.plan, wanted=some, columns=found.columns, overwrite=overwrite)
            yield from database.read(looked)
        else:
            yield from database.write(partial(_bring, house, some, found.columns, overwrite))


def _bring(
    house: House,
    some: Sequence[RosterEntry],
    columns: Sequence[str],
    overwrite: bool,
    connection: Connection,
) -> list[RosterChange]:
    return listing.bring(house.work(connection), some, columns, overwrite=overwrite)


def _removed(
    of: Settings, database: Database, found: Roster, *, dry_run: bool
) -> Iterator[RosterChange]:
    """Everybody on the roster who is not in the table."""
    house, named = furnish(of.network), {it.phone for it in found.entries}
    here = [it for it in database.read(people_listed.everybody) if it.on_roster]
    for known in here:
        if known.entry.phone in named:
            continue
        change = removal(known)
        if not dry_run:
            off = partial(_remove, house, known.entry.phone, bars=False)
            change = database.write(off) or change
        yield change


def _remove(
    house: House, number: str, connection: Connection, *, bars: bool = True
) -> RosterChange | None:
    return listing.remove(house.work(connection), number, bars=bars)


@roster.command("add")
@click.argument("phone")
@click.option("--name", help="Needed for somebody new.")
@click.option("--needs", help="What they can do, separated by ';'. Empty: anything.")
@click.option("--areas", help="Where, separated by ';'. Empty: anywhere.")
@click.option("--languages", help="The first is the one we write to them in.")
@click.option("--hours", help="Like: mon-fri 17:00-21:00; sat 09:00-18:00. Empty: any time.")
@click.option("--reach", help="text or voice")
def roster_add(**options: str | None) -> None:
    """Put one person on the roster, or change what is given of somebody on it.

    Whoever was set aside because no text reached them is asked again.
    """
    of = settings.load(carrier=False)
    given = {name: told for name, told in options.items() if told is not None}
    with open_database(of) as database:
        (change,) = database.write(partial(_add, of, furnish(of.network), given))
    _say_changes([change])
    if change.kind is not ChangeKind.CHANGED:
        new = change.kind is ChangeKind.ADDED
        click.echo(f"{change.entry.name} is on the roster{' now' if new else ', just so'}.")


def _add(
    of: Settings, house: House, given: dict[str, str], connection: Connection
) -> list[RosterChange]:
    """What is said here by hand holds, whoever said otherwise before."""
    known = _known_at(connection, given["phone"], of)
    name = known.entry.name if known else ""
    if not (name or given.get("name", "").strip()):
        raise BadRoster(["They are new: say what they are called, with --name"])
    wanted = roster_file.entry({"name": name, **given}, of.network)
    work = house.work(connection)
    if known:
        listing.ask_again(work, known.id)
    columns = [column for column in COLUMNS if column in given]
    return listing.bring(work, [wanted], columns, overwrite=True)


def _known_at(connection: Connection, written: str, of: Settings) -> KnownPerson | None:
    try:
        number = phone.parse(written, of.network.country)
    except phone.BadPhone:
        return None
    return people_listed.known_at(connection, [number]).get(number)


@roster.command("remove")
@click.argument("who", metavar="PHONE-OR-ID")
def roster_remove(who: str) -> None:
    """Take one person off the roster, not to come back by themselves. What they hold goes on to
    others."""
    of = settings.load(carrier=False)
    with open_database(of) as database:
        known = database.read(partial(_find, who, of))
        change = database.write(partial(_remove, furnish(of.network), known.entry.phone))
        brought = database.read(partial(_brought_by, furnish(of.network), known))
    click.echo(f"{known.entry.name or known.entry.phone} is off the roster.")
    _say_what_follows(change or removal(known), brought)


def _say_what_follows(change: RosterChange, brought: str) -> None:
    for line in _goes_on(change):
        click.echo(f"{line[0].upper()}{line[1:]}. Whoever asked is told.")
    if brought:
        click.echo(f"They brought to the roster: {brought}")


def _brought_by(house: House, known: KnownPerson, connection: Connection) -> str:
    return leaving.brought_by(house.work(connection), known.id)


@roster.command("suspend")
@click.argument("who", metavar="PHONE-OR-ID")
def roster_suspend(who: str) -> None:
    """Let one person on the roster help nobody until they are restored. What they hold goes on to
    others; they can still ask for help."""
    of = settings.load(carrier=False)
    house = furnish(of.network)
    with open_database(of) as database:
        known = database.read(partial(_find, who, of))
        done = database.write(partial(_suspend, house, known.entry.phone))
        brought = database.read(partial(_brought_by, house, known))
    if done is None:
        raise HotlineError("They are suspended already, or not on the roster yet.")
    click.echo(f"{known.entry.name or known.entry.phone} helps nobody until you restore them.")
    _say_what_follows(removal(done), brought)


def _suspend(house: House, number: str, connection: Connection) -> KnownPerson | None:
    return listing.suspend(house.work(connection), number)


@roster.command("restore")
@click.argument("who", metavar="PHONE-OR-ID")
def roster_restore(who: str) -> None:
    """Let somebody help again who was suspended or taken off the roster."""
    of = settings.load(carrier=False)
    with open_database(of) as database:
        known = database.read(partial(_look_up, who, of))
        restore = partial(_restore, furnish(of.network), known.entry.phone if known else "")
        done = database.write(restore)
    if done is None:
        raise HotlineError("Nobody with this phone or id was suspended or taken off the roster.")
    click.echo(f"{done.entry.name or done.entry.phone} is on the roster and can help again.")


def _restore(house: House, number: str, connection: Connection) -> KnownPerson | None:
    return listing.restore(house.work(connection), number)


@roster.command("show")
@click.argument("who", metavar="PHONE-OR-ID")
def roster_show(who: str) -> None:
    """Show all that the roster knows of one person."""
    of = settings.load(carrier=False)
    with open_database(of) as database:
        known = database.read(partial(_find, who, of))
    for name, told in _facts(known, utc_now(), of.network.zone):
        click.echo(f"{name:<12} {told}")


def _find(who: str, of: Settings, connection: Connection) -> KnownPerson:
    """By phone or id, whoever is on the roster or waits for a vouch."""
    known = _look_up(who, of, connection)
    if known is None or not known.is_listed:
        raise HotlineError(
            "Nobody on the roster has this phone or id; `hotline roster list` shows who is on it."
        )
    return known


def _look_up(who: str, of: Settings, connection: Connection) -> KnownPerson | None:
    if who.isascii() and who.isdigit() and len(who) <= LONGEST_ID:
        return people_listed.known_by_id(connection, int(who))
    return _known_at(connection, who, of)


@roster.command("list")
def roster_list() -> None:
    """Show who can be asked, and whether they can be asked now."""
    of = settings.load(carrier=False)
    with open_database(of) as database:
        everybody = database.read(people_listed.everybody)
    now, zone = utc_now(), of.network.zone
    print_table(
        ("id", "phone", "name", "state", *COLUMNS[2:]),
        [
            (
                str(it.id),
                it.entry.phone,
                it.entry.name,
                "; ".join(states_of(it, now, zone)),
                *(_shown(it.entry, column) for column in COLUMNS[2:]),
            )
            for it in everybody
        ],
    )


@roster.command("export")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path), default="-")
def roster_export(file: Path) -> None:
    """Write the roster as a CSV file that can be imported again; without FILE, to the terminal.

    An apostrophe in front of a phone keeps spreadsheets from changing it; the import knows it.
    """
    of = settings.load(carrier=False)
    with open_database(of) as database:
        everybody = database.read(people_listed.everybody)
    text = roster_file.write(it.entry for it in everybody if it.on_roster)
    if str(file) == "-":
        click.echo(text, nl=False)
    else:
        file.write_text(text, encoding="utf-8-sig", newline="")  # spreadsheets look for its mark
        count = sum(it.on_roster for it in everybody)
        click.echo(f"{count} {'person' if count == 1 else 'people'} written to {file}.")


# How it is told.


def _say_changes(changes: Iterable[RosterChange]) -> None:
    """A line for each person who is not just as before."""
    shown: Counter[ChangeKind] = Counter()
    for change in changes:
        for line in lines_of(change):
            shown[change.kind] += 1
            if shown[change.kind] <= MOST_SHOWN:
                click.echo(line)
    for kind, count in shown.items():
        if count > MOST_SHOWN:
            click.echo(f"{kind.value:<8} ... and {count - MOST_SHOWN} lines more")


def lines_of(change: RosterChange) -> Iterator[str]:
    who = f"{change.entry.phone}  {change.entry.name}"
    before, kind = change.before, change.kind
    if kind is not ChangeKind.UNCHANGED:
        what = [*_differences(change), *_goes_on(change)] if before else []
        yield f"{kind.value:<8} {who}{': ' if what else ''}{'; '.join(what)}"
    for column in change.kept:
        yield f"{'kept':<8} {who}: {_kept(change, column)}"
    if before and before.stopped and kind in (ChangeKind.ADDED, ChangeKind.CHANGED):
        yield f"{'note':<8} {who}: said STOP, and is asked nothing until they text START"


def _differences(change: RosterChange) -> Iterator[str]:
    if change.before is None:
        return
    for column in change.changed:
        old, new = _shown(change.before.entry, column), _shown(change.entry, column)
        yield f"{column} {old} -> {new}"
    if change.language:
        yield f"we write to them in {change.language}"


def _kept(change: RosterChange, column: str) -> str:
    if change.before is None or change.wanted is None:
        return column
    if column == people_listed.LANGUAGE:
        return f"we write to them in {change.before.language}, as they chose"
    own, other = _shown(change.entry, column), _shown(change.wanted, column)
    return f"{column} {own}, as they set it (the file has {other})"


def _goes_on(change: RosterChange) -> Iterator[str]:
    if change.kind is ChangeKind.REMOVED and change.before:
        for number in change.before.holds:
            yield f"request {number}, which they held, goes to others"


def _summary(changes: Sequence[RosterChange], *, dry_run: bool, with_removed: bool) -> str:
    counts = Counter(it.kind for it in changes)
    kinds = [it for it in ChangeKind if it is not ChangeKind.REMOVED or with_removed]
    told = ", ".join(f"{counts[it]} {it.value}" for it in kinds)
    return f"{told}. Nothing is changed yet: leave out --dry-run." if dry_run else f"{told}."


def _shown(entry: RosterEntry, column: str) -> str:
    value = getattr(entry, column)
    return (value if isinstance(value, str) else "; ".join(value)) or "any"


_TROUBLES = {
    "landline": "a landline: is called",
    "no_number": "set aside: there is no such number",
    "unreachable": "set aside: no text arrived, again and again",
    "blocked": "set aside: blocks our texts",
}


def states_of(known: KnownPerson, now: datetime, zone: ZoneInfo) -> list[str]:
    """All that keeps somebody from being asked now, and what they are at."""
    found = []
    if known.code is not None:
        found.append(f"waits for a vouch: {known.code}")
    if known.suspended:
        found.append("suspended")
    if known.stopped:
        found.append("said STOP")
    if known.paused_until and known.paused_until > now:
        ends = known.paused_until < UNTIL_BACK
        found.append(f"paused until {_moment(known.paused_until, zone) if ends else 'BACK'}")
    if known.trouble:
        found.append(_TROUBLES.get(known.trouble, known.trouble))
    if known.holds:
        found.append(f"holds {', '.join(map(str, known.holds))}")
    return found or ["can be asked"]


def _facts(known: KnownPerson, now: datetime, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    entry = known.entry
    yield "id", str(known.id)
    yield "phone", entry.phone
    yield "name", entry.name
    yield "state", "; ".join(states_of(known, now, zone))
    for column in COLUMNS[2:]:
        yield column, _shown(entry, column)
    yield "write in", known.language or "not known yet"
    yield "asked last", _moment(known.asked_at, zone) if known.asked_at else "never"
    if known.max_a_day is not None:
        yield "at most", f"{known.max_a_day} a day, as they said"
    if known.own:
        yield "set by them", ", ".join(sorted(known.own))


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%a %d %b %Y %H:%M}"
