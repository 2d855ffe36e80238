"""What the forms about a membership have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.web.changes.form import ChangeForm


@dataclass(frozen=True, kw_only=True)
class MembershipForm(ChangeForm):
    """A form that takes a reason. What it changes is on several places of the member page, so it leads on."""

    leads_on = True

    reasons: Sequence[Mapping[str, str]]
    """The reasons to choose from."""
