"""What became of a change: a line that refreshes itself until it is settled, and a page to link to."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, url_for

from dashboard.brevo.errors import BrevoError
from dashboard.permissions import Permission
from dashboard.store import audit, intents, reasons
from dashboard.store.intents import Intent
from dashboard.web.access import requires, services
from dashboard.web.audit import words as audit_words
from dashboard.web.credits import words
from dashboard.web.errors import ErrorPage
from dashboard.web.filters import formats
from dashboard.web.members.gather import member_url, snapshots
from dashboard.web.members.page import person_of
from dashboard.web.members.reads import Part

blueprint = Blueprint("intents", __name__, url_prefix="/programmes/<uuid:programme_id>/intents")


@blueprint.get("/<uuid:intent_id>")
@requires(Permission.MEMBERS_READ)
def show(programme_id: UUID, intent_id: UUID) -> Response:
    """One change: what was asked for, by whom, and what is known of it."""
    intent = find(programme_id, intent_id)
    with services().database.read() as connection:
        rows = audit.page(connection, audit.Filters(intent_id=intent.id))
        reason = {each.code: each.label for each in reasons.list_all(connection)}.get(intent.reason or "")
    page = render_template(
        "credits/intent.html",
        intent=intent,
        unit=unit_of(intent),
        **line(intent, _name(intent)),
        reason=reason or intent.reason,
        rows=rows,
        words=audit_words,
        member_url=member_url(programme_id, intent.contact_id),
    )
    return make_response(page)


@blueprint.get("/<uuid:intent_id>/receipt")
@requires(Permission.MEMBERS_READ, polls=True)
def receipt(programme_id: UUID, intent_id: UUID) -> Response:
    """The line alone, asked for every few seconds until it is settled."""
    intent = find(programme_id, intent_id)
    return receipt_answer(intent, _name(intent))


def receipt_answer(intent: Intent, member: str, *, closes_drawer: bool = False) -> Response:
    """The line as a fragment, and word to the page: close the drawer, read changed figures again."""
    response = make_response(
        render_template(
            "credits/receipt.html",
            **line(intent, member),
            replaces_slot=closes_drawer,
        )
    )
    told = (["close-drawer"] if closes_drawer else []) + (["member-changed"] if intent.is_settled else [])
    if told:
        response.headers["HX-Trigger"] = ", ".join(told)
    return response


def line(intent: Intent, member: str) -> dict[str, object]:
    """What the receipt's template needs."""
    return {
        "receipt": words.of_receipt(intent, unit_of(intent), member, formats()),
        "intent_url": url_for("intents.show", programme_id=intent.programme_id, intent_id=intent.id),
        "poll_url": None
        if intent.is_settled
        else url_for("intents.receipt", programme_id=intent.programme_id, intent_id=intent.id),
    }


def find(programme_id: UUID, intent_id: UUID) -> Intent:
    """The intent of that programme.

    :raises ErrorPage: there is none.
    """
    with services().database.read() as connection:
        found = intents.get(connection, str(intent_id))
    if found is None or found.programme_id != str(programme_id):
        raise ErrorPage(404, "No such change", "Open the member: the staff actions list what was done.")
    return found


def told_at(intent: Intent) -> str:
    """Where the outcome is told: on the member's page; before it is known on a page that needs no remote."""
    if not intent.is_settled:
        return url_for("intents.show", programme_id=intent.programme_id, intent_id=intent.id)
    return f"{member_url(intent.programme_id, intent.contact_id)}?receipt={intent.id}"


def _name(intent: Intent) -> str:
    """The member's name when it was read lately; asking for it is not worth a request."""
    contact = snapshots().open(UUID(intent.programme_id), intent.contact_id).contact.answer
    return person_of(Part(contact), intent.contact_id).name if contact else f"member {intent.contact_id}"


def unit_of(intent: Intent) -> str:
    """The unit of the balance that was changed; points while the programme cannot be read."""
    try:
        definition = services().configuration.of(intent.programme_id).definition(intent.definition_id)
    except BrevoError:
        definition = None
    return definition.unit if definition else "POINTS"
