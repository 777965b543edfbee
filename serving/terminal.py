"""What commands share: a database that is up to date, and tables on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from hotline.settings import Settings
from hotline.store import migrate
from hotline.store.database import Database


@contextmanager
def open_database(of: Settings) -> Iterator[Database]:
    """The database, up to date, closed at the end. Raises OutdatedDatabase."""
    database = Database(of.environment.sqlalchemy_url)
    try:
        migrate.require_current(database)
        yield database
    finally:
        database.close()


def print_table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    # Cut to the width of a terminal, but not in a pipe.
    Console(width=None if sys.stdout.isatty() else 200, highlight=False).print(table)
