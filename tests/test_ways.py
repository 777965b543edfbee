"""A text, a key and a wave go the ways that docs/ways.md writes down."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from neighborhood import CAST, NETWORK, open_neighborhood

ONE_AT_A_TIME = f"{NETWORK}\n[waves]\nsizes = [1]\n"
WAYS = Path(__file__).parent.parent / "docs" / "ways.md"


def way(title: str) -> list[str]:
    (_, section) = WAYS.read_text(encoding="utf-8").split(f"## {title}\n")
    return re.findall(r"^\d+\. `([\w.]+)`", section.split("\n## ")[0], re.MULTILINE)


@contextmanager
def called() -> Iterator[list[str]]:
    """The names of all functions of ours that are called, in whatever thread."""
    names: list[str] = []

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call":
            names.append(f"{frame.f_globals.get('__name__')}.{frame.f_code.co_qualname}")

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield names
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def first_step_off(steps: list[str], went: list[str]) -> str | None:
    """The first of these steps that was not gone, or not in this order."""
    ahead = iter(went)
    return next((step for step in steps if step not in ahead), None)


def test_a_text_a_key_and_a_wave_go_the_ways_that_are_written_down(
    sqlite_url: str, redis_url: str
) -> None:
    with called() as names, open_neighborhood(sqlite_url, redis_url, ONE_AT_A_TIME) as maple:
        maple.put_on_roster(*({"phone": CAST[name], "name": name} for name in ("Ana", "Ben")))
        wired = [it for it in names if it.startswith("serving.")]

        def went(title: str) -> str | None:
            steps = [*wired, *names]
            names.clear()
            return first_step_off(way(title), steps)

        names.clear()
        maple.text("Maria", "need food")
        maple.pass_time(timedelta(minutes=10))
        assert went("A wave") is None
        maple.text("Ana", "yes")
        assert went("A text") is None
        maple.call("Maria")
        names.clear()
        maple.press("Maria", "2")
        assert went("A key") is None
