"""By which of several channels texts come and leave."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("neighbor", sa.Column("carrier", sa.String(20)))
    op.add_column("message", sa.Column("carrier", sa.String(20)))
