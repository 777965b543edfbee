"""Every question to the database, and every change of it, named as such.

Functions on a connection inside somebody's transaction. They decide nothing: what may follow
from what is in `help_request`, whom to ask is in `roster`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from hotline import phone
from hotline.help_request import OURSELVES, HelpRequest, Said, State
from hotline.hours import parse_hours
from hotline.limits import Heard, Pace
from hotline.roster import (
    ANY,
    PASS_HOLDS,
    WHATEVER,
    WHEREVER,
    Asked,
    Availability,
    Way,
)
from hotline.settings import RosterRules
from hotline.store import tables
from hotline.store.database import Stale
from hotline.store.prepared import Prepared

neighbor, request, page = tables.neighbor, tables.request, tables.page
offer, inbox, outbox = tables.offer, tables.inbox, tables.outbox
recording, companion = tables.recording, tables.companion

MANY = 500  # people put on the roster at once
SHOWN = 0  # the round of a page that somebody asked to see: the others begin with 1
LOCK_FOR_ASKING = 4636  # the name of PostgreSQL's lock that lets one wave be chosen at a time


def _upsert(connection: Connection, table: Any) -> Any:
    """`INSERT … ON CONFLICT`, which each database has in a dialect of its own."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)


# Neighbors.


@dataclass(frozen=True, slots=True)
class Neighbor:
    """What a conversation knows of somebody. `name` is None for who never told one."""

    id: int
    phone: str
    name: str | None
    language: str | None
    language_chosen: bool
    stopped: bool
    on_roster: bool
    was_asked: bool
    by_voice: bool = False  # gets no texts, and is called
    joining: str | None = None  # what they were asked last on their way to the roster
    joining_since: datetime | None = None
    trouble: str | None = None  # why no text reaches them, as the carrier says


_KNOWN = (
    *(neighbor.c.id, neighbor.c.phone, neighbor.c.name, neighbor.c.language),
    *(neighbor.c.language_chosen, neighbor.c.stopped_at, neighbor.c.on_roster, neighbor.c.asked_at),
    *(neighbor.c.reach, neighbor.c.trouble, neighbor.c.joining, neighbor.c.joining_since),
)


def _neighbor(row: Sequence[Any]) -> Neighbor:
    who, phone, name, language, language_chosen, stopped_at, on_roster, asked_at, *more = row
    reach, trouble, joining, joining_since = more
    return Neighbor(
        who,
        phone,
        name,
        language,
        language_chosen,
        stopped_at is not None,
        on_roster,
        asked_at.year > tables.NEVER.year,
        reach == "voice" or trouble == "landline",
        joining,
        joining_since,
        trouble,
    )


def who_is_at(connection: Connection, phone: str) -> Neighbor | None:
    """The person with this number, if we know them.

    The row stays locked until the transaction ends, so texts from one number are read one
    after the other; others may write rows that refer to it meanwhile.
    """
    rows = _AT.rows(connection, {"of": phone})
    return _neighbor(rows[0]) if rows else None


_AT = Prepared(
    select(*_KNOWN).where(neighbor.c.phone == bindparam("of")).with_for_update(key_share=True)
)


def add_neighbor(
    connection: Connection,
    phone: str,
    now: datetime,
    language: str | None = None,
    *,
    chosen: bool = False,
) -> Neighbor:
    """Somebody new. Raises Stale if they were added meanwhile."""
    facts = {"phone": phone, "since": now, "language": language, "language_chosen": chosen}
    rows = _NEW[connection.dialect.name].rows(connection, facts)
    if not rows:
        raise Stale("somebody new was added meanwhile")
    return _neighbor(rows[0])


_NEW = {
    dialect.dialect.name: Prepared(
        dialect.insert(neighbor)
        .values({it: bindparam(it) for it in ("phone", "since", "language", "language_chosen")})
        .on_conflict_do_nothing(index_elements=[neighbor.c.phone])
        .returning(*_KNOWN)
    )
    for dialect in (postgresql, sqlite)
}


def ids_at(connection: Connection, phones: Sequence[str], now: datetime) -> list[int]:
    """The ids of the people with these numbers, new if need be. Locks nobody."""
    if not phones:
        return []
    rows = [{"phone": phone, "since": now} for phone in phones]
    known = _upsert(connection, neighbor).values(rows)
    connection.execute(known.on_conflict_do_nothing(index_elements=[neighbor.c.phone]))
    found = select(neighbor.c.id).where(neighbor.c.phone.in_(phones)).order_by(neighbor.c.id)
    return list(connection.execute(found).scalars())


def neighbors(connection: Connection, ids: Collection[int]) -> dict[int, Neighbor]:
    if len(ids) == 1:
        (one,) = ids
        found = [_neighbor(row) for row in _ONE_NEIGHBOR.rows(connection, {"who": one})]
    else:
        rows = connection.execute(_SOME_NEIGHBORS, {"ids": list(ids)})
        found = [_neighbor(tuple(row)) for row in rows]
    return {it.id: it for it in found}


_ONE_NEIGHBOR = Prepared(select(*_KNOWN).where(neighbor.c.id == bindparam("who")))


_SOME_NEIGHBORS = select(*_KNOWN).where(neighbor.c.id.in_(bindparam("ids", expanding=True)))


def set_language(connection: Connection, who: int, language: str, *, chosen: bool) -> None:
    """Remember what to answer in, and whether they chose it themselves."""
    facts = {"who": who, "language": language, "language_chosen": chosen}
    connection.execute(_SET_LANGUAGE, facts)


_SET_LANGUAGE = update(neighbor).where(neighbor.c.id == bindparam("who"))


def set_stopped(connection: Connection, who: int, stopped_at: datetime | None) -> None:
    connection.execute(update(neighbor).where(neighbor.c.id == who).values(stopped_at=stopped_at))


def note_opted_out(connection: Connection, who: int, since: datetime, now: datetime) -> None:
    """The carrier says that they said STOP. If they wrote to us after `since`, it may be old."""
    wrote = exists().where(inbox.c.neighbor_id == neighbor.c.id, inbox.c.received_at > since)
    connection.execute(
        update(neighbor)
        .where(neighbor.c.id == who, neighbor.c.stopped_at.is_(None), ~wrote)
        .values(stopped_at=now)
    )


def note_texts(connection: Connection, who: int) -> bool:
    """Somebody whom no text should reach has texted us. False if they are blocked: that holds
    for ours to them."""
    texts = update(neighbor).where(neighbor.c.id == who, neighbor.c.trouble.in_(DISPROVED))
    return connection.execute(texts.values(trouble=None)).rowcount == 1


DISPROVED = ("landline", "no_number", "unreachable")  # by a text from there


def set_trouble(connection: Connection, who: int, trouble: str) -> bool:
    """`trouble`: "landline" (cannot get texts), "no_number", "unreachable" (again and again) or
    "blocked" (not from us). False if that was known."""
    new = func.coalesce(neighbor.c.trouble, "") != trouble
    marked = update(neighbor).where(neighbor.c.id == who, new).values(trouble=trouble)
    return connection.execute(marked).rowcount == 1


def last_errors(connection: Connection, who: int, most: int) -> list[int | None]:
    """What the carrier said of the last texts to somebody, the newest first; None: it arrived, or
    is taken for that. A text that was tried again counts once. Of two that fail at the same moment
    the second waits here for the first."""
    alone = select(neighbor.c.id).where(neighbor.c.id == who).with_for_update(key_share=True)
    connection.execute(alone)
    known = outbox.c.state.in_(["sent", "delivered", "undelivered", "failed"])
    is_new = outbox.c.tries <= 1
    last = select(outbox.c.error).where(
        outbox.c.neighbor_id == who, outbox.c.by == "text", known, is_new
    )
    return list(connection.execute(last.order_by(outbox.c.id.desc()).limit(most)).scalars())


# Requests.


_REQUEST = (
    *(request.c.number, request.c.requester_id, request.c.since, request.c.state),
    *(request.c.needs, request.c.area, request.c.urgent, request.c.taker_id, request.c.round),
    *(request.c.wave, request.c.due, request.c.owed, request.c.told_nobody_at, request.c.asked),
    *(request.c.people, request.c.version),
)


def _request(row: Sequence[Any]) -> HelpRequest:
    number, requester, since, state, needs, *rest = row
    return HelpRequest(number, requester, since, State(state), tuple(needs), *rest)


def _all_of(connection: Connection, rows: Iterable[Sequence[Any]]) -> list[HelpRequest]:
    """These requests, with who takes them together."""
    return [_with_companions(connection, _request(tuple(row))) for row in rows]


def _with_companions(connection: Connection, it: HelpRequest) -> HelpRequest:
    if it.people == 1:
        return it
    found = _COMPANIONS.rows(connection, {"of": it.number})
    return replace(it, companions=tuple(who for (who,) in found))


_COMPANIONS = Prepared(
    select(companion.c.neighbor_id)
    .where(companion.c.request_number == bindparam("of"))
    .order_by(companion.c.since, companion.c.neighbor_id)
)


def _columns(it: HelpRequest) -> dict[str, Any]:
    return {
        "requester_id": it.requester,
        "since": it.since,
        "state": it.state.value,
        "needs": list(it.needs),
        "area": it.area,
        "urgent": it.urgent,
        "taker_id": it.taker,
        "round": it.round,
        "wave": it.wave,
        "due": it.due,
        "owed": it.owed,
        "ring_at": it.since if it.owed and it.state is State.OPEN else it.due,
        "told_nobody_at": it.told_nobody_at,
        "asked": it.asked,
        "people": it.people,
    }


_COLUMNS = [it.name for it in request.c if it.name not in ("number", "version")]


def open_request(connection: Connection, it: HelpRequest) -> HelpRequest:
    """Write a new request down; its number is the database's to give."""
    ((number,),) = _NEW_REQUEST.rows(connection, {**_columns(it), "version": 1})
    return replace(it, number=number, version=1)


_NEW_REQUEST = Prepared(
    insert(request)
    .values({it: bindparam(it) for it in (*_COLUMNS, "version")})
    .returning(request.c.number)
)


def find_request(connection: Connection, number: int) -> HelpRequest | None:
    found = _all_of(connection, _ONE_REQUEST.rows(connection, {"of": number}))
    return found[0] if found else None


_ONE_REQUEST = Prepared(select(*_REQUEST).where(request.c.number == bindparam("of")))


def save_request(
    connection: Connection, before: HelpRequest, after: HelpRequest, now: datetime
) -> None:
    """Change the request from what was read to what was decided.

    First come, first served: the UPDATE names the state and version it was decided upon, and
    whoever comes second finds no such row. Raises Stale, for the decision to be made again.
    """
    if after == before:
        return
    facts = {
        "of": before.number,
        "was_in": before.state.value,
        "was_at": before.version,
        "version": before.version + 1,
        **_columns(after),
    }
    if not _SAVE.rows(connection, facts):
        raise Stale(f"request {before.number} changed meanwhile")
    if after.companions != before.companions:
        _save_companions(connection, before, after, now)


def _save_companions(
    connection: Connection, before: HelpRequest, after: HelpRequest, now: datetime
) -> None:
    gone = set(before.companions) - set(after.companions)
    new = [who for who in after.companions if who not in before.companions]
    of_this = companion.c.request_number == after.number
    if gone:
        theirs = companion.c.neighbor_id.in_(sorted(gone))
        connection.execute(delete(companion).where(of_this, theirs))
    for who in new:
        facts = {"request_number": after.number, "neighbor_id": who, "since": now}
        connection.execute(insert(companion).values(facts))


_SAVE = Prepared(
    update(request)
    .where(
        request.c.number == bindparam("of"),
        request.c.state == bindparam("was_in"),
        request.c.version == bindparam("was_at"),
    )
    .values({it: bindparam(it) for it in (*_COLUMNS, "version")})
    .returning(request.c.number)
)


def require_unchanged(connection: Connection, it: HelpRequest) -> None:
    """Hold a request as it was read until this transaction ends; raises Stale if it moved on.

    For what belongs to a request without changing it: words that are added or passed on.
    """
    if not _UNCHANGED.rows(connection, {"of": it.number, "at": it.version}):
        raise Stale(f"request {it.number} changed meanwhile")


_UNCHANGED = Prepared(
    select(request.c.number)
    .where(request.c.number == bindparam("of"), request.c.version == bindparam("at"))
    .with_for_update(key_share=True)
)


def requests_of(connection: Connection, who: int) -> list[HelpRequest]:
    """Those that somebody asked for or took and that are open or taken, or done so lately that
    the two may still talk; oldest first."""
    return _all_of(connection, _REQUESTS_OF.rows(connection, {"who": who}))


_THEIRS = union_all(
    select(request.c.number).where(request.c.requester_id == bindparam("who")),
    select(request.c.number).where(request.c.taker_id == bindparam("who")),
    select(companion.c.request_number).where(companion.c.neighbor_id == bindparam("who")),
)
_REQUESTS_OF = Prepared(
    select(*_REQUEST)
    .where(
        request.c.number.in_(_THEIRS),
        or_(
            request.c.state == State.OPEN.value,
            request.c.state == State.TAKEN.value,
            and_(
                request.c.state == State.DONE.value,
                or_(request.c.due.is_not(None), request.c.asked),
            ),
        ),
    )
    .order_by(request.c.number)
)


def all_requests(connection: Connection, *, only_open: bool) -> list[HelpRequest]:
    query = select(*_REQUEST).order_by(request.c.number)
    if only_open:
        query = query.where(request.c.state == State.OPEN)
    return _all_of(connection, connection.execute(query))


def newest_requests(connection: Connection, limit: int) -> list[HelpRequest]:
    query = select(*_REQUEST).order_by(request.c.number.desc()).limit(limit)
    return _all_of(connection, connection.execute(query))


def without_a_way_back(connection: Connection) -> set[int]:
    """The numbers of requests by people who called with a hidden number and left none."""
    nobodys = neighbor.c.phone.startswith(phone.nobodys(""), autoescape=True)
    gone = neighbor.c.phone.like(phone.nobodys("gone-%"))  # who was forgotten has no open one
    found = select(request.c.number).join(neighbor, neighbor.c.id == request.c.requester_id)
    return set(connection.execute(found.where(nobodys, ~gone)).scalars())


def due_requests(connection: Connection, now: datetime, limit: int) -> list[HelpRequest]:
    """Requests for which somebody is to be asked something now, most overdue first."""
    rows = _DUE_REQUESTS.rows(connection, {"now": now, "most": limit})
    return [_request(row) for row in rows]


_DUE_REQUESTS = Prepared(
    select(*_REQUEST)
    .where(request.c.ring_at <= bindparam("now"))
    .order_by(request.c.ring_at)
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Words:
    """What was said in one text or recording of a request: its words, how many pictures came
    with it, and whether it can be listened to."""

    body: str
    pictures: int = 0
    is_recording: bool = False


def words_of(connection: Connection, number: int) -> list[Words]:
    """In the order in which they came; of a recording what is known of its words."""
    facts = {"of": number}
    said = [
        (at, Words(body, len(pictures))) for at, body, pictures in _WRITTEN.rows(connection, facts)
    ]
    said += [
        (at, Words(transcript or "", is_recording=True))
        for at, transcript in _RECORDED.rows(connection, facts)
    ]
    return [words for _, words in sorted(said, key=lambda it: it[0])]


_WRITTEN = Prepared(
    select(inbox.c.received_at, inbox.c.body, inbox.c.pictures)
    .where(inbox.c.request_number == bindparam("of"))
    .order_by(inbox.c.id)
)
_RECORDED = Prepared(
    select(recording.c.recorded_at, recording.c.transcript)
    .where(recording.c.request_number == bindparam("of"), recording.c.passed_to.is_(None))
    .order_by(recording.c.id)
)


# Pages: who was asked about what.


def pages_of(connection: Connection, who: int, limit: int = 50) -> list[Asked]:
    """What somebody was asked about, the latest page of each request, newest first."""
    latest: dict[int, Asked] = {}
    for number, page_state, state, asked_at in _PAGES_OF.rows(
        connection, {"who": who, "most": limit}
    ):
        latest.setdefault(number, Asked(number, page_state, State(state), asked_at))
    return list(latest.values())


_PAGES_OF = Prepared(
    select(page.c.request_number, page.c.state, request.c.state.label("of"), page.c.asked_at)
    .join(request, request.c.number == page.c.request_number)
    .where(page.c.neighbor_id == bindparam("who"))
    .order_by(page.c.asked_at.desc(), page.c.id.desc())
    .limit(bindparam("most"))
)


def add_page(connection: Connection, it: HelpRequest, who: int, now: datetime) -> int:
    facts = {
        "request_number": it.number,
        "neighbor_id": who,
        "round": it.round,
        "wave": it.wave,
        "state": "asked",
        "asked_at": now,
    }
    ((page_id,),) = _NEW_PAGE.rows(connection, facts)
    return int(page_id)


_NEW_PAGE = Prepared(
    insert(page)
    .values(
        {
            it: bindparam(it)
            for it in ("request_number", "neighbor_id", "round", "wave", "state", "asked_at")
        }
    )
    .returning(page.c.id)
)


def answer_page(
    connection: Connection, number: int, who: int, state: str, now: datetime, note: str = ""
) -> None:
    """Note somebody's answer on every page they had about this request."""
    connection.execute(
        update(page)
        .where(page.c.request_number == number, page.c.neighbor_id == who)
        .values(state=state, answered_at=now, note=note or None)
    )


def close_unanswered_pages(connection: Connection, number: int, now: datetime) -> list[int]:
    """Ask nobody about this request any longer; the ids of those who had been texted.

    A page whose text has not left yet never happened.
    """
    rows = connection.execute(
        update(page)
        .where(page.c.request_number == number, page.c.state == "asked")
        .values(state="covered", answered_at=now)
        .returning(page.c.id, page.c.neighbor_id)
    ).all()
    pages = outbox.c.page_id.in_([row.id for row in rows])
    unsent = connection.execute(
        update(outbox)
        .where(pages, outbox.c.state == "waiting")
        .values(state="dropped", due=None)
        .returning(outbox.c.page_id)
    )
    never_texted = set(unsent.scalars())
    remove_pages(connection, never_texted)
    return sorted({row.neighbor_id for row in rows if row.id not in never_texted})


def remove_pages(connection: Connection, pages: Collection[int]) -> None:
    """Forget pages whose texts never left: nobody was asked. Who answered all the same was."""
    if not pages:
        return
    unanswered = page.c.id.in_(pages), page.c.state.not_in(["accepted", "passed"])
    texts = update(outbox).where(outbox.c.page_id.in_(select(page.c.id).where(*unanswered)))
    connection.execute(texts.values(page_id=None))
    gone = delete(page).where(*unanswered).returning(page.c.neighbor_id)
    _note_offers_asked_last(connection, connection.execute(gone).scalars().all())


def is_unanswered(connection: Connection, page_id: int) -> bool:
    state = connection.execute(select(page.c.state).where(page.c.id == page_id)).scalar()
    return state == "asked"


def anybody_may_still_answer(connection: Connection, it: HelpRequest) -> bool:
    """Whether a page of this round is unanswered."""
    waiting = select(page.c.id).where(
        page.c.request_number == it.number, page.c.round == it.round, page.c.state == "asked"
    )
    return connection.execute(select(exists(waiting))).scalar_one()


def note_unreached(connection: Connection, number: int, who: int, now: datetime) -> None:
    """The last page that somebody got about this request did not arrive."""
    last = select(func.max(page.c.id)).where(
        page.c.request_number == number, page.c.neighbor_id == who, page.c.round > SHOWN
    )
    connection.execute(
        update(page)
        .where(page.c.id == last.scalar_subquery(), page.c.state == "asked")
        .values(state="unreached", answered_at=now)
    )


def pages_wait_to_leave(connection: Connection, it: HelpRequest) -> bool:
    """Whether a page of this round is not with the carrier yet."""
    waiting = (
        select(page.c.id)
        .join(outbox, outbox.c.page_id == page.c.id)
        .where(
            page.c.request_number == it.number,
            page.c.round == it.round,
            page.c.state == "asked",
            outbox.c.state.in_(["waiting", "sending", "unknown"]),
        )
    )
    return connection.execute(select(exists(waiting))).scalar_one()


def page_target(connection: Connection, page_id: int) -> tuple[int, int]:
    """The request's number and the neighbor's id of a page."""
    row = connection.execute(
        select(page.c.request_number, page.c.neighbor_id).where(page.c.id == page_id)
    ).one()
    return row.request_number, row.neighbor_id


# The roster.


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
) -> list[int]:
    """Who is found on one of these ways and can be asked about a request now, whoever was asked
    longest ago first: of one of these availabilities, on the roster, reached by text or call,
    not paused, holding nothing, not asked in this round, not having passed lately, not asked too
    often."""
    if not available or most <= 0:
        return []
    facts = {
        "available": list(available),
        "now": now,
        "requester": it.requester,
        "number": it.number,
        "round": it.round,
        "passed_since": now - PASS_HOLDS,
        "day_ago": now - timedelta(days=1),
        "week_ago": now - timedelta(days=7),
        "a_day": rules.max_a_day,
        "a_week": rules.max_a_week,
        "most": most,
    }
    # People stand in the index in the order in which they are asked: few are looked at.
    found = {
        (row.asked_at, row.neighbor_id)
        for way in ways
        for row in connection.execute(
            _free(len(way.also), len(way.without)), {**facts, **_way(way)}
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
def _free(also: int, without: int) -> Select[Any]:
    """The question of `free_volunteers` for one way with so many conditions."""
    about_this = and_(
        page.c.request_number == bindparam("number"), page.c.neighbor_id == offer.c.neighbor_id
    )
    return (
        select(offer.c.asked_at, offer.c.neighbor_id)
        .join(neighbor, neighbor.c.id == offer.c.neighbor_id)
        .where(
            offer.c.area == bindparam("area"),
            offer.c.need == bindparam("need"),
            offer.c.availability_id.in_(bindparam("available", expanding=True)),
            *(_offers(bindparam(f"also_{place}")) for place in range(also)),
            *(~_offers(bindparam(f"without_{place}")) for place in range(without)),
            neighbor.c.on_roster,
            neighbor.c.stopped_at.is_(None),
            # Who can be called. Not with coalesce: PostgreSQL takes its result for rare.
            or_(neighbor.c.trouble.is_(None), neighbor.c.trouble == "landline"),
            neighbor.c.id != bindparam("requester"),
            or_(neighbor.c.paused_until.is_(None), neighbor.c.paused_until <= bindparam("now")),
            ~exists().where(
                request.c.taker_id == offer.c.neighbor_id,
                request.c.state.in_([State.OPEN, State.TAKEN]),
            ),
            ~exists().where(
                companion.c.neighbor_id == offer.c.neighbor_id,
                request.c.number == companion.c.request_number,
                request.c.state.in_([State.OPEN, State.TAKEN]),
            ),
            ~exists().where(about_this, page.c.round == bindparam("round")),
            ~exists().where(
                about_this,
                page.c.state == "passed",
                page.c.answered_at > bindparam("passed_since"),
            ),
            _pages_since("day_ago") < _at_most("a_day", 1),
            _pages_since("week_ago") < _at_most("a_week", 7),
        )
        .order_by(offer.c.asked_at, offer.c.neighbor_id)
        .limit(bindparam("most"))
    )


def _offers(need: Any) -> Any:
    """Whether the person of the outer query offers this need."""
    another = offer.alias()
    return exists().where(
        another.c.neighbor_id == offer.c.neighbor_id,
        another.c.area == WHEREVER,
        another.c.need == need,
    )


def _at_most(rule: str, days: int) -> Any:
    """The network's limit for so many days, or the person's own if that is smaller."""
    own = neighbor.c.max_a_day * days
    return case((own < bindparam(rule), own), else_=bindparam(rule))


def _pages_since(moment: str) -> Any:
    """How many pages the person of the outer query got since then, but for what they asked to
    see."""
    counted = select(func.count()).where(
        page.c.neighbor_id == offer.c.neighbor_id,
        page.c.round > SHOWN,
        page.c.asked_at > bindparam(moment, type_=tables.Moment),
    )
    return counted.correlate(offer).scalar_subquery()


def note_asked(connection: Connection, crew: Collection[int], now: datetime) -> None:
    """These people are asked now."""
    for who in sorted(crew):
        for asked in _NOTE_ASKED:
            asked.rows(connection, {"who": who, "asked_at": now})


_NOTE_ASKED = [
    Prepared(update(table).where(who == bindparam("who")).values(asked_at=bindparam("asked_at")))
    for table, who in ((neighbor, neighbor.c.id), (offer, offer.c.neighbor_id))
]


def _note_offers_asked_last(connection: Connection, people: Collection[int]) -> None:
    """Read again when these people were asked last, for the order in which to ask.

    Their own rows keep the time: it only tells that pages are to be looked for, and somebody
    who writes just now holds theirs and may be waiting for the request.
    """
    last = select(func.max(page.c.asked_at)).where(page.c.neighbor_id == offer.c.neighbor_id)
    known = func.coalesce(last.scalar_subquery(), literal(tables.NEVER, tables.Moment))
    theirs = offer.c.neighbor_id.in_(sorted(people))
    connection.execute(update(offer).where(theirs).values(asked_at=known))


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
    added = _upsert(connection, neighbor)
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
        },
    )
    connection.execute(put, [_on_roster(entry, now) for entry in people])
    list_offers(connection, people)


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
    new = _upsert(connection, tables.availability).on_conflict_do_nothing(
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
    rows = connection.execute(
        select(neighbor).where(neighbor.c.on_roster).order_by(neighbor.c.name, neighbor.c.id)
    )
    return [roster_entry(row) for row in rows]


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


# The inbox.


def heard_lately(
    connection: Connection, who: int, sid: str, since: datetime, limit: int
) -> list[Heard]:
    """What somebody wrote since then, the newest first; and the text of this name, which the
    carrier may deliver again however late."""
    facts = {"who": who, "of": sid, "since": since, "most": limit}
    return [
        Heard(name, body, tuple(answer), at, Pace(pace))
        for name, body, answer, at, pace in _HEARD_LATELY.rows(connection, facts)
    ]


_HEARD_LATELY = Prepared(
    select(inbox.c.sid, inbox.c.body, inbox.c.answer, inbox.c.received_at, inbox.c.pace)
    .where(
        or_(
            inbox.c.sid == bindparam("of"),
            and_(
                inbox.c.neighbor_id == bindparam("who"),
                inbox.c.received_at > bindparam("since", type_=tables.Moment),
            ),
        )
    )
    .order_by((inbox.c.sid == bindparam("of")).desc(), inbox.c.id.desc())
    .limit(bindparam("most"))
)


def note_inbound(
    connection: Connection,
    sid: str,
    who: int,
    body: str,
    pictures: Sequence[str],
    now: datetime,
    request_number: int | None,
    answer: Sequence[str],
    segments: int,
    pace: Pace,
) -> None:
    """Write an inbound text down, the answer to it, and the request whose words it is part of."""
    _INBOUND.rows(
        connection,
        {
            "sid": sid,
            "neighbor_id": who,
            "body": body,
            "pictures": list(pictures),
            "received_at": now,
            "request_number": request_number,
            "answer": list(answer),
            "segments": segments,
            "pace": pace.value,
        },
    )


_INBOUND = Prepared(
    insert(inbox).values({it.name: bindparam(it.name) for it in inbox.c if it is not inbox.c.id})
)


def picture_name(sid: str, place: int) -> str:
    """What we call one of the pictures that came with a text."""
    return f"{sid}/{place}"


def pictures_about(connection: Connection, number: int) -> list[str]:
    """The names of all pictures that came with the words of a request."""
    query = select(inbox.c.sid, inbox.c.pictures).where(inbox.c.request_number == number)
    rows = connection.execute(query.order_by(inbox.c.id))
    return [picture_name(sid, place) for sid, found in rows for place in range(len(found))]


def pictures_of(connection: Connection, sid: str) -> list[str]:
    """The addresses at the carrier of what came with a text."""
    query = select(inbox.c.pictures).where(inbox.c.sid == sid)
    return list(connection.execute(query).scalar() or ())


# The outbox.


@dataclass(frozen=True, slots=True)
class TextOut:
    """One text that waits to be sent, or of which we do not know whether it was."""

    id: int
    phone: str
    body: str
    tries: int
    claimed_at: datetime | None
    good_until: datetime | None
    page_id: int | None
    neighbor: int
    by: str = "text"  # or "voice": it is a call
    may_wake: bool = False
    pictures: tuple[str, ...] = ()


def add_text(
    connection: Connection,
    who: int,
    body: str,
    segments: int,
    now: datetime,
    *,
    request_number: int | None = None,
    page_id: int | None = None,
    good_until: datetime | None = None,
    spoken: str | None = None,
    from_id: int | None = None,
    pictures: tuple[str, ...] = (),
) -> int:
    """`spoken`: what a call would say, should no text reach them. `from_id`: whose words and
    `pictures` it passes on."""
    facts = {
        **_OF_A_TEXT,
        "neighbor_id": who,
        "body": body,
        "spoken": spoken,
        "segments": segments,
        "request_number": request_number,
        "page_id": page_id,
        "created_at": now,
        "due": now,
        "good_until": good_until,
        "from_id": from_id,
        "pictures": list(pictures) or None,
    }
    ((text_id,),) = _NEW_TEXT.rows(connection, facts)
    return int(text_id)


def add_call_out(
    connection: Connection,
    who: int,
    body: str,
    now: datetime,
    due: datetime,
    *,
    request_number: int | None = None,
    page_id: int | None = None,
    good_until: datetime | None = None,
    may_wake: bool = False,
    spoken: str | None = None,
    from_id: int | None = None,
) -> int:
    """A call to somebody who gets no texts: it waits to be made as a text waits to be sent.
    `may_wake`: also in quiet hours. `spoken`: what is left on an answering machine instead."""
    facts = {
        **_OF_A_TEXT,
        "neighbor_id": who,
        "body": body,
        "spoken": spoken,
        "by": "voice",
        "may_wake": may_wake,
        "request_number": request_number,
        "page_id": page_id,
        "created_at": now,
        "due": due,
        "good_until": good_until,
        "from_id": from_id,
    }
    ((text_id,),) = _NEW_TEXT.rows(connection, facts)
    return int(text_id)


_OF_A_TEXT = {
    "pictures": None,
    "by": "text",
    "spoken": None,
    "may_wake": False,
    "segments": 0,
    "state": "waiting",
}
_NEW_TEXT = Prepared(
    insert(outbox)
    .values(
        {
            it: bindparam(it)
            for it in (
                *("neighbor_id", "body", "request_number", "page_id", "created_at", "due"),
                *("good_until", "from_id", *_OF_A_TEXT),
            )
        }
    )
    .returning(outbox.c.id)
)


def _texts_out(connection: Connection, ids: Collection[int]) -> list[TextOut]:
    if not ids:
        return []
    rows = connection.execute(_SOME_TEXTS, {"ids": list(ids)})
    return [
        TextOut(
            row.id,
            row.phone,
            row.body,
            row.tries,
            row.claimed_at,
            row.good_until,
            row.page_id,
            row.neighbor_id,
            row.by,
            row.may_wake,
            tuple(row.pictures or ()),
        )
        for row in rows
    ]


_SOME_TEXTS = (
    select(
        *(outbox.c.id, outbox.c.body, outbox.c.tries, outbox.c.claimed_at, outbox.c.good_until),
        *(outbox.c.page_id, outbox.c.neighbor_id, outbox.c.by, outbox.c.may_wake),
        outbox.c.pictures,
        neighbor.c.phone,
    )
    .join(neighbor, neighbor.c.id == outbox.c.neighbor_id)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(outbox.c.id)
)


def drop_unwanted_texts(connection: Connection, ids: Collection[int], now: datetime) -> list[int]:
    """Give up those of these texts that must not or need not be sent any more: to somebody who
    said STOP, or good for nothing now. Returns the pages among them."""
    dropped = connection.execute(_UNWANTED, {"ids": list(ids), "now": now}).scalars()
    return [page_id for page_id in dropped if page_id is not None]


_WAITING = and_(
    outbox.c.id.in_(bindparam("ids", expanding=True)),
    outbox.c.state == "waiting",
    outbox.c.due <= bindparam("now"),
)
_UNWANTED = (
    update(outbox)
    .where(
        _WAITING,
        or_(
            outbox.c.good_until <= bindparam("now"),
            exists().where(
                neighbor.c.id == outbox.c.neighbor_id, neighbor.c.stopped_at.is_not(None)
            ),
        ),
    )
    .values(state="dropped", due=None)
    .returning(outbox.c.page_id)
)


def claim_texts(
    connection: Connection, ids: Collection[int], now: datetime, look_up_at: datetime
) -> list[TextOut]:
    """Take those of these texts that wait to be sent: nobody else will send them.

    If this process dies, they are looked up at the carrier at `look_up_at`. Of the calls to one
    person one is taken at a time: their phone rings once, in the order of the news; and a call
    in doubt can be told from others by nothing but whom it is to. So can a text from one with the
    same words: of these, too, one is taken at a time.
    """
    rang = now - LONGEST_CALL
    facts = {"ids": list(ids), "now": now, "look_up_at": look_up_at, "rang_since": rang}
    return _texts_out(connection, list(connection.execute(_CLAIM, facts).scalars()))


LONGEST_CALL = timedelta(minutes=5)  # after that it is over, though nobody told us
_other_call = outbox.alias()
_is_in_a_call = exists().where(
    _other_call.c.neighbor_id == outbox.c.neighbor_id,
    _other_call.c.by == "voice",
    _other_call.c.id != outbox.c.id,
    or_(
        _other_call.c.state.in_(["sending", "unknown"]),
        and_(
            _other_call.c.state.in_(["accepted", "sent"]),
            _other_call.c.claimed_at > bindparam("rang_since", type_=tables.Moment),
        ),
        and_(
            _other_call.c.state == "waiting",
            _other_call.c.due <= bindparam("now"),
            _other_call.c.id < outbox.c.id,
        ),
    ),
)
_equal = outbox.alias()
_is_in_doubt = exists().where(
    _equal.c.neighbor_id == outbox.c.neighbor_id,
    tables.on_its_way(_equal.c.state),
    _equal.c.body == outbox.c.body,
    _equal.c.by == "text",
    _equal.c.id != outbox.c.id,
    or_(
        _equal.c.state.in_(["sending", "unknown"]),
        and_(
            _equal.c.state == "waiting",
            _equal.c.due <= bindparam("now"),
            _equal.c.id < outbox.c.id,
        ),
    ),
)
_CLAIM = (
    update(outbox)
    .where(
        _WAITING,
        or_(
            and_(outbox.c.by == "text", ~_is_in_doubt),
            and_(outbox.c.by == "voice", ~_is_in_a_call),
        ),
    )
    .values(
        state="sending",
        claimed_at=bindparam("now"),
        tries=outbox.c.tries + 1,
        due=bindparam("look_up_at"),
    )
    .returning(outbox.c.id)
)


def drop_old_news(connection: Connection, who: int, number: int | None) -> None:
    """Do not call somebody to say how a request stood before."""
    old = update(outbox).where(
        outbox.c.neighbor_id == who,
        outbox.c.request_number == number,
        outbox.c.by == "voice",
        outbox.c.state == "waiting",
        outbox.c.page_id.is_(None),
        outbox.c.spoken.is_(None),  # what people said is no news of that kind
    )
    connection.execute(old.values(state="dropped", due=None))


def postpone(connection: Connection, ids: Collection[int], now: datetime, until: datetime) -> None:
    """Let those of these texts and calls wait whose turn it is not: somebody is in another call,
    or the same words are in doubt."""
    connection.execute(_POSTPONE, {"ids": list(ids), "now": now, "until": until})


_POSTPONE = update(outbox).where(_WAITING).values(due=bindparam("until"))


def claim_lost_texts(
    connection: Connection, ids: Collection[int], now: datetime, look_up_at: datetime
) -> list[TextOut]:
    """Take those of these texts that may or may not have reached the carrier."""
    claimed = connection.execute(
        update(outbox)
        .where(
            outbox.c.id.in_(ids), outbox.c.state.in_(["sending", "unknown"]), outbox.c.due <= now
        )
        .values(state="unknown", due=look_up_at)
        .returning(outbox.c.id)
    ).scalars()
    return _texts_out(connection, list(claimed))


# What a sender reports holds only while its claim does: whoever claimed the text after it raised
# `tries`, and knows better.


def _still_claimed(it: TextOut) -> Any:
    return and_(
        outbox.c.id == it.id,
        outbox.c.tries == it.tries,
        outbox.c.state.in_(["sending", "unknown"]),
    )


def drop_if_stopped(connection: Connection, it: TextOut) -> bool:
    """Give up a claimed text to somebody who said STOP. True if they did."""
    stopped = exists().where(neighbor.c.id == it.neighbor, neighbor.c.stopped_at.is_not(None))
    dropped = update(outbox).where(_still_claimed(it), stopped).values(state="dropped", due=None)
    return connection.execute(dropped).rowcount == 1


def note_accepted(connection: Connection, it: TextOut, sid: str) -> None:
    """The carrier has it. Its first callback may have been faster: then only the SID is new."""
    _ACCEPTED.rows(connection, {"of": it.id, "called": sid})


_ON_ITS_WAY = or_(*(outbox.c.state == it for it in ("waiting", "sending", "unknown")))
_ACCEPTED = Prepared(
    update(outbox)
    .where(outbox.c.id == bindparam("of"))
    .values(
        sid=bindparam("called"),
        state=case((_ON_ITS_WAY, "accepted"), else_=outbox.c.state),
        due=case((_ON_ITS_WAY, None), else_=outbox.c.due),
        error=case((_ON_ITS_WAY, None), else_=outbox.c.error),
    )
)


def drop_news(connection: Connection, number: int, who: int) -> None:
    """Do not send what still waits for somebody about this request."""
    connection.execute(
        update(outbox)
        .where(
            outbox.c.request_number == number,
            outbox.c.neighbor_id == who,
            outbox.c.state == "waiting",
        )
        .values(state="dropped", due=None)
    )


def note_waiting(
    connection: Connection, it: TextOut, due: datetime, held_by: int | None = None
) -> None:
    """Not taken by the carrier: to be sent again then. `held_by`: the carrier's number for what
    holds back every text of ours until somebody mends it."""
    connection.execute(
        update(outbox).where(_still_claimed(it)).values(state="waiting", due=due, error=held_by)
    )


def hold_texts(
    connection: Connection,
    ids: Collection[int],
    but_to: Collection[int],
    until: datetime,
    held_by: int,
) -> list[int]:
    """Let those of these texts that wait, wait until then, but for those to some people. Returns
    the ids of the ones that are held. `held_by` as above."""
    return list(
        connection.execute(
            update(outbox)
            .where(
                outbox.c.id.in_(ids),
                outbox.c.neighbor_id.not_in(but_to),
                outbox.c.state == "waiting",
            )
            .values(due=until, error=held_by)
            .returning(outbox.c.id)
        ).scalars()
    )


def segments_since(connection: Connection, moment: datetime) -> int:
    """How many segments left since then: texts that were sent, and answers."""
    ((sent, answered),) = _SEGMENTS_SINCE.rows(connection, {"moment": moment})
    return (sent or 0) + (answered or 0)


_MOMENT = bindparam("moment", type_=tables.Moment)
_SEGMENTS_SINCE = Prepared(
    select(
        select(func.sum(outbox.c.segments)).where(outbox.c.claimed_at >= _MOMENT).scalar_subquery(),
        select(func.sum(inbox.c.segments)).where(inbox.c.received_at >= _MOMENT).scalar_subquery(),
    )
)


def texts_held_until(connection: Connection) -> datetime | None:
    """When the last of those texts is tried again that are held back by our account's trouble;
    None while there is no such trouble."""
    until: datetime | None = _HELD_UNTIL.rows(connection, {})[0][0]
    return until


_HELD_UNTIL = Prepared(
    select(func.max(outbox.c.due, type_=tables.Moment)).where(
        outbox.c.state == literal_column("'waiting'"), outbox.c.error.is_not(None)
    )
)


def note_unknown(connection: Connection, it: TextOut, due: datetime) -> None:
    """Taken or not, we cannot know: to be looked up then."""
    connection.execute(update(outbox).where(_still_claimed(it)).values(state="unknown", due=due))


def note_failed(connection: Connection, it: TextOut, error: int | None) -> bool:
    """The carrier will not take it, ever. False if it had moved on."""
    changed = connection.execute(
        update(outbox).where(_still_claimed(it)).values(state="failed", error=error, due=None)
    )
    return changed.rowcount == 1


# Callbacks come in any order and twice: a text only moves forward along these.
BEFORE = {
    "sent": ["sending", "unknown", "accepted"],
    "delivered": ["sending", "unknown", "accepted", "sent"],
    "undelivered": ["sending", "unknown", "accepted", "sent"],
}


def note_delivery(
    connection: Connection, text_id: int, sid: str, state: str, error: int | None
) -> TextOut | None:
    """What became of a text: "sent", "delivered" or "undelivered". None if that is no news, or
    if the name is that of another text."""
    other = outbox.alias()
    changed = connection.execute(
        update(outbox)
        .where(
            outbox.c.id == text_id,
            or_(outbox.c.sid == sid, outbox.c.sid.is_(None)),
            ~exists().where(other.c.sid == sid, other.c.id != text_id),
            outbox.c.state.in_(BEFORE[state]),
        )
        .values(state=state, sid=sid, error=error, due=None)
    )
    return _texts_out(connection, [text_id])[0] if changed.rowcount else None


def try_anew(
    connection: Connection,
    it: TextOut,
    now: datetime,
    due: datetime,
    held_by: int | None = None,
    *,
    with_pictures: bool = True,
) -> int:
    """Send the words of an undelivered text again then, as a new text; returns its id. `held_by`
    as above."""
    row = connection.execute(select(outbox).where(outbox.c.id == it.id)).one()
    again = connection.execute(
        insert(outbox)
        .values(
            neighbor_id=it.neighbor,
            body=it.body,
            by=it.by,
            spoken=row.spoken,
            may_wake=it.may_wake,
            segments=row.segments,
            request_number=row.request_number,
            page_id=it.page_id,
            from_id=row.from_id,
            pictures=row.pictures if with_pictures else None,
            state="waiting",
            error=held_by,
            tries=it.tries,
            created_at=now,
            due=due,
            good_until=it.good_until,
        )
        .returning(outbox.c.id)
    )
    return int(again.scalar_one())


def what_to_say(connection: Connection, text_id: int) -> tuple[str, int | None] | None:
    """What a call would say in the place of a text, and about which request; None if nothing."""
    row = connection.execute(
        select(outbox.c.spoken, outbox.c.request_number).where(outbox.c.id == text_id)
    ).one()
    return (row.spoken, row.request_number) if row.spoken else None


def known_sids(connection: Connection, sids: Collection[str]) -> set[str]:
    """Those of the carrier's names that belong to texts we know were sent."""
    return set(connection.execute(select(outbox.c.sid).where(outbox.c.sid.in_(sids))).scalars())


def due_texts(connection: Connection, now: datetime, limit: int) -> list[int]:
    """Texts to send or to look up now, most overdue first."""
    return [text for (text,) in _DUE_TEXTS.rows(connection, {"now": now, "most": limit})]


_DUE_TEXTS = Prepared(
    select(outbox.c.id)
    .where(outbox.c.due <= bindparam("now"))
    .order_by(outbox.c.due)
    .limit(bindparam("most"))
)


@dataclass
class Due:
    """One person's texts that are due, by their ids; `lost` are those among them that may have
    been sent already."""

    texts: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)


def due_by_neighbor(connection: Connection, ids: Collection[int], now: datetime) -> list[Due]:
    """Those of these texts that are due, each person's together and in their order."""
    people: dict[int, Due] = {}
    for row in connection.execute(_DUE_BY_NEIGHBOR, {"ids": list(ids), "now": now}):
        due = people.setdefault(row.neighbor_id, Due())
        due.texts.append(row.id)
        if row.state != "waiting":
            due.lost.append(row.id)
    return list(people.values())


_DUE_BY_NEIGHBOR = (
    select(outbox.c.id, outbox.c.neighbor_id, outbox.c.state)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)), outbox.c.due <= bindparam("now"))
    .order_by(outbox.c.id)
)


def was_texted_since(connection: Connection, who: int, body: str, since: datetime) -> bool:
    """Whether this very text was written for this person since then."""
    same = select(outbox.c.id).where(
        outbox.c.neighbor_id == who, outbox.c.body == body, outbox.c.created_at > since
    )
    return connection.execute(select(exists(same))).scalar_one()


def talk_of(
    connection: Connection, who: int, numbers: Collection[int], since: datetime
) -> list[Said]:
    """What was passed on to somebody, and from them, about these requests, and what we told them
    of these; the newest first."""
    facts = {"who": who, "numbers": list(numbers), "since": since}
    said = [
        Said(number, by or OURSELVES, at, state in ON_THE_WAY)
        for number, by, at, state in connection.execute(_TALK_OF, facts)
    ]
    # What they took: the words of whoever asked came in the answer to their YES.
    taken = [Said(number, OURSELVES, at) for number, at in connection.execute(_TAKEN_OF, facts)]
    return sorted([*taken, *said], key=lambda it: it.at, reverse=True)


ON_THE_WAY = ("accepted", "sent", "delivered")
MOST_SAID = 50
_TAKEN_OF = select(page.c.request_number, page.c.answered_at).where(
    page.c.neighbor_id == bindparam("who"),
    page.c.state == "accepted",
    page.c.request_number.in_(bindparam("numbers", expanding=True)),
    page.c.answered_at > bindparam("since", type_=tables.Moment),
)
_TALK_OF = (
    select(outbox.c.request_number, outbox.c.from_id, outbox.c.created_at, outbox.c.state)
    .where(
        outbox.c.page_id.is_(None),
        or_(
            outbox.c.neighbor_id == bindparam("who"),
            outbox.c.from_id == bindparam("who"),
        ),
        outbox.c.request_number.in_(bindparam("numbers", expanding=True)),
        outbox.c.created_at > bindparam("since", type_=tables.Moment),
        outbox.c.state.not_in(["failed", "undelivered", "dropped"]),
    )
    .order_by(outbox.c.id.desc())
    .limit(MOST_SAID)
)
