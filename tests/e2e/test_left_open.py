"""A page that was left open: its figures are read again when somebody comes back to it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import paths

pytestmark = pytest.mark.browser

COME_BACK = "dispatchEvent(new Event('focus'))"


def left_open(page: Page, member: int, minutes: int) -> list[str]:
    """Open the member, stay away, come back; the parts that are asked for then."""
    page.clock.install()
    page.goto(paths.member(member))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.partition(f"{member}/")[2]))
    page.clock.fast_forward(f"{minutes:02}:01")
    page.evaluate(COME_BACK)
    page.wait_for_load_state("networkidle")
    return [each for each in asked if each]


def test_after_five_minutes_the_figures_come_again(page: Page, member: int):
    assert {"strip", "activity"} <= set(left_open(page, member, 5))


def test_before_that_nothing_is_asked(page: Page, member: int):
    assert left_open(page, member, 4) == []


def test_a_note_being_typed_is_left_alone(page: Page, member: int):
    page.clock.install()
    page.goto(paths.member(member))
    page.keyboard.press("n")
    page.keyboard.type("Call back on")
    page.clock.fast_forward("06:00")
    page.evaluate(COME_BACK)
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("textbox", name="Note")).to_have_value("Call back on")
