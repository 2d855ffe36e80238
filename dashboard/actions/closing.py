"""Closing an order of which the remote never named a transaction, so that it waits for nobody any more.

Only our own register changes. Nothing is sent, for the remote shows no orders and takes none back; and what
is closed comes back by itself once its transaction is seen.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace
from sqlalchemy import Connection

from dashboard.actions import records
from dashboard.actions.deeds import Actor, text_problems, tidy
from dashboard.actions.refusals import Denied, NotRecorded, Problem, Unacceptable
from dashboard.actions.rules import LONGEST_NOTE
from dashboard.permissions import Permission
from dashboard.store import audit, intents, orders
from dashboard.store.audit import Entry, Outcome
from dashboard.store.database import Database, DatabaseUnavailable
from dashboard.store.intent import Intent
from dashboard.store.orders import OrderRow

MAY_TAKE = timedelta(days=1)
"""From the due time until its transaction can be expected. Nothing is promised; a day bears a nightly run."""


def is_overdue(order: OrderRow, now: datetime) -> bool:
    """Whether its transaction should be there by now, and none is known."""
    return order.transaction_id is None and order.closed_at is None and now >= order.due_at + MAY_TAKE


def close_overdue(database: Database, actor: Actor, intent_id: str, why: str, now: datetime) -> None:
    """Close the order that this intent made.

    Its own maker may: nothing moves, and no limit is freed.

    :raises LookupError: there is no such order.
    :raises Unacceptable: the reason is missing, or there is nothing to close any more.
    :raises Denied: only supervisors close orders.
    :raises NotRecorded: the console's own database is in trouble; nothing was closed.
    """
    try:
        _close(database, actor, intent_id, why, now)
    except DatabaseUnavailable as error:
        raise NotRecorded(f"The console could not write this down. {error}") from error


def _close(database: Database, actor: Actor, intent_id: str, why: str, now: datetime) -> None:
    with database.read() as connection:
        intent, _ = _found(connection, intent_id)
    if not actor.role.may(Permission.INTENTS_DECIDE):
        with database.write() as connection:
            audit.append(connection, _entry(actor, intent, Outcome.DENIED, now))
        raise Denied(Permission.INTENTS_DECIDE)
    note = tidy(why)
    problems = text_problems("note", "Note", note, LONGEST_NOTE)
    if not note:
        problems = [Problem("note", "Enter why nobody has to wait for it any more")]
    if problems:
        raise Unacceptable(tuple(problems))
    with database.write() as connection:
        # Read again: its transaction may have been seen, or somebody may have closed it.
        intent, order = _found(connection, intent_id)
        if not is_overdue(order, now):
            raise Unacceptable((Problem("", "This order waits for nobody any more. Open it again"),))
        orders.give_up(connection, intent_id, now)
        # The text may be about the member: it stays with the intent, the record has who and when.
        closed = {"by": actor.name, "note": note, "at": now.isoformat()}
        intents.save(connection, replace(intent, result={**intent.result, "closed": closed}, updated_at=now))
        audit.append(connection, _entry(actor, intent, Outcome.DONE, now))


def _found(connection: Connection, intent_id: str) -> tuple[Intent, OrderRow]:
    intent, order = intents.get(connection, intent_id), orders.get(connection, intent_id)
    if intent is None or order is None:
        raise LookupError(intent_id)
    return intent, order


def _entry(actor: Actor, intent: Intent, outcome: Outcome, now: datetime) -> Entry:
    return Entry(
        at=now,
        actor_id=actor.staff_id,
        actor_name=actor.name,
        actor_role=actor.role.value,
        action="order.close",
        outcome=outcome,
        programme_id=intent.programme_id,
        contact_id=intent.contact_id,
        intent_id=intent.id,
        reason=intent.reason,
        case_reference=intent.case_reference,
        after=records.told(intent),
        remote_ids=records.remote_ids(intent),
        request_id=actor.request_id,
        ip=actor.ip,
    )
