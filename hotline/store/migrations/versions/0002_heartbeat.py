"""Signs of life of each process, and what the stewards were told of asking that is late."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("process", sa.String(80), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("role", "process", name="pk_heartbeat"),
    )
    op.create_table(
        "alarm",
        sa.Column("what", sa.String(12), nullable=False),
        sa.Column("since", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("what", name="pk_alarm"),
    )
