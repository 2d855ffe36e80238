"""One voucher with its code, and whether a code that somebody reads out is good."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template
from flask.typing import ResponseReturnValue

from dashboard.actions.paying import Pays
from dashboard.actions.validation import Validation, validate
from dashboard.brevo.errors import BrevoError
from dashboard.brevo.vouchers import LONGEST_CODE, Voucher, VoucherState
from dashboard.permissions import Permission
from dashboard.store import pace
from dashboard.store.intents import Intent
from dashboard.web import pacing
from dashboard.web.access import current_staff, requires, services
from dashboard.web.changes import subject
from dashboard.web.changes.facts import Fact
from dashboard.web.changes.subject import Subject
from dashboard.web.errors import remote_trouble
from dashboard.web.filters import formats
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.members import local
from dashboard.web.members.gather import member_url
from dashboard.web.members.looks import record_look, remember_look
from dashboard.web.members.vouchers import SHOWN
from dashboard.web.pacing import TooFast, waits
from dashboard.web.vouchers import figures, qr
from dashboard.web.vouchers.building import voucher_of
from dashboard.web.vouchers.holding import Holding, issues, read, uses
from dashboard.web.vouchers.redeeming import used_text
from dashboard.web.vouchers.verdicts import VERDICTS, explain

blueprint = Blueprint("looking", __name__)

_PAID = {Pays.POINTS.value: "Points", Pays.GOODWILL.value: "Goodwill"}


@blueprint.get("/<uuid:voucher_id>")
@requires(Permission.MEMBERS_READ)
def show(programme_id: UUID, contact_id: int, voucher_id: UUID) -> Response:
    """One voucher: its code large and as a QR code, what it is, and what can be done with it.

    It names the member, so opening it is a look at them, and is written down as one.
    """
    reader = current_staff()
    seen = local.read(services().database, str(programme_id), contact_id, reader.id)
    record_look(seen, programme_id, contact_id)
    whose = subject.read(programme_id, contact_id)
    holding = read(whose)
    voucher = voucher_of(whose, holding, voucher_id)
    state = voucher.state(services().clock())
    label, kind, _ = SHOWN[state]
    used = uses(whose, voucher)
    is_open = state in {VoucherState.AVAILABLE, VoucherState.NOT_YET_VALID}
    page = render_template(
        "vouchers/show.html",
        member=whose,
        member_url=member_url(programme_id, contact_id),
        voucher=voucher,
        name=figures.name(voucher),
        label=label,
        kind=kind,
        notice=holding.notice,
        facts=list(_facts(voucher, issues((voucher,)).get(voucher.id))),
        used=used_text(voucher, used, formats()) if voucher.consumed_at else None,
        begun=used.begun,
        picture=qr.svg(voucher.code) if voucher.code and is_open else None,
        is_open=is_open,
        is_usable=state is VoucherState.AVAILABLE,
        may_write=reader.role.may(Permission.VOUCHERS_WRITE),
    )
    response = make_response(page)
    remember_look(response, programme_id, contact_id, label=whose.name)
    return response


@blueprint.get("/check")
@requires(Permission.VOUCHERS_WRITE)
def check(programme_id: UUID, contact_id: int) -> str:
    """The field for a code."""
    return _page(subject.read(programme_id, contact_id), "")


def _again(problem: Problem, programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    whose = subject.read(programme_id, contact_id)
    return make_response(_page(whose, typed()["code"], problem=problem), 422)


@blueprint.post("/check")
@requires(Permission.VOUCHERS_WRITE)
@takes(Field("code", "Code"), again=_again)
def check_code(programme_id: UUID, contact_id: int) -> ResponseReturnValue:
    """Whether the code is good for this member, and why not. Sent, because a code is worth money: it must not
    stand in addresses, which are kept in logs and histories.
    """
    whose, code = subject.read(programme_id, contact_id), typed()["code"]
    if not 1 <= len(code) <= LONGEST_CODE:
        told = f"Enter a code of {LONGEST_CODE} characters or fewer" if code else "Enter the code"
        return make_response(_page(whose, code, problem=Problem("code", told)), 422)
    try:
        pacing.admit(pace.SEARCHES)
    except TooFast as refused:
        return waits(_page(whose, code, problem=Problem("", str(refused))), refused)
    holding = read(whose)
    try:
        found = _validated(whose, holding, code)
    except BrevoError as error:
        trouble = f"{remote_trouble(error)[0]}. Nobody knows now whether the code is good"
        return make_response(_page(whose, code, problem=Problem("", trouble)), 422)
    return _page(whose, code, found=found)


def _validated(whose: Subject, holding: Holding, code: str) -> Validation:
    if holding.error is not None:
        raise holding.error
    parts = services()
    return validate(
        parts.brevo.vouchers,
        str(whose.programme_id),
        whose.contact_id,
        code,
        holding.vouchers,
        parts.clock(),
    )


def _page(
    whose: Subject, code: str, *, found: Validation | None = None, problem: Problem | None = None
) -> str:
    voucher = found.voucher if found else None
    used = uses(whose, voucher) if voucher else None
    return render_template(
        "vouchers/check.html",
        member=whose,
        member_url=member_url(whose.programme_id, whose.contact_id),
        code=code,
        problems=(problem,) if problem else (),
        found=found,
        verdict=VERDICTS[found.reason] if found else None,
        text=explain(found, used, whose, formats()) if found else None,
        voucher=voucher,
        name=figures.name(voucher) if voucher else None,
    )


def _facts(voucher: Voucher, issued: Intent | None) -> Iterator[Fact]:
    told = formats()
    if voucher.value is not None:
        yield Fact("Value", figures.amount(voucher.value, voucher.unit, told))
    if voucher.valid_from is not None:
        yield Fact("Valid from", told.time_tag(voucher.valid_from))
    yield Fact("Expires", told.time_tag(voucher.expires_at) if voucher.expires_at else "Never")
    if voucher.created_at is not None:
        yield Fact("Issued", told.time_tag(voucher.created_at))
    if issued is not None:
        yield Fact("Issued by", f"{issued.staff_name}, {issued.staff_role}")
        paid = _PAID.get(issued.values.get("paid_with") or "")
        if paid:
            yield Fact("Paid with", paid)
    yield Fact("ID at Brevo", voucher.id)
