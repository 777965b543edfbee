"""The menu as a diagram, drawn from its table: `python -m ivr.diagram`."""

from __future__ import annotations

from ivr.menu import ROWS, Row, Step


def draw() -> str:
    """As Mermaid, which code hosts show as a picture."""
    return "\n".join(["flowchart TD", "    call([a call]) --> language", *map(_arrow, ROWS)])


def _arrow(row: Row) -> str:
    does = f": {row.deed}" if row.deed else ""
    return f'    {_box(row.step)} -->|"{row.key}{does}"| {_box(row.next)}'


def _box(step: Step) -> str:
    name = step.name.lower()
    return f"{name}[{step.value}]" if name != step.value else name


if __name__ == "__main__":
    print(draw())  # noqa: T201 - what it is for
