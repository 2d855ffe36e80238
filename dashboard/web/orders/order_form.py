"""The form that makes an order, as the templates show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal

from flask import url_for

from dashboard.actions import amounts, order_meta, preview
from dashboard.actions.moments import parse_time
from dashboard.actions.rules import Rulebook, above_cap
from dashboard.brevo.balances import BalanceDefinition
from dashboard.brevo.orders import OrderSource
from dashboard.store.intents import Kind
from dashboard.web.changes import above
from dashboard.web.changes.form import ChangeForm
from dashboard.web.filters import Formats

ADDS, TAKES = "adds", "takes"
BLANK: Mapping[str, str] = {
    "direction": "",
    "amount": "",
    "due_at": "",
    "expires_at": "",
    "source": OrderSource.USER.value,
    "meta": "",
    "reason": "",
    "case_reference": "",
    "note": "",
}

_SOURCES = {OrderSource.USER: "a person asks for it", OrderSource.ENGINE: "a rule or another system does"}


@dataclass(frozen=True, kw_only=True)
class MakingForm(ChangeForm):
    """Everything one rendering of the form needs."""

    template = "orders/_making.html"
    endpoint = "order_making.show"
    deed = "Create order"

    definition: BalanceDefinition
    all_definitions: Sequence[BalanceDefinition]
    rules: Rulebook
    zone: tzinfo
    now: datetime
    formats: Formats

    @property
    def title(self) -> str:
        """The headline."""
        return f"Create order for {self.subject.name}"

    @property
    def definitions(self) -> list[dict[str, str]]:
        """The balances to choose from."""
        return [{"value": each.id, "label": each.name} for each in self.all_definitions]

    @property
    def directions(self) -> list[dict[str, str]]:
        """What an order can do."""
        return [
            {"value": ADDS, "label": f"Adds {self.things}"},
            {"value": TAKES, "label": f"Takes {self.things} away"},
        ]

    @property
    def sources(self) -> list[dict[str, str]]:
        """What the remote can file it under."""
        return [{"value": each.value, "label": f"{each.value}: {_SOURCES[each]}"} for each in OrderSource]

    @property
    def meta_hint(self) -> str:
        """How further fields are typed."""
        return (
            f"A line each, {order_meta.MOST} at most, such as channel: phone. "
            "Every system at Brevo can read them: nothing personal."
        )

    @property
    def is_special(self) -> bool:
        """Whether something is, or has to be, said that most orders leave as it is."""
        wrong = {each.field for each in self.problems}
        is_as_usual = self.typed["source"] == BLANK["source"] and not self.typed["meta"]
        return not is_as_usual or not wrong.isdisjoint({"source", "meta"})

    @property
    def things(self) -> str:
        """``points``, or the currency."""
        unit = self.definition.unit
        return "points" if unit == amounts.POINTS else unit

    @property
    def field(self) -> str:
        """What the field of the amount is called."""
        return amounts.name(self.definition.unit)

    @property
    def hint(self) -> str:
        """What the person may order, told before anything is typed."""
        unit = self.definition.unit
        most = self.formats.points(self.rules.alone, unit)
        return f"Your limit for what adds: {most} now. {above.hint(may_ask=self.rules.may_ask)}"

    @property
    def amount(self) -> Decimal | None:
        """What is typed, when it is an amount."""
        try:
            return amounts.parse(self.typed["amount"], self.definition.unit)
        except amounts.AmountError:
            return None

    @property
    def button(self) -> str:
        """What the button says now."""
        amount = self.amount
        if amount is None or self.is_too_much:
            return "Create order"
        one = self.ask_singular if self.asks else self.singular
        several = self.ask_words if self.asks else self.words
        return (one if amount == 1 else several).format(amount=self.formats.points(amount))

    @property
    def words(self) -> str:
        """What the button says, with ``{amount}``."""
        return f"Order {{amount}} {self.things}"

    @property
    def singular(self) -> str:
        """The same for one."""
        return "Order {amount} point" if self.things == "points" else self.words

    @property
    def ask_words(self) -> str:
        """What the button says above what the person may order alone."""
        return f"Ask for approval: {{amount}} {self.things}"

    @property
    def ask_singular(self) -> str:
        """The same for one."""
        return "Ask for approval: {amount} point" if self.things == "points" else self.ask_words

    @property
    def adds(self) -> bool:
        """Whether it counts against the person's limits."""
        return self.typed["direction"] == ADDS

    @property
    def asks(self) -> bool:
        """Whether somebody else has to allow it."""
        return self.adds and self.amount is not None and self.amount > self.rules.alone

    @property
    def is_too_much(self) -> bool:
        """Whether nobody may add it at once."""
        return self.adds and self.amount is not None and above_cap(self.amount, self.rules)

    @property
    def above(self) -> Mapping[str, str] | None:
        """From which amount on the button asks, for its script; None for what takes."""
        if not self.adds:
            return None
        alone, most = format(self.rules.alone, "f"), format(self.rules.hard_cap, "f")
        return {"alone": alone, "most": most, "template": self.ask_words, "singular": self.ask_singular}

    @property
    def reasons(self) -> list[dict[str, str]]:
        """The reasons to choose from."""
        return [{"value": each.code, "label": each.label} for each in self.rules.reasons]

    @property
    def preview(self) -> list[dict[str, object]]:
        """What pressing the button would come to."""
        unit, formats = self.definition.unit, self.formats
        told = preview.preview(
            Kind.DEBIT if self.typed["direction"] == TAKES else Kind.CREDIT,
            self.definition,
            self.amount if self.typed["direction"] in {ADDS, TAKES} else None,
            balance=self.subject.balances.get(self.definition.id),
            limit=self.rules.alone,
            now=self.now,
        )
        due, ends = self._time("due_at"), self._time("expires_at")
        rows: list[dict[str, object]] = [
            {"label": "Balance now", "value": formats.amount(told.balance_now, unit)},
            {"label": "Once it is completed", "value": formats.amount(told.balance_after, unit)},
            {"label": "Due", "value": formats.when(due) if self.typed["due_at"] else "At once"},
            {"label": "Lapses", "value": formats.when(ends) if self.typed["expires_at"] else "Never"},
            {"label": "Source", "value": self.typed["source"] or "–"},
        ]
        rows.append(above.row(asks=self.asks, is_too_much=self.is_too_much))
        return rows

    @property
    def preview_url(self) -> str:
        """What has been typed would come to."""
        return url_for("order_making.preview", **self.address)

    def _time(self, name: str) -> datetime | None:
        try:
            return parse_time(self.typed[name].strip(), self.zone)
        except (ValueError, OverflowError):
            return None
