"""Where in the menu somebody wanted to go whom we call back, and what the roster knew of somebody
who is forgotten, for a day."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("proof", sa.Column("wanted", sa.String(16)))
    op.add_column("erasure", sa.Column("entry", sa.LargeBinary()))
