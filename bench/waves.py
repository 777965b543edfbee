"""Texts sent and minutes waited, by wave policy, in an invented town: which default is good?

Every step is the program's own `help_request.next_step`: waves, one more person for each NO, the
first YES takes it, and a text to everybody asked in vain. What is invented is the people: whether
they answer, when and what. Seeded: the same requests, put to the same people in the same order,
for every policy. No clock, no database, no network.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import exp
from typing import Any

from bench.report import Figure
from bench.town import Servers
from hotline import help_request
from hotline.help_request import (
    Accepted,
    AskNeighbor,
    Effect,
    Event,
    HelpRequest,
    NetworkTime,
    NobodyLeft,
    OthersDue,
    Passed,
    State,
    TellWaiting,
    WaveDue,
)
from hotline.settings import Network, Waves

REQUESTS = 1000  # of each town
CAN_BE_ASKED = 60  # people for each request
HOUR = 60.0  # minutes; what is not taken then has waited too long
SECONDS_A_TEXT = 1.0  # what a carrier takes from an ordinary number
BEGIN = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Town:
    """`never`: the share of those asked who do not answer at all. `yes`: the share of answers
    that are YES. Answers take `minutes` in the middle, log-normal with `spread`."""

    name: str
    never: float
    yes: float
    minutes: float
    spread: float

    @property
    def would_take(self) -> float:
        return (1 - self.never) * self.yes


TOWNS = (
    Town("usual", never=0.40, yes=0.5, minutes=4, spread=1.3),
    Town("eager", never=0.25, yes=0.6, minutes=2, spread=1.2),
    Town("tired", never=0.60, yes=0.4, minutes=8, spread=1.5),
)


@dataclass(frozen=True, slots=True)
class Policy:
    name: str
    sizes: tuple[int, ...]
    minutes: float

    def size(self, wave: int) -> int:
        return self.sizes[min(wave, len(self.sizes)) - 1]


def in_waves(*sizes: int, minutes: float) -> Policy:
    """The last size repeats."""
    return Policy(f"{list(sizes)}, {minutes:g} min", sizes, minutes)


DEFAULT = in_waves(*Waves().sizes, minutes=Waves().minutes)
DEFAULT_URGENT = in_waves(*Waves().sizes, minutes=Waves().urgent_minutes)
ONE_BY_ONE = Policy("one by one, 5 min", (1,), 5)
ALL_AT_ONCE = Policy("50 at once", (50,), HOUR)
_SHOWN = (
    ONE_BY_ONE,
    Policy("one by one, 2 min", (1,), 2),
    in_waves(3, minutes=5),
    in_waves(4, minutes=5),
    in_waves(5, minutes=5),
    in_waves(6, minutes=5),
    in_waves(8, minutes=5),
    in_waves(10, minutes=5),
    in_waves(2, 4, 8, minutes=5),
    in_waves(3, 5, 10, minutes=5),
    in_waves(5, 10, minutes=5),
    in_waves(5, 10, 20, minutes=5),
    in_waves(8, 4, 2, minutes=5),
    in_waves(5, minutes=10),
    in_waves(5, minutes=3),
    in_waves(5, minutes=2),
    in_waves(3, 5, 10, minutes=2),
    Policy("20 at once", (20,), HOUR),
    ALL_AT_ONCE,
)
POLICIES = tuple(dict.fromkeys([*_SHOWN, DEFAULT, DEFAULT_URGENT]))


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody would do when asked. `after` is minutes; None for never."""

    after: float | None
    yes: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """One request: texts to volunteers, and the minutes until the YES, None without one."""

    texts: int
    minutes: float | None


@dataclass(frozen=True, slots=True)
class Result:
    """One policy in one town."""

    policy: Policy
    texts: float  # for each request that was taken
    middle: float | None  # minutes to a YES at p50, at p90; None when not within the hour
    slow: float | None
    not_taken: float  # share, within the hour


def figures(_servers: Servers | None = None, *, quick: bool = False) -> Iterator[Figure]:
    """The default in the usual town: its texts beside those of asking one by one, its minutes
    beside those of asking everybody at once."""
    found = {it.policy: it for it in curve(TOWNS[0], 20 if quick else REQUESTS)}
    ours, fewest, fastest = found[DEFAULT], found[ONE_BY_ONE], found[ALL_AT_ONCE]
    notes = {"p90_minutes": ours.slow, "not_taken": ours.not_taken}
    what = f"texts for a taken request: {DEFAULT.name}; {ONE_BY_ONE.name}"
    yield _beside(what, "texts", ours.texts, fewest.texts, notes)
    what = f"minutes to a YES: {DEFAULT.name}; {ALL_AT_ONCE.name}"
    yield _beside(what, "min", ours.middle or HOUR, fastest.middle or HOUR, notes)


def _beside(what: str, unit: str, ours: float, floor: float, notes: dict[str, Any]) -> Figure:
    return Figure("waves", what, unit, ours, floor, ours / floor, "shown", None, notes=notes)


def curve(town: Town, requests: int = REQUESTS) -> list[Result]:
    people = [_people(town, number) for number in range(requests)]
    return [_result(policy, [play(policy, one) for one in people]) for policy in POLICIES]


def _people(town: Town, number: int) -> list[Answer]:
    """Whoever can be asked about one request, in the order in which they are."""
    chance = random.Random(number)  # noqa: S311 - the same people for every policy and town
    return [
        _answer(town, chance.random(), chance.random(), chance.gauss(0, 1))
        for _ in range(CAN_BE_ASKED)
    ]


def _answer(town: Town, answers: float, says: float, deviation: float) -> Answer:
    if answers < town.never:
        return Answer(None, yes=False)
    return Answer(town.minutes * exp(town.spread * deviation), yes=says < town.yes)


def _result(policy: Policy, outcomes: Sequence[Outcome]) -> Result:
    waits = sorted(it.minutes for it in outcomes if it.minutes is not None)
    taken = len(waits)
    texts = sum(it.texts for it in outcomes)

    def percentile(share: float) -> float | None:
        place = int(share * len(outcomes))
        return waits[place] if place < taken else None

    return Result(
        policy,
        texts / max(1, taken),
        percentile(0.5),
        percentile(0.9),
        1 - taken / len(outcomes),
    )


def play(policy: Policy, people: Sequence[Answer]) -> Outcome:
    """One request, until somebody takes it or the hour is over."""
    return _Play(policy, people).run()


class _Play:
    def __init__(self, policy: Policy, people: Sequence[Answer]) -> None:
        self._policy = policy
        self._network = Network(waves=Waves(minutes=policy.minutes))
        self._people = people
        self._request = HelpRequest(12, requester=-1, since=BEGIN, due=BEGIN)
        self._ahead: list[tuple[float, int]] = []  # minutes, and who answers
        self._asked = 0
        self._answered = 0
        self._texts = 0
        self._line_free_at = 0.0

    def run(self) -> Outcome:
        now: float | None = 0.0
        while now is not None and now <= HOUR:
            who = self._who_answers(now)
            if who is not None:
                self._answer(who, now)
                if self._request.state is State.TAKEN:
                    return Outcome(self._texts, now)
            else:
                self._wave(now)
            now = self._next_moment()
        return Outcome(self._texts, None)

    def _next_moment(self) -> float | None:
        due = self._request.due
        moments = [_minutes(due)] if due is not None else []
        moments += [self._ahead[0][0]] if self._ahead else []
        return min(moments, default=None)

    def _who_answers(self, now: float) -> int | None:
        return heapq.heappop(self._ahead)[1] if self._ahead and self._ahead[0][0] <= now else None

    def _answer(self, who: int, now: float) -> None:
        self._answered += 1
        if self._people[who].yes:
            self._happen(Accepted(who), now)
            return
        self._happen(Passed(who), now)
        if self._request.owed:
            self._happen(OthersDue(self._crew(self._request.owed)), now)

    def _wave(self, now: float) -> None:
        crew = self._crew(self._policy.size(self._request.wave + 1))
        if crew:
            self._happen(WaveDue(crew), now)
        else:
            self._happen(NobodyLeft(), now)

    def _crew(self, size: int) -> tuple[int, ...]:
        crew = range(self._asked, min(self._asked + size, len(self._people)))
        self._asked += len(crew)
        return tuple(crew)

    def _happen(self, event: Event, now: float) -> None:
        self._request, effects = help_request.next_step(
            self._request, event, NetworkTime(self._network, _moment(now))
        )
        for effect in effects:
            self._do(effect, now)

    def _do(self, effect: Effect, now: float) -> None:
        match effect:
            case AskNeighbor(who):
                self._texts += 1
                self._line_free_at = max(now, self._line_free_at) + SECONDS_A_TEXT / 60
                after = self._people[who].after
                if after is not None:
                    heapq.heappush(self._ahead, (self._line_free_at + after, who))
            case TellWaiting():
                self._texts += self._asked - self._answered
            case _:
                pass


def _moment(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def _minutes(moment: datetime) -> float:
    return (moment - BEGIN).total_seconds() / 60


# The curve, to be looked at.

LETTERS = "abcdefghijklmnopqrstuvwxyz"
WIDTH, HEIGHT = 64, 18
MOST_MINUTES, MOST_TEXTS = 12.0, 42.0  # what the plot shows


def markdown(requests: int = REQUESTS) -> str:
    """The curve in every town as a table, and the usual town's as a plot."""
    curves = [curve(town, requests) for town in TOWNS]
    head = [
        "| | policy | " + " | ".join(f"{town.name} town" for town in TOWNS) + " |",
        "|---|---|" + "---|" * len(TOWNS),
    ]
    rows = [
        f"| {letter} | {_name(results[0].policy)} | {' | '.join(map(_cell, results))} |"
        for letter, *results in zip(LETTERS, *curves, strict=False)
    ]
    return "\n".join([*head, *rows, "", "```text", *_plot(curves[0]), "```"])


def _name(policy: Policy) -> str:
    mark = {DEFAULT: " (the default)", DEFAULT_URGENT: " (the default, urgent)"}.get(policy, "")
    return f"`{policy.name}`{mark}"


def _cell(it: Result) -> str:
    late = f", {it.not_taken:.1%} not in an hour" if it.not_taken >= 0.001 else ""
    return f"{it.texts:.1f} texts, {_minutes_of(it.middle)} / {_minutes_of(it.slow)} min{late}"


def _minutes_of(minutes: float | None) -> str:
    return "over 60" if minutes is None else f"{minutes:.1f}"


def _plot(results: Sequence[Result]) -> list[str]:
    """Each policy is its letter: minutes to a YES (p50) to the right, texts upwards."""
    field = [[" "] * (WIDTH + 1) for _ in range(HEIGHT + 1)]
    for letter, it in zip(LETTERS, results, strict=False):
        if it.middle is not None and it.middle <= MOST_MINUTES and it.texts <= MOST_TEXTS:
            column = round(WIDTH * it.middle / MOST_MINUTES)
            line = HEIGHT - round(HEIGHT * it.texts / MOST_TEXTS)
            while field[line][column] != " " and column < WIDTH:
                column += 1
            field[line][column] = letter
    lines = [
        f"{MOST_TEXTS * (HEIGHT - place) / HEIGHT:5.0f} |{''.join(line).rstrip()}"
        if place % 3 == 0
        else f"      |{''.join(line).rstrip()}"
        for place, line in enumerate(field)
    ]
    steps = [f"{minutes:>{WIDTH // 6}.0f}" for minutes in range(2, int(MOST_MINUTES) + 1, 2)]
    axis = "      +" + "-" * WIDTH
    return [
        "texts for a taken request",
        *lines,
        axis,
        "      0" + "".join(steps),
        "        minutes to a YES, the middle of all requests",
    ]
