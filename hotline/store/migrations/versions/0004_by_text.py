"""A roster that runs itself by text: own limits, joining, and a record of who did what."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("neighbor", sa.Column("max_a_day", sa.Integer()))
    op.add_column("neighbor", sa.Column("joining", sa.String(8)))
    op.add_column("neighbor", sa.Column("joining_since", MOMENT))
    op.add_column("neighbor", sa.Column("code", sa.Integer()))
    op.create_index("ix_neighbor_code", "neighbor", ["code"], unique=True)
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("neighbor_id", sa.Integer()),
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("about_id", sa.Integer()),
        sa.Column("request_number", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
        sa.ForeignKeyConstraint(["neighbor_id"], ["neighbor.id"], name="fk_event_neighbor_id"),
        sa.ForeignKeyConstraint(["about_id"], ["neighbor.id"], name="fk_event_about_id"),
        sa.ForeignKeyConstraint(
            ["request_number"], ["request.number"], name="fk_event_request_number"
        ),
    )
    op.create_index("ix_event_at", "event", ["at"])
