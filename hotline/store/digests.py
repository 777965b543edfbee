"""Keyed digests of what is deleted: by these the carrier's names and numbers are known again, and
nothing can be read from them.

The key is random, sealed in the database like everything else, and stays the same when the keys are
changed: what it was made of is not there any more, to make it anew. Without the keys nobody can try
which number a digest is of; whoever has them can, as there are not so many numbers.

Functions on a connection inside somebody's transaction.
"""

from __future__ import annotations

import hashlib
import hmac

from sqlalchemy import ColumnElement, Connection, Table, bindparam, select, update

from hotline.store.tables import sealing

BYTES = 16
GONE = "gone-"  # in front of the digest of a name that the carrier had for something


def of_phone(connection: Connection, phone: str) -> bytes:
    return _digest(connection, "phone", phone)


def of_name(connection: Connection, name: str) -> str:
    """What stands in the place of the carrier's name for what is deleted."""
    return GONE + _digest(connection, "name", name).hex()


def names(connection: Connection, name: str) -> tuple[str, str]:
    """Under which something of this name is here, as it is or deleted."""
    return name, of_name(connection, name)


def is_gone(name: str) -> bool:
    return name.startswith(GONE)


def hide_names(connection: Connection, table: Table, *which: ColumnElement[bool]) -> None:
    """Leave only digests of the carrier's names for these rows, so that nobody can ask for them
    there, and what is delivered again is known all the same."""
    named = select(table.c.id, table.c.sid).where(
        *which, table.c.sid.is_not(None), table.c.sid.not_like(f"{GONE}%")
    )
    hidden = [
        {"row": row_id, "digest": of_name(connection, name)}
        for row_id, name in connection.execute(named).all()
    ]
    if hidden:
        of_row = update(table).where(table.c.id == bindparam("row"))
        connection.execute(of_row.values(sid=bindparam("digest")), hidden)


def _digest(connection: Connection, what: str, words: str) -> bytes:
    made = hmac.new(_key(connection), f"{what}\0{words}".encode(), hashlib.sha256)
    return made.digest()[:BYTES]


def _key(connection: Connection) -> bytes:
    """Read once: it never changes."""
    known = vars(connection.dialect)
    if "digests" not in known:
        secret = connection.execute(select(sealing.c.digests)).scalar_one()
        known["digests"] = bytes.fromhex(secret)
    key: bytes = known["digests"]
    return key
