"""The form that gives a credit or takes one back, as the templates show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from flask import url_for

from dashboard.actions import amounts, preview
from dashboard.actions.rules import Rulebook, above_cap, needs_approval
from dashboard.brevo.balances import BalanceDefinition
from dashboard.store.intents import Kind
from dashboard.web.changes import above
from dashboard.web.changes.form import ChangeForm
from dashboard.web.credits import limit_words, words
from dashboard.web.filters import Formats

BLANK: Mapping[str, str] = {"amount": "", "reason": "", "case_reference": "", "note": "", "again": ""}


@dataclass(frozen=True, kw_only=True)
class CreditForm(ChangeForm):
    """Everything one rendering of the form needs."""

    template = "credits/_form.html"

    kind: Kind
    definition: BalanceDefinition
    all_definitions: Sequence[BalanceDefinition]
    rules: Rulebook
    preset_amounts: Sequence[Decimal]
    formats: Formats
    outlook: preview.Preview
    tier_after: str | None = None
    """What the amount typed would make of the tier; None when there is none, or it decides no tier."""

    @property
    def endpoint(self) -> str:
        """The page of the deed."""
        return f"credits.{self.kind.value}"

    @property
    def deed(self) -> str:
        """The deed's name."""
        return self.words.deed

    @property
    def title(self) -> str:
        """The headline."""
        return words.title(self.kind, self.subject.name)

    @property
    def definition_id(self) -> str:
        """The balance that is changed."""
        return self.definition.id

    @property
    def definitions(self) -> list[dict[str, str]]:
        """The balances to choose from."""
        return [{"value": each.id, "label": each.name} for each in self.all_definitions]

    @cached_property
    def amount(self) -> Decimal | None:
        """What is typed, when it is an amount."""
        return usable(self.typed["amount"], self.definition.unit)

    @property
    def words(self) -> words.FormWords:
        """Labels, and the button that says the act."""
        return words.of_form(
            self.kind,
            self.definition.unit,
            None if self.is_too_much else self.amount,
            self.formats,
            asks=self.outlook.needs_approval,
        )

    @property
    def alone(self) -> str:
        """The most that needs nobody's approval, as a plain number for the button's script."""
        return format(self.rules.alone, "f")

    @property
    def most(self) -> str:
        """The most that anybody may move at once, in the same way."""
        return format(self.rules.hard_cap, "f")

    @property
    def is_too_much(self) -> bool:
        """Whether nobody may move it at once."""
        return self.amount is not None and above_cap(self.amount, self.rules)

    @property
    def hint(self) -> str:
        """What is left of the person's limits, told before anything is typed."""
        return limit_words.hint(self.kind, self.rules, self.definition.unit, self.formats)

    @property
    def presets(self) -> list[dict[str, str | None]]:
        """The usual amounts; those the person may not give alone say so."""
        if self.definition.unit != amounts.POINTS:
            return []
        return [
            {
                "value": str(each),
                "label": self.formats.points(each),
                "note": "needs approval" if needs_approval(each, self.rules) else None,
            }
            for each in self.preset_amounts
        ]

    @property
    def reasons(self) -> list[dict[str, str]]:
        """The reasons to choose from."""
        return [{"value": each.code, "label": each.label} for each in self.rules.reasons]

    @property
    def preview(self) -> list[dict[str, object]]:
        """What pressing the button would do."""
        told, unit = self.outlook, self.definition.unit
        rows: list[dict[str, object]] = [
            {"label": "Balance now", "value": self.formats.amount(told.balance_now, unit)},
            {"label": self.words.after, "value": self.formats.amount(told.balance_after, unit)},
        ]
        if self.kind is Kind.CREDIT:
            label = "These points expire" if unit == amounts.POINTS else "Expires"
            never = told.expires_at is None
            rows.append({"label": label, "value": "Never" if never else self.formats.day(told.expires_at)})
        if self.tier_after is not None:
            rows.append({"label": "Tier", "value": self.tier_after})
        verb = "give" if self.kind is Kind.CREDIT else "take"
        rows.append(above.row(asks=told.needs_approval, is_too_much=self.is_too_much, verb=verb))
        return rows

    @property
    def preview_url(self) -> str:
        """What the amount typed would do."""
        return url_for(f"credits.{self.kind.value}_preview", **self.address)


def usable(text: str, unit: str) -> Decimal | None:
    """The amount that ``text`` holds; None while it is none."""
    try:
        return amounts.parse(text, unit)
    except amounts.AmountError:
        return None
