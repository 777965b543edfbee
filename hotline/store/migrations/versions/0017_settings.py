"""What the settings were before, and whom the hotline does not answer."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from hotline.store.sealed import Sealed
from hotline.store.tables import Moment

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "settings_version",
        sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("neighbor_id", sa.Integer(), sa.ForeignKey("neighbor.id")),
        sa.Column("text", Sealed("settings_version.text"), nullable=False),
    )
    op.add_column("neighbor", sa.Column("blocked_until", Moment()))
    op.add_column("neighbor", sa.Column("block_reason", Sealed("neighbor.block_reason")))
