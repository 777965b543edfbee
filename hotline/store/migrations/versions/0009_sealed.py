"""Numbers, names and words are sealed; and one row says with which key.

Frozen as of this version: it does not follow `hotline.store.tables`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from hotline.store.sealed import Mark, Sealed, SealedAlike, keyring_of

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

AT_ONCE = 500  # rows

# The columns that are sealed, by table; `True`: they can be looked up. What was JSON is words here.
COLUMNS: dict[str, dict[str, bool]] = {
    "neighbor": {"phone": True, "name": False},
    "page": {"note": False},
    "message": {"body": False, "pictures": False, "aloud": False, "on_machine": False},
    "call": {"state": False, "answer": False},
    "recording": {"sid": True, "transcript": False},
    "erasure": {"what": True},
    "proof": {"digest": False},
    "confirmation": {"digest": False},
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        _as_bytes(table, columns)
        _seal(table, columns)
    with op.batch_alter_table("message") as message:
        message.add_column(sa.Column("words", sa.LargeBinary()))
    _mark()
    _name_the_key()


def _as_bytes(table: str, columns: dict[str, bool]) -> None:
    nullable = {it["name"]: it["nullable"] for it in sa.inspect(op.get_bind()).get_columns(table)}
    with op.batch_alter_table(table) as batch:
        for name in columns:
            batch.alter_column(
                name,
                type_=sa.LargeBinary(),
                existing_nullable=nullable[name],
                postgresql_using=f"convert_to({name}::text, 'UTF8')",
            )


def _seal(table: str, columns: dict[str, bool]) -> None:
    connection = op.get_bind()
    key = "neighbor_id" if table == "confirmation" else "id"
    rows = sa.table(table, sa.column(key, sa.Integer), *(sa.column(it) for it in columns))
    turn = {name: _sealing(table, name, alike=alike) for name, alike in columns.items()}
    last = 0
    while True:
        query = sa.select(rows).where(rows.c[key] > last).order_by(rows.c[key]).limit(AT_ONCE)
        found = connection.execute(query).mappings().all()
        for row in found:
            sealed = {name: turn[name](row[name]) for name in columns}
            connection.execute(sa.update(rows).where(rows.c[key] == row[key]).values(sealed))
        if len(found) < AT_ONCE:
            return
        last = found[-1][key]


def _sealing(table: str, column: str, *, alike: bool) -> Callable[[Any], bytes | None]:
    dialect = op.get_bind().dialect
    kind = (SealedAlike if alike else Sealed)(f"{table}.{column}")

    def seal(value: Any) -> bytes | None:
        words = bytes(value).decode() if isinstance(value, bytes | memoryview) else value
        sealed: bytes | None = kind.process_bind_param(words, dialect)
        return sealed

    return seal


def _mark() -> None:
    """Of what is on its way: of what has left nobody asks any more."""
    connection = op.get_bind()
    message = sa.table(
        "message",
        *(sa.column("id", sa.Integer), sa.column("neighbor_id"), sa.column("channel")),
        *(sa.column("body", Sealed("message.body")), sa.column("state")),
        sa.column("words", Mark("message.words")),
    )
    on_its_way = sa.select(message).where(
        message.c.channel.in_(["api", "call"]),
        message.c.state.in_(["waiting", "sending", "unknown"]),
    )
    for row in connection.execute(on_its_way).all():
        words = f"{row.neighbor_id} {row.body}"
        connection.execute(sa.update(message).where(message.c.id == row.id).values(words=words))


def _name_the_key() -> None:
    connection = op.get_bind()
    sealing = op.create_table("sealing", sa.Column("key", sa.String(8), primary_key=True))
    name = keyring_of(connection.dialect).first.name.hex()
    connection.execute(sa.insert(sealing).values(key=name))
