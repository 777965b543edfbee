"""Whether somebody who takes a request knows where whoever asked can be found.

Functions on a connection inside somebody's transaction.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from hotline.address import KeptPlace, PlaceState
from hotline.store import tables
from hotline.store.prepared import Prepared

taker = tables.taker


def state_of(connection: Connection, number: int, who: int) -> PlaceState | None:
    rows = _STATE.rows(connection, {"number": number, "who": who})
    return PlaceState(rows[0][0]) if rows and rows[0][0] else None


_STATE = Prepared(
    select(taker.c.place).where(
        taker.c.request_number == bindparam("number"), taker.c.neighbor_id == bindparam("who")
    )
)


def note(connection: Connection, number: int, who: int, state: PlaceState) -> None:
    of_this = taker.c.request_number == number, taker.c.neighbor_id == who
    connection.execute(update(taker).where(*of_this).values(place=state.value))


def kept(connection: Connection, number: int) -> list[KeptPlace]:
    """Of one request, in the order in which they took it."""
    rows = _KEPT.rows(connection, {"number": number})
    return [KeptPlace(number, who, PlaceState(state)) for who, state in rows]


_KEPT = Prepared(
    select(taker.c.neighbor_id, taker.c.place)
    .where(
        taker.c.request_number == bindparam("number"),
        tables.one_of(taker.c.place, "asked", "kept"),
    )
    .order_by(taker.c.id)
)


def taken_at(connection: Connection, number: int, who: int) -> datetime:
    """When somebody took a request that they take."""
    since = select(taker.c.since).where(
        taker.c.request_number == number, taker.c.neighbor_id == who
    )
    moment: datetime = connection.execute(since).scalar_one()
    return moment
