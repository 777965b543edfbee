"""What is deleted is known again by keyed digests: texts and calls by the carrier's names for them,
and whoever must stay apart from somebody by their number. And since when something is to be deleted
at the carrier, so that the stewards hear when it refuses for long.
"""

import secrets
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from hotline.store.sealed import Sealed
from hotline.store.tables import Moment

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SEALING = sa.table("sealing", sa.column("digests", Sealed("sealing.digests")))


def upgrade() -> None:
    op.add_column("sealing", sa.Column("digests", sa.LargeBinary()))
    op.execute(sa.update(SEALING).values(digests=secrets.token_hex(32)))
    with op.batch_alter_table("sealing") as sealing:
        sealing.alter_column("digests", existing_type=sa.LargeBinary(), nullable=False)
    op.create_table(
        "known_again",
        sa.Column("neighbor_id", sa.Integer(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["neighbor_id"], ["neighbor.id"], name="fk_known_again_neighbor_id"
        ),
        sa.PrimaryKeyConstraint("neighbor_id", name="pk_known_again"),
    )
    op.create_index("ix_known_again_phone", "known_again", ["phone"])
    op.add_column("erasure", sa.Column("since", Moment()))
