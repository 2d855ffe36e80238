"""Every page of an agent counts what of theirs is not settled; among years of changes those are few."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_unsettled = sa.text("state NOT IN ('done', 'failed', 'cancelled')")
    op.create_index(
        "ix_intents_unsettled",
        "intents",
        ["staff_id"],
        sqlite_where=is_unsettled,
        postgresql_where=is_unsettled,
    )
