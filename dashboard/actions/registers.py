"""What other tables are told when an intent is settled, in the same transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from dashboard.brevo.rows import moment
from dashboard.store import orders
from dashboard.store.intents import Intent, Kind, State
from dashboard.store.orders import OrderRow

_ENDS_DRAFT = frozenset({Kind.DRAFT_COMPLETE, Kind.DRAFT_CANCEL})


def keep(connection: Connection, intent: Intent, now: datetime) -> None:
    """Bring the register of orders and drafts up to date with an intent that changed."""
    if intent.kind is Kind.ORDER_CREATE and intent.state is State.DONE:
        orders.register(connection, _order(intent, now))
    is_over = intent.state is State.DONE or (intent.is_settled and intent.adopted is not None)
    if intent.kind in _ENDS_DRAFT and is_over:
        orders.close(connection, intent.programme_id, intent.transaction_id or "", now)


def _order(intent: Intent, now: datetime) -> OrderRow:
    due = moment(intent.values.get("due_at") or "")
    return OrderRow(
        intent_id=intent.id,
        programme_id=intent.programme_id,
        contact_id=intent.contact_id,
        definition_id=intent.definition_id,
        amount=intent.amount,
        due_at=due or now,
        expires_at=moment(intent.values.get("expires_at") or ""),
        order_id=intent.remote_id,
        transaction_id=intent.transaction_id,
        made_at=intent.sent_at or intent.created_at,
    )
