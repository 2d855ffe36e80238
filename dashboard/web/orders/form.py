"""The form that completes or cancels one draft, as the templates show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import url_for
from markupsafe import Markup

from dashboard.actions.dry_run import Plan
from dashboard.actions.preview import lot_expiry
from dashboard.store.intents import Goal
from dashboard.store.reasons import Reason
from dashboard.web.changes import why
from dashboard.web.changes.form import ChangeForm
from dashboard.web.filters import Formats
from dashboard.web.members.telling import tell
from dashboard.web.orders.finding import Found


@dataclass(frozen=True, kw_only=True)
class EndingForm(ChangeForm):
    """Everything one rendering of the form needs."""

    template = "orders/_ending.html"

    goal: Goal
    found: Found
    plan: Plan
    all_reasons: Sequence[Reason]
    formats: Formats
    now: datetime
    tier_after: str | None = None
    """What completing would make of the tier; None when this balance decides none."""

    @property
    def endpoint(self) -> str:
        """The page of the deed."""
        return f"orders.{self.goal.value}"

    @property
    def address(self) -> Mapping[str, Any]:
        """With the draft, and the balance that it is of."""
        return {
            **super().address,
            "transaction_id": self.found.draft.transaction_id,
            "definition": self.found.definition.id,
        }

    @property
    def cancel_url(self) -> str:
        """The page that cancels the draft instead."""
        return url_for("orders.cancel", in_drawer=False, **self.address)

    @property
    def cancel_drawer_url(self) -> str:
        """The same for the drawer."""
        return url_for("orders.cancel", in_drawer=True, **self.address)

    @property
    def deed(self) -> str:
        """The deed's name."""
        return "Cancel order" if self.cancels else "Complete order"

    @property
    def title(self) -> str:
        """The headline."""
        verb = "Cancel" if self.cancels else "Complete"
        return f"{verb} {self.amount} pending for {self.subject.name}"

    @property
    def cancels(self) -> bool:
        """Whether it is to be cancelled."""
        return self.goal is Goal.CANCEL

    @property
    def amount(self) -> str:
        """``+120 points``."""
        unit, amount = self.found.definition.unit, self.found.draft.amount
        sign = "+" if amount > 0 else ""
        return f"{sign}{self.formats.amount(amount, unit)}"

    @property
    def button(self) -> str:
        """What the button says."""
        return self.deed if self.cancels else f"Complete {self.amount}"

    @property
    def notice(self) -> str | None:
        """What is wrong with what is shown, or who is at it too."""
        return self.found.notice

    @property
    def reasons(self) -> list[dict[str, str]]:
        """The reasons to choose from."""
        return why.choices(self.all_reasons)

    @property
    def facts(self) -> list[dict[str, object]]:
        """What the draft is, as far as the remote says."""
        draft, item = self.found.draft, self.found.item
        member = Markup('<a href="{}">{}</a>').format(self.member_url, self.member_name)
        made = self.formats.time_tag(draft.made_at)
        rows: list[dict[str, object]] = [
            {"label": "Member", "value": member},
            {"label": "Made", "value": made},
        ]
        if item is not None:
            told = tell(item.meta)
            what = " · ".join(each for each in (told.what, told.detail) if each)
            rows += [{"label": "What", "value": what or "–"}, {"label": "By", "value": told.by or "–"}]
        if draft.expires_at is not None:
            rows.append({"label": "Lapses", "value": self.formats.time_tag(draft.expires_at)})
        return rows

    @property
    def preview(self) -> list[dict[str, object]]:
        """What pressing the button would do."""
        draft, unit, formats = self.found.draft, self.found.definition.unit, self.formats
        rows: list[dict[str, object]] = [
            {"label": "Balance now", "value": formats.amount(draft.balance, unit)},
            {"label": "After that", "value": formats.amount(self.plan.balance_after, unit)},
        ]
        if not self.cancels and draft.amount > Decimal(0):
            ends = self._lot_expiry
            rows.append({"label": "These expire", "value": formats.day(ends) if ends else "Never"})
        if not self.cancels and self.tier_after is not None:
            rows.append({"label": "Tier", "value": self.tier_after})
        if self.cancels:
            rows.append({"label": "The pending amount", "value": f"{self.amount} will not post"})
        if self.plan.why_not is not None:
            rows.append({"label": "Brevo may refuse it", "value": self.plan.why_not, "kind": "warn"})
        return rows

    @property
    def _lot_expiry(self) -> datetime | None:
        item = self.found.item
        told = item.expires_at if item is not None else None
        return told or lot_expiry(self.found.definition, self.now)
