"""An order of ours of which the remote has named no transaction: how it stands, and what to do."""

from __future__ import annotations

from datetime import datetime, timedelta

from dashboard.store.orders import OrderRow
from dashboard.web.filters import Formats

MAY_TAKE = timedelta(days=1)
"""From the due time until its transaction can be expected. Nothing is promised; a day bears a nightly run."""


def standing(order: OrderRow, now: datetime) -> tuple[str, str]:
    """Label and kind of tag of an order without a transaction."""
    if order.due_at > now:
        return "Not due yet", "neutral"
    if not is_overdue(order, now):
        return "Due, not seen yet", "warn"
    return (
        ("Overdue, not shown by Brevo", "bad")
        if _was_looked_for(order)
        else ("Overdue, not looked for", "warn")
    )


def is_overdue(order: OrderRow, now: datetime) -> bool:
    """Whether its transaction should be there by now, and none is known."""
    return order.transaction_id is None and order.closed_at is None and now >= order.due_at + MAY_TAKE


def what_to_do(order: OrderRow, formats: Formats) -> str:
    """For an overdue order: what is known, and the way on."""
    due = f"It was due on {formats.when(order.due_at)}, and no transaction of it is known."
    if not _was_looked_for(order):
        return (
            f"{due} Nobody has looked for it since: open the member at this balance: that reads Brevo's list."
        )
    name = f"order {order.order_id}" if order.order_id else "it"
    return (
        f"{due} Brevo's list of the member was read on {formats.when(order.looked_at)} and does not show it. "
        "Compare in Brevo: the list may hold it without our mark. If it does not, ask Brevo's support about "
        f"{name} before anything is ordered or given again: Brevo shows no orders, and it may still come."
    )


def _was_looked_for(order: OrderRow) -> bool:
    """Whether the member was read after the transaction should have been there."""
    return order.looked_at is not None and order.looked_at >= order.due_at + MAY_TAKE
