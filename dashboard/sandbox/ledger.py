"""One balance of one member: its transactions, the entries they made, and the two phases.

Amounts are magnitudes (Decimal, positive); ``debit`` tells the side. Nothing here knows limits: see
:mod:`dashboard.sandbox.limits`. A debit eats the entry that expires first; what expires is booked as a
completed debit, so that completed transactions, entries and the balance always agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, Literal

from dashboard.sandbox.calendar import expiry_of_credit
from dashboard.sandbox.configuration import Definition
from dashboard.sandbox.ids import Ids

Status = Literal["draft", "completed", "rejected", "cancelled", "expired"]

EXPIRY_TYPE: Final = "expiry"
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Transaction:
    id: str
    contact_id: int
    definition_id: str
    amount: Decimal
    debit: bool
    created_at: datetime
    meta: Mapping[str, object]
    status: Status = "draft"
    lapses_at: datetime | None = None
    """When the draft expires by its ``ttl``."""
    lifetime: timedelta | None = None
    """Overrides the definition's rule for what this credits."""
    event_time: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    rejected_at: datetime | None = None
    reject_reason: str | None = None
    entry_expires_at: datetime | None = None
    updated_at: datetime = _NEVER
    system: bool = False
    """Booked by the sandbox itself, for an entry that expired."""

    def __post_init__(self) -> None:
        if self.updated_at is _NEVER:
            self.updated_at = self.created_at

    @property
    def signed(self) -> Decimal:
        return -self.amount if self.debit else self.amount

    def cancel(self, now: datetime) -> None:
        self.status, self.cancelled_at, self.updated_at = "cancelled", now, now

    def reject(self, reason: str, now: datetime) -> None:
        self.status, self.reject_reason = "rejected", reason
        self.rejected_at = self.updated_at = now

    def settle(self, now: datetime) -> None:
        """Let a draft lapse whose time has come."""
        if self.status == "draft" and self.lapses_at and self.lapses_at <= now:
            self.status, self.updated_at = "expired", self.lapses_at


@dataclass(slots=True)
class Entry:
    """What is left of one credit, also called lot."""

    id: str
    amount: Decimal
    created_at: datetime
    expires_at: datetime | None


@dataclass(slots=True)
class Ledger:
    """The account of ``owner`` in one definition. Newest transaction last."""

    definition: Definition
    owner: int
    ids: Ids
    opened_at: datetime
    transactions: list[Transaction] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    balance: Decimal = Decimal(0)
    updated_at: datetime = _NEVER
    key: str = ""
    """Sets the IDs of derived ledgers apart; runtime IDs need none."""
    _open: list[Transaction] = field(default_factory=list, init=False)
    """What may still be a draft."""

    def __post_init__(self) -> None:
        if self.updated_at is _NEVER:
            self.updated_at = self.opened_at

    def snapshot(self) -> Ledger:
        """A copy that later changes leave alone."""
        transactions = [replace(one) for one in self.transactions]
        return replace(self, transactions=transactions, entries=[replace(one) for one in self.entries])

    def find(self, transaction_id: str) -> Transaction | None:
        return next((one for one in self.transactions if one.id == transaction_id), None)

    def reserved(self) -> Decimal:
        """What open draft debits would take."""
        drafts = (one.amount for one in self._open if one.debit and one.status == "draft")
        return sum(drafts, Decimal(0))

    def draft(
        self, amount: Decimal, now: datetime, meta: Mapping[str, object], *, debit: bool = False
    ) -> Transaction:
        """First phase: note the transaction; the balance does not change."""
        transaction = Transaction(self._next_id(), self.owner, self.definition.id, amount, debit, now, meta)
        self.transactions.append(transaction)
        self._open.append(transaction)
        return transaction

    def complete(self, transaction: Transaction, now: datetime, amount: Decimal | None = None) -> None:
        """Second phase: move ``amount``, by default the transaction's own, which then becomes it."""
        transaction.amount = amount or transaction.amount
        transaction.status = "completed"
        transaction.completed_at = transaction.updated_at = now
        if transaction.debit:
            self._eat(transaction.amount)
        else:
            self._credit(transaction, now)
        self.balance += transaction.signed
        self.updated_at = now

    def post(
        self, signed: Decimal, at: datetime, meta: Mapping[str, object], lifetime: timedelta | None = None
    ) -> Transaction:
        """Both phases at once, for histories: a positive amount credits."""
        self.settle(at)
        transaction = self.draft(abs(signed), at, meta, debit=signed < 0)
        transaction.lifetime = lifetime
        self.complete(transaction, at)
        return transaction

    def settle(self, now: datetime) -> None:
        """Let lapse and expire what time has overtaken."""
        self._open = [one for one in self._open if one.status == "draft"]
        for transaction in self._open:
            transaction.settle(now)
        while (entry := self._first()) and entry.expires_at and entry.expires_at <= now:
            self._expire(entry, entry.expires_at)

    def entries_by_age(self) -> list[Entry]:
        return sorted(self.entries, key=lambda entry: entry.created_at)

    def completed_since(self, since: datetime, *, debit: bool) -> Iterator[Transaction]:
        """What members and staff completed on one side, for the limits."""
        for transaction in self.transactions:
            done = transaction.completed_at
            if done and done >= since and transaction.debit == debit and not transaction.system:
                yield transaction

    def _credit(self, transaction: Transaction, now: datetime) -> None:
        expires = (
            now + transaction.lifetime if transaction.lifetime else expiry_of_credit(self.definition, now)
        )
        transaction.entry_expires_at = expires
        self.entries.append(Entry(self._next_id("entry"), transaction.amount, now, expires))
        self.entries.sort(key=_expiry)

    def _eat(self, amount: Decimal) -> None:
        while amount > 0:
            entry = self.entries[0]
            part = min(amount, entry.amount)
            entry.amount -= part
            amount -= part
            if not entry.amount:
                del self.entries[0]

    def _expire(self, entry: Entry, at: datetime) -> None:
        meta = {"type": EXPIRY_TYPE, "source": "system", "entry": entry.id}
        transaction = self.draft(entry.amount, at, meta, debit=True)
        transaction.system = True
        self.complete(transaction, at)

    def _first(self) -> Entry | None:
        return self.entries[0] if self.entries else None

    def _next_id(self, kind: str = "transaction") -> str:
        if not self.key:
            return self.ids.new(self.owner)
        return self.ids.make(self.owner, f"{self.key}:{kind}:{len(self.transactions)}")


def _expiry(entry: Entry) -> datetime:
    return entry.expires_at or _NEVER
