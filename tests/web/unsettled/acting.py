"""Changes whose outcome stays unknown, by real faults of the sandbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from dashboard.actions.credits import CreditForm, give_credit
from dashboard.actions.deeds import Actor
from dashboard.actions.vouchers import IssueForm, issue_voucher
from dashboard.permissions import Role
from dashboard.sandbox.cast import AMARA, NORTHWIND
from dashboard.sandbox.catalogue import POINTS
from dashboard.sandbox.reward_catalogue import WELCOME_GIFT
from dashboard.store import intents
from dashboard.store.intents import Intent, State
from tests.support.app import PEOPLE, Desk


def actor(desk: Desk, name: str) -> Actor:
    full, role = PEOPLE[name]
    return Actor(staff_id=desk.staff_id(name), name=full, role=Role(role))


def basics(**more: Any) -> dict[str, Any]:
    return {
        "intent_id": str(uuid4()),
        "programme_id": NORTHWIND,
        "contact_id": AMARA.contact_id,
        "reason": "late_delivery",
        "case_reference": "ZD-55910",
        **more,
    }


def fault(desk: Desk, kind: str, operation: str, **more: Any) -> None:
    assert desk.remote is not None
    desk.remote.fault(kind, path=operation, **more)


def unknown_voucher(desk: Desk, name: str = "sam", kind: str = "drop_before") -> Intent:
    """A voucher whose answer was lost a moment ago."""
    parts = desk.services
    reward = parts.brevo.rewards.get(NORTHWIND, WELCOME_GIFT).value
    fault(desk, kind, "attributeVoucher")
    # A case of its own: a second voucher for one case is warned of.
    form = IssueForm(**basics(reward=reward, case_reference=f"ZD-{uuid4().hex[:8]}"))
    return issue_voucher(parts.database, parts.engine, actor(desk, name), form)


def held_voucher(desk: Desk, name: str = "sam") -> Intent:
    """A voucher that never arrived: nothing shows whether it will."""
    held = settled(desk, unknown_voucher(desk, name))
    assert held.state is State.HELD
    return held


def held_credit(desk: Desk, name: str = "sam") -> Intent:
    """A credit whose draft was made, while the answer was lost and Brevo forgot our mark."""
    assert desk.remote is not None
    parts = desk.services
    definition = parts.configuration.of(NORTHWIND).definition(POINTS)
    desk.remote.switch("nulls", "yes")
    fault(desk, "apply_then_drop", "createTransaction")
    form = CreditForm(**basics(definition=definition, amount="500"))
    held = settled(desk, give_credit(parts.database, parts.engine, actor(desk, name), form))
    desk.remote.switch("nulls", "no")
    assert held.failure_code == "mark_lost"
    return held


def queued_credit(desk: Desk, name: str = "sam") -> Intent:
    """A credit that waits because this hour's requests are used up."""
    parts = desk.services
    fault(desk, "status", "createTransaction", status=429, headers={"x-sib-ratelimit-reset": "600"})
    definition = parts.configuration.of(NORTHWIND).definition(POINTS)
    form = CreditForm(**basics(definition=definition, amount="500"))
    waiting = give_credit(parts.database, parts.engine, actor(desk, name), form)
    assert waiting.waiting is not None
    return waiting


def settled(desk: Desk, intent: Intent) -> Intent:
    """What the settler makes of it in the next minutes."""
    for _ in range(40):
        if intent.is_settled:
            return intent
        desk.clock.advance(seconds=10)
        intent = desk.services.engine.advance(intent.id, until=desk.clock() + timedelta(seconds=1))
    raise AssertionError(f"still {intent.state}")


def now(desk: Desk, intent: Intent) -> Intent:
    with desk.services.database.read() as connection:
        found = intents.get(connection, intent.id)
    assert found is not None
    return found
