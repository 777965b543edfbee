"""docs/safety.md is held to the code: each row names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "safety.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("| who ")
]


def test_the_table_has_rows() -> None:
    assert ROWS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}: {row[1]}")
def test_every_row_names_what_shows_it(row: list[str]) -> None:
    who, _, stops, left, shown_by = row
    assert all((who, stops, left))
    names = re.findall(r"`([^`]+)`", shown_by)
    assert names
    for name in names:
        folder = TESTS / "conversations" if name.endswith(".txt") else TESTS
        assert (folder / name).is_file(), name
