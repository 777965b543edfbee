"""What a table, or whoever runs the hotline, changes of the roster: decided here, column by column.

Plain functions on plain values; `desk.listing` writes it down.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from hotline.roster_file import COLUMNS
from hotline.store.listing import LANGUAGE, KnownPerson
from hotline.store.roster import RosterEntry


class ChangeKind(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class RosterChange:
    """What becomes of one person. `entry` is how they are then, `before` how they were, if we know
    them; `changed` names the columns that differ, `kept` those that stay although `wanted` says
    otherwise, because they set them themselves; `language` is what we write to them in from now
    on, None where that stays."""

    kind: ChangeKind
    entry: RosterEntry
    before: KnownPerson | None
    changed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    wanted: RosterEntry | None = None
    language: str | None = None


def change_of(
    wanted: RosterEntry, known: KnownPerson | None, columns: Collection[str], *, overwrite: bool
) -> RosterChange:
    """What it comes to that somebody is to be so. Of columns that are not among `columns` nothing
    was said: they stay, or are as for anybody new."""
    if known is None:
        return RosterChange(ChangeKind.ADDED, wanted, None)
    differ = [it for it in COLUMNS if it in columns and _differs(it, wanted, known.entry)]
    kept = tuple(it for it in differ if it in known.own and not overwrite)
    changed = tuple(it for it in differ if it not in kept)
    language = _language(wanted, known, columns)
    is_chosen = language is not None and LANGUAGE in known.own
    if language is not None and not overwrite and is_chosen:
        kept, language = (*kept, LANGUAGE), None
    elif not (is_chosen or "languages" in changed):
        language = None  # what they write in may be another than what they speak first
    entry = replace(known.entry, **{it: getattr(wanted, it) for it in changed})
    kind = ChangeKind.CHANGED if changed or language else ChangeKind.UNCHANGED
    if not known.on_roster:
        kind = ChangeKind.ADDED
    return RosterChange(kind, entry, known, changed, kept, wanted, language)


def removal(known: KnownPerson) -> RosterChange:
    return RosterChange(ChangeKind.REMOVED, known.entry, known)


def _language(wanted: RosterEntry, known: KnownPerson, columns: Collection[str]) -> str | None:
    """What we would write to them in, if that is another than now."""
    first = wanted.languages[0] if "languages" in columns and wanted.languages else None
    return first if first != known.language else None


def _differs(column: str, wanted: RosterEntry, known: RosterEntry) -> bool:
    new, old = getattr(wanted, column), getattr(known, column)
    return set(new) != set(old) if column in ("areas", "needs") else bool(new != old)
