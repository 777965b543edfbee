"""Who is never brought together again."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from hotline.store.tables import Moment

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "apart",
        sa.Column("neighbor_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["neighbor_id"], ["neighbor.id"], name="fk_apart_neighbor_id"),
        sa.ForeignKeyConstraint(["other_id"], ["neighbor.id"], name="fk_apart_other_id"),
        sa.PrimaryKeyConstraint("neighbor_id", "other_id", name="pk_apart"),
    )
    op.create_index("ix_apart_other_id", "apart", ["other_id"])
