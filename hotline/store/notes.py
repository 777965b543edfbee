"""Private notes of organizers about requests: questions and changes on a connection inside
somebody's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from hotline.store.tables import note


@dataclass(frozen=True, slots=True)
class DeskNote:
    at: datetime
    who: int
    body: str


def add_note(connection: Connection, number: int, who: int, body: str, now: datetime) -> None:
    facts = {"request_number": number, "neighbor_id": who, "body": body, "at": now}
    connection.execute(insert(note).values(facts))


def notes_on(connection: Connection, number: int) -> list[DeskNote]:
    """The oldest first."""
    found = select(note.c.at, note.c.neighbor_id, note.c.body)
    found = found.where(note.c.request_number == number).order_by(note.c.id)
    return [DeskNote(*row) for row in connection.execute(found)]
