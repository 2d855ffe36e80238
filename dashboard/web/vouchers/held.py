"""The forms about vouchers that a member has, as the templates show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from dashboard.actions.paying import Paid
from dashboard.brevo.configuration import ProgrammeConfiguration
from dashboard.brevo.vouchers import Voucher, VoucherState
from dashboard.store.reasons import Reason
from dashboard.web.changes import why
from dashboard.web.changes.form import ChangeForm
from dashboard.web.filters import Formats
from dashboard.web.vouchers import figures
from dashboard.web.vouchers.holding import Holding

BLANK: Mapping[str, str] = {"give_back": "", **why.BLANK}


class Line(msgspec.Struct, frozen=True):
    """One voucher of a list."""

    id: str
    name: str
    code: str | None
    text: str


@dataclass(frozen=True, kw_only=True)
class HeldForm(ChangeForm):
    """What they have in common."""

    holding: Holding
    offered: Sequence[Reason]
    configuration: ProgrammeConfiguration
    formats: Formats
    now: datetime

    @property
    def notice(self) -> str | None:
        """What is wrong with the vouchers or figures shown."""
        return self.holding.notice or self.subject.notice

    @property
    def reasons(self) -> list[dict[str, str]]:
        """The reasons to choose from."""
        return why.choices(self.offered)

    def line(self, voucher: Voucher) -> Line:
        """A voucher as a list shows it."""
        told = " · ".join(self._told(voucher))
        return Line(voucher.id, figures.name(voucher), voucher.code, told)

    def _told(self, voucher: Voucher) -> Iterator[str]:
        if voucher.value is not None:
            yield figures.amount(voucher.value, voucher.unit, self.formats)
        if voucher.state(self.now) is VoucherState.NOT_YET_VALID:
            yield f"valid from {self.formats.day(voucher.valid_from)}"
        if voucher.expires_at is not None:
            yield f"valid to {self.formats.day(voucher.expires_at)}"


@dataclass(frozen=True, kw_only=True)
class RevokingForm(HeldForm):
    """Vouchers to withdraw, once they are chosen."""

    template = "vouchers/_revoke.html"
    endpoint = "vouchers.revoking.revoke"
    deed = "Revoke voucher"

    chosen: tuple[Voucher, ...]
    costs: Mapping[str, Paid] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    """IDs of those that we know were paid with points: we issued them."""

    @property
    def title(self) -> str:
        """The headline: what it is about."""
        if len(self.chosen) == 1:
            return f"Revoke {figures.named(self.chosen[0])}?"
        return f"Revoke {len(self.chosen)} vouchers of {self.subject.name}?"

    @property
    def button(self) -> str:
        """What the button says."""
        return "Revoke voucher" if len(self.chosen) == 1 else f"Revoke {len(self.chosen)} vouchers"

    @property
    def keep(self) -> str:
        """What the safe one says."""
        return "Keep voucher" if len(self.chosen) == 1 else "Keep vouchers"

    @property
    def consequence(self) -> str:
        """What it means."""
        them = "it" if len(self.chosen) == 1 else "them"
        return f"{self.subject.name} can no longer use {them}. This cannot be undone."

    @property
    def ids(self) -> str:
        """The chosen ones as the form carries them."""
        return ",".join(each.id for each in self.chosen)

    @property
    def lines(self) -> list[Line]:
        """The chosen ones."""
        return [self.line(each) for each in self.chosen]

    @property
    def back(self) -> str | None:
        """What can be given back, in words; None for nothing."""
        totals = [self.formats.amount(total, unit) for total, unit in self._totals()]
        return " and ".join(totals) or None

    @property
    def back_hint(self) -> str | None:
        """What is not known about it."""
        if set(self.costs) <= self.known:
            return None
        return (
            "Issued elsewhere: Brevo does not tell who paid. This is what the reward costs now. "
            "It counts towards your limit."
        )

    @property
    def gives_back(self) -> bool:
        """Whether it is chosen: at first where we know that points were paid."""
        if self.typed["sent"]:
            return bool(self.typed["give_back"])
        return bool(self.costs) and set(self.costs) <= self.known

    @property
    def preview(self) -> list[dict[str, object]]:
        """What becomes of the balances."""
        return [
            {
                "label": f"{self._name(definition_id)} if given back",
                "value": self.formats.amount(self._after(definition_id, total), self._unit(definition_id)),
            }
            for definition_id, total in self._sums().items()
        ]

    def _after(self, definition_id: str, total: Decimal) -> Decimal | None:
        balance = self.subject.balances.get(definition_id)
        return None if balance is None else balance + total

    def _totals(self) -> Iterator[tuple[Decimal, str]]:
        for definition_id, total in self._sums().items():
            yield total, self._unit(definition_id)

    def _sums(self) -> dict[str, Decimal]:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for each in self.chosen:
            if each.id in self.costs:
                sums[self.costs[each.id].definition_id] += self.costs[each.id].amount
        return sums

    def _unit(self, definition_id: str) -> str:
        found = self.configuration.definition(definition_id)
        return found.unit if found else "POINTS"

    def _name(self, definition_id: str) -> str:
        found = self.configuration.definition(definition_id)
        return found.name if found else "Points"


@dataclass(frozen=True, kw_only=True)
class OneForm(HeldForm):
    """About one voucher."""

    voucher: Voucher

    @property
    def address(self) -> Mapping[str, Any]:
        """With the voucher."""
        return {**super().address, "voucher_id": self.voucher.id}

    @property
    def name(self) -> str:
        """What it is called."""
        return figures.name(self.voucher)

    @property
    def told(self) -> Line:
        """As a list shows it."""
        return self.line(self.voucher)


@dataclass(frozen=True, kw_only=True)
class RenewingForm(OneForm):
    """A lost voucher: revoked, and one like it issued."""

    template = "vouchers/_renew.html"
    endpoint = "vouchers.renewing.renew"
    deed = "Issue anew"

    @property
    def title(self) -> str:
        """The headline."""
        return f"Issue {figures.named(self.voucher)} anew?"

    @property
    def consequence(self) -> str:
        """What it means."""
        code = self.voucher.code or "The old code"
        return (
            f"{code} stops working for whoever has it, and {self.subject.name} gets one like it with a new "
            "code. This cannot be undone. No points are taken."
        )
