"""Calls: where each is in the menu, what was recorded, and what is said instead of texted."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _what_is_said_instead()
    _calls()
    _recordings()


def _what_is_said_instead() -> None:
    no = sa.text("false") if op.get_bind().dialect.name == "postgresql" else sa.text("0")
    op.add_column("outbox", sa.Column("by", sa.String(5), server_default="text", nullable=False))
    op.add_column("outbox", sa.Column("spoken", sa.Text()))
    op.add_column("outbox", sa.Column("may_wake", sa.Boolean(), server_default=no, nullable=False))


def _calls() -> None:
    op.create_table(
        "call",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("sid", sa.String(64), nullable=False),
        sa.Column("neighbor_id", sa.Integer()),
        sa.Column("text_id", sa.Integer()),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("due", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_call"),
        sa.UniqueConstraint("sid", name="uq_call_sid"),
        sa.ForeignKeyConstraint(["neighbor_id"], ["neighbor.id"], name="fk_call_neighbor_id"),
        sa.ForeignKeyConstraint(["text_id"], ["outbox.id"], name="fk_call_text_id"),
    )
    op.create_index("ix_call_neighbor_id", "call", ["neighbor_id"])
    op.create_index("ix_call_text_id", "call", ["text_id"])
    op.create_index("ix_call_due", "call", ["due"])


def _recordings() -> None:
    op.create_table(
        "recording",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("sid", sa.String(64), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("request_number", sa.Integer()),
        sa.Column("passed_to", sa.Integer()),
        sa.Column("seconds", sa.Integer()),
        sa.Column("transcript", sa.Text()),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recording"),
        sa.UniqueConstraint("sid", name="uq_recording_sid"),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_recording_call_id"),
        sa.ForeignKeyConstraint(
            ["request_number"], ["request.number"], name="fk_recording_request_number"
        ),
        sa.ForeignKeyConstraint(["passed_to"], ["neighbor.id"], name="fk_recording_passed_to"),
    )
    op.create_index("ix_recording_call_id", "recording", ["call_id"])
    op.create_index("ix_recording_request_number", "recording", ["request_number"])
