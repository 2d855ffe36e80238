"""What a demo's database holds when its console starts."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from msgspec.structs import replace

from dashboard.permissions import Role
from dashboard.store import audit, intents, limits, staff
from dashboard.store.database import Database
from dashboard.store.intents import Intent, State

PASSWORD = "loyalty-desk-demo"  # noqa: S105 - public: it opens nothing but a demo on a sandbox
CAST = (
    ("sam@demo.example", "Sam Agent", Role.AGENT),
    ("lea@demo.example", "Lea Supervisor", Role.SUPERVISOR),
    ("ana@demo.example", "Ana Admin", Role.ADMIN),
    ("ike@demo.example", "Ike Auditor", Role.AUDITOR),
)

RATES = {"GBP": Decimal(100)}
"""How many points a pound counts as in everybody's limits: unset it would be one."""

_MOST = 10_000


def add_rates(database: Database) -> None:
    """Before :func:`add_cast` of a first start; what an admin makes of them later stays."""
    with database.write() as connection:
        if staff.by_email(connection, CAST[0][0]) is None:
            limits.replace_rates(connection, RATES)


def add_cast(database: Database) -> None:
    """Accounts whose password everybody knows. Call it only once the remote has shown to be a sandbox."""
    for email, name, role in CAST:
        now = datetime.now(UTC)
        with database.write() as connection:
            member = staff.by_email(connection, email) or staff.add(
                connection, email=email, name=name, role=role, now=now, is_demo=True
            )
        if not member.has_password:
            staff.set_password(database, member.id, PASSWORD, now)


def cancel_unsettled(database: Database) -> int:
    """Cancel what a former run left unsettled, and give how many: a new sandbox knows nothing of it.

    Left alone, each would be looked up in a world where it never was. What was settled stays as it is.
    """
    now = datetime.now(UTC)
    with database.write() as connection:
        left = intents.unsettled(connection, limit=_MOST)
        for intent in left:
            intents.save(connection, _cancelled(intent, now))
            audit.append(connection, _record(intent, now))
    return len(left)


def _cancelled(intent: Intent, now: datetime) -> Intent:
    return replace(
        intent,
        state=State.CANCELLED,
        failure_text="The sandbox that this was meant for has ended.",
        waiting=None,
        sweep_at=None,
        lease_owner=None,
        lease_until=None,
        updated_at=now,
        settled_at=now,
    )


def _record(intent: Intent, now: datetime) -> audit.Entry:
    return audit.Entry(
        at=now,
        actor_id=None,
        actor_name="Loyalty Desk",
        actor_role="system",
        action="demo.cancel",
        outcome=audit.Outcome.DONE,
        programme_id=intent.programme_id,
        contact_id=intent.contact_id,
        intent_id=intent.id,
        before={"state": intent.state.value},
        after={"state": State.CANCELLED.value},
    )
