"""Putting a backup back where nothing is, or trying it in a scratch database."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hotline import backup_file, key_file, settings
from hotline.backup_file import AboutBackup
from hotline.errors import BadBackup, BadKeys, BadSettings
from hotline.keyring import Keyring
from hotline.settings import Environment
from hotline.store import copies, migrate
from hotline.store.database import Database
from serving.backing_up import files_in
from serving.backup_places import place_named


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
        return files_in(str(self.folder / backup_file.PROMPTS))

    @property
    def prompts_folder(self) -> Path | None:
        """Where its configuration wants the prompts."""
        with suppress(BadSettings):
            network = settings.read_network(self.configuration or "", settings.CONFIGURATION)
            return Path(network.voice.audio) if network.voice.audio else None
        return None


def opened(file: str, environment: Environment, shop: Path, identity: Path | None) -> OpenedBackup:
    """Raises BadBackup."""
    path = Path(file)
    if "://" in file:
        where, _, name = file.rpartition("/")
        path = shop / "fetched"
        place_named(where, environment).fetch(name, path)
    backup_file.unpack(path, shop / "opened", identity)
    return OpenedBackup(shop / "opened", backup_file.read_about(shop / "opened"))


def place_of(it: OpenedBackup, environment: Environment) -> Database:
    """Where it is to go. Raises BadBackup where that is of another kind."""
    database = Database(environment.sqlalchemy_url)
    if database.is_sqlite != (it.about.database == "sqlite"):
        example = "sqlite:///hotline.db" if it.about.database == "sqlite" else "postgresql://…"
        raise BadBackup(
            f"This backup is of {it.about.database}: set DATABASE_URL={example} for it. With"
            " `hotline move` what was in SQLite goes on in PostgreSQL."
        )
    return database


def beside(environment: Environment, *, check: bool) -> Path | None:
    """A scratch folder on the disk of an SQLite database, so that it can be put in its place."""
    file = Database(environment.sqlalchemy_url).file
    return file.absolute().parent if file and not check else None


def lacks(it: OpenedBackup) -> Iterator[str]:
    """What is not in it, and must come from elsewhere."""
    if not it.about.configuration:
        yield "the configuration (hotline.toml): there was none"
    if it.prompts_folder and not it.prompts:
        yield "recorded prompts: the configuration names a folder, and it was empty"
    if not it.about.has_keys:
        yield "the keys, which are kept elsewhere"
    yield "the settings in .env (account, token, addresses): write them anew"


# Trying it.


@dataclass(frozen=True)
class TriedBackup:
    """What came of putting it into a scratch database. `rows`: how many each table has; none where
    it could not be opened. `keys_at`: where the keys must be that it was made with, if they are
    nowhere."""

    rows: Mapping[str, int]
    keys_at: Path | None = None


def tried(
    it: OpenedBackup, database: Database, environment: Environment, shop: Path, now: datetime
) -> TriedBackup:
    """Raises BadBackup if it could not be put back."""
    keys_at = None
    with copies.scratch(database, shop) as scratch:
        copies.put_back(it.folder, scratch, it.about.at, now)
        try:
            _bring_up_to_date(scratch, it, environment)
        except BadKeys:
            keys_at = environment.keys_path
        is_whole = keys_at is None or _is_newest(scratch)
        return TriedBackup(scratch.read(copies.counted) if is_whole else {}, keys_at)


def _is_newest(database: Database) -> bool:
    return migrate.version(database.engine) == migrate.NEWEST


# Putting it back.


def put_back(it: OpenedBackup, database: Database, environment: Environment, now: datetime) -> None:
    """Everything, or nothing: what is there already is never written over. Raises BadBackup."""
    wanted = dict(_files(it, environment))
    _require_room(database, wanted)
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


def _require_room(database: Database, wanted: Mapping[Path, Path]) -> None:
    in_the_way = [str(path) for path, source in wanted.items() if _is_other(path, source)]
    if not copies.is_empty(database):
        in_the_way.insert(0, "the database that DATABASE_URL names")
    if in_the_way:
        raise BadBackup(
            "Nothing was put back, for it would write over what is there: "
            f"{', '.join(in_the_way)}. Move it away first, or restore in another folder."
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


def is_sealed_with_an_older_key(it: OpenedBackup, environment: Environment) -> bool:
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
