"""A table as a file for spreadsheets. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

BEGIN_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")


def as_csv(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """With the mark by which spreadsheets know UTF-8."""
    written = StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(heading)
    writer.writerows([harmless(str(cell)) for cell in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """What a spreadsheet would take for a formula is only words."""
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(BEGIN_FORMULAS) else cell
