"""The three processes of a hotline, each wired and run until it is told to end.

`cli` starts one, `up` starts all. What only one of them needs is imported when that one starts.
"""

from __future__ import annotations

import gc
import importlib
import signal
import sys
from socket import socket
from threading import Event
from typing import TYPE_CHECKING

from hotline.house import Now, furnish, utc_now
from hotline.settings import Settings
from hotline.store.database import Database

if TYPE_CHECKING:
    from starlette.applications import Starlette


NOT_STARTED = 3  # what uvicorn's own `run` exits with
PROGRAM = ("uvicorn", "hotline.web.app", "hotline.carrier", "paging.jobs", "paging.clock")


def import_program() -> None:
    """Import all of it before forking, so that the processes share the memory it takes."""
    for module in PROGRAM:
        importlib.import_module(module)


def web(
    of: Settings, host: str, port: int, front: Starlette | None = None, now: Now = utc_now
) -> None:
    """The webhooks; `front` answers every other address, for a rehearsal."""
    from hotline.web.app import Hotline

    serve(Hotline(of, now, front).app, host, port, last_answers=5 if front is None else 1)


def serve(app: Starlette, host: str, port: int, *, last_answers: int = 1) -> None:
    """Run an app until SIGTERM or SIGINT; requests under way have `last_answers` seconds."""
    import uvicorn

    # uvicorn raises the signal again once it has ended: then this is what is left to do.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))

    class Server(uvicorn.Server):
        """Lets streams end, which never end by themselves, before it waits for last answers."""

        async def shutdown(self, sockets: list[socket] | None = None) -> None:
            if at_end := getattr(app.state, "at_end", None):
                at_end()
            await super().shutdown(sockets)

    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=last_answers,
    )
    server = Server(config)
    # What is here now stays: looking for garbage in it again and again would cost every request.
    gc.collect()
    gc.freeze()
    server.run()
    if not server.started:
        sys.exit(NOT_STARTED)


def worker(of: Settings, now: Now = utc_now) -> None:
    """One worker: asks volunteers, sends texts."""
    from hotline.carrier import Carrier
    from ivr.calling import lost
    from paging import dispatch, jobs

    database = Database(of.environment.sqlalchemy_url)
    bell = dispatch.Bell(of.environment.redis_url)
    carrier = Carrier(of.environment)
    house = furnish(of.network, now)
    jobs.open_workshop(jobs.Workshop(house, database, carrier, bell, hang_up=lost))
    dispatch.worker(of.environment.redis_url).work(logging_level="WARNING")


def clock(of: Settings, now: Now = utc_now) -> None:
    """Rings for what is due."""
    from paging import clock as ticking
    from paging.dispatch import Bell

    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    database = Database(of.environment.sqlalchemy_url)
    ticking.run(database, Bell(of.environment.redis_url), now, stop)
    database.close()
