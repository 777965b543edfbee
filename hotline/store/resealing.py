"""Seal everything that is sealed with the newest key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, Table, select, update

from hotline.store import messages
from hotline.store.sealed import Sealed, SealedValue, keyring_of
from hotline.store.tables import metadata, sealing

ROWS_AT_ONCE = 500


def reseal(connection: Connection) -> int:
    """Open what is sealed, seal it anew, and write down with which key; how many rows it was. All
    in the transaction it is called in: nobody else may be at work."""
    secret = connection.execute(select(sealing.c.digests)).scalar_one()
    tables = [it for it in metadata.sorted_tables if it is not sealing]
    many = sum(_reseal(connection, table) for table in tables)
    messages.mark_anew(connection)
    name = keyring_of(connection.dialect).first.name.hex()
    connection.execute(update(sealing).values(key=name, digests=secret))
    return many


def sealed_columns(table: Table) -> list[Column[Any]]:
    return [it for it in table.c if isinstance(it.type, Sealed | SealedValue)]


def _reseal(connection: Connection, table: Table) -> int:
    columns = sealed_columns(table)
    if not columns:
        return 0
    (number,) = table.primary_key
    many, last = 0, -1
    while True:
        some = select(number, *columns).where(number > last).order_by(number).limit(ROWS_AT_ONCE)
        rows = connection.execute(some).all()
        for last, *values in rows:
            new = {column.name: value for column, value in zip(columns, values, strict=True)}
            connection.execute(update(table).where(number == last).values(new))
        many += len(rows)
        if len(rows) < ROWS_AT_ONCE:
            return many
