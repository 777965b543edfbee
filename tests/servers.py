"""Real Redis and PostgreSQL servers for the tests, on sockets of their own."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from hotline import keyring
from rehearsal import redis_server

# The key of every database of the tests, as HOTLINE_KEYS has it.
KEYS = keyring.written(keyring.SealingKey(b"the key of the tests of hotline."))
KEYRING = keyring.read(KEYS)

PATIENCE = 60.0
Begin = Callable[..., "subprocess.Popen[Any]"]


@contextmanager
def redis(begin: Begin = subprocess.Popen) -> Iterator[str]:
    """The address of an empty Redis: the machine's own, else the one from the wheel."""
    with tempfile.TemporaryDirectory(prefix="hotline-redis-") as folder:
        socket = Path(folder) / "redis.sock"
        command = [str(redis_server.program()), "--port", "0", "--unixsocket", str(socket)]
        command += ["--save", "", "--dir", folder]
        server = begin(command, stdout=subprocess.DEVNULL)
        try:
            _wait_for_redis(socket)
            yield f"unix://{socket}"
        finally:
            server.terminate()
            server.wait()


def _wait_for_redis(socket: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        client = Redis(unix_socket_path=str(socket))
        try:
            if socket.exists() and client.ping():
                return
        except RedisError:
            pass
        finally:
            client.close()
        os.sched_yield()
    raise RuntimeError("Redis did not start")


def postgresql_programs() -> Path | None:
    """The folder of this machine's PostgreSQL server programs."""
    if (found := shutil.which("initdb")) and shutil.which("postgres"):
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@contextmanager
def postgresql(
    programs: Path, *, durable: bool = False, begin: Begin = subprocess.Popen
) -> Iterator[str]:
    """The address of a PostgreSQL server with an empty database, on a socket of its own.

    `durable`: what is committed outlasts a power cut. No test needs that, a benchmark does.
    """
    folder = Path(tempfile.mkdtemp(prefix="hotline-postgresql-"))
    user = not_root(folder)
    data = folder / "data"
    initdb = [programs / "initdb", "-D", data, "-U", "hotline", "-A", "trust", "-E", "UTF8"]
    command = [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses="]
    command += ["-c", f"fsync={'on' if durable else 'off'}", "-c", "max_connections=200"]
    server = None
    try:
        subprocess.run([*initdb, "--no-sync"], check=True, capture_output=True, user=user)
        quiet = subprocess.DEVNULL
        server = begin(command, stdout=quiet, stderr=quiet, user=user)
        ready = [programs / "pg_isready", "-q", "-h", folder, "-t", str(int(PATIENCE))]
        _wait_until_ready(ready)
        yield f"postgresql://hotline@/postgres?host={folder}"
    finally:
        if server is not None:
            server.send_signal(signal.SIGINT)  # fast: does not wait for forgotten connections
            server.wait()
        shutil.rmtree(folder)


def _wait_until_ready(ready: list[object]) -> None:
    until = time.monotonic() + PATIENCE
    while subprocess.run(ready, check=False).returncode != 0:  # type: ignore[call-overload]
        if time.monotonic() > until:
            raise RuntimeError("PostgreSQL did not start")


def not_root(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: then the folder goes to somebody who is not."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            owner = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        return name
    return None
