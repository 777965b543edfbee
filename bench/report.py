"""What was measured, and how it is shown: a table for people, JSON for later, Markdown for docs."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass
class Figure:
    """One line of the table. `ours` and `floor` are medians of `runs`, in `unit`.

    `met` is None where there is no goal. `notes` are further figures that belong to it.
    """

    row: str
    what: str
    unit: str
    ours: float
    floor: float | None = None
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None
    runs: dict[str, list[float]] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


COLUMNS = ("what", "ours", "floor", "ratio", "goal", "met")


def cells(it: Figure) -> tuple[str, ...]:
    met = {True: "yes", False: "no", None: ""}[it.met]
    ratio = "" if it.ratio is None else f"{it.ratio:.2f}"
    return (it.what, _shown(it.ours, it.unit), _shown(it.floor, it.unit), ratio, it.goal, met)


def _shown(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {unit}"


def show(figures: Sequence[Figure]) -> None:
    table = Table(*COLUMNS, box=None, pad_edge=False)
    for column in table.columns[1:4]:
        column.justify = "right"
    for figure in figures:
        table.add_row(*cells(figure))
    Console(width=None, highlight=False).print(table)


def write_json(path: Path, machine: dict[str, Any], figures: Sequence[Figure]) -> None:
    found = {"machine": machine, "figures": [asdict(figure) for figure in figures]}
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
