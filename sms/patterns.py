"""Phrases as `sms/lexicon/*.tsv` has them, found in the words of a text.

A file has one row a line, a name and its entries, with a tab between: `food<TAB>food* grocer*
place_to_eat`. What an entry may be:

    word            this word
    stem*           every word that begins so
    two_words       these words, one behind the other
    take|pick_up    one of several words in this place
    the?            a word that may be left out
    stop_.._texts   up to four other words between them
    out|far~from    one of several, some of them more than a word
    ^yes  no$       where the text begins or ends, courtesy aside
    her_again|$     this word, or the text ends there
    <send>          one of the words of the row `=send` of this file
    a*+b*           both in the text, in any order
    -excluded       words that mean something else: what lies in them is not found
    !unless         words with which the row does not hold at all, wherever they stand; of this
                    language, as "on" is another word in French

Entries are written as `reading.fold` leaves words: lower case, no accents, no apostrophes. Pure
once loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import chain, product
from typing import NamedTuple

from hotline.phrasebook import NOT_UTF_8, text_of

LONGEST_GAP = 4  # words
MOST_REMEMBERED = 4096  # words
SHORTEST_STEM = 3  # letters; what is shorter begins too much else


class LexiconRow(NamedTuple):
    """One line of a file, where it stands, and the file's language."""

    name: str
    entries: tuple[str, ...]
    where: str
    language: str = ""


class BadLexicon(ValueError):
    """A mistake in a lexicon: file, line, and what mends it."""


class PhrasePlace(NamedTuple):
    """One place of a phrase: which words fit there. None at all: a gap. `may_lack`: or none is
    there."""

    words: frozenset[str]
    stems: tuple[str, ...]
    may_lack: bool = False

    def fits(self, word: str) -> bool:
        return word in self.words or (bool(self.stems) and word.startswith(self.stems))


_GAP = PhrasePlace(frozenset(), ())


class Phrase(NamedTuple):
    """What is found, and for what: `part` of `parts` that must all be in the text."""

    places: tuple[PhrasePlace, ...]
    name: str
    sign: str  # "", "-" or "!"
    parts: int
    part: int
    entry: str
    begins: bool
    ends: bool
    language: str
    must: PhrasePlace  # the rarest that it must have: by that most phrases are soon done with


class Found(NamedTuple):
    """A row that was found, the words that it lies in, the last excluded, and its language."""

    name: str
    start: int
    end: int
    language: str


class Beginnings(NamedTuple):
    """The phrases that begin with one word: those with nothing behind it; by the word that must
    come next; and those of which the next word may be several or far: by a word that must be
    somewhere, and those of which nothing like that is known."""

    alone: list[Phrase]
    by_next: dict[str, list[Phrase]]
    by_must: dict[str, list[Phrase]]
    others: list[Phrase]

    def add(self, phrase: Phrase) -> None:
        following: set[str] = set()
        for place in phrase.places[1:]:
            if place.stems or place is _GAP:
                self._add_far(phrase)
                return
            following |= place.words
            if not place.may_lack:
                break
        else:
            self.alone.append(phrase)
            return
        for word in following:
            self.by_next.setdefault(word, []).append(phrase)

    def _add_far(self, phrase: Phrase) -> None:
        if phrase.must.stems:
            self.others.append(phrase)
        for word in phrase.must.words if not phrase.must.stems else ():
            self.by_must.setdefault(word, []).append(phrase)

    def followed_by(self, following: str, spoken: frozenset[str]) -> Iterator[Phrase]:
        """Those of several words that may be there, by the next word and all words of the text."""
        yield from self.by_next.get(following, ())
        yield from self.others
        if self.by_must:
            some = [self.by_must[word] for word in self.by_must.keys() & spoken]
            yield from some[0] if len(some) == 1 else dict.fromkeys(chain.from_iterable(some))


_UNKNOWN = Beginnings([], {}, {}, [])  # it is not remembered what a word begins


@dataclass(frozen=True, slots=True)
class Patterns:
    """Rows compiled, so that a text is gone through once, however many there are."""

    by_word: Mapping[str, Beginnings] = field(default_factory=dict)
    by_stem: Mapping[str, list[tuple[str, Phrase]]] = field(default_factory=dict)
    remembered: dict[str, Beginnings | None] = field(default_factory=dict)

    def find(self, words: Sequence[str], first: int, last: int) -> list[Found]:
        """All that is found in these words. `first` and `last` are where the text begins and ends
        without courtesy."""
        found: list[tuple[Phrase, int, int]] = []
        spoken = frozenset(words)
        for start, word in enumerate(words):
            begun = self.remembered.get(word, _UNKNOWN)
            if begun is _UNKNOWN:
                begun = self._begun_by(word)
            if begun is None:  # as it mostly is
                continue
            following = words[start + 1] if start + 1 < len(words) else ""
            for phrase in begun.alone:
                if phrase.begins or phrase.ends or len(phrase.places) > 1:
                    _try(phrase, words, start, first, last, found)
                else:
                    found.append((phrase, start, start + 1))
            for phrase in begun.followed_by(following, spoken):
                _try(phrase, words, start, first, last, found)
        return _that_hold(found) if found else []

    def _begun_by(self, word: str) -> Beginnings | None:
        """What a word begins, as itself and by its stem; None: nothing. That is remembered, as
        people use few words, but of no more than MOST_REMEMBERED: a text can have any."""
        begun = self.by_word.get(word)
        stems = self.by_stem.get(word[:SHORTEST_STEM], ())
        if of_stem := [phrase for stem, phrase in stems if word.startswith(stem)]:
            alone, by_next, by_must, others = begun or _UNKNOWN
            begun = Beginnings(alone, by_next, by_must, [*others, *of_stem])
        if len(self.remembered) < MOST_REMEMBERED:
            self.remembered[word] = begun
        return begun


def _try(
    phrase: Phrase,
    words: Sequence[str],
    start: int,
    first: int,
    last: int,
    found: list[tuple[Phrase, int, int]],
) -> None:
    if phrase.begins and start not in (0, first):
        return
    end = _end_of(phrase.places, 1, words, start + 1)
    if end and not (phrase.ends and end not in (last, len(words))):
        found.append((phrase, start, end))


def _end_of(places: Sequence[PhrasePlace], place: int, words: Sequence[str], at: int) -> int:
    """Behind which word a phrase ends whose first places are found; 0 if it is not there."""
    while place < len(places):
        if places[place] is _GAP:
            behind = places[place + 1]
            for later in range(at, min(at + LONGEST_GAP + 1, len(words))):
                may_go_on = behind.may_lack or behind.fits(words[later])
                if may_go_on and (end := _end_of(places, place + 1, words, later)):
                    return end
            return 0
        fits = at < len(words) and places[place].fits(words[at])
        if places[place].may_lack:
            if fits and (end := _end_of(places, place + 1, words, at + 1)):
                return end
            at -= 1  # it lacks
        elif not fits:
            return 0
        place, at = place + 1, at + 1
    return at


def _that_hold(found: Iterable[tuple[Phrase, int, int]]) -> list[Found]:
    """What is left without what is excluded, and of what has parts those with all of them."""
    masked: dict[str, list[tuple[int, int]]] = {}
    unless: set[tuple[str, str]] = set()
    parts: dict[str, dict[int, Found]] = {}
    holds: list[Found] = []
    for phrase, start, end in found:
        if phrase.sign == "-":
            masked.setdefault(phrase.name, []).append((start, end))
        elif phrase.sign == "!":
            unless.add((phrase.name, phrase.language))
        elif phrase.parts == 1:
            holds.append(Found(phrase.name, start, end, phrase.language))
        else:
            known = parts.setdefault(phrase.entry, {})
            known[phrase.part] = Found(phrase.name, start, end, phrase.language)
            if len(known) == phrase.parts:
                holds.extend(known.values())
    return [
        it
        for it in holds
        if (it.name, it.language) not in unless
        and not any(start < it.end and it.start < end for start, end in masked.get(it.name, ()))
    ]


def compiled(files: Iterable[Iterable[LexiconRow]], folded: Callable[[str], list[str]]) -> Patterns:
    """The rows of each file as patterns. `folded`: the words of what is written, folded.
    Raises BadLexicon."""
    by_word: dict[str, Beginnings] = {}
    by_stem: dict[str, list[tuple[str, Phrase]]] = {}
    for phrase in chain.from_iterable(_phrases(rows, folded) for rows in files):
        first = phrase.places[0]
        for word in first.words:
            by_word.setdefault(word, Beginnings([], {}, {}, [])).add(phrase)
        for stem in first.stems:
            by_stem.setdefault(stem[:SHORTEST_STEM], []).append((stem, phrase))
    return Patterns(by_word, by_stem)


_KnownWays = dict[str, list[tuple[PhrasePlace, ...]]]  # see `_ways`


def _phrases(rows: Iterable[LexiconRow], folded: Callable[[str], list[str]]) -> Iterator[Phrase]:
    named: dict[str, str] = {}
    known: _KnownWays = {}
    for row in rows:
        if row.name.startswith("="):
            named[row.name[1:]] = "|".join(row.entries)
            known.clear()  # it may have been another row's name before
            continue
        for entry in row.entries:
            sign = entry[0] if entry[0] in "-!" else ""
            parts, name = entry[len(sign) :].split("+"), f"{row.where}: {entry}"
            if sign and len(parts) > 1:
                raise BadLexicon(f"{row.where}: {entry!r} excludes two things; write two entries")
            for part, written in enumerate(parts):
                for places, begins, ends in _variants(written, named, row, folded, known):
                    shape = (places, row.name, sign, len(parts), part, name, begins, ends)
                    sure = [it for it in places[1:] if not it.may_lack]
                    must = max(sure or places, key=_rarity)
                    yield Phrase(*shape, row.language, must)


def _rarity(place: PhrasePlace) -> int:
    """How rare the words of a place are: long words are, stems and gaps are not."""
    return 0 if place.stems else min(map(len, place.words), default=-1)


def _variants(
    written: str,
    named: Mapping[str, str],
    row: LexiconRow,
    folded: Callable[[str], list[str]],
    known: _KnownWays,
) -> Iterator[tuple[tuple[PhrasePlace, ...], bool, bool]]:
    """A phrase, and once more without each of its first words that may be left out: it is found by
    its first word."""
    if written.endswith("|$"):
        yield from _variants(written.removesuffix("|$"), named, row, folded, known)
        written = written.rpartition("_")[0].removesuffix("_..") + "$"
    begins, ends = written.startswith("^"), written.endswith("$")
    pieces = written.removeprefix("^").removesuffix("$").split("_")
    for piece in pieces:
        if piece not in known:  # as many rows say the same, they share their places
            known[piece] = _ways(piece, named, row, folded)
    for way in product(*(known[it] for it in pieces)):
        places = [place for some in way for place in some]
        sure = [it for it in places if not it.may_lack]
        if not sure or sure[0] is _GAP or sure[-1] is _GAP or places[0] is _GAP:
            raise BadLexicon(f"{row.where}: {written!r} needs a word at both ends")
        for start, place in enumerate(places):
            yield (place._replace(may_lack=False), *places[start + 1 :]), begins, ends
            if not place.may_lack:
                break


def _ways(
    piece: str, named: Mapping[str, str], row: LexiconRow, folded: Callable[[str], list[str]]
) -> list[tuple[PhrasePlace, ...]]:
    """What may stand where a piece of a phrase is: its words in one place, and by itself each that
    is several words ("far~from")."""
    bare = piece.removesuffix("?")
    every = list(_named_words(bare, named, row)) if "<" in bare or "~" in bare else [bare]
    longer = [it for it in every if "~" in it or (len(every) > 1 and "-" in it)]
    plain = "|".join(it for it in every if it not in longer)
    ways = [_places(plain, named, row, folded)] if plain or not longer else []
    for some in longer:
        words = folded(some.replace("~", " "))
        ways.append(tuple(PhrasePlace(frozenset({it}), ()) for it in words))
    if not piece.endswith("?") or ways[0][0] is _GAP:  # a gap may be none anyway
        return ways
    return [tuple(it._replace(may_lack=True) for it in way) for way in ways]


def _places(
    piece: str, named: Mapping[str, str], row: LexiconRow, folded: Callable[[str], list[str]]
) -> tuple[PhrasePlace, ...]:
    """A piece of a phrase: mostly one place, more if its word is written as several."""
    if piece == "..":
        return (_GAP,)
    words: set[str] = set()
    stems: list[str] = []
    for word in _named_words(piece, named, row):
        bare = word.removesuffix("*")
        is_plain = bare.isascii() and bare.isalpha() and bare.islower()  # as it mostly is
        told = [bare] if is_plain else folded(bare)
        if len(told) > 1 and "|" not in piece:
            return tuple(PhrasePlace(frozenset({it}), ()) for it in told)
        if len(told) != 1:
            raise BadLexicon(f"{row.where}: {word!r} is no word; write two words as two_words")
        if not word.endswith("*"):
            words.add(told[0])
        elif len(told[0]) < SHORTEST_STEM:
            raise BadLexicon(f"{row.where}: {word!r} begins too much; write the words out")
        else:
            stems.append(told[0])
    return (PhrasePlace(frozenset(words), tuple(stems)),)


def _named_words(piece: str, named: Mapping[str, str], row: LexiconRow) -> Iterator[str]:
    for word in piece.split("|"):
        if word.startswith("<"):
            if word[1:-1] not in named or not word.endswith(">"):
                raise BadLexicon(f"{row.where}: there is no row ={word.strip('<>')} above it")
            yield from _named_words(named[word[1:-1]], named, row)
        else:
            yield word


def rows_of(text: str, file: str) -> Iterator[LexiconRow]:
    """The rows of a file. What stands behind # is for people. Raises BadLexicon."""
    for number, line in enumerate(text.splitlines(), 1):
        written = line.split("#", 1)[0].rstrip()
        if not written:
            continue
        where = f"{file}: line {number}"
        if NOT_UTF_8 in line:
            raise BadLexicon(f"{where}: cannot be read; save the file as UTF-8")
        name, tab, entries = written.partition("\t")
        if not tab or not name or not entries.split():
            raise BadLexicon(f"{where}: write a name, a tab, and its entries")
        yield LexiconRow(name.strip(), tuple(entries.split()), where, language_of(file))


@cache
def compiled_files(
    family: str, names: frozenset[str], folded: Callable[[str], list[str]]
) -> Patterns:
    """The files of a family, as `moves.*.tsv`, as one. `names`: those that a row can have.
    Raises BadLexicon."""
    files = [list(rows_of(text_of(it), it.name)) for it in lexicon_files(family)]
    for rows in files:
        _require_known(rows, names)
    return compiled(files, folded)


def lexicon_files(family: str) -> list[Traversable]:
    """The files of a family, one a language, by name."""
    files = (resources.files("sms") / "lexicon").iterdir()
    return sorted((it for it in files if it.name.split(".")[0] == family), key=lambda it: it.name)


def language_of(file: str) -> str:
    """The language of a file by its name: "needs.en.tsv"."""
    _, language, *_ = *file.split("."), ""
    return language


def mistakes_in(
    text: str, file: str, names: frozenset[str], folded: Callable[[str], list[str]]
) -> list[str]:
    """The mistakes in a file: each with its line, and what mends it."""
    found: list[str] = []
    named: list[LexiconRow] = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            of_line = list(rows_of("\n" * (number - 1) + line, file))
            _require_known(of_line, names)
            compiled([[*named, *of_line]], folded)
            named += [it for it in of_line if it.name.startswith("=")]
        except BadLexicon as mistake:
            found.append(str(mistake))
    return found


def _require_known(rows: Iterable[LexiconRow], names: frozenset[str]) -> None:
    for row in rows:
        if not row.name.startswith("=") and row.name not in names:
            known = ", ".join(sorted(names))
            raise BadLexicon(f"{row.where}: {row.name!r} is none of {known}")
