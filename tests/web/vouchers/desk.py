"""What tests of vouchers share: whose they are, what the remote holds, and forms filled as usual."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from dashboard.sandbox.cast import AMARA, NORTHWIND, VOUCHERS
from dashboard.sandbox.reward_catalogue import FIVE_OFF, TEN_OFF
from tests.support.app import Desk
from tests.support.page import Page

MEMBERS = f"/programmes/{NORTHWIND}/members"
AMARAS = f"{MEMBERS}/{AMARA.contact_id}"
LEILAS = f"{MEMBERS}/{VOUCHERS.contact_id}"
NEW = f"{AMARAS}/vouchers/new"
TEN = f"{NEW}/{TEN_OFF}"
FIVE = f"{NEW}/{FIVE_OFF}"
WHY = {"Reason": "Late delivery", "Case or order number": "ZD-55910"}
GOODWILL = {**WHY, "Who pays": "The shop, as goodwill"}
POINTS = {**WHY, "Who pays": "Amara Okafor, with points"}


def ledger(desk: Desk, contact_id: int = AMARA.contact_id) -> dict[str, Any]:
    """All that the remote holds of a member."""
    assert desk.remote is not None
    found = desk.remote.control.ledger(NORTHWIND, contact_id)
    assert found is not None
    return found


def ours(desk: Desk, contact_id: int = AMARA.contact_id) -> list[dict[str, Any]]:
    """The vouchers that carry an intent of ours."""
    return [each for each in ledger(desk, contact_id)["vouchers"] if "intent" in (each["meta"] or {})]


def voucher(desk: Desk, name: str, contact_id: int = VOUCHERS.contact_id) -> dict[str, Any]:
    """The first voucher of that reward that was not revoked."""
    held: list[dict[str, Any]] = ledger(desk, contact_id)["vouchers"]
    found = [each for each in held if each["rewardId"] == name and not each.get("revokedAt")]
    return found[0]


def writes(desk: Desk) -> list[str]:
    """Calls that change something."""
    reads = ("get", "list", "validate")
    return [call for call in desk.calls if not call.startswith(reads)]


def issue(desk: Desk, url: str = FIVE, who: str = "sam", typed: dict[str, str] | None = None) -> Page:
    """A voucher issued; the page that follows."""
    return desk.visitor(who).get(url).form("Issue").fill(typed or GOODWILL).send()


def other_form() -> str:
    """A one-time ID that no form had."""
    return str(uuid4())
