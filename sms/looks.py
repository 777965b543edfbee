"""How a text looks, whatever its words say: who writes to many writes it otherwise than who writes
to one. The tables of `learned` say what each of these tells. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_WITH_DIGITS: Final[Mapping[str, re.Pattern[str]]] = {
    "price": re.compile(r"[$€£]\s?\d|\d\s?(?:\$|€|(?:usd|htg|gourdes|reais)\b)", re.IGNORECASE),
    "cents": re.compile(r"\d[.,]\d\d\b"),
    "share": re.compile(r"\d ?%"),
    "code to dial": re.compile(r"[*#]\d{2}"),
    "long number": re.compile(r"\d{5}"),
    "number": re.compile(r"\d[\d-]{2,}\d"),
    "date": re.compile(r"\b\d{1,2}/\d{1,2}\b"),
    "clock": re.compile(r"\b\d{1,2}:\d\d"),
    "code": re.compile(r"[A-Z]{2}\d|\d[A-Z]{2}|[A-Z]\d{3}|\d-[A-Z]|[A-Z]{3}[ -]\d{3}"),
}
_WITH_ANY: Final[Mapping[str, re.Pattern[str]]] = {
    "sender": re.compile(r"[^\w]*[^\W\d_a-z][\w'&.]*(?: [\w'&.]+){0,3}: "),
    "address": re.compile(r"https?://|\w\.(?:com|org|net|example|info|app|co|me|us|ht|mx|br|fr)\b"),
    "!": re.compile("!"),
    "sign": re.compile("[.,!?;:]"),
    "end": re.compile(r"[.!]$"),
    "picture": re.compile("[☀-➿\U0001f300-\U0001faff]"),
}
OF_MANY: Final = frozenset({*_WITH_DIGITS, "sender", "address"})
"""Most texts to many have one of these at least. So have some to one: it takes more to tell."""

_WORD = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"\d")


def looks(said: str) -> list[str]:
    """What can be seen of a text without understanding it, as names."""
    patterns = {**_WITH_ANY, **_WITH_DIGITS} if _DIGIT.search(said) else _WITH_ANY
    seen = [name for name, pattern in patterns.items() if pattern.search(said)]
    return seen + _of_capitals(said)


def _of_capitals(said: str) -> list[str]:
    if said.islower():
        return ["small"]
    if said.isupper():
        return ["capitals"]
    words = _WORD.findall(said)
    shouted = sum(len(it) > 2 and it.isupper() for it in words)
    seen = [f"{min(shouted, 2)} words in capitals"] if shouted else []
    if words and words[0][0].isupper():
        seen.append("begins large")
    if 3 * sum(it[0].isupper() for it in words[1:]) >= len(words):
        seen.append("names")
    return seen
