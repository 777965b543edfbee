"""Large rosters and busy nights: an index of what people offer, and others."""

import json
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    never = "1970-01-01 00:00:00.000000"
    op.add_column("neighbor", sa.Column("asked_at", MOMENT, server_default=never, nullable=False))
    op.execute(
        "UPDATE neighbor SET asked_at ="
        " (SELECT max(asked_at) FROM page WHERE page.neighbor_id = neighbor.id)"
        " WHERE id IN (SELECT neighbor_id FROM page)"
    )
    op.drop_column("neighbor", "heard_at")  # the inbox knows
    op.create_table(
        "availability",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_availability"),
        sa.UniqueConstraint("content", name="uq_availability_content"),
    )
    op.create_table(
        "offer",
        sa.Column("neighbor_id", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(length=20), nullable=False),
        sa.Column("need", sa.String(length=20), nullable=False),
        sa.Column("availability_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["neighbor_id"], ["neighbor.id"], name="fk_offer_neighbor_id"),
        sa.ForeignKeyConstraint(
            ["availability_id"], ["availability.id"], name="fk_offer_availability_id"
        ),
        sa.PrimaryKeyConstraint("neighbor_id", "area", "need", name="pk_offer"),
    )
    op.create_index(
        "ix_offer_area", "offer", ["area", "need", "asked_at", "neighbor_id", "availability_id"]
    )
    _fill_offers(op.get_bind())

    op.add_column("request", sa.Column("ring_at", MOMENT, nullable=True))
    op.execute(
        "UPDATE request SET ring_at = CASE WHEN owed > 0 THEN since ELSE due END"
        " WHERE state = 'open'"
    )
    op.drop_index("ix_request_due", "request")
    op.create_index("ix_request_ring_at", "request", ["ring_at"])

    op.add_column("inbox", sa.Column("segments", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "inbox",
        sa.Column("pace", sa.String(length=10), server_default="usual", nullable=False),
    )
    op.drop_index("ix_inbox_neighbor_id", "inbox")
    op.create_index("ix_inbox_neighbor", "inbox", ["neighbor_id", "received_at"])
    op.create_index("ix_inbox_received_at", "inbox", ["received_at", "segments"])

    op.create_index("ix_outbox_claimed_at", "outbox", ["claimed_at", "segments"])
    held = sa.text("state = 'waiting' AND error IS NOT NULL")
    op.create_index("ix_outbox_held", "outbox", ["due"], sqlite_where=held, postgresql_where=held)


def _fill_offers(connection: sa.Connection) -> None:
    """What everybody on the roster offers, as `store.put_on_roster` writes it."""
    neighbor = sa.table(
        "neighbor",
        sa.column("id", sa.Integer()),
        sa.column("on_roster", sa.Boolean()),
        sa.column("asked_at", MOMENT),
        sa.column("needs", sa.JSON()),
        sa.column("areas", sa.JSON()),
        sa.column("languages", sa.JSON()),
        sa.column("hours", sa.String()),
    )
    availability = sa.table(
        "availability", sa.column("id", sa.Integer()), sa.column("content", sa.Text())
    )
    offer = sa.table(
        "offer",
        sa.column("neighbor_id", sa.Integer()),
        sa.column("area", sa.String()),
        sa.column("need", sa.String()),
        sa.column("availability_id", sa.Integer()),
        sa.column("asked_at", MOMENT),
    )
    people = connection.execute(sa.select(neighbor).where(neighbor.c.on_roster)).all()
    contents = {
        row.id: json.dumps({"hours": row.hours, "languages": sorted(row.languages)})
        for row in people
    }
    for content in sorted(set(contents.values())):
        connection.execute(sa.insert(availability).values(content=content))
    ids = {row.content: row.id for row in connection.execute(sa.select(availability))}
    offers = [
        {
            "neighbor_id": row.id,
            "area": area,
            "need": need,
            "availability_id": ids[contents[row.id]],
            "asked_at": row.asked_at,
        }
        for row in people
        for area in ["*", *(row.areas or [""])]
        for need in ["*", *(row.needs or [""])]
    ]
    if offers:
        connection.execute(sa.insert(offer), offers)
