"""What happens to an order when it falls due; by the switches, as the contract leaves it open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from dashboard.sandbox.ledger import Ledger, Transaction
from dashboard.sandbox.limits import granted, refusal
from dashboard.sandbox.membership import Membership, Order
from dashboard.sandbox.switches import Switchboard


def process_due(membership: Membership, now: datetime, switches: Switchboard) -> None:
    """Process every order whose time has come and that was not processed yet."""
    for order in membership.orders:
        if order.processed_at is None and order.due_at <= now:
            _process(membership, order, now, switches)


def open_transaction(ledger: Ledger, order: Order, at: datetime, switches: Switchboard) -> Transaction:
    """The draft of an order; it lapses when the order does."""
    meta: Mapping[str, object] = order.meta if switches["order_meta"] == "yes" else {}
    transaction = ledger.draft(abs(order.amount), at, meta, debit=order.amount < 0)
    transaction.lapses_at = order.expires_at
    order.transaction_id = transaction.id
    return transaction


def _process(membership: Membership, order: Order, now: datetime, switches: Switchboard) -> None:
    order.processed_at = order.due_at
    ledger = membership.ledgers[order.definition_id]
    transaction = ledger.find(order.transaction_id) if order.transaction_id else None
    if transaction is None:
        transaction = open_transaction(ledger, order, order.due_at, switches)
    if switches["order_at_due"] == "completed" and transaction.status == "draft":
        reason = refusal(ledger, transaction.amount, now, debit=transaction.debit)
        if reason:
            transaction.reject(reason, order.due_at)
        else:
            amount = transaction.amount if transaction.debit else granted(ledger, transaction.amount)
            ledger.complete(transaction, order.due_at, amount)
