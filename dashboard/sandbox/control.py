"""Steering a sandbox from within the process; :mod:`dashboard.sandbox.controlpath` does it over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from dashboard.sandbox.application import Application
from dashboard.sandbox.calls import Call
from dashboard.sandbox.cast import CAST
from dashboard.sandbox.faults import Fault
from dashboard.sandbox.membership import Membership

VERSION: Final = "1"


class Control:
    """Faults, latency, switches, clock, budget, the record of calls and a look into the ledgers."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._world = application.world

    def identity(self) -> dict[str, object]:
        """Who this is: no real account answers so."""
        world = self._world
        return {
            "name": "loyalty-desk sandbox",
            "version": VERSION,
            "seed": world.seed,
            "members": world.member_count,
            "plan": self._application.budget.plan,
            "now": world.now(),
            "programmes": [{"id": one.id, "name": one.name} for one in world.programmes.values()],
        }

    def fault(self, fault: Fault) -> int:
        """Order a fault; the number it is listed under."""
        return self._application.faults.add(fault)

    def faults(self) -> list[dict[str, object]]:
        return self._application.faults.orders()

    def clear_faults(self) -> None:
        self._application.faults.clear()

    def latency(self, seconds: float) -> None:
        """Let every call below ``/v3`` be answered so long after it came."""
        if not 0 <= seconds <= 60:
            raise ValueError("latency must be from 0 to 60 seconds")
        self._application.latency = seconds

    def switch(self, name: str, value: str) -> None:
        """:raises UnknownSwitch: for a name or value that does not exist."""
        with self._world.lock:
            self._world.switches.set(name, value)

    def switches(self) -> dict[str, str]:
        return self._world.switches.as_dict()

    def now(self) -> datetime:
        return self._world.now()

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._world.clock.advance(seconds)

    def set_clock(self, moment: datetime) -> None:
        """Stop the clock at ``moment``."""
        self._world.clock.set(moment)

    def plan(self, name: str) -> None:
        """Change the account's plan and begin new windows."""
        self._application.budget.use_plan(name)

    def leave_budget(self, family: str, remaining: int) -> None:
        """Use up a family's budget but for ``remaining`` requests."""
        self._application.budget.leave(family, remaining, self._world.now())

    def calls(self) -> list[Call]:
        """The calls below ``/v3``, oldest first."""
        return self._application.calls.all()

    def clear_calls(self) -> None:
        self._application.calls.clear()

    def reset(self, seed: int | None = None) -> None:
        """Begin anew, with the same or another seed; faults and the record of calls go, switches stay."""
        with self._world.lock:
            self._world.reset(self._world.seed if seed is None else seed)
        self.clear_faults()
        self.clear_calls()

    def ledger(self, programme_id: str, contact_id: int) -> dict[str, object] | None:
        """All that a member holds, without lag and without counting as a call; None for no member."""
        world = self._world
        with world.lock:
            programme = world.programmes.get(programme_id)
            membership = world.members(programme).get(contact_id) if programme else None
            return _ledger_json(membership) if membership else None

    def cast(self) -> list[dict[str, object]]:
        """Who can be found, and what for."""
        return [
            {
                "role": one.role,
                "contactId": one.contact_id,
                "name": one.name,
                "email": one.email,
                "phone": one.phone,
                "extId": one.ext_id,
                "loyaltySubscriptionId": one.subscription_id,
                "programmes": list(one.programmes),
            }
            for one in CAST
        ]


def _ledger_json(membership: Membership) -> dict[str, object]:
    return {
        "contactId": membership.contact_id,
        "loyaltySubscriptionId": membership.subscription_id,
        "balances": {one: ledger.balance for one, ledger in membership.ledgers.items()},
        "entries": {
            one: [
                {"id": entry.id, "amount": entry.amount, "expiresAt": entry.expires_at}
                for entry in ledger.entries
            ]
            for one, ledger in membership.ledgers.items()
        },
        "transactions": [
            {
                "id": one.id,
                "definitionId": one.definition_id,
                "amount": one.signed,
                "status": one.status,
                "meta": one.meta,
                "createdAt": one.created_at,
            }
            for _, one in membership.transactions()
        ],
        "tiers": {group: held.tier_id for group, held in membership.tiers.items()},
        "vouchers": [
            {
                "id": one.id,
                "code": one.code,
                "rewardId": one.reward_id,
                "meta": one.meta,
                "consumedAt": one.consumed_at,
                "revokedAt": one.revoked_at,
            }
            for one in membership.vouchers
        ],
        "orders": [
            {"id": one.id, "transactionId": one.transaction_id, "dueAt": one.due_at, "amount": one.amount}
            for one in membership.orders
        ],
        "sharers": [one.contact_id for one in membership.sharers],
    }
