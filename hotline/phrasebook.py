"""The words that people write to us, in each language. What we say is in `words`, who hears it
in `help_request`.

A language is a folder under `hotline/catalogues`, with a gettext catalogue and `words.tsv`: a name
and its phrases in each line, with a tab between, the words of a phrase joined by `_`. What the
names mean is in docs/translating.md. Phrases are written as `sms.reading.fold` leaves them: lower
case, no accents, no apostrophes; but what we say ourselves (`SAID`), and what people need
and where they are (`WRITTEN`), is written as it is said. English is in the code. Pure once loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final, NamedTuple

from babel import localedata

_FOLDER: Final = resources.files("hotline") / "catalogues"
_NEEDS: Final = ("food", "ride", "medicine", "shelter", "childcare", "talk")
SAID: Final = frozenset(
    [
        *("months", "day", "first", "weekday_names", "and"),
        *("ago_minute", "ago_minutes", "ago_hour", "ago_hours"),
        *(f"label_{need}" for need in _NEEDS),
    ]
)
WRITTEN: Final = frozenset(
    [
        *(f"need_{need}" for need in _NEEDS),
        *("street_first", "unit", "door_code", "named", "addressed", "describes"),
    ]
)
HEARD: Final = frozenset(
    [
        *("yes", "no", "hand_back", "done", "withdraw", "status", "join", "stop", "please"),
        *(
            "language",
            "english",
            "not_yet",
            "not_no",
            "after_no",
            "after_cant",
            "before_answer",
            "copied",
        ),
        *("page_yes", "page_no", "if", "after_if", "weak_yes", "before_number", "number"),
        *("small_talk", "thanks", "asking", "asking_in_passing", "hints", "need", "people"),
        *("need_of_others", "counting", "counts", "one", "offers", "offered", "goods"),
        *("name", "can", "area", "hours", "pause", "back", "me", "vouch", "look", "stats"),
        *("most", "a_day", "pin", "pin_off", "text_me", "skip", "i_am", "in_names", "no_name"),
        *("no_offer", "forget", "any", "between", "day_units", "week_units", "month_units"),
        *("open", "who", "close", "reopen", "assign", "assign_to", "carry", "remove", "suspend"),
        *("restore", "confirm", "steward", "steward_help", "ask", "steward_area", "steward_need"),
        *("weekdays", "weekends", "after", "before", "days", "brief_days", "until", "after_work"),
        *("mornings", "afternoons", "evenings", "office", "title"),
        *("safe", "not_them", "around_safe", "undo", "meant", "quiet", "help_me", "hurry"),
        *("courtesy", "courtesy_behind", "behind_a_name"),
        *("about_water", "about_pills", "street", "no_call", "reaction", "reacted_to"),
    ]
)
_HOW_MANY: Final = {
    **dict.fromkeys(("days", "brief_days", "weekday_names"), (7, "seven days, from Monday on")),
    "months": (12, "twelve months"),
}


class BadPhrasebook(ValueError):
    """A mistake in a language's words.tsv: file, line, and what mends it."""


class PhraseRow(NamedTuple):
    """One line of a words.tsv, and where it stands."""

    name: str
    phrases: tuple[str, ...]
    where: str


def read(text: str, file: str) -> dict[str, tuple[str, ...]]:
    """The rows of a words.tsv. What stands behind # is for people. Raises BadPhrasebook."""
    if found := mistakes_in(text, file):
        raise BadPhrasebook(found[0])
    return _together(it for it in _lines(text, file) if isinstance(it, PhraseRow))


def mistakes_in(text: str, file: str) -> list[str]:
    """The mistakes in a words.tsv: each with its line, and what mends it."""
    lines = list(_lines(text, file))
    rows = _together(it for it in lines if isinstance(it, PhraseRow))
    found = [it for it in lines if isinstance(it, str)]
    for name, (count, told) in _HOW_MANY.items():
        if len(rows.get(name, range(count))) != count:
            where = [it.where for it in lines if isinstance(it, PhraseRow) and it.name == name][-1]
            found.append(f"{where}: {name} must name {told}")
    for together in (("months", "day"), _AGO):
        if some := [name for name in together if name in rows]:
            found += [f"{file}: {some[0]} wants {it}, too" for it in together if it not in rows]
    return found


def _lines(text: str, file: str) -> Iterator[PhraseRow | str]:
    """Each line as a row, or what is wrong with it."""
    for number, line in enumerate(text.splitlines(), 1):
        written = line.split("#", 1)[0].rstrip()
        if not written:
            continue
        where = f"{file}: line {number}"
        name, tab, phrases = written.partition("\t")
        if NOT_UTF_8 in line:
            yield f"{where}: cannot be read; save the file as UTF-8"
        elif not tab or not phrases.split():
            yield f"{where}: write a name, a tab, and its phrases"
        elif name not in HEARD | SAID | WRITTEN:
            yield f"{where}: {name!r} is none of {', '.join(sorted(HEARD | SAID | WRITTEN))}"
        elif lost := _lost(name, phrases):
            yield f"{where}: {name} needs {lost} in it"
        else:
            said = tuple(it.replace("_", " ").strip() for it in phrases.split())
            yield PhraseRow(name, said, where)


_AGO: Final = ("ago_minute", "ago_minutes", "ago_hour", "ago_hours")
_MUST_HAVE: Final = {"day": ("{day}", "{month}"), **dict.fromkeys(_AGO, ("{count}",))}


def _lost(name: str, phrases: str) -> str:
    """What is filled in and has no place."""
    return " and ".join(it for it in _MUST_HAVE.get(name, ()) if it not in phrases)


def _together(rows: Iterator[PhraseRow]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        found[row.name] = found.get(row.name, ()) + row.phrases
    return found


@cache
def books() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """The rows of each language but English, by its code. Lines with a mistake are left out, so
    that whoever looks for `mistakes` can tell of them."""
    return MappingProxyType({code: _together(iter(rows)) for code, rows in _rows().items()})


def _rows() -> dict[str, list[PhraseRow]]:
    return {
        code: [it for it in _lines(text, file) if isinstance(it, PhraseRow)]
        for code, text, file in _files()
    }


def mistakes() -> list[str]:
    """Every mistake in every words.tsv, with its line and what mends it."""
    unknown = (
        f"catalogues/{it.name}: Babel knows no language by this code; name the folder by the two or"
        " three letters of ISO 639"
        for it in _FOLDER.iterdir()
        if _is_language(it) and not localedata.exists(it.name)
    )
    return [*unknown, *(it for _, text, file in _files() for it in mistakes_in(text, file))]


def heard_rows() -> Iterator[PhraseRow]:
    """All that people write, and where that stands."""
    return (it for rows in _rows().values() for it in rows if it.name in HEARD)


def _files() -> Iterator[tuple[str, str, str]]:
    """Each language but English: its code, the text of its words.tsv, and what to call that."""
    for folder in sorted(_FOLDER.iterdir(), key=lambda it: it.name):
        if _is_language(folder) and localedata.exists(folder.name):
            words = folder / "words.tsv"
            text = text_of(words) if words.is_file() else ""
            yield folder.name, text, f"catalogues/{folder.name}/words.tsv"


NOT_UTF_8: Final = "\N{REPLACEMENT CHARACTER}"  # in place of what is no letter in UTF-8


def text_of(file: Traversable) -> str:
    """What is in a table of words, with NOT_UTF_8 where that cannot be read."""
    return file.read_bytes().decode("utf-8-sig", errors="replace")


def _is_language(folder: Traversable) -> bool:
    return folder.is_dir() and (folder / "LC_MESSAGES" / "messages.po").is_file()


def heard(name: str) -> frozenset[str]:
    """The phrases under this name in all languages."""
    return frozenset(it for rows in books().values() for it in rows.get(name, ()))


def one_of(phrases: Iterable[str]) -> str:
    """A pattern for any of these phrases, the longest first, as some begin others."""
    longest_first = sorted(set(phrases), key=lambda it: (-len(it), it))
    return "|".join(map(re.escape, longest_first)) or "(?!)"


def by_language(name: str) -> dict[str, tuple[str, ...]]:
    """The phrases under this name as they stand, for each language that has some."""
    return {code: rows[name] for code, rows in books().items() if name in rows}


def said(name: str, language: str) -> tuple[str, ...]:
    """What we say under this name in a language; nothing where Babel knows it."""
    return books().get(language, {}).get(name, ())


LANGUAGES: Final = ("en", *books())
"""All that the hotline speaks."""
