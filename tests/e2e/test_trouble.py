"""The remote is away, slow, over budget or refuses the key: pages come and say what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import pytest
from playwright.sync_api import Page, expect

from dashboard.sandbox.cast import AMARA, EXPIRING
from tests.e2e import acts, paths
from tests.e2e.desk import Desk
from tests.e2e.stack import Stack

pytestmark = pytest.mark.browser

Trouble = Callable[[Stack], None]


def away(stack: Stack) -> None:
    """Connections break."""
    stack.fault("reset_before", times=0)


def slow(stack: Stack) -> None:
    """Longer than any page waits."""
    stack.control("PUT", "/latency", {"seconds": 8})


def over_budget(stack: Stack) -> None:
    """No request left this hour."""
    stack.control("PUT", "/budget", {"plan": "general"})
    for family in ("loyalty", "contacts"):
        stack.control("PUT", "/budget", {"family": family, "remaining": 0})


def wrong_key(stack: Stack) -> None:
    """The key was revoked."""
    stack.fault("status", times=0, status=401)


TROUBLES = {
    away: "Brevo can't be reached",
    slow: "Brevo is slow",
    over_budget: "Brevo's request limit is used up",
    wrong_key: "Brevo refuses this console's key",
}
every_trouble = pytest.mark.parametrize(
    ("trouble", "words"), TROUBLES.items(), ids=[each.__name__ for each in TROUBLES]
)
LOCAL_SECONDS = 1.5
"""For pages that need no remote; a loaded machine included."""


def within(seconds: float, page: Page, path: str) -> None:
    """Open a page in time."""
    began = monotonic()
    page.goto(path)
    assert monotonic() - began < seconds, path


@every_trouble
def test_pages_come_and_say_what_is_wrong(own_desk: Desk, own_stack: Stack, trouble: Trouble, words: str):
    own_desk.expects("503")
    page = own_desk.open("lea", paths.member(AMARA.contact_id))
    trouble(own_stack)

    # Somebody never seen: the page keeps the number and says what is wrong.
    page.goto(paths.member(EXPIRING.contact_id))
    expect(page.locator("h1")).to_have_text(words)
    expect(page.locator("#finder")).to_have_value(str(EXPIRING.contact_id))

    # Somebody seen before: figures with their age, and one line above them.
    page.goto(paths.member(AMARA.contact_id))
    expect(page.locator("h1")).to_contain_text(AMARA.name)
    expect(page.locator(".strip")).to_contain_text("at ")
    expect(page.locator("main > .banner:visible")).to_have_count(1)
    expect(page.locator("main > .banner:visible")).to_contain_text(words)

    # What needs no remote keeps working, at its own speed.
    for path in (paths.HOME, paths.AUDIT, paths.ACCOUNT, paths.STATUS):
        within(LOCAL_SECONDS, page, path)
        expect(page.locator("h1")).to_be_visible()
    expect(page.locator("#remote")).to_contain_text(words)

    # So does the search form, which says that it could not look.
    page.goto(paths.HOME)
    page.locator("#find").fill(EXPIRING.email)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(words)
    expect(page.locator("#find")).to_have_value(EXPIRING.email)

    # So does signing in.
    other = own_desk.open(path="/sign-in")
    acts.sign_in(other)
    expect(other.get_by_role("heading", name="Find a member")).to_be_visible()


def test_a_credit_given_while_no_request_is_left_waits_and_says_so(own_desk: Desk, own_stack: Stack):
    own_desk.expects("503")
    before = own_stack.points(EXPIRING.contact_id)
    page = own_desk.open("sam")
    acts.open_drawer(page, EXPIRING.contact_id)
    acts.fill(page)
    over_budget(own_stack)
    acts.send(page)
    expect(acts.receipt(page)).to_contain_text("It is sent by itself")
    assert own_stack.points(EXPIRING.contact_id) == before


def test_a_slow_panel_comes_later(page: Page, stack: Stack, member: int):
    stack.fault("delay", "listVouchers", seconds=1.5)
    response = page.goto(paths.member(member))
    assert response is not None
    assert "Loading vouchers" in response.text()
    expect(page.locator("#vouchers .skeleton")).to_have_count(0)
    expect(page.locator("#vouchers .notice")).to_have_count(0)


def test_a_panel_that_fails_says_so_in_its_place(page: Page, stack: Stack, member: int):
    stack.fault("status", "listVouchers", times=0, status=500)
    page.goto(paths.member(member))
    expect(page.locator("#vouchers .notice")).to_be_visible()
    stack.control("DELETE", "/faults")
    page.locator("#vouchers").get_by_role("link", name="Try again").click()
    expect(page.locator("#vouchers .notice")).to_have_count(0)
    expect(page.locator("#vouchers").get_by_role("heading", name="Vouchers")).to_be_visible()


def test_the_form_comes_without_figures(own_desk: Desk, own_stack: Stack):
    own_desk.open("sam", paths.member(AMARA.contact_id)).close()
    away(own_stack)
    page = own_desk.open("sam", paths.credit(EXPIRING.contact_id))
    expect(acts.points(page)).to_be_visible()
    expect(page.locator(".notice")).to_contain_text("The balance shown may be old or missing.")
