"""What happened to one request, as it is read: what went to several is one entry. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hotline.page import PageState
from hotline.store.timeline import LineKind, TimelineLine
from hotline.store.waiting import SEEN

ANSWERS = (PageState.ACCEPTED, PageState.PASSED, PageState.UNREACHED)
MOST_WORDS = 3  # of whoever asked, above the deeds


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """`lines`: the same words to each of these."""

    lines: tuple[TimelineLine, ...]

    @property
    def first(self) -> TimelineLine:
        return self.lines[0]


def story(lines: Iterable[TimelineLine]) -> list[StoryEntry]:
    """An answer is told once, in however many rounds somebody was asked; that others need not
    answer any more is in what they were told."""
    told: list[StoryEntry] = []
    answered: set[TimelineLine] = set()
    for line in lines:
        if line.kind is LineKind.ANSWERED:
            if line.state not in ANSWERS or line in answered:
                continue
            answered.add(line)
        if told and _is_the_same(told[-1].first, line):
            told[-1] = StoryEntry((*told[-1].lines, line))
        else:
            told.append(StoryEntry((line,)))
    return told


def _is_the_same(one: TimelineLine, other: TimelineLine) -> bool:
    is_told = one.kind is LineKind.TOLD and other.kind is LineKind.TOLD
    return is_told and one.body == other.body and one.who != other.who


def words_of(lines: Sequence[TimelineLine], who: int) -> list[TimelineLine]:
    """What somebody wrote or said about it: the first words, and the newest."""
    said = [it for it in lines if it.who == who and it.kind in (LineKind.WROTE, LineKind.SPOKE)]
    return said if len(said) <= MOST_WORDS else [said[0], *said[1 - MOST_WORDS :]]


def is_in_danger(lines: Iterable[TimelineLine]) -> bool:
    """Somebody told of danger, and nobody at the desk has looked after that since."""
    waits = False
    for it in lines:
        if it.kind is LineKind.DID and it.state in ("danger", SEEN):
            waits = it.state == "danger"
    return waits
