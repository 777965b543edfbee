"""A page: one neighbor is asked about one request. What moves it from state to state.

Pure. A page is "accepted" if and only if its neighbor takes the request: so who takes it is read
off the request as it was and as it is then. The event only says who passed, came late or was
missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hotline.help_request import (
    Accepted,
    Event,
    HandedBack,
    HelpRequest,
    KeptApart,
    Passed,
    Unreached,
)


class PageState(StrEnum):
    ASKED = "asked"
    SHOWN = "shown"  # they asked what is open; it is no page, but they may take it
    ACCEPTED = "accepted"
    PASSED = "passed"
    COVERED = "covered"  # somebody else has it, or it is needed no longer
    UNREACHED = "unreached"


class PageMove(StrEnum):
    """What can become of a page."""

    TAKE = "they take it"
    LEAVE = "they pass, hand back or are let go"
    COME_LATE = "their YES comes too late"
    COVER = "it is covered or closed"
    MISS = "it does not reach them"


@dataclass(frozen=True, slots=True)
class PageRow:
    """From each of `states`, this move leads to `next`."""

    move: PageMove
    states: tuple[PageState, ...]
    next: PageState


TABLE: tuple[PageRow, ...] = (
    PageRow(PageMove.TAKE, tuple(PageState), PageState.ACCEPTED),
    PageRow(PageMove.LEAVE, tuple(PageState), PageState.PASSED),
    PageRow(
        PageMove.COME_LATE,
        tuple(it for it in PageState if it is not PageState.ACCEPTED),
        PageState.COVERED,
    ),
    PageRow(PageMove.COVER, (PageState.ASKED,), PageState.COVERED),
    PageRow(PageMove.MISS, (PageState.ASKED,), PageState.UNREACHED),
)
"""The machine. docs/states.md draws it."""

ROWS = {row.move: row for row in TABLE}
UNANSWERED = (PageState.ASKED, PageState.UNREACHED)  # by phone, whoever was missed may still answer


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of the pages that a neighbor got about a request."""

    neighbor: int
    move: PageMove


def leaving(before: HelpRequest, after: HelpRequest, event: Event) -> list[Answer]:
    """Of whoever takes it no longer, or does not want to."""
    gone = [Answer(it, PageMove.LEAVE) for it in before.takers if it not in after.takers]
    match event:
        case Passed(neighbor) | HandedBack(neighbor) | KeptApart(neighbor) if neighbor not in (
            *before.takers,
            *after.takers,
        ):
            return [*gone, Answer(neighbor, PageMove.LEAVE)]
        case _:
            return gone


def coming(before: HelpRequest, after: HelpRequest, event: Event) -> list[Answer]:
    """Of whoever takes it from now on, said YES too late, or was not reached."""
    new = [Answer(it, PageMove.TAKE) for it in after.takers if it not in before.takers]
    match event:
        case Accepted(refusal=refusal) if refusal:
            return new  # they may take it another time
        case Accepted(neighbor) if neighbor not in after.takers:
            return [*new, Answer(neighbor, PageMove.COME_LATE)]
        case Accepted(neighbor) if neighbor in before.takers and after.is_live:
            return [*new, Answer(neighbor, PageMove.TAKE)]  # once more, perhaps with other words
        case Unreached(neighbor):
            return [*new, Answer(neighbor, PageMove.MISS)]
        case _:
            return new
