"""Somebody whom organizers do not answer for a while, or for good, and why.

What they write is kept and opens nothing. They can say STOP, and who is in danger reads whom to
call: that is owed to anybody.
"""

from __future__ import annotations

from datetime import datetime

from hotline.desk import leaving, stewarding
from hotline.store import people, requests
from hotline.store.listing import KnownPerson
from hotline.store.record import record
from hotline.work import Work


def block(work: Work, known: KnownPerson, reason: str, until: datetime) -> None:
    """At once: off the roster; what they asked for is closed, and whoever took it is told."""
    people.set_blocked(work.connection, known.id, until, reason)
    work.changed(known.id)
    if known.is_listed:
        leaving.remove(work, known)
    for it in requests.requests_of(work.connection, known.id):
        if it.requester == known.id and it.is_live:
            stewarding.close(work, it.number)
    _note(work, known.id, "blocked")


def unblock(work: Work, who: int) -> None:
    """They are answered again; onto the roster they come by whoever lets them help again."""
    people.set_blocked(work.connection, who, None, None)
    work.changed(who)
    _note(work, who, "unblocked")


def _note(work: Work, who: int, what: str) -> None:
    by = work.actor.id if work.actor else None
    record(work.connection, by, what, work.now, about=who)
