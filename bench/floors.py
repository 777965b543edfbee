"""The floors: the least that anybody would have to do, on the same libraries.

    python -m bench.floors row DATABASE_URL PORT
    python -m bench.floors request DATABASE_URL PORT
    python -m bench.floors worker REDIS_URL
    python -m bench.floors post ADDRESS COUNT

The first two are a bare Starlette app that reads the form, checks the signature with Twilio's own
validator and writes through the same driver: one row for a text, or the five plain statements
without which no new request can be written down, in one transaction. On SQLite one thread commits
whatever waits at once; on PostgreSQL each text commits by itself, on one of sixteen connections.
It runs as our web server does. The worker is RQ's own, for jobs that post one text;
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
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any
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
from serving import web_server

CONNECTIONS = 16
BATCH = 64
QUEUE = "floor"
PAGE = "Maple Street: a neighbor in northside needs food (just now). Reply YES 12 to take it."
ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response><Message>Got it.</Message></Response>'

Row = tuple[str, str, str]
"""The name of a text, who sent it, and its words."""
Commit = Callable[[Row], "Future[None]"]
Write = Callable[[Any, Row], object]
"""On a connection of either driver."""


@dataclass(frozen=True)
class Written:
    """What is written for a text. `writing` makes it of the mark that stands for a value."""

    tables: tuple[str, ...]
    writing: Callable[[str], Write]
    in_transaction: bool


def one_row(mark: str) -> Write:
    insert = "INSERT INTO text VALUES (?, ?, ?)".replace("?", mark)
    return lambda connection, row: connection.execute(insert, row)


def new_request(mark: str) -> Write:
    look_up, person, request, text, answer = (
        statement.replace("?", mark)
        for statement in (
            "SELECT id FROM person WHERE phone = ?",
            "INSERT INTO person (phone) VALUES (?) RETURNING id",
            "INSERT INTO request (person_id, need) VALUES (?, ?) RETURNING number",
            "INSERT INTO text VALUES (?, ?, ?, ?)",
            "INSERT INTO answer (request_number, body) VALUES (?, ?)",
        )
    )

    def write(connection: Any, row: Row) -> None:
        sid, sender, body = row
        known = connection.execute(look_up, (sender,)).fetchone()
        (who,) = known or connection.execute(person, (sender,)).fetchone()
        (number,) = connection.execute(request, (who, "food")).fetchone()
        connection.execute(text, (sid, who, number, body))
        connection.execute(answer, (number, ANSWER))

    return write


ROW = Written(
    ("CREATE TABLE text (sid TEXT PRIMARY KEY, sender TEXT NOT NULL, body TEXT NOT NULL)",),
    one_row,
    in_transaction=False,
)
REQUEST = Written(
    (
        "CREATE TABLE person (id {number}, phone TEXT NOT NULL UNIQUE)",
        "CREATE TABLE request (number {number}, person_id INTEGER NOT NULL REFERENCES person,"
        " need TEXT NOT NULL)",
        "CREATE TABLE text (sid TEXT PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES person,"
        " request_number INTEGER NOT NULL REFERENCES request, body TEXT NOT NULL)",
        "CREATE TABLE answer (id {number}, request_number INTEGER NOT NULL REFERENCES request,"
        " body TEXT NOT NULL)",
    ),
    new_request,
    in_transaction=True,
)


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


def sqlite_commit(path: str, written: Written) -> Commit:
    write_one = written.writing("?")
    waiting: queue.SimpleQueue[tuple[Row, Future[None]]] = queue.SimpleQueue()

    def write() -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        for table in written.tables:
            connection.execute(table.format(number="INTEGER PRIMARY KEY"))
        while True:
            batch = [waiting.get()]
            while len(batch) < BATCH and not waiting.empty():
                batch.append(waiting.get())
            connection.execute("BEGIN IMMEDIATE")
            for row, _ in batch:
                write_one(connection, row)
            connection.execute("COMMIT")
            for _, future in batch:
                future.set_result(None)

    def commit(row: Row) -> Future[None]:
        future: Future[None] = Future()
        waiting.put((row, future))
        return future

    threading.Thread(target=write, daemon=True).start()
    return commit


def postgresql_commit(url: str, written: Written) -> Commit:
    with psycopg.connect(url, autocommit=True) as first:
        for table in written.tables:
            first.execute(table.format(number="SERIAL PRIMARY KEY").encode())
    write_one = written.writing("%s")
    mine = threading.local()

    def connect() -> None:
        mine.connection = psycopg.connect(url, autocommit=True)

    def write(row: Row) -> None:
        with mine.connection.transaction() if written.in_transaction else nullcontext():
            write_one(mine.connection, row)

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
        case ["row" | "request" as what, url, port]:
            written, path = ROW if what == "row" else REQUEST, url.removeprefix("sqlite:///")
            commit = postgresql_commit if path == url else sqlite_commit
            web_server.serve(webhook(commit(path, written)), "127.0.0.1", int(port))
        case ["worker", redis_url]:
            work(redis_url)
        case ["post", address, count]:
            post_many(address, int(count))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
