"""What a steward ordered by text and has to confirm, because it cannot be taken lightly: one order
of each steward, with the code that was sent to their phone.

Functions on a connection inside somebody's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from hotline import proof
from hotline.store import tables

confirmation = tables.confirmation


@dataclass(frozen=True, slots=True)
class Confirmation:
    """`verb`: what is to be done to the person with the id `about`."""

    verb: str
    about: int


def ask(connection: Connection, steward: int, it: Confirmation, now: datetime) -> str:
    """Write the order down, in place of one before; the code that confirms it."""
    code = proof.new_code()
    connection.execute(delete(confirmation).where(confirmation.c.neighbor_id == steward))
    facts = {
        "neighbor_id": steward,
        "verb": it.verb,
        "about_id": it.about,
        "digest": proof.digest(code),
    }
    connection.execute(insert(confirmation).values(facts | {"at": now, "tries": 0}))
    return code


def confirmed(
    connection: Connection, steward: int, code: str, now: datetime
) -> Confirmation | None:
    """The order that this code confirms, once; None if it confirms none, or no longer."""
    theirs = confirmation.c.neighbor_id == steward
    row = connection.execute(select(confirmation).where(theirs)).first()
    if row is None or row.at + proof.LIVES < now or row.tries >= proof.MOST_TRIES:
        return None
    if not proof.is_code(code, row.digest):
        connection.execute(update(confirmation).where(theirs).values(tries=row.tries + 1))
        return None
    connection.execute(delete(confirmation).where(theirs))
    return Confirmation(row.verb, row.about_id)
