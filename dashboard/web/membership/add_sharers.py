"""Letting other contacts share a membership: who they are is shown before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from dashboard.actions import members as deeds
from dashboard.actions.refusals import Unacceptable
from dashboard.permissions import Permission
from dashboard.store.intents import Intent
from dashboard.web.access import requires, services
from dashboard.web.changes import sending, why
from dashboard.web.changes.asking import actor
from dashboard.web.changes.sending import DRAWER, PAGE
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.membership.contacts import Named, look_up, unknown
from dashboard.web.membership.form import MembershipForm
from dashboard.web.membership.whose import Whose, owner

blueprint = Blueprint(
    "add_sharers", __name__, url_prefix="/programmes/<uuid:programme_id>/members/<int:contact_id>/sharers"
)

FIELDS = (Field("intent"), Field("sharer_ids", "Contact IDs"), *why.WHY)


@dataclass(frozen=True, kw_only=True)
class AddForm(MembershipForm):
    """The form that adds sharers, in two steps: who they are is shown before anything is sent."""

    template = "membership/_add_sharers.html"
    endpoint = "add_sharers.show"
    deed = "Add sharers"

    sharers_now: str
    found: Sequence[Named] = ()
    """Those that were looked up; none in the first step."""

    @property
    def title(self) -> str:
        """The headline."""
        return f"Let others share the membership of {self.subject.name}"

    @property
    def button(self) -> str:
        """The act."""
        return f"Add {' and '.join(each.name for each in self.found)}"

    @property
    def preview(self) -> list[dict[str, str]]:
        """What pressing the button does."""
        return [
            {"label": "Shared with now", "value": self.sharers_now},
            *({"label": "Added", "value": f"{each.name}, contact {each.contact_id}"} for each in self.found),
            {"label": "They use", "value": f"Balances and vouchers of {self.subject.name}"},
            {"label": "Approval", "value": "Not needed"},
        ]


@blueprint.get("/add", defaults=PAGE)
@blueprint.get("/add/form", defaults=DRAWER)
@requires(Permission.MEMBERS_WRITE)
def show(programme_id: UUID, contact_id: int, in_drawer: bool) -> Response:
    """Ask for contact IDs; with some in the address show who they are, and the button that adds them."""
    whose = owner(programme_id, contact_id)
    values = {**why.BLANK, "sharer_ids": request.args.get("sharer_ids", "").strip()}
    return sending.shown(_form(whose, values, str(uuid4())), in_drawer=in_drawer)


def _again(problem: Problem, programme_id: UUID, contact_id: int, in_drawer: bool) -> ResponseReturnValue:
    return sending.again(_filled(Whose(programme_id, contact_id), (problem,)), in_drawer=False)


@blueprint.post("/add", defaults=PAGE)
@blueprint.post("/add/form", defaults=DRAWER)
@requires(Permission.MEMBERS_WRITE)
@takes(*FIELDS, again=_again)
def send(programme_id: UUID, contact_id: int, in_drawer: bool) -> ResponseReturnValue:
    """Add them."""
    whose = Whose(programme_id, contact_id)
    return sending.sent(
        lambda: _carry_out(whose),
        lambda problems: _filled(whose, problems),
        in_drawer=in_drawer,
    )


def _carry_out(whose: Whose) -> Intent:
    parts, form = services(), typed()
    asked = deeds.SharersForm(
        intent_id=form["intent"],
        programme_id=str(whose.programme_id),
        contact_id=whose.contact_id,
        sharer_ids=_split(form["sharer_ids"]),
        member=whose.member,
        unknown=unknown,
        reason=form["reason"],
        case_reference=form["case_reference"],
        note=form["note"],
    )
    return deeds.add_sharers(parts.database, parts.engine, actor(), asked)


def _split(text: str) -> list[str]:
    return [each for each in re.split(r"[\s,;]+", text) if each]


def _filled(whose: Whose, problems: Sequence[Problem]) -> AddForm:
    """The form as it was sent, under the same one-time ID."""
    form = typed()
    return _form(whose, form, form["intent"], problems)


def _form(
    whose: Whose, values: Mapping[str, str], intent_id: str, problems: Sequence[Problem] = ()
) -> AddForm:
    found: Sequence[Named] = ()
    if values["sharer_ids"] and "sharer_ids" not in {each.field for each in problems}:
        found, told = _looked_up(whose, _split(values["sharer_ids"]))
        problems = (*problems, Problem("sharer_ids", told)) if told else problems
    return AddForm(
        subject=whose.subject,
        intent_id=intent_id,
        typed=values,
        problems=problems,
        reasons=why.offered(),
        sharers_now=whose.sharers,
        found=found,
    )


def _looked_up(whose: Whose, ids: Sequence[str]) -> tuple[Sequence[Named], str | None]:
    """Who was typed, or what to change about it."""
    try:
        wanted = deeds.sharer_ids(whose.contact_id, ids)
        found = look_up(wanted)
    except Unacceptable as refused:
        return (), refused.problems[0].message
    missing = [str(each) for each in wanted if each not in {one.contact_id for one in found}]
    return (
        (found, None) if not missing else ((), f"Brevo has no contact {', '.join(missing)}. Check the digits")
    )
