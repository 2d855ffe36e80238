"""Limits over days, weeks and months, for roles and persons; what was used of them; own memberships."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dashboard.store.types import DecimalText, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _limits()
    _reservations()
    op.create_table(
        "staff_contacts",
        sa.Column("staff_id", sa.String(36), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "contact_id", name="pk_staff_contacts"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_contacts_staff_id_staff"),
    )


def _limits() -> None:
    op.create_table(
        "limits",
        sa.Column("subject", sa.String(36), nullable=False),
        sa.Column("span", sa.String(20), nullable=False),
        sa.Column("value", DecimalText()),
        sa.Column("times", sa.Integer()),
        sa.PrimaryKeyConstraint("subject", "span", name="pk_limits"),
    )
    # What held for a single credit goes on to hold.
    op.execute(
        "INSERT INTO limits (subject, span, value) SELECT role, 'act', single_credit_limit FROM role_limits"
    )
    op.drop_table("role_limits")
    op.create_table(
        "limit_rates",
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("points", DecimalText(), nullable=False),
        sa.PrimaryKeyConstraint("unit", name="pk_limit_rates"),
    )


def _reservations() -> None:
    op.create_table(
        "reservations",
        sa.Column("intent_id", sa.String(36), nullable=False),
        sa.Column("staff_id", sa.String(36), nullable=False),
        sa.Column("programme_id", sa.String(36), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("hundredths", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("released_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("intent_id", name="pk_reservations"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_reservations_staff_id_staff"),
    )
    op.create_index("ix_reservations_staff", "reservations", ["staff_id", "at"])
    op.create_index("ix_reservations_member", "reservations", ["programme_id", "contact_id", "at"])
