"""The floors: the least that anybody would have to do, on the same libraries.

    python -m bench.floors webhook DATABASE_URL PORT
    python -m bench.floors worker REDIS_URL
    python -m bench.floors post ADDRESS COUNT

The webhook is a bare Starlette app that reads the form, checks the signature with Twilio's own
validator and commits one row through the same driver. On SQLite one thread commits whatever
waits at once; on PostgreSQL each text is an INSERT that commits by itself, on one of sixteen
connections. It runs as our web server does. The worker is RQ's own, for jobs that post one text;
and `post` brings many texts from sixteen threads with one pooled session.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from urllib.parse import parse_qsl

import psycopg
import requests
from redis import Redis
from requests.adapters import HTTPAdapter
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator

from bench.town import ACCOUNT, NUMBER, PUBLIC_URL, TOKEN
from hotline import roles

CONNECTIONS = 16
BATCH = 64
QUEUE = "floor"
PAGE = "Maple Street: a neighbor in northside needs food (just now). Reply YES 12 to take it."
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


@cache
def session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", HTTPAdapter(pool_maxsize=CONNECTIONS))
    return session


def post(address: str, to: str = "+12125550141") -> None:
    """The job: one text, in the form and with the credentials that the carrier wants."""
    form = {"To": to, "From": NUMBER, "Body": PAGE}
    session().post(address, data=form, auth=(ACCOUNT, TOKEN), timeout=15).raise_for_status()


def work(redis_url: str) -> None:
    connection = Redis.from_url(redis_url)
    queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer)
    worker = SimpleWorker([queue], connection=connection, serializer=JSONSerializer)
    worker.work(logging_level="WARNING")


def post_many(address: str, count: int) -> None:
    session()
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        list(threads.map(lambda number: post(address, f"+1917{number:07}"), range(count)))


def main() -> None:
    match sys.argv[1:]:
        case ["webhook", url, port]:
            path = url.removeprefix("sqlite:///")
            commit = postgresql_commit(url) if path == url else sqlite_commit(path)
            roles.serve(webhook(commit), "127.0.0.1", int(port))
        case ["worker", redis_url]:
            work(redis_url)
        case ["post", address, count]:
            post_many(address, int(count))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
