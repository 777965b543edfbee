"""Whether there is somebody for everything: each area, each need, each hour of the week. Counted,
and never by name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from hotline.doctor.findings import Finding, found, judged
from hotline.hours import Hours
from hotline.needs import kind_of
from hotline.settings import Network

MOST_NAMED: Final = 5
_MONDAY: Final = datetime(2024, 1, 1)  # noqa: DTZ001 - any Monday, by the clocks of the network
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class RosterSeen:
    """Of everybody on the roster how many there are and how many nobody reaches. Of those who can
    be asked, now or once they are back: how many offer each area and need ("" is for any), and
    when, each way of hours once."""

    all: int = 0
    unreachable: int = 0
    askable: int = 0
    areas: Mapping[str, int] = field(default_factory=dict)
    needs: Mapping[str, int] = field(default_factory=dict)
    hours: tuple[Hours, ...] = ()


def roster(it: RosterSeen, network: Network) -> list[Finding]:
    return [
        *judged("roster", f"{it.askable} can be asked", _roster(it)),
        *_covered(it, network),
    ]


def _roster(it: RosterSeen) -> Iterator[Finding]:
    if not it.all:
        yield found("roster.empty")
        return
    if not it.askable:
        yield found("roster.nobody_left")
    elif it.unreachable:
        yield found("roster.unreachable", count=it.unreachable)


def _covered(it: RosterSeen, network: Network) -> Iterator[Finding]:
    if not it.askable:
        return
    areas = uncovered([area.key for area in network.areas], it.areas)
    yield from judged("areas", "somebody helps in each of them", _without("areas", areas))
    needs = uncovered([need.key for need in network.needs], it.needs)
    yield from judged("needs", "somebody offers each of them", _without("needs", needs))
    free = empty_hours(it.hours, network)
    shown = [found("hours.uncovered", hours=_listed(free))] if free else []
    yield from judged("hours", "somebody can be asked in every hour that is not quiet", shown)


def uncovered(keys: Sequence[str], offered: Mapping[str, int]) -> list[str]:
    """The keys that nobody offers; whoever offers any of them offers all."""
    return [] if offered.get("") else [key for key in keys if not offered.get(key)]


def _without(part: str, keys: Sequence[str]) -> list[Finding]:
    if not keys:
        return []
    return [found(f"{part}.uncovered", keys=_listed(keys), first=keys[0])]


def _listed(some: Sequence[str]) -> str:
    more = len(some) - MOST_NAMED
    return ", ".join(some[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def empty_hours(hours: Collection[Hours], network: Network) -> list[str]:
    """Spans of the week outside the quiet hours in which nobody can be asked: "Mon 08:00-12:00"."""
    moments = [_MONDAY + timedelta(hours=place) for place in range(7 * 24)]
    free = [it for it in moments if _is_awake(it, network) and not _is_any(hours, it)]
    return [_span(days, clock) for clock, days in _alike(free).items()]


def _is_awake(local: datetime, network: Network) -> bool:
    return network.quiet is None or not network.quiet.covers(local)


def _is_any(hours: Collection[Hours], local: datetime) -> bool:
    return any(it.include(local) for it in hours)


def _alike(free: Sequence[datetime]) -> dict[tuple[int, int], list[int]]:
    """By the hours of a day in which they begin and end the days on which it is so."""
    found: dict[tuple[int, int], list[int]] = {}
    for day in range(7):
        for span in _runs([it.hour for it in free if it.weekday() == day]):
            found.setdefault(span, []).append(day)
    return found


def _runs(hours: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Hours that follow each other, as the first and the one after the last."""
    start = None
    for place, hour in enumerate(hours):
        start = hour if start is None else start
        if place + 1 == len(hours) or hours[place + 1] != hour + 1:
            yield start, hour + 1
            start = None


def _span(days: Sequence[int], clock: tuple[int, int]) -> str:
    named = "every day" if len(days) == 7 else "/".join(_DAYS[it] for it in days)
    return f"{named} {clock[0]:02}:00-{clock[1]:02}:00"


def words(network: Network) -> list[Finding]:
    """Needs that no text can name."""
    keys = [it.key for it in network.needs if not any(it.words.values()) and not kind_of(it.key)]
    return [found("needs.wordless", keys=_listed(keys))] if keys else []
