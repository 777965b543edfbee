"""What people on the roster are called to others: by their first names, and each by another.

Functions on a connection inside somebody's transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, update

from hotline.names import shown_names
from hotline.store import tables

neighbor = tables.neighbor
LOCK_FOR_NAMES = 4637  # of PostgreSQL


def settle(connection: Connection, which: ColumnElement[bool]) -> None:
    """Those of these people who came onto the roster, or have another name: whoever was there
    before keeps theirs."""
    if connection.dialect.name == "postgresql":  # on SQLite writing transactions are alone anyway
        connection.execute(select(func.pg_advisory_xact_lock(LOCK_FOR_NAMES)))
    found = select(neighbor.c.id, neighbor.c.name, neighbor.c.called).where(neighbor.c.on_roster)
    rows = connection.execute(found.where(which).order_by(neighbor.c.id)).all()
    ids = [row.id for row in rows]
    firsts = [shown_names(it.name, it.id)[:1] for it in rows]
    taken = _taken(connection, firsts, ids)
    here = Counter(_key(name) for some in firsts for name in some)
    again = taken | {key for key, times in here.items() if times > 1}
    doubtful = (it for it, some in zip(rows, firsts, strict=True) if again & set(map(_key, some)))
    taken |= _taken(connection, [shown_names(it.name, it.id) for it in doubtful], ids)
    changes = list(_chosen(rows, taken))
    if changes:
        change = update(neighbor).where(neighbor.c.id == bindparam("who"))
        connection.execute(change.values(called=bindparam("to_be")), changes)


def _chosen(rows: Iterable[Any], taken: set[str]) -> Iterable[dict[str, Any]]:
    for it in rows:
        names = shown_names(it.name, it.id)
        if it.called in names and _key(it.called) not in taken:
            names = [it.called]
        to_be = next((name for name in names if _key(name) not in taken), None)
        if to_be is not None:
            taken.add(_key(to_be))
        if to_be != it.called:
            yield {"who": it.id, "to_be": to_be}


def _taken(
    connection: Connection, names: Iterable[Collection[str]], but: Collection[int]
) -> set[str]:
    """Which of these somebody else on the roster has, by their keys."""
    keys = {_key(name) for some in names for name in some}
    if not keys:
        return set()
    found = select(neighbor.c.called).where(
        neighbor.c.on_roster,
        neighbor.c.called.in_({spelling for key in keys for spelling in (key, key.title())}),
        neighbor.c.id.not_in(but),
    )
    return {_key(it) for it in connection.execute(found).scalars()}


def _key(name: str) -> str:
    return name.casefold()
