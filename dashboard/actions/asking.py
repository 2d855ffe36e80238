"""Asking somebody else to allow what one may not do alone: the intent waits, and ends by itself in a day."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from dashboard.actions import records, words
from dashboard.store import approvals, audit, intents, spending
from dashboard.store.approvals import LIFE, Excess, Request
from dashboard.store.database import Database
from dashboard.store.intents import Intent, State
from dashboard.store.spending import Act, Room


def ask(database: Database, intent: Intent, act: Act, exceeded: tuple[Room, ...]) -> Intent:
    """Write an intent down as a request, or give the one that has its ID already.

    :param act: what it would take out of the limits of whoever approves it.
    :param exceeded: the limits of ``intent``'s person that it is above.
    """
    until = act.now + LIFE
    request = Request(
        intent_id=intent.id,
        staff_id=intent.staff_id,
        amount=act.amount,
        unit=act.unit,
        exceeded=tuple(_excess(room) for room in exceeded),
        asked_at=act.now,
        expires_at=until,
    )
    # Due only when its time has run out: until then the engine leaves it alone.
    waits = replace(intent, state=State.AWAITING_APPROVAL, next_at=until)
    with database.write() as connection:
        # Before looking: of the same form sent twice at once, one is written down.
        spending.lock(connection, intent.staff_id)
        known = intents.get(connection, intent.id)
        if known is not None:
            return known
        intents.add(connection, waits)
        approvals.add(connection, request)
        audit.append(connection, replace(records.of_new(waits), action="approval.ask"))
    return waits


def lapsed(intent: Intent, now: datetime) -> Intent:
    """Nobody decided in time."""
    return replace(
        intent,
        state=State.FAILED,
        settled_at=now,
        failure_code="not_decided",
        failure_text=f"Nobody decided within a day. {words.nothing_moved(intent)}",
    )


def _excess(room: Room) -> Excess:
    return Excess(
        span=room.span.value,
        most=None if room.limit.value is None else format(room.limit.value, "f"),
        used=format(room.used, "f"),
        most_times=room.limit.times,
        times=room.times,
    )
