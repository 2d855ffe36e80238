"""Balance orders. The remote never shows one again: the reply is all there is (contract, section 11)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

import msgspec

from dashboard.brevo.calls import Call, Id, body, contact, nonzero, path, timestamp, uuid_text
from dashboard.brevo.exchange import Exchange
from dashboard.brevo.fetched import Write
from dashboard.brevo.rows import Document


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order as its creation answers it; ``amount`` is signed as sent back."""

    id: str | None
    amount: Decimal | None
    due_at: datetime | None
    expires_at: datetime | None
    processed_at: datetime | None
    created_at: datetime | None
    transaction_id: str | None


class Orders:
    """Calls about orders."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def create(
        self,
        programme_id: Id,
        *,
        contact_id: int,
        definition_id: Id,
        amount: Decimal,
        due_at: datetime,
        expires_at: datetime | None = None,
        meta: Mapping[str, object],
    ) -> Write[Order]:
        """Order a credit (positive) or debit (negative) for ``due_at``."""
        pid, cid = uuid_text(programme_id, "programme_id"), contact(contact_id)
        bdid = uuid_text(definition_id, "definition_id")
        sent = body(
            amount=nonzero(amount),
            balanceDefinitionId=bdid,
            contactId=cid,
            dueAt=timestamp(due_at, "due_at"),
            expiresAt=timestamp(expires_at, "expires_at"),
            source="user",
            meta=meta,
        )

        def decode(document: Document) -> Order:
            row = document.row
            row.expect(contactId=cid, loyaltyProgramId=pid, balanceDefinitionId=bdid)
            row.need_integer("contactId")
            return Order(
                id=row.text("id"),
                amount=row.number("amount"),
                due_at=row.moment("dueAt"),
                expires_at=row.moment("expiresAt"),
                processed_at=row.moment("processedAt"),
                created_at=row.moment("createdAt"),
                transaction_id=row.text("transactionid"),
            )

        call = Call(
            "createOrder", "POST", path("loyalty", "balance", "programs", pid, "create-order"), body=sent
        )
        return self._exchange.write(call, decode)
