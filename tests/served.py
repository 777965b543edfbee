"""Serve an app on this machine for the length of a `with` block, by a real uvicorn.

Only on 127.0.0.1, on a port that was free. Knows nothing of the apps it serves.
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp

PATIENCE = 60.0
GRACE = 1.0  # seconds for answers that are under way when it is to stop
A_MOMENT = 0.005
REST = 600  # seconds until a connection is closed: a client that takes one up again is never late
Build = Callable[[str], ASGIApp]


class _Server(uvicorn.Server):
    """Says when it has started, instead of being asked again and again, and stops when it is told:
    uvicorn looks ten times a second whether it is to stop, and then rests a tenth of a second,
    which is longer than most tests take."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._loop, self._is_told = asyncio.get_running_loop(), asyncio.Event()
        self.is_up.set()

    async def main_loop(self) -> None:
        ticking = asyncio.create_task(super().main_loop())
        await self._is_told.wait()
        ticking.cancel()

    def stop(self) -> None:
        self.should_exit = True
        if self.is_up.is_set():
            self._loop.call_soon_threadsafe(self._is_told.set)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for it in (*self.servers, *(sockets or ())):
            it.close()
        state = self.server_state
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await asyncio.sleep(A_MOMENT)  # who was let in just now becomes a connection
                while state.connections or state.tasks:
                    for connection in list(state.connections):
                        connection.shutdown()
                    await asyncio.sleep(A_MOMENT)
        for task in state.tasks:
            task.cancel()
        for connection in list(state.connections):  # else the loop cannot be closed
            connection.transport.abort()
        await asyncio.sleep(0)
        await self.lifespan.shutdown()


@contextmanager
def serve(
    app: ASGIApp | None = None, *, build: Build | None = None, **options: Any
) -> Iterator[str]:
    """The app's base URL, such as `http://127.0.0.1:40123`, until the block ends.

    `build` makes an app that must know its own address; `options` are uvicorn's.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        host, port = listener.getsockname()
        app = app or (build(f"http://{host}:{port}") if build else None)
        assert app is not None
        usual: dict[str, Any] = {"ws": "none", "timeout_keep_alive": REST}
        config = uvicorn.Config(app, lifespan="on", log_level="error", **{**usual, **options})
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
            server.stop()
            thread.join(PATIENCE)
            assert not thread.is_alive(), "the app did not stop"
