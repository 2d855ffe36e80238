"""Staff and their sessions, the audit record, reasons and limits, notes, recents, searches."""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa
from alembic import op

from dashboard.store.audit.chain import BEGINNING, seal, signing_key
from dashboard.store.types import DecimalText, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

REASONS = (
    ("late_delivery", "Late delivery"),
    ("wrong_or_damaged_item", "Wrong or damaged item"),
    ("points_missing", "Points missing from a purchase"),
    ("store_complaint", "Store complaint"),
    ("billing_error", "Billing error"),
    ("other", "Other (note needed)"),
)
PRESETS = ("100", "250", "500", "1000")
LIMITS = (("agent", "1000"), ("supervisor", "10000"), ("admin", "10000"), ("auditor", "0"))
RECORD_KEYS = ("at", "actor_id", "action", "programme_id", "contact_id", "intent_id", "outcome", "reason")


def upgrade() -> None:
    _staff()
    _sessions()
    _audit()
    _settings()
    _members()
    if op.get_context().dialect.name == "postgresql":
        _guards_on_postgresql()
    else:
        _guards_on_sqlite()


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("is_demo", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("password_hash", sa.String(255)),
        sa.Column("theme", sa.String(10), nullable=False, server_default="system"),
        sa.Column("density", sa.String(10), nullable=False, server_default="normal"),
        sa.Column("shortcuts_on", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("disabled_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("email", name="uq_staff_email"),
        sa.CheckConstraint("role IN ('agent', 'supervisor', 'admin', 'auditor')", name="ck_staff_role"),
    )
    op.create_table(
        "set_password_links",
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("staff_id", sa.String(36), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_set_password_links"),
        sa.UniqueConstraint("staff_id", name="uq_set_password_links_staff_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_set_password_links_staff_id_staff"),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("staff_id", sa.String(36), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_used_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime()),
        sa.Column("device", sa.String(160), nullable=False),
        sa.Column("ip", sa.String(45), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("token_hash", name="uq_sessions_token_hash"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_sessions_staff_id_staff"),
    )
    op.create_index("ix_sessions_staff_id", "sessions", ["staff_id"])
    op.create_index("ix_sessions_created_at", "sessions", ["created_at"])
    op.create_table(
        "throttle",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("blocked_until", UtcDateTime()),
        sa.PrimaryKeyConstraint("key", name="pk_throttle"),
    )
    op.create_index("ix_throttle_last_at", "throttle", ["last_at"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        *(_from_record(key) for key in RECORD_KEYS),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_actor", "audit", ["actor_id", "seq"])
    op.create_index("ix_audit_member", "audit", ["contact_id", "programme_id", "seq"])
    op.create_index("ix_audit_intent", "audit", ["intent_id", "seq"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.Column("signature", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
        sa.CheckConstraint("id = 1", name="ck_audit_head_one"),
    )
    signature = seal(signing_key(op.get_bind()), 0, BEGINNING)
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": BEGINNING, "signature": signature}])


def _from_record(key: str) -> sa.Column[object]:
    is_number = key == "contact_id"
    if op.get_context().dialect.name == "postgresql":
        value = f"(record::jsonb ->> '{key}'::text)"
        value = f"({value})::bigint" if is_number else value
    else:
        value = f"json_extract(record, '$.{key}')"
    return sa.Column(key, sa.BigInteger() if is_number else sa.Text(), sa.Computed(value, persisted=True))


def _settings() -> None:
    reasons = op.create_table(
        "reasons",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("requires_reference", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("requires_note", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("retired_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("code", name="pk_reasons"),
    )
    presets = op.create_table(
        "presets",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("amount", DecimalText(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_presets"),
    )
    limits = op.create_table(
        "role_limits",
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("single_credit_limit", DecimalText(), nullable=False),
        sa.PrimaryKeyConstraint("role", name="pk_role_limits"),
    )
    op.bulk_insert(reasons, [_reason(position, *item) for position, item in enumerate(REASONS, start=1)])
    op.bulk_insert(
        presets, [{"position": n, "amount": Decimal(amount)} for n, amount in enumerate(PRESETS, start=1)]
    )
    op.bulk_insert(limits, [{"role": role, "single_credit_limit": Decimal(limit)} for role, limit in LIMITS])


def _reason(position: int, code: str, label: str) -> dict[str, object]:
    return {
        "code": code,
        "label": label,
        "position": position,
        "requires_reference": False,
        "requires_note": code == "other",
    }


def _members() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("programme_id", sa.String(36), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.String(36), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_notes_staff_id_staff"),
    )
    op.create_index("ix_notes_member", "notes", ["programme_id", "contact_id", "created_at"])
    op.create_table(
        "recents",
        sa.Column("staff_id", sa.String(36), nullable=False),
        sa.Column("programme_id", sa.String(36), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("subscription_id", sa.String(64)),
        sa.Column("tier", sa.String(100)),
        sa.Column("balance", DecimalText()),
        sa.Column("last_action", sa.String(120)),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "programme_id", "contact_id", name="pk_recents"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_recents_staff_id_staff"),
    )
    op.create_table(
        "searches",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("staff_id", sa.String(36), nullable=False),
        sa.Column("programme_id", sa.String(36), nullable=False),
        sa.Column("query", sa.String(320), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_searches"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_searches_staff_id_staff"),
    )
    op.create_index("ix_searches_created_at", "searches", ["created_at"])


def _guards_on_sqlite() -> None:
    for act, where in (("UPDATE", "audit"), ("DELETE", "audit"), ("DELETE", "audit_head")):
        op.execute(
            f"CREATE TRIGGER {where}_no_{act.lower()} BEFORE {act} ON {where} "
            "BEGIN SELECT RAISE(ABORT, 'the audit record is append-only'); END"
        )
    # Also against INSERT OR REPLACE, which deletes a row without any trigger for deleting.
    op.execute(
        "CREATE TRIGGER audit_in_order BEFORE INSERT ON audit "
        "WHEN NEW.seq IS NOT (SELECT seq + 1 FROM audit_head) "
        "BEGIN SELECT RAISE(ABORT, 'the audit record is append-only'); END"
    )


def _guards_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION 'the audit record is append-only'; END $$"
    )
    for where, acts in (("audit", "UPDATE OR DELETE"), ("audit_head", "DELETE")):
        op.execute(
            f"CREATE TRIGGER {where}_no_change BEFORE {acts} ON {where} "
            "FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
        )
        op.execute(
            f"CREATE TRIGGER {where}_no_truncate BEFORE TRUNCATE ON {where} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        )
    op.execute(
        "CREATE FUNCTION audit_in_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.seq IS DISTINCT FROM (SELECT seq + 1 FROM audit_head) THEN "
        "RAISE EXCEPTION 'the audit record is append-only'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_in_order BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_in_order()"
    )
