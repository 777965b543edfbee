"""A request as the page tells it: who asked, whom each wave asked, what they said, who has it.

Plain values for the templates, from what the overview shows. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.help_request import State
from hotline.store.overview import PagedNeighbor, Story, Wave

FIRST, LAST, MOST_LINES = 4, 6, 14  # lines of a request that are seen at once


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One line of a request's history. `kind` names its mark."""

    when: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class RequestSeen:
    number: int
    id: str
    state: str
    title: str
    requester: str
    quotes: tuple[str, ...]
    first: tuple[StoryLine, ...]
    between: tuple[StoryLine, ...]
    last: tuple[StoryLine, ...]
    next: str


STATES: Mapping[State, str] = {
    State.OPEN: "looking",
    State.TAKEN: "taken",
    State.DONE: "done",
    State.WITHDRAWN: "withdrawn",
}
ANSWERS: Mapping[str, str] = {
    "asked": "",
    "accepted": "said YES",
    "passed": "said NO",
    "covered": "",
    "unreached": "not reached",
    "shown": "",
}
EVENTS: Mapping[str, str] = {
    "handed_back": "Handed back: others are asked",
    "let_go": "The taker stayed silent: others are asked",
    "not_yet": "Not done yet, says who asked",
}


def request_seen(
    it: Story, labels: Mapping[str, str], name_of: Callable[[str], str], now: datetime
) -> RequestSeen:
    """`now`: in the time zone of the neighborhood."""
    request, requester = it.request, name_of(it.requester)
    what = ", ".join(labels.get(need, need) for need in request.named_needs) or "something"
    lines = [(request.since, "asked", f"{requester} asked")]
    lines += [(wave.at, "wave", _wave_words(wave)) for wave in it.waves]
    lines += [(at, "back", EVENTS[what]) for at, what in it.events if what in EVENTS]
    told = sorted(lines, key=lambda line: line[0])
    shown = tuple(StoryLine(_clock(at, now), kind, words) for at, kind, words in told) + _end(it)
    first, between, last = folded(shown)
    return RequestSeen(
        number=request.number,
        id=f"request-{request.number}",
        state=STATES[request.state],
        title=f"{what} in {request.area}" if request.area else what,
        requester=requester,
        quotes=it.words,
        first=first,
        between=between,
        last=last,
        next=_next(it, now),
    )


def folded(lines: Sequence[StoryLine]) -> tuple[tuple[StoryLine, ...], ...]:
    """How it began, what a long night had between, and how it is now."""
    if len(lines) <= MOST_LINES:
        return tuple(lines), (), ()
    return tuple(lines[:FIRST]), tuple(lines[FIRST:-LAST]), tuple(lines[-LAST:])


def _wave_words(wave: Wave) -> str:
    return "Asked " + ", ".join(_asked(it) for it in wave.asked)


def _asked(it: PagedNeighbor) -> str:
    answer = ANSWERS.get(it.state, it.state)
    note = f" “{it.note}”" if it.note and it.state == "accepted" else ""
    return f"{it.name} ({answer}{note})" if answer else it.name


def _end(it: Story) -> tuple[StoryLine, ...]:
    who = " and ".join(it.takers)
    match it.request.state:
        case State.TAKEN:
            return (StoryLine("", "taken", f"{who} {'has' if len(it.takers) == 1 else 'have'} it"),)
        case State.DONE:
            return (StoryLine("", "taken", f"{who} had it"), StoryLine("", "done", "Done"))
        case State.WITHDRAWN:
            return (StoryLine("", "withdrawn", "No longer needed"),)
    if it.takers:
        return (StoryLine("", "taken", f"{who} said yes; {it.request.people} are needed"),)
    return ()


def _next(it: Story, now: datetime) -> str:
    request = it.request
    if request.state is State.OPEN and request.due:
        return f"asks on at {_clock(request.due, now)}"
    if request.state is State.TAKEN and request.due:
        return f"asks how it stands at {_clock(request.due, now)}"
    return ""


def _clock(moment: datetime, now: datetime) -> str:
    """The time, and the day if it is another."""
    local = moment.astimezone(now.tzinfo)
    return f"{local:%H:%M}" if local.date() == now.date() else f"{local:%a %H:%M}"
