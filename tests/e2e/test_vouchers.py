"""Vouchers in a browser: issued, redeemed and revoked by mouse, by keyboard and without script."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dashboard.sandbox import cast
from tests.e2e import acts, paths
from tests.e2e.desk import Desk
from tests.e2e.stack import Stack

pytestmark = pytest.mark.browser

REWARD = "Gold lounge pass"


def ours(stack: Stack, member: int) -> list[Any]:
    """The vouchers that this console issued."""
    return [each for each in stack.ledger(member)["vouchers"] if "intent" in (each["meta"] or {})]


def issue(page: Page, reward: str = REWARD) -> None:
    """From the list of rewards to a voucher."""
    page.get_by_role("link", name=reward, exact=True).click()
    page.get_by_role("radio", name=acts.REASON).check()
    acts.send(page, f"Issue {reward}")
    expect(acts.receipt(page)).to_contain_text(f"Voucher {reward} issued")


def held(page: Page, member: int) -> None:
    """The member with a voucher of ours."""
    page.goto(f"{paths.member(member)}/vouchers/new")
    issue(page)


def press_v(page: Page, member: int) -> None:
    """Open the drawer by its key, once the page is ready for that."""
    page.goto(paths.member(member))
    page.locator("#issue-voucher[data-htmx-powered]").wait_for()
    page.keyboard.press("v")


def menu_of(page: Page, code: str) -> None:
    """Open what can be done with a voucher of the member's page."""
    page.locator("#vouchers .line").filter(has_text=code).locator("summary").click()


def test_a_voucher_is_issued_by_mouse(page: Page, stack: Stack):
    member = cast.SETBACKS.contact_id
    before = stack.points(member)
    page.goto(paths.member(member))
    page.locator("#issue-voucher").click()
    page.get_by_role("link", name="£5 off", exact=True).click()
    page.get_by_role("radio", name="The shop, as goodwill").check()
    page.get_by_role("radio", name=acts.REASON).check()
    expect(page.locator("#preview")).to_contain_text("Counts towards your limit")
    acts.send(page, "Issue £5 off")
    expect(acts.receipt(page)).to_be_focused()
    (given,) = ours(stack, member)
    expect(acts.receipt(page)).to_contain_text(f"Its code is {given['code']}.")
    expect(page.locator("#vouchers")).to_contain_text(given["code"])
    assert stack.points(member) == before


def test_a_voucher_is_issued_by_keyboard(page: Page, stack: Stack, member: int):
    press_v(page, member)
    expect(page.locator("#find-reward")).to_be_focused()
    page.keyboard.type("lounge")
    expect(page.locator("#reward-lines li")).to_have_count(1)
    for key in ("Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("radio", name=acts.REASON)).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(acts.receipt(page)).to_contain_text("Voucher Gold lounge pass issued")
    expect(acts.receipt(page)).to_be_focused()
    assert len(ours(stack, member)) == 1


def test_closing_the_list_of_rewards_brings_the_focus_back(page: Page, member: int):
    press_v(page, member)
    expect(page.locator("#find-reward")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#issue-voucher")).to_be_focused()


def test_a_voucher_is_redeemed_from_its_row(page: Page, stack: Stack, member: int):
    held(page, member)
    (given,) = ours(stack, member)
    menu_of(page, given["code"])
    page.get_by_role("link", name="Redeem", exact=True).click()
    expect(page.get_by_role("textbox", name="Order or till number")).to_be_focused()
    page.keyboard.type("TILL-4")
    page.keyboard.press("Enter")
    expect(acts.receipt(page)).to_contain_text(f"Voucher {given['code']}")
    expect(page.locator("#vouchers .line").filter(has_text=given["code"])).to_contain_text("Redeemed")
    assert ours(stack, member)[0]["consumedAt"]


def test_revoking_begins_on_the_safe_side_and_needs_a_reason(page: Page, stack: Stack, member: int):
    held(page, member)
    (given,) = ours(stack, member)
    menu_of(page, given["code"])
    page.get_by_role("link", name="Revoke", exact=True).click()
    expect(page.get_by_role("link", name="Keep voucher")).to_be_focused()
    acts.send(page, "Revoke voucher")
    expect(page.locator("#error-summary")).to_be_focused()
    page.get_by_role("radio", name=acts.REASON).check()
    acts.send(page, "Revoke voucher")
    expect(acts.receipt(page)).to_contain_text(f"Voucher {given['code']}")
    expect(page.locator("#vouchers")).not_to_contain_text(given["code"])
    assert ours(stack, member)[0]["revokedAt"]


def test_three_fast_enters_issue_one_voucher(page: Page, stack: Stack, member: int):
    page.goto(f"{paths.member(member)}/vouchers/new")
    page.get_by_role("link", name=REWARD, exact=True).click()
    page.get_by_role("radio", name=acts.REASON).check()
    page.evaluate(
        "() => { for (let i = 0; i < 3; i++) document.querySelector('#voucher-form').requestSubmit(); }"
    )
    expect(acts.receipt(page)).to_contain_text("issued")
    assert len(ours(stack, member)) == 1


def test_a_voucher_is_issued_begun_completed_and_checked_without_script(
    desk: Desk, stack: Stack, member: int
):
    page = desk.open("sam", paths.member(member), java_script_enabled=False)
    page.locator("#issue-voucher").click()
    page.locator("#find-reward").fill("lounge")
    page.get_by_role("button", name="Find", exact=True).last.click()
    issue(page)
    (given,) = ours(stack, member)
    page.locator("#vouchers").get_by_role("link", name=REWARD).first.click()
    page.get_by_role("link", name="Redeem", exact=True).click()
    page.get_by_role("textbox", name="Order or till number").fill("TILL-4")
    page.get_by_role("button", name="Only begin").click()
    page.get_by_role("button", name="Complete redemption").click()
    expect(acts.receipt(page)).to_contain_text("redeemed.")
    page.goto(f"{paths.member(member)}/vouchers/check")
    page.get_by_role("textbox", name="Code").fill(given["code"])
    page.get_by_role("button", name="Check code").click()
    expect(page.locator("#verdict")).to_contain_text("Used already")


def test_several_vouchers_are_revoked_without_script(desk: Desk, stack: Stack, member: int):
    page = desk.open("sam", paths.member(member), java_script_enabled=False)
    held(page, member)
    held(page, member)
    page.goto(f"{paths.member(member)}/vouchers/revoke")
    for each in ours(stack, member):
        page.get_by_role("checkbox", name=f"{REWARD} {each['code']}").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("radio", name=acts.REASON).check()
    acts.send(page, "Revoke 2 vouchers")
    expect(page.locator("#batch-counts")).to_contain_text("2 of 2 done")
    assert all(each["revokedAt"] for each in ours(stack, member))


def test_several_vouchers_are_chosen_and_revoked_in_the_drawer(page: Page, stack: Stack, member: int):
    held(page, member)
    held(page, member)
    page.locator("#vouchers .card-actions summary").click()
    page.get_by_role("link", name="Revoke several").click()
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#error-summary")).to_be_focused()
    for each in ours(stack, member):
        page.get_by_role("checkbox", name=f"{REWARD} {each['code']}").check()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("link", name="Keep vouchers")).to_be_focused()
    page.get_by_role("radio", name=acts.REASON).check()
    acts.send(page, "Revoke 2 vouchers")
    expect(page.locator("#batch-counts")).to_contain_text("2 of 2 done")


def test_a_voucher_above_the_limit_is_asked_for_and_the_button_says_so(page: Page, stack: Stack, member: int):
    page.goto(f"{paths.member(member)}/vouchers/new")
    page.get_by_role("link", name="£50 platinum credit", exact=True).click()
    page.get_by_text("Other value, days or code").click()
    page.get_by_role("textbox", name="Value in GBP").fill("15")
    page.get_by_role("radio", name=acts.REASON).check()
    acts.send(page, "Ask for approval: £50 platinum credit")
    expect(acts.receipt(page)).to_contain_text("waits for a supervisor")
    assert ours(stack, member) == []
