"""How long the carrier took to answer, counted by each process in a file of its own, and read of
all processes on this machine together.

The files are the library's (its "multiprocess mode"). What it leaves to whoever runs it is done
here: the folder is made, what processes that have ended counted is kept in one file and theirs is
deleted, and a disk that is full, or a folder where nothing can be written, keeps nobody from work.
"""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hotline.carriers.twilio.client import Heard, HowAnswered

log = logging.getLogger("hotline.metrics")

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # where the library looks for the folder
TIMES = "hotline_carrier_seconds"
HELP = "Seconds until the carrier answered, since these processes began to count."
SECONDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 5.0, 10.0, 15.0)  # of the buckets
ROOM = 256 * 1024  # bytes of a file; all that is counted here has a fifth of that
ENDED = "histogram_ended.db"  # what processes counted that have ended


def begin(folder: Path) -> Heard | None:
    """Count in this process from now on, by what is returned. None where nothing can be written,
    which the log says."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_room(folder / f"histogram_{os.getpid()}.db")
    except OSError as error:
        why = os.strerror(error.errno or 0)
        log.warning("the carrier's times are not counted: %s cannot be written (%s)", folder, why)
        return None
    return _counting(folder)


def _make_room(file: Path) -> None:
    """At once: to a file that grows on a full disk the library's writing would end the process."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.posix_fallocate(handle, 0, ROOM)
    finally:
        os.close(handle)


def _counting(folder: Path) -> Heard:
    from prometheus_client import Histogram, values

    os.environ[VARIABLE] = str(folder)
    # The library looks for the variable when it is imported, which may have been before.
    values.ValueClass = values.MultiProcessValue()
    labels = ("asked", "outcome")
    times = Histogram(TIMES, HELP, labels, registry=None, buckets=SECONDS)

    def heard(asked: str, how: HowAnswered, seconds: float) -> None:
        with suppress(OSError):  # the folder was taken away: the text goes out all the same
            times.labels(asked, how.value).observe(seconds)

    return heard


def read(folder: Path) -> list[Any]:
    """What all processes here counted, as families of the library; nothing if none did."""
    from prometheus_client.multiprocess import MultiProcessCollector

    if not folder.is_dir():
        return []
    with _alone(folder):
        _settle(folder)
        return list(MultiProcessCollector(None, path=str(folder)).collect())


def _settle(folder: Path) -> None:
    """Add what is in the files of processes that have ended to one, and delete theirs: what was
    counted never becomes less."""
    for file in folder.glob("histogram_*.db"):
        number = file.stem.rpartition("_")[2]
        if number.isdigit() and not _lives(int(number)):
            _add(file, folder / ENDED)
            file.unlink()


def _add(file: Path, to: Path) -> None:
    from prometheus_client.mmap_dict import MmapedDict

    if not to.exists():
        _make_room(to)
    one, all_ = MmapedDict(str(file), read_mode=True), MmapedDict(str(to))
    try:
        for key, value, *_ in one.read_all_values():
            all_.write_value(key, all_.read_value(key)[0] + value, 0.0)
    finally:
        one.close()
        all_.close()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time reads, so that none counts what another is just adding twice."""
    handle = os.open(folder / "reading", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
