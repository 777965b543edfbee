"""A carrier that takes any text, as fast or as slowly as it is told to.

    python -m bench.carrier_stub PORT MILLISECONDS

`POST …/Messages.json` is answered as Twilio answers, after that many milliseconds, and noted.
`GET /taken?after=N&count=M` waits until M more texts than N were taken and tells all after the
Nth. It checks nothing, and calls nobody back. The rehearsal carrier does all of that, and is too
slow to measure with. Times are `time.monotonic`, which on Linux all processes share.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any, cast
from urllib.parse import parse_qs, parse_qsl, urlsplit

import uvloop

from bench import children
from bench.town import ACCOUNT, NUMBER

CREATE = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


@dataclass(frozen=True)
class Taken:
    """One text that the carrier took: when it came, when it was answered, to whom and what."""

    arrived: float
    answered: float
    to: str
    body: str


class Carrier:
    """A running stub, as the benchmark sees it."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._port = port

    def taken(self, after: int, count: int, patience: float = 60.0) -> list[Taken]:
        """The texts after that many; waits until there are `count` of them."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=patience)
        try:
            connection.request("GET", f"/taken?after={after}&count={count}")
            rows = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return [Taken(*row) for row in rows]


@contextmanager
def running(milliseconds: int) -> Iterator[Carrier]:
    port = children.free_port()
    with children.running("bench.carrier_stub", port, milliseconds, cores=children.OTHERS):
        children.wait_for_port(port)
        yield Carrier(port)


class _Book:
    """What was taken, and who waits for more."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.taken: list[Taken] = []
        self.more = asyncio.Event()

    def note(self, it: Taken) -> None:
        self.taken.append(it)
        self.more.set()

    async def after(self, number: int, count: int) -> list[Taken]:
        while len(self.taken) < number + count:
            self.more.clear()
            await self.more.wait()
        return self.taken[number:]


class _Connection(asyncio.Protocol):
    def __init__(self, book: _Book) -> None:
        self._book = book
        self._received = b""
        self._doing: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """One request at a time: nobody who calls us sends a second before our answer."""
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        self._received = b""
        method, path, _ = head.split(b" ", 2)
        arrived = time.monotonic()
        does = self._create(body, arrived) if method == b"POST" else self._tell(path.decode())
        self._doing = asyncio.get_running_loop().create_task(does)

    async def _create(self, body: bytes, arrived: float) -> None:
        form = dict(parse_qsl(body.decode()))
        if self._book.delay:
            await asyncio.sleep(self._book.delay - (time.monotonic() - arrived))
        text = Taken(arrived, time.monotonic(), form.get("To", ""), form.get("Body", ""))
        self._answer(201, _created(f"SM{len(self._book.taken):032x}", text))
        self._book.note(text)

    async def _tell(self, path: str) -> None:
        asked = parse_qs(urlsplit(path).query)
        found = await self._book.after(int(asked["after"][0]), int(asked["count"][0]))
        self._answer(200, [[it.arrived, it.answered, it.to, it.body] for it in found])

    def _answer(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\n"
        self._transport.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


def _created(sid: str, it: Taken) -> dict[str, Any]:
    return {
        "sid": sid,
        "account_sid": ACCOUNT,
        "api_version": "2010-04-01",
        "body": it.body,
        "date_created": "Mon, 02 Mar 2026 17:00:00 +0000",
        "date_sent": None,
        "date_updated": "Mon, 02 Mar 2026 17:00:00 +0000",
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": NUMBER,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "status": "queued",
        "subresource_uris": {},
        "to": it.to,
        "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}.json",
    }


async def _serve(port: int, delay: float) -> None:
    book = _Book(delay)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(book), "127.0.0.1", port)
    await server.serve_forever()


def main() -> None:
    port, milliseconds = sys.argv[1:]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(int(port), float(milliseconds) / 1000))


if __name__ == "__main__":
    main()
