"""What the day's segments were spent on is read from an index alone."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.drop_index("ix_message_claimed_at", table_name="message")
    op.create_index(
        "ix_message_claimed_at",
        "message",
        ["claimed_at", "segments", "channel", "page_id"],
        sqlite_where=sa.text("claimed_at IS NOT NULL"),
        postgresql_where=sa.text("claimed_at IS NOT NULL"),
    )
