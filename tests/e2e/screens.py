"""Every screen of the console."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page

from dashboard.sandbox import cast
from dashboard.sandbox.cast import CastMember
from tests.e2e import limiting, losing, paths, pending, undoing, ways
from tests.e2e.desk import Desk
from tests.e2e.ways import Go

NOWHERE = "00000000-0000-4000-8000-000000000000"


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


def _person(one: CastMember) -> Screen:
    name = f"member {one.name or 'without a name'}" if "<" not in one.name else "member with markup"
    return Screen(name, ways.at(paths.member(one.contact_id)))


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
    Screen("sign-in", ways.at("/sign-in"), who=None),
    Screen("sign-in with mistakes", ways.wrong_password, who=None),
    Screen("sign-in after the session ended", ways.session_ended, who=None),
    Screen("text kept over the sign-in", ways.kept),
    Screen("choose a password", ways.password_link, who=None),
    Screen("choose a password with mistakes", ways.password_too_short, who=None),
    Screen("spent link", ways.at("/set-password/none"), who=None),
    Screen("home", ways.home),
    Screen("home of an auditor", ways.at(paths.HOME), who="ike"),
    Screen("account menu", ways.account_menu),
    Screen("programmes", ways.programmes),
    Screen("shortcuts", ways.shortcuts),
    Screen("several hits", ways.find("Okafor")),
    Screen("no hit", ways.find("nobody@example.com")),
    Screen("too short", ways.find("ab")),
    Screen("no member", ways.at(paths.member(cast.STRANGER.contact_id))),
    Screen("unknown contact", ways.at(paths.member(999_999))),
    *map(_person, PEOPLE),
    Screen("member as a sharer", ways.at(paths.member(cast.SHARER.contact_id))),
    Screen("member for an auditor", ways.at(paths.member(cast.AMARA.contact_id)), who="ike"),
    Screen("member with a chip", ways.at(f"{paths.member(cast.AMARA.contact_id)}?activity=goodwill")),
    Screen("member with older rows", ways.older),
    Screen("member with the menu", ways.menu),
    Screen("member with a note begun", ways.note),
    Screen("member with the chart as table", ways.chart_table),
    Screen("transaction", ways.entry),
    Screen("lots", ways.at(f"{paths.member(cast.AMARA.contact_id)}/lots")),
    Screen("drawer", ways.drawer),
    Screen("drawer with mistakes", ways.drawer_errors),
    Screen("drawer about to be closed", ways.discard),
    Screen("credit", ways.at(paths.credit(cast.EXPIRING.contact_id))),
    Screen("credit with mistakes", ways.errors_of(paths.credit)),
    Screen("debit", ways.at(paths.debit(cast.EXPIRING.contact_id)), who="lea"),
    Screen("debit with mistakes", ways.errors_of(paths.debit), who="lea"),
    Screen("enrol", ways.at(f"{paths.member(cast.STRANGER.contact_id)}/enrol")),
    Screen("new contact", ways.at(f"{paths.HOME}contacts/new")),
    Screen("new contact with mistakes", ways.errors_of(lambda _: f"{paths.HOME}contacts/new")),
    Screen("end membership", ways.at(f"{paths.member(cast.OWNER.contact_id)}/end"), who="lea"),
    Screen("end membership with mistakes", ways.errors_of(lambda one: f"{paths.member(one)}/end"), who="lea"),
    Screen("end membership in the drawer", ways.ending, who="lea"),
    Screen("change tier", ways.at(f"{paths.member(cast.AMARA.contact_id)}/tier/change")),
    Screen("change tier with mistakes", ways.errors_of(lambda one: f"{paths.member(one)}/tier/change")),
    Screen("add sharers", ways.at(f"{paths.member(cast.OWNER.contact_id)}/sharers/add")),
    Screen(
        "add sharers, looked up",
        ways.at(f"{paths.member(cast.OWNER.contact_id)}/sharers/add?sharer_ids={cast.STRANGER.contact_id}"),
    ),
    Screen(
        "add sharers with mistakes",
        ways.at(f"{paths.member(cast.OWNER.contact_id)}/sharers/add?sharer_ids=nobody"),
    ),
    Screen(
        "take out a sharer",
        ways.at(f"{paths.member(cast.OWNER.contact_id)}/sharers/{cast.SHARER.contact_id}/remove"),
    ),
    Screen("rewards to choose from", ways.at(ways.vouchers("new"))),
    Screen("rewards to choose from in the drawer", ways.rewards_drawer),
    Screen("issue voucher", ways.issue),
    Screen("issue voucher with mistakes", ways.issue_with_mistakes),
    Screen("issue voucher for a case a second time", ways.issue_again),
    Screen("voucher", ways.voucher),
    Screen("voucher with a redemption begun", ways.begun),
    Screen("voucher that was used", ways.used),
    Screen("redeem voucher", ways.row("Redeem", "#redeem-form")),
    Screen("revoke voucher", ways.row("Revoke", "#revoke-form")),
    Screen("revoke several vouchers", ways.at(ways.vouchers("revoke"))),
    Screen("issue voucher anew", ways.row("Issue anew", "#renew-form")),
    Screen("voucher code that was checked", ways.checked),
    Screen("receipt", ways.receipt),
    Screen("receipt alone", ways.receipt_page),
    Screen("receipt alone for a supervisor", ways.receipt_page, who="lea"),
    Screen("receipt of a change that is checked", ways.unsettled),
    Screen("undo", undoing.alone),
    Screen("undo in the drawer", undoing.drawer),
    Screen("undo with mistakes", undoing.with_mistakes),
    Screen("undo that is not possible", undoing.done_before),
    Screen("member with a credit taken back", undoing.done),
    Screen("unsettled changes", losing.held_list),
    Screen("unsettled change", losing.held),
    Screen("unsettled change with mistakes", losing.with_mistakes),
    Screen("unsettled changes of an agent", ways.at(losing.UNSETTLED)),
    Screen("home with an unsettled change", losing.at_home),
    Screen("unsettled change of one's own", losing.own),
    Screen("request for approval", ways.asked),
    Screen("approvals", ways.approvals),
    Screen("approvals that were decided", ways.decided),
    Screen("approval", ways.request),
    Screen("approval with mistakes", ways.declined_without_reason),
    Screen("approve here", ways.approve_here),
    Screen("goodwill report", ways.report),
    Screen("audit log", ways.at(paths.AUDIT), who="ike"),
    Screen("audit log without entries", ways.at(f"{paths.AUDIT}?from=2001-01-01&to=2001-01-02"), who="ike"),
    Screen("audit log with mistakes", ways.at(f"{paths.AUDIT}?from=nonsense&member=x"), who="ike"),
    Screen("audit entry", ways.audit_entry, who="ike"),
    Screen("check of the audit log", ways.at(f"{paths.AUDIT}check"), who="ike"),
    Screen("staff", ways.at(paths.STAFF), who="ana"),
    Screen("member of staff", ways.colleague(), who="ana"),
    Screen("member of staff with a contact that is none", ways.no_own_contact, who="ana"),
    Screen("own account among staff", ways.own, who="ana"),
    Screen("add staff", ways.at(f"{paths.STAFF}add"), who="ana"),
    Screen("add staff with mistakes", ways.sent(f"{paths.STAFF}add", "Add staff"), who="ana"),
    Screen("change role", ways.colleague("/role?role=supervisor"), who="ana"),
    Screen("disable", ways.colleague("/disable"), who="ana"),
    Screen("one-time link", ways.one_time_link, who="ana"),
    Screen("settings", ways.settings, who="ana"),
    Screen(
        "add a reason with mistakes", ways.sent(f"{paths.SETTINGS}add-reason", "Show what changes"), who="ana"
    ),
    Screen("reason", ways.at(f"{paths.SETTINGS}reasons/late_delivery"), who="ana"),
    Screen("retire a reason", ways.at(f"{paths.SETTINGS}reasons/late_delivery/retire"), who="ana"),
    Screen("usual amounts with their difference", ways.other_amounts, who="ana"),
    Screen("limits", ways.at(limiting.LIMITS), who="ana"),
    Screen("limits with their difference", limiting.changed, who="ana"),
    Screen("limits with mistakes", limiting.with_mistakes, who="ana"),
    Screen("limit rates", ways.at(limiting.RATES), who="ana"),
    Screen("pending orders", pending.queue),
    Screen("pending orders for an auditor", pending.queue, who="ike"),
    Screen("pending orders under a chip", ways.at(f"{pending.QUEUE}?show=mine"), who="ike"),
    Screen("complete an order", lambda page, stack: pending.jonas(page, stack, "complete")),
    Screen("complete an order in the drawer", pending.drawer),
    Screen("cancel an order", lambda page, stack: pending.jonas(page, stack, "cancel")),
    Screen("cancel an order with mistakes", pending.cancel_without_reason),
    Screen("order that was decided before", pending.decided_before),
    Screen("create an order", ways.at(f"{paths.member(cast.EXPIRING.contact_id)}/order")),
    Screen("create an order with mistakes", pending.order_with_mistakes),
    Screen("dry run of many orders", lambda page, stack: (pending.dry_run(page, stack), None)[1]),
    Screen("dry run of many orders with mistakes", pending.dry_run_with_mistakes),
    Screen("results of many orders", pending.results),
    Screen("close an order that never came", pending.closing),
    Screen("close an order without a reason", pending.close_without_reason),
    Screen("account", ways.at(paths.ACCOUNT)),
    Screen("status", ways.at(paths.STATUS)),
    Screen("403", ways.at(paths.AUDIT)),
    Screen("404", ways.at("/nowhere")),
    Screen("405", ways.posted_to_a_page),
    Screen("409", ways.used_before),
    Screen("no such change", ways.at(paths.intent(NOWHERE))),
    Screen("no such search", ways.at(f"{paths.FIND}/{NOWHERE}")),
    Screen("no such programme", ways.at(f"/programmes/{NOWHERE}/")),
)
