"""Processes that a benchmark starts: each on its cores, and gone when the benchmark is."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

Found = TypeVar("Found")
Process = subprocess.Popen[bytes]

ROOT = Path(__file__).parent.parent
PATIENCE = 60.0  # seconds for something to begin
STOP_SECONDS = 10.0
END_WITH_PARENT = 1  # Linux: PR_SET_PDEATHSIG

_on_linux = sys.platform == "linux"
_c_library = ctypes.CDLL(None) if _on_linux else None


def all_cores() -> frozenset[int]:
    return frozenset(os.sched_getaffinity(0)) if _on_linux else frozenset()


EVERY_CORE = all_cores()
MEASURED = frozenset(sorted(EVERY_CORE)[-1:])  # what is measured runs here, alone
OTHERS = EVERY_CORE - MEASURED or EVERY_CORE  # load, databases and Redis run here


def _settle(cores: Collection[int]) -> None:
    """In the child, before it is another program: its cores, and its end with the parent's."""
    if _c_library is not None:
        os.sched_setaffinity(0, cores)
        _c_library.prctl(END_WITH_PARENT, signal.SIGTERM)


def begin(command: Sequence[object], *, cores: Collection[int] = OTHERS, **options: Any) -> Process:
    """Like Popen, for a process that ends with this one, however this one ends."""
    settle = partial(_settle, cores or EVERY_CORE)
    return subprocess.Popen(  # noqa: S603 - our own words
        [str(word) for word in command],
        preexec_fn=settle,
        **options,
    )


@contextmanager
def running(
    *module_and_arguments: object,
    environment: Mapping[str, str] | None = None,
    cores: Collection[int] = OTHERS,
    folder: Path = ROOT,
    **options: Any,
) -> Iterator[Process]:
    """A Python module as a program, for the length of a `with` block."""
    process = begin(
        [sys.executable, "-m", *module_and_arguments],
        cores=cores,
        env=_clean(environment or {}),
        cwd=folder,
        stdout=options.pop("stdout", subprocess.DEVNULL),
        **options,
    )
    try:
        yield process
    finally:
        end(process)


def end(process: Process) -> None:
    with process:  # closes its pipes
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Nothing of what this machine's own hotline may have set."""
    search = os.pathsep.join([str(ROOT), str(ROOT / "queue")])
    return {"PATH": os.environ["PATH"], "PYTHONPATH": search, **environment}


@contextmanager
def pinned(cores: Collection[int]) -> Iterator[None]:
    """Keep this process, and the threads it starts meanwhile, on these cores."""
    if _on_linux:
        os.sched_setaffinity(0, cores)
    yield
    if _on_linux:
        os.sched_setaffinity(0, EVERY_CORE)


def computed(process: Process) -> float:
    """Seconds that a process has computed so far. Others on the machine do not change that."""
    return _computed(process.pid)


def computed_by_family(process: Process) -> float:
    """The same with its children, and theirs, that live."""
    return sum(_computed(pid) for pid in family(process.pid))


def _computed(pid: int) -> float:
    fields = _facts(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> set[int]:
    """A process with its children, and theirs."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile
            parents[int(path.name)] = int(_facts(int(path.name))[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _facts(pid: int) -> list[str]:
    """What proc(5) calls the fields of stat, from the third on."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    return stat.rpartition(")")[2].split()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_for_port(port: int) -> None:
    until(lambda: _listens(port), f"somebody listens on port {port}")


def _listens(port: int) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


def until(look: Callable[[], Found], what: str, patience: float = PATIENCE) -> Found:
    """Look again and again, and return what was found as soon as it is something."""
    end_of_patience = time.monotonic() + patience
    while not (found := look()):
        if time.monotonic() > end_of_patience:
            raise RuntimeError(f"waited {patience:.0f} s in vain: {what}")
        time.sleep(0.01)
    return found
