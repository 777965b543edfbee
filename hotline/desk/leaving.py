"""Somebody helps nobody any more, because whoever runs the hotline says so: for now, or for good.

At once everywhere: what they have goes on to others, what they were asked about others are asked,
what was being passed on to them is not, and their conversations end. They can still ask for help.
"""

from __future__ import annotations

from collections.abc import Collection

from hotline.desk.step import take_step
from hotline.help_request import HandedBack, State, TimeIsUp, Unreached
from hotline.store import (
    called,
    listing,
    messages,
    newcomers,
    pages,
    people,
    requests,
    roster,
    tables,
)
from hotline.store.listing import KnownPerson
from hotline.store.record import record
from hotline.work import Work

MOST_BROUGHT = 5  # told in one text


def remove(work: Work, known: KnownPerson, *, bars: bool = True) -> None:
    """Off the roster. `bars`: they come back only if whoever runs the hotline lets them."""
    listing.take_off(work.connection, known.id)
    if bars:
        newcomers.set_suspended(work.connection, known.id, work.now)
    _leave(work, known, "unlisted")


def suspend(work: Work, known: KnownPerson) -> None:
    """They stay on the roster and are asked nothing, nor can they take anything."""
    newcomers.set_suspended(work.connection, known.id, work.now)
    _leave(work, known, "suspended")


def restore(work: Work, known: KnownPerson) -> None:
    """They can help again; whoever was taken off the roster is put there by whoever says so."""
    newcomers.set_suspended(work.connection, known.id, None)
    if not known.on_roster:
        people.set_facts(work.connection, known.id, on_roster=True)
        called.settle(work.connection, tables.neighbor.c.id == known.id)
        roster.list_offers(work.connection, [known.entry])
    _note(work, known, "restored")


def _leave(work: Work, known: KnownPerson, what: str) -> None:
    _note(work, known, what)
    _stop_passing_on(work, known.id)
    for number in pages.take_back(work.connection, known.id):
        take_step(work, number, Unreached(known.id))
    for number in known.holds:
        take_step(work.by(None), number, HandedBack(known.id))


def _note(work: Work, known: KnownPerson, what: str) -> None:
    by = work.actor.id if work.actor else None
    record(work.connection, by, what, work.now, about=known.id)
    work.changed(known.id)


def _stop_passing_on(work: Work, who: int) -> None:
    """Of what they take, and of what is done so lately that words would still go back and forth."""
    for it in requests.requests_of(work.connection, who):
        if who not in it.takers:
            continue
        messages.drop_news(work.connection, it.number, who)
        if it.state is State.DONE:
            take_step(work.by(None), it.number, TimeIsUp())


def brought_by(work: Work, who: int, but: Collection[int] = ()) -> str:
    """First names and ids of those on the roster for whom they vouched, `but` these; empty if there
    are none."""
    ids = [it for it in newcomers.brought_by(work.connection, who) if it not in but]
    work.meet(ids)
    some = [f"{work.person(it).shown_name} ({it})" for it in ids[:MOST_BROUGHT]]
    return ", ".join([*some, "..."] if len(ids) > MOST_BROUGHT else some)
