"""A transaction's state and direction, whichever words the remote uses for them."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from dashboard.brevo.rows import Row


class TransactionStatus(StrEnum):
    """The remote's statuses under their new names; UNKNOWN for any word not seen before."""

    DRAFT = "draft"
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


_WORDS = {
    "draft": TransactionStatus.DRAFT,
    "pending": TransactionStatus.DRAFT,
    "completed": TransactionStatus.COMPLETED,
    "complete": TransactionStatus.COMPLETED,
    "rejected": TransactionStatus.REJECTED,
    "cancelled": TransactionStatus.CANCELLED,
    "canceled": TransactionStatus.CANCELLED,
    "expired": TransactionStatus.EXPIRED,
}
"""Both vocabularies of the contract's section 10."""


def transaction_status(text: str | None) -> TransactionStatus:
    """The status that ``text`` means."""
    return _WORDS.get((text or "").lower(), TransactionStatus.UNKNOWN)


def is_debit(row: Row, amount: Decimal | None) -> bool:
    """Whether a transaction takes away: its type says so, else the amount's sign (contract, section 5)."""
    said = (row.text("transactionType", "type") or "").lower()
    if said in {"credit", "debit"}:
        return said == "debit"
    return amount is not None and amount < 0
