"""What words sound like where no phrase of ours says what they are.

Nobody can write down every way in which people say things. So tables were learned from texts that
we labelled, by `make learn`: how much each piece of a word, each word and each two words side by
side tell for a row of the table, and against it. What a text tells for a row is the sum. They are
in `sms/lexicon/learned*.tsv`, a piece a line, in thousandths of the logarithm of the odds (logistic
regression).

One table is for whoever writes: fear of the other, danger, STOP. It is a second pair of ears, and
never the first. Where a text tells more than 0 for a row, that row is found beside those that the
phrases find; none is taken away, and what follows asks, or can be undone. The others are each for
one moment: what a stranger means, what somebody answers whom we asked, and which needs are meant.
What phrases find counts there as a piece of the text, and the table has learned how far they are
right; how much is enough is said in `turns` and `needs`. Pure once loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from itertools import chain, pairwise
from typing import NamedTuple

from hotline.phrasebook import text_of
from sms.patterns import MOST_REMEMBERED, BadLexicon

SIGNS = "learned.tsv"
NEEDS = "learned.needs.tsv"
STRANGER, PAGED, ASKED_HOW = (f"learned.{it}.tsv" for it in ("stranger", "paged", "asked_how"))
FILES = (SIGNS, STRANGER, PAGED, ASKED_HOW, NEEDS)
FEWEST_WORDS = {SIGNS: 3}  # words; fewer are known by heart, or tell nothing
FEWEST = 2  # in all others
MOST_WORDS = 60  # of a longer story so much is added up that it sounds like anything
SHORTEST, LONGEST = 2, 4  # letters of a piece, the edges of the word among them
EDGE, BEGINS, ENDS = "_", "^", "$"
EVERY_TEXT = "*"  # the piece that each text has
BY_PHRASES = "="  # begins what is no word, but what phrases of ours found
LOOKS = f"{BY_PHRASES}looks "  # and how a text looks


class Learned(NamedTuple):
    """The rows, and how much each piece tells for each of them."""

    rows: tuple[str, ...]
    tells: Mapping[str, tuple[int, ...]]


def sounds_like(words: Sequence[str], family: str) -> frozenset[str]:
    """The rows of a family of lexicons ("danger", "moves") that these words sound like."""
    return _signs(tuple(words)).get(family, frozenset())


@lru_cache(maxsize=16)  # one text is looked at for each family
def _signs(words: tuple[str, ...]) -> Mapping[str, frozenset[str]]:
    found = [row.split(".") for row, tells in _told(words, SIGNS) if tells > 0]
    return {family: frozenset(name for it, name in found if it == family) for family, _ in found}


def tells_for(words: Sequence[str], file: str, found: Iterable[str] = ()) -> Mapping[str, int]:
    """What a text tells for each row of a table, in thousandths of the logarithm of the odds;
    nothing if it is too short or too long. `found`: what phrases of ours found in it, each
    beginning with BY_PHRASES."""
    return dict(_told(tuple(words), file, found))


def _told(
    words: tuple[str, ...], file: str, found: Iterable[str] = ()
) -> Sequence[tuple[str, int]]:
    if not FEWEST_WORDS.get(file, FEWEST) <= len(words) <= MOST_WORDS:
        return ()
    of_file = table(file)
    told = [_tells_of_word(word, file) for word in words]
    told += [of_file.tells[it] for it in chain(pairs(words), found) if it in of_file.tells]
    sums = map(sum, zip(of_file.tells[EVERY_TEXT], *told, strict=True))
    return list(zip(of_file.rows, sums, strict=True))


@lru_cache(maxsize=MOST_REMEMBERED)
def _tells_of_word(word: str, file: str) -> tuple[int, ...]:
    of_file = table(file)
    told = [of_file.tells[it] for it in pieces(word) if it in of_file.tells]
    return tuple(map(sum, zip(*told, strict=True))) if told else (0,) * len(of_file.rows)


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
def table(file: str) -> Learned:
    return table_of(_written(file), file)


def _written(file: str) -> str:
    return text_of(resources.files("sms") / "lexicon" / file)


def mistakes() -> list[str]:
    """What is wrong with the tables, its line, and what mends it."""
    found: list[str] = []
    for file in FILES:
        try:
            table_of(_written(file), file)
        except BadLexicon as bad:
            found.append(str(bad))
    return found


def table_of(written: str, file: str) -> Learned:
    """The table as it is written. Raises BadLexicon."""
    lines = [
        (number, line.split("\t"))
        for number, line in enumerate(written.splitlines(), 1)
        if not line.startswith("#")
    ]
    rows = tuple(lines[0][1][1:]) if lines else ()
    tells = {piece: _numbers(told, rows, f"{file}: line {it}") for it, (piece, *told) in lines[1:]}
    if EVERY_TEXT not in tells:
        raise BadLexicon(f'{file}: there is no piece "{EVERY_TEXT}"; {_MEND}')
    return Learned(rows, tells)


def _numbers(told: list[str], rows: tuple[str, ...], where: str) -> tuple[int, ...]:
    try:
        numbers = tuple(map(_number, told))
    except ValueError:
        numbers = ()
    if len(numbers) != len(rows):
        raise BadLexicon(f"{where}: write {len(rows)} whole numbers, or {_MEND}")
    return numbers


@lru_cache(maxsize=20_000)  # each number is in memory once
def _number(written: str) -> int:
    return int(written or 0)


_MEND = "have it written anew by `make learn`"
