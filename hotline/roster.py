"""Who may be asked about a request now, and in which order.

Pure: facts about people come in as values, the people to ask go out. It reads no clock and no
database, and it texts nobody.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from hotline.help_request import HelpRequest, State
from hotline.hours import Hours
from hotline.settings import Area, Network

ANY_TIME = Hours()
PASS_HOLDS = timedelta(hours=24)  # somebody who passed is not asked about it again before that


@dataclass(frozen=True, slots=True)
class Volunteer:
    """What choosing needs to know of one person on the roster, for one request.

    Empty `areas`, `needs` and `languages` mean any. Times are aware UTC, None means never.
    """

    id: int
    areas: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    hours: Hours = ANY_TIME
    paused_until: datetime | None = None
    holds_a_request: bool = False
    asked_at: datetime | None = None
    asked_a_day: int = 0
    asked_a_week: int = 0
    asked_this_round: bool = False
    passed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The latest page that somebody got about a request, and how that request stands.

    `page` is "asked" (not answered), "accepted", "passed", "covered" or "unreached".
    """

    number: int
    page: str
    request: State
    asked_at: datetime


class Circle(IntEnum):
    """How far from the request somebody is. A wave comes from the nearest circle with anybody."""

    AREA = 1
    NEAR = 2
    ALL = 3
    OTHER_NEEDS = 4  # said they do other things; asked before we say that nobody is free


def may_ask_from(urgent: bool, network: Network, now: datetime) -> datetime:
    """When volunteers may first be asked: now, or at the end of quiet hours."""
    quiet = network.quiet
    if urgent or quiet is None or not quiet.covers(now.astimezone(network.zone)):
        return now
    return quiet.ends_after(now, network.zone)


def ask_again_at(urgent: bool, network: Network, now: datetime) -> datetime:
    """When asking begins again after nobody was free: after the pause, or when quiet ends."""
    after_pause = now + timedelta(minutes=network.waves.again_minutes)
    quiet = network.quiet
    if quiet is None or not quiet.covers(after_pause.astimezone(network.zone)):
        if quiet is None or not quiet.covers(now.astimezone(network.zone)):
            return after_pause
        return min(after_pause, quiet.ends_after(now, network.zone))
    return after_pause if urgent else quiet.ends_after(after_pause, network.zone)


def choose(
    request: HelpRequest,
    language: str,
    volunteers: Iterable[Volunteer],
    size: int,
    network: Network,
    now: datetime,
) -> tuple[int, ...]:
    """The ids of the next people to ask, best first, at most `size`, all from one circle."""
    if may_ask_from(request.urgent, network, now) > now:
        return ()
    local = now.astimezone(network.zone)
    free = [one for one in volunteers if _may_be_asked(one, network, now, local)]
    circles = [(_circle(one, request, network), one) for one in free]
    nearest = min((circle for circle, _ in circles), default=Circle.AREA)
    crew = [one for circle, one in circles if circle is nearest]
    crew.sort(key=lambda one: _rank(one, request, language, now))
    return tuple(one.id for one in crew[:size])


def _may_be_asked(one: Volunteer, network: Network, now: datetime, local: datetime) -> bool:
    return not (
        one.asked_this_round
        or one.holds_a_request
        or (one.paused_until is not None and one.paused_until > now)
        or (one.passed_at is not None and one.passed_at + PASS_HOLDS > now)
        or one.asked_a_day >= network.roster.max_a_day
        or one.asked_a_week >= network.roster.max_a_week
        or not one.hours.include(local)
    )


def _circle(one: Volunteer, request: HelpRequest, network: Network) -> Circle:
    if request.needs and one.needs and not one.needs.intersection(request.needs):
        return Circle.OTHER_NEEDS
    if request.area is None or not one.areas or request.area in one.areas:
        return Circle.AREA
    area = network.area(request.area)
    return Circle.NEAR if area and _is_near(one, area) else Circle.ALL


def _is_near(one: Volunteer, area: Area) -> bool:
    return not one.areas.isdisjoint(area.near)


def _rank(
    one: Volunteer, request: HelpRequest, language: str, now: datetime
) -> tuple[int, bool, float, int]:
    """Most of the needs, then the language, then whoever was asked longest ago."""
    unmet = len(set(request.needs) - one.needs) if one.needs else 0
    speaks_another = bool(one.languages) and language not in one.languages
    seconds_since = (now - one.asked_at).total_seconds() if one.asked_at else math.inf
    return unmet, speaks_another, -seconds_since, one.id
