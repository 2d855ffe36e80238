"""When an order was looked for in vain: before that nobody can say that the remote does not show it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dashboard.store.types import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("looked_at", UtcDateTime()))
