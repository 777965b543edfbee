"""After YES: how it stands is asked, words and pictures are passed on, several people take one."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = sa.DateTime(timezone=True)
ASKED_AFTER = timedelta(hours=24)  # of those that are taken already


def upgrade() -> None:
    op.add_column(
        "request", sa.Column("asked", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("request", sa.Column("people", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("outbox", sa.Column("from_id", sa.Integer()))
    op.add_column("outbox", sa.Column("pictures", sa.JSON()))
    is_passed_on = sa.text("from_id IS NOT NULL")
    op.create_index(
        "ix_outbox_from",
        "outbox",
        ["from_id"],
        sqlite_where=is_passed_on,
        postgresql_where=is_passed_on,
    )
    on_its_way = sa.text("state IN ('waiting', 'sending', 'unknown')")
    op.create_index(
        "ix_outbox_on_its_way",
        "outbox",
        ["neighbor_id"],
        sqlite_where=on_its_way,
        postgresql_where=on_its_way,
    )
    op.create_table(
        "companion",
        sa.Column("request_number", sa.Integer(), nullable=False),
        sa.Column("neighbor_id", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("request_number", "neighbor_id", name="pk_companion"),
        sa.ForeignKeyConstraint(
            ["request_number"], ["request.number"], name="fk_companion_request_number"
        ),
        sa.ForeignKeyConstraint(["neighbor_id"], ["neighbor.id"], name="fk_companion_neighbor_id"),
    )
    op.create_index("ix_companion_neighbor_id", "companion", ["neighbor_id"])
    _ask_about_what_is_taken()


def _ask_about_what_is_taken() -> None:
    """What somebody took before we asked how it stands is asked about, too."""
    request = sa.table(
        "request", sa.column("state"), sa.column("due", MOMENT), sa.column("ring_at", MOMENT)
    )
    ask_at = datetime.now(UTC) + ASKED_AFTER
    op.execute(
        request.update().where(request.c.state == "taken").values(due=ask_at, ring_at=ask_at)
    )
