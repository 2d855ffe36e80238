"""The form that uses a voucher, and what is known of one that was used."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.brevo.vouchers import Voucher, VoucherState
from dashboard.store.intents import Intent
from dashboard.web.filters import Formats
from dashboard.web.vouchers.held import OneForm
from dashboard.web.vouchers.holding import Uses


@dataclass(frozen=True, kw_only=True)
class RedeemingForm(OneForm):
    """A voucher to use."""

    template = "vouchers/_redeem.html"
    endpoint = "vouchers.using.redeem"
    deed = "Redeem voucher"

    uses: Uses
    begun_minutes: int
    """How long one that is only begun waits."""

    @property
    def title(self) -> str:
        """The headline."""
        return f"Redeem {self.name} of {self.subject.name}"

    @property
    def begun(self) -> Intent | None:
        """A redemption that waits to be completed."""
        return self.uses.begun

    @property
    def is_used(self) -> bool:
        """Whether it was used already."""
        return self.voucher.consumed_at is not None

    @property
    def used(self) -> str | None:
        """When, where and by whom, as far as that is known."""
        return used_text(self.voucher, self.uses, self.formats) if self.is_used else None

    @property
    def why_not(self) -> str | None:
        """Why it cannot be used now, where its own days say so."""
        return {
            VoucherState.EXPIRED: f"It expired on {self.formats.day(self.voucher.expires_at)}.",
            VoucherState.NOT_YET_VALID: f"It is valid from {self.formats.day(self.voucher.valid_from)} on.",
        }.get(self.voucher.state(self.now))


def used_text(voucher: Voucher, uses: Uses, formats: Formats) -> str:
    """When, where and by whom a voucher was used."""
    told = f"It was used on {formats.when(voucher.consumed_at)}"
    if uses.used is None:
        return f"{told}, not from this console: Brevo does not tell where and by whom."
    where = f", order or till {uses.used.case_reference}" if uses.used.case_reference else ""
    return f"{told} by {uses.used.staff_name}{where}."
