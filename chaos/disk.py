"""A disk that can be full.

Where we are root, the data folder is a small file system of its own in memory, which is filled to
the last byte. It is mounted where only this run sees it, and goes with the run. Elsewhere the
running processes are forbidden to write beyond a few bytes of any file.
"""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

CLONE_NEWNS = 0x00020000
SMALLEST_FILE = 4096  # bytes that may be written without a file system of our own
LEFT = 0


def see_mounts_alone() -> bool:
    """What is mounted from here on is seen by this process and its children only. To be called
    before anything is started. False where that is not allowed."""
    if os.geteuid() != 0:
        return False
    library = ctypes.CDLL(None, use_errno=True)
    if not hasattr(library, "unshare") or library.unshare(CLONE_NEWNS) != 0:
        return False
    return _run("mount", "--make-rprivate", "/")


def _run(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


class Disk:
    """One folder for everything that is to be kept: the databases' files and Redis'."""

    def __init__(self, folder: Path, megabytes: int, *, own: bool) -> None:
        self.folder = folder
        self.is_own = own and _run(
            "mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0711", "chaos", str(folder)
        )
        self._filler = folder / "filler"
        self._limited: list[int] = []

    @property
    def way(self) -> str:
        return "a small file system is filled" if self.is_own else "writing is limited (RLIMIT)"

    def fill(self, writers: Iterable[int]) -> None:
        """`writers`: the processes that write there."""
        if not self.is_own:
            for pid in writers:
                self._limit(pid, SMALLEST_FILE)
            return
        block = b"\0" * 65536
        with open(self._filler, "ab", buffering=0) as filler:
            while block:
                try:
                    filler.write(block)
                except OSError:
                    block = block[: len(block) // 2]

    def empty(self) -> None:
        if self.is_own:
            self._filler.unlink(missing_ok=True)
            return
        for pid in self._limited:
            self._limit(pid, resource.RLIM_INFINITY)
        self._limited = []

    def _limit(self, pid: int, most: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, hard))
            self._limited.append(pid)

    def close(self) -> None:
        if self.is_own:
            _run("umount", "-l", str(self.folder))
