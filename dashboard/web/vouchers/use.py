"""Using a voucher: at once, or begun now and completed before it lapses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from flask import Blueprint, Response, make_response, redirect, url_for
from flask.typing import ResponseReturnValue

from dashboard.actions import completing
from dashboard.actions.policy import Policy
from dashboard.actions.refusals import Denied, NotRecorded, Unacceptable
from dashboard.actions.vouchers import RedeemForm
from dashboard.actions.vouchers import redeem as use_voucher
from dashboard.permissions import Permission
from dashboard.store.intents import Intent, Kind
from dashboard.web.access import Forbidden, requires, services
from dashboard.web.changes import receipts, sending, subject
from dashboard.web.changes.asking import actor
from dashboard.web.changes.sending import DRAWER, PAGE
from dashboard.web.changes.subject import Subject
from dashboard.web.errors import ErrorPage, Link
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.vouchers.building import basics, check_fresh, filled, voucher_of
from dashboard.web.vouchers.holding import Holding, read, uses
from dashboard.web.vouchers.redeeming import RedeemingForm

blueprint = Blueprint("using", __name__)

FIELDS = (
    Field("intent"),
    Field("case_reference", "Order or till number"),
    Field("note", "Note"),
    Field("begin"),
)


@blueprint.get("/<uuid:voucher_id>/redeem", defaults=PAGE)
@blueprint.get("/<uuid:voucher_id>/redeem/form", defaults=DRAWER)
@requires(Permission.VOUCHERS_WRITE)
def redeem(programme_id: UUID, contact_id: int, voucher_id: UUID, in_drawer: bool) -> Response:
    """The form; of a voucher that was used already it says when, where and by whom."""
    whose = subject.read(programme_id, contact_id)
    return sending.shown(_form(whose, read(whose), voucher_id, {}), in_drawer=in_drawer)


def _again(
    problem: Problem, programme_id: UUID, contact_id: int, voucher_id: UUID, in_drawer: bool
) -> ResponseReturnValue:
    whose = subject.read(programme_id, contact_id)
    return sending.again(_form(whose, read(whose), voucher_id, typed(), (problem,)), in_drawer=False)


@blueprint.post("/<uuid:voucher_id>/redeem", defaults=PAGE)
@blueprint.post("/<uuid:voucher_id>/redeem/form", defaults=DRAWER)
@requires(Permission.VOUCHERS_WRITE)
@takes(*FIELDS, again=_again)
def spend(programme_id: UUID, contact_id: int, voucher_id: UUID, in_drawer: bool) -> ResponseReturnValue:
    """Use it, or only begin to."""
    whose, form = subject.read(programme_id, contact_id), typed()
    holding = read(whose)
    voucher = voucher_of(whose, holding, voucher_id, form["intent"])
    begun: list[Intent] = []

    def carry_out() -> Intent:
        parts = services()
        check_fresh(holding, form["intent"])
        asked = RedeemForm(
            intent_id=form["intent"],
            programme_id=str(programme_id),
            contact_id=contact_id,
            case_reference=form["case_reference"],
            note=form["note"],
            voucher=voucher,
            only_begins=bool(form["begin"]),
        )
        intent = use_voucher(parts.database, parts.engine, actor(), asked)
        if completing.is_open(intent, parts.clock()):
            begun.append(intent)
        return intent

    def fill(problems: tuple[Problem, ...]) -> RedeemingForm:
        return _form(whose, holding, voucher_id, form, problems)

    answer = sending.sent(carry_out, fill, in_drawer=in_drawer)
    return _to_voucher(begun[0], in_drawer=in_drawer) if begun else answer


@blueprint.post("/redemptions/<uuid:intent_id>/complete")
@requires(Permission.VOUCHERS_WRITE)
def complete(programme_id: UUID, contact_id: int, intent_id: UUID) -> ResponseReturnValue:
    """Complete a redemption that was begun; sent twice, it is completed once.

    In the pace of changes it was counted when it was begun: the same change must not be refused half-way.
    """
    parts = services()
    intent = receipts.find(programme_id, intent_id)
    if intent.contact_id != contact_id or intent.kind is not Kind.VOUCHER_REDEEM:
        raise ErrorPage(404, "No such redemption", "Open the member: the staff actions list what was done.")
    link = Link(_voucher_url(intent), "Open the voucher")
    try:
        done = completing.complete(parts.database, parts.engine, actor(), intent)
    except Unacceptable as refused:
        raise ErrorPage(
            409, "This redemption is not open any more", refused.problems[0].message, link=link
        ) from refused
    except NotRecorded as refused:
        raise ErrorPage(503, "The console can't write this down", str(refused), link=link) from refused
    except Denied as refused:
        raise Forbidden(refused.args[0], recorded=True) from refused
    return redirect(receipts.told_at(done), 303)


def _to_voucher(intent: Intent, *, in_drawer: bool) -> Response:
    """To the page on which it is completed."""
    if not in_drawer:
        return make_response(redirect(_voucher_url(intent), 303))
    response = make_response("")
    response.headers["HX-Redirect"] = _voucher_url(intent)
    return response


def _voucher_url(intent: Intent) -> str:
    return url_for(
        "vouchers.looking.show",
        programme_id=intent.programme_id,
        contact_id=intent.contact_id,
        voucher_id=intent.values["voucher_id"],
    )


def _form(
    whose: Subject,
    holding: Holding,
    voucher_id: UUID,
    sent: Mapping[str, str],
    problems: Sequence[Problem] = (),
) -> RedeemingForm:
    intent_id = sent["intent"] if sent else ""
    voucher = voucher_of(whose, holding, voucher_id, intent_id)
    return RedeemingForm(
        **basics(whose, holding),
        intent_id=intent_id or str(uuid4()),
        typed=filled(sent),
        problems=problems,
        voucher=voucher,
        uses=uses(whose, voucher),
        begun_minutes=Policy().begun_ttl // 60,
    )
