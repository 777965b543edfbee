"""Passkeys on the board."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from hotline.store.sealed import Sealed
from hotline.store.tables import Moment

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
        sa.Column("credential", sa.String(64), nullable=False, unique=True),
        sa.Column("neighbor_id", sa.Integer(), sa.ForeignKey("neighbor.id"), nullable=False),
        sa.Column("known", Sealed("passkey.known"), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("used_at", Moment()),
    )
    op.create_index("ix_passkey_neighbor_id", "passkey", ["neighbor_id"])
    op.create_table(
        "passkey_asked",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("challenge", sa.String(100), nullable=False),
        sa.Column("at", Moment(), nullable=False),
    )
    op.create_index("ix_passkey_asked_at", "passkey_asked", ["at"])
