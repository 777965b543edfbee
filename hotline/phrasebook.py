"""What each language brings along besides its sentences: the words that people write in it.

A language is a folder under `hotline/catalogues`, with a gettext catalogue and `words.tsv`: a name
and its phrases in each line, with a tab between, the words of a phrase joined by `_`. What the
names mean is in docs/translating.md. Phrases are written as `sms.reading.fold` leaves them: lower
case, no accents, no apostrophes; but what we say ourselves (`SAID`) is written as it is said.
English is in the code. Pure once loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

_FOLDER: Final = resources.files("hotline") / "catalogues"
SAID: Final = frozenset({"months", "day", "and", "ago_minute", "ago_minutes", "ago_hour"}) | {
    "ago_hours"
}
HEARD: Final = frozenset(
    [
        *("yes", "no", "hand_back", "done", "withdraw", "status", "join", "stop", "please"),
        *("language", "not_yet", "after_no", "after_cant", "before_answer", "copied", "thanks"),
        *("page_yes", "page_no"),
        *("small_talk", "asking", "hints", "need", "people", "counting", "offers"),
        *("name", "can", "area", "hours", "pause", "back", "me", "vouch", "look", "stats"),
        *("forget", "any", "between", "day_units", "week_units", "month_units"),
        *("open", "who", "close", "reopen", "assign", "carry", "remove", "suspend", "restore"),
        *("confirm", "steward", "steward_help", "ask", "steward_area", "steward_need"),
        *("weekdays", "weekends", "after", "before", "days"),
    ]
)


class BadPhrasebook(ValueError):
    """A mistake in a language's words.tsv: file, line, and what mends it."""


def read(text: str, file: str) -> dict[str, tuple[str, ...]]:
    """The rows of a words.tsv. What stands behind # is for people. Raises BadPhrasebook."""
    rows: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        written = line.split("#", 1)[0].rstrip()
        if not written:
            continue
        name, tab, phrases = written.partition("\t")
        if not tab or not phrases.split():
            raise BadPhrasebook(f"{file}: line {number}: write a name, a tab, and its phrases")
        if name not in HEARD | SAID:
            known = ", ".join(sorted(HEARD | SAID))
            raise BadPhrasebook(f"{file}: line {number}: {name!r} is none of {known}")
        rows[name] = rows.get(name, ()) + tuple(it.replace("_", " ") for it in phrases.split())
    if len(rows.get("days", range(7))) != 7:
        raise BadPhrasebook(f"{file}: days must name seven days, from Monday on")
    if len(rows.get("months", range(12))) != 12:
        raise BadPhrasebook(f"{file}: months must name twelve months")
    return rows


@cache
def books() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """The rows of each language but English, by its code. Raises BadPhrasebook."""
    return MappingProxyType(dict(_books()))


def _books() -> Iterator[tuple[str, Mapping[str, tuple[str, ...]]]]:
    for folder in sorted(_FOLDER.iterdir(), key=lambda it: it.name):
        if folder.is_dir() and (folder / "LC_MESSAGES" / "messages.po").is_file():
            words = folder / "words.tsv"
            text = words.read_text("utf-8") if words.is_file() else ""
            yield folder.name, read(text, f"catalogues/{folder.name}/words.tsv")


def heard(name: str) -> frozenset[str]:
    """The phrases under this name in all languages."""
    return frozenset(it for rows in books().values() for it in rows.get(name, ()))


def by_language(name: str) -> dict[str, frozenset[str]]:
    """The phrases under this name, for each language that has some."""
    return {code: frozenset(rows[name]) for code, rows in books().items() if name in rows}


def said(name: str, language: str) -> tuple[str, ...]:
    """What we say under this name in a language; nothing where Babel knows it."""
    return books().get(language, {}).get(name, ())


LANGUAGES: Final = ("en", *books())
"""All that the hotline speaks."""
