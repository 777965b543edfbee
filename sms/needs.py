"""What people need, as far as their words tell it, whether or not a network says anything about it:
the words are in `sms/lexicon/needs.*.tsv`, a file for each language. Pure once loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from hotline.needs import KINDS, kind_of
from sms.patterns import found_in


class NeedSaid(NamedTuple):
    """A kind of need that was named, and the language it was named in."""

    kind: str
    language: str


def needs_said(words: Sequence[str], folded: Callable[[str], list[str]]) -> frozenset[NeedSaid]:
    """The kinds of need that these words name. `folded`: the words of what is written, folded."""
    found = found_in(words, "needs", KINDS, folded)
    return frozenset([NeedSaid(it.name, it.language) for it in found])


def keys_of_kinds(keys: Iterable[str]) -> dict[str, str]:
    """The key under which a network has each kind. Kinds that it does not have are left out, and so
    are those that it has under two other names: which is meant, its own words say."""
    found: dict[str, list[str]] = {}
    for key in keys:
        if kind := kind_of(key):
            found.setdefault(kind, []).append(key)
    named = {kind: kind if kind in some else some[0] for kind, some in found.items()}
    return {kind: key for kind, key in named.items() if kind == key or len(found[kind]) == 1}
