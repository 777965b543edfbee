"""A Redis that its sentinels moved to another machine is found again."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from ports import own_port
from redis import Redis
from redis.exceptions import RedisError
from waiting import until

from hotline.work import Job
from paging.dispatch import JobQueue, connect, disconnect
from rehearsal import redis_server


class Machines:
    """Two Redis servers and a sentinel that watches them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.ports = {name: own_port() for name in ("first", "second", "sentinel")}
        self.start("first")
        self.start("second", "--replicaof", "127.0.0.1", str(self.ports["first"]))
        until(self._replicates, "the second Redis follows the first")
        self._start_sentinel()

    def start(self, name: str, *more: str) -> None:
        command = [str(redis_server.program()), "--port", str(self.ports[name]), "--save", ""]
        command += ["--bind", "127.0.0.1", "--dir", str(self._folder), *more]
        self._running[name] = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until(lambda: self._answers(name), f"{name} starts")

    def stop(self, name: str) -> None:
        server = self._running.pop(name)
        server.kill()
        server.wait()

    def close(self) -> None:
        for name in list(self._running):
            self.stop(name)

    @property
    def url(self) -> str:
        return f"sentinel://127.0.0.1:{self.ports['sentinel']}/hotline/0"

    def knows_master(self, name: str) -> bool:
        with Redis(port=self.ports["sentinel"], socket_timeout=1) as sentinel:
            found = sentinel.sentinel_get_master_addr_by_name("hotline")
        return found is not None and found[1] == self.ports[name]

    def _start_sentinel(self) -> None:
        configuration = self._folder / "sentinel.conf"
        configuration.write_text(
            f"port {self.ports['sentinel']}\n"
            "bind 127.0.0.1\n"
            f"sentinel monitor hotline 127.0.0.1 {self.ports['first']} 1\n"
            "sentinel down-after-milliseconds hotline 300\n"
            "sentinel failover-timeout hotline 2000\n"
        )
        command = [str(redis_server.program()), str(configuration), "--sentinel"]
        self._running["sentinel"] = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        until(lambda: self._answers("sentinel"), "the sentinel starts")
        until(self._sees_both, "the sentinel sees both")

    def _answers(self, name: str) -> bool:
        with Redis(port=self.ports[name], socket_timeout=1) as redis:
            try:
                return bool(redis.ping())
            except RedisError:
                return False

    def _replicates(self) -> bool:
        with Redis(port=self.ports["second"], socket_timeout=1) as redis:
            return redis.info("replication").get("master_link_status") == "up"

    def _sees_both(self) -> bool:
        with Redis(port=self.ports["sentinel"], socket_timeout=1) as sentinel:
            return len(sentinel.sentinel_slaves("hotline")) == 1


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    found = Machines(tmp_path)
    yield found
    found.close()


def test_jobs_are_queued_on_the_machine_that_took_over(machines: Machines) -> None:
    queue = JobQueue(machines.url)
    queue.enqueue([Job("ask", (12,), "wave-12-1-1")])

    machines.stop("first")
    until(lambda: machines.knows_master("second"), "the sentinel names the second")
    until(lambda: _is_queued(queue, machines), "a job is found there")

    queue.close()


def _is_queued(queue: JobQueue, machines: Machines) -> bool:
    queue.enqueue([Job("ask", (13,), "wave-13-1-1")])
    redis = connect(machines.url, 1.0)
    try:
        return bool(redis.exists("rq:job:wave-13-1-1"))
    except RedisError:
        return False
    finally:
        disconnect(redis)
