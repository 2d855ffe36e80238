"""What was done within the last hour, and by whom: nothing bounded how fast changes and searches come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dashboard.store.types import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paces",
        sa.Column("what", sa.String(10), nullable=False),
        sa.Column("key", sa.String(36), nullable=False),
        sa.Column("staff_id", sa.String(36), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("what", "key", name="pk_paces"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_paces_staff_id_staff"),
    )
    op.create_index("ix_paces_at", "paces", ["what", "at"])
