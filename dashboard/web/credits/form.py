"""The form that gives a credit or takes one back, as the templates show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from flask import url_for

from dashboard.actions import amounts, preview
from dashboard.actions.rules import Rulebook, needs_approval
from dashboard.brevo.balances import BalanceDefinition
from dashboard.store.intents import Kind
from dashboard.web.credits import limit_words, words
from dashboard.web.filters import Formats
from dashboard.web.forms import Problem

BLANK: Mapping[str, str] = {"amount": "", "reason": "", "case_reference": "", "note": "", "again": ""}


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose balances are changed, as far as the page could read them."""

    programme_id: UUID
    contact_id: int
    name: str
    balances: Mapping[str, Decimal]
    """By definition ID; what could not be read is absent."""
    balances_at: datetime | None = None
    """When they were read."""
    sharers: frozenset[int] = frozenset()
    """Other contacts that the balances belong to."""
    notice: str | None = None
    """What is wrong with the figures shown, in a sentence."""


@dataclass(frozen=True)
class CreditForm:
    """Everything one rendering of the form needs."""

    kind: Kind
    subject: Subject
    definition: BalanceDefinition
    all_definitions: Sequence[BalanceDefinition]
    rules: Rulebook
    preset_amounts: Sequence[Decimal]
    formats: Formats
    outlook: preview.Preview
    intent_id: str
    typed: Mapping[str, str]
    problems: Sequence[Problem] = ()
    repeats: bool = False
    """Whether the only problem is that the same case brought this member something before."""

    @property
    def title(self) -> str:
        """The headline."""
        return words.title(self.kind, self.subject.name)

    @property
    def member_name(self) -> str:
        """Who it is about."""
        return self.subject.name

    @property
    def contact_id(self) -> int:
        """The member's contact ID."""
        return self.subject.contact_id

    @property
    def notice(self) -> str | None:
        """What is wrong with the figures shown."""
        return self.subject.notice

    @property
    def definition_id(self) -> str:
        """The balance that is changed."""
        return self.definition.id

    @property
    def definitions(self) -> list[dict[str, str]]:
        """The balances to choose from."""
        return [{"value": each.id, "label": each.name} for each in self.all_definitions]

    @property
    def errors(self) -> Mapping[str, str | None]:
        """The first problem of each field."""
        found: dict[str, str | None] = dict.fromkeys((*BLANK, "definition"))
        for problem in reversed(self.problems):
            found[problem.field] = problem.message
        return found

    @cached_property
    def amount(self) -> Decimal | None:
        """What is typed, when it is an amount."""
        return usable(self.typed["amount"], self.definition.unit)

    @property
    def words(self) -> words.FormWords:
        """Labels, and the button that says the act."""
        return words.of_form(
            self.kind, self.definition.unit, self.amount, self.formats, asks=self.outlook.needs_approval
        )

    @property
    def alone(self) -> str:
        """The most that needs nobody's approval, as a plain number for the button's script."""
        return format(self.rules.alone, "f")

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
        if told.needs_approval:
            rows.append({"label": "Approval", "value": "Goes to a supervisor", "kind": "warn"})
        else:
            rows.append({"label": "Approval", "value": "Not needed"})
        return rows

    @property
    def member_url(self) -> str:
        """The member's page."""
        return url_for(
            "members.show", programme_id=self.subject.programme_id, contact_id=self.subject.contact_id
        )

    @property
    def page_url(self) -> str:
        """The form alone."""
        return self._url("show")

    @property
    def drawer_url(self) -> str:
        """The form in the drawer."""
        return self._url("drawer")

    @property
    def preview_url(self) -> str:
        """What the amount typed would do."""
        return self._url("preview")

    def _url(self, view: str) -> str:
        return url_for(
            f"credits.{self.kind.value}_{view}",
            programme_id=self.subject.programme_id,
            contact_id=self.subject.contact_id,
        )


def usable(text: str, unit: str) -> Decimal | None:
    """The amount that ``text`` holds; None while it is none."""
    try:
        return amounts.parse(text, unit)
    except amounts.AmountError:
        return None
