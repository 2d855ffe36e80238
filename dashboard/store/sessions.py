"""Sessions: who is signed in where. The browser keeps a random token, the database only its SHA-256.

A session ends 30 minutes after its last use, 12 hours after it began, or when it is revoked (OWASP ASVS 5.0,
7.3). The last use is written at most once a minute, so the idle end can come up to a minute early, never
late.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from uuid import uuid4

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    and_,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from dashboard.store.database import UtcDateTime, metadata

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
LAST_USE_EVERY = timedelta(minutes=1)

_FORGET_AFTER = timedelta(days=1)
_DEVICE_LENGTH = 160

table = Table(
    "sessions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("staff_id", String(36), ForeignKey("staff.id"), nullable=False, index=True),
    Column("token_hash", LargeBinary(32), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False, index=True),
    Column("last_used_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("device", String(_DEVICE_LENGTH), nullable=False),
    Column("ip", String(45), nullable=False),
)


class Ending(Enum):
    """How a session ended."""

    IDLE = "idle"
    TOO_LONG = "too long"
    REVOKED = "revoked"


PREFIX = "session_"
"""Before the names of a session's columns where they stand beside those of its person."""


def beside(person: Table) -> Select[*tuple[Any, ...]]:
    """The living session of a token and its person in one row; see :func:`of_row` and :func:`by_token`."""
    own = [column.label(PREFIX + column.name) for column in table.c]
    joined = select(*own, *person.c).join(person, person.c.id == table.c.staff_id)
    return joined.where(table.c.token_hash == bindparam("token_hash"), table.c.revoked_at.is_(None))


def by_token(token: str) -> dict[str, object]:
    """The parameters of :func:`beside`."""
    return {"token_hash": _hashed(token)}


class Session(msgspec.Struct, frozen=True):
    """One sign-in on one device."""

    id: str
    staff_id: str
    created_at: datetime
    last_used_at: datetime
    """Exact to :data:`LAST_USE_EVERY`."""
    device: str
    """What the browser calls itself, shortened."""
    ip: str

    @property
    def ends_at(self) -> datetime:
        """When it ends unless it is used before."""
        return min(self.last_used_at + IDLE, self.created_at + ABSOLUTE)

    def is_due_to_extend(self, now: datetime) -> bool:
        """Whether a use at ``now`` is worth writing down with :func:`extend`."""
        return now - self.last_used_at >= LAST_USE_EVERY


class Opened(msgspec.Struct, frozen=True):
    """A new session and the token that only its browser gets."""

    token: str
    session: Session


def open_session(connection: Connection, staff_id: str, *, user_agent: str, ip: str, now: datetime) -> Opened:
    """Begin a session with a new 256-bit token, and forget sessions that ended long ago."""
    connection.execute(delete(table).where(table.c.created_at < now - ABSOLUTE - _FORGET_AFTER))
    token = token_urlsafe(32)
    session = Session(
        id=str(uuid4()),
        staff_id=staff_id,
        created_at=now,
        last_used_at=now,
        device=_device(user_agent),
        ip=ip[:45],
    )
    connection.execute(
        insert(table).values(
            id=session.id,
            staff_id=staff_id,
            token_hash=_hashed(token),
            created_at=now,
            last_used_at=now,
            device=session.device,
            ip=session.ip,
        )
    )
    return Opened(token, session)


def of_row(row: Row[*tuple[Any, ...]]) -> Session:
    """The session in a row of :func:`beside`. Only read: a use that counts is written by :func:`extend`."""
    return Session(
        row.session_id,
        row.session_staff_id,
        row.session_created_at,
        row.session_last_used_at,
        row.session_device,
        row.session_ip,
    )


def why_ended(connection: Connection, token: str, now: datetime) -> Ending | None:
    """Why the session of ``token`` is over; None when it lives, or was never one of ours."""
    row = connection.execute(select(table).where(table.c.token_hash == _hashed(token))).one_or_none()
    if row is None:
        return None
    if row.revoked_at is not None:
        return Ending.REVOKED
    if row.last_used_at <= now - IDLE:
        return Ending.IDLE
    return Ending.TOO_LONG if row.created_at <= now - ABSOLUTE else None


def extend(connection: Connection, session_id: str, now: datetime) -> bool:
    """Write down a use, unless the session has ended meanwhile; False then. Not for fragments that poll."""
    is_older = table.c.last_used_at <= now
    statement = (
        update(table).where(table.c.id == session_id, _is_alive(now), is_older).values(last_used_at=now)
    )
    return connection.execute(statement).rowcount == 1


def revoke(connection: Connection, session_id: str, staff_id: str, now: datetime) -> bool:
    """End one session of this person; False when it is not theirs or had ended."""
    mine = and_(table.c.id == session_id, table.c.staff_id == staff_id)
    return _revoke(connection, mine, now) == 1


def revoke_all(connection: Connection, staff_id: str, now: datetime) -> int:
    """End all sessions of this person; gives how many."""
    return _revoke(connection, table.c.staff_id == staff_id, now)


def list_for(connection: Connection, staff_id: str, now: datetime) -> tuple[Session, ...]:
    """The person's living sessions, last used first."""
    living = select(table).where(table.c.staff_id == staff_id, _is_alive(now))
    return tuple(_session(row) for row in connection.execute(living.order_by(table.c.last_used_at.desc())))


def _revoke(connection: Connection, which: ColumnElement[bool], now: datetime) -> int:
    statement = update(table).where(which, table.c.revoked_at.is_(None)).values(revoked_at=now)
    return connection.execute(statement).rowcount


def _is_alive(now: datetime) -> ColumnElement[bool]:
    return and_(
        table.c.revoked_at.is_(None), table.c.last_used_at > now - IDLE, table.c.created_at > now - ABSOLUTE
    )


def _hashed(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _device(user_agent: str) -> str:
    return "".join(c for c in user_agent if c.isprintable())[:_DEVICE_LENGTH]


def _session(row: Row[*tuple[Any, ...]]) -> Session:
    return Session(row.id, row.staff_id, row.created_at, row.last_used_at, row.device, row.ip)
