"""Contacts that staff name by their IDs."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from dashboard.actions.refusals import Problem, Unacceptable
from dashboard.brevo.contacts import Contact
from dashboard.brevo.errors import BrevoError
from dashboard.web.access import services
from dashboard.web.errors import remote_trouble
from dashboard.web.members.page import person_of
from dashboard.web.members.people import person
from dashboard.web.membership.whose import contact_of


class Named(msgspec.Struct, frozen=True):
    """A contact and what to call them."""

    contact_id: int
    name: str


def look_up(ids: Sequence[int]) -> tuple[Named, ...]:
    """Those of these contacts that exist, as they are now, in one request.

    :raises Unacceptable: they cannot be read.
    """
    try:
        found = services().brevo.contacts.by_ids(ids).value
    except BrevoError as error:
        title, text = remote_trouble(error)
        raise Unacceptable((Problem("sharer_ids", f"{title}, so nothing was sent. {text}"),)) from error
    return tuple(Named(each.id, _name(each)) for each in found)


def unknown(ids: Sequence[int]) -> list[int]:
    """Those that do not exist. Raises as :func:`look_up`."""
    known = {each.contact_id for each in look_up(ids)}
    return [each for each in ids if each not in known]


def named(programme_id: UUID, contact_id: int) -> Named:
    """One contact as read within the last minute; the name is the ID where it cannot be read."""
    return Named(contact_id, person_of(contact_of(programme_id, contact_id), contact_id).name)


def _name(contact: Contact) -> str:
    return person(contact.id, contact.email, contact.attributes).name
