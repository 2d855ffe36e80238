"""Taking back an issued voucher, an order and a completed draft, on the sandbox."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from dashboard.actions.deeds import Actor
from dashboard.actions.orders import Draft, DraftForm, OrderForm, create_order, decide_draft
from dashboard.actions.vouchers import IssueForm, issue_voucher
from dashboard.permissions import Role
from dashboard.sandbox.cast import AMARA, NORTHWIND
from dashboard.sandbox.catalogue import POINTS
from dashboard.sandbox.reward_catalogue import FIVE_OFF
from dashboard.store import intents
from dashboard.store.intent import Goal, Intent, Kind, Link, State
from tests.support.app import Desk
from tests.web.undo.acting import balance, undo_form, undo_page

PROGRAMME = NORTHWIND


def lea(desk: Desk) -> Actor:
    return Actor(staff_id=desk.staff_id("lea"), name="Lea Moreau", role=Role.SUPERVISOR)


def basics(**more: Any) -> dict[str, Any]:
    return {
        "intent_id": str(uuid4()),
        "programme_id": PROGRAMME,
        "contact_id": AMARA.contact_id,
        "reason": "late_delivery",
        "case_reference": "ZD-1",
        **more,
    }


def issued(desk: Desk, pays: str) -> Intent:
    """A voucher for £5 that Brevo charges 1,000 points for."""
    parts = desk.services
    reward = parts.brevo.rewards.get(PROGRAMME, FIVE_OFF).value
    form = IssueForm(**basics(reward=reward, pays=pays))
    done = issue_voucher(parts.database, parts.engine, lea(desk), form)
    assert done.state is State.DONE
    return done


def ordered(desk: Desk) -> Intent:
    """An order of 200 points."""
    parts = desk.services
    definition = parts.configuration.of(PROGRAMME).definition(POINTS)
    form = OrderForm(**basics(definition=definition, amount="200", due_at=desk.clock() + timedelta(days=2)))
    done = create_order(parts.database, parts.engine, lea(desk), form)
    assert done.state is State.DONE
    return done


def draft_of(desk: Desk, order: Intent) -> dict[str, Any]:
    """The order's transaction, behind the API's back."""
    assert desk.remote is not None
    ledger = desk.remote.ledger(PROGRAMME, AMARA.contact_id)
    return next(each for each in ledger["transactions"] if (each["meta"] or {}).get("intent") == order.id)


def followers(desk: Desk, original: Intent) -> tuple[Intent, ...]:
    with desk.services.database.read() as connection:
        return intents.linked_to(connection, original.id)


def test_a_voucher_that_cost_points_is_revoked_and_the_points_come_back(open_desk: Desk) -> None:
    original = issued(open_desk, "points")
    paid = balance(open_desk, POINTS)
    page = undo_page(open_desk, original, "lea")
    assert page.h1.startswith("Revoke £5 off")
    assert "Amara Okafor can no longer use it. This cannot be undone." in page.main
    assert page.pairs()["Points back"] == "1,000 points"
    assert "".join(page.by_id("keep").itertext()) == "Keep voucher"

    page = page.form("Revoke voucher").fill({"Reason": "Billing error"}).send()

    assert f"Voucher {original.values['code']} of Amara Okafor revoked." in page.main
    assert balance(open_desk, POINTS) == paid + 1000
    (revocation,) = followers(open_desk, original)
    assert (revocation.kind, revocation.link, revocation.state) == (
        Kind.VOUCHER_REVOKE,
        Link.REVERSAL,
        State.DONE,
    )
    (back,) = followers(open_desk, revocation)
    assert (back.link, back.amount) == (Link.RETURN, Decimal(1000))
    assert (back.reason, back.case_reference) == ("billing_error", "ZD-1")


def test_a_voucher_of_goodwill_gives_no_points_back(open_desk: Desk) -> None:
    original = issued(open_desk, "goodwill")
    before = balance(open_desk, POINTS)
    page = undo_page(open_desk, original, "lea")
    assert page.pairs()["Points back"] == "None: it cost the member nothing"

    page.form("Revoke voucher").fill({"Reason": "Billing error"}).send()

    assert balance(open_desk, POINTS) == before


def test_a_voucher_that_was_used_meanwhile_stays(open_desk: Desk) -> None:
    original = issued(open_desk, "points")
    assert open_desk.remote is not None
    contact = {"contactId": AMARA.contact_id}
    code = original.result.get("code") or original.values["code"]
    base = f"/loyalty/offer/programs/{PROGRAMME}/rewards"
    begun = open_desk.remote.ask("POST", f"{base}/redeem", {**contact, "code": code})
    open_desk.remote.ask("POST", f"{base}/redeem/{begun.json['id']}/complete", contact)

    page = undo_page(open_desk, original, "lea")

    assert "The voucher was used" in page.main


def test_while_the_vouchers_cannot_be_read_nothing_is_offered(open_desk: Desk) -> None:
    original = issued(open_desk, "points")
    assert open_desk.remote is not None
    open_desk.remote.fault("status", path="listVouchers", times=0, status=500)

    page = undo_page(open_desk, original, "lea")

    assert "nobody can tell now whether this can still be taken back" in page.main
    assert page.h1 == "Undo: not possible"


def test_an_order_that_is_still_open_is_cancelled(open_desk: Desk) -> None:
    original = ordered(open_desk)
    page = undo_page(open_desk, original, "lea")
    assert page.h1 == "Cancel the order of 200 points for Amara Okafor"
    assert page.pairs()["Balance"] == "Stays 12,480 points"

    page.form("Cancel order").fill({"Reason": "Billing error"}).send()

    assert draft_of(open_desk, original)["status"] == "cancelled"
    (cancellation,) = followers(open_desk, original)
    assert (cancellation.kind, cancellation.link) == (Kind.DRAFT_CANCEL, Link.REVERSAL)


def completed(desk: Desk, order: Intent) -> Intent:
    """The order's draft completed by hand."""
    parts, draft = desk.services, draft_of(desk, order)
    form = DraftForm(
        **basics(
            draft=Draft(
                transaction_id=draft["id"],
                contact_id=AMARA.contact_id,
                definition_id=POINTS,
                amount=Decimal(200),
                made_at=desk.clock(),
            ),
            goal=Goal.COMPLETE,
        )
    )
    done = decide_draft(parts.database, parts.engine, lea(desk), form)
    assert done.state is State.DONE
    return done


def test_an_order_that_was_completed_says_where_it_is_taken_back(open_desk: Desk) -> None:
    original = ordered(open_desk)
    completed(open_desk, original)

    page = undo_page(open_desk, original, "lea")

    assert "The order was completed. Take back its points where it was completed" in page.main


def test_a_completed_draft_gets_an_opposite_entry(open_desk: Desk) -> None:
    original = completed(open_desk, ordered(open_desk))

    page = undo_form(open_desk, original, "Take back 200 points", "lea").send()

    assert "200 points taken back from Amara Okafor." in page.main
    assert balance(open_desk, POINTS) == Decimal(12480)
