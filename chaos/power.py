"""What a power cut may leave of a SQLite database: all that was waited for is on the disk; of what
was written after that, any part.

`power.c` notes what is written and waited for, `after_a_cut` chooses. A disk writes in an order of
its own, and 512 bytes at a time.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from random import Random

NOTES = "CHAOS_POWER"  # in the environment: the file that is noted in while it is there
LOADED = "CHAOS_POWER_LOADED"
SOURCE = Path(__file__).with_name("power.c")
SECTOR = 512  # bytes that are written whole or not at all
_HEAD = struct.Struct("=4I3Q")


class Kind(IntEnum):
    """As `power.c` has it."""

    WRITTEN = 1
    CUT = 2
    SYNC_BEGINS = 3
    SYNCED = 4


@dataclass(frozen=True)
class Note:
    """`who`: the thread; `size`: of the file before, in bytes; `before`: what stood at `offset`."""

    kind: Kind
    path: str
    who: int
    offset: int = 0
    size: int = 0
    before: bytes = b""
    written: bytes = b""


@dataclass
class Pending:
    """What was done to one file and may not be on the disk; and for each thread that waits for
    it, how much of that it waits for."""

    changes: list[Note] = field(default_factory=list)
    waits: dict[int, int] = field(default_factory=dict)


def build(folder: Path) -> Path:
    """The library that `power.c` comes to, in that folder. Raises CalledProcessError."""
    library = folder / "power.so"
    compiler = shutil.which("cc") or "cc"
    command = [compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, capture_output=True, check=True)
    return library


def load() -> None:
    """Begin this program anew, with `power.c` loaded, if it is not and there are Linux and a C
    compiler. To be called before anything is started."""
    if is_loaded() or not shutil.which("cc") or not sys.platform.startswith("linux"):
        return
    place = Path(tempfile.mkdtemp(prefix="hotline-power-"))
    place.chmod(0o755)
    os.environ |= {"LD_PRELOAD": str(build(place)), LOADED: str(place)}
    os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - there is no shell to begin again


def is_loaded() -> bool:
    return LOADED in os.environ


def folder() -> Path:
    """Where the library is, to be removed at last."""
    return Path(os.environ[LOADED])


def notes(file: Path) -> Iterator[Note]:
    """What `power.c` noted, in its order. What it was killed over is not there."""
    data = file.read_bytes()
    place = 0
    while place + _HEAD.size <= len(data):
        kind, path, before, written, who, offset, size = _HEAD.unpack_from(data, place)
        place += _HEAD.size
        parts = []
        for length in (path, before, written):
            parts.append(data[place : place + length])
            place += length
        if place > len(data):
            return
        yield Note(Kind(kind), parts[0].decode(), who, offset, size, parts[1], parts[2])


def pending(file: Path) -> dict[str, list[Note]]:
    """Of each file, what nobody has waited for."""
    found: dict[str, Pending] = {}
    for it in notes(file):
        of = found.setdefault(it.path, Pending())
        match it.kind:
            case Kind.SYNC_BEGINS:
                of.waits[it.who] = len(of.changes)
            case Kind.SYNCED:
                safe = of.waits.pop(it.who, 0)
                del of.changes[:safe]
                of.waits = {who: max(0, count - safe) for who, count in of.waits.items()}
            case _:
                of.changes.append(it)
    return {path: of.changes for path, of in found.items() if of.changes}


def after_a_cut(file: Path, chance: Random) -> int:
    """Make of each file what a power cut may have left of it, by the notes in `file`; how many
    changes were lost, or came to the disk in part. To be called when nothing writes any more."""
    lost = 0
    for path, changes in pending(file).items():
        with open(path, "r+b", buffering=0) as it:
            for change in reversed(changes):
                _undo(it.fileno(), change)
            for change in changes:
                lost += not _redo(it.fileno(), change, chance)
    return lost


def _undo(handle: int, change: Note) -> None:
    os.pwrite(handle, change.before, change.offset)
    os.ftruncate(handle, change.size)


def _redo(handle: int, change: Note, chance: Random) -> bool:
    """Whether all of it is there."""
    fate = chance.choice(("kept", "lost", "torn"))
    if change.kind is Kind.CUT:
        if fate == "kept":
            os.ftruncate(handle, change.offset)
        return fate == "kept"
    for place in range(0, len(change.written), SECTOR):
        if fate == "kept" or (fate == "torn" and chance.random() < 0.5):
            os.pwrite(handle, change.written[place : place + SECTOR], change.offset + place)
    return fate == "kept"
