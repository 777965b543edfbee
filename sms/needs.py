"""What people need, as far as their words tell it, whether or not a network says anything about it:
the words are in `sms/lexicon/needs.*.tsv`, a file for each language. Pure once loaded."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from hotline.needs import KINDS, kind_of
from sms import learned
from sms.patterns import found_in


class NeedSaid(NamedTuple):
    """A kind of need that was named, and the language it was named in."""

    kind: str
    language: str


def needs_said(words: Sequence[str], folded: Callable[[str], list[str]]) -> frozenset[NeedSaid]:
    """The kinds of need that these words name. `folded`: the words of what is written, folded."""
    found = found_in(words, "needs", KINDS, folded)
    return frozenset([NeedSaid(it.name, it.language) for it in found])


def likely(words: Sequence[str], named: Collection[str]) -> frozenset[str]:
    """The kinds of need that a text which asks for something is about, by the sound of its words
    and by what it names: who goes to court, and has nobody for the children, needs no lawyer."""
    told = learned.tells_for(words, learned.NEEDS, as_found(named))
    kept = {it for it in named if it not in _WHY or told.get(it, 0) > _NAMED}
    kept |= {kind for kind, tells in told.items() if tells > _BESIDES}
    return frozenset(kept or named or _likeliest(told))


def _likeliest(told: Mapping[str, int]) -> set[str]:
    """The one kind that may be meant, where none is sure; nothing if another is nearly as likely,
    as "help" is better than the wrong need."""
    if not told:
        return set()
    second, first = sorted(told, key=told.__getitem__)[-2:]
    leads = told[first] > 0 and told[first] - told[second] > _LEAD
    return {first} if leads else set()


REASONS = frozenset({"medical", "money", "legal"})
"""Beside another need: who is ill, or lost their job."""

_WHY = REASONS - {"medical"}
"""What is left out where it is only why something else is needed. Who is hurt is never left out:
"my son is hurt, and we need food" asks for both, and the first is the urgent one."""

# What has to tell for a kind, in thousandths of the logarithm of the odds: for a reason that is
# named, and for what is not; and by how much the likeliest has to lead.
_NAMED, _BESIDES, _LEAD = 1000, 2000, 3000


def as_found(named: Collection[str]) -> list[str]:
    """The kinds that a text names, and how many, as pieces of the table of needs."""
    found = [*sorted(named), f"{min(len(named), MOST_NAMED)} needs"]
    return [f"{learned.BY_PHRASES}{it}" for it in found]


MOST_NAMED = 3  # needs; more tell no more


def keys_of_kinds(keys: Iterable[str]) -> dict[str, str]:
    """The key under which a network has each kind. Kinds that it does not have are left out, and so
    are those that it has under two other names: which is meant, its own words say."""
    found: dict[str, list[str]] = {}
    for key in keys:
        if kind := kind_of(key):
            found.setdefault(kind, []).append(key)
    named = {kind: kind if kind in some else some[0] for kind, some in found.items()}
    return {kind: key for kind, key in named.items() if kind == key or len(found[kind]) == 1}
