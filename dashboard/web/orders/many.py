"""Completing or cancelling several drafts: first what would come of each, then a result for each."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from dashboard.actions import orders as deeds
from dashboard.actions.deeds import MOST_AT_ONCE
from dashboard.actions.refusals import Conflict, Denied, NotRecorded, Unacceptable
from dashboard.brevo.balances import BalanceDefinition
from dashboard.brevo.errors import BrevoError
from dashboard.permissions import Permission
from dashboard.store.intents import Goal
from dashboard.web.access import Forbidden, requires, services
from dashboard.web.changes import why
from dashboard.web.changes.asking import actor
from dashboard.web.changes.sending import admit_change
from dashboard.web.errors import ErrorPage, Link
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.orders.chosen import Chosen, choose, planned
from dashboard.web.pacing import TooFast, waits
from dashboard.web.programmes import require

blueprint = Blueprint("order_batches", __name__, url_prefix="/programmes/<uuid:programme_id>/pending/chosen")


@blueprint.get("")
@requires(Permission.ORDERS_WRITE)
def show(programme_id: UUID) -> ResponseReturnValue:
    """What would come of each row that was chosen on the queue. Nothing is sent."""
    require(programme_id)
    goal, now = _goal(request.args.get("goal", "")), services().clock()
    keys = request.args.getlist("row")
    if not 0 < len(keys) <= MOST_AT_ONCE:
        told = f"Choose {MOST_AT_ONCE} or fewer" if keys else "Choose at least one"
        return _page(programme_id, goal, (), (Problem("", told),))
    return _page(
        programme_id, goal, _planned(programme_id, goal, choose(programme_id, keys, now), reads=True)
    )


def _again(problem: Problem, programme_id: UUID) -> ResponseReturnValue:
    goal = _goal(typed()["goal"])
    return _refused(programme_id, goal, _sent_rows(programme_id, goal), (problem,))


@blueprint.post("")
@requires(Permission.ORDERS_WRITE)
@takes(
    Field("intent"),
    Field("goal"),
    Field("rows"),
    *why.WHY,
    again=_again,
)
def send(programme_id: UUID) -> ResponseReturnValue:
    """End them one after the other. Sent again it goes on where it was, and ends none twice."""
    require(programme_id)
    form, parts = typed(), services()
    goal = _goal(form["goal"])
    rows = _sent_rows(programme_id, goal)
    left_out = [each for each in rows if not each.can_go]
    if left_out:
        many = f"{len(left_out)} of {len(rows)} can't be {_DONE[goal]} any more"
        told = Problem("", f"{many}. Nothing was sent. Look at the list")
        return _refused(programme_id, goal, rows, (told,))
    try:
        admit_change()
        deeds.decide_drafts(
            parts.database,
            parts.engine,
            actor(),
            deeds.BulkForm(
                intent_id=form["intent"],
                programme_id=str(programme_id),
                contact_id=0,
                reason=form["reason"],
                case_reference=form["case_reference"],
                note=form["note"],
                drafts=tuple(each.draft for each in rows if each.draft is not None),
                goal=goal,
            ),
        )
    except Unacceptable as refused:
        problems = tuple(Problem(_at(each.field), each.message) for each in refused.problems)
        return _refused(programme_id, goal, rows, problems)
    except NotRecorded as refused:
        return _refused(programme_id, goal, rows, (Problem("", str(refused)),))
    except TooFast as refused:
        return waits(_refused(programme_id, goal, rows, (Problem("", str(refused)),)), refused)
    except Conflict as refused:
        raise _used_before(programme_id) from refused
    except Denied as refused:
        raise Forbidden(refused.args[0], recorded=True) from refused
    return redirect(url_for("intents.batch", programme_id=programme_id, batch_id=form["intent"]), 303)


_DONE = {Goal.COMPLETE: "completed", Goal.CANCEL: "cancelled"}


def _page(
    programme_id: UUID, goal: Goal, rows: Sequence[Chosen], problems: Sequence[Problem] = ()
) -> ResponseReturnValue:
    """The dry run, and under it the form that carries out what can be."""
    sent = typed() if request.method == "POST" else {}
    page = render_template(
        "orders/many.html",
        goal=goal.value,
        rows=rows,
        going=[each.key for each in rows if each.can_go],
        intent_id=sent.get("intent") or str(uuid4()),
        typed={**why.BLANK, **sent},
        problems=problems,
        reasons=why.offered(),
        definitions=_definitions(programme_id),
        programme_id=programme_id,
        queue_url=url_for("order_queue.show", programme_id=programme_id),
    )
    return page, 422 if problems else 200


def _refused(
    programme_id: UUID, goal: Goal, rows: list[Chosen], problems: Sequence[Problem]
) -> ResponseReturnValue:
    """The form again, with what would come of each as it stands now."""
    return _page(programme_id, goal, _planned(programme_id, goal, rows, reads=True), problems)


def _sent_rows(programme_id: UUID, goal: Goal) -> list[Chosen]:
    form = typed()
    keys = form["rows"].split(",")[: MOST_AT_ONCE + 1]
    rows = choose(programme_id, keys, services().clock(), form_id=form["intent"])
    return _planned(programme_id, goal, rows, reads=False)


def _planned(programme_id: UUID, goal: Goal, rows: list[Chosen], *, reads: bool) -> list[Chosen]:
    known = _definitions(programme_id)
    return planned(programme_id, rows, goal, known, services().clock(), reads=reads)


def _definitions(programme_id: UUID) -> dict[str, BalanceDefinition]:
    """By ID, as far as the console read them."""
    try:
        return {each.id: each for each in services().configuration.of(programme_id).definitions}
    except BrevoError:
        return {}


def _goal(text: str) -> Goal:
    """What is to be done.

    :raises ErrorPage: it is neither.
    """
    try:
        return Goal(text)
    except ValueError:
        raise ErrorPage(404, "Page not found", "Open the pending orders and choose again.") from None


def _at(field: str) -> str:
    """What is wrong with the rows stands above them, at no field."""
    return field if field in why.BLANK else ""


def _used_before(programme_id: UUID) -> ErrorPage:
    return ErrorPage(
        409,
        "This form was sent before with other values",
        "The first one counts; this one was not carried out. Open the pending orders and choose again.",
        link=Link(url_for("order_queue.show", programme_id=programme_id), "Pending orders"),
        recorded=True,
    )
