"""Columns that are sealed: what they hold is words in Python, and bytes in the database.

The keys ride on the engine's dialect, which every column meets on its way in and out: see
`hotline.keyring`, and docs/decisions/0012-sealed-columns.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Dialect, LargeBinary, TypeDecorator

from hotline.errors import BadKeys
from hotline.keyring import Keyring


def give_keys(dialect: Dialect, keyring: Keyring | None) -> None:
    """What is sealed goes through these from now on."""
    vars(dialect)["keyring"] = keyring


def keyring_of(dialect: Dialect) -> Keyring:
    keyring: Keyring | None = vars(dialect).get("keyring")
    if keyring is None:
        raise BadKeys("there are no keys to this database")
    return keyring


class Sealed(TypeDecorator[str]):
    """Words that look different each time: they cannot be looked for. `place` is the column."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place.encode()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else keyring_of(dialect).seal(value, self.place)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else keyring_of(dialect).open(bytes(value), self.place)

    # Straight to and from the driver: SQLAlchemy puts steps of its own between, which cost as much
    # as sealing, and every text has several of these values.

    def bind_processor(self, dialect: Dialect) -> Callable[[str | None], Any]:
        return lambda value: self.process_bind_param(value, dialect)

    def result_processor(self, dialect: Dialect, _type: object) -> Callable[[Any], str | None]:
        return lambda value: self.process_result_value(value, dialect)


class SealedAlike(Sealed):
    """Words that can be looked up, whole."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else keyring_of(dialect).seal_alike(value, self.place)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else keyring_of(dialect).open_alike(bytes(value), self.place)


class SealedValue(TypeDecorator[Any]):
    """Anything that JSON can hold; None is NULL."""

    impl = Sealed
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Mark(TypeDecorator[str]):
    """By this, words are known again; they cannot be read from it. It is only compared with."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place.encode()

    def process_bind_param(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else keyring_of(dialect).mark(value, self.place)
