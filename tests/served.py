"""Serve an app on this machine for the length of a `with` block, by a real uvicorn.

Only on 127.0.0.1, on a port that was free. Knows nothing of the apps it serves.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

PATIENCE = 10.0
Build = Callable[[str], ASGIApp]


class _Server(uvicorn.Server):
    """Says when it has started, instead of being asked again and again."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()


@contextmanager
def serve(app: ASGIApp | None = None, *, build: Build | None = None) -> Iterator[str]:
    """The app's base URL, such as `http://127.0.0.1:40123`, until the block ends.

    `build` makes an app that must know its own address.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        host, port = listener.getsockname()
        app = app or (build(f"http://{host}:{port}") if build else None)
        assert app is not None
        config = uvicorn.Config(
            app, lifespan="on", ws="none", log_level="error", timeout_graceful_shutdown=1
        )
        server = _Server(config)
        thread = threading.Thread(
            target=server.run, kwargs={"sockets": [listener]}, name=f"uvicorn-{port}", daemon=True
        )
        thread.start()
        try:
            if not server.is_up.wait(PATIENCE):
                raise RuntimeError("the app did not start")
            yield f"http://{host}:{port}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE)
            assert not thread.is_alive(), "the app did not stop"
