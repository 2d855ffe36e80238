"""What became of a change: a line that refreshes itself until it is settled, and a page to link to."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

import msgspec
from flask import Blueprint, Response, make_response, render_template, url_for
from msgspec.structs import replace

from dashboard.actions import undo as undoing
from dashboard.actions.closing import is_overdue
from dashboard.actions.enrolling import enrolled_as
from dashboard.brevo.errors import BrevoError
from dashboard.permissions import Permission
from dashboard.store import audit, intents, orders, reasons
from dashboard.store.intents import Intent, Kind, Link, Phase
from dashboard.web.access import current_staff, requires, services
from dashboard.web.audit import words as audit_words
from dashboard.web.changes import facts, words
from dashboard.web.changes.asking import actor
from dashboard.web.errors import ErrorPage
from dashboard.web.filters import formats
from dashboard.web.members.gather import member_url, snapshots
from dashboard.web.members.page import person_of
from dashboard.web.members.reads import Part
from dashboard.web.orders import overdue
from dashboard.web.orders.late import who_was_faster

blueprint = Blueprint("intents", __name__, url_prefix="/programmes/<uuid:programme_id>")

_BELONGS = {
    Link.REVERSAL: ("Takes back", "Taken back by"),
    Link.RETURN: ("Gives points back for", "Points given back"),
    Link.REISSUE: ("Issued anew for", "Issued anew"),
    Link.ENROLMENT: ("Enrolment of", "Enrolled by"),
}
"""What one is to the other: said on the page of what came later, and on that of what came first."""


class Row(msgspec.Struct, frozen=True):
    """One change among others."""

    label: str
    text: str | None
    standing: tuple[str, str]
    url: str
    member: str = ""


@blueprint.get("/intents/<uuid:intent_id>")
@requires(Permission.MEMBERS_READ)
def show(programme_id: UUID, intent_id: UUID) -> Response:
    """One change: what was asked for, by whom, what is known of it, and what belongs to it."""
    intent, now = find(programme_id, intent_id), services().clock()
    with services().database.read() as connection:
        rows = audit.page(connection, audit.Filters(intent_id=intent.id))
        reason = {each.code: each.label for each in reasons.list_all(connection)}.get(intent.reason or "")
        origin = intents.get(connection, intent.linked_id) if intent.linked_id else None
        following = intents.linked_to(connection, intent.id)
        order = orders.get(connection, intent.id)
    unit = unit_of(intent)
    page = render_template(
        "changes/show.html",
        intent=intent,
        **line(intent, _name(intent)),
        overdue=overdue.told(order, intent, now, formats()) if order is not None else None,
        may_close=order is not None
        and is_overdue(order, now)
        and current_staff().role.may(Permission.INTENTS_DECIDE),
        asked=facts.asked(intent, unit, reason or intent.reason, formats()),
        known=facts.known(intent, unit, formats()),
        linked=_linked(intent, origin, following),
        rows=rows,
        words=audit_words,
        member=_who(intent),
        member_url=member_url(programme_id, intent.contact_id) if intent.contact_id else None,
    )
    return make_response(page)


@blueprint.get("/intents/<uuid:intent_id>/receipt")
@requires(Permission.MEMBERS_READ, polls=True)
def receipt(programme_id: UUID, intent_id: UUID) -> Response:
    """The line alone, asked for every few seconds until it is settled. From a contact that was created it
    leads on: to the enrolment, or to the contact.
    """
    intent = find(programme_id, intent_id)
    if intent.kind is Kind.CONTACT_CREATE and intent.phase is Phase.DONE:
        response = make_response("")
        response.headers["HX-Redirect"] = told_at(followed(intent))
        return response
    return receipt_answer(intent, _name(intent))


@blueprint.get("/batches/<uuid:batch_id>")
@requires(Permission.MEMBERS_READ, polls=True)
def batch(programme_id: UUID, batch_id: UUID) -> str:
    """All that one form asked for, a line for each."""
    with services().database.read() as connection:
        found = intents.of_batch(connection, str(batch_id))
    ours = [each for each in found if each.programme_id == str(programme_id)]
    if not ours:
        raise ErrorPage(404, "No such changes", "Open the member: the staff actions list what was done.")
    return render_template(
        "changes/batch.html",
        rows=[_row(each) for each in ours],
        way_back=_way_back(ours[0]),
        counts=counted(ours),
        is_settled=all(each.is_settled for each in ours),
    )


@blueprint.app_template_filter("change_said")
def change_said(intent: Intent, unit: str, of_reader: bool = False) -> str:
    """What somebody did or wants, after their name, or after "You"."""
    return words.said(intent, unit, formats(), of_reader=of_reader)


@blueprint.app_template_filter("change_standing")
def change_standing(intent: Intent) -> tuple[str, str]:
    """How far it is: label and kind of tag."""
    return words.standing(intent)


@blueprint.app_template_filter("change_wanted")
def change_wanted(intent: Intent) -> str:
    """What the reader asked for."""
    return words.wanted(intent, unit_of(intent), formats())


def receipt_answer(intent: Intent, member: str, *, closes_drawer: bool = False) -> Response:
    """The line as a fragment, and word to the page: close the drawer, read changed figures again."""
    response = make_response(
        render_template(
            "changes/receipt.html",
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
        "receipt": _told(intent, member),
        "intent_url": intent_url(intent),
        "undo_url": undo_url(intent),
        "poll_url": None
        if intent.is_settled
        else url_for("intents.receipt", programme_id=intent.programme_id, intent_id=intent.id),
    }


def _told(intent: Intent, member: str) -> words.Receipt:
    """What became of it; where somebody else was faster, who and when."""
    told, faster = words.of_receipt(intent, unit_of(intent), member, formats()), who_was_faster(intent)
    return told if faster is None else replace(told, text=" ".join(filter(None, (faster, told.text))))


def find(programme_id: UUID, intent_id: UUID) -> Intent:
    """The intent of that programme.

    :raises ErrorPage: there is none.
    """
    with services().database.read() as connection:
        found = intents.get(connection, str(intent_id))
    if found is None or found.programme_id != str(programme_id):
        raise ErrorPage(404, "No such change", "Open the member: the staff actions list what was done.")
    return found


def followed(creation: Intent) -> Intent:
    """What there is to tell once a contact exists: its enrolment, where one follows from the creation."""
    follower = enrolled_as(creation)
    with services().database.read() as connection:
        found = intents.get(connection, follower) if follower else None
    return found or creation


def intent_url(intent: Intent) -> str:
    """The page about a change."""
    return url_for("intents.show", programme_id=intent.programme_id, intent_id=intent.id)


def undo_url(intent: Intent) -> str | None:
    """Where the reader may take it back; None when they may not, or it was taken back."""
    parts = services()
    if not undoing.may_offer(actor(), intent, None, parts.clock()):
        return None
    if undoing.links_of(parts.database, intent).reversal is not None:
        return None
    return url_for("undo.show", programme_id=intent.programme_id, intent_id=intent.id, in_drawer=False)


def batch_url(intent: Intent) -> str:
    """The page about all that one form asked for; that of the change alone where it was the only one."""
    if intent.batch_id is None:
        return intent_url(intent)
    return url_for("intents.batch", programme_id=intent.programme_id, batch_id=intent.batch_id)


def told_at(intent: Intent) -> str:
    """Where the outcome is told: on the member's page; before it is known on a page that needs no remote."""
    if not intent.is_settled or not intent.contact_id:
        return intent_url(intent)
    return f"{member_url(intent.programme_id, intent.contact_id)}?receipt={intent.id}"


def unit_of(intent: Intent) -> str:
    """The unit of the balance that was changed; points while the programme cannot be read."""
    try:
        definition = services().configuration.of(intent.programme_id).definition(intent.definition_id)
    except BrevoError:
        definition = None
    return definition.unit if definition else "POINTS"


def counted(found: list[Intent]) -> str:
    """How many of them are done, are not, and are not known yet: ``2 of 3 done, 1 not``."""
    phases = Counter(each.phase for each in found)
    done, failed = phases[Phase.DONE], phases[Phase.FAILED]
    is_open = len(found) - done - failed
    told = [f"{done} of {len(found)} done"]
    told += [f"{failed} not"] if failed else []
    told += [f"{is_open} not known yet"] if is_open else []
    return ", ".join(told)


def _way_back(one: Intent) -> tuple[str, str]:
    """Label and address of where such a form begins: the queue, or the member's page."""
    if one.kind in {Kind.DRAFT_COMPLETE, Kind.DRAFT_CANCEL}:
        return "Pending orders", url_for("order_queue.show", programme_id=one.programme_id)
    return _who(one), member_url(one.programme_id, one.contact_id)


def _linked(intent: Intent, origin: Intent | None, following: tuple[Intent, ...]) -> list[Row]:
    first = [] if origin is None or intent.link is None else [_row(origin, _BELONGS[intent.link][0])]
    return first + [_row(each, _BELONGS[each.link][1]) for each in following if each.link is not None]


def _row(intent: Intent, label: str | None = None) -> Row:
    told = _told(intent, _who(intent).lower())
    headline = told.headline if label is None else f"{label}: {told.headline}"
    standing = words.standing(intent)
    return Row(headline, told.text, standing, intent_url(intent), _who(intent))


def _who(intent: Intent) -> str:
    return f"Member {intent.contact_id}" if intent.contact_id else "New contact"


def _name(intent: Intent) -> str:
    """The member's name when it was read lately; asking for it is not worth a request."""
    if not intent.contact_id:
        return "the new contact"
    contact = snapshots().open(UUID(intent.programme_id), intent.contact_id).contact.answer
    return person_of(Part(contact), intent.contact_id).name if contact else f"member {intent.contact_id}"
