"""Statements that run for every text, compiled once.

SQLAlchemy takes longer to prepare a statement anew each time than SQLite takes to run it. A
`Prepared` asks SQLAlchemy once for the words of a statement and for how values go in and come
out, and from then on talks to the driver. It is for the few statements on the way of a text:
whatever runs less often is better served by SQLAlchemy itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    Connection,
    Delete,
    Dialect,
    Insert,
    Integer,
    Select,
    Text,
    TypeDecorator,
    Update,
    bindparam,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

from hotline.store.tables import Moment

Statement = Select[Any] | Insert | Update | Delete
Convert = Callable[[Any], Any]


class Prepared:
    """One statement, for every database. Its parameters are given by name."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._written: dict[str, _Written] = {}  # in each kind of database that was met

    def rows(self, connection: Connection, facts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run it, and return a value for each column of each row. Raises as SQLAlchemy does."""
        dialect = connection.dialect
        known: dict[Prepared, _Compiled] = vars(dialect).setdefault("prepared", {})
        compiled = known.get(self)
        if compiled is None:
            compiled = known[self] = _Compiled(self._statement, self._as_written(dialect), dialect)
        driver: Any = connection.connection.dbapi_connection
        cursor = driver.cursor()
        try:
            cursor.execute(compiled.words, compiled.values(facts))
            return compiled.results(list(cursor.fetchall())) if compiled.has_rows else []
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

    def _as_written(self, dialect: Dialect) -> _Written:
        if dialect.name not in self._written:
            compiled: Any = self._statement.compile(dialect=dialect)
            self._written[dialect.name] = _Written(
                str(compiled), compiled.positiontup, dict(compiled.binds)
            )
        return self._written[dialect.name]


class _Written(NamedTuple):
    """The words of a statement, which are the same in all databases of a kind, and its parameters:
    their order, where the driver takes them by place."""

    words: str
    order: Sequence[str] | None
    binds: Mapping[str, Any]


class _Compiled:
    """A statement for one database: its words, and the converters of its values, which know the
    database's keys.

    The driver takes values by name or by place: `fixed` has what never changes under either, and
    `plain` and `converted` say what is filled in there.
    """

    def __init__(self, statement: Statement, written: _Written, dialect: Dialect) -> None:
        self.words, order, binds = written
        # Of the cursor one would learn it too, with all about each column, for as much again.
        self.has_rows = bool(_columns(statement))
        self._fixed: Any = {} if order is None else [None] * len(order)
        self._plain: list[tuple[Any, str]] = []
        self._converted: list[tuple[Any, str, Convert]] = []
        places: Any = zip(binds, binds, strict=True) if order is None else enumerate(order)
        for key, name in places:
            bind = binds[name]
            convert = _into(bind.type, dialect)
            if not bind.required:
                given = bind.effective_value
                self._fixed[key] = convert(given) if convert else given
            elif convert:
                self._converted.append((key, name, convert))
            else:
                self._plain.append((key, name))
        self._out = [
            (place, convert)
            for place, column in enumerate(_columns(statement))
            if (convert := _type(column["type"], dialect).result_processor(dialect, None))
        ]

    def values(self, facts: Mapping[str, Any]) -> Any:
        values = self._fixed.copy()
        for key, name in self._plain:
            values[key] = facts[name]
        for key, name, convert in self._converted:
            values[key] = convert(facts[name])
        return values

    def results(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return [self._result(row) for row in rows] if self._out else rows

    def _result(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for place, convert in self._out:
            if values[place] is not None:  # whatever it is, NULL is None
                values[place] = convert(values[place])
        return tuple(values)


def _columns(statement: Statement) -> list[Any]:
    if isinstance(statement, Select):
        return list(statement.column_descriptions)
    return list(statement.returning_column_descriptions)


def _into(of: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """What turns a value into the driver's; None where it is one. One moment is written many times
    in one transaction."""
    convert = _type(of, dialect).bind_processor(dialect)
    return lru_cache(maxsize=64)(convert) if convert and isinstance(of, Moment) else convert


def _type(of: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    return of.dialect_impl(dialect)


# Lists of ids, as one parameter: the words of a statement stay the same however many they are.


class _Ids(TypeDecorator[list[int]]):
    """A list of ids, as each database takes it."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        is_postgresql = dialect.name == "postgresql"
        return dialect.type_descriptor(ARRAY(Integer) if is_postgresql else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        ids = list(value or ())
        return ids if dialect.name == "postgresql" else json.dumps(ids)


class _Among(FunctionElement[Any]):
    """Whether a column is one of these ids.

    It has no type: of a Boolean SQLAlchemy asks whether it is 1, and then SQLite uses no index.
    """

    inherit_cache = True


def is_among(column: Any, name: str) -> Any:
    """Whether this column is one of the ids in the parameter of this name, a list."""
    return _Among(column, bindparam(name, type_=_Ids()))


@compiles(_Among, "sqlite")
def _among_json(element: Any, compiler: Any, **more: Any) -> str:
    column, ids = (compiler.process(it, **more) for it in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 - a parameter


@compiles(_Among, "postgresql")
def _among_array(element: Any, compiler: Any, **more: Any) -> str:
    column, ids = (compiler.process(it, **more) for it in element.clauses)
    return f"{column} = ANY ({ids})"
