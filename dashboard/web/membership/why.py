"""Why a membership is changed: reason, case and note, as the forms about it ask for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.store import reasons
from dashboard.web.access import services
from dashboard.web.changes.form import ChangeForm
from dashboard.web.forms import Field

WHY = (Field("reason"), Field("case_reference", "Case or order number"), Field("note", "Note"))
BLANK: Mapping[str, str] = {field.name: "" for field in WHY}


@dataclass(frozen=True, kw_only=True)
class WhyForm(ChangeForm):
    """A form that takes a reason. What it changes is on several places of the member page, so it leads on."""

    leads_on = True

    reasons: Sequence[Mapping[str, str]]
    """The reasons to choose from."""


def offered() -> list[dict[str, str]]:
    """The reasons of now, as radios want them."""
    with services().database.read() as connection:
        return [{"value": each.code, "label": each.label} for each in reasons.offered(connection)]
