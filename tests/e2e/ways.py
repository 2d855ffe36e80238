"""How a tab gets to each screen of the console."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from dashboard.sandbox import cast
from tests.e2e import acts, paths
from tests.e2e.desk import give_session
from tests.e2e.stack import Stack

Go = Callable[[Page, Stack], None]


def at(path: str) -> Go:
    """Open an address."""
    return lambda page, _stack: (page.goto(path), None)[1]


def find(text: str) -> Go:
    """Search from the home page."""

    def go(page: Page, _stack: Stack) -> None:
        page.goto(paths.HOME)
        page.locator("#find").fill(text)
        page.get_by_role("button", name="Find").click()
        page.wait_for_load_state()

    return go


def home(page: Page, _stack: Stack) -> None:
    for one in (cast.AMARA, cast.EXPIRING, cast.MARKUP):
        page.goto(paths.member(one.contact_id))
    page.goto(paths.HOME)


def wrong_password(page: Page, _stack: Stack) -> None:
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#error-summary")).to_be_focused()


def session_ended(page: Page, stack: Stack) -> None:
    give_session(page.context, stack, "sam", used=timedelta(minutes=31))
    page.goto(paths.member(cast.AMARA.contact_id))


def kept(page: Page, stack: Stack) -> None:
    page.goto(paths.credit(stack.new_member()))
    for label, text in acts.TYPED.items():
        page.get_by_role("textbox", name=label).fill(text)
    stack.end_sessions("sam")
    page.locator(".form-foot button").click()
    acts.sign_in(page)
    page.get_by_role("button", name="Check and send again").wait_for()


def password_link(page: Page, stack: Stack) -> None:
    page.goto(stack.password_link())


def password_too_short(page: Page, stack: Stack) -> None:
    page.goto(stack.password_link())
    page.get_by_role("button", name="Set password").click()
    expect(page.locator("#error-summary")).to_be_focused()


def drawer(page: Page, _stack: Stack) -> None:
    acts.open_drawer(page, cast.EXPIRING.contact_id)


def drawer_errors(page: Page, stack: Stack) -> None:
    drawer(page, stack)
    acts.points(page).fill("12,000")
    page.keyboard.press("Enter")
    expect(page.locator("#error-summary")).to_be_focused()


def discard(page: Page, stack: Stack) -> None:
    drawer(page, stack)
    page.keyboard.type("5")
    page.keyboard.press("Escape")
    page.get_by_role("dialog", name="Discard what you typed?").wait_for()


def errors_of(path: Callable[[int], str]) -> Go:
    def go(page: Page, _stack: Stack) -> None:
        page.goto(path(cast.EXPIRING.contact_id))
        page.locator(".form-foot button").click()
        expect(page.locator("#error-summary")).to_be_focused()

    return go


def receipt(page: Page, stack: Stack) -> None:
    acts.open_drawer(page, stack.new_member())
    acts.fill(page)
    acts.send(page)
    expect(acts.receipt(page)).to_be_focused()


def ending(page: Page, _stack: Stack) -> None:
    page.goto(paths.member(cast.OWNER.contact_id))
    page.locator(".page-actions summary").click()
    page.get_by_role("link", name="End membership").click()
    expect(page.locator("#keep-membership")).to_be_focused()


def receipt_page(page: Page, stack: Stack) -> None:
    receipt(page, stack)
    page.get_by_role("link", name="Receipt", exact=True).click()
    page.get_by_role("heading", name="Receipt", level=1).wait_for()


def unsettled(page: Page, stack: Stack) -> None:
    page.goto(paths.credit(stack.new_member()))
    acts.fill(page)
    stack.lag(3600)
    stack.fault("apply_then_drop", "createTransaction")
    acts.send(page)
    acts.receipt(page).wait_for()


def used_before(page: Page, stack: Stack) -> None:
    path = paths.credit(stack.new_member())
    page.goto(path)
    intent = page.locator("[name=intent]").input_value()
    acts.fill(page)
    acts.send(page)
    acts.receipt(page).wait_for()
    page.goto(path)
    page.locator("[name=intent]").evaluate("(field, value) => field.value = value", intent)
    acts.fill(page, "400")
    acts.send(page, "Give 400 points")
    page.get_by_role("heading", name="This form was sent before with other values").wait_for()


def no_own_contact(page: Page, stack: Stack) -> None:
    page.goto(f"{paths.STAFF}{stack.staff_id('sam')}")
    page.locator("#contact_id").fill("nobody")
    page.get_by_role("button", name="Add contact").click()
    expect(page.locator("#error-summary")).to_be_focused()


def asked(page: Page, stack: Stack) -> None:
    page.goto(paths.credit(stack.new_member()))
    acts.fill(page, "1,500")
    acts.send(page, "Ask for approval: 1,500 points")
    acts.receipt(page).wait_for()


def approve_here(page: Page, stack: Stack) -> None:
    asked(page, stack)
    page.get_by_role("link", name="Approve here").click()
    page.get_by_role("heading", name="Approve here", level=1).wait_for()


def entry(page: Page, _stack: Stack) -> None:
    page.goto(paths.member(cast.AMARA.contact_id))
    page.locator("#activity-rows .row-link").first.click()
    page.get_by_role("heading", name="What is known").wait_for()


def report(page: Page, stack: Stack) -> None:
    receipt(page, stack)
    give_session(page.context, stack, "lea")
    page.goto(paths.GOODWILL)


def approvals(page: Page, stack: Stack) -> None:
    asked(page, stack)
    give_session(page.context, stack, "lea")
    page.goto(paths.APPROVALS)


def request(page: Page, stack: Stack) -> None:
    approvals(page, stack)
    page.locator("#waiting .row-link").last.click()
    page.get_by_role("button", name="Approve 1,500 points").wait_for()


def decided(page: Page, stack: Stack) -> None:
    request(page, stack)
    page.get_by_role("button", name="Approve 1,500 points").click()
    page.get_by_role("heading", name="Decision").wait_for()
    page.goto(paths.APPROVALS)


def declined_without_reason(page: Page, stack: Stack) -> None:
    request(page, stack)
    page.get_by_role("button", name="Decline").click()
    expect(page.locator("#error-summary")).to_be_focused()


def note(page: Page, _stack: Stack) -> None:
    page.goto(paths.member(cast.NEWCOMER.contact_id))
    page.locator(".add-note summary").click()


def older(page: Page, _stack: Stack) -> None:
    page.goto(paths.member(cast.AMARA.contact_id))
    rows = page.locator("#activity-rows tr")
    shown = rows.count()
    page.get_by_role("link", name="Older").click()
    expect(rows.nth(shown)).to_be_focused()


def menu(page: Page, _stack: Stack) -> None:
    page.goto(paths.member(cast.EXPIRING.contact_id))
    page.locator(".page-actions summary").click()


def account_menu(page: Page, _stack: Stack) -> None:
    page.goto(paths.HOME)
    page.locator(".account-menu summary").click()


def programmes(page: Page, _stack: Stack) -> None:
    page.goto(paths.HOME)
    page.locator(".top-end summary").first.click()


def shortcuts(page: Page, _stack: Stack) -> None:
    page.goto(paths.HOME)
    page.locator("h1").click()
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()


def audit_entry(page: Page, stack: Stack) -> None:
    page.goto(paths.member(cast.AMARA.contact_id))
    page.goto(f"{paths.AUDIT}{stack.record('member.view')[0].seq}")


def colleague(part: str = "") -> Go:
    return lambda page, stack: (page.goto(f"{paths.STAFF}{stack.staff_id('sam')}{part}"), None)[1]


def own(page: Page, stack: Stack) -> None:
    """The page of the one who looks."""
    page.goto(f"{paths.STAFF}{stack.staff_id('ana')}")


def sent(path: str, button: str) -> Go:
    """A form sent as it was opened."""

    def go(page: Page, _stack: Stack) -> None:
        page.goto(path)
        page.locator("main").get_by_role("button", name=button).click()
        expect(page.locator("#error-summary")).to_be_focused()

    return go


def one_time_link(page: Page, stack: Stack) -> None:
    stack.password_link()
    page.goto(paths.STAFF)
    page.get_by_role("link", name="Mia Berg").click()
    page.get_by_role("link", name="Make a password link").click()
    page.get_by_role("button", name="Make a link").click()
    expect(page.locator("#password-link")).to_be_focused()


def settings(page: Page, _stack: Stack) -> None:
    page.goto(f"{paths.SETTINGS}reasons/billing_error/retire")
    if page.get_by_role("button", name="Retire reason").is_visible():
        page.get_by_role("button", name="Retire reason").click()
        expect(page.locator("#receipt")).to_be_focused()


def other_amounts(page: Page, _stack: Stack) -> None:
    page.goto(f"{paths.SETTINGS}amounts/")
    page.locator("#amounts").fill("50\n1,000")
    page.get_by_role("button", name="Show what changes").click()
    page.get_by_role("button", name="Save").wait_for()


def posted_to_a_page(page: Page, _stack: Stack) -> None:
    """Send a form to an address that only answers GET."""
    page.goto(paths.STATUS)
    form = "form => { form.action = '/status/'; form.submit(); }"
    page.locator(".account-menu form").evaluate(form)
    page.get_by_role("heading", name="This page can't be used that way").wait_for()


def chart_table(page: Page, _stack: Stack) -> None:
    page.goto(paths.member(cast.AMARA.contact_id))
    page.locator(".chart-table summary").click()


def vouchers(below: str) -> str:
    return f"{paths.member(cast.VOUCHERS.contact_id)}/vouchers/{below}"


def rewards_drawer(page: Page, _stack: Stack) -> None:
    page.goto(paths.member(cast.VOUCHERS.contact_id))
    page.locator("#issue-voucher").click()
    expect(page.locator("#find-reward")).to_be_focused()


def issue(page: Page, _stack: Stack) -> None:
    rewards_drawer(page, _stack)
    page.locator("#reward-lines").get_by_role("link", name="£10 off").click()
    page.get_by_text("Other value, days or code").click()


def issue_with_mistakes(page: Page, _stack: Stack) -> None:
    page.goto(vouchers("new"))
    page.get_by_role("link", name="£10 off", exact=True).click()
    page.get_by_text("Other value, days or code").click()
    page.get_by_role("textbox", name="Value in GBP").fill("-5")
    page.get_by_role("button", name="Issue £10 off").click()
    expect(page.locator("#error-summary")).to_be_focused()


def issue_again(page: Page, stack: Stack) -> None:
    """A voucher for the case that brought the member points just now."""
    contact_id = stack.new_member()
    page.goto(paths.credit(contact_id))
    acts.fill(page)
    page.get_by_role("textbox", name="Case or order number").fill("ZD-55910")
    acts.send(page)
    expect(acts.receipt(page)).to_contain_text("500 points given")
    page.goto(f"{paths.member(contact_id)}/vouchers/new")
    page.get_by_role("link", name="£10 off", exact=True).click()
    page.get_by_role("radio", name="The shop, as goodwill").check()
    page.get_by_role("radio", name=acts.REASON).check()
    page.get_by_role("textbox", name="Case or order number").fill("ZD-55910")
    page.get_by_role("button", name="Issue £10 off").click()
    expect(page.locator("#error-summary")).to_be_focused()


def row(deed: str, form: str) -> Go:
    """What the menu of the row of a voucher leads to."""

    def go(page: Page, _stack: Stack) -> None:
        page.goto(paths.member(cast.VOUCHERS.contact_id))
        page.locator("#vouchers .line").filter(has_text="£10 off").locator("summary").click()
        page.get_by_role("link", name=deed, exact=True).click()
        page.locator(form).wait_for()

    return go


def voucher(page: Page, _stack: Stack) -> None:
    page.goto(paths.member(cast.VOUCHERS.contact_id))
    page.locator("#vouchers").get_by_role("link", name="£10 off").click()
    page.locator("#code").wait_for()


def begun(page: Page, stack: Stack) -> None:
    member = stack.new_member()
    page.goto(f"{paths.member(member)}/vouchers/new")
    page.get_by_role("link", name="Gold lounge pass", exact=True).click()
    page.get_by_role("radio", name=acts.REASON).check()
    acts.send(page, "Issue Gold lounge pass")
    acts.receipt(page).wait_for()
    page.locator("#vouchers").get_by_role("link", name="Gold lounge pass").click()
    page.locator("#redeem").click()
    page.get_by_role("textbox", name="Order or till number").fill("TILL-4")
    page.get_by_role("button", name="Only begin").click()
    page.locator("#begun").wait_for()


def used(page: Page, _stack: Stack) -> None:
    page.goto(paths.member(cast.VOUCHERS.contact_id))
    used = page.locator("#vouchers .line").filter(has_text="Redeemed").get_by_role("link").first
    page.goto(f"{used.get_attribute('href')}/redeem")


def checked(page: Page, _stack: Stack) -> None:
    page.goto(vouchers("check"))
    page.get_by_role("textbox", name="Code").fill("NOBODYS")
    page.get_by_role("button", name="Check code").click()
    page.locator("#verdict").wait_for()
