"""What `hotline check` finds in the words that texts are read by, and in those that we say:
mistakes in the files of `sms/lexicon` and in each language's folder, words of a network that are
small words of another language, and what a language of the network's still lacks. `learn` loads
them. Pure once loaded."""

from __future__ import annotations

from collections.abc import Iterator

from hotline import phrasebook, translations
from hotline.needs import KINDS
from hotline.phrasebook import LANGUAGES, text_of
from hotline.settings import Network
from sms import learned, vocabulary
from sms.danger import SIGNS, signs
from sms.details import DETAILS
from sms.moves import MOVES
from sms.patterns import lexicon_files, mistakes_in, rows_of
from sms.reading import fold, read, words_as_read

NAMES = {
    "danger": SIGNS,
    "details": DETAILS,
    "moves": MOVES,
    "needs": KINDS,
    "small": frozenset({"small"}),
}
"""The families of files, and the names that a row of theirs can have."""


def mistakes() -> list[str]:
    """Every mistake in every file, with its line and what mends it."""
    return [
        *_in_lexicons(),
        *(
            f'{row.where}: {row.name}: write "{fold(phrase)}", without capitals, accents and'
            f' apostrophes, not "{phrase}"'
            for row in phrasebook.heard_rows()
            for phrase in row.phrases
            if phrase != fold(phrase)
        ),
        *(it for language in LANGUAGES[1:] for it in translations.mistakes(language)),
    ]


def learn(network: Network) -> None:
    """Have every file read before the first text comes."""
    read("hello", network)
    signs("hello")
    for file in learned.FILES:
        learned.table(file)


def _in_lexicons() -> Iterator[str]:
    for family, names in NAMES.items():
        for file in lexicon_files(family):
            yield from mistakes_in(text_of(file), file.name, names, words_as_read)
    yield from learned.mistakes()


def lacking(network: Network) -> Iterator[str]:
    """A line for each thing that a language of the network's does not have yet."""
    for language in network.languages:
        if language == "en":
            continue
        if left := translations.untranslated(language):
            yield (
                f"{language}: {len(left)} of {len(translations.sentences())} sentences are told in"
                f' English, the first of them "{left[0]}"'
            )
        if not phrasebook.books()[language]:
            yield f"{language}: nothing is understood; write catalogues/{language}/words.tsv"
        for family in NAMES:
            file = f"{family}.{language}.tsv"
            if not any(it.name == file for it in lexicon_files(family)):
                yield f"{language}: {_WITHOUT[family]}; write sms/lexicon/{file}"


_WITHOUT = {
    "danger": "words of danger and fear are not heard",
    "details": "things, sizes and days are not told to volunteers",
    "moves": "no more than single words and answers is understood",
    "needs": "only the words that the network gives name a need",
    "small": "a word of another language that is a small one here is not noticed",
}


def collisions(network: Network) -> Iterator[str]:
    """A line for each word of the network's needs and areas that is read like a small word of
    another language that it speaks, or like an answer: a Kreyol *let* (milk) would be found in "let
    me know"."""
    small = small_words()
    for setting, language, phrase in _own_words(network):
        said = words_as_read(phrase)
        if " ".join(said) in _ANSWERS:
            yield f'{setting}: "{phrase}" is what people answer us with; leave it out'
        for other in [it for it in network.languages if it != language]:
            if len(said) == 1 and said[0] in small.get(other, ()):
                yield (
                    f'{setting}: "{phrase}" is also a small word in {other}, and would be found'
                    " there; write it with the word that goes with it"
                )


_ANSWERS = frozenset().union(
    *(vocabulary.YES, vocabulary.NO, vocabulary.HAND_BACK, vocabulary.DONE, vocabulary.STOP),
    *(vocabulary.STOP_IN_OTHER_WORDS, vocabulary.JOIN, vocabulary.STATUS, vocabulary.WITHDRAW),
)


def _own_words(network: Network) -> Iterator[tuple[str, str, str]]:
    """The setting, the language and the phrase, of each that the network brings. The words of an
    area are of no language."""
    for need in network.needs:
        for language, phrases in need.words.items():
            yield from ((f"needs.{need.key}.words.{language}", language, it) for it in phrases)
    for area in network.areas:
        yield from ((f"areas.{area.key}.words", "", it) for it in area.words)


def small_words() -> dict[str, frozenset[str]]:
    """The small words of each language that has a file of them, folded."""
    return {
        file.name.split(".")[1]: frozenset(
            word
            for row in rows_of(text_of(file), file.name)
            for entry in row.entries
            for word in words_as_read(entry)
        )
        for file in lexicon_files("small")
    }
