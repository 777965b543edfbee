"""What words sound like where no phrase of ours is found in them: fear of the other, STOP, danger.

Nobody can write down every way in which people say that. So a table was learned from the texts in
`tests/heard`, by `make learn`: how much each piece of a word, each word and each two words side by
side tell for a row of the lexicons, and against it. A text sounds like a row if what its words tell
comes to more than 0. `sms/lexicon/learned.tsv` has it, a piece a line, in thousandths of the
logarithm of the odds (logistic regression).

It is a second pair of ears, never the first: it finds rows beside those that the phrases find, and
takes none away. What follows from its rows asks, or can be undone. Pure once loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from itertools import chain, pairwise
from typing import NamedTuple

from hotline.phrasebook import text_of
from sms.patterns import MOST_REMEMBERED, BadLexicon

FILE = "learned.tsv"
FEWEST_WORDS = 3  # words; fewer are known by heart, or tell nothing
MOST_WORDS = 60  # of a longer story so much is added up that it sounds like anything
SHORTEST, LONGEST = 2, 5  # letters of a piece, the edges of the word among them
EDGE, BEGINS, ENDS = "_", "^", "$"
EVERY_TEXT = "*"  # the piece that each text has


class Learned(NamedTuple):
    """The rows, and how much each piece tells for each of them."""

    rows: tuple[str, ...]
    tells: Mapping[str, tuple[int, ...]]


def sounds_like(words: Sequence[str], family: str) -> frozenset[str]:
    """The rows of a family of lexicons ("danger", "moves") that these words sound like."""
    return _sounds_like(tuple(words)).get(family, frozenset())


@lru_cache(maxsize=16)  # one text is looked at for each family
def _sounds_like(words: tuple[str, ...]) -> Mapping[str, frozenset[str]]:
    if not FEWEST_WORDS <= len(words) <= MOST_WORDS:
        return {}
    table = _table()
    told = [_tells_of_word(word) for word in words]
    told += [table.tells[it] for it in pairs(words) if it in table.tells]
    sums = map(sum, zip(table.tells[EVERY_TEXT], *told, strict=True))
    found = [row.split(".") for row, tells in zip(table.rows, sums, strict=True) if tells > 0]
    return {family: frozenset(name for it, name in found if it == family) for family, _ in found}


@lru_cache(maxsize=MOST_REMEMBERED)
def _tells_of_word(word: str) -> tuple[int, ...]:
    table = _table()
    told = [table.tells[it] for it in pieces(word) if it in table.tells]
    return tuple(map(sum, zip(*told, strict=True))) if told else (0,) * len(table.rows)


WHO = frozenset(
    (
        *("he", "she", "him", "her", "his", "hes", "shes", "they", "them", "theother"),
        *("el", "ella", "le", "ese", "esa", "senor", "senora", "il", "elle", "lui", "cet", "cette"),
        *("li", "l", "misye", "madanm", "ele", "ela", "dele", "dela", "esse", "essa", "senhora"),
        *("siya", "sya", "niya", "nya", "kanya", "kaniya", "lalaki", "babae", "man", "lady"),
    )
)
"""Words for somebody else. They stand in every tale, good or bad, and tell nothing."""


def pieces(word: str) -> Iterator[str]:
    """Every piece of a word, as often as it is there, and the word; of a word in `WHO` none."""
    if word in WHO:
        return
    whole = f"{EDGE}{word}{EDGE}"
    for length in range(SHORTEST, min(LONGEST, len(whole)) + 1):
        for start in range(len(whole) - length + 1):
            yield whole[start : start + length]
    if len(whole) > LONGEST:
        yield whole


def pairs(words: Sequence[str]) -> Iterator[str]:
    """Every two words side by side; the text's ends count as words."""
    every = pairwise((BEGINS, *words, ENDS))
    return (f"{one} {other}" for one, other in every if not {one, other} <= _TELL_NOTHING)


_TELL_NOTHING = WHO | {BEGINS, ENDS}


def every_piece(words: Sequence[str]) -> list[str]:
    """All that is looked up of a text."""
    return [*chain.from_iterable(map(pieces, words)), *pairs(words)]


@cache
def _table() -> Learned:
    return table_of(_written())


def _written() -> str:
    return text_of(resources.files("sms") / "lexicon" / FILE)


def mistakes() -> list[str]:
    """What is wrong with the table, its line, and what mends it."""
    try:
        table_of(_written())
    except BadLexicon as bad:
        return [str(bad)]
    return []


def table_of(written: str) -> Learned:
    """The table as it is written. Raises BadLexicon."""
    lines = [
        (number, line.split("\t"))
        for number, line in enumerate(written.splitlines(), 1)
        if not line.startswith("#")
    ]
    rows = tuple(lines[0][1][1:]) if lines else ()
    tells = {piece: _numbers(told, number, rows) for number, (piece, *told) in lines[1:]}
    if EVERY_TEXT not in tells:
        raise BadLexicon(f'{FILE}: there is no piece "{EVERY_TEXT}"; {_MEND}')
    return Learned(rows, tells)


def _numbers(told: list[str], line: int, rows: tuple[str, ...]) -> tuple[int, ...]:
    try:
        numbers = tuple(int(it or 0) for it in told)
    except ValueError:
        numbers = ()
    if len(numbers) != len(rows):
        raise BadLexicon(f"{FILE}: line {line}: write {len(rows)} whole numbers, or {_MEND}")
    return numbers


_MEND = "have it written anew by `make learn`"
