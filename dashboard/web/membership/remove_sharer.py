"""Taking a contact out of a membership that it shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
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
from dashboard.web.errors import ErrorPage, Link
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.members.gather import member_url
from dashboard.web.membership.contacts import named
from dashboard.web.membership.form import MembershipForm
from dashboard.web.membership.whose import Whose, owner

blueprint = Blueprint(
    "remove_sharer", __name__, url_prefix="/programmes/<uuid:programme_id>/members/<int:contact_id>/sharers"
)

FIELDS = (Field("intent"), *why.WHY)


@dataclass(frozen=True, kw_only=True)
class RemoveForm(MembershipForm):
    """The form that takes one sharer out."""

    template = "membership/_remove_sharer.html"
    endpoint = "remove_sharer.show"
    deed = "Take out sharer"

    sharer_id: int
    sharer_name: str
    sharers_now: str

    @property
    def title(self) -> str:
        """The headline."""
        return f"Take {self.sharer_name} out of the membership of {self.subject.name}?"

    @property
    def address(self) -> Mapping[str, Any]:
        """The sharer is named in it."""
        return {
            "programme_id": self.subject.programme_id,
            "contact_id": self.subject.contact_id,
            "sharer_id": self.sharer_id,
        }

    @property
    def preview(self) -> list[dict[str, str]]:
        """What pressing the button does."""
        return [
            {"label": "Shared with now", "value": self.sharers_now},
            {"label": "Taken out", "value": f"{self.sharer_name}, contact {self.sharer_id}"},
            {"label": "Balances", "value": f"Stay with {self.subject.name}"},
            {"label": "Approval", "value": "Not needed"},
        ]


@blueprint.get("/<int:sharer_id>/remove", defaults=PAGE)
@blueprint.get("/<int:sharer_id>/remove/form", defaults=DRAWER)
@requires(Permission.MEMBERS_WRITE)
def show(programme_id: UUID, contact_id: int, sharer_id: int, in_drawer: bool) -> Response:
    """The form that takes somebody out."""
    whose = owner(programme_id, contact_id)
    sharers = whose.account.sharers if whose.account else ()
    if sharer_id not in {each.contact_id for each in sharers}:
        raise ErrorPage(
            404,
            f"Contact {sharer_id} does not share this membership",
            "They may have been taken out already.",
            link=Link(member_url(programme_id, contact_id), f"Open member {contact_id}"),
        )
    return sending.shown(_form(whose, sharer_id, why.BLANK, str(uuid4())), in_drawer=in_drawer)


def _again(
    problem: Problem, programme_id: UUID, contact_id: int, sharer_id: int, in_drawer: bool
) -> ResponseReturnValue:
    filled = _filled(Whose(programme_id, contact_id), sharer_id, (problem,))
    return sending.again(filled, in_drawer=False)


@blueprint.post("/<int:sharer_id>/remove", defaults=PAGE)
@blueprint.post("/<int:sharer_id>/remove/form", defaults=DRAWER)
@requires(Permission.MEMBERS_WRITE)
@takes(*FIELDS, again=_again)
def send(programme_id: UUID, contact_id: int, sharer_id: int, in_drawer: bool) -> ResponseReturnValue:
    """Take somebody out."""
    whose = Whose(programme_id, contact_id)
    return sending.sent(
        lambda: _carry_out(whose, sharer_id),
        lambda problems: _filled(whose, sharer_id, problems),
        in_drawer=in_drawer,
    )


def _carry_out(whose: Whose, sharer_id: int) -> Intent:
    parts, form = services(), typed()
    asked = deeds.SharersForm(
        intent_id=form["intent"],
        programme_id=str(whose.programme_id),
        contact_id=whose.contact_id,
        sharer_ids=[str(sharer_id)],
        member=whose.member,
        reason=form["reason"],
        case_reference=form["case_reference"],
        note=form["note"],
    )
    return deeds.remove_sharers(parts.database, parts.engine, actor(), asked)


def _filled(whose: Whose, sharer_id: int, problems: Sequence[Problem]) -> RemoveForm:
    form = typed()
    return _form(whose, sharer_id, form, form["intent"], problems)


def _form(
    whose: Whose,
    sharer_id: int,
    values: Mapping[str, str],
    intent_id: str,
    problems: Sequence[Problem] = (),
) -> RemoveForm:
    return RemoveForm(
        subject=whose.subject,
        intent_id=intent_id,
        typed=values,
        problems=problems,
        reasons=why.offered(),
        sharer_id=sharer_id,
        sharer_name=named(whose.programme_id, sharer_id).name,
        sharers_now=whose.sharers,
    )
