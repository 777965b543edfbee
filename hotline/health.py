"""Whether every part of the hotline does its work, in words that anybody may read.

Pure: what was found goes in, what it means comes out. Nothing here tells of a person: no number, no
words, no names, and of when somebody was asked last only the hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

LATE = timedelta(minutes=5)  # after which the stewards are told
WELL_AGAIN = timedelta(minutes=1)  # what is late by less than that is on its way
SILENT = timedelta(seconds=30)  # of a process; it gives a sign of life every ten seconds
ROLES = ("worker", "clock")  # of which one must be at work; web is whoever answers


class LastAnswer(StrEnum):
    """What the carrier made of the last message that was brought to it."""

    NONE_YET = "has not been asked yet"
    TAKEN = "took our last message"
    NOT_TAKEN = "did not take our last message: it is tried again"
    SILENT = "did not answer when we brought our last message: it is looked up"
    REFUSED = "refuses our account: texts wait until it is mended"


ANSWERS_WELL = (LastAnswer.NONE_YET, LastAnswer.TAKEN)


@dataclass(frozen=True, slots=True)
class Vitals:
    """What was found in the database: when each role gave its last sign of life, since when the
    oldest request waits to be looked at and the oldest message to be sent (None: nothing does),
    when somebody was asked last, and what the carrier said; of a database that came back from a
    copy and waits to be resumed, when that was made."""

    beats: Mapping[str, datetime] = field(default_factory=dict)
    oldest_due: datetime | None = None
    oldest_text: datetime | None = None
    last_page: datetime | None = None
    carrier: LastAnswer = LastAnswer.NONE_YET
    restored_from: datetime | None = None  # a copy of then, which is not resumed

    def late_by(self, now: datetime) -> timedelta:
        """How long what is to be done first has been due."""
        waiting = [it for it in (self.oldest_due, self.oldest_text) if it]
        return max([now - it for it in waiting], default=timedelta())


@dataclass(frozen=True, slots=True)
class Vital:
    """One line of the whole: whether it is well, and what is to be said of it."""

    well: bool
    said: str


def is_alarm(late_by: timedelta, *, was_alarm: bool) -> bool:
    """Whether asking is late. Once it is, it takes more than a moment's luck to be well again."""
    return late_by >= (WELL_AGAIN if was_alarm else LATE)


def parts(
    vitals: Vitals | None, now: datetime, *, can_write: bool, redis_can_write: bool
) -> dict[str, Vital]:
    """Every part by its name. `vitals` is None where the database does not answer: then nobody
    knows of the others."""
    known = _known(vitals, now) if vitals else _unknown()
    return {
        "web": Vital(True, "answers"),
        "database": _store(can_write, "does not answer, or takes nothing: texts are refused"),
        "redis": _store(redis_can_write, "does not answer, or takes nothing: nobody is asked"),
        **known,
    }


NAMES = ("worker", "clock", "oldest_due", "oldest_waiting_text", "last_page", "carrier")


def _unknown() -> dict[str, Vital]:
    return {name: Vital(False, "not known without the database") for name in NAMES}


def _known(vitals: Vitals, now: datetime) -> dict[str, Vital]:
    found = [
        *(_process(vitals.beats.get(role), now) for role in ROLES),
        _due(vitals.oldest_due, now, "nothing is overdue"),
        _due(vitals.oldest_text, now, "no text waits"),
        Vital(True, _when(vitals.last_page, now)),
        Vital(vitals.carrier in ANSWERS_WELL, vitals.carrier.value),
    ]
    return dict(zip(NAMES, found, strict=True)) | _restored(vitals.restored_from, now)


def _restored(copied_at: datetime | None, now: datetime) -> dict[str, Vital]:
    """Only while it waits."""
    if copied_at is None:
        return {}
    said = (
        f"the database is a copy, made {_ago(now - copied_at)}: what comes in is looked after, and"
        " what was in it waits for `hotline restore --resume`"
    )
    return {"restored": Vital(False, said)}


def _store(well: bool, otherwise: str) -> Vital:
    return Vital(well, "can be read and written" if well else otherwise)


def _process(last: datetime | None, now: datetime) -> Vital:
    if last is None:
        return Vital(False, "none is running")
    if now - last > SILENT:
        return Vital(False, f"gave its last sign of life {_ago(now - last)}")
    return Vital(True, "is at work")


def _due(since: datetime | None, now: datetime, none: str) -> Vital:
    late = now - since if since else timedelta()
    if late < WELL_AGAIN:
        return Vital(True, none)
    return Vital(late < LATE, f"late by {_minutes(late)}")


def _when(moment: datetime | None, now: datetime) -> str:
    """No nearer than the hour: it is nobody's business when a neighbor needed something."""
    if moment is None:
        return "nobody was asked yet"
    hours = int((now - moment) / timedelta(hours=1))
    if hours < 1:
        return "somebody was asked within the last hour"
    if hours < 48:
        return f"the last was asked {_count(hours, 'hour')} ago"
    return f"the last was asked {hours // 24} days ago"


def _ago(since: timedelta) -> str:
    return "less than a minute ago" if since < timedelta(minutes=1) else f"{_minutes(since)} ago"


def _minutes(length: timedelta) -> str:
    return _count(int(length / timedelta(minutes=1)), "minute")


def _count(many: int, what: str) -> str:
    return f"{many} {what}" if many == 1 else f"{many} {what}s"
