"""The few IDs that these tests talk about, and answers in the current reference's spelling."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from dashboard.brevo import Brevo, Transaction, Write

KEY = "sandbox"
PROGRAMME = "6d1f0e5a-0b7e-4d3c-9a55-0c1d2e3f4a01"
OTHER_PROGRAMME = "6d1f0e5a-0b7e-4d3c-9a55-0c1d2e3f4a02"
POINTS = "0b6a4c1e-93d5-4a8f-8d5e-1f2a3b4c5d01"
COINS = "0b6a4c1e-93d5-4a8f-8d5e-1f2a3b4c5d02"
TID = "5f0e7a44-53b1-4b8e-a6a8-77c1d2e3f401"
OTHER_TID = "5f0e7a44-53b1-4b8e-a6a8-77c1d2e3f402"
VOUCHER = "c4d1e2f3-1111-4a2b-9c3d-4e5f60718201"
REWARD = "a1b2c3d4-2222-4a2b-9c3d-4e5f60718201"
GROUP = "d2b2c3d4-3333-4a2b-9c3d-4e5f60718201"
SILVER = "e3b2c3d4-4444-4a2b-9c3d-4e5f60718201"
GOLD = "e3b2c3d4-4444-4a2b-9c3d-4e5f60718202"
POOL = "f4b2c3d4-5555-4a2b-9c3d-4e5f60718201"
MEMBER = 4711
OTHER_MEMBER = 4712
INTENT = "intent-1"
SENT = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)


def transaction(**changes: Any) -> dict[str, Any]:
    """A draft of 500 points for the member, as the remote answers it; None removes a field."""
    fields = {
        "id": TID,
        "amount": 500,
        "transactionType": "credit",
        "status": "draft",
        "meta": {"intent": INTENT},
        "loyaltyProgramId": PROGRAMME,
        "balanceDefinitionId": POINTS,
        "contactId": MEMBER,
        "createdAt": "2026-11-18T12:00:01Z",
        "updatedAt": "2026-11-18T12:00:01Z",
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def item(number: int, **changes: Any) -> dict[str, Any]:
    """A row of history; a higher number is older by a minute each."""
    hours, minutes = divmod(20 * 60 - number, 60)
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "amount": 10 + number,
        "transactionType": "credit",
        "status": "completed",
        "createdAt": f"2026-11-18T{hours:02d}:{minutes:02d}:00Z",
        "meta": {},
        **changes,
    }


def history(rows: list[dict[str, Any]], count: int | None = None, **changes: Any) -> dict[str, Any]:
    """A page of the member's history."""
    return {
        "loyaltyProgramId": PROGRAMME,
        "contactId": MEMBER,
        "balanceDefinitionId": POINTS,
        "transactionHistory": rows,
        "count": len(rows) if count is None else count,
        **changes,
    }


def account_info(**changes: Any) -> dict[str, Any]:
    """The member, whole; None removes a part."""
    parts = {
        "loyaltyProgramName": "Beans",
        "membership": {
            "loyaltySubscriptionId": "LS-4711",
            "createdAt": "2025-01-05T08:00:00Z",
            "updatedAt": "2026-01-05T08:00:00Z",
        },
        "balance": {
            "contactId": MEMBER,
            "loyaltyProgramId": PROGRAMME,
            "balances": [
                {"balanceDefinitionId": POINTS, "balanceDefinitionName": "Points", "value": 1240.5},
                {"balanceDefinitionId": COINS, "balanceDefinitionName": "Coins", "value": 3},
            ],
        },
        "tier": [
            {
                "contactId": MEMBER,
                "groupId": GROUP,
                "groupName": "Status",
                "tierId": SILVER,
                "tierName": "Silver",
                "loyaltyProgramId": PROGRAMME,
                "createdAt": "2026-02-01T00:00:00Z",
            }
        ],
        "reward": [
            {
                "id": VOUCHER,
                "contactId": MEMBER,
                "loyaltyProgramId": PROGRAMME,
                "rewardId": REWARD,
                "rewardName": "£10 off",
                "publicDescription": "Ten pounds off",
                "code": "V-7QK2",
                "value": 10,
                "unit": "GBP",
                "validFrom": "2026-01-01T00:00:00Z",
                "expirationDate": "2026-12-31T23:59:59Z",
                "createdAt": "2026-01-01T00:00:00Z",
            }
        ],
        "members": [{"memberContactId": OTHER_MEMBER, "createdAt": "2026-03-01T00:00:00Z"}],
        **changes,
    }
    return {name: value for name, value in parts.items() if value is not None}


def create(brevo: Brevo, amount: str = "500") -> Write[Transaction]:
    """The write that most tests make."""
    return brevo.transactions.create(
        PROGRAMME,
        contact_id=MEMBER,
        definition_id=POINTS,
        amount=Decimal(amount),
        meta={"intent": INTENT},
        ttl=600,
    )


def complete(brevo: Brevo) -> Write[Transaction]:
    """The write that moves points."""
    return brevo.transactions.complete(PROGRAMME, TID, contact_id=MEMBER)
