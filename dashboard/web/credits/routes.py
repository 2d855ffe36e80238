"""Giving a credit and taking one back, and what the amount typed would do."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from dashboard.actions import credits as deeds
from dashboard.permissions import Permission
from dashboard.store.intents import Intent, Kind
from dashboard.web.access import requires, services
from dashboard.web.changes import sending, subject
from dashboard.web.changes.asking import actor, balance, programme
from dashboard.web.changes.sending import DRAWER, PAGE
from dashboard.web.changes.subject import Subject
from dashboard.web.credits.build import ask, build
from dashboard.web.credits.form import CreditForm
from dashboard.web.forms import Field, Problem, takes, typed

blueprint = Blueprint(
    "credits", __name__, url_prefix="/programmes/<uuid:programme_id>/members/<int:contact_id>"
)

FIELDS = (
    Field("intent"),
    Field("definition"),
    Field("amount", "Points"),
    Field("reason"),
    Field("case_reference", "Case or order number"),
    Field("note", "Note"),
    Field("again"),
)
_DEEDS = {Kind.CREDIT: deeds.give_credit, Kind.DEBIT: deeds.take_debit}


@blueprint.get("/credit", defaults=PAGE)
@blueprint.get("/credit/form", defaults=DRAWER)
@requires(Permission.CREDITS_WRITE)
def credit(programme_id: UUID, contact_id: int, in_drawer: bool) -> Response:
    """The form that gives a credit."""
    return sending.shown(_blank(Kind.CREDIT, programme_id, contact_id), in_drawer=in_drawer)


@blueprint.get("/debit", defaults=PAGE)
@blueprint.get("/debit/form", defaults=DRAWER)
@requires(Permission.DEBITS_WRITE)
def debit(programme_id: UUID, contact_id: int, in_drawer: bool) -> Response:
    """The form that takes points back."""
    return sending.shown(_blank(Kind.DEBIT, programme_id, contact_id), in_drawer=in_drawer)


@blueprint.get("/credit/preview")
@requires(Permission.CREDITS_WRITE, in_place=True)
def credit_preview(programme_id: UUID, contact_id: int) -> str:
    """What giving the amount typed so far would do."""
    return _preview(Kind.CREDIT, programme_id, contact_id)


@blueprint.get("/debit/preview")
@requires(Permission.DEBITS_WRITE, in_place=True)
def debit_preview(programme_id: UUID, contact_id: int) -> str:
    """What taking the amount typed so far would do."""
    return _preview(Kind.DEBIT, programme_id, contact_id)


def _credit_again(
    problem: Problem, programme_id: UUID, contact_id: int, in_drawer: bool
) -> ResponseReturnValue:
    return _again(Kind.CREDIT, problem, programme_id, contact_id)


def _debit_again(
    problem: Problem, programme_id: UUID, contact_id: int, in_drawer: bool
) -> ResponseReturnValue:
    return _again(Kind.DEBIT, problem, programme_id, contact_id)


@blueprint.post("/credit", defaults=PAGE)
@blueprint.post("/credit/form", defaults=DRAWER)
@requires(Permission.CREDITS_WRITE)
@takes(*FIELDS, again=_credit_again)
def give(programme_id: UUID, contact_id: int, in_drawer: bool) -> ResponseReturnValue:
    """Give a credit."""
    return _sent(Kind.CREDIT, programme_id, contact_id, in_drawer=in_drawer)


@blueprint.post("/debit", defaults=PAGE)
@blueprint.post("/debit/form", defaults=DRAWER)
@requires(Permission.DEBITS_WRITE)
@takes(*FIELDS, again=_debit_again)
def take(programme_id: UUID, contact_id: int, in_drawer: bool) -> ResponseReturnValue:
    """Take points back."""
    return _sent(Kind.DEBIT, programme_id, contact_id, in_drawer=in_drawer)


def _sent(kind: Kind, programme_id: UUID, contact_id: int, *, in_drawer: bool) -> ResponseReturnValue:
    whose = subject.read(programme_id, contact_id)
    return sending.sent(
        lambda: _carry_out(kind, whose), lambda problems: _filled(kind, whose, problems), in_drawer=in_drawer
    )


def _carry_out(kind: Kind, whose: Subject) -> Intent:
    parts, form = services(), typed()
    definition = balance(programme(whose.programme_id), form["definition"])
    return _DEEDS[kind](parts.database, parts.engine, actor(), ask(whose, definition, form))


def _again(kind: Kind, problem: Problem, programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    whose = subject.read(programme_id, contact_id)
    return sending.again(_filled(kind, whose, (problem,)), in_drawer=False)


def _blank(kind: Kind, programme_id: UUID, contact_id: int) -> CreditForm:
    whose = subject.read(programme_id, contact_id)
    return build(kind, whose, {}, definition_id=request.args.get("definition"))


def _filled(kind: Kind, whose: Subject, problems: tuple[Problem, ...]) -> CreditForm:
    """The form as it was sent, under the same one-time ID."""
    form = typed()
    return build(
        kind,
        whose,
        form,
        definition_id=form["definition"],
        intent_id=form["intent"],
        problems=problems,
    )


def _preview(kind: Kind, programme_id: UUID, contact_id: int) -> str:
    form = build(
        kind,
        subject.read(programme_id, contact_id),
        {"amount": request.args.get("amount", "")},
        definition_id=request.args.get("definition"),
    )
    return render_template("credits/preview.html", form=form)
