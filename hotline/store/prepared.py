"""Statements that run for every text, compiled once.

SQLAlchemy takes longer to prepare a statement anew each time than SQLite takes to run it. A
`Prepared` asks SQLAlchemy once for the words of a statement and for how values go in and come
out, and from then on talks to the driver. It is for the few statements on the way of a text:
whatever runs less often is better served by SQLAlchemy itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

Statement = Select[Any] | Insert | Update | Delete
Convert = Callable[[Any], Any]


class Prepared:
    """One statement, for every database. Its parameters are given by name."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, facts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run it, and return a value for each column of each row. Raises as SQLAlchemy does."""
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self._statement, dialect)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(compiled.words, compiled.values(facts))
            return compiled.results(list(cursor.fetchall())) if cursor.description else []
        except dialect.loaded_dbapi.Error as error:  # numbers and words stay out of its message
            raise DBAPIError.instance(
                compiled.words,
                None,
                error,
                dialect.loaded_dbapi.Error,
                hide_parameters=True,
                dialect=dialect,
            ) from error
        finally:
            cursor.close()


class _Compiled:
    """The words of a statement in one dialect, and the converters of its values."""

    def __init__(self, statement: Statement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self.words = str(compiled)
        self._order: list[str] | None = compiled.positiontup
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self._into = [
            (name, convert)
            for name, bind in compiled.binds.items()
            if (convert := _type(bind.type, dialect).bind_processor(dialect))
        ]
        self._out = [
            (place, convert)
            for place, column in enumerate(_columns(statement))
            if (convert := _type(column["type"], dialect).result_processor(dialect, None))
        ]

    def values(self, facts: Mapping[str, Any]) -> Any:
        values = {**self._fixed, **facts}
        for name, convert in self._into:
            if name in values:
                values[name] = convert(values[name])
        if self._order is None:
            return values
        return [values[name] for name in self._order]

    def results(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return [self._result(row) for row in rows] if self._out else rows

    def _result(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for place, convert in self._out:
            values[place] = convert(values[place])
        return tuple(values)


def _columns(statement: Statement) -> list[Any]:
    if isinstance(statement, Select):
        return list(statement.column_descriptions)
    return list(statement.returning_column_descriptions)


def _type(of: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return of.dialect_impl(dialect)
