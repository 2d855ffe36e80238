"""Every page counts what waits: with the years that meant to read every order there ever was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_open = sa.text("closed_at IS NULL")
    op.create_index(
        "ix_orders_open",
        "orders",
        ["programme_id", "made_at"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
