"""Whether anything becomes slower as the years go by: the same deeds with little and much behind.

Each is done inside a transaction, as the program does it, by people with a history of their own,
and its time is taken there: what a commit costs depends on no rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import count

from sqlalchemy import Connection, func, select

from bench import children, years
from bench.choosing import NOON
from bench.report import Figure, median
from bench.texts import People
from bench.town import Servers
from hotline.desk import budget, wave
from hotline.inbound import TextIn
from hotline.store import messages, overview, pages, tables
from hotline.store.database import Database
from hotline.work import House, Work, furnish
from paging import clock
from paging.jobs import LOST_AFTER
from sms.receiving import receive

SIZES = (1_000, 1_000_000)
QUICK_SIZES = (1_000, 2_000)
RUNS = 24
ASKING = "need groceries for two, please"  # anywhere: there are enough to ask among the few, too
MOST = 1.5  # times the time with the fewest rows

Times = dict[str, list[float]]


def figures(servers: Servers, *, quick: bool = False) -> Iterator[Figure]:
    sizes = QUICK_SIZES if quick else SIZES
    for kind in servers.kinds():
        with ExitStack() as stack:
            few, many = (_street(stack, servers, kind, size) for size in sizes)
            stack.enter_context(children.pinned(children.MEASURED))
            _take_turns(few, many, 2 if quick else RUNS)
        for deed, times in many.found.items():
            yield _judged(f"{deed}, {sizes[-1]:,} rows, {kind}", times, few.found[deed])


def _street(stack: ExitStack, servers: Servers, kind: str, size: int) -> _Street:
    place = servers.place(kind)
    people = years.fill(place, size, NOON)
    database = stack.enter_context(place.open())
    return _Street(database, furnish(place.settings.network, lambda: NOON), people)


def _take_turns(few: _Street, many: _Street, runs: int) -> None:
    """The first run, which prepares much, is left out."""
    for street in (few, many):
        street.live(runs)
        street.found.clear()
    for run in range(runs):
        for street in (few, many):
            street.live(run)
    for street in (few, many):
        street.list_all()


def _judged(what: str, with_many: list[float], with_few: list[float]) -> Figure:
    ours, floor = median(with_many), median(with_few)
    return Figure(
        "growth",
        what,
        "ms",
        ours,
        floor,
        ours / floor,
        f"≤ {MOST} ×",
        ours / floor <= MOST,
        {"ours": with_many, "floor": with_few},
    )


def _claim(ids: list[int], work: Work) -> None:
    claimed = messages.claim(work.connection, ids, work.now, work.now + LOST_AFTER)
    if not claimed:
        raise RuntimeError("nobody was asked")


class _Street:
    """Where it all happens, again and again, each time to others."""

    def __init__(self, database: Database, house: House, people: years.Years) -> None:
        self.found: Times = {}
        self._database = database
        self._house = house
        self._people = people
        self._strangers = People()
        self._names = count()

    def live(self, run: int) -> None:
        """A stranger asks, and somebody known; volunteers are asked, and say YES and DONE."""
        people = self._people
        requester, busy, helper = people.requesters[run], people.busy[run], people.helpers[-1 - run]
        self._time("a stranger asks", self._texting(self._strangers.stranger(), ASKING))
        theirs = self._newest_request()
        known = self._phone(requester)
        self._time("somebody known asks", self._texting(known, "need a ride, area03"))
        asking = self._time("a wave", lambda work: wave.ask_volunteers(work, theirs))
        self._time("claiming its texts", partial(_claim, asking.after.messages))
        self._time("the day's segments", budget.is_ample)
        self._time("YES", self._texting(self._phone(self._asked(theirs)), "yes"))
        self._time("STATUS", self._texting(known, "status"))
        self._take(busy, self._newest_request())
        self._time("DONE", self._texting(self._phone(busy), "done"))
        self._time("STATS", self._texting(self._phone(helper), "stats"))
        self._time("FORGET ME", self._texting(self._phone(helper), "forget me"))
        self._time("a clock tick", lambda work: clock.due(work.connection, work.now))
        listed = partial(overview.listed_after, number=0, only_open=False)
        self._time("the first requests", lambda work: listed(work.connection))

    def list_all(self) -> None:
        """Every request, as the command line shows them."""
        began = time.perf_counter()
        every = overview.every_request(self._database.read, only_open=False)
        many = sum(1 for _ in every)
        milliseconds = (time.perf_counter() - began) * 1000
        self.found["1,000 of all requests"] = [milliseconds * 1000 / many]

    def _time(self, deed: str, do: Callable[[Work], object]) -> Work:
        def timed(connection: Connection) -> tuple[Work, float]:
            work = self._house.work(connection)
            began = time.perf_counter()
            do(work)
            return work, (time.perf_counter() - began) * 1000

        work, milliseconds = self._database.write(timed)
        self.found.setdefault(deed, []).append(milliseconds)
        return work

    def _texting(self, sender: str, body: str) -> Callable[[Work], None]:
        text = TextIn(f"SMnew{next(self._names)}", sender, body)

        def do(work: Work) -> None:
            receive(work, text)
            if not work.after.replies:
                raise RuntimeError(f"nobody answered: {body}")

        return do

    def _take(self, who: int, number: int) -> None:
        """As if somebody had asked what is open."""
        self._database.write(lambda connection: pages.show(connection, number, who, NOON))
        yes = self._texting(self._phone(who), f"yes {number}")
        self._database.write(lambda connection: yes(self._house.work(connection)))

    def _phone(self, who: int) -> str:
        neighbor = tables.neighbor.c
        found = select(neighbor.phone).where(neighbor.id == who)
        return str(self._database.read(lambda connection: connection.execute(found).scalar_one()))

    def _newest_request(self) -> int:
        found = select(func.max(tables.request.c.number))
        return int(self._database.read(lambda connection: connection.execute(found).scalar_one()))

    def _asked(self, number: int) -> int:
        page = tables.page.c
        found = select(func.min(page.neighbor_id)).where(page.request_number == number)
        return int(self._database.read(lambda connection: connection.execute(found).scalar_one()))
