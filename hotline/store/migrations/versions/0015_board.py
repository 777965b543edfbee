"""The board: who comes in, in which browsers, and what organizers note; indexes for what waits."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from hotline.store.sealed import Sealed
from hotline.store.tables import Moment

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
        sa.Column("request_number", sa.Integer(), sa.ForeignKey("request.number"), nullable=False),
        sa.Column("neighbor_id", sa.Integer(), sa.ForeignKey("neighbor.id"), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("body", Sealed("note.body"), nullable=False),
    )
    op.create_index("ix_note_request_number", "note", ["request_number"])
    op.create_table(
        "board_role",
        sa.Column("neighbor_id", sa.Integer(), sa.ForeignKey("neighbor.id"), primary_key=True),
        sa.Column("role", sa.String(8), nullable=False),
        sa.Column("by_id", sa.Integer(), sa.ForeignKey("neighbor.id")),
        sa.Column("since", Moment(), nullable=False),
    )
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
        sa.Column("token", sa.String(64), nullable=False, unique=True),
        sa.Column("neighbor_id", sa.Integer(), sa.ForeignKey("neighbor.id")),
        sa.Column("digest", Sealed("sign_in.digest")),
        sa.Column("is_link", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("at", Moment(), nullable=False),
    )
    op.create_index("ix_sign_in_neighbor_id", "sign_in", ["neighbor_id"])
    op.create_index("ix_sign_in_at", "sign_in", ["at"])
    op.create_table(
        "board_session",
        sa.Column("id", sa.Integer(), sa.Identity(), primary_key=True),
        sa.Column("token", sa.String(64), nullable=False, unique=True),
        sa.Column("neighbor_id", sa.Integer(), sa.ForeignKey("neighbor.id"), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("proven_at", Moment(), nullable=False),
    )
    op.create_index("ix_board_session_neighbor_id", "board_session", ["neighbor_id"])
    _index("ix_event_danger", "event", ["at"], "what = 'danger'")
    _index("ix_request_silent", "request", ["number"], "state = 'taken' AND checked_in")
    _index("ix_request_live", "request", ["number"], "state IN ('open', 'taken')")
    _index("ix_neighbor_trouble", "neighbor", ["id"], "trouble IS NOT NULL")


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    only = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=only, postgresql_where=only)
