"""`hotline backup`, `restore` and `move`: a copy of everything, and everything from a copy."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import click
from sqlalchemy import Connection

from hotline import backup_file, settings
from hotline.backup_file import AboutBackup
from hotline.desk import resuming
from hotline.errors import BadBackup, CarrierError, HotlineError
from hotline.health import SILENT
from hotline.resuming import AtCarrier
from hotline.settings import Environment, Settings
from hotline.store import backups, moving, restorations, vitals
from hotline.store.backups import MadeBackup
from hotline.store.database import Database
from hotline.store.restorations import Restoration
from hotline.work import furnish, utc_now
from serving import backing_up, putting_back, roles
from serving.backing_up import cleaning_up, workshop
from serving.backup_places import place_named
from serving.putting_back import OpenedBackup, TriedBackup
from serving.terminal import open_database

KEPT = 14  # backups, unless it is said otherwise
TOO_OLD_A_BACKUP = timedelta(days=2)
PLACE = "backups"
STOP_FIRST = "Stop web, worker and clock first: sudo systemctl stop hotline.target"
RUNNING = ("web", "worker", "clock")


# A copy.


@click.command()
@click.option("--to", "where", default=PLACE, show_default=True, help="Folder or s3://bucket/…")
@click.option("--keep", type=click.IntRange(1), default=KEPT, show_default=True, help="Newest.")
@click.option("--with-key", is_flag=True, help="Put the keys of the database into it, too.")
@click.option("--unencrypted", is_flag=True, help="Do not seal it, where no recipient is set.")
def backup(where: str, keep: int, with_key: bool, unencrypted: bool) -> None:
    """Copy database, configuration and recorded prompts, sealed; the hotline may run meanwhile."""
    of = settings.load(carrier=False)
    recipients = backing_up.recipients(of.environment, with_key=with_key, unencrypted=unencrypted)
    place = place_named(where, of.environment)
    at = utc_now()
    with cleaning_up(), open_database(of) as database, workshop() as shop:
        about = backing_up.gather(of, database, shop / "backup", at, with_key=with_key)
        name = backup_file.name_of(at, is_encrypted=bool(recipients))
        backup_file.pack(shop / "backup", shop / name, recipients)
        place.put(shop / name, name)
        made = MadeBackup(at, (shop / name).stat().st_size)
        database.write(lambda connection: backups.note(connection, made))
        removed = backing_up.remove_old(place, keep)
    click.echo(f"{where}/{name}: {_size(made.size)}, {_contents(about)}.")
    if removed:
        click.echo(f"{removed} older than the newest {keep} removed.")
    if not about.has_keys:
        where_keys_are = backing_up.keys_place(of.environment)
        click.echo(f"The keys are not in it: keep a copy of {where_keys_are} elsewhere.")


# Everything from a copy.


@click.command()
@click.argument("file", required=False)
@click.option("--check", is_flag=True, help="Only try it, in a scratch database.")
@click.option("--resume", is_flag=True, help="Go on, once what was due has been looked at.")
@click.option("--yes", is_flag=True, help="With --resume: ask nothing.")
@click.option("--identity", type=click.Path(path_type=Path), help="The file with its secret key.")
def restore(file: str | None, check: bool, resume: bool, yes: bool, identity: Path | None) -> None:
    """Put a backup back where nothing is, or try it; then go on."""
    if resume == (file is not None) or (check and resume):
        raise click.UsageError("Name a backup to put back or to --check; or say --resume alone.")
    if resume:
        _resume(settings.load(), sure=yes)
        return
    environment = settings.load_environment()
    with cleaning_up(), workshop(putting_back.beside(environment, check=check)) as shop:
        found, now = putting_back.opened(file or "", environment, shop, identity), utc_now()
        with closing(putting_back.place_of(found, environment)) as database:
            if check:
                _check(found, putting_back.tried(found, database, environment, shop, now), now)
            else:
                putting_back.put_back(found, database, environment, now)
                _say_what_was_put_back(found, environment, now)


def _check(it: OpenedBackup, found: TriedBackup, now: datetime) -> None:
    click.echo(f"Made {_ago(now - it.about.at)}, by hotline {it.about.program}: {it.about.at:%c}")
    click.echo(f"In it: {_contents(it.about)}.")
    if rows := found.rows:
        click.echo(
            f"It can be put back. People: {rows['neighbor']}, requests: {rows['request']},"
            f" texts and calls: {rows['message']}; rows in all: {sum(rows.values())}."
        )
    if found.keys_at:
        click.echo(f"Missing: the keys it was made with: put them at {found.keys_at}")
    for lack in putting_back.lacks(it):
        click.echo(f"Missing: {lack}")
    if now - it.about.at > TOO_OLD_A_BACKUP:
        click.echo("It is old: is there no newer one?")
    if found.keys_at:
        sys.exit(1)


def _say_what_was_put_back(it: OpenedBackup, environment: Environment, now: datetime) -> None:
    click.echo(f"Put back as it was {_ago(now - it.about.at)}: {_contents(it.about)}.")
    if putting_back.is_sealed_with_an_older_key(it, environment):
        click.echo("It is sealed with an older key: run `hotline keys rotate` first.")
    click.echo(
        "Start web, worker and clock: what comes in is looked after. What was there already waits:"
        " nobody is asked or told anything about it before `hotline restore --resume`."
    )


# Going on.


def _resume(of: Settings, *, sure: bool) -> None:
    with open_database(of) as database:
        held = database.read(restorations.waiting)
        if held is None:
            click.echo("Nothing waits: this database goes on as usual.")
            return
        at_carrier = _at_carrier(of, held)
        _say_what_waits(database, held, at_carrier)
        if not sure and not click.confirm("Go on?"):
            raise HotlineError("Nothing was changed.")
        house = furnish(of.network, utc_now, of.file)
        done = database.write(lambda c: resuming.resume(house.work(c), held, at_carrier))
    _say_what_was_done(done)


def _at_carrier(of: Settings, held: Restoration) -> list[AtCarrier]:
    """Raises BadBackup: without knowing what happened since, somebody would be asked twice."""
    try:
        return roles.at_carrier_since(of, held.copied_at)
    except CarrierError as error:
        raise BadBackup(
            f"What was sent since cannot be asked of the carrier: {error}. Nothing was changed."
            " `hotline check --online` says more; then try again."
        ) from None


def _say_what_waits(database: Database, held: Restoration, at_carrier: list[AtCarrier]) -> None:
    found = database.read(lambda c: resuming.unfinished(c, held))
    click.echo(f"This is as it was {_ago(utc_now() - held.copied_at)} ({held.copied_at:%c}).")
    numbers = ", ".join(map(str, found.requests)) or "none"
    click.echo(f"Requests that were open or taken: {numbers}.")
    click.echo(
        f"Texts and calls that were on their way: {found.messages}. Each is looked up at the"
        " carrier, and sent only if it is not there."
    )
    if found.calls:
        click.echo(f"Calls that were under way: {found.calls}. Nothing follows from them.")
    if found.broadcasts:
        click.echo(f"Written to many and not over: {found.broadcasts}. This is stopped.")
    since = sum(it.at < held.at for it in at_carrier)
    click.echo(f"The carrier knows of {since} texts and calls from before it was put back.")


def _say_what_was_done(done: resuming.Resumed) -> None:
    click.echo(f"Found at the carrier, not sent again: {done.found}. In doubt: {done.doubted}.")
    click.echo(f"Asked already, not asked again: {done.asked}.")
    if done.rest:
        rest = ", ".join(map(str, done.rest))
        click.echo(
            f"Talked about since, look at them now: {rest}. `hotline requests show NUMBER --words`"
            " says what was written; nobody is asked about them for an hour."
        )
    for phone, many in done.wrote.items():
        click.echo(f"{phone} wrote {many} {'text' if many == 1 else 'texts'} that were lost.")
    click.echo("All goes on from here.")


# From SQLite to PostgreSQL.


@click.command()
@click.option("--to", "url", required=True, help="postgresql://name:password@host/database")
def move(url: str) -> None:
    """Take the database from SQLite to PostgreSQL, row by row, and look at each row again."""
    of = settings.load(carrier=False)
    target_of = _target(url)
    with cleaning_up(), open_database(of) as source:
        if not source.is_sqlite:
            raise BadBackup("DATABASE_URL names no SQLite database: there is nothing to move.")
        target = Database(target_of.sqlalchemy_url, of.environment.keyring)
        try:
            many = source.write(lambda here: _move(here, target))
        finally:
            target.close()
    click.echo(f"{many} rows were copied, and each was compared with what it was.")
    click.echo("Now set in .env, and start web, worker and clock again:")
    click.echo("  DATABASE_URL=the address that you named")
    if of.environment.hotline_keys is None:
        click.echo(f"  HOTLINE_KEYS_FILE={of.environment.keys_path.absolute()}")
    click.echo(
        f"Then put {source.file} away: it is as it was, and must not run beside the new one."
    )


def _move(here: Connection, target: Database) -> int:
    """While nobody writes here, who runs nowhere."""
    running = vitals.running(here, utc_now() - SILENT, RUNNING)
    if running:
        raise BadBackup(f"{', '.join(running)} still at work. {STOP_FIRST}")
    return target.write(lambda there: moving.move(here, there))


def _target(url: str) -> Environment:
    environment = settings.load_environment({**settings.everything_set(), "DATABASE_URL": url})
    if "sqlite" in environment.sqlalchemy_url:
        raise BadBackup("--to must name a PostgreSQL database: postgresql://name@host/database")
    return environment


# What these share.


def _contents(about: AboutBackup) -> str:
    parts = [f"the database ({about.database}, version {about.version})"]
    parts += ["hotline.toml"] if about.configuration else []
    parts += [f"{about.prompts} recorded prompts"] if about.prompts else []
    parts += ["the keys"] if about.has_keys else []
    return ", ".join(parts)


def _size(many: int) -> str:
    return f"{many / 1_000_000:.1f} MB" if many >= 1_000_000 else f"{many / 1_000:.0f} kB"


def _ago(length: timedelta) -> str:
    minutes = int(length / timedelta(minutes=1))
    if minutes < 120:
        return f"{minutes} minutes ago"
    hours = minutes // 60
    return f"{hours} hours ago" if hours < 48 else f"{hours // 24} days ago"
