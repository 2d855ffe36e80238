"""A caller who is no member yet, and one who leaves: by keyboard, without script, in the drawer."""

from __future__ import annotations

from itertools import count

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.sandbox.cast import OWNER, STRANGER
from tests.e2e import acts, paths
from tests.e2e.desk import Desk
from tests.e2e.stack import Stack

pytestmark = pytest.mark.browser

MOST_TABS = 40
_numbers = count(1)


@pytest.fixture
def email() -> str:
    """The e-mail of nobody."""
    return f"nia.{next(_numbers)}@shop.example"


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until it has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"not reached with {MOST_TABS} tabs")


def test_a_new_caller_is_found_nowhere_created_and_enrolled_by_keyboard(page: Page, email: str):
    page.goto(paths.HOME)
    page.keyboard.type(email)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="No member found").wait_for()
    tab_to(page, page.get_by_role("link", name="Create a contact"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("E-mail")).to_be_focused()
    expect(page.get_by_label("E-mail")).to_have_value(email)
    tab_to(page, page.get_by_label("First name"))
    page.keyboard.type("Nia")
    page.keyboard.press("Tab")
    page.keyboard.type("Cole")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nia Cole")
    expect(acts.receipt(page)).to_be_focused()
    expect(acts.receipt(page)).to_contain_text("Nia Cole enrolled.")
    expect(page.locator(".strip")).to_contain_text("0")


def test_a_new_caller_is_created_and_enrolled_without_script(desk: Desk, email: str):
    page = desk.open("sam", paths.HOME, java_script_enabled=False)
    page.locator("#find").fill(email)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Create a contact").click()
    page.get_by_label("First name").fill("Nia")
    page.get_by_role("button", name="Create contact").click()
    expect(acts.receipt(page)).to_contain_text("Nia enrolled.")


def test_no_email_stands_in_an_address_on_the_way(page: Page, email: str):
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.goto(paths.HOME)
    page.locator("#find").fill(email)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Create a contact").click()
    page.get_by_role("button", name="Create contact").click()
    acts.receipt(page).wait_for()
    assert not [each for each in seen if "shop.example" in each]


def test_a_contact_is_enrolled_from_the_drawer(own_desk: Desk):
    page = own_desk.open("sam", paths.member(STRANGER.contact_id))
    page.get_by_role("link", name="Enrol").click()
    expect(page.get_by_label("Member number")).to_be_focused()
    page.keyboard.type("LM-1-2-3")
    page.keyboard.press("Enter")
    expect(acts.receipt(page)).to_contain_text("Callum Reid enrolled. The member number is LM-1-2-3.")
    expect(page.locator(".page-head")).to_contain_text("LM-1-2-3")


def test_a_membership_is_ended_from_the_menu(desk: Desk, stack: Stack, member: int):
    page = desk.open("lea", paths.member(member))
    name = page.get_by_role("heading", level=1).inner_text()
    page.locator(".page-actions summary").click()
    page.get_by_role("link", name="End membership").click()
    expect(page.get_by_role("link", name="Keep membership")).to_be_focused()
    acts.drawer(page).get_by_label("Name", exact=True).fill(name)
    page.get_by_role("radio", name=acts.REASON).check()
    page.get_by_label("Case or order number").fill("ZD-1")
    page.get_by_role("button", name="End membership").click()
    expect(acts.receipt(page)).to_contain_text(f"The membership of {name} was ended.")
    expect(page.locator(".page-head")).to_contain_text("No member")
    assert stack.calls().count("deleteSubscription") == 1


def test_another_name_leaves_the_drawer_open_with_what_was_typed(desk: Desk, stack: Stack, member: int):
    page = desk.open("lea", paths.member(member))
    page.locator(".page-actions summary").click()
    page.get_by_role("link", name="End membership").click()
    acts.drawer(page).get_by_label("Name", exact=True).fill("Somebody Else")
    page.keyboard.press("Enter")
    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Somebody Else")
    assert stack.ledger(member) is not None


def test_a_membership_is_ended_without_script(desk: Desk, stack: Stack, member: int):
    page = desk.open("lea", paths.member(member), java_script_enabled=False)
    name = page.get_by_role("heading", level=1).inner_text()
    page.locator(".page-actions summary").click()
    page.get_by_role("link", name="End membership").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("radio", name=acts.REASON).check()
    page.get_by_label("Case or order number").fill("ZD-1")
    page.get_by_role("button", name="End membership").click()
    expect(acts.receipt(page)).to_contain_text("was ended.")
    assert stack.calls().count("deleteSubscription") == 1


def test_a_sharer_is_looked_up_and_added_in_the_drawer(desk: Desk, stack: Stack, member: int):
    page = desk.open("sam", paths.member(member))
    page.locator(".page-actions summary").click()
    page.get_by_role("link", name="Add sharers").click()
    expect(page.get_by_label("Contact IDs")).to_be_focused()
    page.keyboard.type(str(STRANGER.contact_id))
    page.keyboard.press("Enter")
    button = page.get_by_role("button", name="Add Callum Reid")
    button.wait_for()
    expect(page.get_by_role("radio", name=acts.REASON)).to_be_focused()
    page.keyboard.press("Space")
    page.get_by_label("Case or order number").fill("ZD-1")
    button.click()
    expect(acts.receipt(page)).to_contain_text(f"Contact {STRANGER.contact_id} added")
    expect(page.locator("#sharers")).to_contain_text(f"Contact {STRANGER.contact_id}")
    assert stack.ledger(member)["sharers"] == [STRANGER.contact_id]


def test_a_sharer_is_taken_out_in_the_drawer(own_desk: Desk, own_stack: Stack):
    page = own_desk.open("sam", paths.member(OWNER.contact_id))
    page.get_by_role("link", name="Take out contact 112").click()
    expect(page.get_by_role("link", name="Keep sharing")).to_be_focused()
    page.get_by_role("radio", name=acts.REASON).check()
    page.get_by_label("Case or order number").fill("ZD-1")
    page.get_by_role("button", name="Take out Daniel Adeyemi").click()
    expect(acts.receipt(page)).to_contain_text("Contact 112 taken out")
    assert own_stack.ledger(OWNER.contact_id)["sharers"] == [113]


def test_a_tier_is_changed_in_the_drawer(page: Page, stack: Stack, member: int):
    page.goto(paths.member(member))
    page.locator(".page-actions summary").click()
    page.get_by_role("link", name="Change tier").click()
    page.get_by_role("radio", name="Platinum").check()
    page.get_by_role("radio", name=acts.REASON).check()
    page.get_by_label("Case or order number").fill("ZD-1")
    page.get_by_role("button", name="Change tier").click()
    expect(acts.receipt(page)).to_contain_text("was changed to Platinum.")
    expect(page.locator(".page-head")).to_contain_text("Platinum")


def test_the_drawer_opens_at_its_top_although_the_safe_button_has_the_focus(desk: Desk, member: int):
    page = desk.open("lea", paths.member(member))
    page.locator(".page-actions summary").click()
    page.get_by_role("link", name="End membership").click()
    expect(page.get_by_role("link", name="Keep membership")).to_be_focused()
    assert acts.drawer(page).locator("form").evaluate("form => form.scrollTop") == 0
