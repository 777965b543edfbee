"""One process of the hotline under fire, or its carrier.

    python -m chaos.process web|worker|clock|carrier --clock FILE …

It is the program as it is shipped, with the time handed in. From outside, and with no hook in the
program, it is made to die at any step: before and after a statement, a commit, a text to the
carrier, a job. What is left of a guard with `--without` says `guards`.
"""

from __future__ import annotations

import argparse
import functools
import logging
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from chaos import guards
from chaos.clock import SharedClock
from hotline import settings
from hotline.carriers.twilio.client import Carrier
from hotline.errors import CarrierBusy
from hotline.store.prepared import Prepared
from paging.dispatch import JobQueue
from rehearsal import carrier
from rehearsal.carrier import Line
from serving import roles, web_server

HOST = "127.0.0.1"
# How much more likely than at a statement: there are many statements for each of these.
WEIGHTS = {"statement": 1.0, "commit": 5.0, "committed": 5.0, "job": 10.0}
WEIGHTS |= {"send": 10.0, "sent": 15.0, "look up": 20.0}


class Fate:
    """Decides at each step whether this process dies there. `seed` makes it always the same."""

    def __init__(self, clock: SharedClock, seed: str, begun: Path | None) -> None:
        self._clock = clock
        self._random = random.Random(seed)
        self._begun = os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if begun else 0

    def step(self, name: str) -> None:
        risk = self._clock.risk
        if risk and self._random.random() < risk * WEIGHTS[name]:
            os.write(2, f"chaos: killed at {name}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def note_begun(self, text_id: int) -> None:
        """The moment before a text goes to the carrier, for whoever counts."""
        if self._begun:
            os.write(self._begun, f"{text_id} {time.time():.6f}\n".encode())


def main(arguments: Sequence[str]) -> None:
    wish = _parser().parse_args(arguments)
    os.umask(0o077)
    _log_as_the_program_does()
    _end_with_parent()
    if wish.folder:
        os.chdir(wish.folder)
    clock = SharedClock(wish.clock)
    of = settings.load(os.environ)
    if wish.role == "carrier":
        line = Line(
            of.environment.twilio_account_sid,
            of.environment.twilio_auth_token.get_secret_value(),
            str(of.environment.hotline_number),
            wish.sms_url,
            wish.sms_fallback_url,
            wish.voice_url,
            wish.voice_fallback_url,
            wish.voice_status_url,
            of.environment.twilio_api_url,
        )
        web_server.serve(carrier.build(line, now=clock), HOST, wish.port)
        return
    live_dangerously(Fate(clock, wish.seed, wish.begun), clock)
    for name in wish.without:
        guards.take_out(name, wish.role)
    match wish.role:
        case "web":
            roles.web(of, HOST, wish.port, now=clock)
        case "worker":
            roles.worker(of, clock)
        case "clock":
            roles.clock(of, clock)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m chaos.process")
    parser.add_argument("role", choices=["web", "worker", "clock", "carrier"])
    parser.add_argument("--clock", type=Path, required=True, help="the shared clock's file")
    parser.add_argument("--seed", default="", help="decides at which steps it dies")
    parser.add_argument("--folder", type=Path, help="to work in")
    parser.add_argument("--begun", type=Path, help="where to note texts on their way")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--sms-url", default="")
    parser.add_argument("--sms-fallback-url", default="")
    for name in ("--voice-url", "--voice-fallback-url", "--voice-status-url"):
        parser.add_argument(name, default="")
    parser.add_argument("--without", action="append", default=[], choices=sorted(guards.GUARDS))
    return parser


def _log_as_the_program_does() -> None:
    """As `serving.cli` has it."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(name)s %(message)s", stream=sys.stderr, force=True
    )
    for talkative in ("rq", "httpx2", "alembic", "uvicorn.error"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def _end_with_parent() -> None:
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()


def live_dangerously(fate: Fate, clock: SharedClock) -> None:
    """Let every step from here on be one at which this process may die."""

    def before_statement(*_: object) -> None:
        fate.step("statement")

    event.listen(Engine, "before_cursor_execute", before_statement)
    _around(Prepared, "rows", fate, "statement", "statement")
    for dialect in (PGDialect_psycopg, SQLiteDialect_pysqlite):
        _around(dialect, "do_commit", fate, "commit", "committed")
    _around(JobQueue, "enqueue", fate, "job", "job")
    _around(Carrier, "sent_since", fate, "look up", "look up")
    _send_while_the_clock_stands(fate, clock)


def _around(owner: Any, name: str, fate: Fate, before: str, after: str) -> None:
    real: Callable[..., Any] = getattr(owner, name)

    @functools.wraps(real)
    def dangerous(*arguments: Any, **named: Any) -> Any:
        fate.step(before)
        result = real(*arguments, **named)
        fate.step(after)
        return result

    setattr(owner, name, dangerous)


def _send_while_the_clock_stands(fate: Fate, clock: SharedClock) -> None:
    real = Carrier.send

    @functools.wraps(real)
    def send(self: Carrier, to: str, body: str, message_id: int, **named: Any) -> Any:
        with clock.standing_still() as is_fresh:
            if not is_fresh:
                raise CarrierBusy("time went on: as if nobody had answered the phone")
            fate.step("send")
            fate.note_begun(message_id)
            result = real(self, to, body, message_id, **named)
            fate.step("sent")
            return result

    Carrier.send = send  # type: ignore[method-assign]


if __name__ == "__main__":
    main(sys.argv[1:])
