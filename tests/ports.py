"""A port for a server that another process will begin, which nobody else gets meanwhile."""

from __future__ import annotations

import socket
import sys

_kept: list[socket.socket] = []


def own_port() -> int:
    """One of 127.0.0.1 that is ours until this process ends.

    A port that was free and is let go may be anybody's before its server has begun, which takes
    seconds: another test's server is given it, or an outgoing connection. So it stays bound here.
    Where nobody listens yet, Linux lets a server that sets SO_REUSEADDR, as all of ours do, bind
    and listen beside that, and gives it to nobody who asks for any port; other systems do not, and
    there it is let go.
    """
    keeper = socket.socket()
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    keeper.bind(("127.0.0.1", 0))
    port: int = keeper.getsockname()[1]
    if sys.platform == "linux":
        _kept.append(keeper)
    else:
        keeper.close()
    return port
