"""Giving a credit and taking one back: a page, a drawer, and what the amount typed would do.

Both deeds have the same addresses below ``…/members/<contact>/credit`` and ``…/debit``. The page posts to
itself and goes on to the member with a receipt; the drawer posts to its own address and gets fragments.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from dashboard.actions import credits as deeds
from dashboard.actions.refusals import Conflict, NotRecorded, Repeated, Unacceptable
from dashboard.permissions import Permission
from dashboard.store.intents import Intent, Kind
from dashboard.web.access import current_staff, requires, services
from dashboard.web.credits import subject, words
from dashboard.web.credits.build import actor, ask, balance, build, programme
from dashboard.web.credits.form import CreditForm, Subject
from dashboard.web.credits.receipts import receipt_answer, told_at, unit_of
from dashboard.web.errors import ErrorPage, Link
from dashboard.web.filters import formats
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.members.gather import member_url

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


@blueprint.get("/credit")
@requires(Permission.CREDITS_WRITE)
def credit_show(programme_id: UUID, contact_id: int) -> str:
    """The form that gives a credit."""
    return _page(_blank(Kind.CREDIT, programme_id, contact_id))


@blueprint.get("/debit")
@requires(Permission.DEBITS_WRITE)
def debit_show(programme_id: UUID, contact_id: int) -> str:
    """The form that takes points back."""
    return _page(_blank(Kind.DEBIT, programme_id, contact_id))


@blueprint.get("/credit/form")
@requires(Permission.CREDITS_WRITE)
def credit_drawer(programme_id: UUID, contact_id: int) -> Response:
    """The same form for the drawer."""
    return _drawer(_blank(Kind.CREDIT, programme_id, contact_id))


@blueprint.get("/debit/form")
@requires(Permission.DEBITS_WRITE)
def debit_drawer(programme_id: UUID, contact_id: int) -> Response:
    """The same form for the drawer."""
    return _drawer(_blank(Kind.DEBIT, programme_id, contact_id))


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


def _credit_again(problem: Problem, programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    return _page(_filled(Kind.CREDIT, programme_id, contact_id, (problem,))), 422


def _debit_again(problem: Problem, programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    return _page(_filled(Kind.DEBIT, programme_id, contact_id, (problem,))), 422


@blueprint.post("/credit")
@requires(Permission.CREDITS_WRITE)
@takes(*FIELDS, again=_credit_again)
def credit_give(programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    """Give a credit, then show the member with the receipt."""
    return _from_page(Kind.CREDIT, programme_id, contact_id)


@blueprint.post("/debit")
@requires(Permission.DEBITS_WRITE)
@takes(*FIELDS, again=_debit_again)
def debit_take(programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    """Take points back, then show the member with the receipt."""
    return _from_page(Kind.DEBIT, programme_id, contact_id)


@blueprint.post("/credit/form")
@requires(Permission.CREDITS_WRITE)
@takes(*FIELDS, again=_credit_again)
def credit_give_in_drawer(programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    """Give a credit; the answer closes the drawer and puts the receipt on the page behind it."""
    return _from_drawer(Kind.CREDIT, programme_id, contact_id)


@blueprint.post("/debit/form")
@requires(Permission.DEBITS_WRITE)
@takes(*FIELDS, again=_debit_again)
def debit_take_in_drawer(programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    """Take points back; as for a credit."""
    return _from_drawer(Kind.DEBIT, programme_id, contact_id)


def _from_page(kind: Kind, programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    return _sent(
        kind,
        programme_id,
        contact_id,
        done=lambda intent, _name: redirect(told_at(intent), 303),
        again=lambda form: (_page(form), 422),
    )


def _from_drawer(kind: Kind, programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    return _sent(
        kind,
        programme_id,
        contact_id,
        done=lambda intent, name: receipt_answer(intent, name, closes_drawer=True),
        again=lambda form: (render_template("credits/drawer_form.html", form=form), 422),
    )


def _sent(
    kind: Kind,
    programme_id: UUID,
    contact_id: int,
    *,
    done: Callable[[Intent, str], ResponseReturnValue],
    again: Callable[[CreditForm], ResponseReturnValue],
) -> ResponseReturnValue:
    """Carry out the form that was sent, at most once however often it comes."""
    whose = subject.read(programme_id, contact_id)
    try:
        intent = _carry_out(kind, whose)
    except Unacceptable as refused:
        problems = tuple(Problem(each.field, each.message) for each in refused.problems)
        return again(_filled(kind, programme_id, contact_id, problems))
    except Repeated as refused:
        return again(_warned(kind, whose, refused.earlier))
    except NotRecorded as refused:
        return again(_filled(kind, programme_id, contact_id, (Problem("", str(refused)),)))
    except Conflict as refused:
        raise _used_before(programme_id, contact_id) from refused
    return done(intent, whose.name)


def _carry_out(kind: Kind, whose: Subject) -> Intent:
    parts, form = services(), typed()
    definition = balance(programme(whose.programme_id), form["definition"])
    return _DEEDS[kind](parts.database, parts.engine, actor(), ask(whose, definition, form))


def _used_before(programme_id: UUID, contact_id: int) -> ErrorPage:
    return ErrorPage(
        409,
        "This form was sent before with other values",
        "The first one counts; this one was not carried out. Look at the member's activity, "
        "then open a new form if more is to be done.",
        link=Link(member_url(programme_id, contact_id), f"Open member {contact_id}"),
    )


def _blank(kind: Kind, programme_id: UUID, contact_id: int) -> CreditForm:
    whose = subject.read(programme_id, contact_id)
    return build(kind, whose, {}, definition_id=request.args.get("definition"))


def _filled(kind: Kind, programme_id: UUID, contact_id: int, problems: tuple[Problem, ...]) -> CreditForm:
    """The form as it was sent, under the same one-time ID."""
    form = typed()
    return build(
        kind,
        subject.read(programme_id, contact_id),
        form,
        definition_id=form["definition"],
        intent_id=form["intent"],
        problems=problems,
    )


def _warned(kind: Kind, whose: Subject, earlier: Intent) -> CreditForm:
    """The form with a warning; sent again as it is, it is carried out."""
    form = typed()
    reader = current_staff()
    text = words.repeats(earlier, unit_of(earlier), formats(), is_own=earlier.staff_id == reader.id)
    return build(
        kind,
        whose,
        {**form, "again": earlier.id},
        definition_id=form["definition"],
        intent_id=form["intent"],
        problems=(Problem("", text),),
        repeats=True,
    )


def _preview(kind: Kind, programme_id: UUID, contact_id: int) -> str:
    form = build(
        kind,
        subject.read(programme_id, contact_id),
        {"amount": request.args.get("amount", "")},
        definition_id=request.args.get("definition"),
    )
    return render_template("credits/preview.html", form=form)


def _page(form: CreditForm) -> str:
    return render_template("credits/show.html", form=form, problems=form.problems)


def _drawer(form: CreditForm) -> Response:
    response = make_response(render_template("credits/drawer.html", form=form))
    response.headers["HX-Trigger"] = "open-drawer"
    return response
