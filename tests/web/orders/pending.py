"""What tests of pending orders share: Jonas, who has five drafts, and how the remote stands."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from dashboard.sandbox.cast import NORTHWIND, PENDING
from tests.support.app import Desk

PROGRAMME = f"/programmes/{NORTHWIND}"
MEMBER = f"{PROGRAMME}/members/{PENDING.contact_id}"


def transactions(desk: Desk, contact_id: int = PENDING.contact_id) -> list[dict[str, Any]]:
    """All of the member's transactions in points, as the remote has them."""
    assert desk.remote is not None
    return list(desk.remote.ledger(NORTHWIND, contact_id)["transactions"])


def draft(desk: Desk, amount: int, contact_id: int = PENDING.contact_id) -> str:
    """The ID of the draft over that amount; negative for a debit."""
    return next(
        str(each["id"])
        for each in transactions(desk, contact_id)
        if each["status"] == "draft" and each["amount"] == Decimal(amount)
    )


def status(desk: Desk, transaction_id: str, contact_id: int = PENDING.contact_id) -> str:
    """How the remote has it now."""
    return next(
        str(each["status"]) for each in transactions(desk, contact_id) if each["id"] == transaction_id
    )


def writes(desk: Desk) -> list[str]:
    """The calls that change something."""
    return [call for call in desk.calls if not call.startswith(("get", "list"))]
