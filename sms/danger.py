"""Danger in what somebody writes or says, and fear of whom we brought them together with: words
in, what kind of danger out.

The words are in `sms/lexicon/danger.*.tsv`, a file for each language: who, what happens, and what
takes it back (it is over, a joke, a thing and no person). When in doubt it hears danger: one number
too many to call does less harm than one too few. Pure once loaded.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from hotline import phrasebook
from hotline.names import TITLES
from hotline.phrasebook import one_of
from hotline.spelling import without_accents
from sms import learned, vocabulary
from sms.patterns import found_in, without_figures
from sms.reading import fold, words_as_read, words_of


class Danger(StrEnum):
    """What somebody may be in, the most pressing first."""

    SELF_HARM = "self_harm"  # they do not want to live
    VIOLENCE = "violence"  # somebody hurts, threatens or follows them
    RESCUE = "rescue"  # fire, gas, water, a body that fails
    CALL = "call"  # they write the emergency number or SOS
    DESPAIR = "despair"  # they may not want to live
    MAYBE = "maybe"  # what may be danger, and may not: the number is named, and that is all

    @property
    def is_sure(self) -> bool:
        return self not in (Danger.DESPAIR, Danger.MAYBE)

    @property
    def is_about_life(self) -> bool:
        """Whether somebody may not want to live."""
        return self in (Danger.SELF_HARM, Danger.DESPAIR)


@dataclass(frozen=True, slots=True)
class DangerHeard:
    """`danger` is the most pressing; `is_alone`: nothing else was said; `not_meant`: needs that
    these words name and do not ask for: "water is rising"; `asks`: they ask for help."""

    danger: Danger
    is_alone: bool = False
    asks: bool = False
    not_meant: tuple[str, ...] = ()


_NOT_THEM = ("not them", "not him", "not her")
_SAFE = ("safe", "block", *_NOT_THEM, *phrasebook.heard("safe"))
_AROUND = (
    r"(?:now|him|her|them|this (?:person|man|woman)|that (?:man|woman|person)|ana|\d+"
    rf"|i (?:say|text|want|need)|hi|hello|{one_of(vocabulary.PLEASE)}"
    rf"|{one_of(phrasebook.heard('around_safe'))})"
)
_SAFE_ALONE = re.compile(
    rf"(?:{_AROUND} )*(?:{one_of((*_SAFE, *phrasebook.heard('not_them')))})(?: {_AROUND})*"
)
_SAFE_LOUD = re.compile(rf"(?<![\w-])(?:{one_of(_SAFE).upper()})(?![\w-])")
_WORDS = re.compile(r"\w+")


def says_safe(said: str) -> bool:
    """Whether somebody wants to be kept apart from the other: SAFE alone or nearly so, or SAFE in
    capitals with anything around it."""
    is_loud = _SAFE_LOUD.search(without_accents(said)) is not None and not said.isupper()
    return says_only_safe(said) or is_loud


def says_only_safe(said: str) -> bool:
    return _SAFE_ALONE.fullmatch(" ".join(_WORDS.findall(fold(said)))) is not None


# Danger.


def heard(found: Telling, said: str) -> DangerHeard | None:
    """The danger that a text tells of, if any, by the signs that were found in it."""
    if called := _called(said):
        return called
    danger = next((it for it in Danger if it.value in found.signs), None)
    is_over = Sign.OVER in found.signs and Sign.NOW not in found.signs
    if danger is None or is_over:
        return None
    words = " ".join(found.words)
    if danger is Danger.RESCUE:
        return DangerHeard(danger, not_meant=("water",) * bool(_WATER.search(words)))
    pills = ("medicine",) * (danger is Danger.SELF_HARM and bool(_PILLS.search(words)))
    return DangerHeard(danger, asks=not _HELP.isdisjoint(found.words), not_meant=pills)


_WATER = re.compile(one_of(("water", "flood", *phrasebook.heard("about_water"))))
_PILLS = re.compile(one_of(("pill", "meds", *phrasebook.heard("about_pills"))))
_HELP = phrasebook.heard("help_me") | {"help"}


def _called(said: str) -> DangerHeard | None:
    """The number itself, or SOS: alone or with words around it that are about calling."""
    folded = fold(said)
    found = _CALL_SIGNS.search(folded) or _CALLED.search(folded)
    if found is None or (found.re is _CALLED and _OF_A_PLACE.search(folded)):
        return None
    left = folded[: found.start()] + folded[found.end() :]
    return DangerHeard(Danger.CALL, is_alone=not _CONTENT.search(left))


_CALL_SIGNS = re.compile(r"(?<!\w)(?:s\W?o\W?s|\U0001f198)(?!\w)|\U0001f198")
_CALLED = re.compile(r"(?<![\w+])9\W{0,2}1\W{0,2}1(?![\w])")
_HURRY = ("please", "hurry", "help", "pls", "now", "call", "me", "us", "quick", "fast")
_HURRIES = one_of((*_HURRY, *phrasebook.heard("help_me"), *phrasebook.heard("hurry")))
_CONTENT = re.compile(rf"(?!(?:{_HURRIES})\b)\b[a-z]{{3,}}")
_STREETS = ("st", "street", "ave", "avenue", "rd", "road", "pl", "place", "blvd", "lane", "ln")
_BEHIND_911 = one_of((*_STREETS, "main", "apt", *phrasebook.heard("street")))
_BEFORE_911 = (
    *("apt", "unit", "room", "no", "porsche", "called", "not", "is this", "this is", "like", "its"),
)
_OF_A_PLACE = re.compile(
    rf"911 (?:\w+ )?(?:{_BEHIND_911})\b"
    rf"|(?:{one_of((*_BEFORE_911, *phrasebook.heard('no_call')))}) 911"
)


# What words tell: the rows of `sms/lexicon/danger.*.tsv`.


class Sign(StrEnum):
    """The rows by their names: danger, as above, and what is said of the other one whom we brought
    them together with."""

    SELF_HARM = Danger.SELF_HARM.value
    VIOLENCE = Danger.VIOLENCE.value
    RESCUE = Danger.RESCUE.value
    DESPAIR = Danger.DESPAIR.value
    MAYBE = Danger.MAYBE.value
    OVER = "over"  # it was long ago, is a joke, or is talked about
    NOW = "now"  # whatever else is told, it happens now
    FEAR = "fear"  # "she scares me"
    HARM = "harm"  # "he touched me", "he had a knife", "she stole my purse"
    PRYING = "prying"  # "he keeps asking if I live alone"
    REFUSAL = "refusal"  # "don't send him again", "keep her away"
    REPORT = "report"  # "block him", "who do I report this to"
    ELSE = "else"  # "I'd like somebody else please"
    AGAINST = "against"  # something bad of "he", where nobody else is named
    ASIDE = "aside"  # what "he" does to "me": it is told to us, and not to him
    UNEASE = "unease"  # "weird vibes", "she was drunk"
    FOR_US = "for_us"  # and not for the other: "just for your ears"
    WRONG = "wrong"  # one of ours, whom they do not talk to, did wrong: "your driver charges us"
    ALARM = "alarm"  # it sounds like what somebody says of whom they fear: see `learned`
    KIN = "kin"  # somebody else is named, of whom the others may be said: "my ex"


BESIDES = frozenset({Sign.OVER, Sign.NOW, Sign.KIN})
"""What tells of no danger by itself."""


BY_SOMEBODY = frozenset(
    {Sign.FEAR, Sign.HARM, Sign.PRYING, Sign.AGAINST, Sign.UNEASE, Sign.ALARM, Sign.WRONG}
)
"""What tells of what somebody does to whoever writes."""


class Telling(NamedTuple):
    """What is found in a text, and its words, folded."""

    signs: frozenset[Sign]
    words: tuple[str, ...]


THE_OTHER = "theother"  # in a lexicon: the name of whom somebody talks to


def signs(said: Sequence[str], names: Collection[str] = ()) -> Telling:
    """What words tell, folded by `words_of`; whoever they are said to may be called by these
    names."""
    words = addressed(said, names)
    found = {it.name for it in found_in(words, "danger", SIGNS, words_as_read)}
    found |= learned.sounds_like(without_figures(words, "danger", words_as_read), "danger")
    return Telling(frozenset(map(Sign, found)), tuple(words))


def addressed(said: Sequence[str], names: Collection[str]) -> list[str]:
    """The words with THE_OTHER where one of these names stands; without it where they are spoken
    to by it: "Sorry Ana, my English"."""
    called = {word for name in names for word in words_of(name)}
    return [
        THE_OTHER if word in called else word
        for place, word in enumerate(said)
        if word not in called or not _is_spoken_to(said[:place], said[place + 1 :])
    ]


def _is_spoken_to(before: Sequence[str], behind: Sequence[str]) -> bool:
    """Whether what is behind a name can only be said to whoever has it, and courtesy alone stands
    before it."""
    return bool(behind) and behind[0] in _BEHIND_A_NAME and _BEFORE_A_NAME.issuperset(before[-2:])


_BEFORE_A_NAME = vocabulary.COURTESY | TITLES | phrasebook.heard("yes") | phrasebook.heard("thanks")
_BEHIND_A_NAME = phrasebook.heard("behind_a_name") | {
    *("i", "im", "ive", "ill", "id", "my", "we", "our", "you", "your", "youre", "u", "ur", "its"),
    *("please", "thanks", "thank", "honey", "dear", "sorry", "there", "when", "where", "how", "if"),
}


SIGNS = frozenset(str(it) for it in Sign)


# What is said alone, perhaps with a request's number.


class Alone(StrEnum):
    QUIET = "quiet"  # texts shall say nothing, because somebody else may read them
    UNDO = "undo"
    MEANT = "meant"  # the words that were held back are to be sent


# Of a phrase that says two of these, the last counts.
_ALONE = {
    Alone.MEANT: phrasebook.heard("meant") | {"meant", "i meant", "i meant it", "send it"},
    Alone.UNDO: phrasebook.heard("undo") | {"undo"},
    Alone.QUIET: phrasebook.heard("quiet") | {"quiet", "quiet please", "be quiet"},
}
_MEANING = {phrase: alone for alone, phrases in _ALONE.items() for phrase in phrases}


def said_alone(said: Sequence[str]) -> Alone | None:
    """What these words say, folded by `words_of`, if they say nothing else."""
    return _MEANING.get(" ".join([word for word in said if not word.isdigit()]))
