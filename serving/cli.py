"""The command line. Each command wires what it needs and calls it; nothing is decided here.

Exit status: 0 done, 1 could not, 2 asked wrongly.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import entry_points
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from hotline import roster_file, settings, table
from hotline.errors import BadRoster, BadSettings, HotlineError
from hotline.settings import Settings
from hotline.store import migrate, overview, people, record
from hotline.store import roster as volunteers
from hotline.store.database import Database
from hotline.work import utc_now
from serving import roles


class _Commands(click.Group):
    """The commands below, and those that installed packages add (`hotline.commands`)."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted({*super().list_commands(context), *entry_points(group=ADDED).names})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return super().get_command(context, name) or _added(name)


def _added(name: str) -> click.Command | None:
    """Raises HotlineError where the libraries that it needs are missing."""
    for it in entry_points(group=ADDED, name=name):
        try:
            command: click.Command = it.load()
        except ImportError as error:
            raise HotlineError(
                f"`hotline {name}` needs {error.name}: pip install 'hotline[rehearsal]'"
            ) from error
        return command
    return None


ADDED = "hotline.commands"  # the entry points that add commands


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def hotline() -> None:
    """Neighbors text or call for help; other neighbors are asked until one says YES."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(name)s %(message)s", stream=sys.stderr
    )
    for talkative in ("rq", "httpx2", "alembic", "uvicorn.error"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def main() -> None:
    """Run a command; say in words what a person can mend. What it writes is its owner's alone."""
    os.umask(0o077)
    try:
        hotline(prog_name="hotline")
    except (BadSettings, BadRoster) as error:
        count = len(error.mistakes)
        click.echo(f"{count} {'mistake' if count == 1 else 'mistakes'}:", err=True)
        for mistake in error.mistakes:
            click.echo(f"  {mistake}", err=True)
        sys.exit(1)
    except HotlineError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", "") or type(error).__name__).splitlines()[0]
        click.echo(f"The database cannot be used: {reason}", err=True)
        sys.exit(1)


@contextmanager
def _database(of: Settings) -> Iterator[Database]:
    """The database, up to date, closed at the end. Raises OutdatedDatabase."""
    database = Database(of.environment.sqlalchemy_url)
    try:
        migrate.require_current(database)
        yield database
    finally:
        database.close()


# What runs.


@hotline.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=int, help="Default: $PORT, or 8000.")
def web(host: str, port: int | None) -> None:
    """Run the web server that the carrier calls."""
    of = settings.load()
    with _database(of):
        pass
    roles.web(of, host, port or of.environment.port)


@hotline.command()
@click.option("--count", type=click.IntRange(1, 64), default=1, show_default=True)
def worker(count: int) -> None:
    """Run workers: they ask volunteers and send texts."""
    from serving.processes import Keeper

    of = settings.load()
    with _database(of):
        pass
    roles.import_program()
    Keeper({f"worker {number}": partial(roles.worker, of) for number in range(1, count + 1)}).run()


@hotline.command()
def clock() -> None:
    """Run the clock: what is due is enqueued. Several may run."""
    of = settings.load()
    with _database(of):
        pass
    roles.clock(of)


# What looks after it.


@hotline.command("migrate")
def migrate_command() -> None:
    """Bring the database up to date."""
    of = settings.load(carrier=False)
    database = Database(of.environment.sqlalchemy_url)
    migrate.upgrade(database)
    database.close()
    click.echo(f"The database is up to date (version {migrate.NEWEST}).")


@hotline.command()
def check() -> None:
    """Read the settings and the configuration, and say every mistake at once."""
    network = settings.load().network
    click.echo(
        f"All right: {network.name}, {len(network.needs)} needs, {len(network.areas)} areas,"
        f" in {' and '.join(network.languages)}."
    )
    for leftover in network.leftovers:
        click.echo(leftover)


@hotline.command()
def prompts() -> None:
    """Every prompt of the phone menu: the name that a recording of yours has, and its words."""
    from hotline.prompts import Prompt

    for prompt in Prompt:
        click.echo(f"{prompt.name.lower()}\t{prompt.value}")


@hotline.group()
def roster() -> None:
    """The people who can be asked."""


@roster.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def roster_import(file: Path) -> None:
    """Put the people of a CSV file on the roster. A bad row changes nothing."""
    of = settings.load(carrier=False)
    entries = roster_file.read(table.decode(file.read_bytes()), of.network)
    with _database(of) as database:
        # Some at a time, so that texts are answered meanwhile; once more does no harm.
        for start in range(0, len(entries), volunteers.MANY):
            some = entries[start : start + volunteers.MANY]
            database.write(partial(_put_on_roster, some))
    click.echo(
        f"{len(entries)} {'person is' if len(entries) == 1 else 'people are'} on the roster."
    )


def _put_on_roster(entries: list[volunteers.RosterEntry], connection: Connection) -> None:
    now = utc_now()
    volunteers.put_on_roster(connection, entries, now)
    phones = [entry.phone for entry in entries]
    record.record_listed(connection, people.known_or_new(connection, phones, now), now)


@roster.command("add")
@click.argument("phone")
@click.option("--name", required=True)
@click.option("--needs", default="", help="What they can do, separated by ';'. Empty: anything.")
@click.option("--areas", default="", help="Where, separated by ';'. Empty: anywhere.")
@click.option("--languages", default="")
@click.option("--hours", default="", help="Like: mon-fri 17:00-21:00; sat 09:00-18:00")
@click.option("--reach", default="text", help="text or voice")
def roster_add(**fields: str) -> None:
    """Put one person on the roster, or change what is known of them."""
    of = settings.load(carrier=False)
    entry = roster_file.entry(fields, of.network)
    with _database(of) as database:
        database.write(partial(_put_on_roster, [entry]))
    click.echo(f"{entry.name} is on the roster.")


@roster.command("list")
def roster_list() -> None:
    """Show who can be asked."""
    of = settings.load(carrier=False)
    with _database(of) as database:
        entries = database.read(volunteers.roster)
    _table(
        roster_file.COLUMNS,
        [
            (
                one.phone,
                one.name,
                *("; ".join(several) or "any" for several in (one.languages, one.areas, one.needs)),
                one.hours or "any",
                one.reach,
            )
            for one in entries
        ],
    )


@hotline.command()
@click.option("--open", "only_open", is_flag=True, help="Only those that wait for somebody.")
@click.option("--json", "as_json", is_flag=True)
def requests(only_open: bool, as_json: bool) -> None:
    """Show the requests, newest last: no phone numbers, no words."""
    of = settings.load(carrier=False)
    with _database(of) as database:
        every = overview.every_request(database.read, only_open=only_open)
        if as_json:
            _print_json(map(_as_json, every))
        else:
            _print_requests(every, of.network.zone)


def _as_json(it: overview.ListedRequest) -> dict[str, object]:
    request = it.request
    return {
        "number": request.number,
        "state": request.state.value,
        "needs": list(request.needs),
        "area": request.area,
        "since": request.since.isoformat(),
        "way_back": it.way_back,
        "urgent": request.urgent,
        "people": request.people,
    }


def _print_json(rows: Iterator[dict[str, object]]) -> None:
    """A list, row by row: it may be long."""
    click.echo("[", nl=False)
    for place, row in enumerate(rows):
        click.echo(",\n  " if place else "\n  ", nl=False)
        click.echo(json.dumps(row), nl=False)
    click.echo("\n]")


def _print_requests(every: Iterator[overview.ListedRequest], zone: ZoneInfo) -> None:
    """Some at a time, each under the names of its columns."""
    columns: tuple[str, ...] = ("number", "state", "needs", "area", "since")
    some = list(islice(every, overview.MOST_AT_ONCE))
    _table(columns, [_as_row(it, zone) for it in some])
    while some := list(islice(every, overview.MOST_AT_ONCE)):
        _table(("",) * len(columns), [_as_row(it, zone) for it in some])


def _as_row(it: overview.ListedRequest, zone: ZoneInfo) -> tuple[str, ...]:
    request = it.request
    since = f"{request.since.astimezone(zone):%a %d %b %H:%M}"
    return (
        str(request.number),
        request.state.value,
        ", ".join(request.needs) or "other",
        request.area or "",
        since if it.way_back else f"{since}, no way back",
    )


@hotline.command()
@click.option("--last", default=200, show_default=True, help="How many, the newest last.")
def log(last: int) -> None:
    """Show who decided what, and when: by id, no numbers and no words."""
    of = settings.load(carrier=False)
    with _database(of) as database:
        found = database.read(lambda c: record.events(c, last))
    zone = of.network.zone
    _table(
        ("when", "who", "what", "about", "request"),
        [
            (
                f"{it.at.astimezone(zone):%Y-%m-%d %H:%M}",
                "command line" if it.who is None else str(it.who),
                it.what.replace("_", " "),
                str(it.about or ""),
                str(it.request or ""),
            )
            for it in found
        ],
    )


def _table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    # Cut to the width of a terminal, but not in a pipe.
    Console(width=None if sys.stdout.isatty() else 200, highlight=False).print(table)
