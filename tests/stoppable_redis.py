"""A Redis that a test can stop, start again, and let hang."""

from __future__ import annotations

import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from waiting import until

from rehearsal import redis_server


class StoppableRedis:
    """On a socket of its own, empty at each start."""

    def __enter__(self) -> StoppableRedis:
        self._folder = tempfile.TemporaryDirectory(prefix="hotline-redis-")
        self._socket = Path(self._folder.name) / "redis.sock"
        self.url = f"unix://{self._socket}"
        self.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self.stop()
        self._folder.cleanup()

    def start(self) -> None:
        command = [str(redis_server.program()), "--port", "0", "--unixsocket", str(self._socket)]
        command += ["--save", "", "--dir", self._folder.name]
        self._server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until(self._answers, "Redis starts")

    def stop(self) -> None:
        self._server.terminate()
        self._server.wait()

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """It takes connections and does not answer."""
        self._server.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._server.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        with Redis(unix_socket_path=str(self._socket)) as client:
            try:
                return bool(client.ping())
            except RedisError:
                return False
