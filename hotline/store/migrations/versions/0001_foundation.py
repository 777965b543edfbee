"""Foundation: people, requests, pages, texts in and out."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
FIRST_NUMBER = 12


def upgrade() -> None:
    op.create_table(
        "neighbor",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("language_chosen", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("stopped_at", MOMENT, nullable=True),
        sa.Column("trouble", sa.String(length=12), nullable=True),
        sa.Column("on_roster", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("languages", sa.JSON(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("areas", sa.JSON(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("needs", sa.JSON(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("hours", sa.String(length=200), server_default="", nullable=False),
        sa.Column("reach", sa.String(length=8), server_default="text", nullable=False),
        sa.Column("paused_until", MOMENT, nullable=True),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("heard_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_neighbor"),
        sa.UniqueConstraint("phone", name="uq_neighbor_phone"),
    )
    op.create_index("ix_neighbor_on_roster", "neighbor", ["on_roster"])

    op.create_table(
        "request",
        sa.Column(
            "number", sa.Integer(), sa.Identity(always=False, start=FIRST_NUMBER), nullable=False
        ),
        sa.Column("requester_id", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("needs", sa.JSON(), nullable=False),
        sa.Column("area", sa.String(length=20), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("taker_id", sa.Integer(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("due", MOMENT, nullable=True),
        sa.Column("owed", sa.Integer(), nullable=False),
        sa.Column("told_nobody_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state NOT IN ('taken', 'done') OR taker_id IS NOT NULL", name="ck_request_has_taker"
        ),
        sa.ForeignKeyConstraint(["requester_id"], ["neighbor.id"], name="fk_request_requester_id"),
        sa.ForeignKeyConstraint(["taker_id"], ["neighbor.id"], name="fk_request_taker_id"),
        sa.PrimaryKeyConstraint("number", name="pk_request"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_request_due", "request", ["state", "due"])
    op.create_index("ix_request_requester_id", "request", ["requester_id"])
    op.create_index("ix_request_taker_id", "request", ["taker_id"])

    op.create_table(
        "inbox",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column("neighbor_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("pictures", sa.JSON(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("request_number", sa.Integer(), nullable=True),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["neighbor_id"], ["neighbor.id"], name="fk_inbox_neighbor_id"),
        sa.ForeignKeyConstraint(
            ["request_number"], ["request.number"], name="fk_inbox_request_number"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("sid", name="uq_inbox_sid"),
    )
    op.create_index("ix_inbox_neighbor_id", "inbox", ["neighbor_id"])
    op.create_index("ix_inbox_request_number", "inbox", ["request_number"])

    op.create_table(
        "page",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("request_number", sa.Integer(), nullable=False),
        sa.Column("neighbor_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["neighbor_id"], ["neighbor.id"], name="fk_page_neighbor_id"),
        sa.ForeignKeyConstraint(
            ["request_number"], ["request.number"], name="fk_page_request_number"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_page"),
        sa.UniqueConstraint(
            "request_number", "neighbor_id", "round", name="uq_page_request_number"
        ),
    )
    op.create_index("ix_page_neighbor", "page", ["neighbor_id", "asked_at"])

    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("neighbor_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("request_number", sa.Integer(), nullable=True),
        sa.Column("page_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("sid", sa.String(length=64), nullable=True),
        sa.Column("error", sa.Integer(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due", MOMENT, nullable=True),
        sa.Column("good_until", MOMENT, nullable=True),
        sa.Column("claimed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["neighbor_id"], ["neighbor.id"], name="fk_outbox_neighbor_id"),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name="fk_outbox_page_id"),
        sa.ForeignKeyConstraint(
            ["request_number"], ["request.number"], name="fk_outbox_request_number"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("sid", name="uq_outbox_sid"),
    )
    op.create_index("ix_outbox_due", "outbox", ["due"])
    op.create_index("ix_outbox_neighbor_id", "outbox", ["neighbor_id"])
    op.create_index("ix_outbox_page_id", "outbox", ["page_id"])
    if op.get_bind().dialect.name == "sqlite":
        # SQLite has no sequences: the next number follows the last one it remembers.
        remembered = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq"))
        op.bulk_insert(remembered, [{"name": "request", "seq": FIRST_NUMBER - 1}])
