"""What tests of taking back do first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from dashboard.sandbox.cast import AMARA, NORTHWIND, CastMember
from dashboard.store import intents
from dashboard.store.intents import Intent
from tests.support.app import Desk
from tests.support.page import Form, Page

FILLED = {"Reason": "Late delivery", "Case or order number": "ZD-55910"}


def member_url(one: CastMember = AMARA) -> str:
    return f"/programmes/{NORTHWIND}/members/{one.contact_id}"


def moved(
    desk: Desk, name: str = "sam", deed: str = "credit", points: str = "500", one: CastMember = AMARA
) -> Intent:
    """A credit or debit that was carried out."""
    button = "Give points" if deed == "credit" else "Take back points"
    form = desk.visitor(name).get(f"{member_url(one)}/{deed}").form(button)
    form.fill({**FILLED, "Points": points}).send()
    return newest(desk, one)


def newest(desk: Desk, one: CastMember = AMARA) -> Intent:
    """The change of this member that was asked for last."""
    with desk.services.database.read() as connection:
        found = intents.for_member(connection, NORTHWIND, one.contact_id)
    return found[0] if len(found) == 1 else next(each for each in found if not _is_followed(each, found))


def _is_followed(one: Intent, others: tuple[Intent, ...]) -> bool:
    return any(each.linked_id == one.id for each in others)


def undo_url(original: Intent) -> str:
    return f"/programmes/{NORTHWIND}/intents/{original.id}/undo"


def undo_page(desk: Desk, original: Intent, name: str = "sam") -> Page:
    return desk.visitor(name).get(undo_url(original))


def undo_form(desk: Desk, original: Intent, button: str, name: str = "sam") -> Form:
    return undo_page(desk, original, name).form(button).fill({"Reason": "Billing error"})


def balance(desk: Desk, definition: str, one: CastMember = AMARA) -> Decimal:
    assert desk.remote is not None
    held: dict[str, Any] = desk.remote.ledger(NORTHWIND, one.contact_id)["balances"]
    return Decimal(held[definition])
