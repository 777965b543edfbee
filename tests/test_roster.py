"""Whom a wave asks. The choice that reads little of a large roster is held against one that reads
all of it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from neighborhood import NETWORK, NOON
from servers import KEYRING
from sqlalchemy import Connection, insert, update

from hotline.desk.wave import choose_crew
from hotline.help_request import HelpRequest, State
from hotline.hours import parse_hours
from hotline.settings import Network, read_network
from hotline.store import pages, people, requests, roster, tables
from hotline.store.database import Database
from hotline.store.roster import RosterEntry
from hotline.work import Work, furnish

TOWN = read_network(NETWORK, "hotline.toml")
HOURS = ["", "mon-fri 09:00-17:00", "sat 09:00-18:00", "mon 12:00-12:01", "sun 20:00-24:00"]


@dataclass(frozen=True)
class Page:
    hours_ago: int
    about_this: bool
    this_round: bool
    passed: bool


@dataclass(frozen=True)
class Somebody:
    languages: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    hours: str = ""
    reach: str = "text"
    stopped: bool = False
    paused_hours: int = 0
    most: int | None = None
    holds: bool = False
    pages: tuple[Page, ...] = field(default=())


def _some(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


some_pages = st.builds(Page, st.integers(1, 200), st.booleans(), st.booleans(), st.booleans())
somebody = st.builds(
    Somebody,
    languages=_some(["en", "es"]),
    areas=_some(["northside", "eastside", "westside"]),
    needs=_some(["food", "ride", "medicine"]),
    hours=st.sampled_from(HOURS),
    reach=st.sampled_from(["text"] * 5 + ["voice"]),
    stopped=st.sampled_from([False] * 5 + [True]),
    paused_hours=st.sampled_from([0] * 5 + [-1, 1]),
    most=st.sampled_from([None, None, 1, 2, 9]),
    holds=st.sampled_from([False] * 5 + [True]),
    pages=st.lists(some_pages, max_size=3).map(tuple),
)


def at_noon(connection: Connection) -> Work:
    return furnish(TOWN, lambda: NOON).work(connection)


class Undo(Exception):
    """Takes back what an example wrote."""


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url.replace("sqlite:", "sqlite+pysqlite:"), KEYRING)
    yield database
    database.close()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    town=st.lists(somebody, max_size=12),
    needs=_some(["food", "ride", "medicine"]),
    area=st.sampled_from([None, "northside", "eastside", "westside"]),
    size=st.integers(1, 5),
)
def test_a_wave_asks_the_same_people_as_if_the_whole_roster_had_been_read(
    database: Database,
    town: list[Somebody],
    needs: tuple[str, ...],
    area: str | None,
    size: int,
) -> None:
    found: list[Any] = []

    def work(connection: Connection) -> None:
        request = _write_down(connection, town, needs, area)
        ids = people.known_or_new(connection, [_phone(place) for place in range(len(town))], NOON)
        found.append(choose_crew(at_noon(connection), request, size))
        found.append(tuple(ids[place] for place in _as_if_all_were_read(town, request, size)))
        raise Undo

    with pytest.raises(Undo):
        database.write(work)
    assert found[0] == found[1]


def test_who_was_asked_longest_ago_is_known_again_when_a_page_never_left(
    database: Database,
) -> None:
    def work(connection: Connection) -> list[tuple[int, ...]]:
        request = _write_down(connection, [Somebody(), Somebody()], (), None)
        first = choose_crew(at_noon(connection), request, 1)
        roster.note_asked(connection, first, NOON)
        written = pages.add_pages(connection, replace(request, round=9), first, NOON)
        second = choose_crew(at_noon(connection), request, 1)
        pages.remove_pages(connection, written.values())
        return [first, second, choose_crew(at_noon(connection), request, 1)]

    first, second, third = database.write(work)
    assert first != second
    assert third == first


def test_who_changes_what_they_offer_is_found_under_the_new_alone(database: Database) -> None:
    def work(connection: Connection) -> list[tuple[int, ...]]:
        request = _write_down(connection, [Somebody(needs=("ride",))], ("food",), "northside")
        roster.put_on_roster(
            connection, [RosterEntry(_phone(0), "Ana", needs=("food",), areas=("eastside",))], NOON
        )
        return [
            choose_crew(at_noon(connection), replace(request, **of), 1)
            for of in ({"area": "eastside"}, {"needs": ("ride",), "area": "eastside"})
        ]

    now_food, other_needs = database.write(work)
    assert now_food == other_needs != ()  # the second as the last resort of all


def _phone(place: int) -> str:
    return f"+1212555{1000 + place}"


def _write_down(
    connection: Connection, town: list[Somebody], needs: tuple[str, ...], area: str | None
) -> HelpRequest:
    """A roster, what its people were asked, and a request of somebody else's."""
    maria = people.add_neighbor(connection, "+12125550140", NOON)
    asking = HelpRequest(0, maria.id, NOON, needs=needs, area=area, round=2, due=NOON)
    request = requests.open_request(connection, asking)
    other = requests.open_request(connection, HelpRequest(0, maria.id, NOON))
    if town:
        entries = [
            RosterEntry(_phone(it), "A", one.languages, one.areas, one.needs, one.hours, one.reach)
            for it, one in enumerate(town)
        ]
        roster.put_on_roster(connection, entries, NOON)
    for place, one in enumerate(town):
        (who,) = people.known_or_new(connection, [_phone(place)], NOON)
        _live(connection, who, one, request, other)
    return request


def _live(
    connection: Connection, who: int, one: Somebody, request: HelpRequest, other: HelpRequest
) -> None:
    paused = NOON + timedelta(hours=one.paused_hours) if one.paused_hours else None
    connection.execute(
        update(tables.neighbor)
        .where(tables.neighbor.c.id == who)
        .values(stopped_at=NOON if one.stopped else None, paused_until=paused, max_a_day=one.most)
    )
    if one.holds:
        opened = requests.open_request(connection, HelpRequest(0, request.requester, NOON))
        taken = replace(opened, state=State.TAKEN, takers=(who,))
        requests.save_request(connection, opened, taken, NOON)
    for place, page in enumerate(one.pages):
        asked_at = NOON - timedelta(hours=page.hours_ago)
        connection.execute(
            insert(tables.page).values(
                request_number=request.number if page.about_this else other.number,
                neighbor_id=who,
                round=request.round if page.this_round and not place else place + 10,
                wave=1,
                state="passed" if page.passed else "asked",
                asked_at=asked_at,
                answered_at=asked_at if page.passed else None,
            )
        )
    if one.pages:
        last = min(page.hours_ago for page in one.pages)
        roster.note_asked(connection, [who], NOON - timedelta(hours=last))


# The same choice, without any regard for how large a roster may be.


def _as_if_all_were_read(town: list[Somebody], request: HelpRequest, size: int) -> list[int]:
    free = [place for place, one in enumerate(town) if _is_free(one, TOWN)]
    circles = {place: _circle(town[place], request) for place in free}
    nearest = min(circles.values(), default=0)
    crew = [place for place in free if circles[place] == nearest]
    return sorted(crew, key=lambda place: (*_rank(town[place], request), place))[:size]


def _is_free(one: Somebody, network: Network) -> bool:
    local = NOON.astimezone(network.zone)
    within = [page.hours_ago for page in one.pages]
    asked = any(page.about_this and page.this_round for page in one.pages[:1])
    passed = any(page.about_this and page.passed and page.hours_ago < 24 for page in one.pages)
    most = one.most or network.roster.max_a_day
    return not (
        one.stopped
        or one.paused_hours > 0
        or one.holds
        or asked
        or passed
        or sum(hours < 24 for hours in within) >= min(most, network.roster.max_a_day)
        or sum(hours < 24 * 7 for hours in within) >= min(most * 7, network.roster.max_a_week)
        or not parse_hours(one.hours).include(local)
    )


def _circle(one: Somebody, request: HelpRequest) -> int:
    if request.needs and one.needs and not set(one.needs) & set(request.needs):
        return 4
    if request.area is None or not one.areas or request.area in one.areas:
        return 1
    area = TOWN.area(request.area)
    return 2 if area and set(one.areas) & set(area.near) else 3


def _rank(one: Somebody, request: HelpRequest) -> tuple[int, bool, float]:
    unmet = len(set(request.needs) - set(one.needs)) if one.needs else 0
    if _circle(one, request) == 4:
        unmet = 0
    speaks_another = bool(one.languages) and "en" not in one.languages
    hours_ago = min((page.hours_ago for page in one.pages), default=math.inf)
    return unmet, speaks_another, -hours_ago
