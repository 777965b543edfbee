"""What a window shows: requests with their waves, answers and words, and what is due. All that was
said about one is in `conversation`.

Read only, and on a connection inside somebody's transaction. The command line, the page of a
rehearsal, the fault suite and the tests read through this, so that none of them looks at tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, func, select

from hotline import phone
from hotline.help_request import HelpRequest
from hotline.names import first_name
from hotline.store import messages, people, requests, tables

MOST_AT_ONCE = 500  # of a long list


# A list of requests.


@dataclass(frozen=True, slots=True)
class ListedRequest:
    """One request of a list; `way_back`: whether whoever asked can be reached."""

    request: HelpRequest
    way_back: bool


def listed_after(connection: Connection, number: int, *, only_open: bool) -> list[ListedRequest]:
    """The next ones behind this number, some at a time: none is an end."""
    found = requests.requests_after(connection, number, MOST_AT_ONCE, only_open=only_open)
    phones = _phones(connection, {it.requester for it in found})
    return [ListedRequest(it, not _is_lonely(phones[it.requester])) for it in found]


def every_request(
    read: Callable[[Callable[[Connection], list[ListedRequest]]], list[ListedRequest]],
    *,
    only_open: bool,
) -> Iterator[ListedRequest]:
    """All of them, the oldest first, however many there are. `read` is the database's."""
    last = 0
    while some := read(partial(listed_after, number=last, only_open=only_open)):
        yield from some
        last = some[-1].request.number


def _phones(connection: Connection, ids: set[int]) -> dict[int, str]:
    return {who: it.phone for who, it in people.neighbors(connection, ids).items()}


def _is_lonely(number: str) -> bool:
    """Whether somebody called with a hidden number and left none; who was forgotten asks no
    more."""
    return phone.is_nobodys(number) and not phone.is_forgotten(number)


# One request, as a story.


@dataclass(frozen=True, slots=True)
class PagedNeighbor:
    """Somebody who was asked about a request, and what they said to it: a state of `page`."""

    name: str
    state: str
    note: str


@dataclass(frozen=True, slots=True)
class Wave:
    at: datetime
    asked: tuple[PagedNeighbor, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A request as one sees it from inside. `events`: when it was handed back, and the like."""

    request: HelpRequest
    requester: str
    words: tuple[str, ...]
    waves: tuple[Wave, ...]
    takers: tuple[str, ...]
    events: tuple[tuple[datetime, str], ...]


def newest_stories(connection: Connection, most: int) -> list[Story]:
    """The newest requests first, and all that happened to them."""
    return stories(connection, requests.newest_requests(connection, most))


def discreet_story(connection: Connection, number: int) -> Story | None:
    """One request with first names, and ids of those who gave none: no phone number is in it."""
    found = requests.find_requests(connection, [number])
    return next(iter(stories(connection, found, _first_name_or_id)), None)


def discreet_names(connection: Connection, ids: set[int]) -> dict[int, str]:
    """First names, and ids of those who gave none."""
    known = people.neighbors(connection, ids)
    return {who: _first_name_or_id(who, it.name, it.phone) for who, it in known.items()}


def _name_or_phone(_who: int, name: str | None, phone_of: str) -> str:
    return name or phone_of


def _first_name_or_id(who: int, name: str | None, _phone_of: str) -> str:
    return first_name(name) or f"neighbor {who}"


Naming = Callable[[int, str | None, str], str]  # from an id, a name and a phone number


def stories(
    connection: Connection, of: Sequence[HelpRequest], naming: Naming = _name_or_phone
) -> list[Story]:
    numbers = [it.number for it in of]
    waves = _waves(connection, numbers, naming)
    events = _events(connection, numbers)
    known = people.neighbors(connection, {who for it in of for who in (it.requester, *it.takers)})
    names = {who: naming(who, it.name, it.phone) for who, it in known.items()}
    return [
        Story(
            request=it,
            requester=names[it.requester],
            words=tuple(said.body for said in messages.words_of(connection, it.number)),
            waves=waves.get(it.number, ()),
            takers=tuple(names[who] for who in it.takers),
            events=events.get(it.number, ()),
        )
        for it in of
    ]


def _waves(
    connection: Connection, numbers: Sequence[int], naming: Naming
) -> dict[int, tuple[Wave, ...]]:
    """The waves of each request, in their order; whoever only looked was not asked."""
    page, neighbor = tables.page.c, tables.neighbor.c
    rows = connection.execute(
        select(page.request_number, page.round, page.wave, page.asked_at)
        .add_columns(neighbor.id, neighbor.name, neighbor.phone, page.state, page.note)
        .join_from(tables.page, tables.neighbor, page.neighbor_id == neighbor.id)
        .where(page.request_number.in_(numbers), page.round > tables.SHOWN)
        .order_by(page.id)
    ).all()
    crews: dict[tuple[int, int, int], list[tuple[datetime, PagedNeighbor]]] = {}
    for number, round_, wave, at, *who, state, note in rows:
        asked = PagedNeighbor(naming(*who), state, note or "")
        crews.setdefault((number, round_, wave), []).append((at, asked))
    found: dict[int, tuple[Wave, ...]] = {}
    for (number, _, _), crew in crews.items():
        wave_seen = Wave(crew[0][0], tuple(asked for _, asked in crew))
        found[number] = (*found.get(number, ()), wave_seen)
    return found


def _events(
    connection: Connection, numbers: Sequence[int]
) -> dict[int, tuple[tuple[datetime, str], ...]]:
    event = tables.event.c
    rows = connection.execute(
        select(event.request_number, event.at, event.what)
        .where(event.request_number.in_(numbers))
        .order_by(event.id)
    ).all()
    found: dict[int, tuple[tuple[datetime, str], ...]] = {}
    for number, at, what in rows:
        found[number] = (*found.get(number, ()), (at, what))
    return found


# What is due.


def next_due(connection: Connection, *, with_calls: bool = True) -> datetime | None:
    """The next moment at which something is to be done; None when nothing is. `with_calls`: also
    when a call is taken for ended of whose end nobody told us."""
    columns = [tables.request.c.look_at, tables.message.c.due, tables.erasure.c.due]
    columns += [tables.broadcast.c.due]
    columns += [tables.call.c.due] if with_calls else []
    queries = (select(func.min(it, type_=tables.Moment)).where(it.is_not(None)) for it in columns)
    moments = [connection.execute(query).scalar() for query in queries]
    return min((moment for moment in moments if moment), default=None)


def requests_since(connection: Connection, moment: datetime) -> list[int]:
    """The numbers of those that were made since then, the oldest first."""
    request = tables.request.c
    asked = select(request.number).where(request.since >= moment).order_by(request.number)
    return list(connection.execute(asked).scalars())


def stamp(connection: Connection) -> tuple[int | None, ...]:
    """What is another whenever something was said, done or asked."""
    ids = (tables.message.c.id, tables.event.c.id, tables.recording.c.id, tables.note.c.id)
    return tuple(connection.execute(select(func.max(it))).scalar() for it in ids)


# What must hold.


def pages_that_lie(connection: Connection) -> list[tuple[int, int]]:
    """Request and neighbor of every accepted page whose neighbor does not take the request, and of
    every taker without one: there are none."""
    page, taker = tables.page.c, tables.taker.c
    same = (page.request_number == taker.request_number) & (page.neighbor_id == taker.neighbor_id)
    accepted = page.state == "accepted"
    without_taker = (
        select(page.request_number, page.neighbor_id)
        .join_from(tables.page, tables.taker, same, isouter=True)
        .where(accepted, taker.id.is_(None))
    )
    without_page = (
        select(taker.request_number, taker.neighbor_id)
        .join_from(tables.taker, tables.page, same & accepted, isouter=True)
        .where(page.id.is_(None))
    )
    return [
        (number, who)
        for query in (without_taker, without_page)
        for number, who in connection.execute(query)
    ]
