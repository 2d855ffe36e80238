"""Single keys: what each does, where none acts, and how they are switched off."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import acts, paths
from tests.e2e.desk import Desk

pytestmark = pytest.mark.browser

AMARA = 142


def test_a_slash_goes_to_the_search_on_every_page(page: Page):
    for path, field in ((paths.HOME, "#find"), (paths.member(AMARA), "#finder"), (paths.STATUS, "#finder")):
        page.goto(path)
        page.locator("h1").click()
        page.keyboard.press("/")
        expect(page.locator(field)).to_be_focused()
        expect(page.locator(field)).to_have_value("")


def test_a_question_mark_lists_the_keys(page: Page):
    page.goto(paths.STATUS)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_g_and_a_letter_go_to_a_page(desk: Desk):
    page = desk.open("lea", paths.STATUS)
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url(f"**{paths.AUDIT}")
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url(f"**{paths.HOME}")


def test_c_opens_the_credit_and_n_the_note(page: Page):
    page.goto(paths.member(AMARA))
    page.keyboard.press("c")
    expect(acts.points(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#give-credit")).to_be_focused()
    page.keyboard.press("n")
    expect(page.locator("#note-form").get_by_role("textbox", name="Note")).to_be_focused()


def test_y_copies_the_member_number(page: Page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(paths.member(AMARA))
    page.keyboard.press("y")
    expect(page.locator("#live")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "LM-4821-0093-77"


def test_j_and_k_move_between_rows_and_enter_opens_one(page: Page):
    page.goto(paths.member(AMARA))
    page.goto(paths.HOME)
    page.locator("h1").click()
    page.keyboard.press("j")
    row = page.locator("#recent .row-link").first
    expect(row).to_be_focused()
    page.keyboard.press("k")
    expect(row).to_be_focused()
    there = row.get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{there}")


def test_arrows_lead_from_the_search_into_the_rows(page: Page):
    page.goto(paths.member(AMARA))
    page.goto(paths.HOME)
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#recent .row-link").first).to_be_focused()


def test_no_key_acts_in_a_field(page: Page):
    page.goto(paths.member(AMARA))
    page.locator("#finder").focus()
    page.keyboard.type("jkcny?/gl")
    expect(page.locator("#finder")).to_have_value("jkcny?/gl")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_no_key_acts_in_a_dialog(page: Page):
    page.goto(paths.member(AMARA))
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_be_visible()
    page.keyboard.type("cgs/")
    expect(sheet).to_be_visible()
    expect(acts.drawer(page)).to_be_hidden()
    assert page.url.endswith(paths.member(AMARA))


def test_the_keys_can_be_switched_off_in_the_account(desk: Desk):
    page = desk.open("ana", paths.ACCOUNT)
    page.get_by_role("checkbox", name="Single-key shortcuts").uncheck()
    page.get_by_role("button", name="Save settings").click()
    page.goto(paths.member(AMARA))
    for key in ("c", "?", "n"):
        page.keyboard.press(key)
    page.keyboard.press("Control+k")
    expect(page.locator("#finder")).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.goto(paths.ACCOUNT)
    page.get_by_role("checkbox", name="Single-key shortcuts").check()
    page.get_by_role("button", name="Save settings").click()
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
