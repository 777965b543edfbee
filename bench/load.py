"""The load: requests sent over a few connections, each as soon as the one before is answered.

    python -m bench.load PORT CONNECTIONS SECONDS < requests > outcome

A process of its own, so that it takes nothing from the one that is measured. Requests come in as
a pickled list of bytes; what came of them goes out as JSON. It ends when that time is over, or
when nothing is left to send.
"""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import uvloop

from bench import children

WITHIN = 300.0  # seconds for all of it


@dataclass(frozen=True)
class Outcome:
    """`latencies` are milliseconds, in the order of the answers. `busy` is the share of the
    time in which the load itself computed: near 1 it measures itself."""

    seconds: float
    latencies: list[float]
    statuses: dict[str, int]
    busy: float

    @property
    def count(self) -> int:
        return len(self.latencies)

    @property
    def rate(self) -> float:
        return self.count / self.seconds

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def drive(
    port: int, connections: int, requests: Sequence[bytes], accepted: str, seconds: float
) -> Outcome:
    """Send the requests from a process of its own. Every answer must be `accepted`."""
    command = [sys.executable, "-m", "bench.load", port, connections, seconds]
    process = children.begin(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=children.ROOT
    )
    try:
        written, _ = process.communicate(pickle.dumps(list(requests)), timeout=WITHIN)
    finally:
        children.end(process)
    outcome = Outcome(**json.loads(written))
    if set(outcome.statuses) != {accepted}:
        raise RuntimeError(f"the server answered {outcome.statuses}")
    return outcome


class _Connection(asyncio.Protocol):
    """One keep-alive connection: a request, its answer, the next request."""

    def __init__(self, load: _Load) -> None:
        self._load = load
        self._received = b""
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def send_next(self) -> None:
        request = self._load.next_request()
        if request is None:
            self._transport.close()
            self._load.connection_is_done()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        self._received = b""
        self._load.answered(head[9:12], time.perf_counter() - self._sent_at)
        self.send_next()

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002
        if self._load.next_request() is not None:
            self._load.done.set_exception(ConnectionError("the server closed a connection"))


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


class _Load:
    def __init__(self, requests: Sequence[bytes], connections: int, seconds: float) -> None:
        self._requests: Iterator[bytes] = iter(requests)
        self._seconds = seconds
        self._until = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._open = connections
        self._statuses: Counter[bytes] = Counter()
        self._latencies: list[float] = []

    async def run(self, port: int) -> Outcome:
        loop = asyncio.get_running_loop()
        connections = [
            (await loop.create_connection(lambda: _Connection(self), "127.0.0.1", port))[1]
            for _ in range(self._open)
        ]
        began, computed = time.perf_counter(), time.process_time()
        self._until = began + self._seconds
        for connection in connections:
            connection.send_next()
        await self.done
        seconds = time.perf_counter() - began
        return Outcome(
            seconds,
            self._latencies,
            {status.decode(): count for status, count in self._statuses.items()},
            (time.process_time() - computed) / seconds,
        )

    def next_request(self) -> bytes | None:
        return next(self._requests, None) if time.perf_counter() < self._until else None

    def answered(self, status: bytes, seconds: float) -> None:
        self._statuses[status] += 1
        self._latencies.append(seconds * 1000)

    def connection_is_done(self) -> None:
        self._open -= 1
        if not self._open:
            self.done.set_result(None)


async def _run(port: int, connections: int, seconds: float, requests: Sequence[bytes]) -> Outcome:
    return await _Load(requests, connections, seconds).run(port)


def main() -> None:
    port, connections, seconds = sys.argv[1:]
    requests = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        outcome = runner.run(_run(int(port), int(connections), float(seconds), requests))
    json.dump(outcome.__dict__, sys.stdout)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
