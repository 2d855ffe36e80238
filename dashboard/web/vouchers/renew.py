"""Issuing a lost voucher anew: the old one is revoked, and one like it issued."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from dashboard.actions.refusals import Problem as Refusal
from dashboard.actions.refusals import Unacceptable
from dashboard.actions.vouchers import ReissueForm, reissue, reissued_as
from dashboard.brevo.errors import BrevoError, NotFound
from dashboard.brevo.rewards import Reward
from dashboard.brevo.vouchers import Voucher
from dashboard.permissions import Permission
from dashboard.store.intents import Intent
from dashboard.web.access import requires, services
from dashboard.web.changes import sending, subject, why
from dashboard.web.changes.asking import actor
from dashboard.web.changes.sending import DRAWER, PAGE
from dashboard.web.changes.subject import Subject
from dashboard.web.errors import remote_trouble
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.vouchers.building import basics, check_fresh, filled, known, voucher_of
from dashboard.web.vouchers.held import RenewingForm
from dashboard.web.vouchers.holding import Holding, issues, read
from dashboard.web.vouchers.shelf import shelf

blueprint = Blueprint("renewing", __name__)

FIELDS = (Field("intent"), *why.WHY)


@blueprint.get("/<uuid:voucher_id>/anew", defaults=PAGE)
@blueprint.get("/<uuid:voucher_id>/anew/form", defaults=DRAWER)
@requires(Permission.VOUCHERS_WRITE)
def renew(programme_id: UUID, contact_id: int, voucher_id: UUID, in_drawer: bool) -> Response:
    """What it means."""
    whose = subject.read(programme_id, contact_id)
    return sending.shown(_form(whose, read(whose), voucher_id, {}), in_drawer=in_drawer)


def _again(
    problem: Problem, programme_id: UUID, contact_id: int, voucher_id: UUID, in_drawer: bool
) -> ResponseReturnValue:
    whose = subject.read(programme_id, contact_id)
    return sending.again(_form(whose, read(whose), voucher_id, typed(), (problem,)), in_drawer=False)


@blueprint.post("/<uuid:voucher_id>/anew", defaults=PAGE)
@blueprint.post("/<uuid:voucher_id>/anew/form", defaults=DRAWER)
@requires(Permission.VOUCHERS_WRITE)
@takes(*FIELDS, again=_again)
def exchange(programme_id: UUID, contact_id: int, voucher_id: UUID, in_drawer: bool) -> ResponseReturnValue:
    """Revoke the old one and issue the new one."""
    whose, form = subject.read(programme_id, contact_id), typed()
    holding = read(whose)
    voucher = voucher_of(whose, holding, voucher_id, form["intent"])

    def carry_out() -> Intent:
        parts = services()
        check_fresh(holding, form["intent"])
        reward = _reward(whose, voucher, form["intent"])
        asked = ReissueForm(
            intent_id=form["intent"],
            programme_id=str(programme_id),
            contact_id=contact_id,
            reason=form["reason"],
            case_reference=form["case_reference"],
            note=form["note"],
            voucher=voucher,
            reward=reward,
            issued=issues((voucher,)).get(voucher.id),
        )
        revoked = reissue(parts.database, parts.engine, actor(), asked)
        # What the member needs is the new code: it is told as soon as there is one.
        return known(reissued_as(revoked) or "") or revoked

    def fill(problems: tuple[Problem, ...]) -> RenewingForm:
        return _form(whose, holding, voucher_id, form, problems)

    return sending.sent(carry_out, fill, in_drawer=in_drawer)


def _reward(whose: Subject, voucher: Voucher, intent_id: str) -> Reward | None:
    """What it is a voucher of; None for what is no more, and for a form that was sent before.

    :raises Unacceptable: it cannot be read now, or no codes of it are left.
    """
    if voucher.reward_id is None or known(intent_id) is not None:
        return None
    try:
        reward = shelf().get(whose.programme_id, voucher.reward_id)
    except NotFound:
        return None
    except BrevoError as error:
        trouble = remote_trouble(error)[0]
        raise Unacceptable(
            (Refusal("", f"{trouble}. Nothing was sent. Send it again in a minute"),)
        ) from error
    if shelf().codes_left(whose.programme_id, reward) == 0:
        raise Unacceptable((Refusal("voucher", "No codes of its reward are left. Issue another voucher"),))
    return reward


def _form(
    whose: Subject,
    holding: Holding,
    voucher_id: UUID,
    sent: Mapping[str, str],
    problems: Sequence[Problem] = (),
) -> RenewingForm:
    intent_id = sent["intent"] if sent else ""
    return RenewingForm(
        **basics(whose, holding),
        intent_id=intent_id or str(uuid4()),
        typed=filled(sent),
        problems=problems,
        voucher=voucher_of(whose, holding, voucher_id, intent_id),
    )
