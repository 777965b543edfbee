"""Charts of bars, as places in a drawing: the template draws them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 360, 150  # as wide as a small phone, so that letters keep their size there
LEFT, BOTTOM, TOP = 30, 22, 8
GAP = 0.25  # of the place that each group of bars has


@dataclass(frozen=True, slots=True)
class Bar:
    """`series`: which of the bars of a group, from 0."""

    x: float
    y: float
    width: float
    height: float
    series: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across, or what stands below, and where it is."""

    at: float
    words: object


@dataclass(frozen=True, slots=True)
class BarChart:
    bars: tuple[Bar, ...]
    lines: tuple[Tick, ...]
    words: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM


def bar_chart(
    groups: Sequence[Sequence[float | None]], words: Sequence[object], every: int = 1
) -> BarChart:
    """`groups`: the values of each place from left to right, None for none to be drawn; `words`:
    what stands below, at `every` so manieth place."""
    values = [value for group in groups for value in group if value is not None]
    top = nice_top(max(values, default=0))
    across, high = (WIDTH - LEFT) / max(1, len(groups)), HEIGHT - BOTTOM - TOP
    bars = [
        _bar(value / top * high, place, series, len(group), across)
        for place, group in enumerate(groups)
        for series, value in enumerate(group)
        if value is not None
    ]
    lines = [Tick(HEIGHT - BOTTOM - high * part / 2, _short(top * part / 2)) for part in range(3)]
    below = [
        Tick(round(LEFT + (place + 0.5) * across, 1), said)
        for place, said in enumerate(words)
        if place % every == 0
    ]
    return BarChart(tuple(bars), tuple(lines), tuple(below))


def _bar(height: float, place: int, series: int, many: int, across: float) -> Bar:
    width = across * (1 - GAP) / many
    x = LEFT + place * across + across * GAP / 2 + series * width
    return Bar(
        round(x, 1), round(HEIGHT - BOTTOM - height, 1), round(width, 1), round(height, 1), series
    )


def nice_top(most: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50 and so on, at least 2, so that its half is told easily."""
    top, steps = 2.0, (2.5, 2.0, 2.0)
    place = 0
    while top < most:
        top *= steps[place % 3]
        place += 1
    return top


def _short(value: float) -> str:
    return f"{value:g}" if value < 10_000 else f"{value / 1000:g}k"
