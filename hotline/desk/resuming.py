"""Going on with a database that came back from a backup, in rows: what was on its way when the
copy was made is in doubt, and what the carrier knows of since is written down.

It sends nothing, and decides of no request: what was said in between is for a steward to read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Connection

from hotline import resuming
from hotline.help_request import State
from hotline.resuming import AtCarrier
from hotline.store import broadcasts, calls, messages, pages, people, requests, restorations, roster
from hotline.store.restorations import Restoration
from hotline.work import Work


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What waits to be resumed: requests that are open or taken, by their numbers; how many
    messages were on their way and calls were not over, and how many times something was written to
    many that is not over."""

    requests: tuple[int, ...]
    messages: int
    calls: int
    broadcasts: int


@dataclass(slots=True)
class Resumed:
    """What was found. `wrote`: how many texts of each person the copy did not have, by their phone;
    `rest`: the requests that wait for a steward to look at them; `asked`: how many were found to
    have been asked already."""

    doubted: int = 0
    found: int = 0
    asked: int = 0
    stopped: int = 0
    wrote: dict[str, int] = field(default_factory=dict)
    rest: tuple[int, ...] = ()


def unfinished(connection: Connection, of: Restoration) -> Unfinished:
    """As it was when the copy was made."""
    live = tuple(it.number for it in requests.live_requests(connection) if it.since <= of.at)
    waiting = len(messages.waiting_to_leave(connection, of.at))
    under_way = calls.under_way(connection, of.at)
    return Unfinished(live, waiting, under_way, len(broadcasts.going(connection)))


def resume(work: Work, it: Restoration, at_carrier: Sequence[AtCarrier]) -> Resumed:
    """Go on from here. `at_carrier`: all that the carrier knows of since the copy was made."""
    connection, done = work.connection, Resumed()
    known = messages.known_sids(connection, [one.sid for one in at_carrier])
    lost = resuming.missing(at_carrier, known, it.at)
    done.wrote = dict(Counter(one.phone for one in lost if not one.is_ours))
    left = _take_for_sent(work, it, lost, done)
    done.doubted = messages.doubt_waiting(connection, it.at, it.copied_at)
    _write_down(work, left)
    _note_asked(work, lost, done)
    _let_rest(work, lost, done)
    calls.leave_as_they_are(connection, it.at)
    for one in broadcasts.going(connection):
        done.stopped += broadcasts.stop(connection, one, None, work.now)
    restorations.end(connection, work.now)
    return done


def _take_for_sent(
    work: Work, of: Restoration, lost: Sequence[AtCarrier], done: Resumed
) -> list[AtCarrier]:
    """Messages that were on their way and that the carrier has; the rest of what it knows of."""
    left = list(lost)
    for it in messages.waiting_to_leave(work.connection, of.at):
        same = (
            one
            for one in left
            if one.is_ours
            and not one.is_call
            and one.phone == it.phone
            and resuming.same_words(one.body, it.body)
        )
        if found := next(same, None):
            messages.note_accepted(work.connection, it, found.sid)
            left.remove(found)
            done.found += 1
    return left


def _write_down(work: Work, lost: Sequence[AtCarrier]) -> None:
    """What people wrote, and what we told them of requests that are not over, as part of their
    conversations. Nothing follows from it."""
    live = {it.number for it in requests.live_requests(work.connection)}
    for it in lost:
        about = sorted(resuming.numbers_in(it.body) & live)
        if it.is_call or (it.is_ours and not about):
            continue
        (who,) = people.known_or_new(work.connection, [it.phone], work.now)
        number = about[0] if len(about) == 1 else None
        messages.add_found(work.connection, it, who, number)


def _note_asked(work: Work, lost: Sequence[AtCarrier], done: Resumed) -> None:
    """Whoever was told of an open request is not asked about it, and their YES is understood."""
    connection = work.connection
    found = {it.number: it for it in requests.live_requests(connection) if it.state is State.OPEN}
    for number, phone in sorted(resuming.told_about(lost, found)):
        it = found[number]
        people_there = people.neighbors(connection, people.ids_at(connection, [phone]))
        for who, person in people_there.items():
            asked = pages.asked_in(connection, number, it.round)
            if not person.on_roster or who in (it.requester, *it.takers, *asked):
                continue
            pages.add_pages(connection, it, [who], work.now)
            roster.note_asked(connection, [who], work.now)
            done.asked += 1


def _let_rest(work: Work, lost: Sequence[AtCarrier], done: Resumed) -> None:
    """Of requests that were talked about nobody is asked anything before a steward had the time to
    look at them."""
    until = work.now + timedelta(minutes=work.network.waves.again_minutes)
    live = [it.number for it in requests.live_requests(work.connection)]
    done.rest = tuple(sorted(resuming.talked_about(lost, live)))
    requests.let_rest(work.connection, done.rest, until)
