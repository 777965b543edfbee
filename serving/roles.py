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

from hotline.settings import Settings
from hotline.store.database import Database
from hotline.work import Now, furnish, utc_now

if TYPE_CHECKING:
    from starlette.applications import Starlette


GARBAGE = 20_000  # new objects, after which it is looked for
NOT_STARTED = 3  # what uvicorn's own `run` exits with
PROGRAM = (
    "uvicorn",
    "serving.app",
    "hotline.carriers.twilio.client",
    "paging.jobs",
    "paging.clock",
)


def import_program() -> None:
    """Import all of it before forking, so that the processes share the memory it takes."""
    for module in PROGRAM:
        importlib.import_module(module)


def web(
    of: Settings, host: str, port: int, front: Starlette | None = None, now: Now = utc_now
) -> None:
    """The webhooks; `front` answers every other address, for a rehearsal."""
    from serving.app import Hotline

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
    # What is here now stays, and a text leaves no garbage in circles: looking for it again and
    # again would cost every request.
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)
    server.run()
    if not server.started:
        sys.exit(NOT_STARTED)


def worker(of: Settings, now: Now = utc_now) -> None:
    """One worker: asks volunteers, sends messages."""
    from hotline.carriers.twilio.client import Carrier
    from ivr.calling import lost
    from paging import dispatch, jobs

    database = Database(of.environment.sqlalchemy_url)
    queue = dispatch.JobQueue(of.environment.redis_url)
    carrier = Carrier(of.environment)
    house = furnish(of.network, now)
    jobs.take_up(jobs.Tools(house, database, carrier, queue, end_call=lost))
    queue.await_redis()
    dispatch.worker(of.environment.redis_url).work(logging_level="WARNING")


def clock(of: Settings, now: Now = utc_now) -> None:
    """Enqueues what is due."""
    from paging import clock as ticking
    from paging.dispatch import JobQueue

    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    database = Database(of.environment.sqlalchemy_url)
    ticking.run(database, JobQueue(of.environment.redis_url), now, stop)
    database.close()
