"""The file of the keys: read, made on first use, and changed for a newer one.

Only its owner may read it. It is written whole and put in its place at once, so that no half of it
is ever found there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from hotline import keyring
from hotline.errors import BadKeys
from hotline.keyring import Keyring, SealingKey

NAME = "hotline.keys"


def read(path: Path) -> Keyring:
    """Raises BadKeys, with what to do, when there is none or it is spoiled."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadKeys(
            f"The keys of the database are not there: {path}. If you have a copy of that file, put"
            " it back. If this hotline is new, run `hotline migrate`: it makes them."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadKeys(f"The keys of the database cannot be read: {path} ({error})") from None
    try:
        return keyring.read(text)
    except BadKeys as error:
        raise BadKeys(f"{path}: {error}. Put a copy of the file in its place.") from None


def read_or_make(path: Path) -> Keyring:
    """The first time a new key is made. Raises BadKeys."""
    return read(path) if path.exists() else make(path)


def make(path: Path) -> Keyring:
    """A new key in a new file. Raises BadKeys if there is one by now, or none can be written."""
    _write(path, [keyring.new_key()], replace=False)
    return read(path)


def put_first(path: Path, key: SealingKey, others: Iterable[SealingKey]) -> None:
    """This key seals from now on; the others still open."""
    _write(path, [key, *others], replace=True)


def _write(path: Path, keys: Iterable[SealingKey], *, replace: bool) -> None:
    new = path.with_name(f"{path.name}.new-{os.getpid()}")
    try:
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(keyring.as_file(keys))
            file.flush()
            os.fsync(file.fileno())
        if replace:
            new.replace(path)
        else:
            os.link(new, path)  # fails if somebody else was faster
            new.unlink()
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    except FileExistsError:
        new.unlink(missing_ok=True)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise BadKeys(f"The keys of the database cannot be written: {path} ({error})") from None
