"""Keeping two people apart: SAFE, said by one of them.

What they have to do with each other ends, in rows; who would bring them together later asks
`store.apart`. The stewards hear of which request it was, and never what was said.
"""

from __future__ import annotations

from hotline.desk import telling
from hotline.desk.step import take_step
from hotline.help_request import HelpRequest, Parted
from hotline.notices import Notice, Told, notice
from hotline.store import apart, messages, requests
from hotline.store.people import Neighbor
from hotline.store.record import record
from hotline.work import Work


def keep_apart(work: Work, person: Neighbor, number: int | None) -> Notice:
    """Part somebody from everybody they talk to, or only about the request of this number; once
    nobody is left to talk to, from whom they had to do with last. What they are told."""
    me = person.id
    pairs = _now(work, me, number) or apart.were_together(work.connection, me, number)
    if not pairs:
        return notice(Told.SAFE_FROM_NOBODY)
    for about, other in pairs:
        apart.keep(work.connection, me, other, work.now)
        messages.drop_between(work.connection, me, other)
        record(work.connection, me, "apart", work.now, about=other, request_number=about)
    everybody = {other for _, other in pairs}
    for about in sorted({it for it, _ in pairs}):
        _part(work, person, about, {other for it, other in pairs if it == about})
        telling.tell_stewards(work, notice(Told.STEWARDS_SAFE, number=about), but=everybody)
    return notice(Told.SAFE, number=pairs[-1][0])


def _now(work: Work, me: int, number: int | None) -> list[tuple[int, int]]:
    found = requests.requests_of(work.connection, me)
    return [
        (it.number, other)
        for it in found
        if number in (None, it.number) and it.takers and me in (it.requester, *it.takers)
        for other in it.others(me)
        if other != me
    ]


def _part(work: Work, person: Neighbor, number: int, others: set[int]) -> None:
    """Whoever acts reads what `keep_apart` says and nothing else."""
    request = requests.find_request(work.connection, number)
    for taker in _who_leaves(request, person.id, others) if request else ():
        event = Parted(taker, by=person.id)
        take_step(work.by(person, is_quiet=True), number, event)


def _who_leaves(request: HelpRequest, me: int, others: set[int]) -> list[int]:
    return [it for it in request.takers if it == me or (me == request.requester and it in others)]
