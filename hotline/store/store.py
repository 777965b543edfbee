"""Every question to the database, and every change of it, named as such.

Functions on a connection inside somebody's transaction. They decide nothing: what may follow
from what is in `help_request`, whom to ask is in `roster`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
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
from sqlalchemy.dialects import postgresql, sqlite

from hotline.help_request import HelpRequest, State
from hotline.hours import parse_hours
from hotline.roster import Asked, Volunteer
from hotline.store import tables
from hotline.store.database import Stale

neighbor, request, page = tables.neighbor, tables.request, tables.page
inbox, outbox = tables.inbox, tables.outbox

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


def _neighbor(row: Row[Any]) -> Neighbor:
    return Neighbor(
        row.id,
        row.phone,
        row.name,
        row.language,
        row.language_chosen,
        row.stopped_at is not None,
        row.on_roster,
    )


def neighbor_at(connection: Connection, phone: str, now: datetime) -> Neighbor:
    """The person with this number, new if need be.

    The row stays locked until the transaction ends, so texts from one number are read one
    after the other.
    """
    heard = _upsert(connection, neighbor).values(phone=phone, since=now, heard_at=now)
    heard = heard.on_conflict_do_update(
        index_elements=[neighbor.c.phone], set_={"heard_at": heard.excluded.heard_at}
    )
    return _neighbor(connection.execute(heard.returning(*neighbor.c)).one())


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
    rows = connection.execute(select(neighbor).where(neighbor.c.id.in_(ids)))
    return {row.id: _neighbor(row) for row in rows}


def set_language(connection: Connection, who: int, language: str, *, chosen: bool) -> None:
    """Remember what to answer in, and whether they chose it themselves."""
    connection.execute(
        update(neighbor)
        .where(neighbor.c.id == who)
        .values(language=language, language_chosen=chosen)
    )


def set_stopped(connection: Connection, who: int, stopped_at: datetime | None) -> None:
    connection.execute(update(neighbor).where(neighbor.c.id == who).values(stopped_at=stopped_at))


def note_opted_out(connection: Connection, who: int, since: datetime, now: datetime) -> None:
    """The carrier says that they said STOP. If they wrote to us after `since`, it may be old."""
    connection.execute(
        update(neighbor)
        .where(
            neighbor.c.id == who,
            neighbor.c.stopped_at.is_(None),
            or_(neighbor.c.heard_at.is_(None), neighbor.c.heard_at <= since),
        )
        .values(stopped_at=now)
    )


def set_trouble(connection: Connection, who: int, trouble: str) -> None:
    """`trouble`: "landline" (cannot get texts), "no_number" or "blocked" (not from us)."""
    connection.execute(update(neighbor).where(neighbor.c.id == who).values(trouble=trouble))


# Requests.


def _request(row: Row[Any]) -> HelpRequest:
    return HelpRequest(
        number=row.number,
        requester=row.requester_id,
        since=row.since,
        state=State(row.state),
        needs=tuple(row.needs),
        area=row.area,
        urgent=row.urgent,
        taker=row.taker_id,
        round=row.round,
        wave=row.wave,
        due=row.due,
        owed=row.owed,
        told_nobody_at=row.told_nobody_at,
        version=row.version,
    )


def _columns(it: HelpRequest) -> dict[str, Any]:
    values = asdict(it)
    values["requester_id"] = values.pop("requester")
    values["taker_id"] = values.pop("taker")
    values["needs"] = list(it.needs)
    del values["number"], values["version"]
    return values


def open_request(connection: Connection, it: HelpRequest) -> HelpRequest:
    """Write a new request down; its number is the database's to give."""
    row = connection.execute(
        insert(request).values(**_columns(it), version=1).returning(request)
    ).one()
    return _request(row)


def find_request(connection: Connection, number: int) -> HelpRequest | None:
    row = connection.execute(select(request).where(request.c.number == number)).one_or_none()
    return _request(row) if row else None


def save_request(connection: Connection, before: HelpRequest, after: HelpRequest) -> None:
    """Change the request from what was read to what was decided.

    First come, first served: the UPDATE names the state and version it was decided upon, and
    whoever comes second finds no such row. Raises Stale, for the decision to be made again.
    """
    if after == before:
        return
    changed = connection.execute(
        update(request)
        .where(
            request.c.number == before.number,
            request.c.state == before.state,
            request.c.version == before.version,
        )
        .values(**_columns(after), version=before.version + 1)
    )
    if changed.rowcount != 1:
        raise Stale(f"request {before.number} changed meanwhile")


def require_unchanged(connection: Connection, it: HelpRequest) -> None:
    """Hold a request as it was read until this transaction ends; raises Stale if it moved on.

    For what belongs to a request without changing it: words that are added or passed on.
    """
    same = select(request.c.number).where(
        request.c.number == it.number, request.c.version == it.version
    )
    if connection.execute(same.with_for_update()).first() is None:
        raise Stale(f"request {it.number} changed meanwhile")


def requests_of(connection: Connection, who: int) -> list[HelpRequest]:
    """Those that somebody asked for or took and that are open or taken, oldest first."""
    rows = connection.execute(
        select(request)
        .where(
            or_(request.c.requester_id == who, request.c.taker_id == who),
            request.c.state.in_([State.OPEN, State.TAKEN]),
        )
        .order_by(request.c.number)
    )
    return [_request(row) for row in rows]


def all_requests(connection: Connection, *, only_open: bool) -> list[HelpRequest]:
    query = select(request).order_by(request.c.number)
    if only_open:
        query = query.where(request.c.state == State.OPEN)
    return [_request(row) for row in connection.execute(query)]


def due_requests(connection: Connection, now: datetime, limit: int) -> list[HelpRequest]:
    """Open requests for which somebody is to be asked now, most overdue first."""
    rows = connection.execute(
        select(request)
        .where(
            request.c.state == State.OPEN,
            or_(request.c.due <= now, request.c.owed > 0),
        )
        .order_by(request.c.due)
        .limit(limit)
    )
    return [_request(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Words:
    """One text of a request: what was written, and how many pictures came with it."""

    body: str
    pictures: int


def words_of(connection: Connection, number: int) -> list[Words]:
    rows = connection.execute(
        select(inbox.c.body, inbox.c.pictures)
        .where(inbox.c.request_number == number)
        .order_by(inbox.c.id)
    )
    return [Words(row.body, len(row.pictures)) for row in rows]


# Pages: who was asked about what.


def pages_of(connection: Connection, who: int, limit: int = 50) -> list[Asked]:
    """What somebody was asked about, the latest page of each request, newest first."""
    rows = connection.execute(
        select(page.c.request_number, page.c.state, request.c.state.label("of"), page.c.asked_at)
        .join(request, request.c.number == page.c.request_number)
        .where(page.c.neighbor_id == who)
        .order_by(page.c.id.desc())
        .limit(limit)
    )
    latest: dict[int, Asked] = {}
    for row in rows:
        asked = Asked(row.request_number, row.state, State(row.of), row.asked_at)
        latest.setdefault(row.request_number, asked)
    return list(latest.values())


def add_page(connection: Connection, it: HelpRequest, who: int, now: datetime) -> int:
    added = connection.execute(
        insert(page)
        .values(
            request_number=it.number,
            neighbor_id=who,
            round=it.round,
            wave=it.wave,
            state="asked",
            asked_at=now,
        )
        .returning(page.c.id)
    )
    return int(added.scalar_one())


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
    """Forget pages whose texts never left: nobody was asked."""
    texts = update(outbox).where(outbox.c.page_id.in_(pages))
    connection.execute(texts.values(page_id=None))
    connection.execute(delete(page).where(page.c.id.in_(pages)))


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
        page.c.request_number == number, page.c.neighbor_id == who
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


def volunteers_for(connection: Connection, it: HelpRequest, now: datetime) -> list[Volunteer]:
    """Everybody on the roster who can be texted, but for the requester, with what choosing
    needs to know of them."""
    rows = connection.execute(_volunteers(it, now))
    return [
        Volunteer(
            id=row.id,
            areas=frozenset(row.areas),
            needs=frozenset(row.needs),
            languages=frozenset(row.languages),
            hours=parse_hours(row.hours),
            paused_until=row.paused_until,
            holds_a_request=row.holds,
            asked_at=row.asked_at,
            asked_a_day=row.a_day or 0,
            asked_a_week=row.a_week or 0,
            asked_this_round=bool(row.this_round),
            passed_at=row.passed_at,
        )
        for row in rows
    ]


def _volunteers(it: HelpRequest, now: datetime) -> Select[Any]:
    about_this = page.c.request_number == it.number
    asked = (
        select(
            page.c.neighbor_id,
            func.max(page.c.asked_at, type_=tables.Moment).label("asked_at"),
            _count(page.c.asked_at > now - timedelta(days=1)).label("a_day"),
            _count(page.c.asked_at > now - timedelta(days=7)).label("a_week"),
            _count(and_(about_this, page.c.round == it.round)).label("this_round"),
            func.max(
                case((and_(about_this, page.c.state == "passed"), page.c.answered_at)),
                type_=tables.Moment,
            ).label("passed_at"),
        )
        .group_by(page.c.neighbor_id)
        .subquery()
    )
    holds = exists().where(request.c.taker_id == neighbor.c.id, request.c.state == State.TAKEN)
    return (
        select(neighbor, asked, holds.label("holds"))
        .outerjoin(asked, asked.c.neighbor_id == neighbor.c.id)
        .where(
            neighbor.c.on_roster,
            neighbor.c.reach == "text",
            neighbor.c.stopped_at.is_(None),
            neighbor.c.trouble.is_(None),
            neighbor.c.id != it.requester,
        )
    )


def _count(condition: Any) -> Any:
    return func.sum(case((condition, literal(1)), else_=literal(0)))


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


def put_on_roster(connection: Connection, entries: Iterable[RosterEntry], now: datetime) -> None:
    """Add these people, or bring what is known of them up to date.

    The first of somebody's languages becomes what we write to them in, unless they chose one.
    """
    added = _upsert(connection, neighbor)
    new = added.excluded
    known = {name: new[name] for name in ("name", "languages", "areas", "needs", "hours", "reach")}
    language = case(
        (neighbor.c.language_chosen, neighbor.c.language),
        else_=func.coalesce(new.language, neighbor.c.language),
    )
    put = added.on_conflict_do_update(
        index_elements=[neighbor.c.phone],
        set_={**known, "on_roster": True, "trouble": None, "language": language},
    )
    rows = [_on_roster(entry, now) for entry in entries]
    if rows:
        connection.execute(put, rows)


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
    return [
        RosterEntry(
            row.phone,
            row.name,
            tuple(row.languages),
            tuple(row.areas),
            tuple(row.needs),
            row.hours,
            row.reach,
        )
        for row in rows
    ]


# The inbox.


def note_inbound(
    connection: Connection, sid: str, who: int, body: str, pictures: Sequence[str], now: datetime
) -> int | None:
    """Write an inbound text down. None if the carrier delivered it before."""
    received = _upsert(connection, inbox).values(
        sid=sid, neighbor_id=who, body=body, pictures=list(pictures), received_at=now, answer=[]
    )
    return connection.execute(
        received.on_conflict_do_nothing(index_elements=[inbox.c.sid]).returning(inbox.c.id)
    ).scalar_one_or_none()


def answer_given(connection: Connection, sid: str) -> list[str]:
    """What this text was answered with when it came first."""
    answer = connection.execute(select(inbox.c.answer).where(inbox.c.sid == sid)).scalar_one()
    return list(answer)


def note_answer(connection: Connection, inbound: int, answer: Sequence[str]) -> None:
    connection.execute(update(inbox).where(inbox.c.id == inbound).values(answer=list(answer)))


def keep_words(connection: Connection, inbound: int, number: int) -> None:
    """This text is part of what a request's taker will read."""
    connection.execute(update(inbox).where(inbox.c.id == inbound).values(request_number=number))


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
) -> int:
    added = connection.execute(
        insert(outbox)
        .values(
            neighbor_id=who,
            body=body,
            segments=segments,
            request_number=request_number,
            page_id=page_id,
            state="waiting",
            created_at=now,
            due=now,
            good_until=good_until,
        )
        .returning(outbox.c.id)
    )
    return int(added.scalar_one())


def _texts_out(connection: Connection, ids: Collection[int]) -> list[TextOut]:
    rows = connection.execute(
        select(outbox, neighbor.c.phone)
        .join(neighbor, neighbor.c.id == outbox.c.neighbor_id)
        .where(outbox.c.id.in_(ids))
        .order_by(outbox.c.id)
    )
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
        )
        for row in rows
    ]


def drop_unwanted_texts(connection: Connection, ids: Collection[int], now: datetime) -> list[int]:
    """Give up those of these texts that must not or need not be sent any more: to somebody who
    said STOP, or good for nothing now. Returns the pages among them."""
    waiting = and_(outbox.c.id.in_(ids), outbox.c.state == "waiting", outbox.c.due <= now)
    stopped = select(neighbor.c.id).where(neighbor.c.stopped_at.is_not(None))
    dropped = connection.execute(
        update(outbox)
        .where(waiting, or_(outbox.c.neighbor_id.in_(stopped), outbox.c.good_until <= now))
        .values(state="dropped", due=None)
        .returning(outbox.c.page_id)
    ).scalars()
    return [page_id for page_id in dropped if page_id is not None]


def claim_texts(
    connection: Connection, ids: Collection[int], now: datetime, look_up_at: datetime
) -> list[TextOut]:
    """Take those of these texts that wait to be sent: nobody else will send them.

    If this process dies, they are looked up at the carrier at `look_up_at`.
    """
    claimed = connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(ids), outbox.c.state == "waiting", outbox.c.due <= now)
        .values(state="sending", claimed_at=now, tries=outbox.c.tries + 1, due=look_up_at)
        .returning(outbox.c.id)
    ).scalars()
    return _texts_out(connection, list(claimed))


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


def note_accepted(connection: Connection, it: TextOut, sid: str) -> None:
    """The carrier has it. Its first callback may have been faster: then only the SID is new."""
    connection.execute(update(outbox).where(outbox.c.id == it.id).values(sid=sid))
    connection.execute(
        update(outbox)
        .where(outbox.c.id == it.id, outbox.c.state.in_(["waiting", "sending", "unknown"]))
        .values(state="accepted", due=None, error=None)
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


def texts_held_until(connection: Connection) -> datetime | None:
    """When the last of those texts is tried again that are held back by our account's trouble;
    None while there is no such trouble."""
    held = and_(outbox.c.due.is_not(None), outbox.c.state == "waiting", outbox.c.error.is_not(None))
    return connection.execute(
        select(func.max(outbox.c.due, type_=tables.Moment)).where(held)
    ).scalar()


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
    """What became of a text: "sent", "delivered" or "undelivered". None if that is no news."""
    changed = connection.execute(
        update(outbox)
        .where(
            outbox.c.id == text_id,
            or_(outbox.c.sid == sid, outbox.c.sid.is_(None)),
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
) -> None:
    """Send the words of an undelivered text again then, as a new text. `held_by` as above."""
    row = connection.execute(select(outbox).where(outbox.c.id == it.id)).one()
    connection.execute(
        insert(outbox).values(
            neighbor_id=it.neighbor,
            body=it.body,
            segments=row.segments,
            request_number=row.request_number,
            page_id=it.page_id,
            state="waiting",
            error=held_by,
            tries=it.tries,
            created_at=now,
            due=due,
            good_until=it.good_until,
        )
    )


def known_sids(connection: Connection, sids: Collection[str]) -> set[str]:
    """Those of the carrier's names that belong to texts we know were sent."""
    return set(connection.execute(select(outbox.c.sid).where(outbox.c.sid.in_(sids))).scalars())


def due_texts(connection: Connection, now: datetime, limit: int) -> list[int]:
    """Texts to send or to look up now, most overdue first."""
    rows = connection.execute(
        select(outbox.c.id).where(outbox.c.due <= now).order_by(outbox.c.due).limit(limit)
    )
    return list(rows.scalars())


def was_texted_since(connection: Connection, who: int, body: str, since: datetime) -> bool:
    """Whether this very text was written for this person since then."""
    same = select(outbox.c.id).where(
        outbox.c.neighbor_id == who, outbox.c.body == body, outbox.c.created_at > since
    )
    return connection.execute(select(exists(same))).scalar_one()
