"""From one database into another, row by row, and looked at again row by row.

Every table is taken, as `tables.metadata` has them, so that none is forgotten. What is sealed
is moved as the bytes it is: the keys stay the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    Connection,
    LargeBinary,
    MetaData,
    Table,
    delete,
    func,
    insert,
    inspect,
    select,
    text,
)

from hotline.errors import BadBackup
from hotline.store import migrate
from hotline.store.resealing import ROWS_AT_ONCE
from hotline.store.sealed import Mark, Sealed, SealedValue
from hotline.store.tables import metadata


def move(source: Connection, target: Connection) -> int:
    """Make the tables in an empty PostgreSQL database and fill them with the rows of another; how
    many these were. All in the transaction of `target`, while nobody writes to `source`. Raises
    BadBackup if anything is there already, or arrives otherwise than it left."""
    if inspect(target).get_table_names():
        raise BadBackup("The database to move to is not empty. Give it one of its own, empty.")
    migrate.run_missing(target)
    tables = bare(metadata).sorted_tables
    for table in reversed(tables):  # what migrations wrote
        target.execute(delete(table))
    many = sum(_copy(source, target, it) for it in tables)
    for table in tables:
        _compare(source, target, table)
        _go_on_counting(source, target, table)
    return many


def bare(whole: MetaData) -> MetaData:
    """The same tables, in which what is sealed is bytes."""
    found = MetaData()
    for table in whole.sorted_tables:
        for column in table.to_metadata(found).columns:
            if isinstance(column.type, Sealed | SealedValue | Mark):
                column.type = LargeBinary()
    return found


def _copy(source: Connection, target: Connection, table: Table) -> int:
    many = 0
    for rows in _batches(source, table):
        target.execute(insert(table), rows)
        many += len(rows)
    return many


def _batches(source: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """In the order of their keys: what a row names has come before it."""
    found = source.execute(_in_order(table)).mappings()
    while rows := found.fetchmany(ROWS_AT_ONCE):
        yield [dict(it) for it in rows]


def _in_order(table: Table) -> Any:
    return select(table).order_by(*table.primary_key.columns)


def _compare(source: Connection, target: Connection, table: Table) -> None:
    """Raises BadBackup at the first row that is not what it was."""
    ours = {_key(table, it): _print(it) for it in source.execute(_in_order(table))}
    some = {"yield_per": ROWS_AT_ONCE}
    with target.execute(_in_order(table), execution_options=some) as theirs:
        for row in theirs:
            if ours.pop(_key(table, row), None) != _print(row):
                raise BadBackup(f"A row of {table.name} arrived otherwise than it left.")
    if ours:
        raise BadBackup(f"{len(ours)} rows of {table.name} did not arrive.")


def _key(table: Table, row: Any) -> tuple[Any, ...]:
    return tuple(row._mapping[it] for it in table.primary_key.columns)


def _print(row: Sequence[Any]) -> bytes:
    """Of all that is in it: two rows have the same only if they are the same."""
    plain = [bytes(it) if isinstance(it, memoryview) else it for it in row]
    return hashlib.sha256(repr(plain).encode()).digest()


def _go_on_counting(source: Connection, target: Connection, table: Table) -> None:
    """The next row gets the number that it would have had."""
    (column, *others) = table.primary_key.columns
    if others or column.identity is None:
        return
    most = target.execute(select(func.max(column))).scalar() or 0
    if table.dialect_options["sqlite"]["autoincrement"]:
        given = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        most = max(most, source.execute(given, {"name": table.name}).scalar() or 0)
    if most:
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        target.execute(select(func.setval(sequence, most)))
