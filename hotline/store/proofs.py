"""Codes that were texted to show who calls, and calls that were made for it.

Functions on a connection inside somebody's transaction: each is one question or one change.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, ScalarSelect, delete, exists, func, insert, select, update

from hotline.proof import LIVES, MOST_A_DAY, MOST_TRIES
from hotline.store import tables
from hotline.store.tables import proof

DAY = timedelta(days=1)


def issue(
    connection: Connection,
    who: int,
    now: datetime,
    *,
    digest: str | None = None,
    call: int | None = None,
    wanted: str | None = None,
) -> bool:
    """Keep a code's digest, or which call is made instead of one, and for what. False if there
    were too many today."""
    connection.execute(delete(proof).where(proof.c.at < now - DAY))
    if not may_issue(connection, who, now):
        return False
    facts = {"neighbor_id": who, "at": now, "message_id": call, "wanted": wanted}
    connection.execute(insert(proof).values(facts | {"digest": digest}))
    return True


def may_issue(connection: Connection, who: int, now: datetime) -> bool:
    lately = select(func.count()).where(proof.c.neighbor_id == who, proof.c.at > now - DAY)
    return connection.execute(lately).scalar_one() < MOST_A_DAY


def was_rung(connection: Connection, who: int, now: datetime) -> bool:
    """Whether we called them back lately, or are about to, and nobody came to the phone. A machine
    that answered is nobody."""
    answered = exists().where(tables.call.c.message_id == proof.c.message_id)
    rung = (proof.c.neighbor_id == who, proof.c.at > now - DAY, proof.c.message_id.is_not(None))
    return connection.execute(select(proof.c.id).where(*rung, ~answered)).first() is not None


IsCode = Callable[[str, str], bool]
"""As `proof.is_code`, which takes long."""


def accept(connection: Connection, who: int, keys: str, now: datetime, is_code: IsCode) -> bool:
    """Whether these keys are the last code that they were sent. It counts the try, and a code is
    good once."""
    tried = (
        update(proof)
        .where(proof.c.id == _last(who), proof.c.at > now - LIVES, proof.c.tries < MOST_TRIES)
        .where(proof.c.digest.is_not(None))
        .values(tries=proof.c.tries + 1)
        .returning(proof.c.id, proof.c.digest)
    )
    row = connection.execute(tried).one_or_none()
    if row is None or not is_code(keys, row.digest):
        return False
    connection.execute(update(proof).where(proof.c.id == row.id).values(digest=None))
    return True


def _last(who: int) -> ScalarSelect[int]:
    return select(func.max(proof.c.id)).where(proof.c.neighbor_id == who).scalar_subquery()


def wanted_in(connection: Connection, message_id: int) -> str | None:
    """Where in the menu somebody wanted to go who answers this call of ours; None if it is not made
    so that who answers has proven who they are."""
    found = select(proof.c.wanted).where(proof.c.message_id == message_id)
    return connection.execute(found).scalar()
