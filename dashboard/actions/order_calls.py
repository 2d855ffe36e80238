"""Making an order: the reply is the only time the remote shows it; its transaction is found by our mark."""

from __future__ import annotations

from typing import Protocol

from dashboard.actions import order_meta, words
from dashboard.actions.ledger import Ledger, evidence_of_look, has_usable_id
from dashboard.actions.one_phase import Doubt, Seen, Sight
from dashboard.actions.operation import mark
from dashboard.brevo.fetched import Evidence, Write
from dashboard.brevo.orders import NewOrder, Order, OrderSource
from dashboard.brevo.rows import moment
from dashboard.store.intents import Intent


class OrderCalls(Protocol):
    """What :class:`dashboard.brevo.orders.Orders` offers; a simulator offers the same."""

    def create(self, programme_id: str, contact_id: int, order: NewOrder) -> Write[Order]:
        """Order a credit or debit."""
        ...


class MakeOrder:
    """Makes one order. The same call twice is two orders: never sent again once it may have arrived."""

    resends = False

    def __init__(self, calls: OrderCalls, ledger: Ledger) -> None:
        self._calls = calls
        self._ledger = ledger

    def send(self, intent: Intent) -> Write[object]:
        """With our mark, which its transaction may inherit."""
        values = intent.values
        order = NewOrder(
            definition_id=intent.definition_id,
            amount=intent.amount,
            due_at=moment(values["due_at"] or "") or intent.created_at,
            expires_at=moment(values.get("expires_at") or ""),
            # Those that were asked for before staff could choose are by a person.
            source=OrderSource(values.get("source") or OrderSource.USER),
            meta={**order_meta.of_intent(intent), **mark(intent)},
        )
        return self._calls.create(intent.programme_id, intent.contact_id, order)

    def told(self, intent: Intent, value: object) -> Sight:
        """The order, if the answer holds one."""
        if not isinstance(value, Order):
            return Sight(seen=Seen.UNSURE)
        named = value.transaction_id if value.transaction_id and len(value.transaction_id) == 36 else None
        order_id = None if value.id is None else value.id[:100]
        return Sight(seen=Seen.DONE, fields={"remote_id": order_id, "transaction_id": named})

    def doubt(self, intent: Intent, evidence: Evidence) -> Doubt:
        """Nothing of an order repeats: a refusal is final."""
        return Doubt.NONE

    def look(self, intent: Intent) -> Sight:
        """For its transaction in the member's history: the only trace there may be."""
        look = self._ledger.find(
            intent.programme_id,
            contact_id=intent.contact_id,
            definition_id=intent.definition_id,
            intent_id=intent.id,
            since=intent.sent_at or intent.created_at,
        )
        if look.found is not None and has_usable_id(look.found):
            evidence = evidence_of_look(look.found, look.at)
            return Sight(seen=Seen.DONE, fields={"transaction_id": look.found.id}, evidence=evidence)
        seen = Seen.OPEN if look.complete else Seen.UNSURE
        return Sight(seen=seen, code="not_found", text=words.not_found(intent))
