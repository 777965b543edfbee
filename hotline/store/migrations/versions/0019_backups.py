"""When the database was copied last, and whether it came back from a copy."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from hotline.store.tables import Moment

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "backup",
        sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "restoration",
        sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
        sa.Column("copied_at", Moment(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("resumed_at", Moment()),
    )
