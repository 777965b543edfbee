"""Jobs on their way to a worker: the only file that imports rq.

SQL is the truth. A job only says that it is worth looking now; one that is lost the clock enqueues
again, and one that is done twice finds nothing to do. So nothing here waits long for Redis, and
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
from rq.job import Job as QueuedJob
from rq.serializers import JSONSerializer

from hotline.work import Job

log = logging.getLogger("hotline.queue")

QUEUE = "hotline"
JOBS = {kind: f"paging.jobs.{kind}" for kind in ("ask", "send", "end_calls", "erase")}
JOB_TIMEOUT = 300  # seconds; a job is some waves or a hundred texts
JOB_TTL = 60  # seconds after which a job that nobody began is forgotten; the clock tries again
FAILURE_TTL = 3600  # seconds a failed job can be looked at
TO_CONNECT = 5.0  # seconds, for a worker
PATIENCE = 0.5  # seconds to wait for Redis when enqueueing
LET_REST = 1.0  # seconds to leave it alone after it did not answer
PLENTY = 50  # jobs
MOST_IN_A_JOB = 100  # requests, or texts


class JobQueue:
    """Enqueues work. Used by the web server, the clock and the worker alike."""

    def __init__(self, redis_url: str) -> None:
        redis = connect(redis_url, PATIENCE, retry=Retry(NoBackoff(), 0))
        self._redis = redis
        self._queue = Queue(QUEUE, connection=redis, serializer=JSONSerializer)
        self._silent_until = 0.0

    def enqueue(self, jobs: Sequence[Job]) -> None:
        """Each piece of work once, however often it is enqueued. Never raises.

        While Redis does not answer, most are not tried at all: the clock enqueues them again.
        """
        if not jobs or time.monotonic() < self._silent_until:
            return
        try:
            for job in together(jobs):
                self._enqueue(job)
            self._silent_until = 0.0
        except RedisError as error:
            if not self._silent_until:
                log.warning(
                    "Redis does not answer (%s): the clock will try again", type(error).__name__
                )
            self._silent_until = time.monotonic() + LET_REST

    def has_plenty(self) -> bool:
        """Whether so much work waits already that enqueueing it again would only make it more."""
        try:
            return time.monotonic() >= self._silent_until and self._queue.count > PLENTY
        except RedisError:
            return False  # enqueueing says so

    def is_at_work(self) -> bool:
        """Whether a job was not begun yet, or a worker is at it."""
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

    def _enqueue(self, job: Job) -> None:
        with suppress(DuplicateJobError):  # enqueued already
            self._queue.enqueue_call(
                JOBS[job.kind],
                args=job.about,
                job_id=job.name,
                unique=True,
                ttl=JOB_TTL,
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


def together(jobs: Sequence[Job]) -> list[Job]:
    """The same work in fewer jobs: one costs Redis and us as much as storing a text does.

    A job of several is named after all of them, so it too is queued once.
    """
    kinds = [[job for job in jobs if job.kind == kind] for kind in JOBS]
    batches = [batch for kind in kinds for batch in _batches(kind)]
    return [batch[0] if len(batch) == 1 else _merged(batch) for batch in batches]


def _batches(jobs: Iterable[Job]) -> Iterator[list[Job]]:
    """One may be about several requests or messages, but not about more than can be done soon."""
    batch: list[Job] = []
    for job in jobs:
        if batch and sum(len(one.about) for one in (*batch, job)) > MOST_IN_A_JOB:
            yield batch
            batch = []
        batch.append(job)
    if batch:
        yield batch


def _merged(jobs: Sequence[Job]) -> Job:
    names = "\n".join(job.name for job in jobs)
    about = dict.fromkeys(number for job in jobs for number in job.about)
    name = f"{jobs[0].kind}-{hashlib.sha256(names.encode()).hexdigest()[:20]}"
    return Job(jobs[0].kind, tuple(about), name)


class PlainJob(QueuedJob):
    """A job that calls nothing but its function: RQ would import and call these as well."""

    success_callback = failure_callback = stopped_callback = None


class PagingWorker(SimpleWorker):
    """Works in its own process without a fork per job, and does only jobs that are ours.

    Whoever reaches Redis can enqueue any function that can be imported; this is the wall.
    """

    def execute_job(self, job: QueuedJob, queue: Queue) -> None:
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
