"""Bells to RQ jobs: the only file that imports rq.

SQL is the truth. A bell only says that it is worth looking now; one that is lost is rung again by
the clock, and one rung twice finds nothing to do. So nothing here waits long for Redis, and
nothing fails because of it.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlsplit

from redis import Redis
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from redis.sentinel import Sentinel
from rq import Queue, SimpleWorker
from rq.exceptions import DuplicateJobError
from rq.job import Job
from rq.serializers import JSONSerializer

from hotline.steps import Ring

log = logging.getLogger("hotline.bell")

QUEUE = "hotline"
JOBS = {job: f"paging.jobs.{job}" for job in ("ask", "send", "hang_up", "erase")}
JOB_TIMEOUT = 300  # seconds; a job is some waves or a hundred texts
BELL_TTL = 60  # seconds after which a bell that nobody heard is forgotten; the clock rings again
FAILURE_TTL = 3600  # seconds a failed job can be looked at
TO_CONNECT = 5.0  # seconds, for a worker
PATIENCE = 0.5  # seconds to wait for Redis when ringing
LET_REST = 1.0  # seconds without ringing after it did not answer
PLENTY = 50  # jobs
MOST_IN_A_JOB = 100  # requests, or texts


class Bell:
    """Rings for work. Used by the web server, the clock and the worker alike."""

    def __init__(self, redis_url: str) -> None:
        redis = connect(redis_url, PATIENCE, retry=Retry(NoBackoff(), 0))
        self._redis = redis
        self._queue = Queue(QUEUE, connection=redis, serializer=JSONSerializer)
        self._silent_until = 0.0

    def ring(self, rings: Sequence[Ring]) -> None:
        """Enqueue each piece of work once, however often it is rung for. Never raises.

        While Redis does not answer, most bells are not tried at all: the clock rings again.
        """
        if not rings or time.monotonic() < self._silent_until:
            return
        try:
            for ring in together(rings):
                self._enqueue(ring)
            self._silent_until = 0.0
        except RedisError as error:
            if not self._silent_until:
                log.warning("Redis does not answer (%s): the clock will ring", type(error).__name__)
            self._silent_until = time.monotonic() + LET_REST

    def has_plenty(self) -> bool:
        """Whether so much work waits already that ringing for more would only make it more."""
        try:
            return time.monotonic() >= self._silent_until and self._queue.count > PLENTY
        except RedisError:
            return False  # ringing says so

    def is_heeded_still(self) -> bool:
        """Whether a bell was not heard yet, or somebody is at what it rang for."""
        try:
            queue = self._queue
            # Between these two a job is in neither, for as long as its worker takes to read it.
            on_its_way = self._redis.llen(queue.intermediate_queue_key)
            return bool(queue.count or on_its_way or queue.started_job_registry.count)
        except RedisError:
            return False

    def answers(self) -> bool:
        try:
            return bool(self._redis.ping())
        except RedisError:
            return False

    def close(self) -> None:
        disconnect(self._redis)

    def _enqueue(self, ring: Ring) -> None:
        with suppress(DuplicateJobError):  # rung already
            self._queue.enqueue_call(
                JOBS[ring.job],
                args=ring.about,
                job_id=ring.name,
                unique=True,
                ttl=BELL_TTL,
                result_ttl=0,
                failure_ttl=FAILURE_TTL,
                timeout=JOB_TIMEOUT,
            )


def connect(url: str, patience: float | None, **options: Any) -> Redis:
    """The Redis at this address, or the one that its sentinels name:
    `sentinel://:password@host:port,host:port/service/0`. `patience`: seconds for one answer."""
    times = {"socket_timeout": patience, "socket_connect_timeout": patience or TO_CONNECT}
    if not url.startswith("sentinel://"):
        return Redis.from_url(url, **times, **options)
    parts = urlsplit(url)
    who, _, hosts = parts.netloc.rpartition("@")
    service, _, number = parts.path.strip("/").partition("/")
    password = unquote(who.partition(":")[2]) or None
    pairs = (host.rpartition(":") for host in hosts.split(","))
    sentinel: Any = Sentinel(  # type: ignore[no-untyped-call]
        [(name, int(port)) for name, _, port in pairs],
        sentinel_kwargs={"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE},
    )
    master: Redis = sentinel.master_for(
        service, db=int(number or 0), password=password, **times, **options
    )
    return master


def disconnect(redis: Redis) -> None:
    """Close every connection, also those to sentinels."""
    redis.close()
    redis.connection_pool.disconnect()
    if sentinel := getattr(redis.connection_pool, "sentinel_manager", None):
        sentinel.close()


def together(rings: Sequence[Ring]) -> list[Ring]:
    """The same bells in fewer jobs: one costs Redis and us as much as storing a text does.

    A job of several is named after all of them, so it too is queued once.
    """
    kinds = [[ring for ring in rings if ring.job == job] for job in JOBS]
    batches = [batch for kind in kinds for batch in _batches(kind)]
    return [batch[0] if len(batch) == 1 else _merged(batch) for batch in batches]


def _batches(rings: Iterable[Ring]) -> Iterator[list[Ring]]:
    """A job may be about several requests or texts, but not about more than can be done soon."""
    batch: list[Ring] = []
    for ring in rings:
        if batch and sum(len(one.about) for one in (*batch, ring)) > MOST_IN_A_JOB:
            yield batch
            batch = []
        batch.append(ring)
    if batch:
        yield batch


def _merged(rings: Sequence[Ring]) -> Ring:
    names = "\n".join(ring.name for ring in rings)
    about = dict.fromkeys(number for ring in rings for number in ring.about)
    name = f"{rings[0].job}-{hashlib.sha256(names.encode()).hexdigest()[:20]}"
    return Ring(rings[0].job, tuple(about), name)


class PlainJob(Job):
    """A job that calls nothing but its function: RQ would import and call these as well."""

    success_callback = failure_callback = stopped_callback = None


class PagingWorker(SimpleWorker):
    """Works in its own process without a fork per job, and does only jobs that are ours.

    Whoever reaches Redis can enqueue any function that can be imported; this is the wall.
    """

    def execute_job(self, job: Job, queue: Queue) -> None:
        if job.func_name not in JOBS.values():
            log.error("refused a job that is none of ours")
            job.delete()
            return
        super().execute_job(job, queue)

    def subscribe(self) -> None:
        """Take no commands through Redis: a worker is stopped by a signal from its own machine."""

    def unsubscribe(self) -> None:
        """There is nothing to leave."""


def worker(redis_url: str, name: str | None = None) -> PagingWorker:
    """A worker on our one queue. It outlasts a restart of Redis."""
    redis = connect(redis_url, None, retry=Retry(ExponentialBackoff(cap=5), 20))
    plain: dict[str, Any] = {"serializer": JSONSerializer, "job_class": PlainJob}
    queue = Queue(QUEUE, connection=redis, **plain)
    options = {"log_job_description": False, **plain}
    return PagingWorker([queue], connection=redis, name=name, **options)
