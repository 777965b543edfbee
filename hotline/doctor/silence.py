"""Whether it is quieter than it ever was: in an area, or at this time of the week. People may not
get through, and a hotline that nobody reaches looks like one that nobody needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from hotline.doctor.findings import Finding, found
from hotline.doctor.machine import length

HOURS_LOOKED_AT: Final = timedelta(hours=3)  # the last of them, against those of earlier weeks
EARLIER_WEEKS: Final = 4
USUAL_LEAST: Final = 5  # requests in these hours of the quietest of those weeks
AREA_LOOKED_AT: Final = timedelta(days=56)
AREA_LEAST: Final = 8  # requests in that time, before anything is usual
LONGER_THAN_EVER: Final = 1.5  # times the longest pause there was
AREA_QUIET: Final = timedelta(days=2)  # at the least


@dataclass(frozen=True, slots=True)
class TrafficSeen:
    """`now`: whether any text or call came in the last hours. `weeks`: how many requests did in the
    same hours of each earlier week. `areas`: when something was asked for in each, the oldest
    first."""

    is_any_now: bool = False
    weeks: tuple[int, ...] = ()
    areas: Mapping[str, Sequence[datetime]] = field(default_factory=dict)


def silence(it: TrafficSeen, now: datetime) -> list[Finding]:
    return [*_silent_hours(it), *_silent_areas(it, now)]


def _silent_hours(it: TrafficSeen) -> Iterator[Finding]:
    """Where there were five or more in each of four weeks, and mostly more, it is hardly ever
    chance that not even a text comes."""
    is_usual = len(it.weeks) >= EARLIER_WEEKS and min(it.weeks) >= USUAL_LEAST
    if is_usual and not it.is_any_now:
        yield found("silence.hours", hours=f"the last {length(HOURS_LOOKED_AT)}")


def _silent_areas(it: TrafficSeen, now: datetime) -> Iterator[Finding]:
    for area, moments in sorted(it.areas.items()):
        if len(moments) < AREA_LEAST:
            continue
        longest = max(later - earlier for earlier, later in pairwise(moments))
        quiet = now - moments[-1]
        if quiet > max(longest * LONGER_THAN_EVER, AREA_QUIET):
            yield found("silence.area", about=area, area=area, days=length(quiet))
