"""Which of the hotline's sentences a text is, and about which request: as people read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from hotline import words
from hotline.words import Sentence

LANGUAGES = ("en", "es")


@dataclass(frozen=True)
class Recognized:
    """`number` is that of the request, None in a sentence without one."""

    sentence: Sentence
    number: int | None


def recognize(body: str) -> Recognized | None:
    """None for words that are none of ours."""
    for sentence, pattern in _patterns():
        if found := pattern.fullmatch(body):
            number = found.groupdict().get("number")
            return Recognized(sentence, int(number) if number else None)
    return None


@cache
def _patterns() -> list[tuple[Sentence, re.Pattern[str]]]:
    """The most particular first: the sentence with the most words of its own."""
    found = sorted(_written(), key=lambda it: -len(re.sub(r"\{\w+\}", "", it[1])))
    return [(sentence, _pattern(template)) for sentence, template in found]


def _written() -> Iterator[tuple[Sentence, str]]:
    for catalogue in words.load(LANGUAGES).values():
        for sentence in Sentence:
            yield sentence, str(catalogue.gettext(sentence.value))


def _pattern(template: str) -> re.Pattern[str]:
    seen: set[str] = set()

    def place(found: re.Match[str]) -> str:
        name = found[1]
        if name != "number":
            return ".+?"
        again = name in seen
        seen.add(name)
        return rf"(?P={name})" if again else rf"(?P<{name}>\d+)"

    parts = re.split(r"(\{\w+\})", template)
    pattern = "".join(
        re.sub(r"\{(\w+)\}", place, part) if part.startswith("{") else re.escape(part)
        for part in parts
    )
    return re.compile(pattern, re.DOTALL)
