"""Which contacts are members of staff themselves: nobody gives anything to their own membership."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, String, Table, delete, select

from dashboard.store.database import metadata, upsert

table = Table(
    "staff_contacts",
    metadata,
    Column("staff_id", String(36), ForeignKey("staff.id"), primary_key=True),
    Column("contact_id", BigInteger, primary_key=True, autoincrement=False),
)


def of(connection: Connection, staff_id: str) -> frozenset[int]:
    """The contact IDs that are linked to a person."""
    return frozenset(
        connection.execute(select(table.c.contact_id).where(table.c.staff_id == staff_id)).scalars()
    )


def link(connection: Connection, staff_id: str, contact_id: int) -> None:
    """Say that a contact is this person. Nothing happens when that is known."""
    key = {"staff_id": staff_id, "contact_id": contact_id}
    upsert(connection, table, key, key)


def unlink(connection: Connection, staff_id: str, contact_id: int) -> None:
    """Say that a contact is not this person."""
    connection.execute(delete(table).where(table.c.staff_id == staff_id, table.c.contact_id == contact_id))
