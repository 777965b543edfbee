"""What is wrong with a language's catalogue: a sentence that is not translated, a value that it
does not fill in, or one that nobody fills in. Pure once loaded; for `hotline check` and the tests.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from importlib import resources
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po

from hotline.prompts import NEWS, Prompt
from hotline.words import Detail, Part, Sentence

ALIKE = frozenset({str(Sentence.FROM_TAKER)})
"""What is the same in every language, and needs no translation."""
_MUST_STAY = "number"  # of a request: without it nobody knows what is meant


def sentences() -> list[str]:
    """All that we say, in English: each is looked up in the catalogues under its words."""
    news = (words for it in NEWS.values() for words in (it.said, it.to_machine) if words)
    every = (*Sentence, *Part, *Detail, *Prompt, *news)
    return list(dict.fromkeys(str(it) for it in every))


def mistakes(language: str) -> list[str]:
    """What would not be said right, with file and line, and what mends it."""
    file = f"catalogues/{language}/LC_MESSAGES/messages.po"
    try:
        catalogue = _catalogue(language)
    except (PoFileError, UnicodeDecodeError) as trouble:
        line = getattr(trouble, "lineno", None)
        where = f"{file}: line {line + 1}" if line is not None else file
        return [f"{where}: is no gettext catalogue in UTF-8 ({trouble})"]
    return [
        f"{file}: line {it.lineno}: {wrong}: {it.string!r}"
        for it in catalogue
        if it.id and isinstance(it.id, str) and isinstance(it.string, str) and it.string
        for wrong in _wrong(it.id, it.string)
    ]


def untranslated(language: str) -> list[str]:
    """What is said in English in this language, as its catalogue has nothing for it. Raises
    PoFileError."""
    catalogue = _catalogue(language)
    found = {it: catalogue.get(it) for it in sentences() if it not in ALIKE}
    return [it for it, one in found.items() if one is None or not one.string or one.fuzzy]


def _catalogue(language: str) -> Catalog:
    path = resources.files("hotline") / "catalogues" / language / "LC_MESSAGES" / "messages.po"
    return read_po(BytesIO(path.read_bytes()), locale=language, abort_invalid=True)


def _wrong(english: str, translated: str) -> Iterator[str]:
    try:
        filled_in, known = named(translated), named(english)
    except ValueError:
        yield "a brace is left open or closed twice; write values like {number}"
        return
    for name in sorted(filled_in - known):
        yield f"{{{name}}} is none of {_told(known)}, which are filled in here"
    if _MUST_STAY in known - filled_in:
        yield f"{{{_MUST_STAY}}} is left out; it must be in it"


def _told(names: set[str]) -> str:
    return ", ".join(f"{{{it}}}" for it in sorted(names)) or "no values at all"


def named(template: str) -> set[str]:
    """The values that are filled in. Raises ValueError."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
