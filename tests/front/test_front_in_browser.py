"""What the scripts do, in a browser: focus, keys, the drawer, and word when no answer comes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.front.harness import Desk

pytestmark = pytest.mark.browser


def open_drawer(page: Page) -> None:
    page.click("#give-credit")
    expect(page.locator("#points")).to_be_focused()


def test_the_drawer_opens_on_its_first_field(page: Page):
    open_drawer(page)
    expect(page.get_by_role("dialog", name="Give credit to Ada")).to_be_visible()


def test_a_key_opens_the_drawer_and_escape_goes_back_to_its_button(page: Page):
    page.keyboard.press("c")
    expect(page.locator("#points")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    expect(page.locator("#give-credit")).to_be_focused()


def test_closing_with_typed_text_asks_once(page: Page):
    open_drawer(page)
    page.keyboard.type("500")
    page.keyboard.press("Escape")
    question = page.get_by_role("dialog", name="Discard what you typed?")
    expect(question.get_by_role("button", name="Keep editing")).to_be_focused()
    page.keyboard.press("Enter")
    expect(question).to_be_hidden()
    expect(page.locator("#points")).to_have_value("500")
    page.keyboard.press("Escape")
    question.get_by_role("button", name="Discard").click()
    expect(page.locator("#drawer")).to_be_hidden()


def test_a_preset_fills_the_field_and_the_button_says_the_act(page: Page):
    open_drawer(page)
    page.get_by_role("button", name="1,000").click()
    expect(page.locator("#points")).to_have_value("1000")
    expect(page.get_by_role("button", name="Give 1,000 points")).to_be_visible()


LABELS = {
    "500": "Give 500 points",
    "1": "Give 1 point",
    "1,200": "Give 1,200 points",
    "2 500": "Give 2,500 points",
    "3,001": "Ask for approval: 3,001 points",
    "10,001": "Give points",
    "": "Give points",
    "0": "Give points",
    "-5": "Give points",
    "5e3": "Give points",
}


def test_the_button_follows_what_is_typed(page: Page):
    def label(typed: str) -> str:
        page.fill("#points", typed)
        return page.locator("[data-amount-of]").inner_text()

    open_drawer(page)
    assert {typed: label(typed) for typed in LABELS} == LABELS


def test_problems_take_the_focus_and_keep_what_was_typed(page: Page, desk: Desk):
    desk.answer = 422
    open_drawer(page)
    page.keyboard.type("abc")
    page.keyboard.press("Enter")
    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.locator("#points")).to_have_value("abc")


def test_a_note_made_taller_by_hand_survives_the_next_answer(page: Page, desk: Desk):
    desk.answer = 422
    open_drawer(page)
    # As the browser's own handle does.
    page.evaluate("document.getElementById('note').style.height = '200px'")
    page.keyboard.press("Enter")
    expect(page.locator("#error-summary")).to_be_focused()


def test_a_finished_deed_closes_the_drawer_and_puts_the_focus_on_the_receipt(page: Page):
    open_drawer(page)
    page.keyboard.type("500")
    page.keyboard.press("Enter")
    expect(page.locator("#receipt")).to_be_focused()
    expect(page.locator("#drawer")).to_be_hidden()
    expect(page.locator("#live")).to_have_text("500 points given.")


def test_three_fast_enters_send_one_request(page: Page, desk: Desk):
    open_drawer(page)
    desk.held.clear()
    for _ in range(3):
        page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Give points")).to_have_attribute("aria-busy", "true")
    desk.held.set()
    expect(page.locator("#receipt")).to_be_focused()
    assert desk.asked.count("POST /credit/form") == 1


def test_a_lost_answer_never_says_that_nothing_happened(page: Page, desk: Desk):
    desk.answer = 503
    open_drawer(page)
    page.keyboard.type("500")
    page.keyboard.press("Enter")
    alert = page.locator("#drawer").get_by_role("alert")
    expect(alert).to_have_text("No answer yet. Press Give 500 points again: it cannot be given twice.")
    desk.answer = 200
    page.get_by_role("button", name="Give 500 points").click()
    expect(page.locator("#receipt")).to_be_focused()


def test_a_panel_that_does_not_come_says_so_in_its_place(page: Page):
    page.goto("/member?late")
    expect(page.locator("#vouchers")).to_contain_text("No answer for the vouchers. Try again")


def test_single_keys_do_nothing_in_fields(page: Page):
    page.focus("#finder")
    page.keyboard.type("jc?")
    expect(page.locator("#finder")).to_have_value("jc?")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_single_keys_can_be_switched_off(page: Page, desk: Desk):
    desk.shortcuts_on = False
    page.goto("/member")
    page.keyboard.press("c")
    page.keyboard.press("?")
    page.keyboard.press("Control+k")
    expect(page.locator("#finder")).to_be_focused()
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert "GET /credit/form" not in desk.asked


def test_slash_focuses_the_search(page: Page):
    page.keyboard.press("/")
    expect(page.locator("#finder")).to_be_focused()
    expect(page.locator("#finder")).to_have_value("")


def test_the_question_mark_lists_the_keys(page: Page):
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Give credit")


def test_j_and_k_move_between_rows_and_enter_opens(page: Page):
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="second")).to_be_focused()
    page.keyboard.press("k")
    expect(page.get_by_role("link", name="first")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/entry/first")


def test_g_and_a_key_go_to_a_page(page: Page):
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url("**/audit")


def test_copying_answers_in_place_and_aloud(page: Page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("y")
    expect(page.locator("#live")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "LM-1"


def test_the_icons_are_drawn_under_the_policy(page: Page):
    drawn = """() => [...document.querySelectorAll(".page-head svg")]
        .filter(icon => icon.checkVisibility())
        .map(icon => icon.getBBox().width > 0)"""
    assert set(page.evaluate(drawn)) == {True}


def test_an_unsettled_receipt_asks_again_without_taking_the_focus_elsewhere(page: Page, desk: Desk):
    with page.expect_request("**/poll"):
        page.goto("/member?polling")
    expect(page.locator("#receipt")).to_be_focused()


def test_a_hidden_tab_asks_nothing(page: Page, desk: Desk):
    page.add_init_script("Object.defineProperty(document, 'hidden', { get: () => true })")
    page.clock.install()
    page.goto("/member?polling")
    page.clock.run_for(10_000)
    assert "GET /poll" not in desk.asked


def test_staff_are_warned_two_minutes_before_the_session_ends(page: Page):
    page.clock.install()
    page.goto("/member")
    page.clock.run_for(27 * 60_000)
    warning = page.get_by_role("dialog", name="You are about to be signed out")
    expect(warning).to_be_hidden()
    page.clock.run_for(90_000)
    expect(warning.get_by_role("link", name="Stay signed in")).to_be_focused()


def test_no_page_scrolls_sideways(page: Page):
    def overhang(width: int) -> int:
        page.set_viewport_size({"width": width, "height": 800})
        return int(page.evaluate("document.documentElement.scrollWidth")) - width

    assert {width: overhang(width) for width in (320, 390, 700, 1024, 1440) if overhang(width) > 0} == {}


def test_the_menu_opens_without_script(browser: Browser, page: Page):
    address = page.url
    with browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}) as context:
        plain = context.new_page()
        plain.goto(address)
        plain.get_by_role("button", name="Menu").click()
        plain.get_by_role("link", name="Audit log").click()
        plain.wait_for_url("**/audit")
