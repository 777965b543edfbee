"""How often a message was brought to the carrier is counted apart from how often its words were
brought to a phone; and of what came with a text it is kept what it calls itself.
"""

import json
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("message", sa.Column("claims", sa.Integer(), server_default="0", nullable=False))
    message = sa.table("message", *(sa.column(it) for it in ("id", "tries", "claims")))
    op.execute(sa.update(message).values(claims=message.c.tries))
    op.execute(sa.update(message).where(message.c.tries == 0).values(tries=1))
    _name_what_came()


def _name_what_came() -> None:
    """Addresses alone become pairs: all of it was called a picture until now."""
    connection = op.get_bind()
    message = sa.table("message", sa.column("id"), sa.column("pictures", sa.JSON()))
    came = sa.select(message.c.id, sa.cast(message.c.pictures, sa.Text()).label("pictures"))
    for row in connection.execute(came.where(message.c.pictures.is_not(None))).all():
        pairs = [
            [it, "image/jpeg"] if isinstance(it, str) else it
            for it in json.loads(row.pictures) or []
        ]
        known = sa.update(message).where(message.c.id == row.id)
        connection.execute(known.values(pictures=pairs or sa.null()))
