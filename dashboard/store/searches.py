"""What was searched for, kept for an hour so that no e-mail or name stands in a URL."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Column, Connection, ForeignKey, String, Table, delete, insert, select

from dashboard.store.database import UtcDateTime, metadata

LIVES = timedelta(hours=1)
MAXIMUM_LENGTH = 320

table = Table(
    "searches",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("staff_id", String(36), ForeignKey("staff.id"), nullable=False),
    Column("programme_id", String(36), nullable=False),
    Column("query", String(MAXIMUM_LENGTH), nullable=False),
    Column("created_at", UtcDateTime, nullable=False, index=True),
)


def save(connection: Connection, *, staff_id: str, programme_id: str, query: str, now: datetime) -> str:
    """Keep a query; gives its ID. Deletes everybody's that are older than :data:`LIVES`.

    :raises ValueError: the query is longer than :data:`MAXIMUM_LENGTH`.
    """
    if len(query) > MAXIMUM_LENGTH:
        raise ValueError(f"Search for {MAXIMUM_LENGTH} or fewer characters.")
    connection.execute(delete(table).where(table.c.created_at <= now - LIVES))
    search_id = str(uuid4())
    values = {
        "id": search_id,
        "staff_id": staff_id,
        "programme_id": programme_id,
        "query": query,
        "created_at": now,
    }
    connection.execute(insert(table).values(values))
    return search_id


def get(
    connection: Connection, search_id: str, *, staff_id: str, programme_id: str, now: datetime
) -> str | None:
    """The query, for the person who made it and while it lives."""
    mine = (table.c.id == search_id) & (table.c.staff_id == staff_id) & (table.c.programme_id == programme_id)
    return connection.execute(
        select(table.c.query).where(mine, table.c.created_at > now - LIVES)
    ).scalar_one_or_none()
