"""Pending orders in a browser: by keyboard, many at once, without JavaScript, and two agents on one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import acts, paths, pending
from tests.e2e.desk import Desk
from tests.e2e.stack import Stack

pytestmark = pytest.mark.browser


def test_a_pending_order_is_completed_by_keyboard_alone(page: Page, stack: Stack, member: int):
    chosen, before = pending.leave(stack, member), stack.points(member)
    page.goto(paths.member(member))

    page.locator(f"#complete-{chosen}").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#end-order")).to_be_focused()
    page.keyboard.press("Enter")

    expect(acts.receipt(page)).to_be_focused()
    expect(acts.receipt(page)).to_contain_text(f"Balance is now {before + 120:,} points.")
    expect(page.locator(f"#complete-{chosen}")).to_have_count(0)
    assert pending.status(stack, member, chosen) == "completed"


def test_o_leads_to_the_pending_orders(page: Page, stack: Stack, member: int):
    chosen = pending.leave(stack, member)
    page.goto(paths.member(member))
    page.locator("h1").click()

    page.keyboard.press("o")

    expect(page.locator("#pending")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.locator("#pending").locator(":focus").count() == 1
    assert pending.status(stack, member, chosen) == "draft"


def test_closing_the_form_gives_the_focus_back(page: Page, stack: Stack, member: int):
    chosen = pending.leave(stack, member)
    page.goto(paths.member(member))
    pending.ask_to_cancel(page, chosen)

    expect(page.locator("#keep-order")).to_be_focused()
    page.keyboard.press("Escape")

    expect(page.locator(f"#cancel-{chosen}")).to_be_focused()
    assert pending.status(stack, member, chosen) == "draft"


def test_the_queue_is_walked_and_worked_by_keyboard(page: Page, stack: Stack, member: int):
    chosen = pending.leave(stack, member)
    page.goto(paths.member(member))
    page.locator("h1").click()
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.get_by_role("heading", name="Pending orders", level=1).wait_for()

    row = page.locator(f"#open-{chosen}")
    for _ in range(60):
        page.keyboard.press("j")
        if row.evaluate("row => row === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#end-order")).to_be_focused()
    page.keyboard.press("Enter")

    expect(acts.receipt(page)).to_contain_text("completed")
    expect(row).to_have_count(0)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_many_are_completed_with_a_result_for_each(desk: Desk, stack: Stack, member: int, script: bool):
    drafts = [pending.leave(stack, member, amount) for amount in (120, 40, 30)]
    page = desk.open("sam", paths.member(member), java_script_enabled=script)
    page.goto(pending.QUEUE)
    for each in drafts:
        page.locator(f"#row-{each}").check()
    page.get_by_role("button", name="Complete selected").click()
    expect(page.locator("#dry-run")).to_contain_text("Would be completed")
    pending.cancel(stack, drafts[1])

    page.get_by_role("button", name="Complete 3 orders").click()

    expect(page.locator("#batch-counts")).to_have_text("2 of 3 done, 1 not")
    expect(page.locator("#rows")).to_contain_text("Somebody in Brevo or another system cancelled it")
    ended = [pending.status(stack, member, each) for each in drafts]
    assert ended == ["completed", "cancelled", "completed"]


def test_one_is_completed_and_one_cancelled_without_javascript(desk: Desk, stack: Stack, member: int):
    first, second = pending.leave(stack, member), pending.leave(stack, member, 40)
    page = desk.open("sam", paths.member(member), java_script_enabled=False)
    page.locator(f"#complete-{first}").click()
    page.get_by_role("button", name="Complete +120 points").click()
    expect(acts.receipt(page)).to_contain_text("Pending 120 points")

    pending.ask_to_cancel(page, second)
    page.get_by_role("radio", name=acts.REASON).check()
    page.get_by_role("button", name="Cancel order").click()

    expect(acts.receipt(page)).to_contain_text("cancelled")
    assert pending.status(stack, member, first) == "completed"
    assert pending.status(stack, member, second) == "cancelled"


def test_an_order_is_made_in_the_drawer_of_no_script_and_waits_in_the_queue(
    desk: Desk, stack: Stack, member: int
):
    page = desk.open("sam", paths.member(member), java_script_enabled=False)
    page.locator(".page-actions summary").click()
    page.get_by_role("link", name="Create order").click()
    page.get_by_role("radio", name="Adds points").check()
    acts.points(page).fill("75")
    page.get_by_role("radio", name=acts.REASON).check()
    page.locator(".form-foot button").click()

    expect(acts.receipt(page)).to_contain_text("75 points ordered")
    page.goto(pending.QUEUE)
    expect(page.locator("#queue")).to_contain_text("Order by Sam Agent")


@pytest.mark.parametrize("has_script", [True, False])
def test_a_supervisor_closes_an_order_that_never_came(page: Page, desk: Desk, stack: Stack, has_script: bool):
    order = pending.overdue_order(page, stack)
    lea = desk.open("lea", f"{paths.HOME}intents/{order}", java_script_enabled=has_script)
    lea.get_by_role("link", name="Close order").click()
    lea.get_by_label("Why").fill("Support says it is lost")

    lea.get_by_role("button", name="Close order").click()

    expect(lea.locator("#overdue")).to_contain_text("Lea Supervisor closed it")
    lea.goto(pending.QUEUE)
    expect(lea.locator(f"#open-{order}")).to_have_count(0)


def test_the_button_asks_for_approval_only_for_what_adds(page: Page, stack: Stack, member: int):
    page.goto(f"{paths.member(member)}/order")
    page.get_by_role("radio", name="Adds points").check()
    acts.points(page).fill("1,500")
    expect(page.locator("#preview")).to_contain_text("Goes to a supervisor")
    expect(page.locator(".form-foot button")).to_have_text("Ask for approval: 1,500 points")

    page.get_by_role("radio", name="Takes points away").check()

    expect(page.locator(".form-foot button")).to_have_text("Order 1,500 points")
    expect(page.locator("#preview")).to_contain_text("Not needed")


def test_an_order_above_the_limit_is_ordered_once_a_supervisor_approves(
    desk: Desk, stack: Stack, member: int
):
    page = desk.open("sam", f"{paths.member(member)}/order")
    page.get_by_role("radio", name="Adds points").check()
    acts.points(page).fill("1,500")
    page.get_by_role("radio", name=acts.REASON).check()
    page.locator(".form-foot button").click()
    expect(acts.receipt(page)).to_contain_text("wait for a supervisor")
    assert stack.ours(member) == []

    lea = desk.open("lea", paths.APPROVALS)
    lea.get_by_role("link", name="Order 1,500 points").last.click()
    lea.get_by_role("button", name="Approve").click()

    expect(acts.receipt(lea)).to_contain_text("1,500 points ordered")
    assert [status for _, status in stack.ours(member)] == ["draft"]


@pytest.mark.parametrize("goal", ["complete", "cancel"])
def test_of_two_agents_on_one_draft_the_second_is_told_who_and_when(
    desk: Desk, stack: Stack, member: int, goal: str
):
    chosen, before = pending.leave(stack, member), stack.points(member)
    sam, lea = desk.open("sam", paths.member(member)), desk.open("lea", paths.member(member))
    if goal == "cancel":
        pending.ask_to_cancel(sam, chosen)
        sam.get_by_role("radio", name=acts.REASON).check()
    else:
        sam.locator(f"#complete-{chosen}").click()
    sam.locator("#drawer #end-order").wait_for()
    lea.locator(f"#complete-{chosen}").click()
    lea.locator("#drawer #end-order").click()
    expect(acts.receipt(lea)).to_contain_text("completed")

    sam.locator("#drawer #end-order").click()

    expect(sam.get_by_text("Lea Supervisor completed it on")).to_be_visible()
    assert pending.status(stack, member, chosen) == "completed"
    assert stack.points(member) == before + 120


def test_enter_held_down_opens_the_form_and_no_more(page: Page, stack: Stack, member: int):
    chosen = pending.leave(stack, member)
    page.goto(paths.member(member))
    page.locator(f"#complete-{chosen}").focus()

    page.keyboard.down("Enter")
    expect(page.locator("#end-order")).to_be_focused()
    page.keyboard.down("Enter")  # the same press goes on
    page.keyboard.up("Enter")
    page.keyboard.press("Escape")

    expect(page.locator(f"#complete-{chosen}")).to_be_focused()
    assert pending.status(stack, member, chosen) == "draft"


def test_three_fast_enters_complete_it_once(page: Page, stack: Stack, member: int):
    chosen, before = pending.leave(stack, member), stack.points(member)
    stack.control("PUT", "/latency", {"seconds": 0.3})
    page.goto(pending.ending(member, chosen))
    page.locator("#end-order").focus()
    for _ in range(3):
        page.keyboard.press("Enter")

    expect(acts.receipt(page)).to_contain_text("completed")
    assert stack.points(member) == before + 120
    assert stack.calls().count("completeTransaction") == 1
