"""However often and from wherever a form is sent: one credit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e import acts, paths
from tests.e2e.desk import Desk
from tests.e2e.stack import Stack

pytestmark = pytest.mark.browser

ONE_CREDIT = [(Decimal(500), "completed")]


def test_three_fast_enters_give_one_credit(page: Page, stack: Stack, member: int):
    stack.control("PUT", "/latency", {"seconds": 0.3})
    acts.open_drawer(page, member)
    acts.fill(page)
    for _ in range(3):
        page.keyboard.press("Enter")
    expect(acts.receipt(page)).to_contain_text("500 points given")
    assert stack.ours(member) == ONE_CREDIT


def test_three_fast_enters_on_the_page_give_one_credit(page: Page, stack: Stack, member: int):
    stack.control("PUT", "/latency", {"seconds": 0.3})
    page.goto(paths.credit(member))
    acts.fill(page)
    for _ in range(3):
        page.keyboard.press("Enter")
    expect(acts.receipt(page)).to_contain_text("500 points given")
    assert stack.ours(member) == ONE_CREDIT


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_double_click_gives_one_credit(desk: Desk, stack: Stack, member: int, script: bool):
    stack.control("PUT", "/latency", {"seconds": 0.3})
    page = desk.open("sam", paths.credit(member), java_script_enabled=script)
    acts.fill(page)
    page.locator(".form-foot button").dblclick(no_wait_after=True)
    expect(acts.receipt(page)).to_contain_text("500 points given")
    assert stack.ours(member) == ONE_CREDIT


def test_one_form_in_two_tabs_gives_one_credit(page: Page, stack: Stack, member: int):
    page.goto(paths.credit(member))
    acts.fill(page)
    other = page.context.new_page()
    other.goto(paths.credit(member))
    acts.fill(other)
    intent = page.locator("[name=intent]").input_value()
    other.locator("[name=intent]").evaluate("(field, value) => field.value = value", intent)
    acts.send(page)
    expect(acts.receipt(page)).to_contain_text("500 points given")
    acts.send(other)
    expect(acts.receipt(other)).to_contain_text("500 points given")
    assert stack.ours(member) == ONE_CREDIT


def test_back_and_send_again_gives_the_first_answer(page: Page, stack: Stack, member: int):
    page.goto(paths.credit(member))
    intent = page.locator("[name=intent]").input_value()
    acts.fill(page)
    acts.send(page)
    expect(acts.receipt(page)).to_contain_text("500 points given")
    page.go_back()
    page.locator("[name=intent]").evaluate("(field, value) => field.value = value", intent)
    acts.fill(page)
    acts.send(page)
    expect(acts.receipt(page)).to_contain_text("500 points given")
    assert stack.ours(member) == ONE_CREDIT


def test_the_same_form_with_another_amount_is_refused(page: Page, stack: Stack, member: int):
    page.goto(paths.credit(member))
    intent = page.locator("[name=intent]").input_value()
    acts.fill(page)
    acts.send(page)
    expect(acts.receipt(page)).to_be_visible()
    page.go_back()
    page.locator("[name=intent]").evaluate("(field, value) => field.value = value", intent)
    acts.fill(page, "400")
    acts.send(page, "Give 400 points")
    expect(page.get_by_role("heading", level=1)).to_have_text("This form was sent before with other values")
    assert stack.ours(member) == ONE_CREDIT


def test_a_request_that_the_browser_gives_up_is_told_and_given_once(
    desk: Desk, page: Page, stack: Stack, member: int
):
    def carry_out_and_lose(route: Route) -> None:
        route.fetch()
        route.abort()

    desk.expects("net::ERR_FAILED")
    desk.expects("Failed to fetch")
    acts.open_drawer(page, member)
    acts.fill(page)
    page.route("**/credit/form", carry_out_and_lose, times=1)
    acts.send(page)
    alert = acts.drawer(page).get_by_role("alert")
    expect(alert).to_have_text("No answer yet. Press Give 500 points again: it cannot be given twice.")
    acts.send(page)
    expect(acts.receipt(page)).to_contain_text("500 points given")
    assert stack.ours(member) == ONE_CREDIT


def test_a_new_form_is_a_new_credit(page: Page, stack: Stack, member: int):
    for _ in range(2):
        acts.open_drawer(page, member)
        acts.fill(page)
        acts.send(page)
        expect(acts.receipt(page)).to_contain_text("500 points given")
    assert stack.ours(member) == ONE_CREDIT * 2
