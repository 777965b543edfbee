"""Nobody wears the web process out with what comes in front of a request, or never comes."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import httpx2
import pytest
from served import serve
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from serving import connections

A_MEGABYTE = b"a" * 1_000_000
HEADER = b"X-Filler: " + b"b" * 8_000 + b"\r\n"


async def _count(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
def address() -> Iterator[str]:
    app = Starlette(routes=[Route("/", _count, methods=["POST"])])
    with serve(app, **connections.LIMITS) as address:
        yield address


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, address: str) -> str:
    monkeypatch.setattr(connections, "WHOLE_WITHIN", 0.3)
    return address


def _connect(address: str) -> socket.socket:
    parts = urlsplit(address)
    return socket.create_connection((str(parts.hostname), parts.port or 0), timeout=5)


def _taken_of(address: str, begins: bytes, more: bytes, times: int) -> int:
    """How often `more` is taken before the connection is cut."""
    taken = 0
    with _connect(address) as line, suppress(OSError):
        line.sendall(begins)
        while taken < times:
            line.sendall(more)
            taken += 1
    return taken


def test_headers_without_end_are_cut(address: str) -> None:
    begins = b"POST / HTTP/1.1\r\nHost: here\r\n"
    assert _taken_of(address, begins, HEADER, 12_500) < 2_500  # of 100 MB; the rest lay in buffers


def test_one_header_without_end_is_cut(address: str) -> None:
    assert _taken_of(address, b"POST / HTTP/1.1\r\nX-Filler: ", A_MEGABYTE, 100) < 20


def test_an_address_without_end_is_cut(address: str) -> None:
    assert _taken_of(address, b"POST /", A_MEGABYTE, 100) < 20


def test_large_headers_in_one_piece_are_not_read(address: str) -> None:
    with pytest.raises(httpx2.TransportError):
        httpx2.post(f"{address}/", headers={"X-Filler": "b" * 40_000})


def _is_cut(line: socket.socket) -> bool:
    try:
        return line.recv(100) == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize(
    "begins",
    [
        b"",
        b"POST / HTTP/1.1\r\nHost: he",
        b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\n\r\nsome",
    ],
    ids=["nothing", "half a head", "half a body"],
)
def test_whoever_is_slow_is_cut(impatient: str, begins: bytes) -> None:
    with _connect(impatient) as line:
        line.sendall(begins)
        began = time.monotonic()
        assert _is_cut(line)
        assert time.monotonic() - began < 3


def test_a_large_form_and_many_requests_on_one_connection_are_taken(impatient: str) -> None:
    with httpx2.Client(base_url=impatient) as client:
        for size in (10, 60_000, 1, 0, 64_000):
            found = client.post("/", content=b"c" * size, headers={"X-Some": "d" * 10_000})
            assert found.text == str(size)
