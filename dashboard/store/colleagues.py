"""Changes that one admin makes to another member of staff, exact when several are made at once.

Nobody changes their own account here, and whoever changes another's is an admin at that very moment. So one
admin always stays, even when two take each other's rights at once: the second is no admin any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from sqlalchemy import Connection

from dashboard.permissions import Permission
from dashboard.store import staff
from dashboard.store.database import Database, hold
from dashboard.store.staff import StaffMember


class OwnAccount(Exception):  # noqa: N818 - says what is wrong
    """Somebody else must change this account."""


class NoAdmin(Exception):  # noqa: N818 - as above
    """The one who changes may not change staff, or not any more."""


class Unknown(Exception):  # noqa: N818 - as above
    """There is no such member of staff."""


class Change(msgspec.Struct, frozen=True):
    """A transaction in which nobody else changes staff, and the person as they are before it."""

    connection: Connection
    member: StaffMember


@contextmanager
def changing(database: Database, actor_id: str, staff_id: str) -> Iterator[Change]:
    """Begin a change of ``staff_id`` by ``actor_id``; committed at the end, rolled back by any exception.

    :raises OwnAccount: they are the same.
    :raises NoAdmin: the actor is disabled or has lost the right meanwhile.
    :raises Unknown: nobody has this ID.
    """
    if actor_id == staff_id:
        raise OwnAccount
    with database.write() as connection:
        hold(connection, staff.table)
        actor = staff.by_id(connection, actor_id)
        if actor is None or actor.disabled_at is not None or not actor.role.may(Permission.STAFF_MANAGE):
            raise NoAdmin
        member = staff.by_id(connection, staff_id)
        if member is None:
            raise Unknown
        yield Change(connection, member)
