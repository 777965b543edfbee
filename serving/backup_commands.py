"""`hotline backup`, `restore` and `move`: a copy of everything, and everything from a copy."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import click
from sqlalchemy import Connection

from hotline import backup_file, key_file, settings
from hotline.backup_file import AboutBackup
from hotline.desk import resuming
from hotline.errors import BadBackup, BadKeys, BadSettings, CarrierError, HotlineError
from hotline.health import SILENT
from hotline.keyring import Keyring
from hotline.resuming import AtCarrier
from hotline.settings import Environment, Settings
from hotline.store import backups, copies, migrate, moving, restorations, vitals
from hotline.store.backups import MadeBackup
from hotline.store.database import Database
from hotline.store.restorations import Restoration
from hotline.work import furnish, utc_now
from serving import roles
from serving.backup_places import BackupPlace, place_named
from serving.terminal import open_database

KEPT = 14  # backups, unless it is said otherwise
TOO_OLD_A_BACKUP = timedelta(days=2)
PLACE = "backups"
STOP_FIRST = "Stop web, worker and clock first: sudo systemctl stop 'hotline@*'"
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
    recipients = _recipients(of.environment, with_key=with_key, unencrypted=unencrypted)
    place = place_named(where, of.environment)
    at = utc_now()
    with _cleaning_up(), open_database(of) as database, _workshop() as shop:
        about = _gather(of, database, shop / "backup", at, with_key=with_key)
        name = backup_file.name_of(at, is_encrypted=bool(recipients))
        backup_file.pack(shop / "backup", shop / name, recipients)
        place.put(shop / name, name)
        made = MadeBackup(at, (shop / name).stat().st_size)
        database.write(lambda connection: backups.note(connection, made))
        removed = _remove_old(place, keep)
    click.echo(f"{where}/{name}: {_size(made.size)}, {_contents(about)}.")
    if removed:
        click.echo(f"{removed} older than the newest {keep} removed.")
    if not about.has_keys:
        click.echo(
            f"The keys are not in it: keep a copy of {_keys_place(of.environment)} elsewhere."
        )


def _recipients(environment: Environment, *, with_key: bool, unencrypted: bool) -> tuple[str, ...]:
    """Raises BadBackup where it would not be sealed and nobody asked for that."""
    found = environment.backup_recipients
    if unencrypted and with_key:
        raise BadBackup("With the keys in it a backup is always sealed: leave --unencrypted away.")
    if found and not unencrypted:
        return found
    if unencrypted:
        return ()
    raise BadBackup(
        "To whom is it to be sealed? HOTLINE_BACKUP_RECIPIENT is not set, so nothing was copied.\n"
        "Make a pair of keys once with `hotline keys backup backup-key.txt`, put the line that it"
        " says into .env, and take the file away from this machine.\n"
        "Numbers and words are sealed in the database all the same: with --unencrypted it is copied"
        " without a second seal around it; configuration and prompts are then in clear."
    )


def _gather(
    of: Settings, database: Database, folder: Path, at: datetime, *, with_key: bool
) -> AboutBackup:
    """Everything that is copied, in a new folder."""
    folder.mkdir(mode=0o700)
    copies.copy_into(database, folder)
    configuration = of.file if of.file and of.file.is_file() else None
    if configuration:
        shutil.copyfile(configuration, folder / settings.CONFIGURATION)
    prompts = _prompts_of(of.network.voice.audio)
    for prompt in prompts:
        (folder / backup_file.PROMPTS).mkdir(exist_ok=True)
        shutil.copyfile(prompt, folder / backup_file.PROMPTS / prompt.name)
    if with_key:
        _copy_keys(of.environment, folder / key_file.NAME)
    about = AboutBackup(
        at,
        version("hotline"),
        "sqlite" if database.is_sqlite else "postgresql",
        migrate.NEWEST,
        migrate.key_of(database).hex(),
        settings.CONFIGURATION if configuration else "",
        len(prompts),
        with_key,
    )
    backup_file.write_about(folder, about)
    return about


def _prompts_of(folder: str | None) -> list[Path]:
    if not folder or not Path(folder).is_dir():
        return []
    return sorted(it for it in Path(folder).iterdir() if it.is_file())


def _copy_keys(environment: Environment, into: Path) -> None:
    if environment.hotline_keys is None:
        shutil.copyfile(environment.keys_path, into)
    else:
        into.write_text(f"{environment.hotline_keys.get_secret_value()}\n", encoding="utf-8")


def _keys_place(environment: Environment) -> str:
    return "HOTLINE_KEYS" if environment.hotline_keys else str(environment.keys_path)


def _remove_old(place: BackupPlace, keep: int) -> int:
    old = backup_file.too_many(place.names(), keep)
    for name in old:
        place.remove(name)
    return len(old)


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
    with _cleaning_up(), _workshop(_beside(environment, check=check)) as shop:
        found = _open(file or "", environment, shop, identity)
        with closing(_database(found, environment)) as database:
            if check:
                _check(found, database, environment, shop)
            else:
                _restore(found, database, environment)


@dataclass(frozen=True)
class OpenedBackup:
    """What is in one, unpacked into a folder."""

    folder: Path
    about: AboutBackup

    @property
    def configuration(self) -> str | None:
        path = self.folder / settings.CONFIGURATION
        return path.read_text("utf-8") if path.is_file() else None

    @property
    def prompts(self) -> list[Path]:
        return _prompts_of(str(self.folder / backup_file.PROMPTS))

    @property
    def prompts_folder(self) -> Path | None:
        """Where its configuration wants the prompts."""
        with suppress(BadSettings):
            network = settings.read_network(self.configuration or "", settings.CONFIGURATION)
            return Path(network.voice.audio) if network.voice.audio else None
        return None


def _open(file: str, environment: Environment, shop: Path, identity: Path | None) -> OpenedBackup:
    """Raises BadBackup."""
    path = Path(file)
    if "://" in file:
        where, _, name = file.rpartition("/")
        path = shop / "fetched"
        place_named(where, environment).fetch(name, path)
    backup_file.unpack(path, shop / "opened", identity)
    return OpenedBackup(shop / "opened", backup_file.read_about(shop / "opened"))


def _check(it: OpenedBackup, database: Database, environment: Environment, shop: Path) -> None:
    """Raises BadBackup if it could not be put back."""
    now, lacks = utc_now(), []
    with copies.scratch(database, shop) as scratch:
        copies.put_back(it.folder, scratch, it.about.at, now)
        try:
            _bring_up_to_date(scratch, it, environment)
        except BadKeys:
            lacks.append(f"the keys it was made with: put them at {environment.keys_path}")
        rows = scratch.read(copies.counted) if not lacks or _is_newest(scratch) else {}
    click.echo(f"Made {_ago(now - it.about.at)}, by hotline {it.about.program}: {it.about.at:%c}")
    click.echo(f"In it: {_contents(it.about)}.")
    if rows:
        click.echo(
            f"It can be put back. People: {rows['neighbor']}, requests: {rows['request']},"
            f" texts and calls: {rows['message']}; rows in all: {sum(rows.values())}."
        )
    for lack in (*lacks, *_lacks(it)):
        click.echo(f"Missing: {lack}")
    if now - it.about.at > TOO_OLD_A_BACKUP:
        click.echo("It is old: is there no newer one?")
    if lacks:
        sys.exit(1)


def _is_newest(database: Database) -> bool:
    return migrate.version(database.engine) == migrate.NEWEST


def _lacks(it: OpenedBackup) -> Iterator[str]:
    """What is not in it, and must come from elsewhere."""
    if not it.about.configuration:
        yield "the configuration (hotline.toml): there was none"
    if it.prompts_folder and not it.prompts:
        yield "recorded prompts: the configuration names a folder, and it was empty"
    if not it.about.has_keys:
        yield "the keys, which are kept elsewhere"
    yield "the settings in .env (account, token, addresses): write them anew"


def _restore(it: OpenedBackup, database: Database, environment: Environment) -> None:
    """Everything, or nothing: what is there already is never written over."""
    now = utc_now()
    wanted = dict(_files(it, environment))
    in_the_way = [str(path) for path, source in wanted.items() if _is_other(path, source)]
    if not copies.is_empty(database):
        in_the_way.insert(0, "the database that DATABASE_URL names")
    if in_the_way:
        raise BadBackup(
            "Nothing was put back, for it would write over what is there: "
            f"{', '.join(in_the_way)}. Move it away first, or restore in another folder."
        )
    _require_keys(it, environment)
    written: list[Path] = []
    try:
        for path, source in wanted.items():
            _put(source, path, written)
        _fill(it, database, environment, now)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    click.echo(f"Put back as it was {_ago(now - it.about.at)}: {_contents(it.about)}.")
    if _is_sealed_with_an_older_key(it, environment):
        click.echo("It is sealed with an older key: run `hotline keys rotate` first.")
    click.echo(
        "Start web, worker and clock: what comes in is looked after. What was there already waits:"
        " nobody is asked or told anything about it before `hotline restore --resume`."
    )


def _fill(it: OpenedBackup, database: Database, environment: Environment, now: datetime) -> None:
    """The database. SQLite's is made beside its place and put there when it is complete."""
    if database.file is None:
        copies.put_back(it.folder, database, it.about.at, now)
        _bring_up_to_date(database, it, environment)
        return
    ready = it.folder / "ready.db"
    made = Database(f"sqlite+pysqlite:///{ready}")
    try:
        copies.put_back(it.folder, made, it.about.at, now)
        _bring_up_to_date(made, it, environment)
        made.empty_log()
    finally:
        made.close()
    try:
        os.link(ready, database.file)
    except OSError as error:
        raise BadBackup(f"{database.file} cannot be written: {error.strerror}.") from None


def _bring_up_to_date(database: Database, it: OpenedBackup, environment: Environment) -> None:
    """Raises BadKeys where these are not its keys."""
    database.unlock(_keyring(it, environment))
    migrate.upgrade(database)
    migrate.require_current(database)


def _keyring(it: OpenedBackup, environment: Environment) -> Keyring:
    """Those of this machine, else those in the backup, with the one in front that it was sealed
    with: they may have been changed since. Raises BadKeys."""
    ours = environment.hotline_keys is not None or environment.keys_path.exists()
    in_it = backup_file.keys_in(it.folder)
    ring = environment.keyring if ours or in_it is None else key_file.read(in_it)
    its_own = ring.keys.get(bytes.fromhex(it.about.key))
    if its_own is None:
        raise BadKeys("these keys are those of another database")
    return Keyring([its_own, *(key for key in ring.keys.values() if key is not its_own)])


def _is_sealed_with_an_older_key(it: OpenedBackup, environment: Environment) -> bool:
    return environment.keyring.first.name.hex() != it.about.key


def _require_keys(it: OpenedBackup, environment: Environment) -> None:
    try:
        _keyring(it, environment)
    except BadKeys:
        raise BadBackup(
            "The keys of this backup are neither in it nor here. Put the copy that you kept at"
            f" {environment.keys_path}, then try again. Nothing was put back."
        ) from None


def _files(it: OpenedBackup, environment: Environment) -> Iterator[tuple[Path, Path]]:
    """Where each file but the database goes, and where it is."""
    if it.configuration is not None:
        yield settings.configuration_file(), it.folder / settings.CONFIGURATION
    if folder := it.prompts_folder:
        for prompt in it.prompts:
            yield folder / prompt.name, prompt
    keys = backup_file.keys_in(it.folder)
    if keys and environment.hotline_keys is None:
        yield environment.keys_path, keys


def _is_other(path: Path, source: Path) -> bool:
    """Whether something else is there."""
    return path.exists() and path.read_bytes() != source.read_bytes()


def _put(source: Path, path: Path, written: list[Path]) -> None:
    """Raises BadBackup."""
    if path.exists():
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with source.open("rb") as old, path.open("xb") as new:
            written.append(path)
            shutil.copyfileobj(old, new)
    except OSError as error:
        raise BadBackup(f"{path} cannot be written: {error.strerror}.") from None
    path.chmod(0o600)


def _database(it: OpenedBackup, environment: Environment) -> Database:
    """Where it is to go. Raises BadBackup where that is of another kind."""
    database = Database(environment.sqlalchemy_url)
    if database.is_sqlite != (it.about.database == "sqlite"):
        example = "sqlite:///hotline.db" if it.about.database == "sqlite" else "postgresql://…"
        raise BadBackup(
            f"This backup is of {it.about.database}: set DATABASE_URL={example} for it. With"
            " `hotline move` what was in SQLite goes on in PostgreSQL."
        )
    return database


def _beside(environment: Environment, *, check: bool) -> Path | None:
    """A scratch folder on the disk of an SQLite database, so that it can be put in its place."""
    file = Database(environment.sqlalchemy_url).file
    return file.absolute().parent if file and not check else None


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
    with _cleaning_up(), open_database(of) as source:
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


@contextmanager
def _workshop(beside: Path | None = None) -> Iterator[Path]:
    """A folder for what is under way, gone afterwards."""
    prefix = "hotline-" if beside is None else ".hotline-restore-"
    try:
        made = tempfile.TemporaryDirectory(prefix=prefix, dir=beside)
    except OSError as error:
        where = beside or tempfile.gettempdir()
        raise BadBackup(f"Nothing can be written in {where}: {error.strerror}.") from None
    with made as folder:
        yield Path(folder)


@contextmanager
def _cleaning_up() -> Iterator[None]:
    """Told to end, a command still takes away what is half done."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


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
