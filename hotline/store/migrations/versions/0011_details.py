"""What volunteers read of a request besides need and area."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    details = sa.Column("details", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
    op.add_column("request", details)
