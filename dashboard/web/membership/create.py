"""Creating a contact for somebody who was not found, and enrolling them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from dashboard.actions import enrolling as deeds
from dashboard.permissions import Permission
from dashboard.store.intents import Intent
from dashboard.web import programmes
from dashboard.web.access import requires, services
from dashboard.web.changes import sending
from dashboard.web.changes.asking import actor, programme
from dashboard.web.changes.form import ChangeForm
from dashboard.web.changes.receipts import followed
from dashboard.web.changes.sending import DRAWER, PAGE
from dashboard.web.changes.subject import Subject
from dashboard.web.find.recognise import Hints, Kind, plan
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.membership import enrol
from dashboard.web.membership.searched import searched
from dashboard.web.shell import home_url

blueprint = Blueprint("new_contact", __name__, url_prefix="/programmes/<uuid:programme_id>/contacts")

PERSON = (
    Field("email", "E-mail"),
    Field("phone", "Phone"),
    Field("external_id", "External ID"),
    Field("first_name", "First name"),
    Field("last_name", "Last name"),
)
FIELDS = (Field("intent"), *PERSON, Field("enrols"), *enrol.ENROLMENT)
BLANK: Mapping[str, str] = {**{field.name: "" for field in PERSON}, "enrols": "1", **enrol.BLANK}


@dataclass(frozen=True, kw_only=True)
class CreateForm(ChangeForm):
    """The form that creates a contact."""

    template = "membership/_create.html"
    endpoint = "new_contact.show"
    deed = "New contact"
    title = "Create a contact"
    leads_on = True

    programme_name: str

    @property
    def address(self) -> Mapping[str, Any]:
        """There is no contact yet to be named in it."""
        return {"programme_id": self.subject.programme_id}

    @property
    def member_url(self) -> str:
        """Where members are searched for: there is none yet."""
        return home_url(self.subject.programme_id)

    @property
    def preview(self) -> list[dict[str, str]]:
        """What becomes of the enrolment."""
        return enrol.preview(self.programme_name)

    @property
    def today(self) -> str:
        """The last day that can be chosen."""
        return enrol.today()


@blueprint.get("/new", defaults=PAGE)
@blueprint.get("/new/form", defaults=DRAWER)
@requires(Permission.MEMBERS_WRITE)
def show(programme_id: UUID, in_drawer: bool) -> Response:
    """The form, filled with what was searched for and not found."""
    programmes.require(programme_id)
    values = {**BLANK, **searched(programme_id, request.args.get("search", ""))}
    return sending.shown(_form(programme_id, values, str(uuid4())), in_drawer=in_drawer)


def _again(problem: Problem, programme_id: UUID, in_drawer: bool) -> ResponseReturnValue:
    return sending.again(_filled(programme_id, (problem,)), in_drawer=False)


@blueprint.post("/new", defaults=PAGE)
@blueprint.post("/new/form", defaults=DRAWER)
@requires(Permission.MEMBERS_WRITE)
@takes(*FIELDS, again=_again)
def send(programme_id: UUID, in_drawer: bool) -> ResponseReturnValue:
    """Create the contact, and enrol it where that was asked for."""
    programmes.require(programme_id)
    return sending.sent(
        lambda: _carry_out(programme_id),
        lambda problems: _filled(programme_id, problems),
        in_drawer=in_drawer,
    )


def _carry_out(programme_id: UUID) -> Intent:
    """What there is to tell of: the creation until it is done, then the enrolment that follows from it."""
    parts, form = services(), typed()
    asked = deeds.ContactForm(
        intent_id=form["intent"],
        programme_id=str(programme_id),
        email=form["email"],
        phone=phone(form["phone"]),
        external_id=form["external_id"],
        first_name=form["first_name"],
        last_name=form["last_name"],
        enrols=form["enrols"] == "1",
        subscription_id=form["subscription_id"],
        member_since=form["member_since"],
        zone=parts.settings.timezone,
        case_reference=form["case_reference"],
        note=form["note"],
    )
    return followed(deeds.create_contact(parts.database, parts.engine, actor(), asked))


def phone(text: str) -> str | None:
    """What was typed as the remote wants it; None when no number can be read in it."""
    if not text:
        return ""
    found = plan(text, Hints(services().settings.phone_region), Kind.PHONE).lookups
    return found[0].value if found else None


def _filled(programme_id: UUID, problems: Sequence[Problem]) -> CreateForm:
    """The form as it was sent, under the same one-time ID."""
    form = typed()
    return _form(programme_id, form, form["intent"], problems)


def _form(
    programme_id: UUID, values: Mapping[str, str], intent_id: str, problems: Sequence[Problem] = ()
) -> CreateForm:
    return CreateForm(
        subject=Subject(programme_id, 0, "the new contact", {}),
        intent_id=intent_id,
        typed=values,
        problems=problems,
        programme_name=programme(programme_id).programme.name,
    )
