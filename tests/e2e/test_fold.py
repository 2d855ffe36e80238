"""What is seen without scrolling, and what stays usable small, touched, printed and in forced colours."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.sandbox.cast import AMARA, PENDING, VOUCHERS
from tests.e2e import acts, paths, ways
from tests.e2e.desk import LARGE, PHONE, Desk

pytestmark = pytest.mark.browser

MAIN_ACT = 44
TOUCHED: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}


def lowest(place: Locator) -> float:
    """Where it ends, from the top of the window, once nothing is on its way that could replace it."""
    place.page.wait_for_load_state("networkidle")
    box = place.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def width(place: Locator) -> float:
    """How wide it is."""
    box = place.bounding_box()
    assert box is not None
    return box["width"]


def height(place: Locator) -> float:
    """How high it is."""
    box = place.bounding_box()
    assert box is not None
    return box["height"]


def cell(page: Page, label: str) -> Locator:
    """A figure of the strip."""
    return page.locator(".cell", has_text=label)


def test_a_large_screen_shows_figures_ten_rows_and_lots_at_once(desk: Desk):
    page = desk.open("sam", paths.member(AMARA.contact_id))
    seen = (
        cell(page, "Points balance"),
        cell(page, "Next to expire"),
        page.locator("#activity-rows tr").nth(9),
        page.locator("#expiry"),
    )
    assert max(map(lowest, seen)) <= LARGE["height"]


def test_dates_beneath_a_chart_stand_apart_on_a_phone(desk: Desk):
    page = desk.open("sam", paths.member(VOUCHERS.contact_id), **TOUCHED)
    labels = page.locator(".chart-labels li:not(:empty)")
    expect(labels.last).to_be_attached()
    ends = labels.evaluate_all(
        """(all) => all.filter((each) => each.checkVisibility({ visibilityProperty: true })).map((each) => {
          const words = document.createRange();
          words.selectNodeContents(each);
          const { left, right } = words.getBoundingClientRect();
          return [left, right];
        })"""
    )
    assert len(ends) > 2
    assert all(right < left for (_, right), (left, _) in pairwise(ends))


def test_a_phone_shows_figures_three_rows_and_the_main_act_at_once(desk: Desk):
    page = desk.open("sam", paths.member(AMARA.contact_id), **TOUCHED)
    bar = page.locator(".page-actions")
    seen = (
        cell(page, "Points balance"),
        cell(page, "Next to expire"),
        page.locator("#activity-rows tr").nth(2),
    )
    assert max(map(lowest, seen)) <= PHONE["height"] - height(bar)
    assert lowest(page.get_by_role("link", name="Give credit")) <= PHONE["height"]


def test_a_sign_in_page_needs_no_scrolling(desk: Desk):
    page = desk.open(path="/sign-in", **TOUCHED)
    assert lowest(page.get_by_role("button", name="Sign in")) <= PHONE["height"]


def test_main_acts_are_high_enough_to_be_touched(desk: Desk):
    page = desk.open("sam", paths.HOME, **TOUCHED)
    heights = {"Find": height(page.get_by_role("button", name="Find", exact=True))}
    page.goto(paths.member(AMARA.contact_id))
    heights["Give credit"] = height(page.get_by_role("link", name="Give credit"))
    page.goto(paths.credit(AMARA.contact_id))
    for name in ("Give points", "500", "1,000"):
        heights[name] = height(page.get_by_role("button", name=name, exact=True))
    heights["Points"] = height(acts.points(page))
    page.goto("/account/")
    heights["Save settings"] = height(page.get_by_role("button", name="Save settings"))
    assert {name: high for name, high in heights.items() if high < MAIN_ACT} == {}


def test_the_bar_at_the_foot_of_a_phone_never_covers_the_focus(desk: Desk):
    page = desk.open("sam", paths.member(AMARA.contact_id), **TOUCHED)
    top_of_bar = PHONE["height"] - height(page.locator(".page-actions"))
    older = page.get_by_role("link", name="Older")
    older.focus()
    assert lowest(older) <= top_of_bar


def test_the_foot_of_the_form_never_covers_the_focus(desk: Desk):
    page = desk.open("sam", paths.credit(AMARA.contact_id), viewport={"width": 1024, "height": 500})
    note = page.get_by_role("textbox", name="Note")
    acts.points(page).focus()
    while not note.evaluate("field => field === document.activeElement"):
        page.keyboard.press("Tab")
    foot = page.locator(".form-foot").bounding_box()
    assert foot is not None
    assert lowest(note) <= foot["y"]


def test_forced_colours_keep_everything_usable(desk: Desk):
    page = desk.open("sam", forced_colors="active")
    acts.open_drawer(page, AMARA.contact_id)
    acts.fill(page)
    expect(page.get_by_role("button", name="Give 500 points")).to_be_visible()
    expect(page.get_by_role("radio", name=acts.REASON)).to_be_checked()


def test_nothing_moves_for_those_who_do_not_want_it(desk: Desk):
    page = desk.open("sam")
    acts.open_drawer(page, AMARA.contact_id)
    assert page.evaluate("document.getAnimations().length") == 0


def test_a_printed_member_is_figures_without_controls(desk: Desk):
    page = desk.open("sam", paths.member(AMARA.contact_id))
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name=AMARA.name)).to_be_visible()
    expect(page.locator("#activity-rows tr").first).to_be_visible()
    expect(page.get_by_role("link", name="Give credit")).to_be_hidden()
    expect(page.locator("#nav")).to_be_hidden()


def test_a_printed_receipt_is_without_buttons(desk: Desk, member: int):
    page = desk.open("sam", paths.credit(member))
    acts.fill(page)
    acts.send(page)
    page.get_by_role("link", name="Receipt", exact=True).click()
    undo = page.get_by_role("link", name="Undo")
    expect(undo).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="What was asked for")).to_be_visible()
    expect(undo).to_be_hidden()


def test_what_came_of_a_request_leaves_room_for_the_request_on_a_phone(desk: Desk):
    page = desk.open("sam", **TOUCHED)
    ways.decided(page, desk.stack)
    row = page.locator("#decided tbody tr").first
    expect(row).to_contain_text("Approved by")
    assert width(row.locator(".at-main")) > width(row) / 3


def test_a_page_of_twice_the_size_keeps_one_line_on_top_and_its_icons_free_of_counts(desk: Desk):
    page = desk.open("sam", paths.member(PENDING.contact_id), viewport={"width": 720, "height": 450})
    assert height(page.locator(".top")) < 60
    covered = page.locator("#nav a:has(.count)").evaluate_all(
        """(links) => links.filter((link) => {
          const { left, width } = link.querySelector(".icon").getBoundingClientRect();
          return link.querySelector(".count").getBoundingClientRect().left < left + width / 2;
        }).length"""
    )
    expect(page.locator("#nav .count").first).to_be_visible()
    assert covered == 0
