"""What somebody on the roster tells us of themselves, or wants to see: words in, an order out.

Pure, and strict: a text is an order only if it is nothing else. Whatever has one word more is
left to `reading`, for which all words are a request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sms.reading import Intent, Reading, fold

MOST_DAYS = 365  # of a pause


@dataclass(frozen=True, slots=True)
class Pause:
    """Not to be asked for so many days; None: until they are back."""

    days: int | None = None


@dataclass(frozen=True, slots=True)
class Back:
    pass


@dataclass(frozen=True, slots=True)
class Most:
    """How often they want to be asked."""

    a_day: int


Order = Pause | Back | Most

_DAYS = {"d": 1, "day": 1, "days": 1, "dia": 1, "dias": 1} | dict.fromkeys(
    ("w", "wk", "week", "weeks", "semana", "semanas"), 7
)
_DAYS |= dict.fromkeys(("month", "months", "mes", "meses"), 30)
_COUNTS = {"a": 1, "an": 1, "one": 1, "un": 1, "una": 1, "two": 2, "dos": 2, "three": 3, "tres": 3}
_PAUSE = re.compile(
    r"(?:pause|pausa|pausar)(?: (?:for|por))?"
    rf"(?: (\d{{1,3}}|{'|'.join(_COUNTS)}) ?({'|'.join(sorted(_DAYS, reverse=True))})?)?"
)
_MOST = re.compile(r"max(?:imo|imum)? (\d{1,2})(?: (?:a day|per day|al dia|por dia))?")
_BACK = {"back", "im back", "i am back", "volvi", "ya volvi", "vuelvo", "he vuelto", "regrese"}


def find(reading: Reading) -> Order | None:
    """The order that a text is, if it is one."""
    if reading.intent not in (Intent.WORDS, Intent.SMALL_TALK) or reading.said.endswith("?"):
        return None
    said = " ".join(_words(reading.said))
    if said in _BACK:
        return Back()
    return _pause(said) or _most(said)


def _words(said: str) -> list[str]:
    return re.findall(r"\w+", fold(said))


def _pause(said: str) -> Pause | None:
    found = _PAUSE.fullmatch(said.removesuffix(" please").removesuffix(" por favor"))
    if found is None:
        return None
    count, unit = found.groups()
    if count is None:
        return Pause()
    days = (_COUNTS.get(count) or int(count)) * _DAYS.get(unit or "d", 1)
    return Pause(min(days, MOST_DAYS)) if days else Pause()


def _most(said: str) -> Most | Pause | None:
    found = _MOST.fullmatch(said)
    if found is None:
        return None
    return Most(int(found[1])) if int(found[1]) else Pause()
