"""How much somebody on the roster is trusted with, what stewards have to confirm, and whether who
takes a request knows the place.

Whoever came by themselves before counts as a newcomer from the day they came; what their requesters
confirmed since counts, too.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("neighbor", sa.Column("newcomer_since", MOMENT))
    op.add_column("neighbor", sa.Column("suspended_at", MOMENT))
    op.add_column("neighbor", sa.Column("carry", sa.Integer()))
    op.add_column("neighbor", sa.Column("carry_until", MOMENT))
    op.add_column("taker", sa.Column("place", sa.String(8)))
    op.create_table(
        "confirmation",
        sa.Column("neighbor_id", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(8), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(100), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["neighbor_id"], ["neighbor.id"], name="fk_confirmation_neighbor_id"
        ),
        sa.ForeignKeyConstraint(["about_id"], ["neighbor.id"], name="fk_confirmation_about_id"),
        sa.PrimaryKeyConstraint("neighbor_id", name="pk_confirmation"),
    )
    op.execute(
        """
        UPDATE neighbor SET newcomer_since = (
            SELECT max(at) FROM event WHERE about_id = neighbor.id AND what IN ('vouched', 'joined')
        ) WHERE on_roster AND NOT EXISTS (
            SELECT 1 FROM event WHERE about_id = neighbor.id AND what = 'listed'
        )
        """
    )
