"""How it goes, from counts and times: by week, by hour of the day and by area, never by person.

Pure. What fewer than `FEWEST` requests stand behind is not told singly: in a small place it would
tell of somebody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo

FEWEST = 3
HOURS_A_PART = 3  # of the parts that a day has where it is told by area
DAY_PARTS = range(0, 24, HOURS_A_PART)


def week_starts(now: datetime, zone: ZoneInfo, weeks: int) -> list[datetime]:
    """The Mondays of so many weeks, this one the last, and the one that comes."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    days = (monday + (place - weeks + 1) * timedelta(weeks=1) for place in range(weeks + 1))
    return [datetime.combine(day, time(), zone) for day in days]


@dataclass(frozen=True, slots=True)
class WeekCount:
    """What became, until now, of what was asked for in one week."""

    since: datetime
    asked: int
    taken: int
    done: int


@dataclass(frozen=True, slots=True)
class FirstYes:
    """When something was asked for, as seconds of the epoch, and when somebody first said YES."""

    area: str | None
    asked: int
    answered: int

    @property
    def minutes(self) -> float:
        return max(0, self.answered - self.asked) / 60


@dataclass(frozen=True, slots=True)
class WaitToYes:
    """The middle one of the times to a YES, in minutes, of so many requests; None: of too few to
    tell, or of none."""

    count: int
    minutes: float | None


def wait(minutes: list[float]) -> WaitToYes:
    return WaitToYes(len(minutes), median(minutes) if len(minutes) >= FEWEST else None)


@dataclass(frozen=True, slots=True)
class Waits:
    """To the first YES: of all, by the hour of the day, by area, and by area and part of the
    day."""

    all: WaitToYes
    by_hour: tuple[WaitToYes, ...]
    by_area: Mapping[str, WaitToYes]
    by_part: Mapping[str, tuple[WaitToYes, ...]]


def waits(found: Iterable[FirstYes], areas: Iterable[str], zone: ZoneInfo) -> Waits:
    hours: list[list[float]] = [[] for _ in range(24)]
    parts: dict[str, list[list[float]]] = {area: [[] for _ in DAY_PARTS] for area in areas}
    offset = _Offsets(zone)
    for it in found:
        hour = (it.asked + offset.at(it.asked)) // 3600 % 24
        hours[hour].append(it.minutes)
        if it.area in parts:
            parts[it.area][hour // HOURS_A_PART].append(it.minutes)
    return Waits(
        wait([minutes for some in hours for minutes in some]),
        tuple(map(wait, hours)),
        {area: wait([it for some in day for it in some]) for area, day in parts.items()},
        {area: tuple(map(wait, day)) for area, day in parts.items()},
    )


class _Offsets:
    """Of a zone's clocks, in seconds, by the hour: looked up once for each."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._known: dict[int, int] = {}

    def at(self, moment: int) -> int:
        hour = moment // 3600
        if hour not in self._known:
            local = datetime.fromtimestamp(hour * 3600, UTC).astimezone(self._zone)
            self._known[hour] = int((local.utcoffset() or timedelta()).total_seconds())
        return self._known[hour]


def by_need(found: Iterable[tuple[tuple[str, ...], int]]) -> list[tuple[str, int | None]]:
    """How often each need was asked for, the most frequent first; None: fewer than can be told."""
    counts: dict[str, int] = {}
    for needs, count in found:
        for need in needs or ("",):
            counts[need] = counts.get(need, 0) + count
    told = [(need, count) for need, count in counts.items() if count >= FEWEST]
    few = sorted(need for need, count in counts.items() if count < FEWEST)
    return [*sorted(told, key=lambda it: (-it[1], it[0])), *((need, None) for need in few)]
