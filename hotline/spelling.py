"""Words as people write them, for what we know under a name of our own: "Old Town" is old-town,
"ingles" is en. Pure."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from functools import cache

from babel import Locale
from babel.core import get_global

TELLING_LANGUAGES = ("en", "es", "fr", "pt", "ht")  # in which people may name a language


def alike(text: str) -> str:
    """The same for all ways to write it: no capitals, accents, signs and invisible letters."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(it for it in apart if unicodedata.category(it) not in ("Mn", "Cf"))
    return " ".join(re.findall(r"[^\W_]+", kept))


def without_accents(text: str) -> str:
    """The same letters, each without what stands above or below it."""
    apart = unicodedata.normalize("NFD", text)
    return "".join(it for it in apart if unicodedata.category(it) != "Mn")


def as_key(text: str) -> str:
    """What a name would be as a key of the configuration: "Old Town" is "old-town"."""
    apart = unicodedata.normalize("NFKD", text.strip().casefold())
    kept = "".join(it for it in apart if unicodedata.category(it) not in ("Mn", "Cf"))
    return re.sub(r"\s+", "-", kept)


def meant(written: str, known: Mapping[str, str]) -> str | None:
    """What is known under these words; `known` has what `alike` makes of each way to call it."""
    said = alike(written)
    return known.get(said) or known.get(said.removesuffix("s"))


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """What is spelled like it, but never what looks just the same."""
    others = {it.casefold(): it for it in known if it != _shown(word)}
    close = difflib.get_close_matches(_shown(word).casefold(), others, 1)
    return others[close[0]] if close else None


def _shown(word: str) -> str:
    """As it looks: without invisible letters."""
    plain = unicodedata.normalize("NFKC", word)
    return " ".join("".join(it for it in plain if unicodedata.category(it) != "Cf").split())


def language_meant(written: str, known: Collection[str]) -> str | None:
    """Which of these language codes is meant: by its code or a region's ("en-US"), or by its name
    in itself or in a language of `TELLING_LANGUAGES`."""
    said = alike(written)
    tag = _TAG.fullmatch(_shown(written).casefold())
    code = get_global("language_aliases").get(tag[1], tag[1]) if tag else None
    names = {name: it for it in known for name in _names_of(it)}
    return code if code in known else names.get(said)


_TAG = re.compile(r"([a-z]{2,3})([-_][a-z0-9]{2,4})?")
_ALSO_CALLED = {"es": "castellano"}


@cache
def _names_of(code: str) -> frozenset[str]:
    own = Locale.parse(code)
    told = [Locale.parse(it).languages.get(code) for it in TELLING_LANGUAGES]
    names = (own.get_language_name(), _ALSO_CALLED.get(code), *told)
    return frozenset(alike(name) for name in names if name)
