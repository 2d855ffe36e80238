"""Requests that somebody else has to decide, and the state in which an intent waits for that."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dashboard.store.types import DecimalText, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STATES = (
    "'awaiting_approval', 'reserved', 'creating', 'looking_up', 'draft', 'completing',"
    " 'checking', 'done', 'failed', 'cancelled', 'held'"
)


def upgrade() -> None:
    _states()
    op.create_table(
        "approvals",
        sa.Column("intent_id", sa.String(36), nullable=False),
        sa.Column("staff_id", sa.String(36), nullable=False),
        sa.Column("amount", DecimalText(), nullable=False),
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("exceeded", sa.JSON(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("decision", sa.String(10)),
        sa.Column("decided_by", sa.String(36)),
        sa.Column("decided_name", sa.String(100)),
        sa.Column("decided_at", UtcDateTime()),
        sa.Column("decided_amount", DecimalText()),
        sa.Column("reason", sa.String(300)),
        sa.Column("in_place", sa.Boolean(create_constraint=False), nullable=False),
        sa.PrimaryKeyConstraint("intent_id", name="pk_approvals"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_approvals_staff_id_staff"),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name="fk_approvals_decided_by_staff"),
    )
    op.create_index("ix_approvals_staff", "approvals", ["staff_id", "asked_at"])
    undecided = sa.text("decision IS NULL")
    op.create_index(
        "ix_approvals_open",
        "approvals",
        ["asked_at"],
        sqlite_where=undecided,
        postgresql_where=undecided,
    )
    op.create_index("ix_approvals_decided", "approvals", ["decided_at"])


def _states() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.drop_constraint("ck_intents_state", "intents", type_="check")
        op.create_check_constraint("ck_intents_state", "intents", f"state IN ({STATES})")
        return
    # SQLite cannot change a constraint: the table is made anew. Checks are not copied, the rest is.
    with op.batch_alter_table("intents", recreate="always") as intents:
        intents.create_check_constraint("ck_intents_state", f"state IN ({STATES})")
