"""A report on a month read every intent there is; every page of a supervisor counts what is held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_intents_settled", "intents", ["settled_at"])
    is_held = sa.text("state = 'held'")
    op.create_index("ix_intents_held", "intents", ["state"], sqlite_where=is_held, postgresql_where=is_held)
