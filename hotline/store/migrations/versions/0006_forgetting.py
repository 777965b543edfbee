"""Somebody wants to be forgotten: what is still to be deleted at the carrier."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(9), nullable=False),
        sa.Column("what", sa.String(64), nullable=False),
        sa.Column("neighbor_id", sa.Integer()),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
        sa.ForeignKeyConstraint(["neighbor_id"], ["neighbor.id"], name="fk_erasure_neighbor_id"),
    )
    op.create_index("ix_erasure_due", "erasure", ["due"])
