"""What nobody can see the outcome of is decided by a supervisor who looked in Brevo."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from dashboard.brevo import Brevo
from dashboard.sandbox.cast import NORTHWIND
from tests.e2e import acts, paths
from tests.e2e.desk import Desk
from tests.e2e.losing import UNSETTLED, held_credit
from tests.e2e.stack import Stack

pytestmark = pytest.mark.browser


def test_a_supervisor_finds_it_and_counts_it_as_not_done(desk: Desk, stack: Stack, member: int):
    held = held_credit(desk.open("sam"), stack, member)
    lea = desk.open("lea", paths.HOME)
    lea.get_by_role("link", name="Unsettled").click()
    lea.locator(f"a[href='{UNSETTLED}{held.id}']").click()
    expect(lea.locator("#shown")).to_contain_text("It was sent, and no answer came")
    expect(lea.locator("#alike")).to_contain_text("+500")
    lea.locator("#not_done-button").click()
    expect(lea.locator("#error-summary")).to_be_focused()
    lea.locator("#not_done-note").fill("It was never completed")
    lea.locator("#not_done-button").click()
    expect(acts.receipt(lea)).to_contain_text("looked in Brevo: it did not happen.")
    assert [each for each in stack.ours(member) if each[1] == "completed"] == []
    assert [each.entry.actor_name for each in stack.record("intent.not_done")][:1] == ["Lea Supervisor"]


def test_without_script_a_supervisor_counts_it_as_done(desk: Desk, stack: Stack, member: int):
    held = held_credit(desk.open("sam"), stack, member)
    (found,) = [each for each in stack.ledger(member)["transactions"] if "intent" in (each["meta"] or {})]
    brevo = Brevo(stack.api_url, "sandbox")
    brevo.transactions.complete(NORTHWIND, found["id"], contact_id=member)
    brevo.close()
    lea = desk.open("lea", f"{UNSETTLED}{held.id}", java_script_enabled=False)
    lea.locator("#done-evidence").fill(found["id"])
    lea.locator("#done-note").fill("It stands in the history")
    lea.locator("#done-button").click()
    expect(acts.receipt(lea)).to_contain_text("500 points given")
    assert Decimal(found["amount"]) == 500


def test_the_agent_sees_it_and_may_only_have_it_looked_at_again(desk: Desk, stack: Stack, member: int):
    sam = desk.open("sam")
    held = held_credit(sam, stack, member)
    sam.goto(paths.intent(held.id))
    sam.locator("#unsettled").click()
    expect(sam.locator("#look-button")).to_be_visible()
    expect(sam.locator("#done-button")).to_have_count(0)
