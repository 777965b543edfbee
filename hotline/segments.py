"""What a text costs: how many segments a carrier splits it into and bills for.

GSM-7 where every character allows it, UCS-2 for the whole text otherwise (3GPP TS 23.038, and
TS 23.040 for joined texts). Knows nothing of prices, and mends no text: a curly quote is counted
as it stands. National shift tables are left out because carriers in the US do not use them.
"""

from collections.abc import Iterable

GSM7_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Each of these travels as an escape and a letter: two places, never split."""

GSM7_SINGLE, GSM7_JOINED = 160, 153
UCS2_SINGLE, UCS2_JOINED = 70, 67


def count(text: str) -> int:
    """How many segments the text takes; an empty text is still sent once."""
    if is_gsm7(text):
        if len(text) <= GSM7_SINGLE and GSM7_EXTENSION.isdisjoint(text):
            return 1  # as nearly every text of ours is
        return _segments([_gsm7_places(letter) for letter in text], GSM7_SINGLE, GSM7_JOINED)
    return _segments([_ucs2_places(letter) for letter in text], UCS2_SINGLE, UCS2_JOINED)


def room(text: str, most: int) -> int:
    """How many letters of a text surely fit into so many segments, wherever it is cut."""
    if is_gsm7(text):
        return most * (GSM7_JOINED // max(map(_gsm7_places, text)))
    return most * (UCS2_JOINED // max(map(_ucs2_places, text)))


def is_gsm7(text: str) -> bool:
    """Whether the text travels in the cheap alphabet."""
    return not outside_gsm7(text)


def outside_gsm7(text: str) -> set[str]:
    """The characters that make the whole text UCS-2."""
    return set(text) - GSM7_BASIC - GSM7_EXTENSION


def _gsm7_places(letter: str) -> int:
    return 2 if letter in GSM7_EXTENSION else 1


def _ucs2_places(letter: str) -> int:
    return 2 if ord(letter) > 0xFFFF else 1


def _segments(places: Iterable[int], single: int, joined: int) -> int:
    """Fill one segment after the other; whatever takes two places stays in one of them."""
    places = list(places)
    if sum(places) <= single:
        return 1
    segments, used = 1, 0
    for needed in places:
        if used + needed > joined:
            segments, used = segments + 1, 0
        used += needed
    return segments
