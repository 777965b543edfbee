"""Whatever lies in Redis under the name of a job, the jobs behind it are done."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import pytest
from neighborhood import CAST, Neighborhood, open_neighborhood
from redis import Redis

from paging import dispatch

IN_LINE = f"rq:queue:{dispatch.QUEUE}"
GOOD = b'["paging.jobs.ask", null, [12], {}]'


@pytest.fixture
def maple(sqlite_url: str, redis_url: str) -> Iterator[Neighborhood]:
    with open_neighborhood(sqlite_url, redis_url) as opened:
        opened.put_on_roster({"phone": CAST["Ana"], "name": "Ana"})
        yield opened


GARBAGE = {
    "nothing": {},
    "no time": {b"data": zlib.compress(GOOD)},
    "bytes": {b"data": b"\xff\xfe\x00 none", b"created_at": b"2026-03-02T17:00:00Z"},
    "a wrong time": {b"data": zlib.compress(GOOD), b"created_at": b"yesterday"},
    "no list": {b"data": zlib.compress(b'"ask"'), b"created_at": b"2026-03-02T17:00:00Z"},
    "words": {b"data": zlib.compress(b"ask"), b"created_at": b"2026-03-02T17:00:00Z"},
    "no numbers": {
        b"data": zlib.compress(b'["paging.jobs.ask", null, [{"a": []}, "x"], {"b": 1}]'),
        b"created_at": b"2026-03-02T17:00:00Z",
    },
    "a far number": {
        b"data": zlib.compress(b'["paging.jobs.send", null, [99999999999999999999999], {}]'),
        b"created_at": b"2026-03-02T17:00:00Z",
    },
    "another's": {
        b"data": zlib.compress(b'["os._exit", null, [1], {}]'),
        b"created_at": b"2026-03-02T17:00:00Z",
    },
    "a wrong timeout": {
        b"data": zlib.compress(GOOD),
        b"created_at": b"2026-03-02T17:00:00Z",
        b"timeout": b"soon",
        b"status": b"\xff",
    },
}


@pytest.mark.parametrize("name", GARBAGE)
def test_a_job_that_is_garbage_stops_no_other(
    maple: Neighborhood, redis_url: str, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    with Redis.from_url(redis_url) as redis:
        if GARBAGE[name]:
            redis.hset("rq:job:garbage", mapping=GARBAGE[name])
        redis.rpush(IN_LINE, b"garbage")
        redis.rpush(IN_LINE, b"\xff\xfe")
        maple.text("Maria", "need milk")
        assert any("YES 12" in it.body for it in maple.received() if it.who == "Ana")
        assert redis.llen(IN_LINE) == 0
    assert "quitting" not in caplog.text, "the worker has ended, and another must begin"
