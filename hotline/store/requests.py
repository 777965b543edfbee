"""Requests: what is asked for, who takes it, and the one change that lets the first come first.

Functions on a connection inside somebody's transaction. They decide nothing: what may follow from
what is in `help_request`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    union_all,
    update,
)

from hotline.details import from_row, to_row
from hotline.help_request import LIVE, HelpRequest, State
from hotline.store import tables
from hotline.store.database import Stale
from hotline.store.prepared import Prepared, is_among

request, taker = tables.request, tables.taker

COLUMNS = (
    *(request.c.number, request.c.requester_id, request.c.since, request.c.state),
    *(request.c.needs, request.c.area, request.c.urgent, request.c.round),
    *(request.c.wave, request.c.due, request.c.owed, request.c.told_nobody_at),
    *(request.c.checked_in, request.c.people, request.c.details),
    request.c.version,
)


def _is_in(*states: State) -> ColumnElement[bool]:
    found: ColumnElement[bool] = tables.one_of(request.c.state, *states)
    return found


def _request(row: Sequence[Any], takers: tuple[int, ...] = ()) -> HelpRequest:
    number, requester, since, state, needs, area, urgent, *rest, details, version = row
    known = (tuple(needs), area, urgent, takers, *rest, from_row(details), version)
    return HelpRequest(number, requester, since, State(state), *known)


def with_takers(found: Select[Any]) -> Select[Any]:
    """These rows of COLUMNS, each once for every taker: `together` makes requests of them."""
    some = found.subquery()
    return (
        select(*some.c, taker.c.neighbor_id)
        .join_from(some, taker, taker.c.request_number == some.c.number, isouter=True)
        .order_by(some.c.number, taker.c.id)
    )


def together(rows: Iterable[Sequence[Any]]) -> list[HelpRequest]:
    """The requests of `with_takers`, in the order of their numbers."""
    found: dict[int, tuple[Sequence[Any], dict[int, None]]] = {}
    for row in rows:
        _, takers = found.setdefault(row[0], (row[:-1], {}))
        if row[-1] is not None:
            takers[row[-1]] = None
    return [_request(columns, tuple(takers)) for columns, takers in found.values()]


def _columns(it: HelpRequest) -> dict[str, Any]:
    return {
        "requester_id": it.requester,
        "since": it.since,
        "state": it.state.value,
        "needs": list(it.needs),
        "area": it.area,
        "urgent": it.urgent,
        "round": it.round,
        "wave": it.wave,
        "due": it.due,
        "owed": it.owed,
        "look_at": it.since if it.owed and it.state is State.OPEN else it.due,
        "told_nobody_at": it.told_nobody_at,
        "checked_in": it.checked_in,
        "people": it.people,
        "details": to_row(it.details),
    }


_WRITTEN = [it.name for it in request.c if it.name not in ("number", "version", "over_since")]


def open_request(connection: Connection, it: HelpRequest) -> HelpRequest:
    """Write a new request down; its number is the database's to give."""
    ((number,),) = _NEW_REQUEST.rows(connection, {**_columns(it), "version": 1})
    return replace(it, number=number, version=1)


_NEW_REQUEST = Prepared(
    insert(request)
    .values({it: bindparam(it) for it in (*_WRITTEN, "version")})
    .returning(request.c.number)
)


def find_request(connection: Connection, number: int) -> HelpRequest | None:
    return next(iter(together(_ONE_REQUEST.rows(connection, {"of": number}))), None)


_ONE_REQUEST = Prepared(with_takers(select(*COLUMNS).where(request.c.number == bindparam("of"))))


def known_number(connection: Connection, number: int | None) -> int | None:
    """The same if there is such a request; somebody may have named any number."""
    found = select(request.c.number).where(request.c.number == number)
    return None if number is None else connection.execute(found).scalar_one_or_none()


def find_requests(connection: Connection, numbers: Collection[int]) -> list[HelpRequest]:
    found = with_takers(select(*COLUMNS).where(request.c.number.in_(numbers)))
    return together(connection.execute(found))


def taken_since(connection: Connection, numbers: Collection[int]) -> dict[int, datetime]:
    """Since when each of these requests that somebody has is theirs."""
    found = select(taker.c.request_number, func.min(taker.c.since, type_=tables.Moment)).where(
        taker.c.request_number.in_(numbers), tables.is_at_it
    )
    rows = connection.execute(found.group_by(taker.c.request_number))
    return {it[0]: it[1] for it in rows}


def takers_since(connection: Connection, number: int, moment: datetime) -> list[int]:
    """Those who took it then or later, and have not finished."""
    found = select(taker.c.neighbor_id).where(
        taker.c.request_number == number, taker.c.since >= moment, tables.is_at_it
    )
    return list(connection.execute(found.order_by(taker.c.id)).scalars())


def save_request(
    connection: Connection, before: HelpRequest, after: HelpRequest, now: datetime
) -> None:
    """Change the request from what was read to what was decided.

    First come, first served: the UPDATE names the state and version it was decided upon, and
    whoever comes second finds no such row. Raises Stale, for the decision to be made again. A
    page of a taker who leaves may be accepted no longer when this is called.
    """
    if after == before:
        return
    facts = {
        "of": before.number,
        "was_in": before.state.value,
        "was_at": before.version,
        "version": before.version + 1,
        "over": None if after.is_live else now,
        **_columns(after),
    }
    if not _SAVE.rows(connection, facts):
        raise Stale(f"request {before.number} changed meanwhile")
    _save_takers(connection, before, after, now)


def _save_takers(
    connection: Connection, before: HelpRequest, after: HelpRequest, now: datetime
) -> None:
    if gone := set(before.takers) - set(after.takers):
        _GONE.rows(connection, {"number": after.number, "gone": sorted(gone)})
    if after.outcome != before.outcome and after.takers:
        _OUTCOME.rows(connection, {"number": after.number, "outcome": after.outcome})
    for who in after.takers:
        if who not in before.takers:
            facts = {"request_number": after.number, "neighbor_id": who, "since": now}
            _NEW_TAKER.rows(connection, {**facts, "outcome": after.outcome})


_GONE = Prepared(
    delete(taker).where(
        taker.c.request_number == bindparam("number"), is_among(taker.c.neighbor_id, "gone")
    )
)
_OUTCOME = Prepared(
    update(taker)
    .where(taker.c.request_number == bindparam("number"))
    .values(outcome=bindparam("outcome"))
)
_NEW_TAKER = Prepared(
    insert(taker).values(
        {it: bindparam(it) for it in ("request_number", "neighbor_id", "since", "outcome")}
    )
)
_OVER = bindparam("over", type_=tables.Moment)
_BEGINS_OR_ENDS = or_(_OVER.is_(None), _is_in(*LIVE))  # it is live now, or was until now
_SAVE = Prepared(
    update(request)
    .where(
        request.c.number == bindparam("of"),
        request.c.state == bindparam("was_in"),
        request.c.version == bindparam("was_at"),
    )
    .values({it: bindparam(it) for it in (*_WRITTEN, "version")})
    .values(over_since=case((_BEGINS_OR_ENDS, _OVER), else_=request.c.over_since))
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
    the two may still talk; oldest first. Of those they asked for also what is done, and they have
    not said how it went."""
    return together(_REQUESTS_OF.rows(connection, {"who": who}))


_CONCERNS = or_(
    _is_in(*LIVE),
    and_(_is_in(State.DONE), or_(request.c.due.is_not(None), request.c.checked_in)),
)
_TAKEN_BY = request.join(taker, taker.c.request_number == request.c.number)
# Two questions with an index each: one with an OR would read every request.
_REQUESTS_OF = Prepared(
    with_takers(
        select(
            *union_all(
                select(*COLUMNS).where(request.c.requester_id == bindparam("who"), _CONCERNS),
                select(*COLUMNS)
                .select_from(_TAKEN_BY)
                .where(taker.c.neighbor_id == bindparam("who"), tables.is_at_it),
            )
            .subquery()
            .c
        )
    )
)

MOST_OPEN = 500  # requests that are looked at for somebody


def open_requests(connection: Connection) -> list[HelpRequest]:
    """The oldest of the open ones."""
    found = select(*COLUMNS).where(tables.is_open).order_by(request.c.number).limit(MOST_OPEN)
    return together(connection.execute(with_takers(found)))


def live_requests(connection: Connection) -> list[HelpRequest]:
    """All that are open or taken."""
    return together(connection.execute(with_takers(select(*COLUMNS).where(tables.is_live))))


def let_rest(connection: Connection, numbers: Collection[int], until: datetime) -> None:
    """Look at none of these before that."""
    due = request.c.number.in_(numbers), request.c.look_at.is_not(None), request.c.look_at < until
    facts = {"due": until, "look_at": until, "owed": 0, "version": request.c.version + 1}
    connection.execute(update(request).where(*due).values(facts))


def requests_after(
    connection: Connection, number: int, most: int, *, only_open: bool = False
) -> list[HelpRequest]:
    """The next ones behind this number: a long list is read page by page."""
    found = select(*COLUMNS).where(request.c.number > number)
    if only_open:
        found = found.where(tables.is_open)
    found = found.order_by(request.c.number).limit(most)
    return together(connection.execute(with_takers(found)))


def requests_before(
    connection: Connection, number: int | None, most: int, *, only_live: bool = False
) -> list[HelpRequest]:
    """The newest first, all below this number; of those that are not over only, too."""
    found = (
        select(*COLUMNS) if number is None else select(*COLUMNS).where(request.c.number < number)
    )
    if only_live:
        found = found.where(_is_in(*LIVE))
    found = found.order_by(request.c.number.desc()).limit(most)
    return together(connection.execute(with_takers(found)))[::-1]


def newest_requests(connection: Connection, most: int) -> list[HelpRequest]:
    """The newest first."""
    found = select(*COLUMNS).order_by(request.c.number.desc()).limit(most)
    return together(connection.execute(with_takers(found)))[::-1]


@dataclass(frozen=True, slots=True)
class DueRequest:
    """A request for which something is to be done; see HelpRequest."""

    number: int
    state: State
    round: int
    wave: int
    owed: int
    version: int
    due: datetime | None


def due_requests(connection: Connection, now: datetime, limit: int) -> list[DueRequest]:
    """Requests for which somebody is to be asked something now, most overdue first."""
    rows = _DUE_REQUESTS.rows(connection, {"now": now, "most": limit})
    return [DueRequest(number, State(state), *rest) for number, state, *rest in rows]


_DUE_REQUESTS = Prepared(
    select(
        *(request.c.number, request.c.state, request.c.round, request.c.wave),
        *(request.c.owed, request.c.version, request.c.due),
    )
    .where(request.c.look_at <= bindparam("now"))
    .order_by(request.c.look_at, request.c.number)
    .limit(bindparam("most"))
)


def counts_since(connection: Connection, moment: datetime) -> tuple[int, int, int]:
    """Of the requests since then: how many there are, were taken, and are done."""
    many = func.count()
    counts = select(
        many,
        many.filter(_is_in(State.TAKEN, State.DONE)),
        many.filter(_is_in(State.DONE)),
    )
    asked, taken, done = connection.execute(counts.where(request.c.since > moment)).one()
    return asked, taken, done


TOGETHER_IN = timedelta(days=30)


def done_lately(connection: Connection, now: datetime) -> int:
    """How many of the last weeks' requests are done."""
    done = select(func.count()).where(
        request.c.since > now - TOGETHER_IN, request.c.state == State.DONE
    )
    return connection.execute(done).scalar_one()


def finished_by(connection: Connection, who: int) -> int:
    """How many requests somebody took that are done, alone or with others. Of those that are over,
    which may be thousands, none is looked at."""
    return sum(query.rows(connection, {"who": who})[0][0] for query in _FINISHED)


_THEIRS = taker.c.neighbor_id == bindparam("who")
_FINISHED = (
    Prepared(select(func.count()).where(_THEIRS, taker.c.outcome == State.DONE.value)),
    Prepared(  # and the two still talk
        select(func.count())
        .select_from(_TAKEN_BY)
        .where(_THEIRS, tables.is_at_it, _is_in(State.DONE))
    ),
)
