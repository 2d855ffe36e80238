"""``/programmes/<programme>/members/<contact>`` and its panels, each also alone at its own address.

Opening a member is the one GET that writes: the audit record and the reader's recent members must tell who
looked at whom, by link as by search, with script or without. It does so once in five minutes for the same
reader and member, and writes nothing else.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from dashboard.brevo.calls import LARGEST_CONTACT_ID
from dashboard.permissions import Permission
from dashboard.web import htmx
from dashboard.web.access import requires
from dashboard.web.errors import ErrorPage, render
from dashboard.web.members.gather import EXTENSION, NoMember, check, unknown_contact
from dashboard.web.members.links import OUTDATED
from dashboard.web.members.present import (
    activity_panel,
    page_of_lots,
    page_of_member,
    page_of_no_member,
    page_of_transaction,
    panel,
    start,
)
from dashboard.web.members.snapshots import Snapshots

blueprint = Blueprint(
    "members", __name__, url_prefix="/programmes/<uuid:programme_id>/members/<int:contact_id>"
)


@blueprint.record_once
def prepare(state: BlueprintSetupState) -> None:
    """Each application keeps its own snapshots."""
    parts = state.app.extensions["loyalty-desk"]
    state.app.extensions[EXTENSION] = Snapshots(parts.brevo, parts.clock)


@blueprint.before_app_request
def require_possible_contact() -> None:
    """Every page about a contact: an ID that none can have is nobody's.

    :raises ErrorPage: 404.
    """
    contact_id = (request.view_args or {}).get("contact_id")
    if contact_id is not None and not 1 <= contact_id <= LARGEST_CONTACT_ID:
        raise unknown_contact(contact_id)


@blueprint.get("")
@requires(Permission.MEMBERS_READ)
def show(programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    """The whole member."""
    return page_of_member(programme_id, contact_id)


@blueprint.get("/strip")
@requires(Permission.MEMBERS_READ, in_place=True)
def strip(programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    """The key figures. With ``check`` the member is read again, at the cost of one request; when something
    changed, the other panels are told to come again.
    """
    gathering = start(programme_id, contact_id)
    is_outdated = request.args.get("check") == "1" and gathering.is_reused and check(gathering)
    response = panel("_strip", gathering, patient=True)
    if is_outdated:
        response.headers["HX-Trigger"] = OUTDATED
    return response


@blueprint.get("/activity")
@requires(Permission.MEMBERS_READ, in_place=True)
def activity(programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    """The newest transactions under a chip."""
    return activity_panel("_activity", start(programme_id, contact_id))


@blueprint.get("/activity/older")
@requires(Permission.MEMBERS_READ)
def older(programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    """The next transactions, to be put under those that are shown."""
    return activity_panel("_older", start(programme_id, contact_id))


@blueprint.get("/activity/<transaction_id>")
@requires(Permission.MEMBERS_READ)
def transaction(programme_id: UUID, contact_id: int, transaction_id: str) -> ResponseReturnValue:
    """One transaction, on a page of its own."""
    return page_of_transaction(start(programme_id, contact_id), transaction_id)


@blueprint.get("/expiry")
@requires(Permission.MEMBERS_READ)
def expiry(programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    """When points run out."""
    return panel("_expiry", start(programme_id, contact_id), patient=True)


@blueprint.get("/lots")
@requires(Permission.MEMBERS_READ)
def lots(programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    """All lots of a balance, on a page of their own."""
    return page_of_lots(start(programme_id, contact_id))


@blueprint.get("/vouchers")
@requires(Permission.MEMBERS_READ)
def vouchers(programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    """The vouchers."""
    return panel("_vouchers", start(programme_id, contact_id), patient=True)


@blueprint.get("/pending")
@requires(Permission.MEMBERS_READ)
def pending(programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    """What waits to be completed or cancelled."""
    return panel("_pending", start(programme_id, contact_id))


@blueprint.get("/tier")
@requires(Permission.MEMBERS_READ)
def tier(programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    """Where the member stands in every tier group."""
    return panel("_tiers", start(programme_id, contact_id))


@blueprint.get("/chart")
@requires(Permission.MEMBERS_READ)
def chart(programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    """The balance over time."""
    return panel("_chart", start(programme_id, contact_id))


@blueprint.get("/staff-actions")
@requires(Permission.MEMBERS_READ)
def staff_actions(programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    """What staff did and wrote."""
    return panel("_staff_actions", start(programme_id, contact_id))


@blueprint.errorhandler(NoMember)
def no_member(error: NoMember) -> ResponseReturnValue:
    """A page about the contact; a panel only says it."""
    if htmx.is_htmx():
        return render(ErrorPage(404, "No membership any more", "Open the member again."))
    return page_of_no_member(request.view_args["programme_id"], error)  # type: ignore[index]
