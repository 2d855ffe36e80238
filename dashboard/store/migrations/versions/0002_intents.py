"""Intents: what staff asked for, until its outcome is known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dashboard.store.types import DecimalText, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATES = (
    "'reserved', 'creating', 'looking_up', 'draft', 'completing', 'checking',"
    " 'done', 'failed', 'cancelled', 'held'"
)


def upgrade() -> None:
    op.create_table(
        "intents",
        *_asked(),
        *_reached(),
        *_learnt(),
        sa.PrimaryKeyConstraint("id", name="pk_intents"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_intents_staff_id_staff"),
        sa.CheckConstraint(f"state IN ({STATES})", name="ck_intents_state"),
    )
    op.create_index("ix_intents_member", "intents", ["programme_id", "contact_id", "created_at"])
    op.create_index("ix_intents_staff", "intents", ["staff_id", "created_at"])
    _partial_index("ix_intents_due", "next_at", "settled_at IS NULL")
    _partial_index("ix_intents_stray", "sweep_at", "sweep_at IS NOT NULL")


def _asked() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("programme_id", sa.String(36), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.String(36), nullable=False),
        sa.Column("staff_name", sa.String(100), nullable=False),
        sa.Column("staff_role", sa.String(20), nullable=False),
        sa.Column("request_id", sa.String(64)),
        sa.Column("ip", sa.String(45)),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("values_hash", sa.String(64), nullable=False),
        sa.Column("balance_before", DecimalText()),
        sa.Column("balance_before_at", UtcDateTime()),
        sa.Column("expires_at", UtcDateTime()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )


def _reached() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("goal", sa.String(20), nullable=False),
        sa.Column("transaction_id", sa.String(36)),
        sa.Column("waiting", sa.String(20)),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("creates", sa.Integer(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("empty_looks", sa.Integer(), nullable=False),
        sa.Column("partial_looks", sa.Integer(), nullable=False),
        sa.Column("unknown_since", UtcDateTime()),
        sa.Column("sweep_at", UtcDateTime()),
        sa.Column("sent_at", UtcDateTime()),
        sa.Column("called_at", UtcDateTime()),
        sa.Column("lease_owner", sa.String(36)),
        sa.Column("lease_until", UtcDateTime()),
    )


def _learnt() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("applied_amount", DecimalText()),
        sa.Column("balance_after", DecimalText()),
        sa.Column("failure_code", sa.String(40)),
        sa.Column("failure_text", sa.String(400)),
        sa.Column("adopted", sa.String(20)),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime()),
    )


def _partial_index(name: str, column: str, rows: str) -> None:
    where = sa.text(rows)
    op.create_index(name, "intents", [column], sqlite_where=where, postgresql_where=where)
