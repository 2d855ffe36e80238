"""Every address is a whole page, however one comes to it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from dashboard.sandbox.cast import AMARA, VOUCHERS
from tests.e2e import acts, paths
from tests.e2e.desk import Desk

pytestmark = pytest.mark.browser

MEMBER = paths.member(AMARA.contact_id)
ADDRESSES = (
    paths.HOME,
    MEMBER,
    f"{MEMBER}?activity=goodwill",
    f"{MEMBER}/lots",
    paths.credit(AMARA.contact_id),
    paths.debit(AMARA.contact_id),
    paths.AUDIT,
    f"{paths.AUDIT}?outcome=done",
    f"{paths.AUDIT}check",
    paths.ACCOUNT,
    paths.STATUS,
)


def heading(page: Page) -> str:
    """The headline of a whole page: with its frame, its styles and its scripts."""
    expect(page.locator(".top")).to_have_css("position", "sticky")
    expect(page.locator("h1")).to_have_count(1)
    return page.locator("h1").inner_text()


@pytest.mark.parametrize("path", ADDRESSES)
def test_back_forward_and_reload_show_the_whole_page(desk: Desk, path: str):
    page = desk.open("lea", path)
    expected = heading(page)
    page.goto(paths.member(VOUCHERS.contact_id))
    page.go_back()
    assert heading(page) == expected
    page.go_forward()
    assert heading(page) == VOUCHERS.name
    page.go_back()
    expect(page.locator("h1")).to_have_text(expected)  # before it the reload would meet a page that leaves
    page.reload()
    assert heading(page) == expected


@pytest.mark.parametrize("path", [f"{MEMBER}?activity=goodwill", paths.AUDIT, paths.STATUS])
def test_a_bookmark_leads_there_after_signing_in(desk: Desk, path: str):
    page = desk.open(path=path)
    acts.sign_in(page, "lea")
    page.wait_for_url(f"**{path}")
    heading(page)


def test_what_a_chip_shows_has_an_address(page: Page):
    page.goto(MEMBER)
    page.get_by_role("link", name="Goodwill", exact=True).click()
    expect(page.get_by_role("link", name="Goodwill", exact=True)).to_have_attribute("aria-current", "true")
    page.reload()
    expect(page.get_by_role("link", name="Goodwill", exact=True)).to_have_attribute("aria-current", "true")
    page.go_back()
    expect(page.get_by_role("link", name="All", exact=True)).to_have_attribute("aria-current", "true")
    assert heading(page) == AMARA.name


def test_results_can_be_reloaded_and_come_back_to(page: Page):
    page.goto(paths.HOME)
    page.locator("#find").fill("Okafor")
    page.keyboard.press("Enter")
    expect(page.locator("#results .row-link")).to_have_count(3)
    page.reload()
    page.locator("#results .row-link").first.click()
    page.get_by_role("link", name="Give credit").wait_for()
    page.go_back()
    expect(page.locator("#results .row-link")).to_have_count(3)
    expect(page.locator("#find")).to_have_value("Okafor")


def test_a_receipt_can_be_shared(desk: Desk, page: Page, member: int):
    acts.open_drawer(page, member)
    acts.fill(page)
    acts.send(page)
    page.get_by_role("link", name="Receipt", exact=True).click()
    page.get_by_role("heading", name="Receipt", level=1).wait_for()
    other = desk.open("ike", page.url)
    expect(acts.receipt(other)).to_contain_text("500 points given")


def test_back_to_a_sent_form_shows_an_empty_one(page: Page, member: int):
    page.goto(paths.credit(member))
    acts.fill(page)
    acts.send(page)
    expect(acts.receipt(page)).to_contain_text("500 points given")
    page.go_back()
    expect(acts.points(page)).to_have_value("")
