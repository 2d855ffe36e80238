"""Taking a credit back, as far as a screen needs it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e import acts
from tests.e2e.stack import Stack


def give(page: Page, contact_id: int) -> None:
    """Give 500 points in the drawer; their receipt stands there then."""
    acts.open_drawer(page, contact_id)
    acts.fill(page)
    acts.send(page)
    expect(acts.receipt(page)).to_be_focused()


def drawer(page: Page, stack: Stack) -> None:
    """The form in the drawer."""
    give(page, stack.new_member())
    page.locator("#receipt-undo").click()
    expect(page.locator("#keep")).to_be_focused()


def alone(page: Page, stack: Stack) -> None:
    """The form on its page."""
    give(page, stack.new_member())
    page.goto(page.locator("#receipt-undo").get_attribute("href") or "")


def with_mistakes(page: Page, stack: Stack) -> None:
    """Sent without a reason."""
    alone(page, stack)
    page.locator("#undo").click()
    expect(page.locator("#error-summary")).to_be_focused()


def done(page: Page, stack: Stack) -> None:
    """The member afterwards, with both entries."""
    alone(page, stack)
    page.get_by_role("radio", name=acts.REASON).check()
    page.locator("#undo").click()
    expect(acts.receipt(page)).to_be_focused()


def done_before(page: Page, stack: Stack) -> None:
    """The page of what was taken back already."""
    alone(page, stack)
    address = page.url
    page.get_by_role("radio", name=acts.REASON).check()
    page.locator("#undo").click()
    expect(acts.receipt(page)).to_be_focused()
    page.goto(address)
