"""What is kept no longer is deleted by the clock: since when a request is over, and how far it is.

When a request from before ended nobody wrote down: it counts from what was said about it last.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from hotline.store.tables import Moment

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

REQUEST = sa.table(
    "request",
    sa.column("number", sa.Integer),
    sa.column("since", Moment),
    sa.column("state", sa.String),
    sa.column("over_since", Moment),
)
MESSAGE = sa.table("message", sa.column("request_number", sa.Integer), sa.column("at", Moment))


def upgrade() -> None:
    op.add_column("request", sa.Column("over_since", Moment()))
    over = sa.text("over_since IS NOT NULL")
    op.create_index(
        "ix_request_over_since",
        "request",
        ["over_since"],
        sqlite_where=over,
        postgresql_where=over,
    )
    said = sa.select(sa.func.max(MESSAGE.c.at)).where(MESSAGE.c.request_number == REQUEST.c.number)
    ended = REQUEST.c.state.in_(["done", "withdrawn"])
    since = sa.func.coalesce(said.scalar_subquery(), REQUEST.c.since)
    op.execute(sa.update(REQUEST).where(ended).values(over_since=since))
    op.create_table(
        "sweep",
        sa.Column("what", sa.String(8), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("due", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("what", name="pk_sweep"),
    )
