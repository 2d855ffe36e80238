"""Balance orders. The remote never shows one again: the reply is all there is (contract, section 11)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from dashboard.brevo.calls import Call, Id, body, contact, nonzero, path, timestamp, uuid_text
from dashboard.brevo.exchange import Exchange
from dashboard.brevo.fetched import Write
from dashboard.brevo.rows import Document


class OrderSource(StrEnum):
    """Whom the remote files an order under. It documents no difference between them."""

    USER = "user"
    ENGINE = "engine"


class NewOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order to make: a credit (positive ``amount``) or debit (negative) for ``due_at``."""

    definition_id: Id
    amount: Decimal
    due_at: datetime
    expires_at: datetime | None = None
    source: OrderSource = OrderSource.USER
    meta: Mapping[str, object]


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

    def create(self, programme_id: Id, contact_id: int, order: NewOrder) -> Write[Order]:
        """Make an order for a member."""
        pid, cid = uuid_text(programme_id, "programme_id"), contact(contact_id)
        bdid = uuid_text(order.definition_id, "definition_id")
        sent = body(
            amount=nonzero(order.amount),
            balanceDefinitionId=bdid,
            contactId=cid,
            dueAt=timestamp(order.due_at, "due_at"),
            expiresAt=timestamp(order.expires_at, "expires_at"),
            source=order.source.value,
            meta=order.meta,
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
