"""What was measured, and how it is shown: a table for people, JSON for later, Markdown for docs."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Collection, Sequence
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
    measured: str = ""  # the commit


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
    Console(width=None if sys.stdout.isatty() else 130, highlight=False).print(table)


def write_json(path: Path, machine: dict[str, Any], figures: Sequence[Figure]) -> None:
    found = {"machine": machine, "figures": [asdict(figure) for figure in figures]}
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def kept(path: Path, measured: Collection[str]) -> list[Figure]:
    """The figures of an earlier run, but for the rows that were measured anew."""
    if not path.exists():
        return []
    found = json.loads(path.read_text(encoding="utf-8"))["figures"]
    return [Figure(**it) for it in found if it["row"] not in measured]


def in_words(machine: dict[str, Any]) -> str:
    """On what it was measured."""
    servers = ", ".join(
        f"{name} {machine[name]}"
        for name in ("Python", "SQLite", "Redis", "PostgreSQL")
        if name in machine
    )
    cores = machine["cores"]
    return (
        f"{machine['date']}, commit {machine['commit']}, {machine['processor']},"
        f" {cores} {'core' if cores == 1 else 'cores'}, {servers}"
    )


def markdown(machine: dict[str, Any], figures: Sequence[Figure]) -> str:
    rows = [COLUMNS, ("---", "---:", "---:", "---:", "---", "---"), *map(cells, figures)]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([*lines, "", f"Measured {in_words(machine)}."])


def replace_between(path: Path, name: str, text: str) -> None:
    """Put text between the two marks of that name in a page of the docs."""
    begin, end = f"<!-- {name}: made by `make bench` -->", f"<!-- {name}: end -->"
    before, found_begin, rest = path.read_text(encoding="utf-8").partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"{path} lacks the marks of {name}")
    path.write_text(f"{before}{begin}\n{text.strip()}\n{end}{after}", encoding="utf-8")
