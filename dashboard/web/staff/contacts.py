"""``/staff/<id>/contacts``: which contacts are a member of staff: nobody gives anything to themselves."""

from __future__ import annotations

import re
from uuid import UUID

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from dashboard.brevo.calls import LARGEST_CONTACT_ID
from dashboard.brevo.errors import BrevoError
from dashboard.permissions import Permission
from dashboard.store import own_contacts
from dashboard.store.colleagues import Change
from dashboard.web.access import requires, services
from dashboard.web.errors import remote_trouble
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.staff import people
from dashboard.web.staff.routes import page

blueprint = Blueprint("staff_contacts", __name__, url_prefix="/staff/<uuid:staff_id>/contacts")

_DIGITS = re.compile(r"[0-9]{1,19}")


def _again(problem: Problem, staff_id: UUID) -> Response:
    return page(staff_id, contact_id=typed()["contact_id"], problems=(problem,))


@blueprint.post("")
@requires(Permission.STAFF_MANAGE)
@takes(Field("contact_id", "Contact ID"), again=_again)
def link(staff_id: UUID) -> ResponseReturnValue:
    """Say that a contact is this person. One that does not exist would guard nothing: it is looked up."""
    people.other(staff_id)
    text = typed()["contact_id"]
    problem = _problem(text)
    if problem:
        return page(staff_id, contact_id=text, problems=(Problem("contact_id", problem),), status=422)
    contact_id = int(text)
    with people.changing(staff_id) as change:
        before = _known(change)
        if contact_id in before:
            return redirect(url_for("staff.show", staff_id=staff_id), 303)
        own_contacts.link(change.connection, change.member.id, contact_id)
        seq = _note(change, "staff.link_contact", before, contact_id)
    return redirect(url_for("staff.show", staff_id=staff_id, receipt=seq), 303)


@blueprint.post("/<int:contact_id>/remove")
@requires(Permission.STAFF_MANAGE)
@takes()
def unlink(staff_id: UUID, contact_id: int) -> ResponseReturnValue:
    """Say that a contact is not this person."""
    with people.changing(staff_id) as change:
        before = _known(change)
        if contact_id not in before:
            return redirect(url_for("staff.show", staff_id=staff_id), 303)
        own_contacts.unlink(change.connection, change.member.id, contact_id)
        seq = _note(change, "staff.unlink_contact", before, contact_id)
    return redirect(url_for("staff.show", staff_id=staff_id, receipt=seq), 303)


def _problem(text: str) -> str | None:
    """What to change about a contact ID."""
    if not _DIGITS.fullmatch(text) or not 1 <= int(text) <= LARGEST_CONTACT_ID:
        return "Enter a contact ID: a whole number of 1 or more"
    try:
        found = services().brevo.contacts.by_ids([int(text)]).value
    except BrevoError as error:
        headline, what_to_do = remote_trouble(error)
        return f"{headline}, so the contact could not be looked up. {what_to_do}"
    return None if found else f"Brevo has no contact {text}. Check the digits"


def _known(change: Change) -> frozenset[int]:
    return own_contacts.of(change.connection, change.member.id)


def _note(change: Change, action: str, before: frozenset[int], contact_id: int) -> int:
    return people.note(
        change,
        action,
        {"own_contacts": _told(before)},
        {"own_contacts": _told(_known(change))},
        contact_id=contact_id,
    )


def _told(contacts: frozenset[int]) -> str:
    return ", ".join(str(each) for each in sorted(contacts)) or "none"
