"""What comes too fast, in a browser: the drawer stays, says when, and goes on from there."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e import acts
from tests.e2e.desk import Desk
from tests.e2e.stack import Stack

pytestmark = pytest.mark.browser


def test_a_change_that_comes_too_fast_keeps_the_drawer_and_all_that_was_typed(
    own_desk: Desk, own_stack: Stack
):
    member = own_stack.new_member()
    before = own_stack.points(member)
    page = own_desk.open("sam")
    acts.open_drawer(page, member)
    acts.fill(page)
    own_stack.use_up_pace("sam")

    acts.send(page)

    summary = page.locator("#drawer #error-summary")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("as many as one person may. Nothing was sent now. Send it again in")
    expect(acts.points(page)).to_have_value("500")
    assert own_stack.ours(member) == []
    own_stack.wait_out_pace()
    acts.send(page)
    acts.expect_given(page, own_stack, member, before)
