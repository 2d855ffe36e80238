"""From what was gathered to HTML: the page, a panel of it, and the page about somebody who is no member."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask import Response, make_response, redirect, render_template, request, url_for

from dashboard.actions.noting import Reading
from dashboard.store.intents import Intent
from dashboard.web.access import current_staff, services
from dashboard.web.changes.receipts import line
from dashboard.web.errors import ErrorPage, remote_trouble
from dashboard.web.forms import Problem
from dashboard.web.members.activity import Filter
from dashboard.web.members.gather import Gathering, NoMember, begin
from dashboard.web.members.links import Links
from dashboard.web.members.local import Local, read
from dashboard.web.members.looks import record_look, remember_look
from dashboard.web.members.page import MemberPage
from dashboard.web.members.telling import facts
from dashboard.web.orders.hands import Hands
from dashboard.web.shell import look_around, show_age


def start(programme_id: UUID, contact_id: int) -> Gathering:
    """Begin to read what this request asks for."""
    return begin(programme_id, contact_id, request.args.get("definition"))


def page_of_member(
    programme_id: UUID, contact_id: int, *, problems: Sequence[Problem] = (), note: str = ""
) -> Response:
    """The whole page.

    :param problems: of the note that was typed, which is kept.
    """
    gathering = start(programme_id, contact_id)
    record_look(gathering.local, programme_id, contact_id)
    look_around()
    try:
        page = gathering.page()
    except ErrorPage as error:
        made = _change_just_made(gathering.local)
        if made is None or error.status != 503:
            raise
        # What became of the change is known here, whether or not Brevo can be read.
        where = url_for("intents.show", programme_id=programme_id, intent_id=made.id)
        return make_response(redirect(where, 303))
    chosen = _chosen_filter()
    page, shown = gathering.activity(page, chosen, request.args.get("after"))
    if page.oldest is not None:
        show_age(page.oldest)
    gathering.snapshot.was_shown = True
    html = render_template(
        "members/show.html",
        page=page,
        activity=shown,
        is_reused=gathering.is_reused,
        receipt=_receipt(gathering.local, page.person.name),
        problems=problems,
        note=note,
        **_common(gathering),
    )
    response = make_response(html, 422 if problems else 200)
    _remember(response, gathering, page)
    return response


def panel(name: str, gathering: Gathering, *, patient: bool = False) -> Response:
    """One panel alone."""
    page = gathering.page(patient=patient)
    if page.oldest is not None:
        show_age(page.oldest)
    html = render_template(
        f"members/{name}.html", page=page, is_reused=False, problems=(), note="", **_common(gathering)
    )
    return make_response(html)


def activity_panel(name: str, gathering: Gathering) -> Response:
    """The list of transactions, or more rows of it."""
    page, shown = gathering.activity(gathering.page(), _chosen_filter(), request.args.get("after"))
    html = render_template(f"members/{name}.html", page=page, activity=shown, **_common(gathering))
    return make_response(html)


def page_of_lots(gathering: Gathering) -> Response:
    """All lots of a balance."""
    record_look(gathering.local, gathering.programme_id, gathering.contact_id)
    page = gathering.page(patient=True)
    return _page_below("lots", gathering, page, page.expiry.at)


def page_of_transaction(gathering: Gathering, transaction_id: str) -> Response:
    """One transaction with all that the remote says of it."""
    record_look(gathering.local, gathering.programme_id, gathering.contact_id)
    page, item, row = gathering.transaction(gathering.page(), transaction_id)
    said = facts(item.meta)
    return _page_below("transaction", gathering, page, page.history.at, item=item, row=row, said=said)


def page_of_no_member(programme_id: UUID, error: NoMember) -> Response:
    """Who it is, and that they are no member here."""
    contact_id = error.person.contact_id
    known = read(services().database, str(programme_id), contact_id, current_staff().id)
    record_look(known, programme_id, contact_id)
    if error.contact.at is not None:
        show_age(error.contact.at)
    response = make_response(
        render_template(
            "members/no_member.html",
            person=error.person,
            contact=error.contact,
            links=Links(str(programme_id), contact_id),
            receipt=_receipt(known, error.person.name),
        )
    )
    remember_look(response, programme_id, contact_id, label=error.person.name)
    return response


def _page_below(
    name: str, gathering: Gathering, page: MemberPage, read_at: datetime | None, **more: object
) -> Response:
    """A page about one thing of a member. It names them, so opening it is a look at them too."""
    if read_at is not None:
        show_age(read_at)
    html = render_template(f"members/{name}.html", page=page, **more, **_common(gathering))
    response = make_response(html)
    _remember(response, gathering, page)
    return response


def _remember(response: Response, gathering: Gathering, page: MemberPage) -> None:
    remember_look(
        response,
        gathering.programme_id,
        gathering.contact_id,
        label=page.person.name,
        subscription_id=page.number,
        tier=next(iter(page.tier_names), None),
        balance=page.balance.value,
        reading=_reading(gathering, page),
    )


def _reading(gathering: Gathering, page: MemberPage) -> Reading | None:
    """The history as the page shows it; None when it could not be read just now."""
    if page.history.at is None or page.history.error is not None:
        return None
    ledger = gathering.ledger
    return Reading(
        programme_id=str(gathering.programme_id),
        contact_id=page.account.contact_id,
        definition_id=gathering.definition.id,
        items=ledger.items,
        is_whole=ledger.is_whole,
        at=page.history.at,
    )


def _common(gathering: Gathering) -> dict[str, object]:
    reader = current_staff()
    wanted = request.args.get("definition")
    return {
        "links": Links(
            str(gathering.programme_id),
            gathering.contact_id,
            gathering.definition.id if wanted else None,
            _chosen_filter(),
        ),
        "actions": gathering.local.actions(reader, services().clock()),
        "hands": Hands(gathering.local.intents),
        "units": {each.id: each.unit for each in gathering.configuration.definitions},
        "role": reader.role,
        "trouble": remote_trouble,
    }


def _chosen_filter() -> Filter:
    try:
        return Filter(request.args.get("activity", Filter.ALL))
    except ValueError:
        return Filter.ALL


def _change_just_made(known: Local) -> Intent | None:
    """The change that the address names; only one about this member."""
    wanted = request.args.get("receipt")
    return next((each for each in known.intents if each.id == wanted), None)


def _receipt(known: Local, name: str) -> dict[str, object] | None:
    """What became of that change."""
    intent = _change_just_made(known)
    return None if intent is None else line(intent, name)
