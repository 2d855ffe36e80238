"""Putting a member into another tier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import msgspec
from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from dashboard.actions import members as deeds
from dashboard.brevo.configuration import ProgrammeConfiguration
from dashboard.brevo.tiers import Tier
from dashboard.permissions import Permission
from dashboard.store.intents import Intent
from dashboard.web.access import requires, services
from dashboard.web.changes import sending, why
from dashboard.web.changes.asking import actor, programme
from dashboard.web.changes.sending import DRAWER, PAGE
from dashboard.web.errors import ErrorPage, Link
from dashboard.web.filters import formats
from dashboard.web.forms import Field, Problem, takes, typed
from dashboard.web.members.gather import member_url
from dashboard.web.members.strip import POINTS, tier_names
from dashboard.web.membership.form import MembershipForm
from dashboard.web.membership.whose import Whose, owner

blueprint = Blueprint(
    "tier_change", __name__, url_prefix="/programmes/<uuid:programme_id>/members/<int:contact_id>"
)

FIELDS = (Field("intent"), Field("tier_id"), *why.WHY)
BLANK: Mapping[str, str] = {"tier_id": "", **why.BLANK}
WARNING = "The next evaluation at Brevo may undo it: a tier that is put in by hand is not kept in place."


class Choice(msgspec.Struct, frozen=True):
    """One tier to choose."""

    value: str
    label: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class TierForm(MembershipForm):
    """The form that puts a member into a tier."""

    template = "membership/_tier.html"
    endpoint = "tier_change.show"
    deed = "Change tier"

    choices: Sequence[Choice]
    now: str
    """The tiers held."""

    @property
    def title(self) -> str:
        """The headline."""
        return f"Change the tier of {self.subject.name}"

    @property
    def notice(self) -> str:
        """What may become of it."""
        return WARNING

    @property
    def preview(self) -> list[dict[str, str]]:
        """What pressing the button does."""
        return [
            {"label": "Tier now", "value": self.now},
            {"label": "After", "value": "The one chosen above, until the next evaluation"},
            {"label": "Balances", "value": "Stay as they are"},
            {"label": "Approval", "value": "Not needed"},
        ]


@blueprint.get("/tier/change", defaults=PAGE)
@blueprint.get("/tier/change/form", defaults=DRAWER)
@requires(Permission.TIERS_WRITE)
def show(programme_id: UUID, contact_id: int, in_drawer: bool) -> Response:
    """The form."""
    whose = owner(programme_id, contact_id)
    if not programme(programme_id).tiers:
        raise ErrorPage(
            404,
            "This programme has no tiers",
            "There is none to put a member into.",
            link=Link(member_url(programme_id, contact_id), f"Open member {contact_id}"),
        )
    return sending.shown(_form(whose, BLANK, str(uuid4())), in_drawer=in_drawer)


def _again(problem: Problem, programme_id: UUID, contact_id: int, in_drawer: bool) -> ResponseReturnValue:
    return sending.again(_filled(Whose(programme_id, contact_id), (problem,)), in_drawer=False)


@blueprint.post("/tier/change", defaults=PAGE)
@blueprint.post("/tier/change/form", defaults=DRAWER)
@requires(Permission.TIERS_WRITE)
@takes(*FIELDS, again=_again)
def send(programme_id: UUID, contact_id: int, in_drawer: bool) -> ResponseReturnValue:
    """Change the tier."""
    whose = Whose(programme_id, contact_id)
    return sending.sent(
        lambda: _carry_out(whose), lambda problems: _filled(whose, problems), in_drawer=in_drawer
    )


def _carry_out(whose: Whose) -> Intent:
    parts, form = services(), typed()
    asked = deeds.TierForm(
        intent_id=form["intent"],
        programme_id=str(whose.programme_id),
        contact_id=whose.contact_id,
        tier_id=form["tier_id"],
        tiers=programme(whose.programme_id).tiers,
        member=whose.member,
        reason=form["reason"],
        case_reference=form["case_reference"],
        note=form["note"],
    )
    return deeds.assign_tier(parts.database, parts.engine, actor(), asked)


def _filled(whose: Whose, problems: Sequence[Problem]) -> TierForm:
    """The form as it was sent, under the same one-time ID."""
    form = typed()
    return _form(whose, form, form["intent"], problems)


def _form(
    whose: Whose, values: Mapping[str, str], intent_id: str, problems: Sequence[Problem] = ()
) -> TierForm:
    configuration, account = programme(whose.programme_id), whose.account
    held = {each.tier_id for each in account.tiers} if account else set()
    names = tier_names(account, configuration.tiers) if account else ()
    return TierForm(
        subject=whose.subject,
        intent_id=intent_id,
        typed=values,
        problems=problems,
        reasons=why.offered(),
        choices=_choices(configuration, held),
        now=", ".join(names) or "None",
    )


def _choices(configuration: ProgrammeConfiguration, held: set[str]) -> list[Choice]:
    """Group by group, the lowest tier first; those held are marked."""
    groups = {each.id: each for each in configuration.tier_groups}
    units = {each.id: each.unit for each in configuration.definitions}
    several = len({each.group_id for each in configuration.tiers}) > 1

    def place(tier: Tier) -> tuple[int, int]:
        group = groups.get(tier.group_id or "")
        ladder = group.order if group else ()
        return (
            list(groups).index(group.id) if group else len(groups),
            ladder.index(tier.id) if tier.id in ladder else len(ladder),
        )

    def choice(tier: Tier) -> Choice:
        group = groups.get(tier.group_id or "")
        label = f"{tier.name} ({group.name})" if several and group else tier.name
        figures = [
            formats().amount(each.minimum, units.get(each.definition_id, POINTS)) for each in tier.conditions
        ]
        earned = f"Earned from {' and '.join(figures)} on" if figures else ""
        told = ["Held now"] if tier.id in held else []
        return Choice(tier.id, label, ". ".join([*told, *filter(None, [earned])]))

    return [choice(each) for each in sorted(configuration.tiers, key=place)]
