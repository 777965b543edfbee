"""A connection that falls silent: somebody on the way forgot it, and nobody says so.

Real processes, a real Redis, and a proxy between them that swallows what comes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import test_processes as processes
from ports import own_port
from redis import Redis
from redis.exceptions import RedisError
from servers import KEYRING
from silent_proxy import SilentProxy
from test_processes import ANA, MARIA, Begin, Street, begin
from waiting import until

from hotline.store.database import Database
from hotline.work import Job
from paging.dispatch import JobQueue
from rehearsal import redis_server

__all__ = ["begin"]
SOON = 30.0  # seconds in which a worker is back, a lost job and all


@pytest.fixture
def redis_port(tmp_path: Path) -> Iterator[int]:
    """A Redis that is reached by TCP."""
    port = own_port()
    command = [str(redis_server.program()), "--port", str(port), "--bind", "127.0.0.1"]
    command += ["--save", "", "--dir", str(tmp_path)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        until(lambda: _answers(port), "Redis starts")
        yield port
    finally:
        server.terminate()
        server.wait()


def _answers(port: int) -> bool:
    with Redis(port=port) as client:
        try:
            return bool(client.ping())
        except RedisError:
            return False


@pytest.fixture
def proxy(redis_port: int) -> Iterator[SilentProxy]:
    with SilentProxy(redis_port) as proxy:
        yield proxy


def _street(folder: Path, port: int, begin: Begin, **through: str) -> Street:
    """`through`: processes that reach Redis elsewhere."""
    database = f"sqlite:///{folder / 'hotline.db'}"
    street = processes._street(folder, database, f"redis://127.0.0.1:{port}/0", begin)
    street.run("migrate")
    street.run("roster", "import", "roster.csv")
    for name in ("web", "rehearse", "worker", "clock"):
        more = ["--port", (street.web if name == "web" else street.carrier).rpartition(":")[2]]
        elsewhere = {"REDIS_URL": through[name]} if name in through else {}
        arguments = (name, *more) if name in ("web", "rehearse") else (name,)
        street.running[name] = begin(street.environment | elsewhere, *arguments)
    until(lambda: processes._answers(f"{street.web}/ready"), "the web server is ready")
    until(lambda: processes._answers(f"{street.carrier}/rehearsal/phones"), "the carrier is ready")
    return street


def test_a_worker_whose_connection_fell_silent_is_back_within_seconds(
    tmp_path: Path, redis_port: int, proxy: SilentProxy, begin: Begin
) -> None:
    through = f"redis://127.0.0.1:{proxy.port}/0"
    street = _street(tmp_path, redis_port, begin, worker=through)
    until(lambda: proxy.connections(), "the worker waits for a job")
    proxy.swallow()
    street.text(MARIA, "need groceries")
    until(lambda: any("YES 12" in it for it in street.texts_to(ANA)), "Ana is asked", SOON)


def test_every_process_outlasts_a_time_in_which_all_connections_are_silent(
    tmp_path: Path, proxy: SilentProxy, begin: Begin
) -> None:
    street = _street(tmp_path, proxy.port, begin)
    until(lambda: proxy.connections() >= 2, "worker and web are connected")
    proxy.swallow(new_ones_too=True)
    assert "your request is 12" in street.text(MARIA, "need groceries")
    until(lambda: not processes._answers(f"{street.web}/ready"), "the web server knows")
    proxy.pass_on()
    until(lambda: any("YES 12" in it for it in street.texts_to(ANA)), "Ana is asked", SOON)


def test_whoever_enqueues_waits_half_a_second_for_a_silent_redis_and_then_connects_anew(
    proxy: SilentProxy,
) -> None:
    queue = JobQueue(f"redis://127.0.0.1:{proxy.port}/0")
    assert queue.can_write()
    proxy.swallow()
    assert not queue.can_write()
    assert queue.can_write()
    queue.enqueue([Job("ask", (12,), "wave-12-1-1")])
    assert queue.is_at_work(), "the job was taken"
    queue.close()


def test_the_connection_to_postgresql_is_asked_for_a_sign_of_life(postgresql_url: str) -> None:
    """A firewall forgets that one as well, and the system's own patience is two hours."""
    database = Database(postgresql_url.replace("postgresql:", "postgresql+psycopg:"), KEYRING)
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        set_ = driver.info.get_parameters()
    database.close()
    assert int(set_["tcp_user_timeout"]) <= 20_000
    assert int(set_["keepalives_idle"]) <= 30
    assert int(set_["connect_timeout"]) <= 10
