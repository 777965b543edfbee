"""Whether a modem's daemon hangs, by what it left lying. Pure.

A daemon that cannot reach its modem ends by itself and is started again (deploy/modem). One that
hangs says nothing at all: that what is to leave does not leave is all that shows from outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

PATIENCE = timedelta(minutes=10)
"""Longer than the longest text takes: ten parts, half a minute until each is given up, twice."""


@dataclass(frozen=True, slots=True)
class DaemonSigns:
    """Since when the text waits that is to leave next, when one left last or was given up, and when
    the daemon was last asked to begin anew; None for never."""

    waiting_since: datetime | None = None
    moved_at: datetime | None = None
    asked_at: datetime | None = None


def hangs(signs: DaemonSigns, now: datetime) -> bool:
    """Whether it is to be started again now: not twice within one PATIENCE."""
    if signs.waiting_since is None:
        return False
    since = [signs.waiting_since, signs.moved_at, signs.asked_at]
    return now - max(it for it in since if it is not None) > PATIENCE
