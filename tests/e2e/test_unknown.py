"""When nobody knows whether it went through, the page says so, asks again by itself, and tells the truth."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.e2e import acts, paths
from tests.e2e.desk import Desk
from tests.e2e.stack import Stack

pytestmark = pytest.mark.browser

SETTLED_MS = 40_000
"""The longest a change takes to settle once the remote answers again."""
BEHIND = 4
"""Seconds by which reads lag behind writes: the first look finds nothing, so the page must say so."""


@pytest.fixture(autouse=True)
def reads_lag(stack: Stack) -> None:
    """What became of a write cannot be seen at once."""
    stack.lag(BEHIND)


@pytest.mark.parametrize("operation", ["createTransaction", "completeTransaction"])
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_lost_answer_is_checked_until_it_is_known(
    desk: Desk, stack: Stack, member: int, operation: str, script: bool
):
    before = stack.points(member)
    page = desk.open("sam", paths.credit(member), java_script_enabled=script)
    acts.fill(page)
    stack.fault("apply_then_drop", operation)
    page.locator(".form-foot button").click()
    expect(acts.receipt(page)).to_contain_text("No answer yet, checking.", timeout=15_000)
    expect(acts.receipt(page)).to_contain_text("500 points given", timeout=SETTLED_MS)
    assert [each for each in stack.ours(member) if each[1] == "completed"] == [(Decimal(500), "completed")]
    assert stack.points(member) == before + 500


def test_a_remote_that_hangs_leaves_a_line_that_settles_in_place(desk: Desk, stack: Stack, member: int):
    before = stack.points(member)
    page = desk.open("sam")
    acts.open_drawer(page, member)
    acts.fill(page)
    stack.fault("apply_then_delay", "completeTransaction", seconds=20)
    acts.send(page)
    expect(acts.receipt(page)).to_contain_text("No answer yet, checking.", timeout=15_000)
    expect(acts.receipt(page)).to_be_focused()
    expect(acts.receipt(page)).to_contain_text("500 points given", timeout=SETTLED_MS)
    expect(page.locator(".strip")).to_contain_text(f"{before + 500:,}", timeout=SETTLED_MS)
    assert stack.ours(member) == [(Decimal(500), "completed")]


def test_a_refusal_is_told_in_plain_words(desk: Desk, stack: Stack, member: int):
    page = desk.open("sam")
    acts.open_drawer(page, member)
    acts.fill(page)
    stack.fault("status", "createTransaction", status=422)
    acts.send(page)
    expect(acts.receipt(page)).to_contain_text("500 points not given")
    assert stack.ours(member) == []


def test_the_outcome_is_told_even_when_the_member_cannot_be_read_any_more(
    desk: Desk, stack: Stack, member: int
):
    page = desk.open("sam", paths.credit(member))
    acts.fill(page)
    stack.fault("status", "listTransactions", times=0, status=500)
    acts.send(page)
    expect(acts.receipt(page)).to_contain_text("500 points given")
