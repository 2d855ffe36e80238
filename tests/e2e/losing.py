"""Changes whose outcome nobody can see, by real faults."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from dashboard.store import intents
from dashboard.store.intents import Intent, State
from tests.e2e import acts, paths
from tests.e2e.desk import give_session
from tests.e2e.stack import Stack

UNSETTLED = "/unsettled/"
HELD_MS = 90_000
"""The longest until the console gives up looking and hands it to a person."""


def held_credit(page: Page, stack: Stack, contact_id: int) -> Intent:
    """A credit of Sam's that went through, while Brevo neither answered nor shows our mark."""
    page.goto(paths.credit(contact_id))
    acts.fill(page)
    stack.control("PUT", "/switches", {"nulls": "yes"})
    stack.fault("apply_then_drop", "createTransaction")
    try:
        acts.send(page)
        expect(acts.receipt(page)).to_contain_text("Nobody knows yet whether 500 points", timeout=HELD_MS)
    finally:
        stack.control("PUT", "/switches", {"nulls": "no"})
    with stack.database.read() as connection:
        return next(each for each in intents.unsettled(connection, 500) if each.contact_id == contact_id)


def any_held(page: Page, stack: Stack) -> Intent:
    """One that is held, made when there is none."""
    with stack.database.read() as connection:
        found = [each for each in intents.unsettled(connection, 500) if each.state is State.HELD]
    return found[0] if found else held_credit(page, stack, stack.new_member())


def held(page: Page, stack: Stack) -> None:
    """It as a supervisor sees it."""
    found = any_held(page, stack)
    give_session(page.context, stack, "lea")
    page.goto(f"{UNSETTLED}{found.id}")


def own(page: Page, stack: Stack) -> None:
    """It as whoever asked for it sees it: somebody else decides."""
    page.goto(f"{UNSETTLED}{any_held(page, stack).id}")
    expect(page.locator("#elsewhere")).to_contain_text("someone else must decide")


def at_home(page: Page, stack: Stack) -> None:
    """Whoever asked for it, on the home page."""
    any_held(page, stack)
    page.goto(paths.HOME)
    expect(page.locator("#unsettled-lines")).to_contain_text("Held: a supervisor has to look")


def held_list(page: Page, stack: Stack) -> None:
    """All of them."""
    held(page, stack)
    page.goto(UNSETTLED)


def with_mistakes(page: Page, stack: Stack) -> None:
    """Decided without note and evidence."""
    held(page, stack)
    page.locator("#done-button").click()
    expect(page.locator("#error-summary")).to_be_focused()
