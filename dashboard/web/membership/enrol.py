"""Making a contact a member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from dashboard.actions import enrolling as deeds
from dashboard.permissions import Permission
from dashboard.store.intents import Intent
from dashboard.web.access import requires, services
from dashboard.web.changes import sending, why
from dashboard.web.changes.asking import actor, programme
from dashboard.web.changes.form import ChangeForm
from dashboard.web.changes.sending import DRAWER, PAGE
from dashboard.web.errors import remote_trouble
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.members.gather import member_url
from dashboard.web.membership.whose import Whose, shared

blueprint = Blueprint(
    "enrolment", __name__, url_prefix="/programmes/<uuid:programme_id>/members/<int:contact_id>"
)

ENROLMENT = (
    Field("subscription_id", "Member number"),
    Field("member_since", "Member since"),
    why.CASE,
    why.NOTE,
)
FIELDS = (Field("intent"), *ENROLMENT)
BLANK: Mapping[str, str] = {field.name: "" for field in ENROLMENT}


@dataclass(frozen=True, kw_only=True)
class EnrolForm(ChangeForm):
    """The form that makes a contact a member."""

    template = "membership/_enrol.html"
    endpoint = "enrolment.show"
    deed = "Enrol"
    leads_on = True

    programme_name: str
    trouble: str | None = None
    """Why it is not known whether they are a member already."""

    @property
    def title(self) -> str:
        """The headline."""
        return f"Enrol {self.subject.name}"

    @property
    def notice(self) -> str | None:
        """What is not known."""
        return self.trouble

    @property
    def preview(self) -> list[dict[str, str]]:
        """What pressing the button does."""
        return preview(self.programme_name)

    @property
    def today(self) -> str:
        """The last day that can be chosen."""
        return today()


@blueprint.get("/enrol", defaults=PAGE)
@blueprint.get("/enrol/form", defaults=DRAWER)
@requires(Permission.MEMBERS_WRITE)
def show(programme_id: UUID, contact_id: int, in_drawer: bool) -> Response:
    """The form; for whoever is a member already, their page."""
    whose = Whose(programme_id, contact_id)
    if whose.account is not None:
        if whose.account.contact_id != contact_id:
            raise shared(whose, whose.account.contact_id)
        return sending.leads(member_url(programme_id, contact_id), in_drawer=in_drawer)
    return sending.shown(_form(whose, BLANK, str(uuid4())), in_drawer=in_drawer)


def _again(problem: Problem, programme_id: UUID, contact_id: int, in_drawer: bool) -> ResponseReturnValue:
    return sending.again(_filled(Whose(programme_id, contact_id), (problem,)), in_drawer=False)


@blueprint.post("/enrol", defaults=PAGE)
@blueprint.post("/enrol/form", defaults=DRAWER)
@requires(Permission.MEMBERS_WRITE)
@takes(*FIELDS, again=_again)
def send(programme_id: UUID, contact_id: int, in_drawer: bool) -> ResponseReturnValue:
    """Make the contact a member."""
    whose = Whose(programme_id, contact_id)
    return sending.sent(
        lambda: _carry_out(whose), lambda problems: _filled(whose, problems), in_drawer=in_drawer
    )


def preview(programme_name: str) -> list[dict[str, str]]:
    """What becomes of an enrolment, as far as the remote says it beforehand."""
    return [
        {"label": "Membership", "value": f"New, in {programme_name}"},
        {"label": "Balances", "value": "Start at 0"},
        {"label": "Tier", "value": "The entry tier"},
        {"label": "Approval", "value": "Not needed"},
    ]


def today() -> str:
    """Today in the programme's zone, as a date field wants it."""
    parts = services()
    return parts.clock().astimezone(parts.settings.timezone).date().isoformat()


def _carry_out(whose: Whose) -> Intent:
    parts, form = services(), typed()
    asked = deeds.EnrolForm(
        intent_id=form["intent"],
        programme_id=str(whose.programme_id),
        contact_id=whose.contact_id,
        subscription_id=form["subscription_id"],
        member_since=form["member_since"],
        zone=parts.settings.timezone,
        member=whose.known_member,
        case_reference=form["case_reference"],
        note=form["note"],
    )
    return deeds.enrol(parts.database, parts.engine, actor(), asked)


def _filled(whose: Whose, problems: Sequence[Problem]) -> EnrolForm:
    """The form as it was sent, under the same one-time ID."""
    form = typed()
    return _form(whose, form, form["intent"], problems)


def _form(
    whose: Whose, values: Mapping[str, str], intent_id: str, problems: Sequence[Problem] = ()
) -> EnrolForm:
    trouble = None
    if whose.error is not None:
        trouble = f"{remote_trouble(whose.error)[0]}. Whether this contact is a member already is not known."
    return EnrolForm(
        subject=whose.subject,
        intent_id=intent_id,
        typed=values,
        problems=problems,
        programme_name=programme(whose.programme_id).programme.name,
        trouble=trouble,
    )
