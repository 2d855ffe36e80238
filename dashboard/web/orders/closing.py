"""Closing an order whose transaction never came: what that means, and why it is done."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from dashboard.actions import closing
from dashboard.actions.refusals import Denied, NotRecorded, Unacceptable
from dashboard.permissions import Permission
from dashboard.store import orders
from dashboard.web.access import Forbidden, requires, services
from dashboard.web.changes import words
from dashboard.web.changes.asking import actor
from dashboard.web.changes.receipts import find, intent_url, unit_of
from dashboard.web.changes.sending import admit_change
from dashboard.web.errors import ErrorPage, Link
from dashboard.web.filters import formats
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.orders import overdue
from dashboard.web.pacing import TooFast, waits

blueprint = Blueprint(
    "order_closing", __name__, url_prefix="/programmes/<uuid:programme_id>/pending/<uuid:intent_id>/close"
)


@blueprint.get("")
@requires(Permission.INTENTS_DECIDE)
def show(programme_id: UUID, intent_id: UUID) -> ResponseReturnValue:
    """The form."""
    return _page(programme_id, intent_id)


def _again(problem: Problem, programme_id: UUID, intent_id: UUID) -> ResponseReturnValue:
    return _page(programme_id, intent_id, (problem,))


@blueprint.post("")
@requires(Permission.INTENTS_DECIDE)
@takes(Field("intent"), Field("note", "Why"), again=_again)
def send(programme_id: UUID, intent_id: UUID) -> ResponseReturnValue:
    """Close it."""
    intent, parts = find(programme_id, intent_id), services()
    try:
        admit_change()
        closing.close_overdue(parts.database, actor(), intent.id, typed()["note"], parts.clock())
    except LookupError as error:
        raise _no_order(programme_id) from error
    except TooFast as refused:
        return waits(_page(programme_id, intent_id, (Problem("", str(refused)),)), refused)
    except Unacceptable as refused:
        problems = tuple(Problem(each.field, each.message) for each in refused.problems)
        return _page(programme_id, intent_id, problems)
    except NotRecorded as refused:
        return _page(programme_id, intent_id, (Problem("", str(refused)),))
    except Denied as refused:
        raise Forbidden(refused.args[0], recorded=True) from refused
    return redirect(intent_url(intent), 303)


def _page(programme_id: UUID, intent_id: UUID, problems: tuple[Problem, ...] = ()) -> ResponseReturnValue:
    intent = find(programme_id, intent_id)
    with services().database.read() as connection:
        order = orders.get(connection, intent.id)
    if order is None:
        raise _no_order(programme_id)
    html = render_template(
        "orders/close.html",
        ordered=f"{intent.staff_name} {words.said(intent, unit_of(intent), formats())}",
        told=overdue.told(order, intent, services().clock(), formats()),
        is_overdue=closing.is_overdue(order, services().clock()),
        means=overdue.CLOSING_MEANS,
        intent=intent,
        form_id=typed().get("intent") or str(uuid4()),
        intent_url=intent_url(intent),
        queue_url=url_for("order_queue.show", programme_id=programme_id),
        note=typed().get("note", ""),
        problems=problems,
    )
    return make_response(html, 422 if problems else 200)


def _no_order(programme_id: UUID) -> ErrorPage:
    queue = Link(url_for("order_queue.show", programme_id=programme_id), "Pending orders")
    return ErrorPage(404, "No such order", "Find it among the pending orders.", link=queue)
