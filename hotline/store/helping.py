"""What people on the roster set for themselves, and the record of who decided what.

Functions on a connection inside somebody's transaction, like those of `store`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, insert, literal, or_, select, update

from hotline.help_request import HelpRequest, State
from hotline.store import store, tables, volunteers
from hotline.store.tables import NEVER

neighbor, event = tables.neighbor, tables.event
request, page, inbox = tables.request, tables.page, tables.inbox
companion = tables.companion


def pause(connection: Connection, who: int, until: datetime | None, now: datetime) -> None:
    """Ask them nothing until then; None: from now on again."""
    _set(connection, who, paused_until=until)
    record(connection, who, "paused" if until else "back", now)


def set_most(connection: Connection, who: int, a_day: int, now: datetime) -> None:
    """How many pages a day they want at most."""
    _set(connection, who, max_a_day=a_day)
    record(connection, who, "max", now)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the roster knows of somebody, or will once they are on it."""

    entry: volunteers.RosterEntry
    on_roster: bool
    paused_until: datetime | None
    code: int | None  # to be vouched for


def standing(connection: Connection, who: int) -> Standing:
    row = connection.execute(select(neighbor).where(neighbor.c.id == who)).one()
    return Standing(volunteers.roster_entry(row), row.on_roster, row.paused_until, row.code)


def change(connection: Connection, who: int, what: str, value: Any, now: datetime) -> Standing:
    """Write down their "name", "needs", "areas" or "hours" and list anew what they offer."""
    _set(connection, who, **{what: value})
    record(connection, who, what, now)
    known = standing(connection, who)
    if known.on_roster:
        volunteers.list_offers(connection, [known.entry])
    return known


def ask(connection: Connection, who: int, question: str | None, now: datetime) -> None:
    """What a newcomer is asked now; None: nothing more."""
    _set(connection, who, joining=question, joining_since=now if question else None)


def give_code(connection: Connection, who: int, now: datetime) -> int:
    """The four digits that a newcomer tells somebody who is on the roster. They are far from
    those of the next, so that a slip of the thumb vouches for nobody."""
    taken = set(connection.execute(select(neighbor.c.code).where(neighbor.c.code > 0)).scalars())
    codes = ((who + ahead) * FAR_APART % CODES + FIRST_CODE for ahead in range(CODES))
    code = next(code for code in codes if code not in taken)
    _set(connection, who, code=code)
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
            joining=case((neighbor.c.joining != "wait", neighbor.c.joining), else_=None),
        )
    )
    if not connection.execute(put).rowcount:
        return False
    volunteers.list_offers(connection, [standing(connection, who).entry])
    record(connection, by, what, now, about=who)
    return True


def _set(connection: Connection, who: int, **facts: Any) -> None:
    connection.execute(update(neighbor).where(neighbor.c.id == who).values(facts))


MOST_OPEN = 500  # requests that are looked at for somebody


def open_requests(connection: Connection) -> list[HelpRequest]:
    """The oldest of the open ones."""
    return store.all_requests(connection, only_open=True)[:MOST_OPEN]


def show(connection: Connection, number: int, who: int, now: datetime) -> None:
    """Let somebody take a request that they asked to see, unless they were asked about it. It is
    no page: it counts for no limit, and they are still asked when it is their turn."""
    theirs = select(page.c.id).where(page.c.request_number == number, page.c.neighbor_id == who)
    if connection.execute(theirs).first():
        return
    facts = {"request_number": number, "neighbor_id": who, "round": tables.SHOWN, "wave": 0}
    connection.execute(insert(page).values(facts | {"state": "shown", "asked_at": now}))
    never = update(neighbor).where(neighbor.c.id == who, neighbor.c.asked_at == tables.NEVER)
    connection.execute(never.values(asked_at=now))


def pages_in_silence(connection: Connection, who: int) -> int:
    """How many pages somebody got since they last wrote; none if they answered one by phone."""
    wrote = select(func.max(inbox.c.id)).where(inbox.c.neighbor_id == who).scalar_subquery()
    heard = select(inbox.c.received_at).where(inbox.c.id == wrote)
    since_then = select(page.c.state).where(
        page.c.neighbor_id == who,
        page.c.round > tables.SHOWN,
        page.c.asked_at > func.coalesce(heard.scalar_subquery(), literal(NEVER, tables.Moment)),
    )
    states = connection.execute(since_then).scalars().all()
    return 0 if {"accepted", "passed"} & set(states) else len(states)


def since(connection: Connection, moment: datetime) -> tuple[int, int, int]:
    """Of the requests since then: how many there are, were taken, and are done."""
    counts = connection.execute(
        select(request.c.state, func.count().label("many"))
        .where(request.c.since > moment)
        .group_by(request.c.state)
    )
    by_state = {row.state: row.many for row in counts}
    done = by_state.get(State.DONE, 0)
    return sum(by_state.values()), by_state.get(State.TAKEN, 0) + done, done


def finished_by(connection: Connection, who: int) -> int:
    """How many requests somebody took that are done, alone or with others."""
    shared = select(companion.c.request_number).where(companion.c.neighbor_id == who)
    theirs = or_(request.c.taker_id == who, request.c.number.in_(shared))
    done = select(func.count()).where(theirs, request.c.state == State.DONE)
    return connection.execute(done).scalar_one()


def record(
    connection: Connection,
    who: int | None,
    what: str,
    now: datetime,
    *,
    about: int | None = None,
    request_number: int | None = None,
) -> None:
    """Add to the record who decided what: ids, never numbers or words."""
    facts = {"at": now, "neighbor_id": who, "what": what, "about_id": about}
    connection.execute(insert(event).values(facts | {"request_number": request_number}))


def record_listed(connection: Connection, people: Collection[int], now: datetime) -> None:
    """These were put on the roster, or changed there, from the command line."""
    facts = [{"at": now, "what": "listed", "about_id": who} for who in people]
    if facts:
        connection.execute(insert(event), facts)


@dataclass(frozen=True, slots=True)
class Event:
    """What somebody decided; `who` is None for the command line."""

    at: datetime
    who: int | None
    what: str
    about: int | None
    request: int | None


def events(connection: Connection, most: int) -> list[Event]:
    """The last ones, the newest last."""
    columns = (event.c.at, event.c.neighbor_id, event.c.what, event.c.about_id)
    newest = select(*columns, event.c.request_number).order_by(event.c.id.desc()).limit(most)
    return [Event(*row) for row in reversed(connection.execute(newest).all())]
