"""A process without threads that has imported the program and starts all others.

A child is there in milliseconds instead of seconds, as after a kill it has to be. And whatever the
runner dies of, the nursery hears of it, and ends everything that it started.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

LAST_BREATH = 3.0  # seconds for what is told to end when the runner is gone
PAUSE = 0.02


class Nursery:
    """The runner's handle. Open it while the runner has one thread."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self._lock = threading.Lock()
        self.pid = os.fork()
        if self.pid == 0:
            ours.close()
            _serve(theirs)
            os._exit(0)
        theirs.close()
        self._socket = ours
        self._words = ours.makefile("rw", encoding="utf-8")

    def start_role(
        self, arguments: Sequence[str], environment: Mapping[str, str], log: Path
    ) -> int:
        """Start one of `chaos.process`; returns its pid."""
        wish = {"do": "role", "arguments": list(arguments), "environment": dict(environment)}
        return cast(int, self._ask({**wish, "log": str(log)}))

    def start_program(self, command: Sequence[str], log: Path, user: str | None = None) -> int:
        """Start another program, as that user; returns its pid."""
        wish = {"do": "program", "command": list(command), "log": str(log), "user": user}
        return cast(int, self._ask(wish))

    def remove_at_last(self, folder: Path) -> None:
        """Whatever becomes of the runner, this folder does not stay."""
        self._ask({"do": "remove", "folder": str(folder)})

    def ended(self) -> dict[int, int]:
        """What has ended since this was asked last: pid → exit status, negative for a signal."""
        found = cast(list[tuple[int, int]], self._ask({"do": "ended"}))
        return dict(found)

    def close(self) -> None:
        """End everything that was started and still runs."""
        self._words.close()
        self._socket.close()
        os.waitpid(self.pid, 0)

    def _ask(self, wish: Mapping[str, object]) -> object:
        with self._lock:
            self._words.write(json.dumps(wish) + "\n")
            self._words.flush()
            answer = self._words.readline()
        if not answer:
            raise RuntimeError("the nursery is gone")
        return json.loads(answer)


def _serve(ours: socket.socket) -> None:
    os.setsid()  # Ctrl-C is for the runner
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    running: dict[int, str] = {}
    folders: list[str] = []
    words = ours.makefile("rw", encoding="utf-8")
    for line in words:
        wish = json.loads(line)
        words.write(json.dumps(_answer(wish, running, folders)) + "\n")
        words.flush()
    _end(running)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _answer(wish: dict[str, Any], running: dict[int, str], folders: list[str]) -> object:
    match wish["do"]:
        case "role":
            pid = _fork(wish)
            running[pid] = "role"
            return pid
        case "program":
            pid = _spawn(wish)
            running[pid] = "program"
            return pid
        case "remove":
            folders.append(wish["folder"])
            return None
        case _:
            return _reap(running)


def _fork(wish: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        _become_a_process_of_its_own(Path(wish["log"]))
        os.environ.clear()
        os.environ.update(wish["environment"])
        from chaos import process

        process.main(wish["arguments"])
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(status)


def _become_a_process_of_its_own(log: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.setpgid(0, 0)
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.close(handle)
    quiet = os.open(os.devnull, os.O_RDONLY)
    os.dup2(quiet, 0)
    os.close(quiet)


def _spawn(wish: dict[str, Any]) -> int:
    handle = os.open(wish["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        started = subprocess.Popen(
            wish["command"],
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=handle,
            user=wish["user"],
            start_new_session=True,
            cwd="/",
        )
    finally:
        os.close(handle)
    started.returncode = 0  # it is reaped here, not by its own destructor
    return started.pid


def _reap(running: dict[int, str]) -> list[tuple[int, int]]:
    found = []
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            break
        running.pop(pid, None)
        found.append((pid, os.waitstatus_to_exitcode(status)))
    return found


def _end(running: dict[int, str]) -> None:
    """Programs are asked first: a killed PostgreSQL leaves its parts and its memory behind."""
    for pid, kind in running.items():
        os.kill(pid, signal.SIGCONT)
        os.kill(pid, signal.SIGQUIT if kind == "program" else signal.SIGKILL)
    until = time.monotonic() + LAST_BREATH
    while running and time.monotonic() < until:
        _reap(running)
        time.sleep(PAUSE)
    for pid in running:
        os.kill(pid, signal.SIGKILL)
    while running:
        _reap(running)
        time.sleep(PAUSE)
