"""The floors: the least that anybody would have to do, on the same libraries.

    python -m bench.floors webhook DATABASE_URL PORT

The webhook is a bare Starlette app that reads the form, checks the signature with Twilio's own
validator and commits one row through the same driver. On SQLite one thread commits whatever
waits at once; on PostgreSQL each text is an INSERT that commits by itself, on one of sixteen
connections. It runs as our web server does.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from urllib.parse import parse_qsl

import psycopg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from bench.town import PUBLIC_URL, TOKEN
from hotline import roles

CONNECTIONS = 16
BATCH = 64
TABLE = "CREATE TABLE floor (sid TEXT PRIMARY KEY, sender TEXT NOT NULL, body TEXT NOT NULL)"
ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response><Message>Got it.</Message></Response>'

Row = tuple[str, str, str]
Commit = Callable[[Row], "Future[None]"]


def webhook(commit: Commit) -> Starlette:
    validator = RequestValidator(TOKEN)

    async def text(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("ascii"), keep_blank_values=True))
        signature = request.headers.get("x-twilio-signature", "")
        if not validator.validate(f"{PUBLIC_URL}/sms", form, signature):
            return Response(status_code=403)
        row = (form["MessageSid"], form["From"], form["Body"])
        await asyncio.wrap_future(commit(row))
        return Response(ANSWER, media_type="text/xml")

    return Starlette(routes=[Route("/sms", text, methods=["POST"])])


def sqlite_commit(path: str) -> Commit:
    waiting: queue.SimpleQueue[tuple[Row, Future[None]]] = queue.SimpleQueue()

    def write() -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(TABLE)
        while True:
            batch = [waiting.get()]
            while len(batch) < BATCH and not waiting.empty():
                batch.append(waiting.get())
            connection.execute("BEGIN IMMEDIATE")
            for row, _ in batch:
                connection.execute("INSERT INTO floor VALUES (?, ?, ?)", row)
            connection.execute("COMMIT")
            for _, future in batch:
                future.set_result(None)

    def commit(row: Row) -> Future[None]:
        future: Future[None] = Future()
        waiting.put((row, future))
        return future

    threading.Thread(target=write, daemon=True).start()
    return commit


def postgresql_commit(url: str) -> Commit:
    with psycopg.connect(url, autocommit=True) as first:
        first.execute(TABLE)
    mine = threading.local()

    def connect() -> None:
        mine.connection = psycopg.connect(url, autocommit=True)

    def write(row: Row) -> None:
        mine.connection.execute("INSERT INTO floor VALUES (%s, %s, %s)", row)

    threads = ThreadPoolExecutor(CONNECTIONS, initializer=connect)
    return lambda row: threads.submit(write, row)


def main() -> None:
    match sys.argv[1:]:
        case ["webhook", url, port]:
            path = url.removeprefix("sqlite:///")
            commit = postgresql_commit(url) if path == url else sqlite_commit(path)
            roles.serve(webhook(commit), "127.0.0.1", int(port))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
