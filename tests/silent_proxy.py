"""A TCP proxy on 127.0.0.1 that can fall silent: what comes is swallowed, and nothing is closed, as
by a firewall that has forgotten a connection."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any


class SilentProxy:
    """Passes bytes on to a port of this machine while it is a `with` block."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._loop = asyncio.new_event_loop()
        self._silent: set[asyncio.StreamWriter] = set()
        self._open: set[asyncio.StreamWriter] = set()
        self._onward: set[asyncio.StreamWriter] = set()
        self._all = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    def __enter__(self) -> SilentProxy:
        self._thread = threading.Thread(target=self._run, name="silent-proxy", daemon=True)
        started = threading.Event()
        self._loop.call_soon(started.set)
        self._thread.start()
        started.wait()
        self._do(self._listen)
        return self

    def __exit__(self, *_problem: object) -> None:
        self._do(self._end)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def connections(self) -> int:
        """How many pass something on."""
        return len(self._open - self._silent)

    def swallow(self, *, new_ones_too: bool = False) -> None:
        """Every connection there is falls silent, and none is closed."""

        async def fall_silent() -> None:
            self._silent |= self._open
            self._all = new_ones_too

        self._do(fall_silent)

    def pass_on(self) -> None:
        """New connections are passed on again. Those that fell silent stay so."""

        async def wake() -> None:
            self._all = False

        self._do(wake)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _do(self, what: Callable[[], Any]) -> None:
        asyncio.run_coroutine_threadsafe(what(), self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, onward = await asyncio.open_connection("127.0.0.1", self._to)
        self._open.add(writer)
        self._onward.add(onward)
        if self._all:
            self._silent.add(writer)
        pair = (self._pump(reader, onward, writer), self._pump(there, writer, writer))
        self._tasks |= {asyncio.ensure_future(it) for it in pair}

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, of: asyncio.StreamWriter
    ) -> None:
        try:
            while came := await source.read(65536):
                if of not in self._silent:
                    sink.write(came)
                    await sink.drain()
        except OSError:
            pass
        if of not in self._silent:
            self._open.discard(of)
            sink.close()

    async def _end(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in self._open | self._onward:
            writer.transport.abort()
