"""Jobs on their way to a worker: the only file that imports rq.

SQL is the truth. A job only says that it is worth looking now; one that is lost the clock enqueues
again, and one that is done twice finds nothing to do. So nothing here waits long for Redis, and
nothing fails because of it.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from types import FrameType
from typing import Any
from urllib.parse import unquote, urlsplit

from redis import Redis
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import (
    AuthenticationError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)
from redis.retry import Retry
from redis.sentinel import Sentinel
from rq import Queue, SimpleWorker
from rq.exceptions import DuplicateJobError, StopRequested
from rq.job import Job as QueuedJob
from rq.serializers import JSONSerializer

from hotline.contact import Contact
from hotline.doctor.machine import RedisSeen
from hotline.work import Job
from paging.signs import STUCK, Signs

log = logging.getLogger("hotline.queue")

QUEUE = "hotline"
KINDS = ("answer", "ask", "send", "collect", "end_calls", "erase", "go_on", "forget_old")
JOBS = {kind: f"paging.jobs.{kind}" for kind in KINDS}
JOB_TIMEOUT = 300  # seconds; a job is some waves or a hundred texts
JOB_STUCK = JOB_TIMEOUT + 60.0  # seconds; RQ has ended it by then, if anything can
JOB_TTL = 60  # seconds after which a job that nobody began is forgotten; the clock tries again
FAILURE_TTL = 3600  # seconds a failed job can be looked at
PATIENCE = 0.5  # seconds to wait for Redis when enqueueing
POP = 2  # seconds a worker waits at Redis for a job before it asks anew
# Seconds until an answer that a worker waits for is taken for lost, as where something on the way
# forgot the connection. RQ's own are 415, in which nobody would be asked.
SILENCE = POP + 3.0
TRIES = Retry(ExponentialBackoff(cap=1, base=0.05), 10)  # of a worker: seven seconds, if refused
STAY_AWAY = 2.0  # seconds between two tries of a worker that has nothing to do
LET_REST = 1.0  # seconds to leave it alone after it did not answer
PLENTY = 50  # jobs
MOST_IN_A_JOB = 100  # requests, or texts
PROBE = "hotline:probe"  # what is written to see whether Redis takes anything
NOT_HEARD = 20.0  # seconds without an answer from Redis, after which a worker is none


class JobQueue:
    """Enqueues work. Used by the web server, the clock and the worker alike."""

    def __init__(self, redis_url: str) -> None:
        redis = connect(redis_url, PATIENCE, retry=Retry(NoBackoff(), 0))
        self._redis = redis
        self._queue = Queue(QUEUE, connection=redis, serializer=JSONSerializer)
        self._silent_until = 0.0
        self.contact = Contact("Redis", log)

    def enqueue(self, jobs: Sequence[Job]) -> None:
        """Each piece of work once, however often it is enqueued. Never raises.

        While Redis does not answer, most are not tried at all: the clock enqueues them again.
        """
        if not jobs or time.monotonic() < self._silent_until:
            return
        try:
            for job in together(jobs):
                self._enqueue(job)
            self.contact.found()
        except RedisError as error:
            lost(self.contact, error)
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

    def can_write(self) -> bool:
        """Whether Redis takes what is enqueued. One that is full, or only follows another, answers
        and does not. Says so once."""
        try:
            self._redis.set(PROBE, 1, ex=JOB_TTL)
        except RedisError as error:
            lost(self.contact, error)
            return False
        self.contact.found()
        return True

    def seen(self) -> RedisSeen:
        """How Redis is, for the doctor. Never raises."""
        try:
            refusal = self._refusal()
            known: Mapping[str, Any] = self._redis.info()
        except ResponseError as error:
            return RedisSeen(refusal=_said_by(error))
        except AuthenticationError as error:
            return RedisSeen(refusal=_said_by(error))
        except RedisError:
            return RedisSeen(answers=False)
        return RedisSeen(
            refusal=refusal,
            version=_version(known),
            policy=known.get("maxmemory_policy"),
            has_limit=bool(known.get("maxmemory")),
            keeps=bool(known.get("aof_enabled")) or self._saves(),
            could_save=known.get("rdb_last_bgsave_status", "ok") == "ok"
            and known.get("aof_last_write_status", "ok") == "ok",
        )

    def _refusal(self) -> str:
        """Why it takes nothing; empty if it does."""
        try:
            self._redis.set(PROBE, 1, ex=JOB_TTL)
        except ResponseError as error:
            return _said_by(error)
        return ""

    def _saves(self) -> bool | None:
        """Whether it writes itself down from time to time; None where nobody may ask."""
        try:
            return bool(self._redis.config_get("save").get("save"))
        except RedisError:
            return None

    def await_redis(self, signs: Signs) -> None:
        """Return when Redis takes what is enqueued, and give a sign at each try."""
        breath = threading.Event()
        while not self.can_write():
            signs.give()
            breath.wait(LET_REST)

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


def lost(contact: Contact, error: RedisError) -> None:
    """Say what kind of trouble it is: a Redis that refuses is mended otherwise than one that is
    gone."""
    refuses = isinstance(error, ResponseError)
    contact.lost(error, "takes nothing" if refuses else "does not answer")


def connect(url: str, patience: float, **options: Any) -> Redis:
    """The Redis at this address, or the one that its sentinels name:
    `sentinel://:password@host:port,host:port/service/0`. `patience`: seconds for one answer."""
    times = {"socket_timeout": patience, "socket_connect_timeout": patience}
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


_KINDS_OF_REFUSAL = {
    OutOfMemoryError: "OOM",
    ReadOnlyError: "READONLY",
    NoPermissionError: "NOPERM",
    AuthenticationError: "NOAUTH",
}


def _said_by(error: RedisError) -> str:
    """In Redis's own words, with the word in front that its library takes away."""
    said, kind = str(error), _KINDS_OF_REFUSAL.get(type(error), "")
    return said if said.startswith(kind) else f"{kind} {said}"


def _version(known: Mapping[str, Any]) -> str:
    if version := known.get("valkey_version"):
        return f"Valkey {version}"
    return f"Redis {known.get('redis_version', '')}".strip()


class PlainJob(QueuedJob):
    """A job that calls nothing but its function: RQ would import and call these as well."""

    success_callback = failure_callback = stopped_callback = None


def _is_ours(job: QueuedJob) -> bool:
    """Whether it is one of JOBS, about ids. Whoever reaches Redis can put anything there."""
    try:
        is_about_ids = all(type(it) is int for it in job.args) and not job.kwargs
        return is_about_ids and job.func_name in JOBS.values()
    except Exception:  # it cannot be read, in whatever way
        return False


class PagingWorker(SimpleWorker):
    """Works in its own process without a fork per job, and does only jobs that are ours.

    Whoever reaches Redis can enqueue any function that can be imported; this is the wall.
    """

    max_connection_wait_time = STAY_AWAY  # RQ would stay away for a minute after a long absence

    def __init__(
        self,
        *arguments: Any,
        contact: Contact | None = None,
        signs: Signs | None = None,
        **named: Any,
    ) -> None:
        super().__init__(*arguments, **named)
        self._contact = contact or Contact("Redis", log)
        self._signs = signs or Signs(STUCK)
        self._heard = time.monotonic()
        self._is_at_job = False
        self.is_told_to_end = False

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        self.is_told_to_end = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]

    @property
    def dequeue_timeout(self) -> int:
        return POP

    @property
    def connection_timeout(self) -> int:
        return int(SILENCE)

    def is_well(self) -> bool:
        """Whether it is at a job, or Redis answered it lately: else it would not hear of one."""
        return self._is_at_job or time.monotonic() - self._heard < NOT_HEARD

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """RQ's own, in Redis: with it the worker begins each wait for a job."""
        self._signs.give()
        try:
            super().heartbeat(timeout, pipeline)
        except RedisError as error:
            lost(self._contact, error)
            raise
        self._heard = time.monotonic()
        self._contact.found()

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[QueuedJob, Queue] | None:
        """The next job. What cannot be read is thrown away: RQ would end, and so would the next
        worker that finds it on its way; the clock enqueues again what was meant."""
        while True:
            try:
                return super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
            except (RedisError, StopRequested):
                raise
            except Exception as error:
                log.error("threw a job away that cannot be read: %s", type(error).__name__)
                self._throw_away(*(it.intermediate_queue_key for it in self.queues))

    def _throw_away(self, *keys: str) -> None:
        self.connection.delete(*keys)

    def execute_job(self, job: QueuedJob, queue: Queue) -> None:
        if not _is_ours(job):
            log.error("refused a job that is none of ours")
            self._throw_away(job.key, queue.intermediate_queue_key)
            return
        self._is_at_job = True
        self._signs.give(JOB_STUCK)
        try:
            super().execute_job(job, queue)
        finally:
            self._is_at_job = False
            self._signs.give()

    def subscribe(self) -> None:
        """Take no commands through Redis: a worker is stopped by a signal from its own machine."""

    def unsubscribe(self) -> None:
        """There is nothing to leave."""


def worker(
    redis_url: str,
    name: str | None = None,
    contact: Contact | None = None,
    signs: Signs | None = None,
) -> PagingWorker:
    """A worker on our one queue. It outlasts a restart of Redis, and a connection that goes silent
    for no longer than SILENCE. `contact`: what this process knows of Redis already. `signs`: that
    it goes on, at whatever it is."""
    redis = connect(redis_url, SILENCE, retry=TRIES)
    plain: dict[str, Any] = {"serializer": JSONSerializer, "job_class": PlainJob}
    queue = Queue(QUEUE, connection=redis, **plain)
    options = {"log_job_description": False, **plain}
    logging.getLogger("rq.worker").addFilter(_is_news)
    known: dict[str, Any] = {"contact": contact, "signs": signs}
    return PagingWorker([queue], connection=redis, name=name, **known, **options)


def work(
    redis_url: str, queue: JobQueue, begins: Callable[[PagingWorker], None], signs: Signs
) -> None:
    """Until it is told to end. A worker that Redis fails in the middle is followed by another, as
    soon as Redis takes something again."""
    breath = threading.Event()
    with suppress(StopRequested):  # told while there is none at work
        while True:
            queue.await_redis(signs)
            it = worker(redis_url, contact=queue.contact, signs=signs)
            begins(it)
            with suppress(RedisError):
                it.work(logging_level="WARNING")
            if it.is_told_to_end:
                return
            breath.wait(LET_REST)


def _is_news(record: logging.LogRecord) -> bool:
    """RQ says at each try that Redis is away, or refuses; we say it once."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, RedisError) and "connect to Redis" not in str(record.msg)
