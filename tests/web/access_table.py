"""Who may open what, written down a second time: what the code declares must agree with this table.

Add a row for every route: endpoint, method, and the roles that are let in. A route without a row, and a row
without a route, fail.
"""

from __future__ import annotations

from dashboard.permissions import Role

EVERYBODY = frozenset(Role)
WRITERS = frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN})
LEADERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
ADMINS = frozenset({Role.ADMIN})
AUDITORS = frozenset({Role.SUPERVISOR, Role.ADMIN, Role.AUDITOR})

PUBLIC = frozenset(
    {
        ("static", "GET"),
        ("health.show", "GET"),
        ("sign_in.show", "GET"),
        ("sign_in.show", "POST"),
        ("sign_in.choose_password", "GET"),
        ("sign_in.choose_password", "POST"),
        ("security.csp_report", "POST"),
    }
)

TABLE: dict[tuple[str, str], frozenset[Role]] = {
    ("start.show", "GET"): EVERYBODY,
    ("start.find", "POST"): EVERYBODY,
    # own account
    ("account.show", "GET"): EVERYBODY,
    ("account.prefer", "POST"): EVERYBODY,
    ("account.end_session", "POST"): EVERYBODY,
    ("account.change_password", "POST"): EVERYBODY,
    ("sign_in.leave", "POST"): EVERYBODY,
    # status
    ("status.show", "GET"): EVERYBODY,
    # finding and reading members
    ("home.show", "GET"): EVERYBODY,
    ("find.start", "GET"): EVERYBODY,
    ("find.find", "POST"): EVERYBODY,
    ("find.show", "GET"): EVERYBODY,
    **{
        (f"members.{panel}", "GET"): EVERYBODY
        for panel in (
            "show",
            "strip",
            "activity",
            "older",
            "transaction",
            "expiry",
            "lots",
            "vouchers",
            "pending",
            "tier",
            "chart",
            "staff_actions",
        )
    },
    ("notes.add", "POST"): WRITERS,
    # moving points
    ("credits.credit", "GET"): WRITERS,
    ("credits.credit_preview", "GET"): WRITERS,
    ("credits.give", "POST"): WRITERS,
    ("credits.debit", "GET"): WRITERS,
    ("credits.debit_preview", "GET"): WRITERS,
    ("credits.take", "POST"): WRITERS,
    # vouchers
    ("vouchers.choose_reward", "GET"): WRITERS,
    ("vouchers.list_rewards", "GET"): WRITERS,
    ("vouchers.issue", "GET"): WRITERS,
    ("vouchers.preview", "GET"): WRITERS,
    ("vouchers.give", "POST"): WRITERS,
    ("vouchers.looking.show", "GET"): EVERYBODY,
    ("vouchers.looking.check", "GET"): WRITERS,
    ("vouchers.looking.check_code", "POST"): WRITERS,
    ("vouchers.revoking.revoke", "GET"): WRITERS,
    ("vouchers.revoking.withdraw", "POST"): WRITERS,
    ("vouchers.renewing.renew", "GET"): WRITERS,
    ("vouchers.renewing.exchange", "POST"): WRITERS,
    ("vouchers.using.redeem", "GET"): WRITERS,
    ("vouchers.using.spend", "POST"): WRITERS,
    ("vouchers.using.complete", "POST"): WRITERS,
    ("intents.show", "GET"): EVERYBODY,
    ("intents.receipt", "GET"): EVERYBODY,
    ("intents.batch", "GET"): EVERYBODY,
    # taking back
    ("undo.show", "GET"): WRITERS,
    ("undo.send", "POST"): WRITERS,
    # what nobody knows the outcome of
    ("unsettled.index", "GET"): WRITERS,
    ("unsettled.show", "GET"): WRITERS,
    ("unsettled.decide", "POST"): WRITERS,
    # memberships
    ("enrolment.show", "GET"): WRITERS,
    ("enrolment.send", "POST"): WRITERS,
    ("new_contact.show", "GET"): WRITERS,
    ("new_contact.send", "POST"): WRITERS,
    ("membership_end.show", "GET"): LEADERS,
    ("membership_end.send", "POST"): LEADERS,
    ("tier_change.show", "GET"): WRITERS,
    ("tier_change.send", "POST"): WRITERS,
    ("add_sharers.show", "GET"): WRITERS,
    ("add_sharers.send", "POST"): WRITERS,
    ("remove_sharer.show", "GET"): WRITERS,
    ("remove_sharer.send", "POST"): WRITERS,
    # pending orders
    ("order_queue.show", "GET"): EVERYBODY,
    ("order_batches.show", "GET"): WRITERS,
    ("order_batches.send", "POST"): WRITERS,
    ("order_closing.show", "GET"): LEADERS,
    ("order_closing.send", "POST"): LEADERS,
    ("order_making.show", "GET"): WRITERS,
    ("order_making.preview", "GET"): WRITERS,
    ("order_making.make", "POST"): WRITERS,
    ("orders.complete", "GET"): WRITERS,
    ("orders.complete_it", "POST"): WRITERS,
    ("orders.cancel", "GET"): WRITERS,
    ("orders.cancel_it", "POST"): WRITERS,
    # deciding what others ask for
    ("approvals.index", "GET"): LEADERS,
    ("approvals.show", "GET"): LEADERS,
    ("approvals.approve", "POST"): LEADERS,
    ("approvals.decline", "POST"): LEADERS,
    ("approve_here.show", "GET"): WRITERS,
    ("approve_here.sign", "POST"): WRITERS,
    # the audit record
    ("audit.index", "GET"): AUDITORS,
    ("audit.show", "GET"): AUDITORS,
    ("audit.check", "GET"): AUDITORS,
    ("audit.check_now", "POST"): AUDITORS,
    ("audit.export", "POST"): AUDITORS,
    # reports
    ("reports.goodwill_report", "GET"): AUDITORS,
    ("reports.goodwill_export", "POST"): AUDITORS,
    # staff
    ("staff.index", "GET"): ADMINS,
    ("staff.add_show", "GET"): ADMINS,
    ("staff.add", "POST"): ADMINS,
    ("staff.show", "GET"): ADMINS,
    ("staff.rename", "POST"): ADMINS,
    ("staff_changes.role_show", "GET"): ADMINS,
    ("staff_changes.role_set", "POST"): ADMINS,
    ("staff_changes.disable_show", "GET"): ADMINS,
    ("staff_changes.disable", "POST"): ADMINS,
    ("staff_changes.enable", "POST"): ADMINS,
    ("staff_changes.end_sessions", "POST"): ADMINS,
    ("staff_changes.link_show", "GET"): ADMINS,
    ("staff_changes.link_make", "POST"): ADMINS,
    ("staff_contacts.link", "POST"): ADMINS,
    ("staff_contacts.unlink", "POST"): ADMINS,
    # settings
    ("settings.index", "GET"): ADMINS,
    ("limits.index", "GET"): ADMINS,
    ("limits.show", "GET"): ADMINS,
    ("limits.save", "POST"): ADMINS,
    ("rates.show", "GET"): ADMINS,
    ("rates.save", "POST"): ADMINS,
    ("presets.show", "GET"): ADMINS,
    ("presets.save", "POST"): ADMINS,
    ("reasons.add_show", "GET"): ADMINS,
    ("reasons.add", "POST"): ADMINS,
    ("reasons.show", "GET"): ADMINS,
    ("reasons.change", "POST"): ADMINS,
    ("reasons.retire_show", "GET"): ADMINS,
    ("reasons.retire", "POST"): ADMINS,
    ("reasons.restore", "POST"): ADMINS,
    ("reasons.move", "POST"): ADMINS,
}

ARGUMENTS = {
    "subject": "agent",
    "choice": "look",
    "transaction_id": "3c1f9a52-3a7e-4a57-9d0e-5a2b0c1d2e3f",
    "programme_id": "7f1c9a52-3a7e-4a57-9d0e-5a2b0c1d2e3f",
    "contact_id": 1042,
    "sharer_id": 1043,
    "reward_id": "2e1f9a52-3a7e-4a57-9d0e-5a2b0c1d2e3f",
    "voucher_id": "3f1f9a52-3a7e-4a57-9d0e-5a2b0c1d2e3f",
    "seq": 1,
    "session_id": "0b6f1f5e-8f0a-4a94-9d0e-1c1d2e3f4a5b",
    "intent_id": "5d1e8c1a-2b3c-4d5e-8f90-a1b2c3d4e5f6",
    "batch_id": "6a1e8c1a-2b3c-4d5e-8f90-a1b2c3d4e5f6",
    "search_id": "a1b2c3d4-e5f6-4789-8abc-def012345678",
    "staff_id": "4c1d8f5e-2a3b-4c5d-8e9f-0a1b2c3d4e5f",
    "code": "late_delivery",
    "path": "css/console.css",
    "token": "no-such-token",
}
"""Values for the variable parts of addresses."""
