"""Passkeys of people on the board, and what their browsers were asked.

Functions on a connection inside somebody's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from hotline.proof import LIVES
from hotline.store.sessions import token_digest
from hotline.store.tables import passkey, passkey_asked


@dataclass(frozen=True, slots=True)
class Passkey:
    """`known`: what its answers are checked by."""

    id: int
    who: int
    known: str
    name: str
    since: datetime
    used_at: datetime | None


_COLUMNS = (
    *(passkey.c.id, passkey.c.neighbor_id, passkey.c.known, passkey.c.name),
    *(passkey.c.since, passkey.c.used_at),
)


def passkeys_of(connection: Connection, who: int) -> list[Passkey]:
    found = select(*_COLUMNS).where(passkey.c.neighbor_id == who).order_by(passkey.c.id)
    return [Passkey(*row) for row in connection.execute(found)]


def passkey_called(connection: Connection, credential: str) -> Passkey | None:
    """By the name that browsers have for it."""
    found = select(*_COLUMNS).where(passkey.c.credential == token_digest(credential))
    row = connection.execute(found).one_or_none()
    return Passkey(*row) if row else None


def add_passkey(
    connection: Connection, credential: str, who: int, known: str, name: str, now: datetime
) -> None:
    facts = {"credential": token_digest(credential), "neighbor_id": who, "known": known}
    connection.execute(insert(passkey).values(facts | {"name": name, "since": now}))


def note_used(connection: Connection, number: int, now: datetime) -> None:
    connection.execute(update(passkey).where(passkey.c.id == number).values(used_at=now))


def remove_passkey(connection: Connection, number: int, who: int) -> bool:
    gone = delete(passkey).where(passkey.c.id == number, passkey.c.neighbor_id == who)
    return connection.execute(gone).rowcount == 1


def remove_passkeys_of(connection: Connection, who: int) -> None:
    connection.execute(delete(passkey).where(passkey.c.neighbor_id == who))


def ask(connection: Connection, token: str, challenge: str, now: datetime) -> None:
    """A browser that holds this token was asked this. Old ones are deleted on the way."""
    connection.execute(delete(passkey_asked).where(passkey_asked.c.at < now - LIVES))
    facts = {"token": token_digest(token), "challenge": challenge, "at": now}
    connection.execute(insert(passkey_asked).values(facts))


def asked_lately(connection: Connection) -> int:
    """How many browsers were asked and have not answered."""
    return connection.execute(select(func.count()).select_from(passkey_asked)).scalar_one()


def take_asked(connection: Connection, token: str, now: datetime) -> str | None:
    """What it was asked; each is answered once."""
    taken = (
        delete(passkey_asked)
        .where(passkey_asked.c.token == token_digest(token), passkey_asked.c.at > now - LIVES)
        .returning(passkey_asked.c.challenge)
    )
    challenge: str | None = connection.execute(taken).scalar_one_or_none()
    return challenge
