"""A PostgreSQL role of its own to serve with: what it may do to each table, and nothing more.

Migrations run as the role that owns the tables. Whoever takes over a process that serves can then change the
shape of no table, nor change or delete what the audit record says.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, text

RIGHTS: Mapping[str, str] = {
    "alembic_version": "SELECT",
    "approvals": "SELECT, INSERT, UPDATE",
    "audit": "SELECT, INSERT",
    "audit_head": "SELECT, UPDATE",
    "intents": "SELECT, INSERT, UPDATE",
    "limit_rates": "SELECT, INSERT, DELETE",
    "limits": "SELECT, INSERT, UPDATE, DELETE",
    "notes": "SELECT, INSERT",
    "orders": "SELECT, INSERT, UPDATE",
    "paces": "SELECT, INSERT, DELETE",
    "presets": "SELECT, INSERT, DELETE",
    "reasons": "SELECT, INSERT, UPDATE",
    "recents": "SELECT, INSERT, UPDATE, DELETE",
    "reservations": "SELECT, INSERT, UPDATE",
    "searches": "SELECT, INSERT, DELETE",
    "seen_drafts": "SELECT, INSERT, UPDATE, DELETE",
    "sessions": "SELECT, INSERT, UPDATE, DELETE",
    "set_password_links": "SELECT, INSERT, DELETE",
    "staff": "SELECT, INSERT, UPDATE",
    "staff_contacts": "SELECT, INSERT, UPDATE, DELETE",
    "throttle": "SELECT, INSERT, UPDATE, DELETE",
}
"""What the console does to each table while it serves."""

_ALL = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
_EXISTS = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
_SCHEMA = text("SELECT current_schema(), has_schema_privilege(:role, current_schema(), 'CREATE')")
_HAS = text("SELECT has_table_privilege(:role, :table, :right)")


class UnfitRole(Exception):  # noqa: N818 - says what is wrong
    """A role is not what the console should serve with; the message is one plain line."""


def grant(connection: Connection, role: str) -> None:
    """Give ``role`` its :data:`RIGHTS` and take others from it; an exception must end the transaction.

    :raises UnfitRole: there is no such role, or it has more or less than that by another way.
    """
    if connection.dialect.name != "postgresql":
        raise UnfitRole("Only PostgreSQL knows roles.")
    if connection.execute(_EXISTS, {"role": role}).first() is None:
        raise UnfitRole(f"There is no role {role}. Make it first, with CREATE ROLE ... LOGIN.")
    schema, may_create = connection.execute(_SCHEMA, {"role": role}).one()
    if may_create:
        raise UnfitRole(
            f"{role} may make tables: it must own nothing here and be no superuser. "
            f"Where everybody may: REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC"
        )
    quoted = connection.dialect.identifier_preparer.quote_identifier
    connection.execute(text(f"GRANT USAGE ON SCHEMA {quoted(schema)} TO {quoted(role)}"))
    for table, rights in RIGHTS.items():
        connection.execute(text(f"REVOKE ALL ON {table} FROM {quoted(role)}"))
        connection.execute(text(f"GRANT {rights} ON {table} TO {quoted(role)}"))
    for table, rights in RIGHTS.items():
        _require_exactly(connection, role, table, rights.split(", "))


def _require_exactly(connection: Connection, role: str, table: str, rights: list[str]) -> None:
    """An owner, or a member of another role, has rights that nobody can take from it here."""
    for right in _ALL:
        has: bool = connection.execute(_HAS, {"role": role, "table": table, "right": right}).scalar_one()
        if has and right not in rights:
            raise UnfitRole(
                f"{role} still may {right} on {table}: it must own nothing here and belong to no such role."
            )
        if right in rights and not has:
            raise UnfitRole(f"Only the owner of the table {table} can let {role} {right} on it.")
