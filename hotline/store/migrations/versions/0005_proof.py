"""Who calls can show that the number is theirs: by a code that was texted there, of which a digest
is kept, or by a call to it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "proof",
        sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
        sa.Column("neighbor_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(100)),
        sa.Column("message_id", sa.Integer()),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["neighbor_id"], ["neighbor.id"], name="fk_proof_neighbor_id"),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name="fk_proof_message_id"),
    )
    op.create_index("ix_proof_neighbor_id", "proof", ["neighbor_id"])
    op.create_index("ix_proof_message_id", "proof", ["message_id"])
