"""What a page of the board costs the processor with years of requests behind it: the page as the
site makes it, from the row of who looks to its last letter, without HTTP around it.

The floor is a page that says nothing: what is above it are questions to the database and words.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, insert, select, text
from starlette.datastructures import ImmutableMultiDict

from bench import children, years
from bench.choosing import NOON
from bench.report import Figure, median
from bench.town import Place, Servers
from board.names import NameIndex
from board.pages import PAGES
from board.sitting import BoardPage, Shown, Sitting, Viewer
from board.speech import BoardSpeech
from hotline.broadcast import Audience
from hotline.organizers import BoardRole
from hotline.store import broadcasts, people, tables
from hotline.store.database import Database
from hotline.store.sessions import BoardSession
from hotline.work import House, furnish

REQUESTS, QUICK_REQUESTS = 100_000, 2_000
PEOPLE, QUICK_PEOPLE = 20_000, 1_000
RUNS, QUICK_RUNS = 25, 2
MOST = 20.0  # milliseconds of the processor
NAMES = NameIndex()
NOTHING: Mapping[str, str] = MappingProxyType({})


def figures(servers: Servers, *, quick: bool = False) -> Iterator[Figure]:
    """On SQLite, where the questions take the time of this very thread, and on PostgreSQL, where
    that of the process behind the connection counts as well."""
    size, people = (QUICK_REQUESTS, QUICK_PEOPLE) if quick else (REQUESTS, PEOPLE)
    for kind in servers.kinds(quick=quick):
        place = servers.place(kind)
        years.fill(place, size, NOON, people)
        with place.open() as database, children.pinned(children.MEASURED):
            yield from _each(place, kind, database, QUICK_RUNS if quick else RUNS)


def _each(place: Place, kind: str, database: Database, runs: int) -> Iterator[Figure]:
    house = furnish(place.settings.network, lambda: NOON)
    who = database.write(_prepare)
    database.write(_add_deeds)
    floor = _times(database, house, who, None, runs)
    for page in PAGES:
        if page.show is None or page.least is None or page.path in NOT_MEASURED:
            continue
        times = _times(database, house, who, page, runs)
        ours, nothing = median(times), median(floor)
        yield Figure(
            "board",
            f"{page.path}, {kind}",
            "ms",
            ours,
            nothing,
            ours / nothing,
            f"≤ {MOST:.0f} ms",
            ours <= MOST,
            {"ours": times, "floor": floor},
        )


def _prepare(connection: Connection) -> int:
    """Who looks, and something that was written to many."""
    who = people.add_neighbor(connection, "+12125550100", NOON).id
    broadcasts.add(connection, who, Audience(), {"en": "We meet on Sunday."}, NOON)
    return who


def _add_deeds(connection: Connection) -> None:
    """Each request was taken three minutes after it was asked for; the years have no deeds."""
    page, event = tables.page.c, tables.event
    asked = select(page.request_number, page.neighbor_id, page.asked_at).order_by(page.id)
    rows = [
        {
            "at": at + timedelta(minutes=3),
            "neighbor_id": who,
            "what": "took",
            "request_number": number,
        }
        for number, who, at in connection.execute(asked)
    ]
    connection.execute(insert(event), rows)
    connection.execute(text("ANALYZE"))


def _times(
    database: Database, house: House, who: int, page: BoardPage | None, runs: int
) -> list[float]:
    def seen(connection: Connection) -> float:
        began = _computed(connection)
        _show(connection, house, who, page)
        return (_computed(connection) - began) * 1000

    read = database.write if page and page.records else database.read
    return [read(seen) for _ in range(runs + 1)][1:]  # the first prepares much


def _computed(connection: Connection) -> float:
    """Seconds that this thread has computed, and whoever answers it from another process: for Linux
    the first figure of schedstat, in nanoseconds."""
    if connection.dialect.name == "sqlite":
        return time.thread_time()
    driver: Any = connection.connection.driver_connection
    schedule = Path(f"/proc/{driver.info.backend_pid}/schedstat")
    theirs = int(schedule.read_text("ascii").split()[0]) / 1e9 if schedule.exists() else 0.0
    return time.thread_time() + theirs


def _show(connection: Connection, house: House, who: int, page: BoardPage | None) -> None:
    work = house.work(connection)
    person = people.neighbors(connection, [who])[who]
    viewer = Viewer(person, BoardRole.STEWARD, BoardSession(1, who, "Firefox", NOON, NOON, NOON))
    outcome: Any = Shown("nothing.html")
    if page is not None and page.show is not None:
        sitting = Sitting(
            work.by(person),
            viewer,
            _PLACES.get(page.path, NOTHING),
            NOTHING,
            ImmutableMultiDict(),
            NOTHING,
            "Firefox",
            dict,
            NAMES,
            house.current,
        )
        outcome = page.show(sitting)
    if isinstance(outcome, Shown):
        shared = {"viewer": viewer, "path": "/board/", "said": "", "practice": False}
        shared["answers"] = ""
        values = {**shared, "may_see": lambda _path: True, **outcome.values}
        BoardSpeech(house.network, "en", NOON).render(outcome.template, values)


# What is heard is the carrier's to give, and there is one version of the settings.
NOT_MEASURED = ("/requests/{number}/sound/{sid}", "/settings/versions/{number}")
_PLACES: Mapping[str, Mapping[str, str]] = {
    "/requests/{number}": {"number": "500"},
    "/people/{number}": {"number": "500"},
    "/people/{number}/edit": {"number": "500"},
    "/people/{number}/forget": {"number": "500"},
    "/many/{number}": {"number": "1"},
    "/record/file/{who}/{kind}/{day}": {"who": "500", "kind": "-", "day": "-"},
}
