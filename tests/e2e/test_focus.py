"""Where the focus is after each act, and that typed text is not lost by a slip."""

from __future__ import annotations

from functools import partial

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import acts, paths
from tests.e2e.desk import LARGE, PHONE, Desk

pytestmark = pytest.mark.browser


def test_the_drawer_opens_on_its_first_field(page: Page, member: int):
    drawer = acts.open_drawer(page, member)
    expect(drawer.get_by_role("heading", level=2)).to_contain_text("Give credit to")


def test_mistakes_take_the_focus_to_their_summary_and_keep_what_was_typed(page: Page, member: int):
    drawer = acts.open_drawer(page, member)
    drawer.get_by_role("textbox", name="Note").fill("Parcel a week late")
    acts.points(page).fill("12 34 56 x")
    page.keyboard.press("Enter")
    expect(page.locator("#error-summary")).to_be_focused()
    expect(acts.points(page)).to_have_value("12 34 56 x")
    expect(drawer.get_by_role("textbox", name="Note")).to_have_value("Parcel a week late")


def test_a_line_of_the_summary_leads_to_its_field(page: Page, member: int):
    acts.open_drawer(page, member)
    page.keyboard.press("Enter")
    summary = page.locator("#error-summary")
    expect(summary).to_be_focused()
    summary.get_by_role("link").first.click()
    expect(acts.points(page)).to_be_focused()
    summary.get_by_role("link", name="reason").click()
    expect(page.get_by_role("radio").first).to_be_focused()


def test_mistakes_on_the_page_are_told_in_its_title(page: Page, member: int):
    page.goto(paths.credit(member))
    page.keyboard.press("Enter")
    expect(page.locator("#error-summary")).to_be_focused()
    assert page.title().startswith("Error: ")


@pytest.mark.parametrize("place", ["drawer", "page"])
def test_the_receipt_has_the_focus(page: Page, member: int, place: str):
    if place == "drawer":
        acts.open_drawer(page, member)
    else:
        page.goto(paths.credit(member))
    acts.fill(page)
    acts.send(page)
    expect(acts.receipt(page)).to_be_focused()
    expect(acts.drawer(page)).to_be_hidden()


def test_the_outcome_is_read_aloud_once(page: Page, member: int):
    acts.open_drawer(page, member)
    acts.fill(page)
    acts.send(page)
    expect(page.locator("#live")).to_contain_text("500 points given")


@pytest.mark.parametrize("way", ["click", "key"])
def test_escape_closes_the_drawer_and_goes_back_to_its_button(page: Page, member: int, way: str):
    page.goto(paths.member(member))
    opener = page.get_by_role("link", name="Give credit")
    if way == "click":
        opener.click()
    else:
        page.keyboard.press("c")
    expect(acts.points(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(acts.drawer(page)).to_be_hidden()
    expect(opener).to_be_focused()


def test_typed_text_is_asked_about_once_before_it_is_lost(page: Page, member: int):
    drawer = acts.open_drawer(page, member)
    page.keyboard.type("500")
    page.keyboard.press("Escape")
    question = page.get_by_role("dialog", name="Discard what you typed?")
    expect(question.get_by_role("button", name="Keep editing")).to_be_focused()
    page.keyboard.press("Enter")
    expect(acts.points(page)).to_have_value("500")
    drawer.get_by_role("link", name="Cancel").click()
    question.get_by_role("button", name="Discard").click()
    expect(drawer).to_be_hidden()
    expect(page.get_by_role("link", name="Give credit")).to_be_focused()


def test_typed_text_is_asked_about_after_a_mistake_too(page: Page, member: int):
    acts.open_drawer(page, member)
    page.keyboard.type("abc")
    page.keyboard.press("Enter")
    expect(page.locator("#error-summary")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Discard what you typed?")).to_be_visible()


def test_older_transactions_take_the_focus_to_the_first_of_them(desk: Desk, member: int):
    page = desk.open("sam", paths.member(142))
    rows = page.locator("#activity-rows tr")
    shown = rows.count()
    page.get_by_role("link", name="Older").click()
    expect(rows.nth(shown)).to_be_focused()


def test_a_chip_keeps_the_focus_and_changes_the_address(page: Page):
    page.goto(paths.member(142))
    page.get_by_role("link", name="Goodwill", exact=True).click()
    expect(page).to_have_url(f"{page.url.split('?')[0]}?activity=goodwill")
    expect(page.get_by_role("link", name="Goodwill", exact=True)).to_be_focused()
    expect(page.get_by_role("link", name="Goodwill", exact=True)).to_have_attribute("aria-current", "true")


def test_a_note_stands_where_it_was_written(page: Page, member: int):
    page.goto(paths.member(member))
    page.keyboard.press("n")
    page.locator("#note-form").get_by_role("textbox", name="Note").fill("Prefers calls in the morning")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#staff-actions")).to_contain_text("Prefers calls in the morning")


@pytest.mark.parametrize("size", [LARGE, PHONE], ids=["large", "phone"])
@pytest.mark.parametrize("path", ["", "/credit", "/order", "/vouchers/new"])
def test_no_bar_covers_what_the_tab_key_reaches(desk: Desk, member: int, path: str, size: dict[str, int]):
    page = desk.open("sam", f"{paths.member(member)}{path}", viewport=size)
    reached = [page.evaluate(_STANDS) for _ in iter(partial(_tab, page), "BODY")]
    assert len(reached) >= 5
    assert [each["words"] for each in reached if each["covered"]] == []


_STANDS = """() => {
  const focused = document.activeElement;
  const { left, right, top, bottom } = focused.getBoundingClientRect();
  const bars = [...document.querySelectorAll(".top, .page-actions.bar, .form-foot")];
  const covers = (bar) => {
    const { position } = getComputedStyle(bar);
    const { top: from, bottom: to } = bar.getBoundingClientRect();
    return /fixed|sticky/.test(position) && !bar.contains(focused) && top < to && from < bottom;
  };
  if (focused.matches(".skip")) return { covered: false }; // lies above all
  const words = focused.getAttribute("aria-label") ?? focused.id + focused.textContent.trim();
  return { words, covered: bars.some(covers) };
}"""


def _tab(page: Page) -> str:
    page.keyboard.press("Tab")
    return str(page.evaluate("document.activeElement.tagName"))
