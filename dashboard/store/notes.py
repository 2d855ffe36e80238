"""Notes that staff write about a member; members never see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Row,
    Select,
    String,
    Table,
    Text,
    bindparam,
    insert,
    select,
)

from dashboard.store import staff
from dashboard.store.database import UtcDateTime, metadata
from dashboard.store.direct import Direct
from dashboard.store.texts import shows_what_it_is

MAXIMUM_LENGTH = 2000

table = Table(
    "notes",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("programme_id", String(36), nullable=False),
    Column("contact_id", BigInteger, nullable=False),
    Column("staff_id", String(36), ForeignKey("staff.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_notes_member", "programme_id", "contact_id", "created_at"),
)


class NoteError(ValueError):
    """The text cannot be kept; the message says what to do."""


class Note(msgspec.Struct, frozen=True):
    """A note as it was written; notes are not changed."""

    id: str
    text: str
    author_id: str
    author_name: str
    created_at: datetime


def add(
    connection: Connection, *, programme_id: str, contact_id: int, staff_id: str, text: str, now: datetime
) -> Note:
    """Keep a note about a member.

    :raises NoteError: the text is empty or too long.
    """
    note_id = str(uuid4())
    values = {
        "id": note_id,
        "programme_id": programme_id,
        "contact_id": contact_id,
        "staff_id": staff_id,
        "text": _checked(text),
        "created_at": now,
    }
    connection.execute(insert(table).values(values))
    return _note(connection.execute(_with_author().where(table.c.id == note_id)).one())


def list_for(connection: Connection, programme_id: str, contact_id: int, limit: int = 20) -> tuple[Note, ...]:
    """The newest notes about a member, newest first."""
    which = {"programme": programme_id, "contact": contact_id, "limit": limit}
    return tuple(_note(row) for row in _NEWEST.rows(connection, which))


def _with_author() -> Select[*tuple[Any, ...]]:
    return select(*table.c, staff.table.c.name).join(staff.table)


# Every opened member asks this.
_NEWEST = Direct(
    _with_author()
    .where(table.c.programme_id == bindparam("programme"), table.c.contact_id == bindparam("contact"))
    .order_by(table.c.created_at.desc(), table.c.id)
    .limit(bindparam("limit"))
)


def _checked(text: str) -> str:
    tidy = text.replace("\r\n", "\n").strip()
    if not tidy:
        raise NoteError("Enter a note.")
    if len(tidy) > MAXIMUM_LENGTH:
        raise NoteError(f"A note must be {MAXIMUM_LENGTH:,} characters or fewer.")
    if not shows_what_it_is(tidy, lines=True):
        raise NoteError("A note can hold only text that shows. Remove hidden characters.")
    return tidy


def _note(row: Row[*tuple[Any, ...]]) -> Note:
    return Note(row.id, row.text, row.staff_id, row.name, row.created_at)
