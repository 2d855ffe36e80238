"""Changing limits, as far as a screen needs it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e import paths
from tests.e2e.stack import Stack

LIMITS = f"{paths.SETTINGS}limits/"
RATES = f"{paths.SETTINGS}limit-rates/"


def changed(page: Page, _stack: Stack) -> None:
    """The difference, not saved."""
    page.goto(f"{LIMITS}agent")
    page.locator("#month_value").fill("90,000")
    page.get_by_role("button", name="Show what changes").click()
    page.get_by_role("button", name="Save").wait_for()


def with_mistakes(page: Page, _stack: Stack) -> None:
    """Sent with what is no amount."""
    page.goto(f"{LIMITS}agent")
    page.locator("#act_value").fill("many")
    page.get_by_role("button", name="Show what changes").click()
    expect(page.locator("#error-summary")).to_be_focused()
