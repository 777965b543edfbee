"""What a text comes to, by who wrote it: from the moves in its words to an intent. Pure.

The same words are another thing from another person: "somebody else, please" hands back what the
writer took, and asks for another neighbor where the writer is waiting for one. `TURNS` says so,
one row for each; the first that fits holds. What no row is for stays what `reading` made of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Final, NamedTuple

from sms import learned
from sms.looks import OF_MANY, looks
from sms.moves import Move
from sms.needs import MOST_NAMED
from sms.reading import Intent, Reading, words_of
from sms.vocabulary import HINTS


class Role(StrEnum):
    """Who somebody is to us when they write."""

    STRANGER = "stranger"  # nothing of theirs is open, and they are not on the roster
    WAITS = "waits"  # their request is open
    HAS_TAKER = "has_taker"  # somebody took it
    ASKED_HOW = "asked_how"  # it is said to be done, and we asked how it went
    PAGED = "paged"  # we asked whether they take something
    HOLDS = "holds"  # they took something
    TALKS = "talks"  # something of theirs was done lately, and the two may still talk
    HELPER = "helper"  # on the roster, with nothing to do with us now


class Turn(NamedTuple):
    """A text with one of `moves` (none at all: any words), with all of `also` and none of `unless`
    becomes `intent`. `needs`: whether it must name a need (True), must not (False), or either
    (None); `question`: whether a question mark stands at its end (True) or nowhere (False);
    `placed`: whether it names an area."""

    moves: frozenset[Move]
    intent: Intent
    unless: frozenset[Move] = frozenset()
    needs: bool | None = None
    question: bool | None = None
    also: frozenset[Move] = frozenset()
    placed: bool | None = None


def _turn(
    *moves: Move,
    to: Intent,
    unless: tuple[Move, ...] = (),
    needs: bool | None = None,
    question: bool | None = None,
    also: tuple[Move, ...] = (),
    placed: bool | None = None,
) -> Turn:
    return Turn(frozenset(moves), to, frozenset(unless), needs, question, frozenset(also), placed)


ABOUT_US: Final = (
    *(Move.PRIVACY, Move.COST, Move.REAL, Move.HOURS, Move.PLACE, Move.WHO, Move.HOW),
)
"""What people ask about us, the plainest first: of two, the first is answered."""

_ASKS_FOR_US: Final = (Move.START, Move.ASK, Move.NO_SHOW)
_WANTS_US: Final = (*_ASKS_FOR_US, Move.MET, Move.TAKES)
_ENOUGH: Final = (
    _turn(Move.ENOUGH, to=Intent.STOP, also=(Move.CONTACT,), unless=_ASKS_FOR_US),
    _turn(Move.ENOUGH, to=Intent.STOP, unless=_WANTS_US, needs=False),
)
"""In front of every row for those to whom we write. Who gets no texts of ours is asked back."""

TURNS: Final[Mapping[Role, tuple[Turn, ...]]] = {
    Role.STRANGER: (
        _turn(Move.ENOUGH, to=Intent.SMALL_TALK, unless=_WANTS_US, needs=False),
        _turn(Move.NOTHING, to=Intent.ABOUT_US, unless=(Move.STILL, Move.ASK)),
        _turn(Move.OFFER, to=Intent.OFFER, unless=(Move.ASK, Move.IN_NEED)),
        _turn(Move.SERVES, to=Intent.ABOUT_US, placed=False),
        _turn(Move.ASK, to=Intent.WORDS),
        _turn(Move.COST, Move.PRIVACY, to=Intent.ABOUT_US),
        _turn(*ABOUT_US, to=Intent.ABOUT_US, needs=False),
        _turn(Move.CHATTER, to=Intent.SMALL_TALK, needs=False),
        _turn(Move.QUESTION, Move.WONDERS, to=Intent.ABOUT_US, needs=False),
    ),
    Role.WAITS: (
        _turn(Move.MET, to=Intent.WITHDRAW, unless=(Move.STILL, Move.ASK)),
        _turn(Move.NO_SHOW, to=Intent.STATUS, unless=(Move.ASK,)),
        _turn(
            *(Move.WHO, Move.REAL, Move.COST, Move.PRIVACY),
            to=Intent.ABOUT_US,
            unless=(Move.ASK,),
            needs=False,
        ),
    ),
    Role.HAS_TAKER: (
        _turn(Move.MET, to=Intent.WITHDRAW, unless=(Move.STILL, Move.ASK)),
        _turn(Move.NO_SHOW, to=Intent.NO_SHOW),
        _turn(Move.ASK, to=Intent.ASK, needs=True),
        _turn(Move.REAL, to=Intent.ABOUT_US, unless=(Move.ASK,), question=True),
    ),
    Role.ASKED_HOW: (
        _turn(Move.NO_SHOW, to=Intent.NO_SHOW),
        _turn(Move.NOT_WELL, to=Intent.NO_SHOW),
        _turn(Move.WELL, to=Intent.YES, unless=(Move.NOT_WELL,)),
    ),
    Role.PAGED: (
        _turn(Move.IN_NEED, to=Intent.ASK, unless=(Move.TAKES,)),
        _turn(Move.IN_NEED, to=Intent.UNCLEAR),
        _turn(Move.TAKES, Move.REFUSES, to=Intent.UNCLEAR, question=True),
        _turn(Move.REFUSES, to=Intent.NO, unless=(Move.TAKES,)),
        _turn(Move.TAKES, to=Intent.YES, unless=(Move.REFUSES, Move.MAYBE)),
        _turn(Move.TAKES, Move.MAYBE, to=Intent.UNCLEAR),
        _turn(Move.ASK, to=Intent.ASK, needs=True),
        # "Are they the ones who need food?" is about the page, though it names a need.
        _turn(
            *(Move.QUESTION, Move.WONDERS, Move.PUZZLES),
            to=Intent.UNCLEAR,
            unless=(Move.OWN,),
            needs=True,
            question=True,
        ),
        _turn(*ABOUT_US, to=Intent.UNCLEAR),
        # Who says neither yes nor no and tells of their own day will not come (`turned`).
        _turn(
            Move.TELLS,
            to=Intent.NO,
            unless=(Move.OFFER, Move.MAYBE, Move.QUESTION, Move.WONDERS, Move.PUZZLES),
            needs=False,
            question=False,
        ),
    ),
    Role.HOLDS: (
        _turn(Move.IN_NEED, to=Intent.ASK, question=False),
        _turn(Move.LATER, to=Intent.WORDS),
        _turn(Move.HANDS_BACK, to=Intent.HAND_BACK, question=False),
        _turn(Move.HANDS_BACK, to=Intent.HAND_BACK, also=(Move.ANOTHER,)),
        _turn(Move.DELIVERED, to=Intent.DONE, question=False),
        _turn(Move.OWN, to=Intent.ASK, needs=True, question=False),
    ),
    Role.TALKS: (),
    Role.HELPER: (
        _turn(Move.IN_NEED, to=Intent.WORDS),
        _turn(Move.OFFER, Move.TAKES, to=Intent.OFFER, unless=(Move.ASK,)),
        _turn(Move.ASK, to=Intent.WORDS),
        _turn(*ABOUT_US, to=Intent.ABOUT_US, needs=False),
        _turn(Move.QUESTION, to=Intent.ABOUT_US, unless=(Move.ASK,)),
        _turn(to=Intent.UNCLEAR, needs=False),
    ),
}

_MAY_TURN = (Intent.WORDS, Intent.SMALL_TALK, Intent.YES, Intent.NO, Intent.HAND_BACK)


def turned(reading: Reading, role: Role, *, again: bool = False) -> Reading:
    """What somebody in this role means by it. An answer with nothing else in it, or with the number
    of a request behind a YES, is what it is. `again`: they wrote a moment ago. A stranger whom we
    asked back then is asked nothing more: what they write now is a request."""
    if reading.intent is Intent.MACHINE and _is_by_a_person(reading):
        reading = replace(reading, intent=Intent.WORDS, note=reading.said)
    is_plain = reading.only_answer or reading.starts_with_need
    is_plain = is_plain or (reading.intent is Intent.YES and reading.number is not None)
    if is_plain or reading.intent not in _MAY_TURN:
        return reading
    meant = by_its_moves(reading, role)
    if role not in _TABLES or meant.intent is Intent.STOP:
        return meant
    if role is Role.STRANGER and meant.intent is Intent.WORDS and again:
        return meant
    return _as_it_sounds(reading, meant, role)


def by_its_moves(reading: Reading, role: Role) -> Reading:
    """What it comes to by phrases alone."""
    if reading.intent not in _MAY_TURN:
        return reading
    if reading.intent is Intent.NO and reading.number is not None and _is_question(reading):
        return replace(reading, intent=Intent.WORDS, number=None)  # "No 12 is the one on Elm?"
    rows = TURNS[role] if role is Role.STRANGER else (*_ENOUGH, *TURNS[role])
    turn = next((it for it in rows if _fits(it, reading)), None)
    if turn and turn.moves == {Move.TELLS} and reading.intent is Intent.YES:
        return reading  # "yes of course, I have a pot on the stove"
    if turn is None or turn.intent is reading.intent:
        return reading
    return replace(reading, intent=turn.intent, note=reading.said)


def phrases_found(reading: Reading, meant: Intent) -> list[str]:
    """What phrases find in a text, as pieces of the tables of `learned`: what it comes to by them
    alone, its moves, how many needs it names, and the like."""
    named = len(_named(reading))
    found = [f"to {meant}", *reading.moves, f"{min(named, MOST_NAMED)} needs"]
    found.append(f"{len(reading.said.split()).bit_length()} bits of words")
    if _asks_for_it(reading):
        found.append("asks for it")
    if named and Move.TELLS in reading.moves:
        found.append("tells of it")
    if reading.area is not None:
        found.append("place")
    if _is_question(reading):
        found.append("question")
    return [f"{learned.BY_PHRASES}{it}" for it in found]


def look_of(said: str) -> list[str]:
    """How a text looks, as pieces of the tables of `learned`."""
    return [f"{learned.LOOKS}{it}" for it in looks(said)]


def _named(reading: Reading) -> set[str]:
    """The needs, also those that the network has no key for."""
    return {*reading.needs, *reading.details.kinds}


_TABLES: Final[Mapping[Role, str]] = {
    Role.STRANGER: learned.STRANGER,
    Role.PAGED: learned.PAGED,
    Role.ASKED_HOW: learned.ASKED_HOW,
}
"""What was learned of what people mean in a moment; its rows are intents."""

_ALIKE: Final[Mapping[Role, Mapping[Intent, Intent]]] = {
    Role.STRANGER: {Intent.ABOUT_US: Intent.SMALL_TALK, Intent.ASK: Intent.WORDS},
    Role.PAGED: dict.fromkeys((Intent.WORDS, Intent.ABOUT_US, Intent.SMALL_TALK), Intent.UNCLEAR),
    Role.ASKED_HOW: {
        Intent.NO: Intent.NO_SHOW,
        **dict.fromkeys((Intent.WORDS, Intent.SMALL_TALK), Intent.YES),  # thanks are for the other
    },
}
"""Intents that a table has one row for: it says no more of them than that."""


def _as_it_sounds(reading: Reading, meant: Reading, role: Role) -> Reading:
    """What the table of the moment makes of its words and of what phrases found in them; where it
    says nothing, `meant`. What sounds like a machine may be a person, and a person gets an answer:
    silence is for what phrases of ours know, and for what sounds and looks it by far."""
    told = _told(reading, meant.intent, _TABLES[role])
    if not told:
        is_doubted = role is Role.STRANGER and _is_a_word_for_nothing(meant)
        return replace(meant, intent=Intent.SMALL_TALK) if is_doubted else meant
    sounds = _sounds(meant, told, role)
    if sounds in (None, _ALIKE[role].get(meant.intent, meant.intent)):
        return meant
    return replace(meant, intent=sounds, note=meant.said)


def _told(reading: Reading, meant: Intent, file: str) -> Mapping[str, int]:
    """What a text tells for each row of a table. `meant`: what it comes to by phrases alone."""
    found = [*phrases_found(reading, meant), *look_of(reading.said)]
    return learned.tells_for(words_of(reading.said), file, found)


def _sounds(meant: Reading, told: Mapping[str, int], role: Role) -> Intent | None:
    """The likeliest row of the table of the moment; None: nothing tells enough for any."""
    if role is Role.STRANGER:
        return _of_a_stranger(meant, told)
    row = max(told, key=told.__getitem__)
    least = _SURELY if _asks_for_it(meant) else _LEAST_OF[role]
    if told[row] <= least:
        return None
    return Intent.UNCLEAR if told.get(Intent.UNCLEAR, 0) > 0 else Intent(row)


def _of_a_stranger(meant: Reading, told: Mapping[str, int]) -> Intent:
    """A request, rather than anything else: whoever asks for help and is asked back has to write
    once more, and may not."""
    if _sounds_like_a_machine(told, _SURELY) and _is_written_to_many(meant):
        return Intent.MACHINE
    others = {Intent(it): tells for it, tells in told.items() if it != Intent.WORDS}
    other = max(others, key=others.__getitem__)
    if _is_request(meant, told[Intent.WORDS], others[other]):
        return Intent.WORDS
    if others[other] > 0:
        return Intent.SMALL_TALK if other is Intent.MACHINE else other
    return Intent.OFFER if meant.intent is Intent.OFFER else Intent.SMALL_TALK


def _is_by_a_person(reading: Reading) -> bool:
    """Phrases of machines stand in people's words as well: "I got a final notice, please help".
    Whoever it is from, what machines write sounds like it."""
    told = _told(reading, reading.intent, learned.STRANGER)
    return bool(told) and not _sounds_like_a_machine(told, 0)


def _sounds_like_a_machine(told: Mapping[str, int], least: int) -> bool:
    """Whether more than `least` tells for a machine, and nothing for somebody who asks for help."""
    return told.get(Intent.MACHINE, 0) > least and told.get(Intent.WORDS, 0) <= 0


def _is_written_to_many(meant: Reading) -> bool:
    """Whether it looks like it, and asks for nothing that it names."""
    return not (_asks_for_it(meant) or OF_MANY.isdisjoint(looks(meant.said)))


def _is_request(meant: Reading, tells: int, other: int) -> bool:
    """`tells`: what its words tell for a request; `other`: for what else is likeliest. In languages
    that we know less well, much has to speak against it."""
    if Move.ENOUGH in meant.moves:  # it sounds like STOP: what phrases make of it holds
        return meant.intent is Intent.WORDS
    if meant.intent not in _MAY_ASK:
        return tells > max(other, 0)
    named = _named(meant)
    is_plain = _asks_for_it(meant) or len(named) > 1 or (named and meant.area is not None)
    if is_plain and tells > _LEAST_NAMED:
        return True
    if _is_well_heard(meant):
        return tells > _LEAST
    is_told = bool(named) or not meant.moves.isdisjoint({Move.TELLS, *_NEEDS_SOMETHING})
    return is_told or other < _BY_FAR


_MAY_ASK = (Intent.WORDS, Intent.YES, Intent.NO)  # a stranger's "no" answers nothing of ours


def _asks_for_it(meant: Reading) -> bool:
    return bool(_named(meant)) and not meant.moves.isdisjoint(_NEEDS_SOMETHING)


# In thousandths of the logarithm of the odds.
_LEAST_NAMED, _LEAST, _SURELY, _BY_FAR = -4500, -500, 3500, 5000
_LEAST_OF = {Role.PAGED: 0, Role.ASKED_HOW: 1000}  # when it went badly, the other is asked

_NEEDS_SOMETHING = {Move.ASK, Move.OWN, Move.IN_NEED}
_ASKS_US = {Move.QUESTION, Move.WONDERS, Move.PUZZLES}
_SMALL_ENGLISH = HINTS["en"] | {"this", "that", "your", "u", "its", "still", "was", "to", "when"}
_WELL_HEARD = ("en", "es", "pt")  # whoever asks for something in these is seen to


def _is_a_word_for_nothing(reading: Reading) -> bool:
    """Whether a stranger writes one word, and it names no need and no place: then a question back
    is better than to ask neighbors for we do not know what."""
    if reading.intent is not Intent.WORDS or _named(reading) or reading.area is not None:
        return False
    asks_us = "?" in reading.said or not reading.moves.isdisjoint(_ASKS_US)
    tells = Move.TELLS in reading.moves and not asks_us
    is_word = bool(reading.said) and " " not in reading.said
    return is_word and reading.moves.isdisjoint(_NEEDS_SOMETHING) and not tells


def _is_well_heard(reading: Reading) -> bool:
    if reading.language is None:
        return _is_english(reading.said.split())
    return reading.language in _WELL_HEARD


def _is_english(words: list[str]) -> bool:
    """Of other languages now and then a word looks like a small one of English."""
    small = sum(word.lower() in _SMALL_ENGLISH for word in words)
    return small > 0 and 4 * small >= len(words)


def _fits(turn: Turn, reading: Reading) -> bool:
    if turn.moves.isdisjoint(reading.moves) and (turn.moves or reading.intent is not Intent.WORDS):
        return False
    if not turn.unless.isdisjoint(reading.moves) or not turn.also <= reading.moves:
        return False
    if turn.needs not in (None, bool(reading.needs)):
        return False
    if turn.placed not in (None, reading.area is not None):
        return False
    if turn.question is False:
        return "?" not in reading.said
    return turn.question is None or _is_question(reading)


def _is_question(reading: Reading) -> bool:
    return reading.said.rstrip().endswith("?")
