"""What somebody ordered by text and has to confirm, because it cannot be taken lightly: one order
of each, with the code that was sent to their phone.

Functions on a connection inside somebody's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from hotline import proof
from hotline.store import tables
from hotline.store.proofs import IsCode

confirmation = tables.confirmation


@dataclass(frozen=True, slots=True)
class Confirmation:
    """`verb`: what is to be done to the person with the id `about`."""

    verb: str
    about: int


def ask(connection: Connection, who: int, it: Confirmation, digest: str, now: datetime) -> None:
    """Write the order down, in place of one before, with the digest of what confirms it."""
    connection.execute(delete(confirmation).where(confirmation.c.neighbor_id == who))
    facts = {
        "neighbor_id": who,
        "verb": it.verb,
        "about_id": it.about,
        "digest": digest,
    }
    connection.execute(insert(confirmation).values(facts | {"at": now, "tries": 0}))


def confirmed(
    connection: Connection, who: int, code: str, now: datetime, is_code: IsCode
) -> Confirmation | None:
    """The order that this code confirms, once; None if it confirms none, or no longer."""
    theirs = confirmation.c.neighbor_id == who
    row = connection.execute(select(confirmation).where(theirs)).first()
    if row is None or row.at + proof.LIVES < now or row.tries >= proof.MOST_TRIES:
        return None
    if not is_code(code, row.digest):
        connection.execute(update(confirmation).where(theirs).values(tries=row.tries + 1))
        return None
    connection.execute(delete(confirmation).where(theirs))
    return Confirmation(row.verb, row.about_id)
