"""The form that issues a voucher, as the templates show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from flask import url_for

from dashboard.actions import issuing
from dashboard.actions.issuing import IssueForm, ways_to_pay
from dashboard.actions.paying import AT_REDEMPTION, Pays, charged_at_once
from dashboard.brevo.configuration import ProgrammeConfiguration
from dashboard.brevo.rewards import Reward
from dashboard.store import limits
from dashboard.store.reasons import Reason
from dashboard.store.spending import Standing
from dashboard.web.changes import above
from dashboard.web.changes.form import ChangeForm
from dashboard.web.filters import Formats
from dashboard.web.vouchers import choose, figures, limit_words

BLANK: Mapping[str, str] = dict.fromkeys(
    ("value", "valid_from", "expires_at", "code", "pays", "reason", "case_reference", "note", "again"), ""
)


@dataclass(frozen=True, kw_only=True)
class IssuingForm(ChangeForm):
    """Everything one rendering of the form needs."""

    template = "vouchers/_issue.html"
    endpoint = "vouchers.issue"
    deed = "Issue voucher"

    asked: IssueForm
    """What would be asked for, as it is typed now."""
    configuration: ProgrammeConfiguration
    codes_left: int | None
    offered: Sequence[Reason]
    standing: Standing
    """The person's limits, in points."""
    rate: Decimal
    """How many points one of the voucher's unit counts as."""
    most: Decimal
    """More than this nobody may give at once, in points."""
    formats: Formats
    now: datetime

    @property
    def title(self) -> str:
        """The headline."""
        return f"Issue {self.name} to {self.subject.name}"

    @property
    def address(self) -> Mapping[str, Any]:
        """With the reward."""
        return {**super().address, "reward_id": self.reward.id}

    @property
    def reward(self) -> Reward:
        """What it is a voucher of."""
        return self.asked.reward

    @property
    def name(self) -> str:
        """What the reward is called."""
        return issuing.name(self.reward)

    @property
    def about(self) -> str:
        """What is to be known of the reward."""
        told = " · ".join(choose.about(self.reward, self.codes_left, self.configuration))
        return told[:1].upper() + told[1:]

    @property
    def other_url(self) -> str:
        """Where another reward is chosen."""
        return url_for("vouchers.choose_reward", in_drawer=False, **super().address)

    @property
    def other_drawer_url(self) -> str:
        """The same for the drawer."""
        return url_for("vouchers.choose_reward", in_drawer=True, **super().address)

    @property
    def preview_url(self) -> str:
        """What would happen, asked anew while something is typed."""
        return url_for("vouchers.preview", **self.address)

    @property
    def reasons(self) -> list[dict[str, str]]:
        """The reasons to choose from."""
        return [{"value": each.code, "label": each.label} for each in self.offered]

    @property
    def value_label(self) -> str:
        """What the field for the value is called; without a unit there is no such field."""
        unit = self.reward.unit or ""
        return "Percentage" if unit == issuing.PERCENT else f"Value in {unit}"

    @property
    def value_hint(self) -> str:
        """What happens when it stays empty."""
        if self.reward.value is None:
            return "The reward names no value."
        return (
            f"Empty: {figures.amount(self.reward.value, self.reward.unit, self.formats)}, as the reward says."
        )

    @property
    def pays(self) -> str:
        """Who pays, where that is settled or chosen; else empty."""
        only = ways_to_pay(self.reward)
        return only[0].value if len(only) == 1 else self.typed["pays"]

    @property
    def payers(self) -> list[dict[str, str]]:
        """Who can pay; nobody to choose from where there is one way."""
        if len(ways_to_pay(self.reward)) == 1:
            return []
        return [
            {"value": Pays.POINTS.value, "label": f"{self.subject.name}, with points"},
            {"value": Pays.GOODWILL.value, "label": "The shop, as goodwill", "hint": self.limit_hint},
        ]

    @property
    def limit_hint(self) -> str:
        """What is left of the person's limits, told before anything is typed."""
        return limit_words.hint(self.standing, self.most, self.rate, self._unit, self.formats)

    @cached_property
    def value(self) -> Decimal | None:
        """What is typed, when it is a value."""
        return issuing.read_value(self.typed["value"], self.reward)[0]

    @property
    def _worth(self) -> tuple[Decimal, str] | None:
        return issuing.worth(self.reward, self.value)

    @property
    def is_special(self) -> bool:
        """Whether something is, or has to be, typed that most vouchers leave to the reward."""
        rare = ("value", "valid_from", "expires_at", "code")
        wrong = {each.field for each in self.problems}
        return any(self.typed[name] or name in wrong for name in rare)

    @property
    def asks(self) -> bool:
        """Whether it is more goodwill than the person may give now, so that it needs somebody's approval."""
        return not self.is_too_much and bool(self.standing.exceeded(self._points))

    @property
    def is_too_much(self) -> bool:
        """Whether nobody may give it at once."""
        return self._points > self.most

    @property
    def _points(self) -> Decimal:
        """The goodwill in it, in points."""
        worth = self._worth
        if self.pays != Pays.GOODWILL or worth is None:
            return Decimal(0)
        return limits.in_points(worth[0], self.rate)

    @property
    def _unit(self) -> str:
        """What the voucher counts in."""
        return self._worth[1] if self._worth else limits.POINTS

    @property
    def button(self) -> str:
        """What the button says."""
        return f"Ask for approval: {self.name}" if self.asks else f"Issue {self.name}"

    @property
    def preview(self) -> list[dict[str, object]]:
        """What pressing the button would do."""
        return list(self._preview())

    def _preview(self) -> Iterator[dict[str, object]]:
        value = self.value or self.reward.value
        if value is not None:
            yield {"label": "Value", "value": figures.amount(value, self.reward.unit, self.formats)}
        yield from self._dates()
        yield from self._balance()
        worth = self._worth
        if self.pays == Pays.GOODWILL and worth is not None:
            yield {
                "label": "Counts towards your limit",
                "value": limit_words.counted(worth[0], self.rate, self._unit, self.formats),
            }
            yield above.row(asks=self.asks, is_too_much=self.is_too_much)

    def _dates(self) -> Iterator[dict[str, object]]:
        typed, problems = issuing.read_validity(self.asked, self.now)
        wrong = {each.field for each in problems}
        if "valid_from" not in wrong:
            begins = "At once" if typed.begins is None else self.formats.day(typed.begins)
            yield {"label": "Valid from", "value": begins}
        if "expires_at" not in wrong:
            ends = typed.ends or issuing.expiry(self.reward, self.now)
            yield {"label": "Expires", "value": "Never" if ends is None else self.formats.day(ends)}

    def _balance(self) -> Iterator[dict[str, object]]:
        reward = self.reward
        definition = self.configuration.definition(reward.cost_definition_id or "")
        if definition is None or not (reward.cost or reward.costs_whole_balance):
            yield {"label": "Price", "value": "No points"}
            return
        unit, balance = definition.unit, self.asked.balance
        yield {"label": f"{definition.name} now", "value": self.formats.amount(balance, unit)}
        if reward.costs_whole_balance:
            yield {"label": "Price", "value": "The whole balance", "kind": "warn"}
            return
        when = " when it is used" if reward.charged_when == AT_REDEMPTION else ""
        yield {"label": "Price", "value": f"{self.formats.amount(reward.cost, unit)}{when}"}
        paid = charged_at_once(reward)
        after = None if balance is None or paid is None else balance - paid.amount
        if paid is None:
            yield {"label": f"{definition.name} after", "value": self.formats.amount(balance, unit)}
            return
        if self.pays != Pays.GOODWILL:
            label = f"{definition.name} after" + ("" if self.pays else ", paid with points")
            is_short = after is not None and after < 0
            told = "Not enough" if is_short else self.formats.amount(after, unit)
            yield {"label": label, "value": told, "kind": "warn" if is_short else None}
        if self.pays != Pays.POINTS:
            label = f"{definition.name} after" + ("" if self.pays else ", as goodwill")
            is_short = after is not None and after < 0
            # The remote takes the price first and knows of no goodwill.
            told = "Not enough to take it first" if is_short else self.formats.amount(balance, unit)
            given = (
                {"value": told, "kind": "warn"} if is_short else {"value": f"{told}: the price is given back"}
            )
            yield {"label": label, **given}
