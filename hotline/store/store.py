"""People, requests, pages and the inbox: every question to the database, and every change of it,
named as such.

Functions on a connection inside somebody's transaction. They decide nothing: what may follow
from what is in `help_request`. Whom to ask is in `volunteers`, what leaves in `outbox`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from hotline import phone
from hotline.help_request import HelpRequest, State
from hotline.limits import Heard, Pace
from hotline.roster import (
    Asked,
)
from hotline.store import tables, volunteers
from hotline.store.database import Stale, upsert
from hotline.store.prepared import Prepared

neighbor, request, page = tables.neighbor, tables.request, tables.page
offer, inbox, outbox = tables.offer, tables.inbox, tables.outbox
recording, companion = tables.recording, tables.companion


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
    known = upsert(connection, neighbor).values(rows)
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
    volunteers.note_offers_asked_last(connection, connection.execute(gone).scalars().all())


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
        page.c.request_number == number, page.c.neighbor_id == who, page.c.round > tables.SHOWN
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
