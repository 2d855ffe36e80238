"""Every screen of the console, and how to get there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from playwright.sync_api import Page, expect

from dashboard.sandbox import cast
from dashboard.sandbox.cast import CastMember
from tests.e2e import acts, limiting, losing, paths, pending, undoing
from tests.e2e.desk import Desk, give_session
from tests.e2e.stack import Stack

NOWHERE = "00000000-0000-4000-8000-000000000000"

Go = Callable[[Page, Stack], None]


@dataclass(frozen=True)
class Screen:
    """What is looked at: ``go`` leads a tab of ``who`` there."""

    name: str
    go: Go
    who: str | None = "sam"

    def open(self, desk: Desk) -> Page:
        """A tab on this screen."""
        page = desk.open(self.who)
        self.go(page, desk.stack)
        return page


def at(path: str) -> Go:
    """Open an address."""
    return lambda page, _stack: (page.goto(path), None)[1]


def _person(one: CastMember) -> Screen:
    name = f"member {one.name or 'without a name'}" if "<" not in one.name else "member with markup"
    return Screen(name, at(paths.member(one.contact_id)))


def find(text: str) -> Go:
    """Search from the home page."""

    def go(page: Page, _stack: Stack) -> None:
        page.goto(paths.HOME)
        page.locator("#find").fill(text)
        page.get_by_role("button", name="Find").click()
        page.wait_for_load_state()

    return go


def _home(page: Page, _stack: Stack) -> None:
    for one in (cast.AMARA, cast.EXPIRING, cast.MARKUP):
        page.goto(paths.member(one.contact_id))
    page.goto(paths.HOME)


def _wrong_password(page: Page, _stack: Stack) -> None:
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#error-summary")).to_be_focused()


def _session_ended(page: Page, stack: Stack) -> None:
    give_session(page.context, stack, "sam", used=timedelta(minutes=31))
    page.goto(paths.member(cast.AMARA.contact_id))


def _kept(page: Page, stack: Stack) -> None:
    page.goto(paths.credit(stack.new_member()))
    for label, text in acts.TYPED.items():
        page.get_by_role("textbox", name=label).fill(text)
    stack.end_sessions("sam")
    page.locator(".form-foot button").click()
    acts.sign_in(page)
    page.get_by_role("button", name="Check and send again").wait_for()


def _password_link(page: Page, stack: Stack) -> None:
    page.goto(stack.password_link())


def _password_too_short(page: Page, stack: Stack) -> None:
    page.goto(stack.password_link())
    page.get_by_role("button", name="Set password").click()
    expect(page.locator("#error-summary")).to_be_focused()


def _drawer(page: Page, _stack: Stack) -> None:
    acts.open_drawer(page, cast.EXPIRING.contact_id)


def _drawer_errors(page: Page, stack: Stack) -> None:
    _drawer(page, stack)
    acts.points(page).fill("12,000")
    page.keyboard.press("Enter")
    expect(page.locator("#error-summary")).to_be_focused()


def _discard(page: Page, stack: Stack) -> None:
    _drawer(page, stack)
    page.keyboard.type("5")
    page.keyboard.press("Escape")
    page.get_by_role("dialog", name="Discard what you typed?").wait_for()


def _errors_of(path: Callable[[int], str]) -> Go:
    def go(page: Page, _stack: Stack) -> None:
        page.goto(path(cast.EXPIRING.contact_id))
        page.locator(".form-foot button").click()
        expect(page.locator("#error-summary")).to_be_focused()

    return go


def _receipt(page: Page, stack: Stack) -> None:
    acts.open_drawer(page, stack.new_member())
    acts.fill(page)
    acts.send(page)
    expect(acts.receipt(page)).to_be_focused()


def _ending(page: Page, _stack: Stack) -> None:
    page.goto(paths.member(cast.OWNER.contact_id))
    page.locator(".page-actions summary").click()
    page.get_by_role("link", name="End membership").click()
    expect(page.locator("#keep-membership")).to_be_focused()


def _receipt_page(page: Page, stack: Stack) -> None:
    _receipt(page, stack)
    page.get_by_role("link", name="Receipt", exact=True).click()
    page.get_by_role("heading", name="Receipt", level=1).wait_for()


def _unsettled(page: Page, stack: Stack) -> None:
    page.goto(paths.credit(stack.new_member()))
    acts.fill(page)
    stack.lag(3600)
    stack.fault("apply_then_drop", "createTransaction")
    acts.send(page)
    acts.receipt(page).wait_for()


def _used_before(page: Page, stack: Stack) -> None:
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


def _no_own_contact(page: Page, stack: Stack) -> None:
    page.goto(f"{paths.STAFF}{stack.staff_id('sam')}")
    page.locator("#contact_id").fill("nobody")
    page.get_by_role("button", name="Add contact").click()
    expect(page.locator("#error-summary")).to_be_focused()


def _asked(page: Page, stack: Stack) -> None:
    page.goto(paths.credit(stack.new_member()))
    acts.fill(page, "1,500")
    acts.send(page, "Ask for approval: 1,500 points")
    acts.receipt(page).wait_for()


def _approvals(page: Page, stack: Stack) -> None:
    _asked(page, stack)
    give_session(page.context, stack, "lea")
    page.goto(paths.APPROVALS)


def _request(page: Page, stack: Stack) -> None:
    _approvals(page, stack)
    page.locator("#waiting .row-link").last.click()
    page.get_by_role("button", name="Approve 1,500 points").wait_for()


def _declined_without_reason(page: Page, stack: Stack) -> None:
    _request(page, stack)
    page.get_by_role("button", name="Decline").click()
    expect(page.locator("#error-summary")).to_be_focused()


def _note(page: Page, _stack: Stack) -> None:
    page.goto(paths.member(cast.NEWCOMER.contact_id))
    page.locator(".add-note summary").click()


def _older(page: Page, _stack: Stack) -> None:
    page.goto(paths.member(cast.AMARA.contact_id))
    rows = page.locator("#activity-rows tr")
    shown = rows.count()
    page.get_by_role("link", name="Older").click()
    expect(rows.nth(shown)).to_be_focused()


def _menu(page: Page, _stack: Stack) -> None:
    page.goto(paths.member(cast.EXPIRING.contact_id))
    page.locator(".page-actions summary").click()


def _account_menu(page: Page, _stack: Stack) -> None:
    page.goto(paths.HOME)
    page.locator(".account-menu summary").click()


def _programmes(page: Page, _stack: Stack) -> None:
    page.goto(paths.HOME)
    page.locator(".top-end summary").first.click()


def _shortcuts(page: Page, _stack: Stack) -> None:
    page.goto(paths.HOME)
    page.locator("h1").click()
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keyboard shortcuts").wait_for()


def _audit_entry(page: Page, stack: Stack) -> None:
    page.goto(paths.member(cast.AMARA.contact_id))
    page.goto(f"{paths.AUDIT}{stack.record('member.view')[0].seq}")


def _colleague(part: str = "") -> Go:
    return lambda page, stack: (page.goto(f"{paths.STAFF}{stack.staff_id('sam')}{part}"), None)[1]


def _own(page: Page, stack: Stack) -> None:
    """The page of the one who looks."""
    page.goto(f"{paths.STAFF}{stack.staff_id('ana')}")


def _sent(path: str, button: str) -> Go:
    """A form sent as it was opened."""

    def go(page: Page, _stack: Stack) -> None:
        page.goto(path)
        page.locator("main").get_by_role("button", name=button).click()
        expect(page.locator("#error-summary")).to_be_focused()

    return go


def _one_time_link(page: Page, stack: Stack) -> None:
    stack.password_link()
    page.goto(paths.STAFF)
    page.get_by_role("link", name="Mia Berg").click()
    page.get_by_role("link", name="Make a password link").click()
    page.get_by_role("button", name="Make a link").click()
    expect(page.locator("#password-link")).to_be_focused()


def _settings(page: Page, _stack: Stack) -> None:
    page.goto(f"{paths.SETTINGS}reasons/billing_error/retire")
    if page.get_by_role("button", name="Retire reason").is_visible():
        page.get_by_role("button", name="Retire reason").click()
        expect(page.locator("#receipt")).to_be_focused()


def _other_amounts(page: Page, _stack: Stack) -> None:
    page.goto(f"{paths.SETTINGS}amounts/")
    page.locator("#amounts").fill("50\n1,000")
    page.get_by_role("button", name="Show what changes").click()
    page.get_by_role("button", name="Save").wait_for()


def _posted_to_a_page(page: Page, _stack: Stack) -> None:
    """Send a form to an address that only answers GET."""
    page.goto(paths.STATUS)
    form = "form => { form.action = '/status/'; form.submit(); }"
    page.locator(".account-menu form").evaluate(form)
    page.get_by_role("heading", name="This page can't be used that way").wait_for()


def _chart_table(page: Page, _stack: Stack) -> None:
    page.goto(paths.member(cast.AMARA.contact_id))
    page.locator(".chart-table summary").click()


def _vouchers(below: str) -> str:
    return f"{paths.member(cast.VOUCHERS.contact_id)}/vouchers/{below}"


def _rewards_drawer(page: Page, _stack: Stack) -> None:
    page.goto(paths.member(cast.VOUCHERS.contact_id))
    page.locator("#issue-voucher").click()
    expect(page.locator("#find-reward")).to_be_focused()


def _issue(page: Page, _stack: Stack) -> None:
    _rewards_drawer(page, _stack)
    page.locator("#reward-lines").get_by_role("link", name="£10 off").click()
    page.get_by_text("Other value, days or code").click()


def _issue_with_mistakes(page: Page, _stack: Stack) -> None:
    page.goto(_vouchers("new"))
    page.get_by_role("link", name="£10 off", exact=True).click()
    page.get_by_text("Other value, days or code").click()
    page.get_by_role("textbox", name="Value in GBP").fill("-5")
    page.get_by_role("button", name="Issue £10 off").click()
    expect(page.locator("#error-summary")).to_be_focused()


def _issue_again(page: Page, stack: Stack) -> None:
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


def _row(deed: str, form: str) -> Go:
    """What the menu of the row of a voucher leads to."""

    def go(page: Page, _stack: Stack) -> None:
        page.goto(paths.member(cast.VOUCHERS.contact_id))
        page.locator("#vouchers .line").filter(has_text="£10 off").locator("summary").click()
        page.get_by_role("link", name=deed, exact=True).click()
        page.locator(form).wait_for()

    return go


def _voucher(page: Page, _stack: Stack) -> None:
    page.goto(paths.member(cast.VOUCHERS.contact_id))
    page.locator("#vouchers").get_by_role("link", name="£10 off").click()
    page.locator("#code").wait_for()


def _begun(page: Page, stack: Stack) -> None:
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


def _used(page: Page, _stack: Stack) -> None:
    page.goto(paths.member(cast.VOUCHERS.contact_id))
    used = page.locator("#vouchers .line").filter(has_text="Redeemed").get_by_role("link").first
    page.goto(f"{used.get_attribute('href')}/redeem")


def _checked(page: Page, _stack: Stack) -> None:
    page.goto(_vouchers("check"))
    page.get_by_role("textbox", name="Code").fill("NOBODYS")
    page.get_by_role("button", name="Check code").click()
    page.locator("#verdict").wait_for()


PEOPLE = (
    cast.AMARA,
    cast.PENDING,
    cast.SETBACKS,
    cast.VOUCHERS,
    cast.NO_ATTRIBUTES,
    cast.MARKUP,
    cast.OWNER,
    cast.NEWCOMER,
)
SCREENS = (
    Screen("sign-in", at("/sign-in"), who=None),
    Screen("sign-in with mistakes", _wrong_password, who=None),
    Screen("sign-in after the session ended", _session_ended, who=None),
    Screen("text kept over the sign-in", _kept),
    Screen("choose a password", _password_link, who=None),
    Screen("choose a password with mistakes", _password_too_short, who=None),
    Screen("spent link", at("/set-password/none"), who=None),
    Screen("home", _home),
    Screen("home of an auditor", at(paths.HOME), who="ike"),
    Screen("account menu", _account_menu),
    Screen("programmes", _programmes),
    Screen("shortcuts", _shortcuts),
    Screen("several hits", find("Okafor")),
    Screen("no hit", find("nobody@example.com")),
    Screen("too short", find("ab")),
    Screen("no member", at(paths.member(cast.STRANGER.contact_id))),
    Screen("unknown contact", at(paths.member(999_999))),
    *map(_person, PEOPLE),
    Screen("member as a sharer", at(paths.member(cast.SHARER.contact_id))),
    Screen("member for an auditor", at(paths.member(cast.AMARA.contact_id)), who="ike"),
    Screen("member with a chip", at(f"{paths.member(cast.AMARA.contact_id)}?activity=goodwill")),
    Screen("member with older rows", _older),
    Screen("member with the menu", _menu),
    Screen("member with a note begun", _note),
    Screen("member with the chart as table", _chart_table),
    Screen("lots", at(f"{paths.member(cast.AMARA.contact_id)}/lots")),
    Screen("drawer", _drawer),
    Screen("drawer with mistakes", _drawer_errors),
    Screen("drawer about to be closed", _discard),
    Screen("credit", at(paths.credit(cast.EXPIRING.contact_id))),
    Screen("credit with mistakes", _errors_of(paths.credit)),
    Screen("debit", at(paths.debit(cast.EXPIRING.contact_id)), who="lea"),
    Screen("debit with mistakes", _errors_of(paths.debit), who="lea"),
    Screen("enrol", at(f"{paths.member(cast.STRANGER.contact_id)}/enrol")),
    Screen("new contact", at(f"{paths.HOME}contacts/new")),
    Screen("new contact with mistakes", _errors_of(lambda _: f"{paths.HOME}contacts/new")),
    Screen("end membership", at(f"{paths.member(cast.OWNER.contact_id)}/end"), who="lea"),
    Screen("end membership with mistakes", _errors_of(lambda one: f"{paths.member(one)}/end"), who="lea"),
    Screen("end membership in the drawer", _ending, who="lea"),
    Screen("change tier", at(f"{paths.member(cast.AMARA.contact_id)}/tier/change")),
    Screen("change tier with mistakes", _errors_of(lambda one: f"{paths.member(one)}/tier/change")),
    Screen("add sharers", at(f"{paths.member(cast.OWNER.contact_id)}/sharers/add")),
    Screen(
        "add sharers, looked up",
        at(f"{paths.member(cast.OWNER.contact_id)}/sharers/add?sharer_ids={cast.STRANGER.contact_id}"),
    ),
    Screen(
        "add sharers with mistakes",
        at(f"{paths.member(cast.OWNER.contact_id)}/sharers/add?sharer_ids=nobody"),
    ),
    Screen(
        "take out a sharer",
        at(f"{paths.member(cast.OWNER.contact_id)}/sharers/{cast.SHARER.contact_id}/remove"),
    ),
    Screen("rewards to choose from", at(_vouchers("new"))),
    Screen("rewards to choose from in the drawer", _rewards_drawer),
    Screen("issue voucher", _issue),
    Screen("issue voucher with mistakes", _issue_with_mistakes),
    Screen("issue voucher for a case a second time", _issue_again),
    Screen("voucher", _voucher),
    Screen("voucher with a redemption begun", _begun),
    Screen("voucher that was used", _used),
    Screen("redeem voucher", _row("Redeem", "#redeem-form")),
    Screen("revoke voucher", _row("Revoke", "#revoke-form")),
    Screen("revoke several vouchers", at(_vouchers("revoke"))),
    Screen("issue voucher anew", _row("Issue anew", "#renew-form")),
    Screen("voucher code that was checked", _checked),
    Screen("receipt", _receipt),
    Screen("receipt alone", _receipt_page),
    Screen("receipt alone for a supervisor", _receipt_page, who="lea"),
    Screen("receipt of a change that is checked", _unsettled),
    Screen("undo", undoing.alone),
    Screen("undo in the drawer", undoing.drawer),
    Screen("undo with mistakes", undoing.with_mistakes),
    Screen("undo that is not possible", undoing.done_before),
    Screen("member with a credit taken back", undoing.done),
    Screen("unsettled changes", losing.held_list),
    Screen("unsettled change", losing.held),
    Screen("unsettled change with mistakes", losing.with_mistakes),
    Screen("unsettled changes of an agent", at(losing.UNSETTLED)),
    Screen("home with an unsettled change", losing.at_home),
    Screen("unsettled change of one's own", losing.own),
    Screen("request for approval", _asked),
    Screen("approvals", _approvals),
    Screen("approval", _request),
    Screen("approval with mistakes", _declined_without_reason),
    Screen("audit log", at(paths.AUDIT), who="ike"),
    Screen("audit log without entries", at(f"{paths.AUDIT}?from=2001-01-01&to=2001-01-02"), who="ike"),
    Screen("audit log with mistakes", at(f"{paths.AUDIT}?from=nonsense&member=x"), who="ike"),
    Screen("audit entry", _audit_entry, who="ike"),
    Screen("check of the audit log", at(f"{paths.AUDIT}check"), who="ike"),
    Screen("staff", at(paths.STAFF), who="ana"),
    Screen("member of staff", _colleague(), who="ana"),
    Screen("member of staff with a contact that is none", _no_own_contact, who="ana"),
    Screen("own account among staff", _own, who="ana"),
    Screen("add staff", at(f"{paths.STAFF}add"), who="ana"),
    Screen("add staff with mistakes", _sent(f"{paths.STAFF}add", "Add staff"), who="ana"),
    Screen("change role", _colleague("/role?role=supervisor"), who="ana"),
    Screen("disable", _colleague("/disable"), who="ana"),
    Screen("one-time link", _one_time_link, who="ana"),
    Screen("settings", _settings, who="ana"),
    Screen(
        "add a reason with mistakes", _sent(f"{paths.SETTINGS}add-reason", "Show what changes"), who="ana"
    ),
    Screen("reason", at(f"{paths.SETTINGS}reasons/late_delivery"), who="ana"),
    Screen("retire a reason", at(f"{paths.SETTINGS}reasons/late_delivery/retire"), who="ana"),
    Screen("usual amounts with their difference", _other_amounts, who="ana"),
    Screen("limits", at(limiting.LIMITS), who="ana"),
    Screen("limits with their difference", limiting.changed, who="ana"),
    Screen("limits with mistakes", limiting.with_mistakes, who="ana"),
    Screen("limit rates", at(limiting.RATES), who="ana"),
    Screen("pending orders", pending.queue),
    Screen("pending orders for an auditor", pending.queue, who="ike"),
    Screen("pending orders under a chip", at(f"{pending.QUEUE}?show=mine"), who="ike"),
    Screen("complete an order", lambda page, stack: pending.jonas(page, stack, "complete")),
    Screen("complete an order in the drawer", pending.drawer),
    Screen("cancel an order", lambda page, stack: pending.jonas(page, stack, "cancel")),
    Screen("cancel an order with mistakes", pending.cancel_without_reason),
    Screen("order that was decided before", pending.decided_before),
    Screen("create an order", at(f"{paths.member(cast.EXPIRING.contact_id)}/order")),
    Screen("create an order with mistakes", pending.order_with_mistakes),
    Screen("dry run of many orders", lambda page, stack: (pending.dry_run(page, stack), None)[1]),
    Screen("dry run of many orders with mistakes", pending.dry_run_with_mistakes),
    Screen("results of many orders", pending.results),
    Screen("account", at(paths.ACCOUNT)),
    Screen("status", at(paths.STATUS)),
    Screen("403", at(paths.AUDIT)),
    Screen("404", at("/nowhere")),
    Screen("405", _posted_to_a_page),
    Screen("409", _used_before),
    Screen("no such change", at(paths.intent(NOWHERE))),
    Screen("no such search", at(f"{paths.FIND}/{NOWHERE}")),
    Screen("no such programme", at(f"/programmes/{NOWHERE}/")),
)
