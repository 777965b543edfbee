"""QUIET: somebody else may read the texts that a person gets. Until that person calls they say
nothing but that they might call back; what we would have written waits for that. Where no channel
takes calls, they might write back, and START ends it."""

from __future__ import annotations

from hotline.desk import telling
from hotline.store import messages, people
from hotline.store.people import Neighbor
from hotline.store.record import record
from hotline.work import Work


def begin(work: Work, person: Neighbor) -> None:
    """The answer is the first of the texts that say nothing; what waits to be sent waits on."""
    people.set_quiet(work.connection, person.id, work.now)
    messages.hold_all(work.connection, person.id)
    record(work.connection, person.id, "quiet", work.now)
    work.changed(person.id)
    telling.answer(work.by(work.person(person.id)), telling.says_nothing(work))


def end(work: Work, person: Neighbor) -> None:
    """They called, and have shown that it is them: what waited is sent. Where nobody can call,
    START says it."""
    if not person.is_quiet:
        return
    people.set_quiet(work.connection, person.id, None)
    record(work.connection, person.id, "quiet_ended", work.now)
    work.changed(person.id)
    work.after.messages += messages.release_held(work.connection, person.id, work.now)
