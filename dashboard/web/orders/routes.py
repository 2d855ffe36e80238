"""Completing or cancelling one draft of a member."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from dashboard.actions import orders as deeds
from dashboard.actions.dry_run import dry_run
from dashboard.permissions import Permission
from dashboard.store import intents, reasons
from dashboard.store.intents import Goal, Intent
from dashboard.web import handlers, htmx
from dashboard.web.access import requires, services
from dashboard.web.changes import sending, subject, tiers, why
from dashboard.web.changes.asking import actor, programme
from dashboard.web.changes.sending import DRAWER, PAGE
from dashboard.web.changes.subject import Subject
from dashboard.web.filters import formats
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.members.gather import snapshots
from dashboard.web.members.links import CHANGED
from dashboard.web.orders.finding import Found, Over, find, of_intent
from dashboard.web.orders.form import EndingForm

blueprint = Blueprint(
    "orders",
    __name__,
    url_prefix="/programmes/<uuid:programme_id>/members/<int:contact_id>/pending/<uuid:transaction_id>",
)

FIELDS = (Field("intent"), why.CASE, why.NOTE)


@blueprint.get("/complete", defaults=PAGE)
@blueprint.get("/complete/form", defaults=DRAWER)
@requires(Permission.ORDERS_WRITE)
def complete(programme_id: UUID, contact_id: int, transaction_id: UUID, in_drawer: bool) -> Response:
    """What completing the draft would do."""
    return _shown(Goal.COMPLETE, programme_id, contact_id, transaction_id, in_drawer=in_drawer)


@blueprint.get("/cancel", defaults=PAGE)
@blueprint.get("/cancel/form", defaults=DRAWER)
@requires(Permission.ORDERS_WRITE)
def cancel(programme_id: UUID, contact_id: int, transaction_id: UUID, in_drawer: bool) -> Response:
    """What cancelling the draft would do, and why it is done."""
    return _shown(Goal.CANCEL, programme_id, contact_id, transaction_id, in_drawer=in_drawer)


def _complete_again(
    problem: Problem, programme_id: UUID, contact_id: int, transaction_id: UUID, in_drawer: bool
) -> ResponseReturnValue:
    return _again(Goal.COMPLETE, problem, programme_id, contact_id, transaction_id)


def _cancel_again(
    problem: Problem, programme_id: UUID, contact_id: int, transaction_id: UUID, in_drawer: bool
) -> ResponseReturnValue:
    return _again(Goal.CANCEL, problem, programme_id, contact_id, transaction_id)


@blueprint.post("/complete", defaults=PAGE)
@blueprint.post("/complete/form", defaults=DRAWER)
@requires(Permission.ORDERS_WRITE)
@takes(*FIELDS, again=_complete_again)
def complete_it(
    programme_id: UUID, contact_id: int, transaction_id: UUID, in_drawer: bool
) -> ResponseReturnValue:
    """Complete the draft."""
    return _sent(Goal.COMPLETE, programme_id, contact_id, transaction_id, in_drawer=in_drawer)


@blueprint.post("/cancel", defaults=PAGE)
@blueprint.post("/cancel/form", defaults=DRAWER)
@requires(Permission.ORDERS_WRITE)
@takes(*FIELDS, Field("reason"), again=_cancel_again)
def cancel_it(
    programme_id: UUID, contact_id: int, transaction_id: UUID, in_drawer: bool
) -> ResponseReturnValue:
    """Cancel the draft."""
    return _sent(Goal.CANCEL, programme_id, contact_id, transaction_id, in_drawer=in_drawer)


@blueprint.errorhandler(Over)
def over(error: Over) -> ResponseReturnValue:
    """Say it, and have the page below the drawer read the member again."""
    response = handlers.show(error)
    if htmx.is_htmx():
        response.headers["HX-Trigger"] = CHANGED
    return response


def _shown(
    goal: Goal, programme_id: UUID, contact_id: int, transaction_id: UUID, *, in_drawer: bool
) -> Response:
    whose = subject.read(programme_id, contact_id)
    found = find(whose, request.args.get("definition"), transaction_id)
    return sending.shown(_form(goal, whose, found), in_drawer=in_drawer)


def _again(
    goal: Goal, problem: Problem, programme_id: UUID, contact_id: int, transaction_id: UUID
) -> ResponseReturnValue:
    whose = subject.read(programme_id, contact_id)
    found = find(whose, request.args.get("definition"), transaction_id)
    return sending.again(_form(goal, whose, found, (problem,)), in_drawer=False)


def _sent(
    goal: Goal, programme_id: UUID, contact_id: int, transaction_id: UUID, *, in_drawer: bool
) -> ResponseReturnValue:
    whose = subject.read(programme_id, contact_id)
    found = _of_first_sending(whose, transaction_id) or find(
        whose, request.args.get("definition"), transaction_id
    )
    return sending.sent(
        lambda: _carry_out(goal, whose, found),
        lambda problems: _form(goal, whose, found, problems),
        in_drawer=in_drawer,
    )


def _of_first_sending(whose: Subject, transaction_id: UUID) -> Found | None:
    """What this form was sent for before: its first answer holds, whatever became of the draft since."""
    with services().database.read() as connection:
        known = intents.get(connection, typed()["intent"])
    if known is None or known.transaction_id != str(transaction_id):
        return None
    is_same = (known.programme_id, known.contact_id) == (str(whose.programme_id), whose.contact_id)
    return of_intent(whose, known) if is_same else None


def _carry_out(goal: Goal, whose: Subject, found: Found) -> Intent:
    parts, form = services(), typed()
    intent = deeds.decide_draft(
        parts.database,
        parts.engine,
        actor(),
        deeds.DraftForm(
            intent_id=form["intent"],
            programme_id=str(whose.programme_id),
            contact_id=whose.contact_id,
            reason=form.get("reason", ""),
            case_reference=form["case_reference"],
            note=form["note"],
            draft=found.draft,
            goal=goal,
        ),
    )
    if intent.adopted is not None:
        # What was read says that it still waits.
        snapshots().invalidate(whose.programme_id, whose.contact_id)
    return intent


def _form(goal: Goal, whose: Subject, found: Found, problems: tuple[Problem, ...] = ()) -> EndingForm:
    """The form: fresh, or as it was sent under the same one-time ID."""
    parts = services()
    values = {**why.BLANK, **(typed() if request.method == "POST" else {})}
    now = parts.clock()
    (plan,) = dry_run((found.draft,), goal, {found.definition.id: found.definition}, now)
    with parts.database.read() as connection:
        offered = reasons.offered(connection)
    return EndingForm(
        subject=whose,
        intent_id=values.get("intent") or str(uuid4()),
        typed=values,
        problems=problems,
        goal=goal,
        found=found,
        tier_after=tiers.effect(
            programme(whose.programme_id), whose.account, found.definition.id, found.draft.amount
        ),
        plan=plan,
        all_reasons=offered,
        formats=formats(),
        now=now,
    )
