"""Forgetting somebody: their words, number, name and recordings, here and then at the carrier.

Functions on a connection inside somebody's transaction, like those of `store`. What stays are rows
for counts, without anything in them that tells of anybody; and until they are worked off, the
rows of `erasure`. Whether somebody can be forgotten now is for others to say.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
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
    insert,
    select,
    update,
)

from hotline import phone
from hotline.broadcast import ROWS, BroadcastMove, BroadcastState
from hotline.message import ON_ITS_WAY, Channel, MessageState, WhyDropped
from hotline.names import first_name
from hotline.store import digests, known_again, sessions, tables
from hotline.store.people import Neighbor
from hotline.store.prepared import Prepared

neighbor, request, page = tables.neighbor, tables.request, tables.page
message, offer, taker = tables.message, tables.offer, tables.taker
call, recording, event = tables.call, tables.recording, tables.event
erasure = tables.erasure

SETTLED_BY = timedelta(minutes=1)  # the text that asks for it and our answer are there by then
TELLING = 20  # letters of a saying by which it is known again where it was quoted
FEWEST = 8  # letters of one that is known by itself: "yes 12" is not


def forget(connection: Connection, who: Neighbor, stewards: Sequence[str], now: datetime) -> None:
    """Empty every row that tells of somebody, and write down what to delete at the carrier.

    `stewards`: the phones of those who are told of others by name. Nothing of theirs may be open.
    """
    theirs = _theirs(connection, who)
    if _had_to_do_with_somebody(connection, theirs) or known_again.has_to_be(connection, who.id):
        known_again.remember(connection, who.id, who.phone, now)
    carrier = Erasures(connection, now)
    _forget_messages(connection, theirs, _ids_at(connection, stewards), carrier)
    _forget_what_they_were_told(connection, theirs, carrier)
    _forget_calls(connection, theirs, carrier)
    _empty_own_rows(connection, theirs, now)
    _hide_names(connection, who.id)
    if not phone.is_nobodys(who.phone):
        due = now + SETTLED_BY
        carrier.add("number", who.phone, now, neighbor_id=who.id, due=due)


def _hide_names(connection: Connection, who: int) -> None:
    digests.hide_names(connection, message, message.c.neighbor_id == who)
    digests.hide_names(connection, call, call.c.neighbor_id == who)


@dataclass(frozen=True, slots=True)
class _Theirs:
    """Somebody, and the numbers of the requests they asked for (`own`), of these and those they
    took (`mine`), of those they gave back (`held`), and of those they were asked about. `tells`:
    whether a text tells of them."""

    who: int
    own: frozenset[int]
    mine: frozenset[int]
    held: frozenset[int]
    asked: frozenset[int]
    tells: Callable[[str], bool]

    @property
    def numbers(self) -> frozenset[int]:
        return self.mine | self.held | self.asked


def _theirs(connection: Connection, who: Neighbor) -> _Theirs:
    own = select(request.c.number).where(request.c.requester_id == who.id)
    taken = select(taker.c.request_number).where(taker.c.neighbor_id == who.id)
    given_back = select(event.c.request_number).where(
        event.c.neighbor_id == who.id, event.c.what.in_(["handed_back", "let_go"])
    )
    asked = select(page.c.request_number).where(page.c.neighbor_id == who.id)
    wrote = select(message.c.body).where(message.c.neighbor_id == who.id, tables.from_somebody)
    said = connection.execute(wrote).scalars()
    spoken = connection.execute(
        select(recording.c.transcript)
        .join(call, call.c.id == recording.c.call_id)
        .where(call.c.neighbor_id == who.id, recording.c.transcript.is_not(None))
    ).scalars()
    asked_for = _numbers(connection, own)
    return _Theirs(
        who.id,
        asked_for,
        asked_for | _numbers(connection, taken),
        _numbers(connection, given_back),
        _numbers(connection, asked),
        _teller(who.name, [*said, *(it or "" for it in spoken)]),
    )


def _had_to_do_with_somebody(connection: Connection, theirs: _Theirs) -> bool:
    """Whoever that is may still say SAFE."""
    if theirs.held or theirs.mine - theirs.own:
        return True
    took = select(taker.c.id).where(taker.c.request_number.in_(theirs.own))
    left = select(event.c.id).where(event.c.request_number.in_(theirs.own), event.c.what == "took")
    return any(connection.execute(some.limit(1)).first() for some in (took, left))


def _numbers(connection: Connection, found: Select[Any]) -> frozenset[int]:
    return frozenset(connection.execute(found).scalars())


def _teller(name: str | None, sayings: Iterable[str]) -> Callable[[str], bool]:
    """Whether a text has somebody's first name in it, or begins to quote what they said."""
    called = first_name(name)
    named = re.compile(rf"(?<!\w){re.escape(called)}(?!\w)", re.IGNORECASE) if called else None
    beginnings = {_plain(it)[:TELLING] for it in sayings}
    known = [it for it in beginnings if len(it) >= FEWEST]

    def tells(body: str) -> bool:
        plain = _plain(body)
        return bool(named and named.search(body)) or any(it in plain for it in known)

    return tells


def _plain(body: str) -> str:
    return " ".join(body.split())


def _ids_at(connection: Connection, phones: Sequence[str]) -> list[int]:
    found = select(neighbor.c.id).where(neighbor.c.phone.in_(phones))
    return list(connection.execute(found).scalars())


class Erasures:
    """What is to be deleted at the carrier, once each."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def add(
        self,
        kind: str,
        what: str,
        at: datetime,
        *,
        neighbor_id: int | None = None,
        due: datetime | None = None,
    ) -> None:
        facts = {"kind": kind, "what": what, "neighbor_id": neighbor_id, "at": at}
        facts["since"] = self._now
        same = [erasure.c.kind == kind, erasure.c.what == what]
        same.append(erasure.c.neighbor_id.is_not_distinct_from(neighbor_id))
        again = update(erasure).where(*same).values(at=at, due=due or self._now)
        if kind in ("number", "recording") and self._connection.execute(again).rowcount:
            return
        self._connection.execute(insert(erasure).values(facts | {"due": due or self._now}))


def erase_text(connection: Connection, sid: str, now: datetime) -> None:
    """Delete one text at the carrier, once it is settled there."""
    Erasures(connection, now).add("message", sid, now, due=now + SETTLED_BY)


def is_forgotten(connection: Connection, who: int) -> bool:
    found = select(neighbor.c.phone).where(neighbor.c.id == who)
    return phone.is_forgotten(connection.execute(found).scalar_one())


def forget_recording(connection: Connection, sid: str, now: datetime) -> None:
    """Delete at the carrier what it tells us of only now, of somebody who is forgotten."""
    Erasures(connection, now).add("recording", sid, now)


# Messages of ours.


def _forget_messages(
    connection: Connection, theirs: _Theirs, stewards: Collection[int], carrier: Erasures
) -> None:
    """Messages to them and, of messages to others, those that tell of them. What tells of nobody
    may still leave: that their request is needed no longer, for one."""
    to_them = update(message).where(message.c.neighbor_id == theirs.who, ~tables.from_somebody)
    connection.execute(to_them.values(emptied()))
    people = {*_others(connection, theirs), *stewards}
    mine = [re.compile(rf"\b{number}\b") for number in theirs.mine | theirs.held]
    for row in _to_others(connection, theirs, people, stewards):
        if not _is_to_go(row, theirs, mine):
            continue
        connection.execute(update(message).where(message.c.id == row.id).values(emptied()))
        digests.hide_names(connection, message, message.c.id == row.id)
        erase_at_carrier(row, carrier)


def erase_at_carrier(row: Any, carrier: Erasures) -> None:
    """By its name, or by its words as long as nobody told us what it is called there."""
    if row.channel in (Channel.CALL.value, Channel.KEYS.value, Channel.DESK.value):
        return
    if row.sid:
        carrier.add("message", row.sid, row.at)
    elif row.claimed_at and row.state in _MAY_BE_THERE:
        carrier.add("unnamed", digest(row.body), row.claimed_at, neighbor_id=row.neighbor_id)


_MAY_BE_THERE = (
    MessageState.SENDING.value,
    MessageState.UNKNOWN.value,
    MessageState.ACCEPTED.value,
)


def _is_to_go(row: Any, theirs: _Theirs, mine: Sequence[re.Pattern[str]]) -> bool:
    tells = theirs.tells(row.body) or theirs.tells(row.aloud or row.on_machine or "")
    if row.from_id == theirs.who:
        return True
    if row.channel == Channel.REPLY.value:
        return tells or any(number.search(row.body) for number in mine)
    is_mine, is_held = row.request_number in theirs.mine, row.request_number in theirs.held
    if row.state not in ON_ITS_WAY:
        return is_mine or is_held or tells  # they may have had another name then
    # Somebody else may have the same name, and needs to be heard of.
    is_near = is_mine or is_held or row.request_number is None
    return is_near and (tells or (is_mine and '"' in row.body))


def emptied() -> dict[Any, Any]:
    """What a message is left with; one that waits is not sent."""
    is_wanted = tables.on_its_way(message.c.state)
    return {
        "body": "",
        "words": None,
        "aloud": None,
        "on_machine": None,
        "pictures": None,
        "state": case((is_wanted, MessageState.DROPPED.value), else_=message.c.state),
        "failure": case((is_wanted, WhyDropped.FORGOTTEN.value), else_=message.c.failure),
        "due": None,
    }


def _to_others(
    connection: Connection, theirs: _Theirs, people: Collection[int], stewards: Collection[int]
) -> list[Any]:
    """Pages are none of these: they tell of nobody."""
    columns = (message.c.id, message.c.neighbor_id, message.c.body, message.c.aloud)
    more = (message.c.on_machine, message.c.channel, message.c.state, message.c.sid)
    about_them = and_(
        message.c.neighbor_id.in_(people), message.c.request_number.in_(theirs.numbers)
    )
    by_name = and_(message.c.request_number.is_(None), message.c.neighbor_id.in_(stewards))
    known = select(neighbor.c.since).where(neighbor.c.id == theirs.who).scalar_subquery()
    replied = and_(
        message.c.channel == Channel.REPLY.value,
        message.c.neighbor_id.in_(people),
        message.c.at >= known,
    )
    found = (
        select(*columns, *more, message.c.request_number, message.c.at, message.c.from_id)
        .add_columns(message.c.claimed_at)
        .where(
            message.c.neighbor_id != theirs.who,
            ~tables.from_somebody,
            message.c.page_id.is_(None),
            message.c.body != "",
        )
    )
    passed_on = message.c.from_id == theirs.who
    return _each(connection, found, about_them, by_name, replied, passed_on)


def _others(connection: Connection, theirs: _Theirs) -> set[int]:
    """Who may have been told of them: who had to do with one of these requests, and who vouched
    for them."""
    numbers = theirs.numbers
    found = (
        select(page.c.neighbor_id).where(page.c.request_number.in_(numbers)),
        select(request.c.requester_id).where(request.c.number.in_(numbers)),
        select(taker.c.neighbor_id).where(taker.c.request_number.in_(numbers)),
        select(event.c.neighbor_id).where(event.c.about_id == theirs.who),
    )
    people = {who for some in found for who in connection.execute(some).scalars()}
    return people - {theirs.who, None}


# What others wrote to them.


def _forget_what_they_were_told(connection: Connection, theirs: _Theirs, carrier: Erasures) -> None:
    """What others wrote about the requests they asked for, beside an answer too; and what was
    written to them while they alone were on a request of somebody else's. What it was asked for
    with is not theirs."""
    for_them = page.c.request_number.in_(theirs.own)
    connection.execute(update(page).where(for_them).values(note=None))
    columns = (message.c.id, message.c.neighbor_id, message.c.channel, message.c.state)
    more = (message.c.sid, message.c.at, message.c.claimed_at, message.c.body)
    written = select(*columns, *more).where(
        message.c.neighbor_id != theirs.who, tables.from_somebody
    )
    about = message.c.request_number
    conditions: list[ColumnElement[bool]] = [about.in_(theirs.own)]
    for number in (theirs.mine | theirs.held) - theirs.own:
        since, until = _alone_on(connection, number, theirs.who)
        besides = (message.c.is_words.is_(False), message.c.at >= since, message.c.at < until)
        conditions.append(and_(about == number, *besides))
    rows = _each(connection, written, *conditions)
    for row in rows:
        erase_at_carrier(row, carrier)
    these = message.c.id.in_([row.id for row in rows])
    connection.execute(update(message).where(these).values(body="", pictures=None))
    digests.hide_names(connection, message, these)


def _alone_on(connection: Connection, number: int, who: int) -> tuple[datetime, datetime]:
    """From when to when somebody was on a request before anybody else who still is, or was when it
    ended."""
    takers = select(taker.c.neighbor_id, taker.c.since).where(taker.c.request_number == number)
    since_of = dict(iter(connection.execute(takers)))
    theirs = select(event.c.what, event.c.at).where(
        event.c.request_number == number, event.c.neighbor_id == who
    )
    known = connection.execute(theirs.order_by(event.c.id)).all()
    begun = [it.at for it in known if it.what == "took"]
    left = [it.at for it in known if it.what in ("handed_back", "let_go")]
    is_still = since_of.pop(who, None)
    begins = min([*begun, *([is_still] if is_still else left)])
    ends = tables.UNTIL_BACK if is_still else max(left)
    return begins, min([ends, *since_of.values()])


def digest(body: str) -> str:
    """By this, words are known again that are kept nowhere."""
    return hashlib.sha256(_plain(body).encode()).hexdigest()


# Calls and recordings.


def _each(
    connection: Connection, found: Select[Any], *conditions: ColumnElement[bool]
) -> list[Any]:
    """The rows for which one of these holds, each once. A question for each, which an index
    answers: for one with an OR PostgreSQL reads the whole table."""
    rows = [row for it in conditions for row in connection.execute(found.where(it))]
    return list({row.id: row for row in rows}.values())


def _forget_calls(connection: Connection, theirs: _Theirs, carrier: Erasures) -> None:
    by_them = select(call.c.id).where(call.c.neighbor_id == theirs.who)
    asked_for = select(request.c.number).where(request.c.requester_id == theirs.who)
    recorded = _each(
        connection,
        select(recording.c.id, recording.c.sid, recording.c.call_id, recording.c.recorded_at),
        recording.c.call_id.in_(by_them),
        recording.c.passed_to == theirs.who,
        recording.c.request_number.in_(asked_for),
    )
    for row in recorded:
        carrier.add("recording", row.sid, row.recorded_at)
    gone = recording.c.id.in_([row.id for row in recorded])
    connection.execute(delete(recording).where(gone))
    to_them = select(message.c.id).where(message.c.neighbor_id == theirs.who)
    calls = _each(
        connection,
        select(call.c.id, call.c.state),
        call.c.neighbor_id == theirs.who,
        call.c.message_id.in_(to_them),
        call.c.id.in_([row.call_id for row in recorded]) & call.c.due.is_(None),
    )
    for one in calls:
        ended = {"state": without_words(one.state), "answer": None, "due": None}
        connection.execute(update(call).where(call.c.id == one.id).values(ended))
    digests.hide_names(connection, call, call.c.id.in_([one.id for one in calls]))


def without_words(state: dict[str, Any]) -> dict[str, Any]:
    """Where a call was in the menu, and nothing that was keyed in or said in it."""
    nothing: dict[str, Any] = {"news": "", "call_back": "", "name": "", "sent": None}
    drafts = {"draft": ["", "", []], "former": ["", "", []]}
    return {**state, **nothing, **drafts} if state else state


# Their own rows.


def _empty_own_rows(connection: Connection, theirs: _Theirs, now: datetime) -> None:
    who = theirs.who
    written = update(message).where(message.c.neighbor_id == who, tables.from_somebody)
    connection.execute(written.values(body="", pictures=None))
    connection.execute(update(page).where(page.c.neighbor_id == who).values(note=None))
    connection.execute(update(request).where(request.c.requester_id == who).values(details={}))
    connection.execute(delete(offer).where(offer.c.neighbor_id == who))
    connection.execute(delete(tables.proof).where(tables.proof.c.neighbor_id == who))
    connection.execute(delete(tables.pin).where(tables.pin.c.neighbor_id == who))
    connection.execute(delete(tables.note).where(tables.note.c.request_number.in_(theirs.own)))
    sessions.leave(connection, who)
    _forget_broadcasts(connection, who, now)
    connection.execute(delete(tables.passkey).where(tables.passkey.c.neighbor_id == who))
    connection.execute(
        update(neighbor)
        .where(neighbor.c.id == who)
        .values(
            phone=phone.forgotten(who),
            name=None,
            called=None,
            language=None,
            language_chosen=False,
            stopped_at=now,  # nothing can be passed on to them
            trouble=None,
            on_roster=False,
            languages=[],
            areas=[],
            needs=[],
            hours="",
            reach="text",
            paused_until=None,
            max_a_day=None,
            joining=None,
            joining_since=None,
            code=None,
            blocked_until=None,
            block_reason=None,
        )
    )


def _forget_broadcasts(connection: Connection, who: int, now: datetime) -> None:
    """What somebody wrote to many: no more of it leaves."""
    many = tables.broadcast
    theirs = update(many).where(many.c.by_id == who)
    goes = theirs.where(many.c.state.in_([it.value for it in ROWS[BroadcastMove.STOP].states]))
    stopped = BroadcastState.STOPPED.value
    connection.execute(goes.values(state=stopped, ended_at=now, due=None))
    connection.execute(theirs.values(words={}))


# What is still to be deleted at the carrier.


@dataclass(frozen=True, slots=True)
class Erasure:
    """One thing, or all of one number: see `tables.erasure`. `phone`: of whom an
    unnamed text went to. `since`: when it was to be deleted first, if that is known."""

    id: int
    kind: str
    what: str
    at: datetime
    tries: int
    phone: str | None
    since: datetime | None

    def is_it(self, body: str) -> bool:
        """Whether these are the words of the text that is meant."""
        return digest(body) == self.what


def due_erasures(connection: Connection, now: datetime, limit: int) -> list[int]:
    """What is to be deleted now, most overdue first."""
    return [one for (one,) in _DUE.rows(connection, {"now": now, "most": limit})]


_DUE = Prepared(
    select(erasure.c.id)
    .where(erasure.c.due <= bindparam("now"))
    .order_by(erasure.c.due, erasure.c.id)
    .limit(bindparam("most"))
)


def claim_erasure(
    erasure_id: int, now: datetime, again_at: datetime, connection: Connection
) -> Erasure | None:
    """Take one that is due: nobody else does it until then. None if it is done, or taken."""
    taken = (
        update(erasure)
        .where(erasure.c.id == erasure_id, erasure.c.due <= now)
        .values(tries=erasure.c.tries + 1, due=again_at)
    )
    if not connection.execute(taken).rowcount:
        return None
    row = connection.execute(
        select(erasure, neighbor.c.phone)
        .join(neighbor, neighbor.c.id == erasure.c.neighbor_id, isouter=True)
        .where(erasure.c.id == erasure_id)
    ).one()
    reached = row.phone if row.phone and not phone.is_nobodys(row.phone) else None
    return Erasure(row.id, row.kind, row.what, row.at, row.tries, reached, row.since)


def waits_since(connection: Connection, moment: datetime, phone: str | None = None) -> bool:
    """Whether there is something that the carrier was to delete at that moment, and has not; of
    this number, if one is given."""
    found = select(erasure.c.id).where(erasure.c.since <= moment)
    if phone is not None:
        found = found.where(erasure.c.what == phone, erasure.c.kind == "number")
    return connection.execute(found.limit(1)).first() is not None


def erase_later(connection: Connection, erasure_id: int, due: datetime) -> None:
    connection.execute(update(erasure).where(erasure.c.id == erasure_id).values(due=due))


def erased(connection: Connection, erasure_id: int) -> None:
    """It is gone at the carrier, and now here too; of a number also the names of what came, or
    was told of, since they were forgotten."""
    gone = delete(erasure).where(erasure.c.id == erasure_id)
    row = connection.execute(gone.returning(erasure.c.kind, erasure.c.neighbor_id)).first()
    if row and row.kind == "number" and row.neighbor_id is not None:
        _hide_names(connection, row.neighbor_id)
