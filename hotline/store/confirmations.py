"""What a steward ordered by text and has to confirm, because it cannot be taken lightly: one order
of each steward, with the code that was sent to their phone.

Functions on a connection inside somebody's transaction.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from hotline.store import tables

confirmation = tables.confirmation

LASTS = timedelta(minutes=10)
MOST_TRIES = 5
CODES = 1_000_000  # six digits


@dataclass(frozen=True, slots=True)
class Confirmation:
    """`verb`: what is to be done to the person with the id `about`."""

    verb: str
    about: int


def ask(connection: Connection, steward: int, it: Confirmation, now: datetime) -> str:
    """Write the order down, in place of one before; the code that confirms it."""
    code = f"{secrets.randbelow(CODES):06}"
    connection.execute(delete(confirmation).where(confirmation.c.neighbor_id == steward))
    facts = {"neighbor_id": steward, "verb": it.verb, "about_id": it.about, "code": code}
    connection.execute(insert(confirmation).values(facts | {"at": now, "tries": 0}))
    return code


def confirmed(
    connection: Connection, steward: int, code: str, now: datetime
) -> Confirmation | None:
    """The order that this code confirms, once; None if it confirms none, or no longer."""
    theirs = confirmation.c.neighbor_id == steward
    row = connection.execute(select(confirmation).where(theirs)).first()
    if row is None or row.at + LASTS < now or row.tries >= MOST_TRIES:
        return None
    if not secrets.compare_digest(row.code, code):
        connection.execute(update(confirmation).where(theirs).values(tries=row.tries + 1))
        return None
    connection.execute(delete(confirmation).where(theirs))
    return Confirmation(row.verb, row.about_id)
