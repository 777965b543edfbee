"""The web server: one process that answers until it is told to end."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Callable
from socket import socket

import uvicorn
from starlette.applications import Starlette

from serving.connections import LIMITS
from serving.supervision import NOBODY, Reports

GARBAGE = 20_000  # new objects, after which it is looked for
NOT_STARTED = 3  # what uvicorn's own `run` exits with


def serve(
    app: Starlette,
    host: str,
    port: int,
    *,
    last_answers: int = 1,
    reports: Reports = NOBODY,
    turn: Callable[[], None] = lambda: None,
) -> None:
    """Run an app until SIGTERM or SIGINT; requests under way have `last_answers` seconds. `turn` is
    called each second, by the loop that answers everybody."""
    # uvicorn raises the signal again once it has ended: then this is what is left to do.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    server = _ReportingServer(_config(app, host, port, last_answers, turn), app, reports)
    # What is here now stays, and a text leaves no garbage in circles: looking for it again and
    # again would cost every request.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)
    server.run()
    if not server.started:
        sys.exit(NOT_STARTED)


class _ReportingServer(uvicorn.Server):
    """Says when it is ready, and lets streams end, which never end by themselves, before it waits
    for last answers."""

    def __init__(self, config: uvicorn.Config, app: Starlette, reports: Reports) -> None:
        super().__init__(config)
        self._app = app
        self._reports = reports

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        self._reports.ready()

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._reports.ends()
        if at_end := getattr(self._app.state, "at_end", None):
            at_end()
        await super().shutdown(sockets)


def _config(
    app: Starlette, host: str, port: int, last_answers: int, turn: Callable[[], None]
) -> uvicorn.Config:
    async def turned() -> None:
        turn()

    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=last_answers,
        callback_notify=turned,
        timeout_notify=1,
        **LIMITS,
    )
