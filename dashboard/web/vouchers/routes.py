"""Issuing a voucher: a reward is chosen, then the form about it is filled."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from dashboard.actions.issuing import issue_voucher
from dashboard.permissions import Permission
from dashboard.web.access import requires, services
from dashboard.web.changes import sending, subject
from dashboard.web.changes.asking import actor
from dashboard.web.changes.sending import DRAWER, PAGE
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.members.gather import member_url
from dashboard.web.vouchers.build import ask, build, reward_of
from dashboard.web.vouchers.choose import choices
from dashboard.web.vouchers.form import IssuingForm
from dashboard.web.vouchers.look import blueprint as looking
from dashboard.web.vouchers.renew import blueprint as renewing
from dashboard.web.vouchers.revoke import blueprint as revoking
from dashboard.web.vouchers.shelf import EXTENSION, Shelf
from dashboard.web.vouchers.use import blueprint as using

blueprint = Blueprint(
    "vouchers", __name__, url_prefix="/programmes/<uuid:programme_id>/members/<int:contact_id>/vouchers"
)

PREVIEWED = ("pays", "value", "valid_from", "expires_at")
"""All that the preview depends on: nothing else stands in an address."""

for _part in (looking, renewing, revoking, using):
    blueprint.register_blueprint(_part)

FIELDS = (
    Field("intent"),
    Field("value", "Value"),
    Field("valid_from", "Valid from"),
    Field("expires_at", "Expires"),
    Field("code", "Code"),
    Field("pays"),
    Field("reason"),
    Field("case_reference", "Case or order number"),
    Field("note", "Note"),
    Field("again"),
)


@blueprint.record_once
def prepare(state: BlueprintSetupState) -> None:
    """Each application keeps its own rewards."""
    parts = state.app.extensions["loyalty-desk"]
    state.app.extensions[EXTENSION] = Shelf(parts.brevo, parts.clock)


@blueprint.get("/new", defaults=PAGE)
@blueprint.get("/new/form", defaults=DRAWER)
@requires(Permission.VOUCHERS_WRITE)
def choose_reward(programme_id: UUID, contact_id: int, in_drawer: bool) -> Response:
    """The rewards to choose from; ``find`` narrows them."""
    whose = subject.read(programme_id, contact_id)
    template = "vouchers/choose_drawer.html" if in_drawer else "vouchers/choose.html"
    found = choices(programme_id, contact_id, request.args.get("find", ""))
    response = make_response(
        render_template(
            template,
            choices=found,
            member=whose,
            member_url=member_url(programme_id, contact_id),
            title=f"Issue voucher to {whose.name}",
            in_drawer=in_drawer,
        )
    )
    if in_drawer:
        response.headers["HX-Trigger"] = "open-drawer"
    return response


@blueprint.get("/new/list", defaults=PAGE)
@blueprint.get("/new/list/form", defaults=DRAWER)
@requires(Permission.VOUCHERS_WRITE, in_place=True)
def list_rewards(programme_id: UUID, contact_id: int, in_drawer: bool) -> str:
    """The list alone, while something is typed into its field."""
    found = choices(programme_id, contact_id, request.args.get("find", ""))
    return render_template("vouchers/list.html", choices=found, in_drawer=in_drawer)


@blueprint.get("/new/<uuid:reward_id>", defaults=PAGE)
@blueprint.get("/new/<uuid:reward_id>/form", defaults=DRAWER)
@requires(Permission.VOUCHERS_WRITE)
def issue(programme_id: UUID, contact_id: int, reward_id: UUID, in_drawer: bool) -> Response:
    """The form that issues one."""
    whose = subject.read(programme_id, contact_id)
    return sending.shown(build(whose, reward_of(whose, reward_id), {}), in_drawer=in_drawer)


@blueprint.get("/new/<uuid:reward_id>/preview")
@requires(Permission.VOUCHERS_WRITE, in_place=True)
def preview(programme_id: UUID, contact_id: int, reward_id: UUID) -> str:
    """What issuing it as it is typed so far would do."""
    whose = subject.read(programme_id, contact_id)
    so_far = {name: request.args.get(name, "") for name in PREVIEWED}
    form = build(whose, reward_of(whose, reward_id), so_far)
    return render_template("vouchers/preview.html", form=form)


def _again(
    problem: Problem, programme_id: UUID, contact_id: int, reward_id: UUID, in_drawer: bool
) -> ResponseReturnValue:
    whose = subject.read(programme_id, contact_id)
    filled = build(
        whose, reward_of(whose, reward_id), typed(), intent_id=typed()["intent"], problems=(problem,)
    )
    return sending.again(filled, in_drawer=False)


@blueprint.post("/new/<uuid:reward_id>", defaults=PAGE)
@blueprint.post("/new/<uuid:reward_id>/form", defaults=DRAWER)
@requires(Permission.VOUCHERS_WRITE)
@takes(*FIELDS, again=_again)
def give(programme_id: UUID, contact_id: int, reward_id: UUID, in_drawer: bool) -> ResponseReturnValue:
    """Issue one."""
    parts, form = services(), typed()
    whose = subject.read(programme_id, contact_id)
    reward = reward_of(whose, reward_id)

    def fill(problems: tuple[Problem, ...]) -> IssuingForm:
        return build(whose, reward, form, intent_id=form["intent"], problems=problems)

    return sending.sent(
        lambda: issue_voucher(
            parts.database, parts.engine, actor(), ask(whose, reward, form, form["intent"])
        ),
        fill,
        in_drawer=in_drawer,
    )
