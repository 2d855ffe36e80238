"""Records as the client gives them, made short for tests of the page's own rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from dashboard.brevo.balances import Entry, EntryPage
from dashboard.brevo.history import HistoryItem
from dashboard.brevo.status import TransactionStatus

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def ago(**span: float) -> datetime:
    """``ago(days=3)``."""
    return NOW - timedelta(**span)


def ahead(**span: float) -> datetime:
    """``ahead(days=3)``."""
    return NOW + timedelta(**span)


def moved(
    id_: str,
    amount: int | str,
    at: datetime,
    *,
    status: TransactionStatus = TransactionStatus.COMPLETED,
    expires_at: datetime | None = None,
    meta: dict[str, object] | None = None,
    reject_reason: str | None = None,
) -> HistoryItem:
    """A transaction of ``amount``, signed."""
    signed = Decimal(amount)
    return HistoryItem(
        id=id_,
        amount=abs(signed),
        is_debit=signed < 0,
        status=status,
        status_text=status.value,
        created_at=at,
        completed_at=at if status is TransactionStatus.COMPLETED else None,
        reject_reason=reject_reason,
        expires_at=expires_at,
        meta=meta or {},
    )


def lot(amount: int, expires_at: datetime | None, created_at: datetime | None = None) -> Entry:
    """A live lot."""
    return Entry(id=f"lot-{amount}", amount=Decimal(amount), created_at=created_at, expires_at=expires_at)


def lots(*entries: Entry, count: int | None = None) -> EntryPage:
    """Lots as a page of them; all there are unless ``count`` says more."""
    return EntryPage(count=len(entries) if count is None else count, entries=entries)
