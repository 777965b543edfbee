"""Whom `hotline talk` talks to: a rehearsal that is up, or one of its own that ends with it."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from multiprocessing.connection import wait
from pathlib import Path
from typing import IO, Any

import httpx2
from redis import Redis
from redis.exceptions import RedisError

from hotline.errors import HotlineError
from rehearsal import redis_server
from rehearsal.messages import Text
from rehearsal.phones import Phone, PhoneState, WhenCalled

DEFAULT_URL = "http://127.0.0.1:8000"
START_SECONDS = 30.0  # for a neighborhood of our own to be up
LONGEST_LEAP = 600.0  # seconds for two weeks with all that is due in them
STOP_SECONDS = 15.0  # and for it to be down again


class NobodyAnswers(HotlineError):
    """There is no rehearsal at this address, or there is none any more."""


class Rehearsal:
    """The control addresses of a rehearsal, as far as one needs them to talk."""

    is_own = False

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._http = httpx2.Client(trust_env=False, timeout=60)

    def close(self) -> None:
        self._http.close()

    def people(self) -> list[Phone]:
        found = self._ask("phones", "GET", "phones").get("phones", [])
        return [
            Phone(
                it["phone"],
                it["name"],
                it["about"],
                PhoneState(it["state"]),
                it["opted_out"],
                WhenCalled(it["calls"]),
            )
            for it in found
        ]

    def text(self, number: str, body: str, sid: str) -> str:
        """Text the hotline. Returns what went wrong, or nothing."""
        wish = {"from": number, "body": body, "sid": sid}
        answer = self._ask("status", "POST", "texts", json=wish)
        if "error" in answer:
            return f"That cannot be texted: {answer['error']}."
        status = answer["status"] or "silence"
        return "" if status == 200 else f"The hotline did not take this text ({status})."

    def calls(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("calls", "GET", "calls").get("calls", [])
        return found

    def call(self, number: str) -> dict[str, Any]:
        """Call the hotline. Raises ValueError for what is refused, as `do`."""
        return _granted(self._ask("sid", "POST", "calls", json={"from": number}))

    def do(self, sid: str, deed: str, **wish: object) -> dict[str, Any]:
        return _granted(self._ask("sid", "POST", f"calls/{sid}/{deed}", json=wish))

    def played(self, sid: str, at: int) -> str:
        """The words of a recording that is played; empty for any other sound."""
        found = self._ask("words", "POST", f"calls/{sid}/listen", json={"at": at})
        return str(found.get("words", ""))

    def neighborhood(self) -> dict[str, Any]:
        """Its clock, and a text to begin with. Raises ValueError where there is a carrier alone."""
        return _granted(self._ask("now", "GET", "neighborhood"))

    def leap(self, to: str) -> dict[str, Any]:
        """Until all that is due on the way has happened. Raises ValueError for what is refused."""
        return _granted(self._ask("now", "POST", "leap", json={"to": to}, timeout=LONGEST_LEAP))

    def has_settled(self) -> bool:
        """Whether nothing is under way, as far as one can see from outside."""
        return bool(self._ask("idle", "GET", "idle", params={"wait": 5})["idle"])

    def last(self) -> int:
        return int(self._ask("last", "GET", "texts", params={"after": sys.maxsize})["last"])

    def texts(self, after: int) -> Iterator[Text]:
        """Every text after this one, as it comes, until the rehearsal ends."""
        address = f"{self.url}/rehearsal/events?after={after}"
        with self._http.stream("GET", address, timeout=None) as response:
            for event in httpx2.EventSource(response):
                found: Any = event.json()
                yield Text(**found)

    def _ask(self, key: str, method: str, path: str, **more: Any) -> dict[str, Any]:
        """What is answered: it has this key, or `error`."""
        try:
            answer = self._http.request(method, f"{self.url}/rehearsal/{path}", **more)
            found: dict[str, Any] = answer.json()
            if key not in found and "error" not in found:
                raise ValueError("something else lives here")
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, TypeError):
            raise NobodyAnswers(
                f"No rehearsal answers at {self.url}. `hotline up` starts one; without --url,"
                " `hotline talk` brings its own."
            ) from None
        return found


def _granted(answer: dict[str, Any]) -> dict[str, Any]:
    if "error" in answer:
        raise ValueError(answer["error"])
    return answer


class OwnRehearsal(Rehearsal):
    """One that we started: here we also see whether its worker still has something to do."""

    is_own = True

    def __init__(self, url: str, redis_socket: Path) -> None:
        super().__init__(url)
        self._redis = Redis(unix_socket_path=str(redis_socket))

    def close(self) -> None:
        self._redis.close()
        super().close()

    def is_up(self) -> bool:
        try:
            ready = self._http.get(f"{self.url}/ready").status_code == 200
            return ready and bool(self._workers())
        except (httpx2.HTTPError, RedisError):
            return False

    def has_settled(self) -> bool:
        return super().has_settled() and not any(
            it.get_state() == "busy" or it.queues[0].count for it in self._workers()
        )

    def _workers(self) -> list[Any]:
        from paging.dispatch import PagingWorker

        return PagingWorker.all(connection=self._redis)


Waiting = Callable[[str], AbstractContextManager[object]]
"""Something to look at while one waits for what it is told."""


@contextmanager
def open_rehearsal(url: str | None, *, own: bool, waiting: Waiting) -> Iterator[Rehearsal]:
    """What answers at the address; without an address, and nobody at the usual one, our own."""
    rehearsal = Rehearsal(url or DEFAULT_URL)
    try:
        if not own and _is_there(rehearsal, must_be=url is not None):
            yield rehearsal
            return
    finally:
        rehearsal.close()
    with _own_rehearsal(waiting) as rehearsal:
        yield rehearsal


def _is_there(rehearsal: Rehearsal, *, must_be: bool) -> bool:
    try:
        rehearsal.people()
    except NobodyAnswers:
        if must_be:
            raise
        return False
    return True


@contextmanager
def _own_rehearsal(waiting: Waiting) -> Iterator[Rehearsal]:
    """`hotline up` for as long as this lasts, in a folder that goes with it."""
    redis_server.program()
    data, port = Path(tempfile.mkdtemp(prefix="hotline-talk-")), _free_port()
    life, ours = os.pipe()  # it ends when we do, however we end
    with tempfile.TemporaryFile() as log:
        context = multiprocessing.get_context("fork")
        keeper = context.Process(target=_keep_up, args=(data, port, log.fileno(), life, ours))
        keeper.start()
        os.close(life)
        rehearsal = OwnRehearsal(f"http://127.0.0.1:{port}", redis_server.socket_in(data))
        try:
            with waiting("A neighborhood starts"):
                _wait_until_up(rehearsal, keeper.is_alive, log)
            yield rehearsal
        finally:
            rehearsal.close()
            os.close(ours)
            keeper.join(STOP_SECONDS)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_up(rehearsal: OwnRehearsal, is_alive: Any, log: IO[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while not rehearsal.is_up():
        if not is_alive() or time.monotonic() > until:
            log.seek(0)
            said = log.read().decode(errors="replace").strip() or "it did not say why"
            raise HotlineError(f"The neighborhood did not start: {said.splitlines()[-1]}")
        time.sleep(0.05)


def _keep_up(data: Path, port: int, log: int, life: int, ours: int) -> None:
    """Out of reach of Ctrl+C in the terminal, until `life` ends. Nothing there is worth saving."""
    os.close(ours)
    os.setsid()
    for output in (1, 2):
        os.dup2(log, output)
    hotline = multiprocessing.get_context("fork").Process(target=_up, args=(data, port))
    hotline.start()
    group = hotline.pid or 0
    os.setpgid(group, group)  # and with it whatever it starts
    wait([life, hotline.sentinel])
    os.killpg(group, signal.SIGKILL)
    hotline.join()
    shutil.rmtree(data, ignore_errors=True)


def _up(data: Path, port: int) -> None:
    from rehearsal import neighborhood_up

    neighborhood_up.run(data, port)
