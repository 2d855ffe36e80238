"""Drafts that another system left at the remote, and the pages about them."""

from __future__ import annotations

import json
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from msgspec.structs import replace
from playwright.sync_api import Page, expect

from dashboard.cli.state import SANDBOX_KEY
from dashboard.sandbox import cast, catalogue
from dashboard.sandbox.cast import NORTHWIND
from dashboard.store import orders
from tests.e2e import acts, paths
from tests.e2e.desk import give_session
from tests.e2e.stack import Stack

QUEUE = f"{paths.HOME}pending"
TRANSACTIONS = f"/v3/loyalty/balance/programs/{NORTHWIND}/transactions"


def leave(stack: Stack, contact_id: int, amount: int = 120) -> str:
    """A draft as a shop's system makes it; its ID."""
    body = {
        "contactId": contact_id,
        "amount": abs(amount),
        "transactionType": "debit" if amount < 0 else "credit",
        "balanceDefinitionId": catalogue.POINTS,
        "autoComplete": False,
        "meta": {"type": "purchase", "source": "web", "order": "88213"},
    }
    return str(_ask(stack, TRANSACTIONS, body)["id"])


def cancel(stack: Stack, transaction_id: str) -> None:
    """Somebody in another system is faster."""
    _ask(stack, f"{TRANSACTIONS}/{transaction_id}/cancel")


def status(stack: Stack, contact_id: int, transaction_id: str) -> str:
    """How the remote has it now."""
    found = stack.ledger(contact_id)["transactions"]
    return next(str(each["status"]) for each in found if each["id"] == transaction_id)


def ending(contact_id: int, transaction_id: str, goal: str = "complete") -> str:
    """The form that completes or cancels it."""
    return f"{paths.member(contact_id)}/pending/{transaction_id}/{goal}"


def ask_to_cancel(page: Page, transaction_id: str) -> None:
    """Open the form that cancels, by the menu of the order's row on the member's page."""
    act = page.locator(f"#cancel-{transaction_id}")
    page.locator("#pending li", has=act).locator("summary").click()
    act.click()


def jonas(page: Page, stack: Stack, goal: str) -> None:
    """The form about the oldest draft of Jonas, who has several."""
    drafts = stack.ledger(cast.PENDING.contact_id)["transactions"]
    oldest = next(each["id"] for each in drafts if each["status"] == "draft")
    page.goto(ending(cast.PENDING.contact_id, oldest, goal))


def cancel_without_reason(page: Page, stack: Stack) -> None:
    """The form that cancels, sent as it was opened."""
    jonas(page, stack, "cancel")
    page.get_by_role("button", name="Cancel order").click()
    expect(page.locator("#error-summary")).to_be_focused()


def drawer(page: Page, stack: Stack) -> None:
    """The form in the drawer of the member's page."""
    page.goto(paths.member(cast.PENDING.contact_id))
    page.locator("#pending").get_by_role("link", name="Complete").first.click()
    page.locator("#drawer #end-order").wait_for()


def decided_before(page: Page, stack: Stack) -> None:
    """A draft that somebody else has ended."""
    member = stack.new_member()
    chosen = leave(stack, member)
    cancel(stack, chosen)
    page.goto(ending(member, chosen))
    page.get_by_role("heading", name="It was cancelled before").wait_for()


def queue(page: Page, _stack: Stack) -> None:
    """The queue after somebody has looked at Jonas."""
    page.goto(paths.member(cast.PENDING.contact_id))
    page.goto(QUEUE)


def dry_run(page: Page, stack: Stack, *, goal: str = "complete", extra: str = "") -> list[str]:
    """What would come of three drafts of a new member."""
    member = stack.new_member()
    drafts = [leave(stack, member, amount) for amount in (120, 40, -10)]
    page.goto(paths.member(member))
    query = urlencode([*(("row", each) for each in drafts), ("goal", goal)])
    page.goto(f"{QUEUE}/chosen?{query}{extra}")
    return drafts


def dry_run_with_mistakes(page: Page, stack: Stack) -> None:
    """Several to cancel, without a reason; one row is none."""
    dry_run(page, stack, goal="cancel", extra=f"&row={'0' * 8}-0000-4000-8000-{'0' * 12}")
    page.get_by_role("button", name="Cancel 3 orders").click()
    expect(page.locator("#error-summary")).to_be_focused()


def results(page: Page, stack: Stack) -> None:
    """Three of which one was ended by somebody else."""
    drafts = dry_run(page, stack)
    cancel(stack, drafts[1])
    page.get_by_role("button", name="Complete 3 orders").click()
    page.get_by_text("2 of 3 done, 1 not").wait_for()


def order_with_mistakes(page: Page, _stack: Stack) -> None:
    """The form that makes an order, sent with nothing but a further field that is none."""
    page.goto(f"{paths.member(cast.EXPIRING.contact_id)}/order")
    page.get_by_text("Source and further fields", exact=True).click()
    page.get_by_role("textbox", name="Further fields").fill("nonsense")
    page.get_by_role("button", name="Create order").click()
    expect(page.locator("#error-summary")).to_be_focused()


def overdue_order(page: Page, stack: Stack) -> str:
    """The ID of an order of Sam's that was due two days ago and is not known to have come."""
    member = stack.new_member()
    page.goto(f"{paths.member(member)}/order")
    page.get_by_role("radio", name="Adds points").check()
    acts.points(page).fill("250")
    page.get_by_role("radio", name=acts.REASON).check()
    page.locator(".form-foot button").click()
    expect(acts.receipt(page)).to_contain_text("250 points ordered")
    with stack.database.write() as connection:
        (made,) = orders.of_member(connection, NORTHWIND, member)
        due_at = made.due_at - timedelta(days=2)
        orders.register(connection, replace(made, due_at=due_at, transaction_id=None, closed_at=None))
    return made.intent_id


def closing(page: Page, stack: Stack) -> None:
    """The form that closes it, as a supervisor reaches it."""
    order = overdue_order(page, stack)
    give_session(page.context, stack, "lea")
    page.goto(f"{paths.HOME}intents/{order}")
    page.get_by_role("link", name="Close order").click()
    page.get_by_role("heading", name="Close order").wait_for()


def close_without_reason(page: Page, stack: Stack) -> None:
    """The same, sent as it was opened."""
    closing(page, stack)
    page.get_by_role("button", name="Close order").click()
    expect(page.locator("#error-summary")).to_be_focused()


def _ask(stack: Stack, path: str, body: object = None) -> Any:
    connection = HTTPConnection(urlsplit(stack.api_url).netloc, timeout=10)
    headers = {"api-key": SANDBOX_KEY, "content-type": "application/json"}
    try:
        connection.request("POST", path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status < 300, content
        return json.loads(content)
    finally:
        connection.close()
