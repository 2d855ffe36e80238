"""What the scripts of the cast are written with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from dashboard.sandbox import catalogue
from dashboard.sandbox.ids import Codes, Ids
from dashboard.sandbox.membership import Membership, Order, Voucher
from dashboard.sandbox.stories import story


@dataclass(frozen=True, slots=True)
class Stage:
    """Moments count back from ``epoch``; histories must be told oldest first."""

    ids: Ids
    codes: Codes
    epoch: datetime

    def ago(self, *, days: float = 0, hours: float = 0) -> datetime:
        moment = self.epoch - timedelta(days=days, hours=hours)
        return moment.replace(second=0, microsecond=0)

    def points(
        self, membership: Membership, amount: int, days_ago: float, kind: str, lives: timedelta | None = None
    ) -> None:
        """Move points; ``amount`` is signed."""
        ledger = membership.ledgers[catalogue.POINTS]
        number = membership.contact_id + len(ledger.transactions)
        ledger.post(Decimal(amount), self.ago(days=days_ago), story(kind, amount, number), lives)

    def status(self, membership: Membership, amount: int, days_ago: float) -> None:
        """Credit status points."""
        ledger = membership.ledgers[catalogue.STATUS]
        ledger.post(Decimal(amount), self.ago(days=days_ago), story("purchase", amount * 2, amount))

    def purchase(self, membership: Membership, pounds: int, days_ago: float) -> None:
        """Two points and one status point for every pound."""
        self.points(membership, 2 * pounds, days_ago, "purchase")
        self.status(membership, pounds, days_ago)

    def voucher(
        self,
        membership: Membership,
        reward_id: str,
        days_ago: float,
        *,
        value: int | None = None,
        unit: str = "GBP",
        expires: datetime | None = None,
    ) -> Voucher:
        number = len(membership.vouchers)
        at = self.ago(days=days_ago)
        voucher = Voucher(
            self.ids.make(membership.contact_id, f"{membership.programme_id}:voucher:{number}"),
            reward_id,
            self.codes.make(membership.contact_id, number),
            at,
            at,
            Decimal(value) if value else None,
            unit if value else None,
            expires_at=expires,
            meta={"source": "app"},
        )
        membership.vouchers.append(voucher)
        return voucher

    def order(self, membership: Membership, amount: int, *, hours_ago: float, due_in_days: float) -> None:
        """An order whose transaction waits as a draft."""
        number = len(membership.orders)
        ledger = membership.ledgers[catalogue.POINTS]
        at = self.ago(hours=hours_ago)
        meta = {**story("online", amount, 88_190 + number), "kind": "order"}
        transaction = ledger.draft(Decimal(amount), at, meta)
        membership.orders.append(
            Order(
                self.ids.make(membership.contact_id, f"order:{number}"),
                catalogue.POINTS,
                Decimal(amount),
                at,
                self.epoch + timedelta(days=due_in_days),
                None,
                "engine",
                meta,
                transaction.id,
            )
        )
