"""The file that a backup is: an age file around a packed folder (tar, gzip).

In the folder are `about.json`, which says what it is a copy of, the database, the configuration,
the prompts that the network recorded, and only if that was asked for the keys. Whoever has the age
identity can open one without this program: `age -d -i IDENTITY FILE | tar xz`.

It touches no database and no network, and overwrites nothing.
"""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyrage

from hotline import key_file
from hotline.errors import BadBackup

FORMAT = 1
ABOUT = "about.json"
SQLITE_COPY, POSTGRESQL_COPY = "hotline.db", "hotline.sql"
PROMPTS = "prompts"
ENCRYPTED, PLAIN = ".age", ".tar.gz"
_AGE_BEGINS = b"age-encryption.org/"
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class AboutBackup:
    """What a backup says of itself. `database`: "sqlite" or "postgresql"; `version`: of its tables;
    `key`: the name of the key that it is sealed with, which tells nothing of that;
    `configuration`: the name of the file, empty if there was none."""

    at: datetime
    program: str
    database: str
    version: str
    key: str
    configuration: str = ""
    prompts: int = 0
    has_keys: bool = False


def name_of(at: datetime, *, is_encrypted: bool) -> str:
    """The name of a backup that was begun then: in the order of names they are in that of time."""
    return f"hotline-{at.astimezone(UTC):{_STAMP}}{ENCRYPTED if is_encrypted else PLAIN}"


def made_at(name: str) -> datetime | None:
    """When the backup of this name was begun; None for what is no name of a backup."""
    stamp = name.removeprefix("hotline-").removesuffix(ENCRYPTED).removesuffix(PLAIN)
    with suppress(ValueError):
        at = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
        if name in (name_of(at, is_encrypted=True), name_of(at, is_encrypted=False)):
            return at
    return None


def too_many(names: Sequence[str], keep: int) -> list[str]:
    """Those backups among these names that are older than the newest so many."""
    return sorted(it for it in names if made_at(it))[: -keep or None]


# The folder, packed.


def write_about(folder: Path, about: AboutBackup) -> None:
    facts = asdict(about) | {"format": FORMAT, "at": about.at.astimezone(UTC).isoformat()}
    (folder / ABOUT).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def read_about(folder: Path) -> AboutBackup:
    """Raises BadBackup for what is no backup, or one of a newer program."""
    try:
        facts: dict[str, Any] = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        if facts.pop("format") > FORMAT:
            raise BadBackup("This backup was made by a newer hotline: install that one first.")
        known = {it: facts[it] for it in AboutBackup.__dataclass_fields__ if it in facts}
        return AboutBackup(**known | {"at": datetime.fromisoformat(facts["at"])})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise BadBackup("This file is no backup of a hotline, or it is spoiled.") from None


def pack(folder: Path, into: Path, recipients: Sequence[str]) -> None:
    """Write the folder into this new file, sealed to these recipients; in clear where there are
    none. All of it is on the disk when this returns."""
    packed = folder.with_name(f"{folder.name}{PLAIN}") if recipients else into
    with tarfile.open(packed, "w:gz") as tar:
        for path in sorted(folder.rglob("*")):
            tar.add(path, path.relative_to(folder).as_posix(), recursive=False)
    if recipients:
        with packed.open("rb") as clear, into.open("xb") as sealed:
            pyrage.encrypt_io(clear, sealed, [_recipient(it) for it in recipients])
        packed.unlink()
    with into.open("rb") as written:
        os.fsync(written.fileno())


def unpack(file: Path, into: Path, identity: Path | None) -> None:
    """Put what is in a backup into this new folder. Raises BadBackup, with what to do."""
    into.mkdir(mode=0o700)
    packed = file
    if is_encrypted(file):
        packed = into.with_name(f"{into.name}{PLAIN}")
        _decrypt(file, packed, identity)
    try:
        with tarfile.open(packed, "r:gz") as tar:
            tar.extractall(into, filter="data")
    except (tarfile.TarError, OSError, EOFError):
        raise BadBackup(f"{file} is no backup of a hotline, or it is not whole.") from None
    finally:
        if packed != file:
            packed.unlink()


def is_encrypted(file: Path) -> bool:
    """Raises BadBackup where it cannot be read."""
    try:
        with file.open("rb") as begun:
            return begun.read(len(_AGE_BEGINS)) == _AGE_BEGINS
    except OSError as error:
        raise BadBackup(f"{file} cannot be read: {error.strerror}.") from None


def _decrypt(file: Path, into: Path, identity: Path | None) -> None:
    if identity is None:
        raise BadBackup(
            f"{file} is sealed. Say with --identity where the file with its AGE-SECRET-KEY is."
        )
    identities = read_identities(identity)
    try:
        with file.open("rb") as sealed, into.open("xb") as clear:
            pyrage.decrypt_io(sealed, clear, identities)
    except pyrage.DecryptError:
        into.unlink(missing_ok=True)
        raise BadBackup(
            f"{file} cannot be opened with {identity}: it was sealed to another recipient, or it is"
            " not whole."
        ) from None
    except OSError as error:
        into.unlink(missing_ok=True)
        raise BadBackup(f"{file} cannot be opened: {error.strerror or 'it is not whole'}") from None


# Recipients and identities: age's words for the key that seals and the one that opens.


def _recipient(written: str) -> Any:
    try:
        return pyrage.x25519.Recipient.from_str(written)
    except pyrage.RecipientError:
        raise BadBackup(
            f"HOTLINE_BACKUP_RECIPIENT: {written[:12]}… is no recipient; one begins with age1. Make"
            " one with `hotline keys backup FILE`."
        ) from None


def read_identities(path: Path) -> list[Any]:
    """Those in a file as age-keygen and `make_identity` write it. Raises BadBackup."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        written = [it.strip() for it in lines if it.strip() and not it.startswith("#")]
        found = [pyrage.x25519.Identity.from_str(it) for it in written]
    except (OSError, UnicodeError, pyrage.IdentityError):
        found = []
    if not found:
        raise BadBackup(f"{path} holds no AGE-SECRET-KEY, or cannot be read.")
    return found


def make_identity(path: Path) -> str:
    """Write a new identity into a new file that only its owner can read; its recipient. Raises
    BadBackup where something is there already."""
    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BadBackup(f"{path} cannot be written: {error.strerror}.") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"# opens backups that are sealed to {recipient}\n{identity}\n")
        file.flush()
        os.fsync(file.fileno())
    return recipient


def keys_in(folder: Path) -> Path | None:
    """The file of the keys in an unpacked backup, if they were asked for."""
    path = folder / key_file.NAME
    return path if path.is_file() else None
