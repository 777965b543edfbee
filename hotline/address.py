"""Where somebody can be found, by what they wrote: a text without the exact place in it.

Pure, by rules, in English and with what each language's words.tsv adds. A street with its number,
an apartment, a code of a door, a phone number and a name are taken out where they can be told from
the rest. Where something stays that may be one of these, nothing of the text is shown: better none
of its words than where somebody sleeps.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from hotline.phrasebook import heard, one_of
from hotline.spelling import without_accents

LEFT_OUT = "[...]"


class PlaceState(StrEnum):
    """What became of our question whether a taker may know the place."""

    ASKED = "asked"
    GIVEN = "given"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class KeptPlace:
    """A place that a taker does not know yet. `state`: ASKED, or KEPT if the answer was NO."""

    number: int
    taker: int
    state: PlaceState


_BEFORE = (  # in front of the name of a street: "calle 8", "rue de la Paix"
    f"{one_of(heard('street_first'))}|boulevard|bd|place(?= d[eu]s? | d')"
)
_BEHIND = (  # behind it: "Elm Street"
    "street|str|st|avenue|ave|road|rd|lane|ln|boulevard|blvd|parkway|pkwy|highway|hwy|crescent"
)
_BEHIND_A_NUMBER = (  # said of other things, too: "12 Elm Place"
    "place|pl|drive|dr|court|ct|square|sq|terrace|ter|way|circle|cir|alley|close|row|av"
)
_UNIT = (
    "apartment|apt|unit|suite|ste|room|rm|floor|flat|lot|trailer|building|bldg|block|door|"
    + one_of(heard("unit"))
)
_CODE = "code|codes|buzzer|buzz|intercom|pin|lockbox|keybox|password|" + one_of(heard("door_code"))
_CALLED = (  # nothing but a name stands behind these
    "my name is|my name's|name is|call me|ask for|i am called|" + one_of(heard("named"))
)
_NUMBER = r"#?\d+[\w/-]*"
_WORD = r"[^\W\d_][\w'’.-]*"
_TO_NAME = r"(?:(?:de|la|las|los|el|le|les|du|des|da|do|dos|das|d|l|san|santa|saint|dr|of)[ '’])*"

_TITLE = "mr|mrs|ms|miss|dr|" + one_of(heard("addressed"))
_BIG = r"[A-ZÀ-Þ][\w'’.-]*"  # a word that begins with a capital, whatever the rest ignores
_ORDINAL = "st|nd|rd|th|er|ro|do|to|º|ª|°|e|ème|eme|yèm|o|a"
_IN_FRONT = r"(?:n[.°ºo]+|no\.?|num\.?|number|número|#|is|es|est|se)? *"

_NAMES = (
    re.compile(rf"(?i:\b(?:{_CALLED})\b:? +{_WORD})(?: +{_BIG}){{0,2}}"),
    re.compile(rf"(?i:\b(?:{_TITLE})\b)\.? +{_BIG}"),
)
_PLACES = tuple(
    re.compile(it, re.IGNORECASE)
    for it in (
        r"\+?\(?\d[\d ().-]{5,20}\d",  # +1 (212) 555-0141
        # 12 Elm Street, 12-14 W. 31st st, 12 Elm Place; Elm Street
        rf"{_NUMBER},? +(?:\w[\w'’.-]* +){{1,3}}(?:{_BEHIND}|{_BEHIND_A_NUMBER})\b\.?",
        rf"(?:\w[\w'’.-]* +){{1,2}}(?:{_BEHIND})\b\.?",
        # 12 bis, rue de la Paix; calle Ocho 140; Rua das Flores, 12
        rf"(?:{_NUMBER}(?: (?:bis|ter))?,? +)?\b(?:{_BEFORE})\b\.? +{_TO_NAME}\w[\w'’.-]*"
        rf"(?: +{_TO_NAME}(?-i:{_BIG})){{0,3}}(?:,? *{_IN_FRONT}{_NUMBER})?",
        # apt 4B, piso 3; 2nd floor, 3er piso, 2e étage; #4B
        rf"\b(?:{_UNIT})\b\.? *{_IN_FRONT}(?:{_NUMBER}|[A-Za-z]\b)",
        rf"\b\d+(?:{_ORDINAL})? *(?:{_UNIT})\b",
        r"#\s*\w+",
        # code 4711#; the code for the gate is *12
        rf"\b(?:{_CODE})\b(?:\W+\w+){{0,5}}?\W+[*#]?\d[\d*# -]*",
    )
)

# Behind these comes a place, however it is described.
_DESCRIBES = re.compile(
    r"\b(?:i live|we live|live at|living at|lives at|staying|stay at|i'?m at|i am at|we are at|"
    r"my address|address|corner|behind|next to|across from|opposite|hotel|motel|parked|"
    rf"{one_of(heard('describes'))})\b",
    re.IGNORECASE,
)
# What a number may be without being part of an address: a time, an age, how many of something.
_HARMLESS = re.compile(
    r"\b(?:\d{1,2}(?::\d{2}| ?h ?\d{0,2})? ?(?:am|pm|a\.m\.|p\.m\.|o'clock|uhr)?"
    r"|\d{1,2}h\d{2}|\d{1,3} ?(?:kg|lb|lbs|oz|ml|l|mg|%))\b(?! +[A-ZÀ-Þ])",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?:;/\n]\s*$|^\s*$")
_FINE = {
    *("i", "i'm", "i've", "i'll", "i'd", "ok", "please", "thanks", "thank", "english"),
    *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
    *("tv", "er", "id", "asap", "covid", "ssi", "ac"),
    *(word for row in ("thanks", "language") for word in heard(row)),
}


def without_place(text: str, known: Collection[str] = ()) -> str | None:
    """The text with LEFT_OUT in the place of what tells where somebody can be found; None where
    that may not be all. `known` are words that tell nothing, as the names of areas."""
    shown = text
    for pattern in (*_NAMES, *_PLACES):
        shown = _cut(pattern, shown, known)
    return None if _is_doubtful(shown, known) else _tidy(shown)


def _cut(pattern: re.Pattern[str], text: str, known: Collection[str]) -> str:
    def cut(found: re.Match[str]) -> str:
        return found[0] if found[0].casefold().strip() in known else LEFT_OUT

    return pattern.sub(cut, text)


def _is_doubtful(text: str, known: Collection[str]) -> bool:
    rest = text.replace(LEFT_OUT, " . ")
    for word in sorted(known, key=len, reverse=True):
        rest = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", " ", rest, flags=re.IGNORECASE)
    if _DESCRIBES.search(rest):
        return True
    if re.search(r"\d", _HARMLESS.sub(" ", rest)):
        return True
    return not text.isupper() and _names_something(rest)


def _names_something(text: str) -> bool:
    """Whether a word within a sentence begins with a capital, as names of people and places do."""
    return any(
        not _SENTENCE.search(text[: found.start()])
        and without_accents(found[0].casefold()) not in _FINE
        for found in re.finditer(r"\b[A-ZÀ-Þ][\w'’-]*", text)
        if not found[0].isupper() or len(found[0]) == 1
    )


def _tidy(text: str) -> str:
    """One mark where several stand side by side."""
    mark = re.escape(LEFT_OUT)
    return " ".join(re.sub(rf"{mark}(?:[\s,;.-]*{mark})+", LEFT_OUT, text).split())
