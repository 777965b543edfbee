"""Who may be asked about a request now, and in which order.

Pure: it says where to look for people and in which order. Who is found there, free now and asked
longest ago, is the database's to say (`store.roster.free_volunteers`), so that a large roster is
not read whole for three people. It reads no clock and no database, and it texts nobody.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import combinations

from hotline import page
from hotline.help_request import HelpRequest, State
from hotline.hours import Hours
from hotline.settings import Network

ANY_TIME = Hours()
# In the list of offers: the area or need of who named none, and what everybody is found under.
ANY, WHEREVER, WHATEVER = "", "*", "*"
MOST_NEEDS = 4  # of one request, that are weighed against each other
PASS_HOLDS = timedelta(hours=24)  # somebody who passed is not asked about it again before that


@dataclass(frozen=True, slots=True)
class Availability:
    """When somebody can be asked, and in which languages; none means any."""

    languages: frozenset[str] = frozenset()
    hours: Hours = ANY_TIME


@dataclass(frozen=True, slots=True)
class Asked:
    """The latest page that somebody got about a request, and how that request stands."""

    number: int
    page: page.PageState
    request: State
    asked_at: datetime


class Circle(IntEnum):
    """How far from the request somebody is. A wave comes from the nearest circle with anybody."""

    AREA = 1
    NEAR = 2
    ALL = 3
    OTHER_NEEDS = 4  # said they do other things; asked before we say that nobody is free


@dataclass(frozen=True, slots=True)
class Way:
    """One place in the list of offers to look at: an area and a need there.

    `also` are needs that whoever is found must offer as well, `without` those they must not.
    """

    area: str
    need: str
    also: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """Where people are found who fit a request equally well."""

    circle: Circle
    ways: tuple[Way, ...]


def searches(request: HelpRequest, network: Network) -> list[Search]:
    """Where to look for people to ask, the best first: the circle, then most of the needs."""
    needs = request.needs[:MOST_NEEDS]
    found = [
        Search(circle, tuple(replace(way, area=area) for area in areas for way in ways))
        for circle, areas in _places(request, network)
        for ways in _by_needs(needs)
    ]
    if needs:
        other = Way(WHEREVER, WHATEVER, without=(*needs, ANY))
        found.append(Search(Circle.OTHER_NEEDS, (other,)))
    return found


def _places(request: HelpRequest, network: Network) -> list[tuple[Circle, tuple[str, ...]]]:
    if request.area is None:
        return [(Circle.AREA, (WHEREVER,))]
    area = network.area(request.area)
    here: tuple[Circle, tuple[str, ...]] = Circle.AREA, (request.area, ANY)
    near = [(Circle.NEAR, tuple(area.near))] if area and area.near else []
    return [here, *near, (Circle.ALL, (WHEREVER,))]


def nearest(
    requests: Iterable[HelpRequest], areas: Collection[str], network: Network
) -> list[HelpRequest]:
    """Those that somebody in these areas (none is anywhere) is nearest to first, then the urgent,
    then the oldest."""

    def far(request: HelpRequest) -> tuple[Circle, bool, int]:
        return _how_far(request.area, areas, network), not request.urgent, request.number

    return sorted(requests, key=far)


def _how_far(where: str | None, areas: Collection[str], network: Network) -> Circle:
    if where is None or not areas or where in areas:
        return Circle.AREA
    area = network.area(where)
    return Circle.NEAR if area and not set(area.near).isdisjoint(areas) else Circle.ALL


def _by_needs(needs: tuple[str, ...]) -> Iterator[list[Way]]:
    """Whoever offers all of them (or anything), then all but one, and so on."""
    if not needs:
        yield [Way(WHEREVER, WHATEVER)]
        return
    for many in range(len(needs), 0, -1):
        ways = [
            Way(WHEREVER, some[0], some[1:], tuple(it for it in needs if it not in some))
            for some in combinations(needs, many)
        ]
        yield [Way(WHEREVER, ANY), *ways] if many == len(needs) else ways


def who_speaks(
    availabilities: Mapping[int, Availability], language: str, local: datetime
) -> list[list[int]]:
    """The ids of those that hold now: first where the language is spoken, then the others."""
    speaking: list[int] = []
    others: list[int] = []
    for number, it in availabilities.items():
        if it.hours.include(local):
            speaks = not it.languages or language in it.languages
            (speaking if speaks else others).append(number)
    return [speaking, others]


# Who is meant by a name.


def called(written: str, everybody: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """Ids and names of those who may be meant: whose first name it is, and who have words that
    begin with the rest of it, so that "Ana R" is Ana Ruiz. A number alone is an id."""
    if written.isascii() and written.isdigit():
        return [it for it in everybody if str(it[0]) == written]
    first, *rest = _plain(written).split() or [""]
    return [it for it in everybody if first and _fits(first, rest, _plain(it[1]).split())]


def _fits(first: str, rest: list[str], name: list[str]) -> bool:
    if name[:1] != [first]:
        return False
    behind = iter(name[1:])
    return all(any(word.startswith(wanted) for word in behind) for wanted in rest)


def _plain(name: str) -> str:
    """Without accents and marks, for comparing."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(it if it.isalnum() else " " for it in apart if not unicodedata.combining(it))
