"""Withdrawing vouchers: they are chosen, then what follows is named, then it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from dashboard.actions.amounts import POINTS
from dashboard.actions.deeds import Gift, is_uuid, part_id
from dashboard.actions.paying import Paid, is_recorded
from dashboard.actions.vouchers import RevokeForm, revoke_vouchers
from dashboard.brevo.vouchers import Voucher, VoucherState
from dashboard.permissions import Permission
from dashboard.store.intents import Intent
from dashboard.web.access import requires, services
from dashboard.web.changes import sending, subject, why
from dashboard.web.changes.asking import actor, programme
from dashboard.web.changes.sending import DRAWER, PAGE
from dashboard.web.changes.subject import Subject
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.members.gather import member_url
from dashboard.web.vouchers.building import basics, check_fresh, filled
from dashboard.web.vouchers.held import RevokingForm
from dashboard.web.vouchers.holding import Holding, costs, issues, read

blueprint = Blueprint("revoking", __name__)

FIELDS = (
    Field("intent"),
    Field("vouchers"),
    Field("give_back"),
    *why.WHY,
)
_OPEN = {VoucherState.AVAILABLE, VoucherState.NOT_YET_VALID}


@blueprint.get("/revoke", defaults=PAGE)
@blueprint.get("/revoke/form", defaults=DRAWER)
@requires(Permission.VOUCHERS_WRITE)
def revoke(programme_id: UUID, contact_id: int, in_drawer: bool) -> Response:
    """What revoking the vouchers named by ``voucher`` means; without any, the vouchers to choose from."""
    whose = subject.read(programme_id, contact_id)
    holding = read(whose)
    form = _form(whose, holding, request.args.getlist("voucher"), {})
    if form.chosen:
        return sending.shown(form, in_drawer=in_drawer)
    return _choosing(
        form, in_drawer=in_drawer, was_sent="chosen" in request.args or "voucher" in request.args
    )


def _again(problem: Problem, programme_id: UUID, contact_id: int, in_drawer: bool) -> ResponseReturnValue:
    whose = subject.read(programme_id, contact_id)
    form = typed()
    shown = _form(whose, read(whose), _ids(form), form, form["intent"], (problem,))
    return sending.again(shown, in_drawer=False)


@blueprint.post("/revoke", defaults=PAGE)
@blueprint.post("/revoke/form", defaults=DRAWER)
@requires(Permission.VOUCHERS_WRITE)
@takes(*FIELDS, again=_again)
def withdraw(programme_id: UUID, contact_id: int, in_drawer: bool) -> ResponseReturnValue:
    """Revoke them."""
    whose, form = subject.read(programme_id, contact_id), typed()
    holding, ids = read(whose), _ids(form)

    def carry_out() -> tuple[Intent, ...]:
        parts = services()
        check_fresh(holding, part_id(form["intent"], ids[0]) if ids else "")
        held = _chosen(holding, ids)
        paid = costs(whose, held)
        asked = RevokeForm(
            intent_id=form["intent"],
            programme_id=str(programme_id),
            contact_id=contact_id,
            reason=form["reason"],
            case_reference=form["case_reference"],
            note=form["note"],
            voucher_ids=ids,
            vouchers=holding.vouchers,
            paid=paid,
            gifts=_gifts(whose, paid, _known(held)),
            gives_back=bool(form["give_back"]),
        )
        return revoke_vouchers(parts.database, parts.engine, actor(), asked)

    def fill(problems: tuple[Problem, ...]) -> RevokingForm:
        return _form(whose, holding, ids, form, form["intent"], problems)

    return sending.sent_all(carry_out, fill, in_drawer=in_drawer)


def _ids(form: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(each for each in form["vouchers"].split(",") if is_uuid(each))


def _chosen(holding: Holding, ids: Sequence[str]) -> tuple[Voucher, ...]:
    """Those of them that the member has, in the order of the list."""
    wanted = {each.casefold() for each in ids}
    return tuple(each for each in holding.vouchers if each.id.casefold() in wanted)


def _known(held: tuple[Voucher, ...]) -> frozenset[str]:
    """IDs of those of which our own record says who paid."""
    return frozenset(each for each, intent in issues(held).items() if is_recorded(intent))


def _gifts(whose: Subject, paid: Mapping[str, Paid], known: frozenset[str]) -> dict[str, Gift]:
    """What comes back for the others: it may be a gift, so it counts as one."""
    definitions = {each.id: each.unit for each in programme(whose.programme_id).definitions}
    return {
        voucher_id: Gift(
            amount=each.amount,
            unit=definitions.get(each.definition_id, POINTS),
            field="give_back",
            sharers=whose.sharers,
            zone=services().settings.timezone,
        )
        for voucher_id, each in paid.items()
        if voucher_id not in known
    }


def _form(
    whose: Subject,
    holding: Holding,
    ids: Sequence[str],
    sent: Mapping[str, str],
    intent_id: str | None = None,
    problems: Sequence[Problem] = (),
) -> RevokingForm:
    held = _chosen(holding, ids)
    # What is gone by now is still what the form was about.
    gone = tuple(Voucher(id=each) for each in ids if holding.find(each) is None) if sent else ()
    paid = costs(whose, held)
    return RevokingForm(
        **basics(whose, holding),
        intent_id=intent_id or str(uuid4()),
        typed=filled(sent),
        problems=problems,
        chosen=held + gone,
        costs=paid,
        known=_known(held),
    )


def _choosing(form: RevokingForm, *, in_drawer: bool, was_sent: bool) -> Response:
    """The vouchers to choose from; with a word about it where none was, or none that the member still has."""
    lines = [form.line(each) for each in form.holding.vouchers if each.state(form.now) in _OPEN]
    first = f"voucher-{lines[0].id}" if lines else ""
    told = "Choose at least one voucher that the member still has"
    template = "vouchers/which_drawer.html" if in_drawer else "vouchers/which.html"
    whose = form.subject
    response = make_response(
        render_template(
            template,
            form=form,
            lines=lines,
            problems=(Problem(first, told),) if was_sent else (),
            title=f"Revoke vouchers of {whose.name}",
            member_url=member_url(whose.programme_id, whose.contact_id),
        )
    )
    if in_drawer:
        response.headers["HX-Trigger"] = "open-drawer"
    return response
