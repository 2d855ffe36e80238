"""Making an order: points that Brevo holds as pending until they are completed."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID, uuid4

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from dashboard.actions import orders
from dashboard.actions.credits import CreditForm, rulebook
from dashboard.brevo.balances import BalanceDefinition
from dashboard.permissions import Permission
from dashboard.store.intents import Intent, Kind
from dashboard.web.access import requires, services
from dashboard.web.changes import sending, subject
from dashboard.web.changes.asking import actor, balance, programme
from dashboard.web.changes.sending import DRAWER, PAGE
from dashboard.web.changes.subject import Subject
from dashboard.web.filters import formats
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.members.strip import shown_definitions
from dashboard.web.orders.order_form import ADDS, BLANK, TAKES, MakingForm

blueprint = Blueprint(
    "order_making", __name__, url_prefix="/programmes/<uuid:programme_id>/members/<int:contact_id>/order"
)

PREVIEWED = ("amount", "direction", "due_at", "expires_at", "source")
"""All that the preview depends on. Further fields stand in no address: anything may be typed there."""
_DIRECTIONS = {ADDS: False, TAKES: True}


@blueprint.get("", defaults=PAGE)
@blueprint.get("/form", defaults=DRAWER)
@requires(Permission.ORDERS_WRITE)
def show(programme_id: UUID, contact_id: int, in_drawer: bool) -> Response:
    """The form that makes an order."""
    whose = subject.read(programme_id, contact_id)
    form = _form(whose, {}, request.args.get("definition"))
    return sending.shown(form, in_drawer=in_drawer)


@blueprint.get("/preview")
@requires(Permission.ORDERS_WRITE, in_place=True)
def preview(programme_id: UUID, contact_id: int) -> str:
    """What the order typed so far would come to."""
    given = {name: request.args.get(name, "") for name in PREVIEWED}
    form = _form(subject.read(programme_id, contact_id), given, request.args.get("definition"))
    return render_template("orders/preview.html", form=form)


def _again(problem: Problem, programme_id: UUID, contact_id: int, in_drawer: bool) -> ResponseReturnValue:
    return sending.again(_filled(subject.read(programme_id, contact_id), (problem,)), in_drawer=False)


@blueprint.post("", defaults=PAGE)
@blueprint.post("/form", defaults=DRAWER)
@requires(Permission.ORDERS_WRITE)
@takes(
    Field("intent"),
    Field("definition"),
    Field("direction"),
    Field("amount", "Points"),
    Field("due_at", "Due"),
    Field("expires_at", "Lapses"),
    Field("source"),
    Field("meta", "Further fields"),
    Field("reason"),
    Field("case_reference", "Case or order number"),
    Field("note", "Note"),
    again=_again,
)
def make(programme_id: UUID, contact_id: int, in_drawer: bool) -> ResponseReturnValue:
    """Make the order."""
    whose = subject.read(programme_id, contact_id)
    return sending.sent(
        lambda: _carry_out(whose), lambda problems: _filled(whose, problems), in_drawer=in_drawer
    )


def _carry_out(whose: Subject) -> Intent:
    parts, form = services(), typed()
    definition = balance(programme(whose.programme_id), form["definition"])
    return orders.create_order(parts.database, parts.engine, actor(), _asked(whose, definition, form))


def _filled(whose: Subject, problems: tuple[Problem, ...]) -> MakingForm:
    """The form as it was sent, under the same one-time ID."""
    form = typed()
    return _form(whose, form, form["definition"], problems)


def _form(
    whose: Subject,
    given: Mapping[str, str],
    definition_id: str | None,
    problems: tuple[Problem, ...] = (),
) -> MakingForm:
    parts = services()
    configuration = programme(whose.programme_id)
    definition = balance(configuration, definition_id)
    values = {**BLANK, **given, "intent": given.get("intent") or str(uuid4())}
    rules = rulebook(parts.database, Kind.CREDIT, actor(), _as_credit(whose, definition), parts.clock())
    return MakingForm(
        subject=whose,
        intent_id=values["intent"],
        typed=values,
        problems=problems,
        definition=definition,
        all_definitions=shown_definitions(configuration.definitions),
        rules=rules,
        zone=parts.settings.timezone,
        now=parts.clock(),
        formats=formats(),
    )


def _asked(whose: Subject, definition: BalanceDefinition, form: Mapping[str, str]) -> orders.OrderForm:
    return orders.OrderForm(
        intent_id=form["intent"],
        programme_id=str(whose.programme_id),
        contact_id=whose.contact_id,
        reason=form["reason"],
        case_reference=form["case_reference"],
        note=form["note"],
        definition=definition,
        amount=form["amount"],
        takes=_DIRECTIONS.get(form["direction"]),
        due_at=form["due_at"],
        expires_at=form["expires_at"],
        source=form["source"],
        meta=form["meta"],
        balance=whose.balances.get(definition.id),
        sharers=whose.sharers,
        zone=services().settings.timezone,
    )


def _as_credit(whose: Subject, definition: BalanceDefinition) -> CreditForm:
    """What an order gives counts against the limits of credits."""
    return CreditForm(
        intent_id="",
        programme_id=str(whose.programme_id),
        contact_id=whose.contact_id,
        definition=definition,
        amount="",
        reason="",
        balance=whose.balances.get(definition.id),
        sharers=whose.sharers,
        zone=services().settings.timezone,
    )
