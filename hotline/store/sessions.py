"""Browsers on the board: those in which somebody is about to sign in, and those signed in; and the
roles that stewards gave there.

Functions on a connection inside somebody's transaction: each is one question or one change. Of what
a browser holds only a digest is here.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, delete, func, insert, or_, select, update

from hotline.proof import LIVES, MOST_TRIES
from hotline.store import tables
from hotline.store.database import upsert
from hotline.store.proofs import DAY

sign_in, session, role = tables.sign_in, tables.board_session, tables.board_role

LINK_LIVES = timedelta(hours=1)
IDLE = timedelta(days=7)  # after which a browser that nobody used is signed out
LONGEST = timedelta(days=30)
FRESH = timedelta(minutes=10)  # how long somebody counts as just having shown that it is them
SEEN_EVERY = timedelta(minutes=1)  # no need to write it down more often

IsCode = Callable[[str, str], bool]
"""As `proof.is_code`, which takes long."""


def new_token() -> str:
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# About to sign in.


def begin_sign_in(
    connection: Connection, token: str, who: int | None, digest: str | None, now: datetime
) -> None:
    """In the browser that holds this token, somebody says who they are; None: nobody who may come
    in. Begun once more in the same browser, only the last holds."""
    connection.execute(delete(sign_in).where(sign_in.c.at < now - DAY))
    facts = {"neighbor_id": who, "digest": digest, "at": now, "tries": 0, "is_link": False}
    row = upsert(connection, sign_in).values(token=token_digest(token), **facts)
    connection.execute(row.on_conflict_do_update(index_elements=[sign_in.c.token], set_=facts))


def begun_since(connection: Connection, since: datetime, who: int) -> int:
    """How often somebody began to sign in."""
    theirs = _begun_since(since).where(sign_in.c.neighbor_id == who)
    return connection.execute(theirs).scalar_one()


def strangers_since(connection: Connection, since: datetime) -> int:
    """How often people began to sign in who may not come in."""
    strangers = _begun_since(since).where(sign_in.c.neighbor_id.is_(None))
    return connection.execute(strangers).scalar_one()


def _begun_since(since: datetime) -> Select[int]:
    return select(func.count()).where(sign_in.c.at > since, sign_in.c.is_link.is_(False))


def accept_code(
    connection: Connection, token: str, code: str, now: datetime, is_code: IsCode
) -> int | None:
    """Who signs in with this code in the browser that holds this token. It counts the try, and a
    code is good once."""
    tried = (
        update(sign_in)
        .where(sign_in.c.token == token_digest(token), sign_in.c.is_link.is_(False))
        .where(sign_in.c.at > now - LIVES, sign_in.c.tries < MOST_TRIES)
        .where(sign_in.c.digest.is_not(None))
        .values(tries=sign_in.c.tries + 1)
        .returning(sign_in.c.id, sign_in.c.neighbor_id, sign_in.c.digest)
    )
    row = connection.execute(tried).one_or_none()
    if row is None or not is_code(code, row.digest):
        return None
    connection.execute(update(sign_in).where(sign_in.c.id == row.id).values(digest=None))
    who: int | None = row.neighbor_id
    return who


def add_link(connection: Connection, token: str, who: int, now: datetime) -> None:
    facts = {"token": token_digest(token), "neighbor_id": who, "is_link": True, "at": now}
    connection.execute(insert(sign_in).values(facts))


def use_link(connection: Connection, token: str, now: datetime) -> int | None:
    """Whom this link signs in; it does so once."""
    used = (
        delete(sign_in)
        .where(sign_in.c.token == token_digest(token), sign_in.c.is_link)
        .where(sign_in.c.at > now - LINK_LIVES)
        .returning(sign_in.c.neighbor_id)
    )
    return connection.execute(used).scalar_one_or_none()


# Signed in.


@dataclass(frozen=True, slots=True)
class BoardSession:
    """A browser in which somebody is signed in."""

    id: int
    who: int
    name: str
    since: datetime
    seen_at: datetime
    proven_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        return self.proven_at > now - FRESH


_COLUMNS = (
    *(session.c.id, session.c.neighbor_id, session.c.name, session.c.since),
    *(session.c.seen_at, session.c.proven_at),
)


def open_session(connection: Connection, token: str, who: int, name: str, now: datetime) -> None:
    """Those that are over are deleted on the way."""
    over = or_(session.c.seen_at < now - IDLE, session.c.since < now - LONGEST)
    connection.execute(delete(session).where(over))
    facts = {"token": token_digest(token), "neighbor_id": who, "name": name}
    moments = dict.fromkeys(("since", "seen_at", "proven_at"), now)
    connection.execute(insert(session).values(facts | moments))


def session_with(connection: Connection, token: str, now: datetime) -> BoardSession | None:
    found = select(*_COLUMNS).where(
        session.c.token == token_digest(token),
        session.c.seen_at > now - IDLE,
        session.c.since > now - LONGEST,
    )
    row = connection.execute(found).one_or_none()
    return BoardSession(*row) if row else None


def sessions(connection: Connection) -> list[BoardSession]:
    """All of them, whoever was seen last first."""
    found = select(*_COLUMNS).order_by(session.c.seen_at.desc(), session.c.id)
    return [BoardSession(*row) for row in connection.execute(found)]


def note_seen(connection: Connection, number: int, now: datetime) -> None:
    connection.execute(update(session).where(session.c.id == number).values(seen_at=now))


def note_proven(connection: Connection, number: int, now: datetime) -> None:
    connection.execute(update(session).where(session.c.id == number).values(proven_at=now))


def end_session(connection: Connection, number: int) -> None:
    connection.execute(delete(session).where(session.c.id == number))


def leave(connection: Connection, who: int) -> None:
    """Somebody has nothing to do with the board any more."""
    end_sessions_of(connection, who)
    take_role(connection, who)


def end_sessions_of(connection: Connection, who: int) -> None:
    """Whoever leaves is signed out everywhere."""
    connection.execute(delete(session).where(session.c.neighbor_id == who))
    connection.execute(delete(sign_in).where(sign_in.c.neighbor_id == who))


# Roles.


def given_role(connection: Connection, who: int) -> str | None:
    found = select(role.c.role).where(role.c.neighbor_id == who)
    return connection.execute(found).scalar_one_or_none()


def given_roles(connection: Connection) -> dict[int, str]:
    found = select(role.c.neighbor_id, role.c.role).order_by(role.c.since, role.c.neighbor_id)
    return {int(who): str(given) for who, given in connection.execute(found)}


def give_role(connection: Connection, who: int, given: str, by: int | None, now: datetime) -> None:
    facts = {"role": given, "by_id": by, "since": now}
    row = upsert(connection, role).values(neighbor_id=who, **facts)
    connection.execute(row.on_conflict_do_update(index_elements=[role.c.neighbor_id], set_=facts))


def take_role(connection: Connection, who: int) -> None:
    connection.execute(delete(role).where(role.c.neighbor_id == who))
