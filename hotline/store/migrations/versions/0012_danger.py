"""Who was kept apart by what their words meant can take it back; whose texts others may read."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from hotline.store.tables import Moment

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("apart", sa.Column("guessed_by", sa.Integer()))
    op.add_column("apart", sa.Column("request_number", sa.Integer()))
    op.add_column("neighbor", sa.Column("quiet_since", Moment()))
