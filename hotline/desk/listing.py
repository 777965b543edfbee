"""The roster as whoever runs the hotline changes it: who comes onto it, how they are, who leaves.

The shell around `roster_changes`: it reads, writes down, and sees to it that whoever leaves leaves
nobody waiting.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from hotline.desk import leaving, telling
from hotline.notices import Told, notice
from hotline.roster_changes import ChangeKind, RosterChange, change_of, removal
from hotline.store import listing, people, record, roster
from hotline.store.listing import KnownPerson
from hotline.store.roster import RosterEntry
from hotline.work import Work


def plan(
    connection: Connection,
    wanted: Sequence[RosterEntry],
    columns: Collection[str],
    *,
    overwrite: bool,
    to_change: bool = False,
) -> list[RosterChange]:
    """What it comes to that these people are to be so; of the other columns nothing was said."""
    known = listing.known_at(connection, [it.phone for it in wanted], to_change=to_change)
    return [change_of(it, known.get(it.phone), columns, overwrite=overwrite) for it in wanted]


def bring(
    work: Work, wanted: Sequence[RosterEntry], columns: Collection[str], *, overwrite: bool
) -> list[RosterChange]:
    """Let these people, at most `roster.MANY`, be so; what changed."""
    changes = plan(work.connection, wanted, columns, overwrite=overwrite, to_change=True)
    added = [it for it in changes if it.kind is ChangeKind.ADDED]
    changed = [it for it in changes if it.kind is ChangeKind.CHANGED]
    roster.put_on_roster(work.connection, [it.entry for it in added], work.now)
    for it in [*added, *changed]:
        _write(work, it)
    if changed:
        roster.list_offers(work.connection, [it.entry for it in changed])
    phones = [it.entry.phone for it in [*added, *changed]]
    ids = people.known_or_new(work.connection, phones, work.now)
    record.record_listed(work.connection, ids, work.now)
    return changes


def _write(work: Work, change: RosterChange) -> None:
    """Of somebody we knew: their columns, and in the record those that were theirs to say. Who
    waited for a vouch hears that they are on the list, as we promised."""
    known = change.before
    if known is None:
        return
    columns = {it: getattr(change.entry, it) for it in change.changed}
    listing.change_columns(work.connection, known, columns, language=change.language)
    for column in sorted(known.own & set(change.changed)):
        record.record(work.connection, None, column, work.now, about=known.id)
    work.changed(known.id)
    if known.code is not None:
        telling.send(work, known.id, notice(Told.VOUCHED, name=known.id))


def ask_again(work: Work, who: int) -> None:
    """Somebody who was set aside is asked again, until no text reaches them once more."""
    listing.try_again(work.connection, who)
    work.changed(who)


def remove(work: Work, phone: str, *, bars: bool = True) -> RosterChange | None:
    """Take whoever has this phone off the roster; None if nobody on it has. What they hold goes on
    to others, and whoever asked for it is told so, as when it is handed back; what they were asked
    about, others are asked. `bars`: they cannot come back by themselves."""
    known = hold(work, phone)
    if known is None or not known.is_listed:
        return None
    leaving.remove(work, known, bars=bars)
    return removal(known)


def suspend(work: Work, phone: str) -> KnownPerson | None:
    """Let whoever has this phone help nobody until they are restored; None if nobody on the roster
    has it, or they are suspended."""
    known = hold(work, phone)
    if known is None or not known.on_roster or known.suspended:
        return None
    leaving.suspend(work, known)
    return known


def restore(work: Work, phone: str) -> KnownPerson | None:
    """Let whoever has this phone help again, on the roster; None if nobody is kept from it."""
    known = hold(work, phone)
    if known is None or not known.suspended:
        return None
    leaving.restore(work, known)
    return known


def hold(work: Work, phone: str) -> KnownPerson | None:
    """Somebody as they stand, to be changed by nobody else before this transaction ends, and in no
    wave that is chosen just now."""
    roster.choose_alone(work.connection)
    return listing.known_at(work.connection, [phone], to_change=True).get(phone)
