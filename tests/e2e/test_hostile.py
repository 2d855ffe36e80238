"""Names, notes and searches that try to be markup or script stay text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Dialog, Page, expect

from dashboard.sandbox.cast import MARKUP
from tests.e2e import acts, paths
from tests.e2e.desk import Desk
from tests.e2e.stack import Stack

pytestmark = pytest.mark.browser

PROBES = (
    "\"'><img src=x onerror=alert(1)><script>alert(2)</script>",
    "</textarea></title><svg onload=alert(3)>{{ 7*7 }}${7*7}",
    "\u202e\u2066مريم <a href='javascript:alert(4)'>",
)


@pytest.fixture
def page(desk: Desk) -> Iterator[Page]:
    """A tab in which no script but ours may run."""
    page = desk.open("lea")
    said: list[str] = []

    def hear(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", hear)
    yield page
    assert said == []
    assert page.locator("main :is(img, script, iframe, [onerror], [onload], [href^=javascript])").count() == 0


@pytest.mark.parametrize(
    "path",
    [
        paths.member(MARKUP.contact_id),
        paths.credit(MARKUP.contact_id),
        paths.debit(MARKUP.contact_id),
        f"{paths.member(MARKUP.contact_id)}/lots",
    ],
)
def test_a_name_with_markup_is_a_name(page: Page, path: str):
    page.goto(path)
    expect(page.locator("main")).to_contain_text("<b>Zoë</b>")
    expect(page.locator("main b")).to_have_count(0)


def test_a_name_with_markup_goes_through_the_drawer(page: Page, stack: Stack):
    before = stack.points(MARKUP.contact_id)
    acts.open_drawer(page, MARKUP.contact_id)
    acts.fill(page)
    acts.send(page)
    expect(acts.receipt(page)).to_contain_text("<b>Zoë</b>")
    expect(acts.receipt(page)).to_contain_text(f"{before + 500:,}")


def test_a_name_from_right_to_left_keeps_to_itself(page: Page):
    page.goto(paths.member(MARKUP.contact_id))
    expect(page.locator("h1 bdi")).to_have_count(1)
    assert page.evaluate("getComputedStyle(document.querySelector('h1 bdi')).unicodeBidi") == "isolate"


@pytest.mark.parametrize("probe", PROBES, ids=["attribute", "element", "direction"])
def test_what_staff_type_stays_text(page: Page, member: int, probe: str):
    page.goto(paths.credit(member))
    acts.fill(page)
    page.get_by_role("textbox", name="Note").fill(probe)
    page.get_by_role("textbox", name="Case or order number").fill(probe[:60])
    page.locator(".form-foot button").click()
    if page.locator("#error-summary").count():
        expect(page.get_by_role("textbox", name="Note")).to_have_value(probe)
        page.get_by_role("textbox", name="Case or order number").fill("ZD-1")
        page.get_by_role("textbox", name="Note").fill(probe.lstrip("\u202e\u2066"))
        page.locator(".form-foot button").click()
    expect(acts.receipt(page)).to_contain_text("500 points given")
    expect(page.locator("#staff-actions")).to_contain_text(probe.lstrip("\u202e\u2066")[:20])
    page.get_by_role("link", name="Receipt", exact=True).click()
    expect(page.locator("#asked")).to_contain_text(probe.lstrip("\u202e\u2066")[:20])


@pytest.mark.parametrize("probe", PROBES, ids=["attribute", "element", "direction"])
def test_a_note_stays_text(page: Page, member: int, probe: str):
    page.goto(paths.member(member))
    page.locator(".add-note summary").click()
    page.locator("#note-form textarea").fill(f"Note {probe}")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("#staff-actions, #error-summary").first).to_contain_text("Note")


@pytest.mark.parametrize("probe", PROBES, ids=["attribute", "element", "direction"])
def test_what_is_searched_for_stays_text(page: Page, probe: str):
    page.goto(paths.HOME)
    page.locator("#find").fill(probe)
    page.get_by_role("button", name="Find").click()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("#find")).to_have_value(probe)
