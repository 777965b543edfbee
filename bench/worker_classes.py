"""Which RQ worker: empty jobs a second, one process each, beside bare Redis round trips.

    python bench/worker_classes.py

Starts a Redis of its own. The floor is one BLPOP and one RPUSH per job, with nothing around it.
"""

from __future__ import annotations

import logging
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import servers
from redis import Redis
from rq import Queue, SimpleWorker, Worker
from rq.serializers import JSONSerializer
from rq.worker import BaseWorker, SpawnWorker

JOBS = {SimpleWorker: 300, Worker: 100, SpawnWorker: 10}
RUNS = 3


def rate(count: int, work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


def floor(redis: Redis, count: int) -> float:
    def work() -> None:
        for _ in range(count):
            redis.rpush("floor", "job")
            redis.blpop(["floor"])

    return rate(count, work)


def of(worker_class: type[BaseWorker], redis: Redis, count: int) -> float:
    queue = Queue("bench", connection=redis, serializer=JSONSerializer)
    for _ in range(count):
        queue.enqueue("os.getpid", result_ttl=0)
    worker = worker_class([queue], connection=redis, serializer=JSONSerializer)

    def work() -> None:
        worker.work(burst=True, logging_level="ERROR")

    return rate(count, work)


def main() -> None:
    logging.disable(logging.WARNING)
    with servers.redis() as address, Redis.from_url(address) as redis:
        bare = statistics.median(floor(redis, 2000) for _ in range(RUNS))
        print(f"{'bare Redis':14} {bare:8.0f} jobs/s")
        for worker_class, count in JOBS.items():
            median = statistics.median(of(worker_class, redis, count) for _ in range(RUNS))
            print(f"{worker_class.__name__:14} {median:8.0f} jobs/s  {median / bare:.3f} of it")


if __name__ == "__main__":
    main()
