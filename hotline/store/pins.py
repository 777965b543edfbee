"""PINs that people chose for the phone, by their digests.

Functions on a connection inside somebody's transaction: each is one question or one change.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from hotline.proof import MOST_TRIES
from hotline.store.database import upsert
from hotline.store.proofs import IsCode
from hotline.store.tables import pin

TRIED_WITHIN = timedelta(days=1)  # so many wrong ones, and no more


def want(connection: Connection, who: int, digest: str) -> None:
    """One that holds once it is confirmed; until then the one before does."""
    new = upsert(connection, pin).values(neighbor_id=who, wanted=digest, tries=0)
    set_ = {"wanted": new.excluded.wanted}
    connection.execute(new.on_conflict_do_update(index_elements=[pin.c.neighbor_id], set_=set_))


def hold(connection: Connection, who: int) -> None:
    wanted = select(pin.c.wanted).where(pin.c.neighbor_id == who)
    if digest := connection.execute(wanted).scalar():
        theirs = update(pin).where(pin.c.neighbor_id == who)
        connection.execute(theirs.values(digest=digest, wanted=None, tries=0))


def remove(connection: Connection, who: int) -> None:
    connection.execute(delete(pin).where(pin.c.neighbor_id == who))


def can_be_tried(connection: Connection, who: int, now: datetime) -> bool:
    """Whether they have one, and it was not tried too often in a day."""
    return _digest(connection, who, now) is not None


def accept(connection: Connection, who: int, keys: str, now: datetime, is_code: IsCode) -> bool:
    """Whether these keys are theirs. It counts what is wrong."""
    digest = _digest(connection, who, now)
    if digest is None:
        return False
    theirs = update(pin).where(pin.c.neighbor_id == who)
    if is_code(keys, digest):
        connection.execute(theirs.values(tries=0))
        return True
    since = connection.execute(select(pin.c.since).where(pin.c.neighbor_id == who)).scalar()
    if since is None or since + TRIED_WITHIN < now:
        connection.execute(theirs.values(tries=1, since=now))
    else:
        connection.execute(theirs.values(tries=pin.c.tries + 1))
    return False


def _digest(connection: Connection, who: int, now: datetime) -> str | None:
    row = connection.execute(select(pin).where(pin.c.neighbor_id == who)).one_or_none()
    if row is None or (row.tries >= MOST_TRIES and row.since + TRIED_WITHIN >= now):
        return None
    digest: str | None = row.digest
    return digest
