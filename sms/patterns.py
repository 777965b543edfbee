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

In a row named `*` are figures of speech, each excluded from every row of its family, in whatever
language: `*<TAB>-stole_the_show`.

Entries are written as `reading.fold` leaves words: lower case, no accents, no apostrophes. Pure
once loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache, reduce
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import chain, product
from operator import or_
from typing import Final, NamedTuple

from hotline.phrasebook import NOT_UTF_8, text_of
from sms import vocabulary

LONGEST_GAP = 4  # words
MOST_REMEMBERED = 4096  # words
SHORTEST_STEM = 3  # letters; what is shorter begins too much else
EVERY_ROW = "*"


class LexiconRow(NamedTuple):
    """One line of a file, where it stands, and the file's language and family."""

    name: str
    entries: tuple[str, ...]
    where: str
    language: str = ""
    family: str = ""


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
    entry: str  # where it stands, if it has parts
    begins: bool
    ends: bool
    language: str
    family: str
    beside: PhrasePlace | None  # a word of another part, without which this one is for nothing


class Found(NamedTuple):
    """A row that was found, the words that it lies in, the last excluded, its language, and the
    family of its file."""

    name: str
    start: int
    end: int
    language: str
    family: str


class WordBits(NamedTuple):
    """In which phrases a word may be the first one, one that may stand right behind it, and one
    that must be there: for each phrase a bit. `alone`: those that are this word and no more."""

    first: int
    second: int
    must: int
    alone: tuple[Phrase, ...] = ()


_NOWHERE = WordBits(0, 0, 0)


class SpokenAt(NamedTuple):
    """Where in a text a word stands, and its bits."""

    place: int
    bits: WordBits


class _Uses(NamedTuple):
    """The numbers of the phrases in which one place has these three parts."""

    first: list[int]
    second: list[int]
    must: list[int]


@dataclass(slots=True)
class PhraseIndex:
    """The phrases of one language, and where in them a word may stand. Whether they are in a text
    is a matter of a few numbers with a bit for each phrase; only what may be there is looked at
    word by word."""

    phrases: list[Phrase] = field(default_factory=list)
    free_second: int = 0  # those in which the word behind the first may be any, or none
    free_must: int = 0  # those in which no word must be there but the first
    anywhere: int = 0  # those that may stand anywhere in a text
    uses: dict[PhrasePlace, _Uses] = field(default_factory=dict)
    by_word: dict[str, list[PhrasePlace]] = field(default_factory=dict)
    by_stem: dict[str, list[tuple[str, PhrasePlace]]] = field(default_factory=dict)

    def add(self, phrase: Phrase) -> None:
        number, bit = len(self.phrases), 1 << len(self.phrases)
        self.phrases.append(phrase)
        first, *others = phrase.places
        self._uses(first).first.append(number)
        if others and others[0] is not _GAP and not others[0].may_lack:
            self._uses(others.pop(0)).second.append(number)
        else:
            self.free_second |= bit
        sure = [it for it in others if it is not _GAP and not it.may_lack]
        must = max(sure, key=_rarity) if sure else phrase.beside
        if must:
            self._uses(must).must.append(number)
        else:
            self.free_must |= bit
        if not phrase.begins:
            self.anywhere |= bit

    def _uses(self, place: PhrasePlace) -> _Uses:
        if place not in self.uses:
            self.uses[place] = _Uses([], [], [])
            for word in place.words:
                self.by_word.setdefault(word, []).append(place)
            for stem in place.stems:
                self.by_stem.setdefault(stem[:SHORTEST_STEM], []).append((stem, place))
        return self.uses[place]

    def bits_of(self, word: str) -> WordBits:
        places = list(self.by_word.get(word, ()))
        stems = self.by_stem.get(word[:SHORTEST_STEM], ())
        places += [place for stem, place in stems if word.startswith(stem)]
        if not places:
            return _NOWHERE
        first, second, must = zip(*(self.uses[it] for it in places), strict=True)
        begun = {number for some in first for number in some}
        alone = {number for number in begun if _is_alone(self.phrases[number])}
        of_alone = tuple(self.phrases[number] for number in sorted(alone))
        return WordBits(
            _bits([begun - alone]), _bits(second) | self.free_second, _bits(must), of_alone
        )

    def look(
        self, spoken: Sequence[SpokenAt], words: Sequence[str], first: int, last: int
    ) -> list[tuple[Phrase, int, int]]:
        """Each phrase in these words, and where it begins and ends. `spoken`: those of the words
        that stand in some phrase, in their order."""
        must = reduce(or_, [it.bits.must for it in spoken], self.free_must)
        found: list[tuple[Phrase, int, int]] = []
        behind = {it.place: it.bits.second for it in spoken}
        for start, bits in spoken:
            found += [(phrase, start, start + 1) for phrase in bits.alone]
            if not bits.first:
                continue
            may_be = bits.first & must & (behind.get(start + 1) or self.free_second)
            if may_be and start not in (0, first):
                may_be &= self.anywhere
            while may_be:
                number = may_be.bit_length() - 1
                may_be ^= 1 << number
                phrase = self.phrases[number]
                end = _end_of(phrase.places, 1, words, start + 1)
                if end and not (phrase.ends and end not in (last, len(words))):
                    found.append((phrase, start, end))
        return found


def _is_alone(phrase: Phrase) -> bool:
    return len(phrase.places) == 1 and not (phrase.begins or phrase.ends or phrase.beside)


def _bits(numbers: Iterable[Iterable[int]]) -> int:
    return reduce(or_, (1 << number for some in numbers for number in some), 0)


@dataclass(frozen=True, slots=True)
class Patterns:
    """Rows compiled, an index for each language, so that a text is gone through once, however many
    there are."""

    indexes: tuple[PhraseIndex, ...] = ()
    remembered: dict[str, dict[int, WordBits]] = field(default_factory=dict)

    def find(self, words: Sequence[str], first: int, last: int) -> list[Found]:
        """All that is found in these words. `first` and `last` are where the text begins and ends
        without courtesy."""
        spoken: dict[int, list[SpokenAt]] = {}
        for at, word in enumerate(words):
            for number, bits in self._known(word).items():
                spoken.setdefault(number, []).append(SpokenAt(at, bits))
        found: list[tuple[Phrase, int, int]] = []
        for number in sorted(spoken):
            found += self.indexes[number].look(spoken[number], words, first, last)
        return _that_hold(found) if found else []

    def _known(self, word: str) -> dict[int, WordBits]:
        """Its bits by the place of the index; most words are in none. That is remembered, as people
        use few words, but of no more than MOST_REMEMBERED: a text can have any."""
        known = self.remembered.get(word)
        if known is None:
            bits = {place: it.bits_of(word) for place, it in enumerate(self.indexes)}
            known = {place: it for place, it in bits.items() if it is not _NOWHERE}
            if len(self.remembered) < MOST_REMEMBERED:
                self.remembered[word] = known
        return known


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
    """What is left without what is excluded, and of what has parts those with all of them; and the
    figures of speech."""
    figures: list[Found] = []
    masked: dict[tuple[str, str], list[tuple[int, int]]] = {}
    unless: set[tuple[str, str, str]] = set()
    may_hold: list[tuple[Phrase, int, int]] = []
    for it in found:
        phrase, start, end = it
        if phrase.sign == "-":
            masked.setdefault((phrase.family, phrase.name), []).append((start, end))
            if phrase.name == EVERY_ROW:
                figures.append(Found(EVERY_ROW, start, end, phrase.language, phrase.family))
        elif phrase.sign == "!":
            unless.add((phrase.family, phrase.name, phrase.language))
        else:
            may_hold.append(it)
    parts: dict[str, dict[int, Found]] = {}
    holds: list[Found] = []
    for phrase, start, end in may_hold:
        if unless and (phrase.family, phrase.name, phrase.language) in unless:
            continue
        if masked and _is_excluded(phrase, start, end, masked):
            continue
        known = parts.setdefault(phrase.entry, {}) if phrase.parts > 1 else {}
        known[phrase.part] = Found(phrase.name, start, end, phrase.language, phrase.family)
        if len(known) == phrase.parts:
            holds.extend(known.values())
    return [*holds, *figures]


def _is_excluded(
    phrase: Phrase, start: int, end: int, masked: Mapping[tuple[str, str], list[tuple[int, int]]]
) -> bool:
    """Whether it lies in words that mean something else, for its row or for every one."""
    its_row = masked.get((phrase.family, phrase.name), ())
    every = masked.get((phrase.family, EVERY_ROW), ())
    return any(begin < end and start < behind for begin, behind in chain(its_row, every))


def compiled(files: Iterable[Iterable[LexiconRow]], folded: Callable[[str], list[str]]) -> Patterns:
    """The rows of each file as patterns. `folded`: the words of what is written, folded.
    Raises BadLexicon."""
    indexes: dict[str, PhraseIndex] = {}
    for phrase in chain.from_iterable(_phrases(rows, folded) for rows in files):
        indexes.setdefault(phrase.language, PhraseIndex()).add(phrase)
    return Patterns(tuple(indexes.values()))


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
            parts = entry[len(sign) :].split("+")
            if sign and len(parts) > 1:
                raise BadLexicon(f"{row.where}: {entry!r} excludes two things; write two entries")
            where = f"{row.where}: {entry}" if len(parts) > 1 else ""
            ways = [list(_variants(written, named, row, folded, known)) for written in parts]
            begun = [_any_of(places[0] for places, *_ in some) for some in ways]
            for part, some in enumerate(ways):
                beside = begun[part - 1] if len(parts) > 1 else None
                for places, begins, ends in some:
                    shape = (places, row.name, sign, len(parts), part, where, begins, ends)
                    yield Phrase(*shape, row.language, row.family, beside)


def _any_of(places: Iterable[PhrasePlace]) -> PhrasePlace:
    words, stems, _ = zip(*places, strict=True)
    return PhrasePlace(frozenset().union(*words), tuple(chain.from_iterable(stems)))


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
        family, language, *_ = *file.split("."), "", ""
        yield LexiconRow(name.strip(), tuple(entries.split()), where, language, family)


FAMILIES: Final = ("danger", "details", "moves", "needs")


def found_in(
    words: Sequence[str], family: str, names: frozenset[str], folded: Callable[[str], list[str]]
) -> list[Found]:
    """What the files of one family, as `moves.*.tsv`, find in these words. `names`: those that a
    row can have; `folded`: the words of what is written, folded. Raises BadLexicon."""
    _require_names(family, names)
    found = _found_in(tuple(words), folded).get(family, ())
    return [it for it in found if it.name != EVERY_ROW]


def without_figures(
    words: Sequence[str], family: str, folded: Callable[[str], list[str]]
) -> list[str]:
    """The words without those of a family's figures of speech."""
    found = _found_in(tuple(words), folded).get(family, ())
    figures = [range(it.start, it.end) for it in found if it.name == EVERY_ROW]
    return [it for at, it in enumerate(words) if not any(at in some for some in figures)]


@lru_cache(maxsize=8)  # each text is looked at by several families, in the same moment
def _found_in(
    words: tuple[str, ...], folded: Callable[[str], list[str]]
) -> Mapping[str, list[Found]]:
    found: dict[str, list[Found]] = {}
    for it in _every(folded).find(words, *courtesy_aside(words)):
        found.setdefault(it.family, []).append(it)
    return found


@cache
def _every(folded: Callable[[str], list[str]]) -> Patterns:
    files = (it for family in FAMILIES for it in lexicon_files(family))
    return compiled((rows_of(text_of(it), it.name) for it in files), folded)


@cache
def _require_names(family: str, names: frozenset[str]) -> None:
    for file in lexicon_files(family):
        _require_known(rows_of(text_of(file), file.name), names)


def courtesy_aside(words: Sequence[str]) -> tuple[int, int]:
    """Where a text begins and ends without its courtesy."""
    first, last = 0, len(words)
    while first < last and words[first] in vocabulary.COURTESY:
        first += 1
    while last > first and (
        words[last - 1] in vocabulary.COURTESY_BEHIND or not words[last - 1].isalnum()
    ):
        last -= 1
    return first, last


def lexicon_files(family: str) -> list[Traversable]:
    """The files of a family, one a language, by name."""
    files = (resources.files("sms") / "lexicon").iterdir()
    return sorted((it for it in files if it.name.split(".")[0] == family), key=lambda it: it.name)


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
        if row.name == EVERY_ROW:
            if kept := [it for it in row.entries if not it.startswith("-")]:
                raise BadLexicon(
                    f"{row.where}: {kept[0]!r} finds nothing in a row *; begin it with -"
                )
        elif not row.name.startswith("=") and row.name not in names:
            known = ", ".join(sorted(names))
            raise BadLexicon(f"{row.where}: {row.name!r} is none of {known}")
