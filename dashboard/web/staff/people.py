"""A member of staff as the pages show them, and the one way to change one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import msgspec

from dashboard.store import audit, colleagues, own_contacts, presence, sessions, staff
from dashboard.store.colleagues import Change
from dashboard.store.sessions import Session
from dashboard.store.staff import StaffMember
from dashboard.web import record
from dashboard.web.access import current_staff, services
from dashboard.web.errors import ErrorPage
from dashboard.web.staff import words


class Person(msgspec.Struct, frozen=True):
    """One member of staff, with what the console knows of their presence."""

    member: StaffMember
    last_seen: datetime | None
    sessions: tuple[Session, ...] = ()
    """Those that live; not read for lists."""
    own_contacts: tuple[int, ...] = ()
    """Contacts that are this person; not read for lists."""

    @property
    def state(self) -> tuple[str, str]:
        """Label and kind of tag."""
        return words.state(self.member)

    @property
    def is_reader(self) -> bool:
        """Whether it is the one who looks: nobody changes their own account here."""
        return self.member.id == current_staff().id


def everybody() -> list[Person]:
    """All staff, disabled people too, by name."""
    with services().database.read() as connection:
        seen = presence.last_seen(connection)
        return [Person(member, seen.get(member.id)) for member in staff.list_all(connection)]


def one(staff_id: UUID) -> Person:
    """The person of this ID.

    :raises ErrorPage: 404, there is none.
    """
    parts = services()
    with parts.database.read() as connection:
        member = staff.by_id(connection, str(staff_id))
        if member is None:
            raise _unknown()
        open_now = sessions.list_for(connection, member.id, parts.clock())
        own = tuple(sorted(own_contacts.of(connection, member.id)))
        return Person(member, presence.last_seen(connection).get(member.id), open_now, own)


def other(staff_id: UUID) -> Person:
    """The person of this ID, whom the reader may change.

    :raises ErrorPage: 404 as :func:`one`; 409, it is the reader.
    """
    person = one(staff_id)
    if person.is_reader:
        raise _own_account()
    return person


@contextmanager
def changing(staff_id: UUID) -> Iterator[Change]:
    """The transaction of a change to somebody else, with the person as they are before it.

    :raises ErrorPage: 404, nobody has this ID; 403, the reader is no admin any more; 409, it is the reader.
    """
    try:
        with colleagues.changing(services().database, current_staff().id, str(staff_id)) as change:
            yield change
    except colleagues.OwnAccount:
        raise _own_account() from None
    except colleagues.NoAdmin:
        raise ErrorPage(403, "You can't manage staff", "Admins can. Ask one of them to do it.") from None
    except colleagues.Unknown:
        raise _unknown() from None


def note(
    change: Change,
    action: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
    *,
    contact_id: int | None = None,
) -> int:
    """Record the change in its own transaction; gives the number of the row.

    :param contact_id: the contact that it is about, where it is about one.
    """
    who: dict[str, object] = {"staff_id": change.member.id, "name": change.member.name}
    entry = record.entry(
        action,
        audit.Outcome.DONE,
        contact_id=contact_id,
        before={**who, **before},
        after={**who, **after},
    )
    return audit.append(change.connection, entry)


def _own_account() -> ErrorPage:
    return ErrorPage(409, "You can't change your own account here", "Ask another admin to do it.")


def _unknown() -> ErrorPage:
    return ErrorPage(404, "No such member of staff", "Find them in the list of staff.")
