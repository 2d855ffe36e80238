"""Letting other contacts share a membership, and taking them out of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from dashboard.actions import members as deeds
from dashboard.actions.refusals import Unacceptable
from dashboard.permissions import Permission
from dashboard.store.intents import Intent
from dashboard.web.access import requires, services
from dashboard.web.changes import sending
from dashboard.web.changes.asking import actor
from dashboard.web.changes.sending import DRAWER, PAGE
from dashboard.web.errors import ErrorPage, Link
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.members.gather import member_url
from dashboard.web.membership import why
from dashboard.web.membership.contacts import Named, look_up, named, unknown
from dashboard.web.membership.whose import Whose, owner

blueprint = Blueprint(
    "sharers", __name__, url_prefix="/programmes/<uuid:programme_id>/members/<int:contact_id>/sharers"
)

ADD_FIELDS = (Field("intent"), Field("sharer_ids", "Contact IDs"), *why.WHY)
REMOVE_FIELDS = (Field("intent"), *why.WHY)


@dataclass(frozen=True, kw_only=True)
class AddForm(why.WhyForm):
    """The form that adds sharers, in two steps: who they are is shown before anything is sent."""

    template = "membership/_add_sharers.html"
    endpoint = "sharers.add"
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


@dataclass(frozen=True, kw_only=True)
class RemoveForm(why.WhyForm):
    """The form that takes one sharer out."""

    template = "membership/_remove_sharer.html"
    endpoint = "sharers.remove"
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


@blueprint.get("/add", defaults=PAGE)
@blueprint.get("/add/form", defaults=DRAWER)
@requires(Permission.MEMBERS_WRITE)
def add(programme_id: UUID, contact_id: int, in_drawer: bool) -> Response:
    """Ask for contact IDs; with some in the address show who they are, and the button that adds them."""
    whose = owner(programme_id, contact_id)
    values = {**why.BLANK, "sharer_ids": request.args.get("sharer_ids", "").strip()}
    return sending.shown(_add_form(whose, values, str(uuid4())), in_drawer=in_drawer)


def _add_again(problem: Problem, programme_id: UUID, contact_id: int, in_drawer: bool) -> ResponseReturnValue:
    return sending.again(_add_filled(Whose(programme_id, contact_id), (problem,)), in_drawer=False)


@blueprint.post("/add", defaults=PAGE)
@blueprint.post("/add/form", defaults=DRAWER)
@requires(Permission.MEMBERS_WRITE)
@takes(*ADD_FIELDS, again=_add_again)
def add_them(programme_id: UUID, contact_id: int, in_drawer: bool) -> ResponseReturnValue:
    """Add them."""
    whose = Whose(programme_id, contact_id)
    return sending.sent(
        lambda: _carry_out(whose, adds=True),
        lambda problems: _add_filled(whose, problems),
        in_drawer=in_drawer,
    )


@blueprint.get("/<int:sharer_id>/remove", defaults=PAGE)
@blueprint.get("/<int:sharer_id>/remove/form", defaults=DRAWER)
@requires(Permission.MEMBERS_WRITE)
def remove(programme_id: UUID, contact_id: int, sharer_id: int, in_drawer: bool) -> Response:
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
    return sending.shown(_remove_form(whose, sharer_id, why.BLANK, str(uuid4())), in_drawer=in_drawer)


def _remove_again(
    problem: Problem, programme_id: UUID, contact_id: int, sharer_id: int, in_drawer: bool
) -> ResponseReturnValue:
    filled = _remove_filled(Whose(programme_id, contact_id), sharer_id, (problem,))
    return sending.again(filled, in_drawer=False)


@blueprint.post("/<int:sharer_id>/remove", defaults=PAGE)
@blueprint.post("/<int:sharer_id>/remove/form", defaults=DRAWER)
@requires(Permission.MEMBERS_WRITE)
@takes(*REMOVE_FIELDS, again=_remove_again)
def remove_one(programme_id: UUID, contact_id: int, sharer_id: int, in_drawer: bool) -> ResponseReturnValue:
    """Take somebody out."""
    whose = Whose(programme_id, contact_id)
    return sending.sent(
        lambda: _carry_out(whose, sharer_id, adds=False),
        lambda problems: _remove_filled(whose, sharer_id, problems),
        in_drawer=in_drawer,
    )


def _carry_out(whose: Whose, *sharer_ids: int, adds: bool) -> Intent:
    parts, form = services(), typed()
    asked = deeds.SharersForm(
        intent_id=form["intent"],
        programme_id=str(whose.programme_id),
        contact_id=whose.contact_id,
        sharer_ids=_split(form["sharer_ids"]) if adds else [str(each) for each in sharer_ids],
        member=whose.member,
        unknown=unknown,
        reason=form["reason"],
        case_reference=form["case_reference"],
        note=form["note"],
    )
    deed = deeds.add_sharers if adds else deeds.remove_sharers
    return deed(parts.database, parts.engine, actor(), asked)


def _split(text: str) -> list[str]:
    return [each for each in re.split(r"[\s,;]+", text) if each]


def _add_filled(whose: Whose, problems: Sequence[Problem]) -> AddForm:
    """The form as it was sent, under the same one-time ID."""
    form = typed()
    return _add_form(whose, form, form["intent"], problems)


def _remove_filled(whose: Whose, sharer_id: int, problems: Sequence[Problem]) -> RemoveForm:
    form = typed()
    return _remove_form(whose, sharer_id, form, form["intent"], problems)


def _add_form(
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
        sharers_now=_now(whose),
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


def _remove_form(
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
        sharers_now=_now(whose),
    )


def _now(whose: Whose) -> str:
    sharers = whose.account.sharers if whose.account else ()
    return ", ".join(f"contact {each.contact_id}" for each in sharers) or "Nobody"
