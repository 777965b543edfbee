"""What is kept for those who need it most, so that it does not run out, and when strangers wait
their turn.

Pure. Of how often a volunteer may be asked, and of the day's segments, a share is kept for what is
urgent and for people the network knows: who is on the roster, or asked before and was helped. Any
other is a stranger, which is nothing bad: everybody was one once. When more of them ask in an hour
than fits the roster, each request asks few people at a time, the oldest first, so that all are
asked about. Whatever strangers call urgent takes at most a third of what is kept, so that people
the network knows always find some; and what a hidden number calls urgent, or one that was only
keyed in, takes none of it: a machine can call from any number of those. What was asked for in such
a crowd leaves the last time of one volunteer in three, so that who asks when it is calm again finds
somebody. And of the phone lines strangers leave some to people the network knows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, StrEnum, auto

from hotline.help_request import HelpRequest
from hotline.settings import Limits, Network

FEWEST_IN_AN_HOUR = 6  # requests of strangers that no network takes for a flood
PEOPLE_FOR_ONE = 8  # so many on the roster can look after one such request an hour
CROWDED_WAVE = 2  # people that each request asks at once while there are too many
CROWD_LASTS = timedelta(days=1)  # what was asked for in it is so long a part of it
LEFT_BY_A_CROWD = 3  # of one volunteer in so many it leaves the last time of their day
THIRDS = 3  # of what is kept, one is for whatever strangers call urgent
POT_PARTS = 5  # each pot has one of so many parts of the day's segments for itself


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks. `is_hidden`: their number was not shown, and nobody was ever heard from at the one
    that they left; `is_crowded`: more strangers asked in the last hour than fits the roster;
    `came_in_crowd`: so it was when they asked, not long ago; `is_unrepeated`: in such an hour they
    called, and did not repeat the digits that they heard."""

    is_known: bool
    is_hidden: bool = False
    is_crowded: bool = False
    is_unrepeated: bool = False
    came_in_crowd: bool = False

    @property
    def is_one_of_many(self) -> bool:
        return self.is_crowded or self.came_in_crowd


class Claim(Enum):
    """How much of what is kept somebody may use."""

    NOTHING = auto()
    A_THIRD = auto()
    ALL = auto()


def claim(request: HelpRequest, asker: Asker) -> Claim:
    if asker.is_known:
        return Claim.ALL
    can_be_many = asker.is_hidden or asker.is_unrepeated
    return Claim.A_THIRD if request.urgent and not can_be_many else Claim.NOTHING


def most_in_an_hour(network: Network, on_roster: int) -> int:
    """How many requests of strangers in an hour are no flood."""
    fits = max(FEWEST_IN_AN_HOUR, on_roster // PEOPLE_FOR_ONE)
    return network.limits.strangers_an_hour or fits


def kept_from(claim: Claim, limits: Limits) -> int:
    """How many percent are kept for others than who has this claim."""
    parts = {Claim.NOTHING: THIRDS, Claim.A_THIRD: THIRDS - 1, Claim.ALL: 0}[claim]
    return limits.kept_percent * parts // THIRDS


def drawn(
    free: Sequence[int],
    before: Collection[int],
    on_roster: int,
    size: int,
    *,
    is_crowded: bool = False,
) -> tuple[int, ...]:
    """Whom of these, who are asked no more today but for what is kept, strangers may have asked:
    those who were asked so `before`, and others until it is a third of all, in a crowd half of
    that, and one at least."""
    parts = 2 * THIRDS if is_crowded else THIRDS
    left = max(1, on_roster // parts) - len(before)
    again = [it for it in free if it in before]
    others = [it for it in free if it not in before][: max(0, left)]
    return (*again, *others)[:size]


def at_once(size: int, asker: Asker) -> int:
    """How many people one request asks at once, in the place of `size`."""
    return size if asker.is_known or not asker.is_one_of_many else min(size, CROWDED_WAVE)


# The phone lines.


class WhoCalls(Enum):
    """Who has one of our lines, or wants one."""

    HIDDEN = auto()
    STRANGER = auto()
    KNOWN = auto()


def lines(of: WhoCalls, calls_at_once: int) -> int:
    """How many lines callers like this have together: hidden ones half; strangers, who may be
    hidden, all but a quarter."""
    share = {WhoCalls.HIDDEN: calls_at_once // 2, WhoCalls.STRANGER: calls_at_once * 3 // 4}
    return max(1, share.get(of, calls_at_once))


# The day's segments.


class Pot(StrEnum):
    """What segments are spent on: answers to what somebody texted, pages, and all the rest."""

    ANSWERS = "answers"
    PAGES = "pages"
    OTHERS = "others"


def has_room(spent: Mapping[Pot, int], pot: Pot, limits: Limits, kept: int = 0) -> bool:
    """Whether anything may still be spent from this pot. Each has a part for itself, and what no
    pot has is there for whichever comes first. `kept`: percent that are for others."""
    most = limits.segments_a_day * (100 - kept) / 100
    own = most / POT_PARTS
    together = sum(max(0, spent[it] - own) for it in Pot)
    return spent[pot] < own or together < most - len(Pot) * own
