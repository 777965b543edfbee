"""Where in the menu somebody wanted to go whom we call back, what the roster knew of somebody who
is forgotten, for a day, PINs for the phone, and what each on the roster is called to others."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from hotline.names import shown_names
from hotline.store.sealed import Sealed, SealedAlike

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


NEIGHBOR = sa.table(
    "neighbor",
    sa.column("id", sa.Integer),
    sa.column("on_roster", sa.Boolean),
    sa.column("name", Sealed("neighbor.name")),
    sa.column("called", SealedAlike("neighbor.called")),
)


def upgrade() -> None:
    op.add_column("proof", sa.Column("wanted", sa.String(16)))
    op.add_column("erasure", sa.Column("entry", sa.LargeBinary()))
    op.add_column("neighbor", sa.Column("called", sa.LargeBinary()))
    op.create_index("ix_neighbor_called", "neighbor", ["called"])
    _call_everybody(op.get_bind())
    op.create_table(
        "pin",
        sa.Column("neighbor_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary()),
        sa.Column("wanted", sa.LargeBinary()),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["neighbor_id"], ["neighbor.id"], name="fk_pin_neighbor_id"),
        sa.PrimaryKeyConstraint("neighbor_id", name="pk_pin"),
    )


def _call_everybody(connection: sa.Connection) -> None:
    """Whoever was there first has the first name alone."""
    listed = sa.select(NEIGHBOR.c.id, NEIGHBOR.c.name).where(NEIGHBOR.c.on_roster)
    taken: set[str] = set()
    for row in connection.execute(listed.order_by(NEIGHBOR.c.id)).all():
        names = shown_names(row.name, row.id)
        called = next((it for it in names if it.casefold() not in taken), None)
        if called is not None:
            taken.add(called.casefold())
            change = sa.update(NEIGHBOR).where(NEIGHBOR.c.id == row.id)
            connection.execute(change.values(called=called))
