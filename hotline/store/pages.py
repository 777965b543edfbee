"""Pages: who was asked about which request, and what they said to it.

Functions on a connection inside somebody's transaction. What moves a page is in `hotline.page`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from hotline import help_request
from hotline.help_request import HelpRequest
from hotline.message import MessageState, WhyDropped
from hotline.page import ROWS, Answer, PageMove, PageState
from hotline.roster import Asked
from hotline.store import roster, tables
from hotline.store.prepared import Prepared, is_among

page, message, request = tables.page, tables.message, tables.request
neighbor = tables.neighbor


def pages_of(connection: Connection, who: int, limit: int = 50) -> list[Asked]:
    """What somebody was asked about, the latest page of each request, newest first."""
    latest: dict[int, Asked] = {}
    for number, state, of, asked_at in _PAGES_OF.rows(connection, {"who": who, "most": limit}):
        asked = Asked(number, PageState(state), help_request.State(of), asked_at)
        latest.setdefault(number, asked)
    return list(latest.values())


_PAGES_OF = Prepared(
    select(page.c.request_number, page.c.state, request.c.state.label("of"), page.c.asked_at)
    .join(request, request.c.number == page.c.request_number)
    .where(page.c.neighbor_id == bindparam("who"))
    .order_by(page.c.asked_at.desc(), page.c.id.desc())
    .limit(bindparam("most"))
)


def add_pages(
    connection: Connection, it: HelpRequest, crew: Sequence[int], now: datetime
) -> dict[int, int]:
    """Each of these people is asked about a request: the page's id by the neighbor's."""
    facts = {
        "request_number": it.number,
        "round": it.round,
        "wave": it.wave,
        "state": PageState.ASKED.value,
        "asked_at": now,
    }
    found: dict[int, int] = {}
    for who in crew:
        ((found[who],),) = _NEW_PAGE.rows(connection, {**facts, "neighbor_id": who})
    return found


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


def asked_in(connection: Connection, number: int, round_: int) -> list[int]:
    """The ids of those who were asked about a request since asking began last."""
    asked = select(page.c.neighbor_id).where(
        page.c.request_number == number, page.c.round == round_
    )
    return list(connection.execute(asked).scalars())


def show(connection: Connection, number: int, who: int, now: datetime) -> None:
    """Let somebody take a request that they asked to see, unless they were asked about it. It is
    no page: it counts for no limit, and they are still asked when it is their turn."""
    theirs = select(page.c.id).where(page.c.request_number == number, page.c.neighbor_id == who)
    if connection.execute(theirs).first():
        return
    about = {"request_number": number, "neighbor_id": who, "round": tables.SHOWN, "wave": 0}
    facts = {**about, "state": PageState.SHOWN.value, "asked_at": now}
    connection.execute(insert(page).values(facts))
    never = update(neighbor).where(neighbor.c.id == who, neighbor.c.asked_at == tables.NEVER)
    connection.execute(never.values(asked_at=now))


def note_answers(
    connection: Connection, number: int, answers: Sequence[Answer], now: datetime, note: str = ""
) -> None:
    """Write down what became of every page that these people got about this request; of one that
    did not arrive, of the last."""
    for it in answers:
        is_taken = ROWS[it.move].next is PageState.ACCEPTED
        facts = {"number": number, "who": it.neighbor, "answered_at": now, "note": note or None}
        _ANSWER[it.move].rows(connection, {**facts, "taken_by": it.neighbor if is_taken else None})


def _answered(move: PageMove) -> Prepared:
    theirs = [
        page.c.request_number == bindparam("number"),
        page.c.neighbor_id == bindparam("who"),
    ]
    if move is PageMove.MISS:
        last = select(func.max(page.c.id)).where(*theirs, page.c.round > tables.SHOWN)
        theirs = [page.c.id == last.scalar_subquery()]
    facts: dict[str, Any] = {it: bindparam(it) for it in ("taken_by", "answered_at", "note")}
    return Prepared(
        update(page)
        .where(*theirs, tables.one_of(page.c.state, *ROWS[move].states))
        .values({**facts, "state": ROWS[move].next.value})
    )


_ANSWER = {move: _answered(move) for move in PageMove}


def close_unanswered(connection: Connection, number: int, now: datetime) -> list[int]:
    """Ask nobody about this request any longer; the ids of those who had been texted.

    A page whose text has not left yet never happened.
    """
    asked = _COVER.rows(connection, {"number": number, "now": now})
    if not asked:
        return []
    unsent = _DROP.rows(connection, {"pages": [page_id for page_id, _ in asked]})
    never_texted = {page_id for (page_id,) in unsent}
    remove_pages(connection, never_texted)
    return sorted({who for page_id, who in asked if page_id not in never_texted})


_COVER = Prepared(
    update(page)
    .where(
        page.c.request_number == bindparam("number"),
        tables.one_of(page.c.state, *ROWS[PageMove.COVER].states),
    )
    .values(state=ROWS[PageMove.COVER].next.value, answered_at=bindparam("now"))
    .returning(page.c.id, page.c.neighbor_id)
)
_DROP = Prepared(
    update(message)
    .where(
        is_among(message.c.page_id, "pages"),
        tables.one_of(message.c.state, MessageState.WAITING),
    )
    .values(state=MessageState.DROPPED.value, failure=WhyDropped.OLD_NEWS.value, due=None)
    .returning(message.c.page_id)
)


def take_back(connection: Connection, who: int) -> list[int]:
    """The numbers of the requests that somebody was asked about and has not answered. Texts that
    have not left yet do not; such a page never happened."""
    theirs = select(page.c.id, page.c.request_number).where(
        page.c.neighbor_id == who, page.c.state == PageState.ASKED.value
    )
    asked = {row.id: row.request_number for row in connection.execute(theirs)}
    if asked:
        unsent = _DROP.rows(connection, {"pages": list(asked)})
        remove_pages(connection, {page_id for (page_id,) in unsent})
    return sorted(set(asked.values()))


def remove_pages(connection: Connection, pages: Collection[int]) -> None:
    """Forget pages whose texts never left: nobody was asked. Who answered all the same was."""
    if not pages:
        return
    _UNBIND.rows(connection, {"pages": list(pages)})
    gone = _REMOVE.rows(connection, {"pages": list(pages)})
    roster.note_offers_asked_last(connection, [who for (who,) in gone])


_UNANSWERED = and_(
    is_among(page.c.id, "pages"),
    ~tables.one_of(page.c.state, PageState.ACCEPTED, PageState.PASSED),
)
_UNBIND = Prepared(
    update(message)
    .where(message.c.page_id.in_(select(page.c.id).where(_UNANSWERED)))
    .values(page_id=None)
)
_REMOVE = Prepared(delete(page).where(_UNANSWERED).returning(page.c.neighbor_id))


def is_unanswered(connection: Connection, page_id: int) -> bool:
    state = connection.execute(select(page.c.state).where(page.c.id == page_id)).scalar()
    return state == PageState.ASKED.value


def anybody_may_still_answer(connection: Connection, it: HelpRequest) -> bool:
    """Whether a page of this round is unanswered."""
    return connection.execute(select(exists(select(page.c.id).where(_waits(it))))).scalar_one()


def _waits(it: HelpRequest) -> ColumnElement[bool]:
    return and_(
        page.c.request_number == it.number,
        page.c.round == it.round,
        page.c.state == PageState.ASKED.value,
    )


def wait_to_leave(connection: Connection, it: HelpRequest) -> bool:
    """Whether a page of this round is not with the carrier yet."""
    waiting = (
        select(page.c.id)
        .join(message, message.c.page_id == page.c.id)
        .where(_waits(it), tables.on_its_way(message.c.state))
    )
    return connection.execute(select(exists(waiting))).scalar_one()


def page_target(connection: Connection, page_id: int) -> tuple[int, int]:
    """The request's number and the neighbor's id of a page."""
    row = connection.execute(
        select(page.c.request_number, page.c.neighbor_id).where(page.c.id == page_id)
    ).one()
    return row.request_number, row.neighbor_id


def pages_in_silence(connection: Connection, people: Collection[int], most: int) -> dict[int, int]:
    """How many pages each of these got since they last wrote, at most so many; none for whoever
    answered one by phone."""
    return {who: _in_silence(connection, who, most) for who in people}


def _in_silence(connection: Connection, who: int, most: int) -> int:
    states = [state for (state,) in _SINCE_THEY_WROTE.rows(connection, {"who": who, "most": most})]
    return 0 if {PageState.ACCEPTED.value, PageState.PASSED.value} & set(states) else len(states)


_WROTE = (
    select(message.c.at)
    .where(message.c.neighbor_id == bindparam("who"), tables.from_somebody)
    .order_by(message.c.at.desc())
    .limit(literal(1))
)
_SINCE_THEY_WROTE = Prepared(
    select(page.c.state)
    .where(
        page.c.neighbor_id == bindparam("who"),
        page.c.round > tables.SHOWN,
        page.c.asked_at
        > func.coalesce(_WROTE.scalar_subquery(), literal(tables.NEVER, tables.Moment)),
    )
    .order_by(page.c.asked_at.desc())
    .limit(bindparam("most"))
)
