"""What a text does, as far as its words tell it: it asks for something, offers something, says that
nobody came. What follows from that depends on who wrote it: see `turns`. The words are in
`sms/lexicon/moves.*.tsv`, a file for each language. Pure once loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from sms import learned
from sms.patterns import found_in


class Move(StrEnum):
    """The rows of `moves.*.tsv`, by their names."""

    STOP = "stop"  # they want no more texts of ours
    ENOUGH = "enough"  # it sounds as if they did: see `learned`
    CONTACT = "contact"  # it names our texts, their number, or where that is kept
    START = "start"  # they said STOP, and want them again
    AUTO = "auto"  # a phone, a mailbox or a shop wrote it
    ASK = "ask"  # they or others need something
    OWN = "own"  # it is they themselves who need it
    IN_NEED = "in_need"  # they who could help are in need themselves, and say so
    NOTHING = "nothing"  # they need nothing, and say so
    OFFER = "offer"  # they have time or things to give
    CHATTER = "chatter"  # a joke, a wrong number, somebody else's business
    MET = "met"  # what was asked for is not needed any more
    STILL = "still"  # it is needed all the same
    NO_SHOW = "no_show"  # nobody came
    ANOTHER = "another"  # they want somebody else to come
    TAKES = "takes"  # they will do it
    REFUSES = "refuses"  # they will not
    MAYBE = "maybe"  # that depends
    HANDS_BACK = "hands_back"  # they took it and cannot do it
    DELIVERED = "delivered"  # they did it
    WELL = "well"  # it went well
    NOT_WELL = "not_well"  # it did not, or not all of it
    LATER = "later"  # they do it, but later than was said
    QUESTION = "question"  # it begins like a question
    WONDERS = "wonders"  # the same, with no word in it that asks for anything
    PUZZLES = "puzzles"  # it asks or does not know something, wherever that stands in it
    SERVES = "serves"  # whether we have or do something, and nobody is said to need it
    TELLS = "tells"  # it tells of the writer or their people
    # What they ask about us.
    WHO = "who"
    REAL = "real"  # whether a person is there, and whether it is honest
    COST = "cost"
    PRIVACY = "privacy"  # who sees what, and whether papers are asked for
    PLACE = "place"
    HOURS = "hours"
    HOW = "how"  # how it works, and for whom


_OPPOSITES = ((Move.REFUSES, Move.TAKES),)


MOVES = frozenset(str(move) for move in Move)


def moves_of(words: Sequence[str], folded: Callable[[str], list[str]]) -> frozenset[Move]:
    """What these words do. `folded`: the words of what is written, folded."""
    found = found_in(words, "moves", MOVES, folded)
    ends = {it.name: it.end for it in sorted(found, key=lambda it: it.end)}
    for one, other in _OPPOSITES:
        if one in ends and other in ends:  # "yes I saw it, but I am away": the last word counts
            del ends[min((one, other), key=lambda it: ends[it])]
    return frozenset(map(Move, ends.keys() | learned.sounds_like(words, "moves")))
