"""What a member of a programme holds: balances, vouchers, tiers, orders, sharers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from dashboard.sandbox.ledger import Ledger, Transaction


@dataclass(slots=True)
class Voucher:
    """An attributed reward."""

    id: str
    reward_id: str
    code: str
    created_at: datetime
    updated_at: datetime
    value: Decimal | None = None
    unit: str | None = None
    valid_from: datetime | None = None
    expires_at: datetime | None = None
    consumed_at: datetime | None = None
    revoked_at: datetime | None = None
    meta: dict[str, object] = field(default_factory=dict)

    def is_usable(self, now: datetime) -> bool:
        started = not self.valid_from or self.valid_from <= now
        return started and not self.is_expired(now) and not self.consumed_at and not self.revoked_at

    def is_expired(self, now: datetime) -> bool:
        return bool(self.expires_at and self.expires_at <= now)


@dataclass(slots=True)
class Redemption:
    """A request to use a voucher; lapses at ``lapses_at`` unless completed."""

    id: str
    voucher_id: str
    created_at: datetime
    lapses_at: datetime | None
    meta: dict[str, object]
    completed_at: datetime | None = None
    rejected_at: datetime | None = None
    reject_reason: str | None = None
    debit_transaction_id: str | None = None

    def status(self, now: datetime) -> str:
        if self.completed_at:
            return "completed"
        if self.rejected_at:
            return "rejected"
        return "expired" if self.lapses_at and self.lapses_at <= now else "pending"


@dataclass(slots=True)
class Order:
    """A transaction announced for ``due_at``. ``amount`` is signed."""

    id: str
    definition_id: str
    amount: Decimal
    created_at: datetime
    due_at: datetime
    expires_at: datetime | None
    source: str
    meta: dict[str, object]
    transaction_id: str | None = None
    processed_at: datetime | None = None


@dataclass(slots=True)
class TierHolding:
    id: str
    group_id: str
    tier_id: str
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True)
class Sharer:
    """An extra contact on the subscription."""

    contact_id: int
    created_at: datetime


@dataclass(slots=True)
class Membership:
    """A subscription of one contact to one programme."""

    programme_id: str
    contact_id: int
    subscription_id: str
    created_at: datetime
    updated_at: datetime
    meta: dict[str, object] = field(default_factory=dict)
    ledgers: dict[str, Ledger] = field(default_factory=dict)
    tiers: dict[str, TierHolding] = field(default_factory=dict)
    vouchers: list[Voucher] = field(default_factory=list)
    redemptions: list[Redemption] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    sharers: list[Sharer] = field(default_factory=list)

    def snapshot(self) -> Membership:
        """A copy that later changes leave alone."""
        return replace(
            self,
            ledgers={one: ledger.snapshot() for one, ledger in self.ledgers.items()},
            tiers=dict(self.tiers),
            vouchers=[replace(one) for one in self.vouchers],
            redemptions=[replace(one) for one in self.redemptions],
            orders=[replace(one) for one in self.orders],
            sharers=list(self.sharers),
        )

    def transactions(self) -> Iterator[tuple[Ledger, Transaction]]:
        for ledger in self.ledgers.values():
            for transaction in ledger.transactions:
                yield ledger, transaction

    def find_transaction(self, identifier: str) -> tuple[Ledger, Transaction] | None:
        pairs = ((ledger, ledger.find(identifier)) for ledger in self.ledgers.values())
        return next(((ledger, found) for ledger, found in pairs if found), None)

    def find_voucher(self, identifier: str) -> Voucher | None:
        return next((one for one in self.vouchers if one.id == identifier), None)

    def balance(self, definition_id: str) -> Decimal:
        ledger = self.ledgers.get(definition_id)
        return ledger.balance if ledger else Decimal(0)

    def settle(self, now: datetime) -> None:
        """Bring every balance up to ``now``."""
        for ledger in self.ledgers.values():
            ledger.settle(now)
