"""Signing in and out, and a session that ends while somebody types."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import acts, paths
from tests.e2e.desk import COOKIE, PHONE, Desk, give_session
from tests.e2e.stack import Stack

pytestmark = pytest.mark.browser


def test_signing_in_leads_to_the_search_with_the_cursor_in_it(desk: Desk):
    page = desk.open(path="/sign-in")
    expect(page.get_by_label("E-mail")).to_be_focused()
    acts.sign_in(page)
    page.wait_for_url(f"**{paths.HOME}")
    expect(page.locator("#find")).to_be_focused()


def test_signing_in_needs_no_script(desk: Desk):
    page = desk.open(path="/sign-in", java_script_enabled=False)
    acts.sign_in(page)
    expect(page.get_by_role("heading", name="Find a member")).to_be_visible()


def test_the_one_cookie_is_for_the_server_alone(desk: Desk):
    page = desk.open(path="/sign-in")
    acts.sign_in(page)
    page.wait_for_url(f"**{paths.HOME}")
    (cookie,) = page.context.cookies()
    shown = {name: cookie[name] for name in ("name", "path", "httpOnly", "sameSite", "expires")}
    assert shown == {"name": COOKIE, "path": "/", "httpOnly": True, "sameSite": "Strict", "expires": -1}


def test_a_wrong_password_takes_the_focus_to_what_to_check(desk: Desk):
    page = desk.open(path="/sign-in")
    page.get_by_label("E-mail").fill("nobody@demo.example")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.keyboard.press("Enter")
    summary = page.locator("#error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Check your e-mail and password")
    expect(page).to_have_title("Error: Sign in · Loyalty Desk")
    expect(page.get_by_label("E-mail")).to_have_value("nobody@demo.example")


def test_the_password_can_be_shown(desk: Desk):
    page = desk.open(path="/sign-in")
    field = page.get_by_label("Password", exact=True)
    field.fill("visible")
    page.get_by_role("button", name="Show").click()
    expect(field).to_have_attribute("type", "text")


def test_a_link_leads_on_after_signing_in(desk: Desk, member: int):
    page = desk.open(path=paths.member(member))
    acts.sign_in(page)
    page.wait_for_url(f"**{paths.member(member)}")


def test_an_idle_session_ends_in_words(desk: Desk, stack: Stack):
    page = desk.open()
    give_session(page.context, stack, "sam", used=timedelta(minutes=31))
    page.goto(paths.HOME)
    expect(page.get_by_text("You were signed out after 30 minutes.")).to_be_visible()


def test_back_after_signing_out_shows_nothing(page: Page, member: int):
    page.goto(paths.member(member))
    acts.sign_out(page)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.locator(".strip")).to_have_count(0)


def _type_everything(page: Page) -> None:
    for label, text in acts.TYPED.items():
        page.get_by_role("textbox", name=label).fill(text)
    page.get_by_role("radio", name=acts.REASON).check()


def _expect_everything(page: Page) -> None:
    for label, text in acts.TYPED.items():
        expect(page.get_by_role("textbox", name=label)).to_have_value(text)
    expect(page.get_by_role("radio", name=acts.REASON)).to_be_checked()


@pytest.mark.parametrize("place", ["page", "page without script", "drawer"])
def test_what_was_typed_in_an_ended_session_is_kept_and_given_once(
    desk: Desk, stack: Stack, member: int, place: str
):
    page = desk.open("sam", paths.credit(member), java_script_enabled=place != "page without script")
    if place == "drawer":
        acts.open_drawer(page, member)
    _type_everything(page)
    intent = page.locator("[name=intent]").input_value()
    stack.end_sessions("sam")
    page.locator(".form-foot button").click()
    expect(page.get_by_text("Your text is kept: sign in, then send it again.")).to_be_visible()
    acts.sign_in(page)
    for text in acts.TYPED.values():
        expect(page.get_by_text(text, exact=True)).to_be_visible()
    assert stack.ours(member) == []
    page.get_by_role("button", name="Check and send again").click()
    _expect_everything(page)
    assert page.locator("[name=intent]").input_value() == intent
    page.locator(".form-foot button").click()
    expect(acts.receipt(page)).to_contain_text("500 points given")
    assert stack.ours(member) == [(Decimal(500), "completed")]


def test_a_new_colleague_chooses_a_password_once(desk: Desk, stack: Stack):
    link = stack.password_link()
    page = desk.open(path=link, viewport=PHONE)
    page.get_by_label("New password").fill("plum orchard lantern seven")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", name="This link works no more")).to_be_visible()
