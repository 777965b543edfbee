"""Keeping two people apart: SAFE, said by one of them, or meant by their words.

What they have to do with each other ends, in rows; who would bring them together later asks
`store.apart`. The stewards hear of which request it was, and never what was said. What was not said
but meant, as far as we could tell, can be taken back for a day.
"""

from __future__ import annotations

from datetime import timedelta

from hotline.desk import telling
from hotline.desk.step import take_step
from hotline.help_request import HelpRequest, Parted, Together
from hotline.notices import Notice, Told, notice
from hotline.store import apart, messages, requests
from hotline.store.people import Neighbor
from hotline.store.record import record
from hotline.work import Work

CAN_BE_TAKEN_BACK = timedelta(days=1)


def keep_apart(
    work: Work,
    person: Neighbor,
    number: int | None,
    *,
    is_guess: bool = False,
    not_done: bool = False,
) -> Notice:
    """Part somebody from everybody they talk to, or only about the request of this number; once
    nobody is left to talk to, from whom they had to do with last. What they are told."""
    me = person.id
    pairs = _now(work, me, number) or apart.were_together(work.connection, me, number)
    if not pairs:
        return notice(Told.SAFE_FROM_NOBODY)
    _hold_still(work, {about for about, _ in pairs})
    for about, other in pairs:
        by = me if is_guess else None
        apart.keep(work.connection, me, other, work.now, about=about, guessed_by=by)
        messages.drop_between(work.connection, me, other)
        record(work.connection, me, "apart", work.now, about=other, request_number=about)
    everybody = {other for _, other in pairs}
    for about in sorted({it for it, _ in pairs}):
        others = {other for it, other in pairs if it == about}
        _part(work, person, about, others, not_done=not_done)
        feared = everybody | apart.others_of(work.connection, me)
        telling.tell_stewards(work, notice(Told.STEWARDS_SAFE, number=about), but=feared)
    return _told(work, pairs[-1][0], is_guess=is_guess)


def _hold_still(work: Work, numbers: set[int]) -> None:
    """Nobody takes these requests before they are apart in rows: a YES at this moment comes before,
    and then this is Stale, or sees that they are."""
    for request in requests.find_requests(work.connection, numbers):
        requests.require_unchanged(work.connection, request)


def _told(work: Work, number: int, *, is_guess: bool) -> Notice:
    if not is_guess:
        return notice(Told.SAFE, number=number)
    request = requests.find_request(work.connection, number)
    goes_on = request is not None and request.is_live
    return notice(Told.PARTED if goes_on else Told.PARTED_AFTER, number=number)


def take_back(work: Work, person: Neighbor, number: int | None) -> bool:
    """Bring somebody together again with whom they were kept apart from because of their words,
    not because they said so. Whether there was anybody."""
    me = person.id
    since = work.now - CAN_BE_TAKEN_BACK
    pairs = apart.guessed(work.connection, me, since, number)
    if not pairs:
        return False
    about = pairs[-1][0]
    others = {other for it, other in pairs if it == about}
    for other in others:
        apart.lift(work.connection, me, other)
        record(work.connection, me, "together", work.now, about=other, request_number=about)
    telling.answer(work, notice(Told.TAKEN_BACK, number=about))
    request = requests.find_request(work.connection, about)
    takers = others if request and me == request.requester else {me}
    for taker in sorted(takers):
        take_step(work.by(person), about, Together(taker))
    feared = others | apart.others_of(work.connection, me)
    telling.tell_stewards(work, notice(Told.STEWARDS_TAKEN_BACK, number=about), but=feared)
    return True


def _now(work: Work, me: int, number: int | None) -> list[tuple[int, int]]:
    """Also who takes something together with them: they were told of each other."""
    found = requests.requests_of(work.connection, me)
    return [
        (it.number, other)
        for it in found
        if number in (None, it.number) and it.takers and me in (it.requester, *it.takers)
        for other in (*it.takers, it.requester)
        if other != me
    ]


def _part(work: Work, person: Neighbor, number: int, others: set[int], *, not_done: bool) -> None:
    """Whoever acts reads what `keep_apart` says and nothing else."""
    request = requests.find_request(work.connection, number)
    for taker in _who_leaves(request, person.id, others) if request else ():
        event = Parted(taker, by=person.id, not_done=not_done)
        take_step(work.by(person, is_quiet=True), number, event)


def _who_leaves(request: HelpRequest, me: int, others: set[int]) -> list[int]:
    return [it for it in request.takers if it == me or (me == request.requester and it in others)]
