"""Broken builds: each takes one guard of the program away, to see that the checker notices.

A guard is taken out by changing a few functions by name, so this fails loudly when one of them is
gone: then the guard has moved, and so must what takes it out.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, event, select, update

from board.pages import request as request_page
from hotline import message, page, reserve
from hotline.carriers.twilio.client import Carrier
from hotline.desk import step
from hotline.help_request import HelpRequest, State
from hotline.reserve import Claim
from hotline.store import (
    apart,
    calls,
    database,
    messages,
    notes,
    pages,
    people,
    record,
    requests,
    retention,
    roster,
    tables,
)
from hotline.store.database import Database
from hotline.store.messages import Inbound, Replied
from ivr import calling, menu
from ivr.menu import Step
from ivr.trust import Trust
from sms.receiving import Answering

SLOW_HAND = 0.5  # seconds in which somebody else may say YES as well: a busy machine has few races
SLOW_DISK = 0.1  # seconds between an answer and the commit that should have come before


@dataclass(frozen=True)
class Guard:
    """`noticed_in`: the lines of the count that are not zero without it. `database`, `faults`
    and the deed that who asks is `eager` to do: where and under what it shows soonest. `tight`: in
    a town whose people may be asked, and have, little."""

    name: str
    take_out: Callable[[str], None]
    noticed_in: tuple[str, ...]
    faults: tuple[str, ...]
    database: str
    eager: str
    tight: bool
    means: str


GUARDS: dict[str, Guard] = {}


def take_out(name: str, role: str) -> None:
    """Break this process, which is a web, worker or clock."""
    GUARDS[name].take_out(role)


def _guard(
    name: str,
    noticed_in: str | tuple[str, ...],
    *faults: str,
    database: str = "sqlite",
    eager: str = "",
    tight: bool = False,
) -> Callable[[Callable[[str], None]], Callable[[str], None]]:
    def register(break_it: Callable[[str], None]) -> Callable[[str], None]:
        means = (break_it.__doc__ or "").strip()
        lines = (noticed_in,) if isinstance(noticed_in, str) else noticed_in
        GUARDS[name] = Guard(name, break_it, lines, faults, database, eager, tight, means)
        return break_it

    return register


def _replace(owner: Any, name: str, broken: Callable[[Any], Any]) -> None:
    """Put what `broken` makes of the real function in its place."""
    real = getattr(owner, name, None)
    if not callable(real):
        raise SystemExit(f"{owner.__name__}.{name} is gone: this guard has to be taken out anew")
    setattr(owner, name, broken(real))


@_guard("first-come", "two_takers", "quiet", database="postgresql")
def _first_come(_role: str) -> None:
    """The UPDATE of a request names neither the state nor the version it was decided upon."""

    def broken(real: Any) -> Any:
        def save(
            connection: Connection, before: HelpRequest, after: HelpRequest, now: datetime
        ) -> None:
            if len(after.takers) > len(before.takers):
                time.sleep(SLOW_HAND)
            it = tables.request.c
            found = select(it.state, it.version).where(it.number == before.number)
            row = connection.execute(found.with_for_update()).one()
            read = replace(before, state=State(row.state), version=row.version)
            real(connection, read, after, now)

        return save

    _replace(requests, "save_request", broken)


@_guard("page", "pages_that_lie", "quiet")
def _page(_role: str) -> None:
    """Whoever takes a request has it, and their page is left as it was."""

    def broken(real: Any) -> Any:
        def note(
            connection: Connection, number: int, answers: Sequence[page.Answer], *more: Any
        ) -> None:
            real(connection, number, [it for it in answers if it.move is not TAKE], *more)

        return note

    _replace(pages, "note_answers", broken)


TAKE = page.PageMove.TAKE


@_guard("claim", "taken_twice", "carrier_slow")
def _claim(_role: str) -> None:
    """Claiming a text does not ask whether it still waits."""

    def broken(real: Any) -> Any:
        def claim(connection: Connection, ids: Collection[int], now: datetime, *more: Any) -> Any:
            it = tables.message.c
            begun = it.state.in_(["sending", "accepted", "sent", "delivered"])
            again = update(tables.message).where(it.id.in_(ids), begun)
            connection.execute(again.values(state="waiting", due=now))
            return real(connection, ids, now, *more)

        return claim

    def all_of_them(_real: Any) -> Any:
        return lambda _connection, ids, _now: [messages.DueMessages([number]) for number in ids]

    _replace(messages, "claim", broken)
    _replace(messages, "due_by_neighbor", all_of_them)


@_guard("look-up", "taken_twice", "carrier_takes_and_never_tells")
def _look_up(_role: str) -> None:
    """A text in doubt is sent again without asking the carrier for it."""

    def broken(_real: Any) -> Any:
        def sent_since(_self: Carrier, _to: str, _body: str, _since: datetime) -> list[str]:
            return []

        return sent_since

    _replace(Carrier, "sent_since", broken)


@_guard("in-doubt", ("never_sent", "left_undone"), "carrier_takes_and_never_tells")
def _in_doubt(_role: str) -> None:
    """Nobody looks after a text that was claimed and never reported about."""
    _replace(messages, "claim_lost", lambda _real: lambda *_arguments, **_named: [])


@_guard("same-text", ("stored_twice", "passed_on"), "quiet")
def _same_text(_role: str) -> None:
    """A text that the carrier delivers again is taken for another one."""

    def forgetful(real: Any) -> Any:
        def heard_lately(connection: Connection, who: int, sid: str, *more: Any) -> Any:
            return [it for it in real(connection, who, sid, *more) if it.sid != sid]

        return heard_lately

    def renamed(real: Any) -> Any:
        def add(connection: Connection, it: Inbound, now: datetime) -> int:
            same = select(tables.message.c.id).where(tables.message.c.sid == it.sid)
            again = connection.execute(same).first() is not None
            sid = f"{it.sid[:40]}-{secrets.token_hex(4)}" if again else it.sid
            return int(real(connection, replace(it, sid=sid), now))

        return add

    _replace(messages, "heard_lately", forgetful)
    _replace(messages, "add_inbound", renamed)


@_guard("pass-on", "passed_on", "quiet", eager="talk")
def _pass_on(_role: str) -> None:
    """What somebody says in a conversation is read, and passed on to nobody."""
    _replace(Answering, "_pass_on", lambda _real: lambda *_arguments: None)


@_guard("reply", "replies", "quiet")
def _reply(_role: str) -> None:
    """A text is answered, and the answer is not written down."""

    def broken(_real: Any) -> Any:
        def add(_connection: Connection, *more: Any, **_named: Any) -> list[Replied]:
            _who, text_id, said, _now = more
            return [Replied(text_id, it.body) for it in said]

        return add

    _replace(messages, "add_replies", broken)


@_guard("stop", "after_stop", "quiet", eager="stop")
def _stop(_role: str) -> None:
    """Nobody asks whether somebody said STOP before writing and sending them a text."""

    def unstopped(real: Any) -> Any:
        def neighbors(connection: Connection, ids: Collection[int]) -> dict[int, people.Neighbor]:
            return {who: replace(it, stopped=False) for who, it in real(connection, ids).items()}

        return neighbors

    _replace(people, "neighbors", unstopped)
    _replace(messages, "drop_unwanted", lambda _real: lambda *_arguments, **_named: [])


@_guard("safe", "brought_together", "quiet", eager="be_safe")
def _safe(_role: str) -> None:
    """Who says SAFE is parted from the other now, and nobody remembers it for later."""
    _replace(apart, "keep", lambda _real: lambda *_arguments, **_named: None)


@_guard("reserve", "used_up", "flood", tight=True)
def _reserve(_role: str) -> None:
    """Whoever asks may use all that is kept."""
    _replace(reserve, "claim", lambda _real: lambda *_arguments: Claim.ALL)


@_guard("hold", "held_too_many", "quiet", eager="take_more", tight=True)
def _hold(_role: str) -> None:
    """Whoever says YES has it, however many they have."""
    _replace(step, "refusal", lambda _real: lambda *_arguments: None)


@_guard("due", "nothing_due", "quiet")
def _due(_role: str) -> None:
    """A request that is opened, or opened again, is not given a time to ask at."""

    def without_due(it: HelpRequest) -> HelpRequest:
        return replace(it, due=None) if it.state is State.OPEN else it

    def saved(real: Any) -> Any:
        return lambda c, before, after, now: real(c, before, without_due(after), now)

    _replace(requests, "open_request", lambda real: lambda c, it: real(c, without_due(it)))
    _replace(requests, "save_request", saved)


@_guard("answer-last", "not_stored", "disk_full")
def _answer_last(role: str) -> None:
    """A webhook is answered before the transaction is committed."""
    if role != "web":
        return

    def broken(_real: Any) -> Any:
        async def write_meanwhile(self: Database, work: Callable[[Connection], Any]) -> Any:
            early: Future[Any] = Future()

            def run(connection: Connection) -> Any:
                result = work(connection)
                if not early.done():
                    early.set_result(result)
                time.sleep(SLOW_DISK)
                return result

            def too_late(late: Future[Any]) -> None:
                error = late.exception()
                if error and not early.done():
                    early.set_exception(error)

            self.submit(run).add_done_callback(too_late)
            return await asyncio.wrap_future(early)

        return write_meanwhile

    _replace(Database, "write_meanwhile", broken)


@_guard("forward", "backwards", "callbacks_backwards")
def _forward(_role: str) -> None:
    """A late callback moves a text back to where it was before."""
    send = message.MessageMove.SEND
    row = message.ROWS[send]
    late = (message.MessageState.DELIVERED, message.MessageState.UNDELIVERED)
    message.ROWS[send] = replace(row, states=(*row.states, *late))
    messages._REPORTED[send] = messages._reported(send)


@_guard("enqueue-again", "left_undone", "redis_emptied")
def _enqueue_again(role: str) -> None:
    """The clock does not enqueue what is overdue."""
    if role != "clock":
        return
    from paging import clock

    _replace(clock, "due", lambda _real: lambda *_arguments, **_named: [])


@_guard("hung-up", "calls_lost", "quiet", eager="call")
def _hung_up(_role: str) -> None:
    """A hang-up half-way makes no request."""
    _replace(menu, "hung_up", lambda _real: lambda _call: None)


@_guard("one-step", "unasked", "steps_twice", eager="call")
def _one_step(_role: str) -> None:
    """A step that the carrier posts again is taken again."""

    def broken(real: Any) -> Any:
        def call_at(connection: Connection, sid: str) -> Any:
            row = real(connection, sid)
            is_sent = row is not None and row.state.get("step") == Step.SENT
            return replace(row, turn=row.turn - 1, state=_before(row.state)) if is_sent else row

        return call_at

    _replace(calls, "call_at", broken)


def _before(state: dict[str, Any]) -> dict[str, Any]:
    return {**state, "step": Step.CHECK.value, "sent": None}


@_guard("proof", "unproven", "quiet", eager="call_in_their_name")
def _proof(_role: str) -> None:
    """Whoever shows a number is taken for its owner."""

    def broken(_real: Any) -> Any:
        return lambda number, **_named: Trust.UNKNOWN if number is None else Trust.PROVEN

    _replace(calling, "trust", broken)


@_guard("durable", "not_stored", "power_cut")
def _durable(_role: str) -> None:
    """A commit does not wait for the disk."""

    def broken(real: Any) -> Any:
        def engine(url: str) -> Engine:
            made: Engine = real(url)

            def hurry(connection: Any, _record: object) -> None:
                connection.execute("PRAGMA synchronous=NORMAL")

            event.listen(made, "connect", hurry)
            return made

        return engine

    _replace(database, "_sqlite_engine", broken)


@_guard("discreet", "told_tales", "quiet")
def _discreet(_role: str) -> None:
    """A log line holds what somebody wrote."""
    import logging

    def broken(real: Any) -> Any:
        def add(connection: Connection, it: Inbound, now: datetime) -> Any:
            logging.getLogger("hotline.sms").info("a text: %s", it.body)
            return real(connection, it, now)

        return add

    _replace(messages, "add_inbound", broken)


@_guard("rest", "roster", "quiet", eager="rest")
def _rest(_role: str) -> None:
    """PAUSE is answered and put into the record, and not written down."""

    def broken(_real: Any) -> Any:
        def pause(connection: Connection, who: int, until: datetime | None, now: datetime) -> None:
            record.record(connection, who, "paused" if until else "back", now)

        return pause

    _replace(roster, "pause", broken)


@_guard("seen", "overwritten", "quiet", tight=True)
def _seen(_role: str) -> None:
    """The board does not look whether a request has changed since somebody opened its page."""
    _replace(request_page, "is_stale", lambda _real: lambda *_arguments: False)


@_guard("noted", "desk", "quiet")
def _noted(_role: str) -> None:
    """A note is said to be kept on the board, and is not written down."""
    _replace(notes, "add_note", lambda _real: lambda *_arguments: None)


@_guard("retention", "kept_too_long", "quiet")
def _retention(_role: str) -> None:
    """Nothing is deleted because it is old."""
    _replace(retention, "go_on", lambda _real: lambda *_arguments: None)
