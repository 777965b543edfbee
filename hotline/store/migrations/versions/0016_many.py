"""What is written to many, and indexes for what did not arrive and for the record by its kinds."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from hotline.store.sealed import SealedValue
from hotline.store.tables import Moment

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "broadcast",
        sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
        sa.Column("by_id", sa.Integer(), sa.ForeignKey("neighbor.id"), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("area", sa.String(20)),
        sa.Column("need", sa.String(20)),
        sa.Column("language", sa.String(8)),
        sa.Column("calls", sa.Boolean(), nullable=False),
        sa.Column("words", SealedValue("broadcast.words"), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), sa.ForeignKey("neighbor.id")),
        sa.Column("confirmed_at", Moment()),
        sa.Column("stopped_by", sa.Integer(), sa.ForeignKey("neighbor.id")),
        sa.Column("ended_at", Moment()),
        sa.Column("batch", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("reached", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("due", Moment()),
    )
    _index("ix_broadcast_due", "broadcast", ["due"], "due IS NOT NULL")
    op.create_table(
        "recipient",
        sa.Column("broadcast_id", sa.Integer(), sa.ForeignKey("broadcast.id"), primary_key=True),
        sa.Column("neighbor_id", sa.Integer(), sa.ForeignKey("neighbor.id"), primary_key=True),
        sa.Column("message_id", sa.Integer()),
    )
    op.add_column("message", sa.Column("broadcast_id", sa.Integer()))
    _index("ix_message_broadcast_id", "message", ["broadcast_id"], "broadcast_id IS NOT NULL")
    _index("ix_message_failure", "message", ["at", "failure"], "failure IS NOT NULL")
    op.create_index("ix_event_what", "event", ["what", "id"])


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    only = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)
