"""What `hotline check` finds in the words that texts are read by: mistakes in the files of
`sms/lexicon`, and words of a network that are small words of another language. Pure once loaded."""

from __future__ import annotations

from collections.abc import Iterator

from hotline.needs import KINDS
from hotline.settings import Network
from sms.details import DETAILS
from sms.moves import MOVES
from sms.patterns import lexicon_files, mistakes_in, rows_of
from sms.reading import words_as_read

NAMES = {"moves": MOVES, "needs": KINDS, "details": DETAILS, "small": frozenset({"small"})}
"""The families of files, and the names that a row of theirs can have."""


def mistakes() -> list[str]:
    """Every mistake in every file, with its line and what mends it."""
    return [
        mistake
        for family, names in NAMES.items()
        for file in lexicon_files(family)
        for mistake in mistakes_in(file.read_text("utf-8"), file.name, names, words_as_read)
    ]


def collisions(network: Network) -> Iterator[str]:
    """A line for each word of the network's needs that is read like a small word of another
    language that it speaks: a Kreyol *let* (milk) would be found in "let me know"."""
    small = small_words()
    for need in network.needs:
        for language, phrases in need.words.items():
            for phrase in phrases:
                said = words_as_read(phrase)
                for other in [it for it in network.languages if it != language]:
                    if len(said) == 1 and said[0] in small.get(other, ()):
                        yield (
                            f'needs.{need.key}.words.{language}: "{phrase}" is also a small word'
                            f" in {other}, and would be found there; write it with the word that"
                            " goes with it"
                        )


def small_words() -> dict[str, frozenset[str]]:
    """The small words of each language that has a file of them, folded."""
    return {
        file.name.split(".")[1]: frozenset(
            word
            for row in rows_of(file.read_text("utf-8"), file.name)
            for entry in row.entries
            for word in words_as_read(entry)
        )
        for file in lexicon_files("small")
    }
