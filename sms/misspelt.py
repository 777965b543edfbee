"""Words with one letter wrong: one too many, too few, another one, or two that changed places.
Only in words of six letters and more, and never the first letter. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

SHORTEST = 6  # letters of a word that is looked for; in shorter ones a letter makes another word


def by_deletion(known: Iterable[str]) -> Mapping[str, frozenset[str]]:
    """These words by themselves and by what is left of them without one letter, so that a text's
    word is looked up and compared with nothing else."""
    found: dict[str, set[str]] = {}
    for word in known:
        if len(word) >= SHORTEST and word.isalpha():
            for left in (word, *_without_one(word)):
                found.setdefault(left, set()).add(word)
    return {left: frozenset(words) for left, words in found.items()}


def meant_by(word: str, known: Mapping[str, frozenset[str]]) -> set[str]:
    """The words that this may be. `known`: what `by_deletion` makes of them."""
    if len(word) < SHORTEST - 1:
        return set()
    alike = {it for left in (word, *_without_one(word)) for it in known.get(left, ())}
    return {it for it in alike if _differ_by_one(word, it)}


def _without_one(word: str) -> Iterator[str]:
    for place in range(1, len(word)):
        yield word[:place] + word[place + 1 :]


def _differ_by_one(one: str, other: str) -> bool:
    """Whether one letter is wrong; both begin alike."""
    if len(one) != len(other):
        longer, shorter = sorted((one, other), key=len, reverse=True)
        return shorter in _without_one(longer)
    wrong = sum(mine != theirs for mine, theirs in zip(one, other, strict=True))
    return wrong <= 2  # two, in words that are the same without one letter: they changed places
