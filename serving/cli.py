"""The command line. Each command wires what it needs and calls it; nothing is decided here.

Exit status: 0 done, 1 could not, 2 asked wrongly.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from hotline import key_file, routes, settings
from hotline.errors import BadRoster, BadSettings, HotlineError
from hotline.settings import Environment
from hotline.store import migrate, record
from hotline.store.database import Database
from serving import journal, roles
from serving.backup_commands import backup, move, restore
from serving.board_commands import board
from serving.doctor_commands import doctor
from serving.init_command import init
from serving.keys_commands import keys
from serving.provision_commands import provision_command
from serving.request_commands import requests
from serving.roster_commands import roster
from serving.supervision import Reports, to_manager
from serving.terminal import open_database, print_table


class _Commands(click.Group):
    """The commands below, and those that installed packages add (`hotline.commands`)."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted({*super().list_commands(context), *entry_points(group=ADDED).names})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        return super().get_command(context, name) or _added(name)


def _added(name: str) -> click.Command | None:
    for it in entry_points(group=ADDED, name=name):
        command: click.Command = it.load()
        return command
    return None


ADDED = "hotline.commands"  # the entry points that add commands
OWN_SETTINGS = ("up", "talk", "prompts", "init")  # commands that read none


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hotline", prog_name="hotline", message="%(prog)s %(version)s")
@click.pass_context
def hotline(context: click.Context) -> None:
    """Neighbors text or call for help; other neighbors are asked until one says YES."""
    command = context.invoked_subcommand or ""
    reads_file = command not in OWN_SETTINGS and Path(settings.ENVIRONMENT_FILE).is_file()
    journal.begin(_log_form(reads_file=reads_file), command)
    if reads_file:
        journal.say(
            f"Settings are read from {settings.ENVIRONMENT_FILE}, too; the environment goes first."
        )


def _log_form(*, reads_file: bool) -> str:
    """As it is wanted, before anything is checked: what is wrong with it is said with the rest."""
    try:
        found = settings.everything_set() if reads_file else os.environ
    except BadSettings:
        found = os.environ
    return found.get("HOTLINE_LOG", "").strip().lower()


def main() -> None:
    """Run a command; say in words what a person can mend. What it writes is its owner's alone."""
    os.umask(0o077)
    try:
        hotline(prog_name="hotline")
    except (BadSettings, BadRoster) as error:
        count = len(error.mistakes)
        journal.say(f"{count} {'mistake' if count == 1 else 'mistakes'}:")
        for mistake in error.mistakes:
            journal.say(f"  {mistake}")
        sys.exit(1)
    except HotlineError as error:
        journal.say(str(error))
        sys.exit(1)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", "") or type(error).__name__).splitlines()[0]
        journal.say(f"The database cannot be used: {reason}")
        sys.exit(1)


# What runs.


@hotline.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=int, help="Default: $PORT, or 8000.")
def web(host: str, port: int | None) -> None:
    """Run the web server that the carrier calls."""
    roles.heed_no_hangup_yet()
    of = settings.load()
    with open_database(of):
        pass
    roles.web(of, host, port or of.environment.port, reports=to_manager())


@hotline.command()
@click.option("--count", type=click.IntRange(1, 64), default=1, show_default=True)
def worker(count: int) -> None:
    """Run workers: they ask volunteers and send texts."""
    roles.heed_no_hangup_yet()
    from serving.processes import Keeper

    of = settings.load()
    with open_database(of):
        pass
    roles.import_program()

    def work(reports: Reports) -> None:
        roles.worker(of, reports=reports)

    names = (f"worker {number}" for number in range(1, count + 1))
    hands_on = not roles.is_in_terminal()
    tasks = dict.fromkeys(names, work)
    Keeper(tasks, reports=to_manager(), hands_on_hangup=hands_on).run()


@hotline.command()
def clock() -> None:
    """Run the clock: what is due is enqueued. Several may run."""
    roles.heed_no_hangup_yet()
    of = settings.load()
    with open_database(of):
        pass
    roles.clock(of, reports=to_manager())


# What looks after it.


@hotline.command("migrate")
def migrate_command() -> None:
    """Bring the database up to date."""
    of = settings.load(carrier=False)
    database = Database(of.environment.sqlalchemy_url)
    try:
        made = _made_keys(of.environment, database)
        database.unlock(of.environment.keyring)
        migrate.upgrade(database)
    finally:
        database.close()
    click.echo(f"The database is up to date (version {migrate.NEWEST}).")
    if made:
        click.echo(
            f"Its keys are in {made}. Keep a copy apart from the backups: without them nobody can"
            " read the database."
        )


def _made_keys(environment: Environment, database: Database) -> Path | None:
    """Where new keys are, if there were none; for a database that is sealed others are of no use,
    and none are made."""
    path = environment.keys_path
    if environment.hotline_keys is not None or path.exists():
        return None
    if database.is_there and migrate.is_sealed(migrate.version(database.engine)):
        return None
    key_file.make(path)
    return path


@hotline.command()
@click.option("--online", is_flag=True, help="Ask the database, Redis and the carrier as well.")
def check(online: bool) -> None:
    """Read the settings and the configuration, and say every mistake at once."""
    from serving import checking, doctor_wiring
    from sms import lexicons

    of = settings.load()
    network = of.network
    checking.require_sound(of, doctor_wiring.carrier_mistakes(of))
    if doubt := checking.open_to_others():
        click.echo(doubt)
    click.echo(
        f"All right: {network.name}, {len(network.needs)} needs, {len(network.areas)} areas,"
        f" in {' and '.join(network.languages)}."
    )
    click.echo(checking.kept(network))
    unspoken = doctor_wiring.voiceless(network) if routes.makes_calls(network) else ()
    lacks = (*lexicons.lacking(network), *unspoken)
    doubts = (*network.leftovers, *lexicons.collisions(network), *lacks)
    for doubt in (*doubts, *routes.cannot(network)):
        click.echo(doubt)
    found = checking.online(of, partial(doctor_wiring.account_status, of)) if online else {}
    for name, part in found.items():
        click.echo(f"{'  ' if part.well else '! '}{name.replace('_', ' ')}: {part.said}")
    if not all(found[name].well for name in found.keys() & checking.NEEDED):
        sys.exit(1)


@hotline.command()
def prompts() -> None:
    """Every prompt of the phone menu: the name that a recording of yours has, and its words."""
    from hotline.prompts import Prompt

    for prompt in Prompt:
        click.echo(f"{prompt.name.lower()}\t{prompt.value}")


hotline.add_command(init)
hotline.add_command(doctor)
hotline.add_command(keys)
hotline.add_command(roster)


hotline.add_command(requests)
hotline.add_command(board)
hotline.add_command(provision_command)
for command in (backup, restore, move):
    hotline.add_command(command)


@hotline.command()
@click.option("--last", default=200, show_default=True, help="How many, the newest last.")
def log(last: int) -> None:
    """Show who decided what, and when: by id, no numbers and no words."""
    of = settings.load(carrier=False)
    with open_database(of) as database:
        found = database.read(lambda c: record.events(c, last))
    zone = of.network.zone
    print_table(
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
