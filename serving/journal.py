"""The log of each process, on its standard error: a line of text for each thing that is said, or an
object of JSON in a line (HOTLINE_LOG=json).

Whoever says something sees to it that no number and no words of anybody are in it. Of errors nobody
foresaw only their kind and place are written down here: their message may hold either.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import click

from hotline.errors import describe

log = logging.getLogger("hotline")

TALKATIVE = ("rq", "httpx2", "alembic", "fido2", "uvicorn.error")
Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class LineOfText(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(name)s %(message)s")

    def formatException(self, ei: Raised) -> str:  # noqa: N802 - as it is called
        return describe(ei[1]).rstrip() if ei[1] else ""


class LineOfJson(LineOfText):
    """`time` in UTC, `level`, `role` (of the process: web, worker 1), `pid`, `logger`, `message`;
    of an error nobody foresaw, `error`."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role

    def format(self, record: logging.LogRecord) -> str:
        of_keeper = multiprocessing.parent_process() is None
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "role": self._role if of_keeper else record.processName,
            "pid": record.process,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            said["error"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


def begin(form: str, role: str) -> None:
    """Say everything in this form ("json", or else text) from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineOfJson(role) if form == "json" else LineOfText())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    if form == "json":
        _say_the_unforeseen()


def _say_the_unforeseen() -> None:
    """What Python itself would write there is no JSON."""
    logging.captureWarnings(True)
    sys.excepthook = lambda _kind, error, _where: log.critical("ended by %s", describe(error))
    threading.excepthook = lambda it: log.critical(
        "a thread ended by %s", describe(it.exc_value) if it.exc_value else "nothing"
    )


def say(line: str) -> None:
    """What a command says before it ends, or in the margin: to people, or in a log of JSON."""
    root = logging.getLogger()
    if any(isinstance(it.formatter, LineOfJson) for it in root.handlers):
        log.warning("%s", line.strip())
    else:
        click.echo(line, err=True)
