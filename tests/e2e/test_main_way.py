"""The main job, from the home page to 500 points given: by mouse, by keyboard, without script, on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import acts, paths
from tests.e2e.desk import PHONE, Desk
from tests.e2e.stack import Stack

pytestmark = pytest.mark.browser

MOST_CLICKS = 5
MOST_KEYS = 10
MOST_BYTES = 6 * 1024


def number_of(stack: Stack, contact_id: int) -> str:
    """What the caller reads out."""
    return str(stack.ledger(contact_id)["loyaltySubscriptionId"])


class Counted:
    """Hands that count what they press."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.pressed = 0

    def click(self, role: str, name: str) -> None:
        """One click."""
        self.pressed += 1
        self._page.get_by_role(role, name=name, exact=True).click()  # type: ignore[arg-type]

    def press(self, *keys: str) -> None:
        """One key after the other."""
        for key in keys:
            self.pressed += 1
            self._page.keyboard.press(key)


def test_a_credit_takes_five_clicks_and_a_paste(page: Page, stack: Stack, member: int):
    before, hands = stack.points(member), Counted(page)
    page.goto(paths.HOME)
    acts.paste(page, number_of(stack, member))
    hands.click("button", "Find")
    hands.click("link", "Give credit")
    hands.click("button", "500")
    hands.click("radio", acts.REASON)
    hands.click("button", "Give 500 points")
    acts.expect_given(page, stack, member, before)
    assert hands.pressed <= MOST_CLICKS


def test_a_credit_takes_ten_keys_once_the_number_is_pasted(page: Page, stack: Stack, member: int):
    before, hands = stack.points(member), Counted(page)
    page.goto(paths.HOME)
    acts.paste(page, number_of(stack, member))
    hands.press("Enter")
    page.wait_for_url(f"**{paths.member(member)}")
    hands.press("c")
    expect(acts.points(page)).to_be_focused()
    hands.press("5", "0", "0", "Tab", "Space", "Enter")
    acts.expect_given(page, stack, member, before)
    expect(acts.receipt(page)).to_be_focused()
    assert hands.pressed <= MOST_KEYS


def test_a_credit_needs_no_script(desk: Desk, stack: Stack, member: int):
    before = stack.points(member)
    page = desk.open("sam", paths.HOME, java_script_enabled=False)
    page.locator("#find").fill(number_of(stack, member))
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Give credit").click()
    acts.fill(page)
    acts.send(page, "Give points")
    acts.expect_given(page, stack, member, before)
    page.get_by_role("link", name="Receipt", exact=True).click()
    expect(page.get_by_role("heading", name="Receipt", level=1)).to_be_visible()


def test_a_credit_works_on_a_phone(desk: Desk, stack: Stack, member: int):
    before = stack.points(member)
    page = desk.open("sam", paths.HOME, viewport=PHONE, has_touch=True)
    page.locator("#find").fill(number_of(stack, member))
    page.get_by_role("button", name="Find").tap()
    page.get_by_role("link", name="Give credit").tap()
    page.get_by_role("button", name="500", exact=True).tap()
    page.get_by_text(acts.REASON, exact=True).tap()
    page.get_by_role("button", name="Give 500 points").tap()
    acts.expect_given(page, stack, member, before)


def test_a_credit_is_one_request_with_a_small_answer(page: Page, stack: Stack, member: int):
    acts.open_drawer(page, member)
    acts.fill(page)
    sent = acts.posts(page)
    acts.send(page)
    expect(acts.receipt(page)).to_contain_text("500 points given")
    assert len(sent) == 1
    assert sent[0].sizes()["responseBodySize"] + sent[0].sizes()["responseHeadersSize"] <= MOST_BYTES


def test_the_member_page_shows_the_new_figures_beside_the_receipt(page: Page, stack: Stack, member: int):
    before = stack.points(member)
    acts.open_drawer(page, member)
    acts.fill(page)
    acts.send(page)
    expect(page.locator(".strip")).to_contain_text(f"{before + 500:,}")
    expect(page.locator("#activity-rows tr").first).to_contain_text("+500")
    expect(page.locator("#staff-actions")).to_contain_text("gave 500 points")


def test_points_are_taken_back_by_a_supervisor(desk: Desk, stack: Stack, member: int):
    before = stack.points(member)
    page = desk.open("lea", paths.member(member))
    page.locator(".page-actions summary").click()
    page.get_by_role("link", name="Take points back").click()
    acts.fill(page, "1")
    acts.send(page, "Take back 1 point")
    expect(acts.receipt(page)).to_contain_text(f"Balance is now {before - 1:,} points.")
    assert stack.points(member) == before - 1
