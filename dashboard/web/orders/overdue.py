"""An order of ours of which the remote has named no transaction: how it stands, and what to do."""

from __future__ import annotations

from datetime import datetime

from dashboard.actions.closing import MAY_TAKE, is_overdue
from dashboard.brevo.rows import moment
from dashboard.store.intents import Intent
from dashboard.store.orders import OrderRow
from dashboard.web.filters import Formats


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


CLOSING_MEANS = (
    "Nothing is sent to Brevo, which shows no orders and takes none back: it may still come. "
    "If its transaction is seen when somebody opens the member, it is back among the pending orders."
)


def told(order: OrderRow, intent: Intent, now: datetime, formats: Formats) -> str | None:
    """What there is to say of an order whose transaction did not come, or of one that was closed for it."""
    if is_overdue(order, now):
        return what_to_do(order, formats)
    closed = intent.result.get("closed")
    if not isinstance(closed, dict):
        return None
    at = moment(closed["at"])
    by = f"{closed['by']} closed it on {formats.when(at)}: “{closed['note']}”."
    if order.transaction_id is not None:
        return f"{by} It has come back since: Brevo shows its transaction."
    return f"{by} {CLOSING_MEANS}"


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
