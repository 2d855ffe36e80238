"""Ending a membership, with all that goes with it named before the button."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from dashboard.actions import members as deeds
from dashboard.permissions import Permission
from dashboard.store.intents import Intent
from dashboard.web.access import requires, services
from dashboard.web.changes import sending, why
from dashboard.web.changes.asking import actor
from dashboard.web.changes.sending import DRAWER, PAGE
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.membership.form import MembershipForm
from dashboard.web.membership.stakes import Stake, stakes
from dashboard.web.membership.whose import Whose, owner

blueprint = Blueprint(
    "membership_end", __name__, url_prefix="/programmes/<uuid:programme_id>/members/<int:contact_id>"
)

FIELDS = (Field("intent"), Field("typed_name", "Name"), *why.WHY)
BLANK: Mapping[str, str] = {"typed_name": "", **why.BLANK}


@dataclass(frozen=True, kw_only=True)
class EndForm(MembershipForm):
    """The form that ends a membership."""

    template = "membership/_end.html"
    endpoint = "membership_end.show"
    deed = "End membership"

    stakes: Sequence[Stake]
    """What goes with it."""

    @property
    def title(self) -> str:
        """The headline."""
        return f"End the membership of {self.subject.name}?"


@blueprint.get("/end", defaults=PAGE)
@blueprint.get("/end/form", defaults=DRAWER)
@requires(Permission.MEMBERSHIPS_END)
def show(programme_id: UUID, contact_id: int, in_drawer: bool) -> Response:
    """The form."""
    form = _form(owner(programme_id, contact_id), BLANK, str(uuid4()))
    return sending.shown(form, in_drawer=in_drawer)


def _again(problem: Problem, programme_id: UUID, contact_id: int, in_drawer: bool) -> ResponseReturnValue:
    return sending.again(_filled(Whose(programme_id, contact_id), (problem,)), in_drawer=False)


@blueprint.post("/end", defaults=PAGE)
@blueprint.post("/end/form", defaults=DRAWER)
@requires(Permission.MEMBERSHIPS_END)
@takes(*FIELDS, again=_again)
def send(programme_id: UUID, contact_id: int, in_drawer: bool) -> ResponseReturnValue:
    """End the membership."""
    whose = Whose(programme_id, contact_id)
    return sending.sent(
        lambda: _carry_out(whose), lambda problems: _filled(whose, problems), in_drawer=in_drawer
    )


def _carry_out(whose: Whose) -> Intent:
    parts, form = services(), typed()
    asked = deeds.EndForm(
        intent_id=form["intent"],
        programme_id=str(whose.programme_id),
        contact_id=whose.contact_id,
        member=whose.member,
        typed_name=form["typed_name"],
        name=whose.name,
        reason=form["reason"],
        case_reference=form["case_reference"],
        note=form["note"],
    )
    return deeds.end_membership(parts.database, parts.engine, actor(), asked)


def _filled(whose: Whose, problems: Sequence[Problem]) -> EndForm:
    """The form as it was sent, under the same one-time ID."""
    form = typed()
    return _form(whose, form, form["intent"], problems)


def _form(
    whose: Whose, values: Mapping[str, str], intent_id: str, problems: Sequence[Problem] = ()
) -> EndForm:
    return EndForm(
        subject=whose.subject,
        intent_id=intent_id,
        typed=values,
        problems=problems,
        reasons=why.offered(),
        stakes=stakes(whose) if not problems or whose.account else (),
    )
