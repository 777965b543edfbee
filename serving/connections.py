"""What one connection to the web process may come to, so that nobody wears it out: bytes in front
of a body, seconds until a request is here, and how many connections there are.

uvicorn limits none of these where httptools reads for it: 100 MB of headers on one connection were
taken, and a connection that sends a letter a minute held its place for good.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD: Final = 32 * 1024  # bytes of address and headers; the carrier's have some 1,000
LARGEST_PIECE: Final = 4 * LARGEST_HEAD  # bytes that are looked at before a head must be whole
WHOLE_WITHIN: Final = 15.0  # seconds for a whole request; the carrier itself waits that long
REST: Final = 5  # seconds between two requests on one connection
MOST: Final = 500  # connections at a time; one more is told to come back later


class BoundedProtocol(HttpToolsProtocol):
    """Cuts a connection whose headers are too large, or whose request is not whole in time."""

    _arrived = 0  # bytes since the last request was whole, while the head of the next is not
    _head = 0  # bytes of the address and headers among these
    _is_in_body = False
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_longer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._deadline is None:
            self._wait()
        if not self._is_in_body:
            self._arrived += len(data)
        if self._is_too_large():
            self._cut()
            return
        super().data_received(data)
        if self._is_too_large():
            self._cut()

    def on_message_begin(self) -> None:
        self._head, self._is_in_body = 0, False
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._head += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head += len(name) + len(value)
        if self._head <= LARGEST_HEAD:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._is_in_body, self._arrived = True, 0
        if self._head <= LARGEST_HEAD:  # else it is cut before anything is done
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._head <= LARGEST_HEAD:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._is_in_body = False
        if self._head <= LARGEST_HEAD:
            self._wait_no_longer()
            super().on_message_complete()

    def _is_too_large(self) -> bool:
        return self._head > LARGEST_HEAD or self._arrived > LARGEST_PIECE

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(WHOLE_WITHIN, self._cut)

    def _wait_no_longer(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _cut(self) -> None:
        """Without an answer: whoever sends that reads none."""
        self._wait_no_longer()
        self.transport.abort()


LIMITS: Final[dict[str, Any]] = {
    "http": BoundedProtocol,
    "ws": "none",
    "limit_concurrency": MOST,
    "timeout_keep_alive": REST,
}
"""For `uvicorn.Config`."""
