"""Staff: who may sign in, as what, and how they like their screen.

E-mail addresses are kept in lower case, so that one person cannot be added twice. Passwords are hashed while
no connection is held (:mod:`dashboard.store.passwords`): that is why ``verify`` and ``set_password`` take the
database.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from unicodedata import normalize
from uuid import uuid4

import msgspec
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Row,
    String,
    Table,
    bindparam,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from dashboard.permissions import Role
from dashboard.store import passwords, sessions
from dashboard.store.database import Database, UtcDateTime, metadata
from dashboard.store.direct import Direct
from dashboard.store.sessions import Session
from dashboard.store.texts import shows_what_it_is


class Theme(StrEnum):
    """Which colours the screen uses."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Density(StrEnum):
    """How tall the rows of tables are."""

    NORMAL = "normal"
    COMPACT = "compact"


table = Table(
    "staff",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("role", String(20), nullable=False),
    Column("is_demo", Boolean(create_constraint=False), nullable=False),
    Column("password_hash", String(255)),
    Column("theme", String(10), nullable=False, server_default=Theme.SYSTEM),
    Column("density", String(10), nullable=False, server_default=Density.NORMAL),
    Column("shortcuts_on", Boolean(create_constraint=False), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
    CheckConstraint("role IN ('agent', 'supervisor', 'admin', 'auditor')", name="role"),
)


# Every request asks this.
_SIGNED_IN = Direct(sessions.beside(table))
_BY_ID = select(table).where(table.c.id == bindparam("staff_id"))


class StaffError(ValueError):
    """A person cannot be added or changed this way; the message says what to do.

    ``field`` names what it is about: ``email``, ``name``, or empty.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class StaffMember(msgspec.Struct, frozen=True):
    """A person who works with the console."""

    id: str
    email: str
    name: str
    role: Role
    is_demo: bool
    """May sign in only where the demo runs."""
    has_password: bool
    theme: Theme
    density: Density
    shortcuts_on: bool
    created_at: datetime
    disabled_at: datetime | None

    def may_sign_in(self, *, demo: bool) -> bool:
        """Whether the person is let in; demo accounts only where ``demo`` runs."""
        return self.disabled_at is None and (demo or not self.is_demo)


def tidy_email(email: str) -> str:
    """The address as it is kept.

    :raises StaffError: it is none.
    """
    folded = _fold(email)
    local, _, domain = folded.rpartition("@")
    if (
        not local
        or "." not in domain
        or len(folded) > 254
        or any(c.isspace() or not c.isprintable() for c in folded)
    ):
        raise StaffError("Enter an e-mail address, such as name@example.com.", "email")
    return folded


def tidy_name(name: str) -> str:
    """The name as it is kept.

    :raises StaffError: it is empty, too long, or shows something else than it is.
    """
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > 100 or not shows_what_it_is(tidy):
        raise StaffError("Enter a name of 1 to 100 characters.", "name")
    return tidy


def add(
    connection: Connection, *, email: str, name: str, role: Role, now: datetime, is_demo: bool = False
) -> StaffMember:
    """Add a person, without a password: give them a set-password link.

    :raises StaffError: no such address, no name, or the address is taken.
    """
    row = {
        "id": str(uuid4()),
        "email": tidy_email(email),
        "name": tidy_name(name),
        "role": role,
        "is_demo": is_demo,
        "shortcuts_on": True,
        "created_at": now,
    }
    try:
        with connection.begin_nested():
            connection.execute(insert(table).values(row))
    except IntegrityError as error:
        raise StaffError(f"{row['email']} is already a member of staff.", "email") from error
    return _known(connection, str(row["id"]))


def list_all(connection: Connection) -> tuple[StaffMember, ...]:
    """Everybody, disabled people too, by name."""
    return tuple(
        _member(row) for row in connection.execute(select(table).order_by(table.c.name, table.c.email))
    )


def by_id(connection: Connection, staff_id: str) -> StaffMember | None:
    """The person with this ID, disabled or not."""
    row = connection.execute(_BY_ID, {"staff_id": staff_id}).one_or_none()
    return None if row is None else _member(row)


def signed_in(connection: Connection, token: str, now: datetime) -> tuple[Session, StaffMember] | None:
    """The living session of ``token`` and whose it is, disabled or not."""
    row = _SIGNED_IN.row(connection, sessions.by_token(token))
    if row is None:
        return None
    session = sessions.of_row(row)
    return (session, _member(row)) if now < session.ends_at else None


def by_email(connection: Connection, email: str) -> StaffMember | None:
    """The person with this address, in upper or lower case, disabled or not."""
    row = connection.execute(select(table).where(table.c.email == _fold(email))).one_or_none()
    return None if row is None else _member(row)


def set_role(connection: Connection, staff_id: str, role: Role, now: datetime) -> StaffMember:
    """Give another role. Ends the person's sessions, so that none carries the old rights on.

    :raises StaffError: nobody has this ID.
    """
    return _change(connection, staff_id, now, role=role)


def disable(connection: Connection, staff_id: str, now: datetime) -> StaffMember:
    """Let the person in no more, and end their sessions.

    :raises StaffError: nobody has this ID.
    """
    return _change(connection, staff_id, now, disabled_at=now)


def enable(connection: Connection, staff_id: str, now: datetime) -> StaffMember:
    """Let a disabled person in again, with the password they had.

    :raises StaffError: nobody has this ID.
    """
    return _change(connection, staff_id, now, disabled_at=None)


def rename(connection: Connection, staff_id: str, name: str) -> StaffMember:
    """Call a person something else from now on; what is recorded keeps the name of its time.

    :raises StaffError: the name cannot be used, or nobody has this ID.
    """
    connection.execute(update(table).where(table.c.id == staff_id).values(name=tidy_name(name)))
    return _known(connection, staff_id)


def set_preferences(
    connection: Connection, staff_id: str, *, theme: Theme, density: Density, shortcuts_on: bool
) -> None:
    """Keep how the person likes their screen."""
    values = {"theme": theme, "density": density, "shortcuts_on": shortcuts_on}
    connection.execute(update(table).where(table.c.id == staff_id).values(values))


def verify(database: Database, email: str, password: str, *, demo: bool) -> StaffMember | None:
    """The person with this address and password, or None.

    Takes the same time for an unknown address, a person without a password and a wrong password. A hash of an
    older strength is replaced by one of today's.

    :param demo: whether the demo runs; elsewhere its accounts are not let in.
    """
    with database.read() as connection:
        row = connection.execute(select(table).where(table.c.email == _fold(email))).one_or_none()
    member = None if row is None else _member(row)
    stored = None if row is None or member is None or not member.may_sign_in(demo=demo) else row.password_hash
    check = passwords.verify(stored, password)
    if not check.right or member is None:
        return None
    if check.rehashed:
        with database.write() as connection:
            unchanged = (table.c.id == member.id) & (table.c.password_hash == stored)
            connection.execute(update(table).where(unchanged).values(password_hash=check.rehashed))
    return member


def set_password(database: Database, staff_id: str, password: str, now: datetime) -> StaffMember:
    """Set a password and end the person's sessions.

    The rules do not bind demo accounts, whose password is public.

    :raises dashboard.store.passwords.WeakPassword: the password breaks a rule.
    :raises StaffError: nobody has this ID.
    """
    with database.read() as connection:
        member = _known(connection, staff_id)
    if not member.is_demo:
        passwords.require_strong(password, own_words=(member.email, member.name))
    hashed = passwords.hash_password(password)
    with database.write() as connection:
        return set_password_hash(connection, staff_id, hashed, now)


def set_password_hash(connection: Connection, staff_id: str, hashed: str, now: datetime) -> StaffMember:
    """Keep a hash made by :func:`dashboard.store.passwords.hash_password` and end the person's sessions.

    :raises StaffError: nobody has this ID.
    """
    return _change(connection, staff_id, now, password_hash=hashed)


def _change(connection: Connection, staff_id: str, now: datetime, **values: object) -> StaffMember:
    connection.execute(update(table).where(table.c.id == staff_id).values(values))
    sessions.revoke_all(connection, staff_id, now)
    return _known(connection, staff_id)


def _known(connection: Connection, staff_id: str) -> StaffMember:
    member = by_id(connection, staff_id)
    if member is None:
        raise StaffError("There is no such member of staff.")
    return member


def _fold(email: str) -> str:
    return normalize("NFC", email.strip()).lower()


def _member(row: Row[*tuple[Any, ...]]) -> StaffMember:
    return StaffMember(
        id=row.id,
        email=row.email,
        name=row.name,
        role=Role(row.role),
        is_demo=row.is_demo,
        has_password=row.password_hash is not None,
        theme=Theme(row.theme),
        density=Density(row.density),
        shortcuts_on=row.shortcuts_on,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
    )
