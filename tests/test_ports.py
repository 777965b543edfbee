"""The port of a server that is yet to begin is its own."""

from __future__ import annotations

import errno
import socket
import sys

import pytest
from ports import own_port

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is let go there")


def test_a_server_can_have_it_and_have_it_again() -> None:
    port = own_port()
    for _ in range(2):
        with socket.create_server(("127.0.0.1", port)), _asked(port):
            pass
    with pytest.raises(ConnectionRefusedError), _asked(port):
        pass


def test_nobody_else_is_given_it() -> None:
    port = own_port()
    with socket.socket() as other, pytest.raises(OSError, match="in use") as refused:
        other.bind(("127.0.0.1", port))
    assert refused.value.errno == errno.EADDRINUSE
    assert own_port() != port


def _asked(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)
