"""Intents that belong to others, and a register of orders and of drafts that were seen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dashboard.store.types import DecimalText, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _links()
    _orders()
    _seen_drafts()


def _links() -> None:
    op.add_column("intents", sa.Column("linked_id", sa.String(36)))
    op.add_column("intents", sa.Column("link", sa.String(20)))
    op.add_column("intents", sa.Column("batch_id", sa.String(36)))
    op.add_column("intents", sa.Column("remote_id", sa.String(100)))
    op.add_column("intents", sa.Column("result", sa.JSON()))
    op.create_index("ix_intents_linked", "intents", ["linked_id"])
    op.create_index("ix_intents_batch", "intents", ["batch_id"])
    op.create_index("ix_intents_transaction", "intents", ["transaction_id"])
    counts = sa.text("link = 'reversal' AND state NOT IN ('failed', 'cancelled')")
    op.create_index(
        "ux_intents_reversal",
        "intents",
        ["linked_id"],
        unique=True,
        sqlite_where=counts,
        postgresql_where=counts,
    )


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("intent_id", sa.String(36), nullable=False),
        sa.Column("programme_id", sa.String(36), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("definition_id", sa.String(36), nullable=False),
        sa.Column("amount", DecimalText(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime()),
        sa.Column("order_id", sa.String(100)),
        sa.Column("transaction_id", sa.String(36)),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("intent_id", name="pk_orders"),
    )
    op.create_index("ix_orders_member", "orders", ["programme_id", "contact_id"])
    op.create_index("ix_orders_transaction", "orders", ["transaction_id"])


def _seen_drafts() -> None:
    op.create_table(
        "seen_drafts",
        sa.Column("programme_id", sa.String(36), nullable=False),
        sa.Column("transaction_id", sa.String(36), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("definition_id", sa.String(36), nullable=False),
        sa.Column("amount", DecimalText(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime()),
        sa.Column("source", sa.String(40)),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("programme_id", "transaction_id", name="pk_seen_drafts"),
    )
    op.create_index("ix_seen_drafts_member", "seen_drafts", ["programme_id", "contact_id", "definition_id"])
    op.create_index("ix_seen_drafts_age", "seen_drafts", ["programme_id", "made_at"])
