"""What the doctor found, and what of it the stewards were told."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from hotline.store.tables import Moment

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "checkup",
        sa.Column("half", sa.String(8), primary_key=True),
        sa.Column("due", Moment(), nullable=False),
        sa.Column("at", Moment()),
        sa.Column("findings", sa.JSON(), nullable=False, server_default=sa.text("'[]'")),
    )
    op.create_table(
        "finding",
        sa.Column("key", sa.String(80), primary_key=True),
        sa.Column("half", sa.String(8), nullable=False),
        sa.Column("since", Moment()),
        sa.Column("told_at", Moment()),
    )
