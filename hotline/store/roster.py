"""The roster: who is on it and how they come onto it, when they can be asked, and who is free to be
asked next.

Functions on a connection inside somebody's transaction; the rules are in `hotline.roster`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from hotline.help_request import LIVE, HelpRequest
from hotline.hours import parse_hours
from hotline.page import PageState
from hotline.reserve import LEFT_BY_A_CROWD
from hotline.roster import (
    ANY,
    PASS_HOLDS,
    WHATEVER,
    WHEREVER,
    Availability,
    Way,
)
from hotline.settings import RosterRules
from hotline.store import called, known_again, tables
from hotline.store.database import upsert
from hotline.store.people import set_facts
from hotline.store.prepared import Prepared, is_among
from hotline.store.record import record

neighbor, offer = tables.neighbor, tables.offer
page, request, taker = tables.page, tables.request, tables.taker

MANY = 500  # people put on the roster at once
LOCK_FOR_ASKING = 4636  # the name of PostgreSQL's lock that lets one wave be chosen at a time


def choose_alone(connection: Connection) -> None:
    """Let no other process choose a wave before this transaction ends.

    On SQLite writing transactions are alone anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(LOCK_FOR_ASKING)))


def availabilities(connection: Connection) -> dict[int, Availability]:
    """Every availability that there is on the roster, by its id."""
    rows = _AVAILABILITIES.rows(connection, {})
    return {number: _availability(content) for number, content in rows}


_AVAILABILITIES = Prepared(select(tables.availability.c.id, tables.availability.c.content))


@lru_cache(maxsize=10_000)
def _availability(content: str) -> Availability:
    fields = json.loads(content)
    return Availability(frozenset(fields["languages"]), parse_hours(fields["hours"]))


def free_volunteers(
    connection: Connection,
    it: HelpRequest,
    ways: Iterable[Way],
    available: Collection[int],
    most: int,
    rules: RosterRules,
    now: datetime,
    kept: int = 0,
    *,
    in_crowd: bool = False,
) -> list[int]:
    """Who is found on one of these ways and can be asked about a request now, whoever was asked
    longest ago first: of one of these availabilities, on the roster, reached by text or call,
    not paused, holding nothing, not asked in this round, not having passed lately, not asked too
    often. `kept`: percent of how often they may be asked that are for others; `in_crowd`: of
    the rest something is left for calmer hours."""
    if not available or most <= 0:
        return []
    facts = {
        "available": list(available),
        "now": now,
        "requester": it.requester,
        "company": [it.requester, *it.takers],
        "number": it.number,
        "round": it.round,
        "passed_since": now - PASS_HOLDS,
        "day_ago": now - timedelta(days=1),
        "week_ago": now - timedelta(days=7),
        "a_day": rules.max_a_day,
        "a_week": rules.max_a_week,
        "kept": kept,
        "most": most,
    }
    # People stand in the index in the order in which they are asked: few are looked at.
    found = {
        (asked_at, who)
        for way in ways
        for asked_at, who in _free(len(way.also), len(way.without), in_crowd).rows(
            connection, {**facts, **_way(way)}
        )
    }
    return [who for _, who in sorted(found)[:most]]


def _way(way: Way) -> dict[str, str]:
    return {
        "area": way.area,
        "need": way.need,
        **{f"also_{place}": need for place, need in enumerate(way.also)},
        **{f"without_{place}": need for place, need in enumerate(way.without)},
    }


@lru_cache
def _free(also: int, without: int, in_crowd: bool) -> Prepared:
    """The question of `free_volunteers` for one way with so many conditions."""
    return Prepared(
        select(offer.c.asked_at, offer.c.neighbor_id)
        .where(
            offer.c.area == bindparam("area"),
            offer.c.need == bindparam("need"),
            is_among(offer.c.availability_id, "available"),
            _can_be_asked(also, without, in_crowd=in_crowd),
        )
        .order_by(offer.c.asked_at, offer.c.neighbor_id)
        .limit(bindparam("most"))
    )


def _can_be_asked(also: int, without: int, *, in_crowd: bool) -> Any:
    """Whether the person of the outer query can be asked now.

    A subquery that is asked of one person after the other, until there are enough: of joins
    PostgreSQL believes that they leave few, and would read all of the roster first.
    """
    about_this = and_(
        page.c.request_number == bindparam("number"), page.c.neighbor_id == neighbor.c.id
    )
    theirs = select(neighbor.c.id).where(
        neighbor.c.id == offer.c.neighbor_id,
        neighbor.c.on_roster,
        neighbor.c.stopped_at.is_(None),
        neighbor.c.suspended_at.is_(None),
        neighbor.c.quiet_since.is_(None),
        # Who can be called.
        or_(neighbor.c.trouble.is_(None), neighbor.c.trouble == "landline"),
        neighbor.c.id != bindparam("requester"),
        or_(neighbor.c.paused_until.is_(None), neighbor.c.paused_until <= bindparam("now")),
        *(_offers(bindparam(f"also_{place}")) for place in range(also)),
        *(~_offers(bindparam(f"without_{place}")) for place in range(without)),
        ~_is_at_something(),
        ~_is_apart(),
        ~exists().where(about_this, page.c.round == bindparam("round")),
        ~exists().where(
            about_this,
            page.c.state == PageState.PASSED.value,
            page.c.answered_at > bindparam("passed_since"),
        ),
        _pages_since("day_ago") < _at_most("a_day", 1) - (_left_by_a_crowd() if in_crowd else 0),
        _pages_since("week_ago") < _at_most("a_week", 7),
    )
    return theirs.correlate(offer).scalar_subquery().is_not(None)


def _offers(need: Any) -> Any:
    """Whether somebody offers this need."""
    another = offer.alias()
    return exists().where(
        another.c.neighbor_id == neighbor.c.id,
        another.c.area == WHEREVER,
        another.c.need == need,
    )


def _is_at_something() -> Any:
    """Whether somebody takes something that is open or taken."""
    return exists().where(
        taker.c.neighbor_id == neighbor.c.id,
        tables.is_at_it,
        request.c.number == taker.c.request_number,
        tables.one_of(request.c.state, *LIVE),
    )


def _is_apart() -> Any:
    """Whether somebody is kept apart from whoever asks, or from who takes it already."""
    return exists().where(
        tables.apart.c.neighbor_id == neighbor.c.id,
        is_among(tables.apart.c.other_id, "company"),
    )


def _left_by_a_crowd() -> Any:
    """How often a day somebody is asked less for a crowd."""
    return case((neighbor.c.id % LEFT_BY_A_CROWD == 0, 1), else_=0)


def _at_most(rule: str, days: int) -> Any:
    """The network's limit for so many days, or the person's own if that is smaller, without what is
    kept for others; never less than one."""
    own = neighbor.c.max_a_day * days
    most = case((own < bindparam(rule), own), else_=bindparam(rule))
    for_anybody = most - (most * bindparam("kept", type_=Integer) + 99) // 100
    return case((for_anybody < 1, 1), else_=for_anybody)


def _pages_since(moment: str) -> Any:
    """How many pages somebody got since then, but for what they asked to see."""
    counted = select(func.count()).where(
        page.c.neighbor_id == neighbor.c.id,
        page.c.round > tables.SHOWN,
        page.c.asked_at > bindparam(moment, type_=tables.Moment),
    )
    return counted.correlate(neighbor).scalar_subquery()


def note_asked(connection: Connection, crew: Collection[int], now: datetime) -> None:
    """These people are asked now."""
    for who in sorted(crew):
        for asked in _NOTE_ASKED:
            asked.rows(connection, {"who": who, "asked_at": now})


_NOTE_ASKED = [
    Prepared(update(table).where(who == bindparam("who")).values(asked_at=bindparam("asked_at")))
    for table, who in ((neighbor, neighbor.c.id), (offer, offer.c.neighbor_id))
]


def note_offers_asked_last(connection: Connection, people: Collection[int]) -> None:
    """Read again when these people were asked last, for the order in which to ask.

    Their own rows keep the time: it only tells that pages are to be looked for, and somebody
    who writes just now holds theirs and may be waiting for the request.
    """
    _NOTE_ASKED_LAST.rows(connection, {"people": sorted(people)})


_ASKED_LAST = select(func.max(page.c.asked_at)).where(page.c.neighbor_id == offer.c.neighbor_id)
_NOTE_ASKED_LAST = Prepared(
    update(offer)
    .where(is_among(offer.c.neighbor_id, "people"))
    .values(
        asked_at=func.coalesce(_ASKED_LAST.scalar_subquery(), literal(tables.NEVER, tables.Moment))
    )
)


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One line of the roster: somebody who can be asked. Empty collections mean any."""

    phone: str
    name: str
    languages: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    hours: str = ""
    reach: str = "text"


def put_on_roster(connection: Connection, people: Sequence[RosterEntry], now: datetime) -> None:
    """Add these people, at most MANY, or bring what is known of them up to date.

    The first of somebody's languages becomes what we write to them in, unless they chose one.
    """
    if not people:
        return
    at_phones = neighbor.c.phone.in_([entry.phone for entry in people])
    before = set(connection.execute(select(neighbor.c.phone).where(at_phones)).scalars())
    added = upsert(connection, neighbor)
    new = added.excluded
    known = {name: new[name] for name in ("name", "languages", "areas", "needs", "hours", "reach")}
    language = case(
        (neighbor.c.language_chosen, neighbor.c.language),
        else_=func.coalesce(new.language, neighbor.c.language),
    )
    put = added.on_conflict_do_update(
        index_elements=[neighbor.c.phone],
        set_={
            **known,
            "on_roster": True,
            "trouble": None,
            "language": language,
            "code": None,
            "joining": None,
            "newcomer_since": None,
            "suspended_at": None,
        },
    )
    connection.execute(put, [_on_roster(entry, now) for entry in people])
    _recognize(connection, {it.phone for it in people} - before, now)
    called.settle(connection, at_phones)
    list_offers(connection, people)


def _recognize(connection: Connection, phones: Collection[str], now: datetime) -> None:
    """Who comes with one of these numbers and was forgotten stays apart from whom they were. If
    they were suspended, whoever puts them onto the roster ends that."""
    new = select(neighbor.c.id, neighbor.c.phone).where(neighbor.c.phone.in_(phones))
    for who in known_again.recognize(connection, dict(iter(connection.execute(new))), now):
        set_facts(connection, who, suspended_at=None)


def list_offers(connection: Connection, people: Sequence[RosterEntry]) -> None:
    """List anew what these people offer."""
    ids = _availability_ids(connection, {_available(entry) for entry in people})
    rows = connection.execute(
        select(neighbor.c.phone, neighbor.c.id, neighbor.c.asked_at).where(
            neighbor.c.phone.in_([entry.phone for entry in people])
        )
    )
    known = {row.phone: row for row in rows}
    connection.execute(
        delete(offer).where(offer.c.neighbor_id.in_([row.id for row in known.values()]))
    )
    offers = [
        {
            "neighbor_id": known[entry.phone].id,
            "area": area,
            "need": need,
            "availability_id": ids[_available(entry)],
            "asked_at": known[entry.phone].asked_at,
        }
        for entry in people
        for area in (WHEREVER, *(entry.areas or (ANY,)))
        for need in (WHATEVER, *(entry.needs or (ANY,)))
    ]
    connection.execute(insert(offer), offers)


def _availability_ids(connection: Connection, contents: Collection[str]) -> dict[str, int]:
    """The ids of these availabilities, new if need be."""
    new = upsert(connection, tables.availability).on_conflict_do_nothing(
        index_elements=[tables.availability.c.content]
    )
    connection.execute(new, [{"content": content} for content in sorted(contents)])
    return {content: number for number, content in _AVAILABILITIES.rows(connection, {})}


def _available(entry: RosterEntry) -> str:
    return json.dumps({"hours": entry.hours, "languages": sorted(entry.languages)})


def _on_roster(entry: RosterEntry, now: datetime) -> dict[str, Any]:
    return {
        "phone": entry.phone,
        "name": entry.name,
        "language": entry.languages[0] if entry.languages else None,
        "languages": list(entry.languages),
        "areas": list(entry.areas),
        "needs": list(entry.needs),
        "hours": entry.hours,
        "reach": entry.reach,
        "on_roster": True,
        "since": now,
    }


def roster(connection: Connection) -> list[RosterEntry]:
    rows = connection.execute(select(neighbor).where(neighbor.c.on_roster).order_by(neighbor.c.id))
    return [roster_entry(row) for row in sorted(rows, key=_name)]


def roster_entry(row: Any) -> RosterEntry:
    return RosterEntry(
        row.phone,
        row.name or "",
        tuple(row.languages),
        tuple(row.areas),
        tuple(row.needs),
        row.hours,
        row.reach,
    )


# What people on the roster set for themselves, and how they come onto it.


def pause(connection: Connection, who: int, until: datetime | None, now: datetime) -> None:
    """Ask them nothing until then; None: from now on again."""
    set_facts(connection, who, paused_until=until)
    record(connection, who, "paused" if until else "back", now)


def let_rest(
    connection: Connection, who: int, until: datetime, by: int | None, now: datetime
) -> None:
    """The same, by a steward or, None, from the command line."""
    set_facts(connection, who, paused_until=until)
    record(connection, by, "let_rest", now, about=who)


def names(connection: Connection) -> list[tuple[int, str]]:
    """Ids and names of everybody on the roster, by name; of two with the same name as others hear
    them called."""
    listed = select(neighbor.c.id, neighbor.c.name, neighbor.c.called).where(
        neighbor.c.on_roster, neighbor.c.suspended_at.is_(None)
    )
    rows = connection.execute(listed).all()
    shown = [(who, _told_apart(name or "", known_as or "")) for who, name, known_as in rows]
    return sorted(shown, key=lambda it: (it[1], it[0]))


def _told_apart(name: str, known_as: str) -> str:
    is_whole = " " not in name.strip()
    return known_as if is_whole and known_as else name


def suspended_names(connection: Connection) -> list[tuple[int, str]]:
    """The same of those whom stewards suspended or took off it."""
    some = select(neighbor.c.id, neighbor.c.name).where(neighbor.c.suspended_at.is_not(None))
    return _by_name(connection, some)


def _by_name(connection: Connection, people: Select[tuple[int, str]]) -> list[tuple[int, str]]:
    """In this order here, for the database cannot read what it is sealed."""
    rows = connection.execute(people.order_by(neighbor.c.id))
    return [(row.id, _name(row)) for row in sorted(rows, key=_name)]


def _name(row: Row[Any]) -> str:
    return row.name or ""


@dataclass(frozen=True, slots=True)
class Load:
    """What speaks against giving somebody a request now. `holds`: another that they take;
    `asked_today`: pages in a day about others; `max_a_day`: their own limit."""

    stopped: bool
    out_of_reach: bool
    paused_until: datetime | None
    holds: int | None
    asked_today: int
    max_a_day: int | None


def load(connection: Connection, who: int, number: int, now: datetime) -> Load:
    """Of somebody, as far as it is not about request `number` itself."""
    row = connection.execute(select(neighbor).where(neighbor.c.id == who)).one()
    holds = (
        select(taker.c.request_number)
        .join(request, request.c.number == taker.c.request_number)
        .where(taker.c.neighbor_id == who, tables.is_at_it)
        .where(tables.one_of(request.c.state, *LIVE), request.c.number != number)
        .limit(1)
    )
    asked = select(func.count()).where(
        page.c.neighbor_id == who,
        page.c.request_number != number,
        page.c.round > tables.SHOWN,
        page.c.asked_at > now - timedelta(days=1),
    )
    return Load(
        row.stopped_at is not None,
        row.trouble not in (None, "landline"),
        row.paused_until,
        connection.execute(holds).scalar(),
        connection.execute(asked).scalar_one(),
        row.max_a_day,
    )


def set_most(connection: Connection, who: int, a_day: int, now: datetime) -> None:
    """How many pages a day they want at most."""
    set_facts(connection, who, max_a_day=a_day)
    record(connection, who, "max", now)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the roster knows of somebody, or will once they are on it."""

    entry: RosterEntry
    on_roster: bool
    paused_until: datetime | None
    code: int | None  # to be vouched for


def standing(connection: Connection, who: int) -> Standing:
    row = connection.execute(select(neighbor).where(neighbor.c.id == who)).one()
    return Standing(roster_entry(row), row.on_roster, row.paused_until, row.code)


def change(connection: Connection, who: int, what: str, value: Any, now: datetime) -> Standing:
    """Write down their "name", "needs", "areas" or "hours" and list anew what they offer."""
    set_facts(connection, who, **{what: value})
    record(connection, who, what, now)
    if what == "name":
        called.settle(connection, neighbor.c.id == who)
    known = standing(connection, who)
    if known.on_roster:
        list_offers(connection, [known.entry])
    return known


def give_code(connection: Connection, who: int, now: datetime) -> int:
    """The four digits that a newcomer tells somebody who is on the roster. They are far from
    those of the next, so that a slip of the thumb vouches for nobody."""
    taken = set(connection.execute(select(neighbor.c.code).where(neighbor.c.code > 0)).scalars())
    codes = ((who + ahead) * FAR_APART % CODES + FIRST_CODE for ahead in range(CODES))
    code = next(code for code in codes if code not in taken)
    set_facts(connection, who, code=code)
    record(connection, who, "wants_in", now)
    return code


FIRST_CODE, CODES, FAR_APART = 1000, 9000, 3821


def who_has_code(connection: Connection, code: int) -> int | None:
    return connection.execute(select(neighbor.c.id).where(neighbor.c.code == code)).scalar()


def enter(connection: Connection, who: int, by: int, what: str, now: datetime) -> bool:
    """Put a newcomer on the roster; False if they are on it. `what`: "joined" or "vouched"."""
    put = (
        update(neighbor)
        .where(neighbor.c.id == who, neighbor.c.on_roster.is_(False))
        .values(
            on_roster=True,
            code=None,
            newcomer_since=now,
            joining=case((neighbor.c.joining != "wait", neighbor.c.joining), else_=None),
        )
    )
    if not connection.execute(put).rowcount:
        return False
    called.settle(connection, neighbor.c.id == who)
    list_offers(connection, [standing(connection, who).entry])
    record(connection, by, what, now, about=who)
    return True
