"""What commands share: a database that is up to date, and tables on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hotline import settings
from hotline.errors import OutdatedDatabase
from hotline.settings import Settings
from hotline.store import migrate
from hotline.store.database import Database


@contextmanager
def open_database(of: Settings) -> Iterator[Database]:
    """The database, up to date, closed at the end. Raises OutdatedDatabase and BadKeys."""
    database = Database(of.environment.sqlalchemy_url)
    try:
        _say_where_it_may_be(database)
        migrate.require_newest(database)
        database.unlock(of.environment.keyring)
        migrate.require_its_key(database)
        yield database
    finally:
        database.close()


def _say_where_it_may_be(database: Database) -> None:
    """Raises OutdatedDatabase where there is none and another is near: a rehearsal's, mostly."""
    near = sorted(Path().glob("*/hotline.db"))
    if database.is_there or not near:
        return
    folder = near[0].parent
    raise OutdatedDatabase(
        f"There is no database at {database.file}. There is one in {folder}; to use it, set"
        f" DATABASE_URL=sqlite:///{near[0]} HOTLINE_CONFIG={folder / settings.CONFIGURATION}."
        f" Else run `hotline migrate` first."
    )


def print_table(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Whatever stands in it: what people call themselves is no markup and orders no terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(_harmless(cell)) for cell in row))
    # Cut to the width of a terminal, but not in a pipe.
    Console(width=None if sys.stdout.isatty() else 200, highlight=False).print(table)


def _harmless(cell: str) -> str:
    """Without letters that are not seen, and turn or color what is."""
    return "".join(it if it.isprintable() or it == "\n" else " " for it in cell)
