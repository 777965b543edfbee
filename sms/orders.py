"""What somebody on the roster tells us of themselves, or wants to see: words in, an order out.
One order is everybody's: to be forgotten.

Pure, and strict: a text is an order only if it is nothing else. Whatever has one word more is
left to `reading`, for which all words are a request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hotline.hours import BadHours, parse_hours
from hotline.names import is_own_name
from hotline.phrasebook import by_language, heard, one_of
from hotline.settings import Network
from sms import vocabulary
from sms.reading import Intent, Reading, fold, once_per_network, without_politeness

MOST_DAYS = 365  # of a pause
LONGEST_HOURS = 60


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


@dataclass(frozen=True, slots=True)
class Me:
    """What the roster knows of them."""


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Can:
    """What they do, as need keys; none means anything."""

    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Areas:
    """Where they help, as area keys; none means anywhere, None that we know no such area."""

    areas: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Times:
    """When they may be asked, as they wrote it; "" means any time, None that we cannot read it."""

    hours: str | None


@dataclass(frozen=True, slots=True)
class Join:
    """To come onto the roster, perhaps with their name."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class Vouch:
    """For the newcomer who was given this number."""

    code: int


@dataclass(frozen=True, slots=True)
class Look:
    """What is open near them."""


@dataclass(frozen=True, slots=True)
class Stats:
    """What the network did lately."""


@dataclass(frozen=True, slots=True)
class Forget:
    """To be forgotten; the word was said in this language. `is_sure`: it needs no code."""

    language: str = "en"
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class Confirm:
    """What they ordered before, by the code that we texted."""

    code: str


@dataclass(frozen=True, slots=True)
class Pin:
    """To prove on the phone who they are by these digits."""

    digits: str


@dataclass(frozen=True, slots=True)
class PinOff:
    """To do so by a code again."""


@dataclass(frozen=True, slots=True)
class TextMe:
    """To be texted again, and not called."""


@dataclass(frozen=True, slots=True)
class Skip:
    """An answer to what we asked a newcomer: as you like."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """No answer to what we asked, and nothing else that we know of: to be asked again."""


Order = (
    Pause
    | Back
    | Most
    | Me
    | Name
    | Can
    | Areas
    | Times
    | Join
    | Vouch
    | Look
    | Stats
    | Forget
    | Confirm
    | Pin
    | PinOff
    | TextMe
    | Skip
    | Unclear
)

_DAYS = dict.fromkeys(("d", "day", "days"), 1) | dict.fromkeys(("w", "wk", "week", "weeks"), 7)
_DAYS |= dict.fromkeys(("month", "months"), 30)
_DAYS |= dict.fromkeys(heard("day_units"), 1) | dict.fromkeys(heard("week_units"), 7)
_DAYS |= dict.fromkeys(heard("month_units"), 30)
_COUNTS = dict.fromkeys(("a", "an", "one", *heard("one")), 1)
_COUNTS |= {it: count for it, count in vocabulary.COUNTS.items() if not it.isdigit()}
_WORD = re.compile(r"\w+")
_PAUSE = re.compile(
    rf"(?:{one_of(('pause', 'pause for', *heard('pause')))})"
    rf"(?: (\d{{1,3}}|{one_of(_COUNTS)}) ?({one_of(_DAYS)})?)?"
)
_MOST = re.compile(
    rf"(?:{one_of(('max', 'maximum', *heard('most')))}) (\d{{1,2}})"
    rf"(?: (?:{one_of(('a day', 'per day', *heard('a_day')))}))?"
)
_VOUCH = re.compile(rf"(?:{one_of(('vouch', 'vouch for', *heard('vouch')))}) (\d{{4}})")
_CONFIRM = re.compile(rf"(?:{one_of(('confirm', *heard('confirm')))}) (\d{{3}}) ?(\d{{3}})")
_PIN_IS = one_of(("pin", "pin is", "my pin", "my pin is", "new pin", *heard("pin")))
_PIN = re.compile(rf"(?:{_PIN_IS})(?: (\d[\d ]{{0,14}}))?")
_I_AM = {
    *("my name is", "my names", "im", "i am", "its", "it is", "this is"),
    *heard("i_am"),
}
_BACK = {"back", "im back", "i am back", *heard("back")}
_LOOK = {"open", "open requests", *heard("look")}
_STATS = {"stats", "statistics", *heard("stats")}
_ME = {"me", *heard("me")}
_FORGET = {"forget me", "delete me", "delete my data"}
_PIN_OFF = {"pin off", "no pin", "pin no", *heard("pin_off")}
_TEXT_ME = {"text me", "text me again", "texts", *heard("text_me")}
_AND = {"and", "or", "the", "in", *heard("between")}
_ANY = {
    *heard("any"),
    *("any", "anything", "everything", "all", "whatever", "anywhere", "everywhere"),
}
_ALONE: dict[str, Order] = {
    **dict.fromkeys(_BACK, Back()),
    **dict.fromkeys(_ME, Me()),
    **dict.fromkeys(_LOOK, Look()),
    **dict.fromkeys(_STATS, Stats()),
    **dict.fromkeys(_TEXT_ME, TextMe()),
    **dict.fromkeys(_PIN_OFF, PinOff()),
    **dict.fromkeys(_FORGET, Forget("en")),
    **{it: Forget(code) for code, some in by_language("forget").items() for it in some},
}
_SKIP = {"skip", "next", "whenever", *heard("skip")} | _ANY
# A need, but nothing that somebody has to give.
_NO_OFFER = frozenset().union(*vocabulary.ASKING.values()) | heard("no_offer")


def find(reading: Reading, network: Network) -> Order | None:
    """The order that a text is, if it is one."""
    if reading.intent not in (Intent.WORDS, Intent.SMALL_TALK) or reading.said.endswith("?"):
        return None
    words = _words(reading.said)
    said = " ".join(words)
    alone = _ALONE.get(said)
    return (
        alone
        or pause_in(said)
        or _most(said)
        or _vouch(said)
        or _confirm(said)
        or _pin(said)
        or _change(reading, words, network)
    )


def _words(said: str) -> list[str]:
    return _WORD.findall(fold(said))


def _change(reading: Reading, words: list[str], network: Network) -> Order | None:
    """NAME, CAN, AREA or HOURS, and what stands behind it."""
    first, rest = _CHANGES.get(words[0], words[0]) if words else "", words[1:]
    written = reading.said.partition(" ")[2].strip(" :.!")
    match first:
        case "join":
            named = name_in(written, network)
            return Join(named.name) if named else None
        case "name":
            return name_in(written, network)
        case "can":
            return can_in(rest, network)
        case "area" if rest:
            areas = areas_in(rest, network)
            return areas or (None if reading.asks or len(rest) > 2 else Areas(None))
        case "hours" if rest:
            hours = hours_in(written)
            return hours or (None if reading.asks or len(rest) > 4 else Times(None))
        case _:
            return None


_CHANGES = {"areas": "area"} | {
    word: change for change in ("join", "name", "can", "area", "hours") for word in heard(change)
}


def answer_to(question: str, reading: Reading, network: Network) -> Order | None:
    """What a text says to the question that a newcomer was asked; None if it is something else,
    as every need is."""
    words = _words(reading.said)
    if question not in ("name", "can", "area", "hours") or reading.said.endswith("?"):
        return None
    is_words = reading.intent is Intent.WORDS
    if is_words and (found := _answer(question, reading, words, network)):
        return found
    simple = reading.intent in (Intent.YES, Intent.NO) and reading.only_answer
    if question != "name" and ((simple and reading.number is None) or " ".join(words) in _SKIP):
        return Skip()
    return Unclear() if is_words and len(words) <= 6 and not reading.asks else None


def _answer(question: str, reading: Reading, words: list[str], network: Network) -> Order | None:
    match question:
        case "name":
            return name_in(_without_i_am(reading.said).strip(" .!"), network)
        case "can":
            return can_in(words, network)
        case "area":
            return areas_in(words, network)
        case _:
            return hours_in(reading.said.strip(" .!"))


def _without_i_am(said: str) -> str:
    """What is left of "Hi, my name is Ana"."""
    words = said.split()
    if len(words) > 1 and fold(words[0]).strip(",") in vocabulary.BEFORE_ANSWER:
        words = words[1:]
    for length in (3, 2, 1):
        if length < len(words) and fold(" ".join(words[:length])) in _I_AM:
            return " ".join(words[length:])
    return " ".join(words)


def name_in(written: str, network: Network) -> Name | None:
    """Up to three words that are a name for all we know."""
    words = _words(written)
    name = " ".join(written.split())
    if not is_own_name(name) or not _no_names(network).isdisjoint(words):
        return None
    return Name(name)


@once_per_network
def _no_names(network: Network) -> frozenset[str]:
    """Words that are nobody's name: they say something, or name a need or an area."""
    small = frozenset().union(*vocabulary.SMALL_TALK.values())
    hints = frozenset().union(*vocabulary.HINTS.values())
    goods = {word for word in vocabulary.OFFERED if " " not in word}
    others = {
        *("help", "me", "im", "not", "dont", "no", "us", "our", "list", "group"),
        *heard("no_name"),
    }
    words = hints.union(goods) - heard("in_names")
    return words.union(small, _NO_OFFER, others, _needs(network), _areas(network))


def can_in(words: list[str], network: Network) -> Can | None:
    if " ".join(words) in _ANY:
        return Can(())
    found = None if _NO_OFFER & set(words) else needs_in(words, network)
    return Can(found) if found else None


def needs_in(words: list[str], network: Network) -> tuple[str, ...]:
    """The keys of the needs that are named, if nothing else is."""
    return _keys(words, _needs(network))


def areas_in(words: list[str], network: Network) -> Areas | None:
    if " ".join(words) in _ANY:
        return Areas(())
    found = _keys(words, _areas(network))
    return Areas(found) if found else None


def hours_in(written: str) -> Times | None:
    try:
        hours = parse_hours(written)
    except BadHours:
        return None
    if len(written) > LONGEST_HOURS or not written:
        return None
    return Times(" ".join(written.split()) if hours.spans else "")


def _keys(words: list[str], known: Mapping[str, str]) -> tuple[str, ...]:
    """The keys of what is named, if nothing else is."""
    found: list[str] = []
    place = 0
    while place < len(words):
        length = next((n for n in (3, 2, 1) if _phrase(words[place : place + n], n, known)), 0)
        if length:
            found.append(_phrase(words[place : place + length], length, known))
        elif words[place] not in _AND:
            return ()
        place += length or 1
    return tuple(dict.fromkeys(found))


def _phrase(words: list[str], length: int, known: Mapping[str, str]) -> str:
    said = " ".join(words)
    if len(words) < length:
        return ""
    forms = (said, said.removesuffix("s"), said.removesuffix("es"))
    return next((known[form] for form in forms if form in known), "")


@once_per_network
def _needs(network: Network) -> dict[str, str]:
    """What people call each need, to its key."""
    spoken = {
        need.key: [
            need.key,
            *need.label.values(),
            *(it for some in need.words.values() for it in some),
        ]
        for need in network.needs
    }
    return _phrases(spoken.items())


@once_per_network
def _areas(network: Network) -> dict[str, str]:
    return _phrases((area.key, [area.key, *area.words]) for area in network.areas)


def _phrases(spoken: Iterable[tuple[str, list[str]]]) -> dict[str, str]:
    return {" ".join(_words(phrase)): key for key, phrases in spoken for phrase in phrases}


def _vouch(said: str) -> Vouch | None:
    found = _VOUCH.fullmatch(said)
    return Vouch(int(found[1])) if found else None


def _confirm(said: str) -> Confirm | None:
    found = _CONFIRM.fullmatch(said)
    return Confirm(found[1] + found[2]) if found else None


def _pin(said: str) -> Pin | None:
    found = _PIN.fullmatch(said)
    return Pin((found[1] or "").replace(" ", "")) if found else None


def pause_in(said: str) -> Pause | None:
    found = _PAUSE.fullmatch(without_politeness(said))
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
