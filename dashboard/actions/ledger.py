"""The remote ledger as the engine sees it: three calls and one look; and what their answers mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

import msgspec

from dashboard.brevo.errors import BrevoError
from dashboard.brevo.fetched import Evidence, Write
from dashboard.brevo.history import HistoryItem, Lookup
from dashboard.brevo.status import TransactionStatus
from dashboard.brevo.transactions import Transaction


class Ledger(Protocol):
    """What :class:`dashboard.brevo.transactions.Transactions` offers; a simulator offers the same."""

    def create(
        self,
        programme_id: str,
        *,
        contact_id: int,
        definition_id: str,
        amount: Decimal,
        meta: Mapping[str, object],
        ttl: int,
    ) -> Write[Transaction]:
        """Open a draft."""
        ...

    def complete(self, programme_id: str, transaction_id: str, *, contact_id: int) -> Write[Transaction]:
        """Apply a draft."""
        ...

    def cancel(self, programme_id: str, transaction_id: str, *, contact_id: int) -> Write[Transaction]:
        """Void a draft."""
        ...

    def find(
        self,
        programme_id: str,
        *,
        contact_id: int,
        definition_id: str,
        intent_id: str | None = None,
        transaction_id: str | None = None,
        since: datetime,
    ) -> Lookup:
        """Look for a transaction in the member's history."""
        ...


class LookFailed(msgspec.Struct, frozen=True):
    """The remote could not be read."""

    kind: str
    """The name of the client's error."""
    retry_after: float | None
    """Seconds, when the remote or the budget named them."""

    @classmethod
    def of(cls, error: BrevoError) -> LookFailed:
        """What a look met."""
        return cls(type(error).__name__, getattr(error, "retry_after", None))


Shown = Transaction | HistoryItem
"""A transaction as an answer or the history shows it."""

LONGEST_WORD = 100

_DATED = (
    ("completed_at", TransactionStatus.COMPLETED),
    ("cancelled_at", TransactionStatus.CANCELLED),
    ("rejected_at", TransactionStatus.REJECTED),
)


def status_of(shown: Shown) -> TransactionStatus:
    """The status; where its word is not known, what the dates beside it say, if they agree."""
    if shown.status is not TransactionStatus.UNKNOWN:
        return shown.status
    said = [status for name, status in _DATED if getattr(shown, name) is not None]
    return said[0] if len(said) == 1 else TransactionStatus.UNKNOWN


def has_usable_id(shown: Shown) -> bool:
    """Whether it can be named in a call: the contract's transaction IDs are UUIDs."""
    try:
        UUID(shown.id)
    except ValueError:
        return False
    return True


def evidence_of(evidence: Evidence) -> dict[str, object]:
    """A write's evidence as it is kept; free text is kept apart, because it may name people."""
    return {
        "kind": evidence.kind,
        "sent": evidence.sent,
        "status": evidence.status,
        "code": _plain(evidence.code),
        "request_id": _plain(evidence.request_id),
        "at": evidence.at.isoformat(),
    }


def evidence_of_look(item: HistoryItem, at: datetime) -> dict[str, object]:
    """What a line of the history proved."""
    decided = item.completed_at or item.cancelled_at or item.rejected_at
    return {
        "kind": "history",
        "transaction_id": item.id,
        "status": _plain(item.status_text),
        "decided_at": None if decided is None else decided.isoformat(),
        "at": at.isoformat(),
    }


def _plain(text: str | None) -> str | None:
    """Words of the remote as the records can keep them: no NUL, no half characters, no novels."""
    return None if text is None else "".join(c for c in text if c.isprintable())[:LONGEST_WORD]
