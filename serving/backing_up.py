"""Making a backup: what is copied into it, to whom it is sealed, and which old ones go."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from hotline import backup_file, key_file, settings
from hotline.backup_file import AboutBackup
from hotline.errors import BadBackup
from hotline.settings import Environment, Settings
from hotline.store import copies, migrate
from hotline.store.database import Database
from serving.backup_places import BackupPlace


def recipients(environment: Environment, *, with_key: bool, unencrypted: bool) -> tuple[str, ...]:
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


def gather(
    of: Settings, database: Database, folder: Path, at: datetime, *, with_key: bool
) -> AboutBackup:
    """Everything that is copied, in a new folder."""
    folder.mkdir(mode=0o700)
    copies.copy_into(database, folder)
    configuration = of.file if of.file and of.file.is_file() else None
    if configuration:
        shutil.copyfile(configuration, folder / settings.CONFIGURATION)
    prompts = files_in(of.network.voice.audio)
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


def files_in(folder: str | None) -> list[Path]:
    if not folder or not Path(folder).is_dir():
        return []
    return sorted(it for it in Path(folder).iterdir() if it.is_file())


def _copy_keys(environment: Environment, into: Path) -> None:
    if environment.hotline_keys is None:
        shutil.copyfile(environment.keys_path, into)
    else:
        into.write_text(f"{environment.hotline_keys.get_secret_value()}\n", encoding="utf-8")


def keys_place(environment: Environment) -> str:
    return "HOTLINE_KEYS" if environment.hotline_keys else str(environment.keys_path)


def remove_old(place: BackupPlace, keep: int) -> int:
    old = backup_file.too_many(place.names(), keep)
    for name in old:
        place.remove(name)
    return len(old)


# Where it is made.


@contextmanager
def workshop(beside: Path | None = None) -> Iterator[Path]:
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
def cleaning_up() -> Iterator[None]:
    """Told to end, a command still takes away what is half done."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
