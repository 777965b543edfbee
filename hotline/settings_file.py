"""`hotline.toml` as a file: read and written whole.

Two who save at once: who comes second is told, and nothing is overwritten. Whoever reads it
meanwhile sees the old one or the new one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hotline import settings
from hotline.errors import BadSettings

NOT_WRITABLE, CHANGED, SAVED = "not_writable", "changed", "saved"
USUAL_MODE = 0o600


def read(file: Path) -> str:
    """Empty where there is none yet, or none that can be read."""
    try:
        return settings.read_text(file)
    except (FileNotFoundError, BadSettings):
        return ""


def digest(text: str) -> str:
    """By this, two who change it are told apart."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def is_writable(file: Path) -> bool:
    """Whether it can be put in its place, and whoever runs the machine lets us."""
    real = file.resolve()
    return os.access(real.parent, os.W_OK) and (not real.exists() or os.access(real, os.W_OK))


def save(file: str, was: str, text: str) -> tuple[str, str]:
    """Write this in place of what has the digest `was`: what came of it, and what stood there."""
    real, before = Path(file).resolve(), ""
    if not is_writable(real):
        return NOT_WRITABLE, before
    try:
        with _alone(real.parent):
            before = read(real)
            if digest(before) != was:
                return CHANGED, before
            _write(real, text)
    except OSError:
        return NOT_WRITABLE, before
    return SAVED, before


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write(real: Path, text: str) -> None:
    """Beside it, and then in its place, with the same permissions."""
    mode = real.stat().st_mode & 0o777 if real.exists() else USUAL_MODE
    handle, name = tempfile.mkstemp(prefix=f".{real.name}.", dir=real.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as written:
            written.write(text)
            written.flush()
            os.fchmod(written.fileno(), mode)
            os.fsync(written.fileno())
        os.replace(name, real)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
