"""Where in the menu somebody wanted to go whom we call back, what the roster knew of somebody who
is forgotten, for a day, and PINs for the phone."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("proof", sa.Column("wanted", sa.String(16)))
    op.add_column("erasure", sa.Column("entry", sa.LargeBinary()))
    op.create_table(
        "pin",
        sa.Column("neighbor_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary()),
        sa.Column("wanted", sa.LargeBinary()),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["neighbor_id"], ["neighbor.id"], name="fk_pin_neighbor_id"),
        sa.PrimaryKeyConstraint("neighbor_id", name="pk_pin"),
    )
