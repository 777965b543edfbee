"""What is kept for those who need it most, so that it does not run out, and when strangers wait
their turn.

Pure. Of how often a volunteer may be asked, and of the day's segments, a share is kept for what is
urgent and for people the network knows: who is on the roster, or asked before and was helped. Any
other is a stranger, which is nothing bad: everybody was one once. When more of them ask in an hour
than fits the roster, each request asks few people at a time, the oldest first, so that all are
asked about. What is urgent from a hidden number takes nothing of what is kept: a machine can call
from any number of those, and say that each is urgent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hotline.help_request import HelpRequest
from hotline.settings import Limits, Network

FEWEST_IN_AN_HOUR = 6  # requests of strangers that no network takes for a flood
PEOPLE_FOR_ONE = 8  # so many on the roster can look after one such request an hour
CROWDED_WAVE = 2  # people that each request asks at once while there are too many
POT_PARTS = 5  # each pot has one of so many parts of the day's segments for itself


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks. `is_crowded`: more strangers asked in the last hour than fits the roster."""

    is_known: bool
    is_hidden: bool = False
    is_crowded: bool = False


def most_in_an_hour(network: Network, on_roster: int) -> int:
    """How many requests of strangers in an hour are no flood."""
    fits = max(FEWEST_IN_AN_HOUR, on_roster // PEOPLE_FOR_ONE)
    return network.limits.new_an_hour or fits


def kept_from(request: HelpRequest, asker: Asker, limits: Limits) -> int:
    """How many percent are kept for others than this request."""
    has_all = asker.is_known or (request.urgent and not asker.is_hidden)
    return 0 if has_all else limits.kept_percent


def at_once(size: int, asker: Asker) -> int:
    """How many people one request asks at once, in the place of `size`."""
    return size if asker.is_known or not asker.is_crowded else min(size, CROWDED_WAVE)


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
