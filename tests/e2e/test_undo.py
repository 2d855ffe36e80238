"""A credit is taken back from its receipt: by mouse, by keyboard, and without script; once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import acts, paths
from tests.e2e.desk import Desk
from tests.e2e.stack import Stack
from tests.e2e.undoing import give

pytestmark = pytest.mark.browser

BOTH = [(Decimal(500), "completed"), (Decimal(-500), "completed")]


def expect_taken_back(page: Page, stack: Stack, member: int, before: Decimal) -> None:
    expect(acts.receipt(page)).to_contain_text("500 points taken back")
    expect(acts.receipt(page)).to_be_focused()
    assert stack.ours(member) == BOTH
    assert stack.points(member) == before


def test_by_mouse_from_the_receipt(page: Page, stack: Stack, member: int):
    before = stack.points(member)
    give(page, member)
    page.locator("#receipt-undo").click()
    expect(page.locator("#keep")).to_be_focused()
    page.get_by_role("radio", name=acts.REASON).check()
    page.get_by_role("button", name="Take back 500 points").click()
    expect_taken_back(page, stack, member, before)
    expect(acts.drawer(page)).to_be_hidden()
    expect(page.locator("#activity").get_by_role("link", name="Taken back by you")).to_be_visible()
    expect(page.locator("#staff-actions").get_by_role("link", name="Takes back what you did")).to_be_visible()


def test_by_keyboard_alone(page: Page, stack: Stack, member: int):
    before = stack.points(member)
    give(page, member)
    for key in ("Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#keep")).to_be_focused()
    for key in ("Shift+Tab", "Shift+Tab", "Shift+Tab", "ArrowUp", "Tab", "Tab", "Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    expect_taken_back(page, stack, member, before)


def test_without_script(desk: Desk, stack: Stack, member: int):
    before = stack.points(member)
    page = desk.open("sam", paths.credit(member), java_script_enabled=False)
    acts.fill(page)
    page.locator(".form-foot button").click()
    page.locator("#receipt-undo").click()
    page.get_by_role("radio", name=acts.REASON).check()
    page.get_by_role("button", name="Take back 500 points").click()
    expect(acts.receipt(page)).to_contain_text("500 points taken back")
    assert stack.ours(member) == BOTH
    assert stack.points(member) == before


def test_a_double_click_takes_back_once(page: Page, stack: Stack, member: int):
    before = stack.points(member)
    give(page, member)
    stack.control("PUT", "/latency", {"seconds": 0.3})
    page.locator("#receipt-undo").click()
    page.get_by_role("radio", name=acts.REASON).check()
    page.get_by_role("button", name="Take back 500 points").dblclick(no_wait_after=True)
    expect(acts.receipt(page)).to_contain_text("500 points taken back")
    assert stack.ours(member) == BOTH
    assert stack.points(member) == before


def test_who_changes_their_mind_is_back_where_they_were(page: Page, stack: Stack, member: int):
    give(page, member)
    page.locator("#receipt-undo").click()
    expect(page.locator("#keep")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#receipt-undo")).to_be_focused()
    assert stack.ours(member) == BOTH[:1]


def test_of_two_agents_the_slower_one_learns_who_was_faster(desk: Desk, stack: Stack, member: int):
    sam, lea = desk.open("sam"), desk.open("lea")
    give(sam, member)
    undo = sam.locator("#receipt-undo").get_attribute("href") or ""
    lea.goto(undo)
    lea.get_by_role("radio", name=acts.REASON).check()
    sam.goto(undo)
    sam.get_by_role("radio", name=acts.REASON).check()
    sam.get_by_role("button", name="Take back 500 points").click()
    expect(acts.receipt(sam)).to_contain_text("500 points taken back")
    lea.get_by_role("button", name="Take back 500 points").click()
    expect(lea.locator("#error-summary")).to_contain_text("took this back before")
    assert stack.ours(member) == BOTH
