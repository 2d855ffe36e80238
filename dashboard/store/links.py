"""One-time links with which people set their password: the only way to a first one.

The token has 256 bits, lives an hour, works once, and only its SHA-256 is kept (OWASP ASVS 5.0, 6.4.1).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from sqlalchemy import Column, Connection, ForeignKey, LargeBinary, String, Table, delete, insert, select

from dashboard.store import passwords, staff
from dashboard.store.database import Database, UtcDateTime, metadata
from dashboard.store.staff import StaffMember

LIVES = timedelta(hours=1)

table = Table(
    "set_password_links",
    metadata,
    Column("token_hash", LargeBinary(32), primary_key=True),
    Column("staff_id", String(36), ForeignKey("staff.id"), nullable=False, unique=True),
    Column("expires_at", UtcDateTime, nullable=False),
)


class LinkSpent(Exception):  # noqa: N818 - says what happened
    """The link is unknown, used or too old; a new one must be made."""


def create(connection: Connection, staff_id: str, now: datetime) -> str:
    """A new token for this person; an earlier one works no more."""
    token = token_urlsafe(32)
    connection.execute(delete(table).where(table.c.staff_id == staff_id))
    values = {"token_hash": _hashed(token), "staff_id": staff_id, "expires_at": now + LIVES}
    connection.execute(insert(table).values(values))
    return token


def find(connection: Connection, token: str, now: datetime) -> StaffMember | None:
    """Whose token this is, while it works and the person is not disabled."""
    working = select(table.c.staff_id).where(table.c.token_hash == _hashed(token), table.c.expires_at > now)
    staff_id = connection.execute(working).scalar_one_or_none()
    member = None if staff_id is None else staff.by_id(connection, staff_id)
    return member if member is not None and member.disabled_at is None else None


def use(database: Database, token: str, password: str, now: datetime) -> StaffMember:
    """Set the password and spend the token. The person's sessions end. A weak password does not spend it.

    :raises LinkSpent: the token does not work (any more).
    :raises dashboard.store.passwords.WeakPassword: the password breaks a rule.
    """
    with database.read() as connection:
        member = find(connection, token, now)
    if member is None:
        raise LinkSpent
    passwords.require_strong(password, own_words=(member.email, member.name))
    hashed = passwords.hash_password(password)
    with database.write() as connection:
        spent = connection.execute(delete(table).where(table.c.token_hash == _hashed(token)))
        if spent.rowcount != 1:
            raise LinkSpent
        return staff.set_password_hash(connection, member.id, hashed, now)


def _hashed(token: str) -> bytes:
    return sha256(token.encode()).digest()
