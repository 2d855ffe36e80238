"""What the record's words are called on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

import msgspec

from dashboard.store.audit import Entry, Outcome
from dashboard.web.filters import formats

ACTIONS = {
    "credit.give": "Give credit",
    "debit.take": "Take points back",
    "draft.complete": "Complete transaction",
    "draft.cancel": "Cancel transaction",
    "draft.sweep": "Withdraw spare draft",
    "voucher.issue": "Issue voucher",
    "voucher.revoke": "Revoke voucher",
    "voucher.redeem": "Redeem voucher",
    "voucher.sweep": "Withdraw spare voucher",
    "order.create": "Create order",
    "order.close": "Close order that never came",
    "approval.ask": "Ask for approval",
    "approval.decide": "Decide on a request",
    "approval.approve": "Approve request",
    "approval.reduce": "Approve less",
    "approval.decline": "Decline request",
    "approval.sign": "Sign for a request",
    "intent.done": "Decide that it happened",
    "intent.not_done": "Decide that it did not happen",
    "intent.look": "Look again",
    "intent.withdraw": "Withdraw what was not sent",
    "contact.create": "Create contact",
    "member.enrol": "Enrol member",
    "member.end": "End membership",
    "sharers.add": "Add sharers",
    "sharers.remove": "Remove sharers",
    "tier.assign": "Assign tier",
    "demo.cancel": "Cancel with the sandbox",
    "note.add": "Add note",
    "member.view": "Open member",
    "audit.export": "Export audit log",
    "audit.verify": "Check audit log",
    "report.export": "Export report",
    "sign_in": "Sign in",
    "sign_out": "Sign out",
    "password.set": "Set password",
    "password.change": "Change password",
    "session.end": "End session",
    "staff.add": "Add staff",
    "staff.set_role": "Change role",
    "staff.rename": "Rename staff",
    "staff.disable": "Disable staff",
    "staff.enable": "Enable staff",
    "staff.end_sessions": "End all sessions",
    "staff.set_password": "Make password link",
    "staff.link_contact": "Link staff to a contact",
    "staff.unlink_contact": "Unlink staff from a contact",
    "settings.reason_add": "Add reason",
    "settings.reason_change": "Change reason",
    "settings.reason_move": "Move reason",
    "settings.reason_retire": "Retire reason",
    "settings.reason_restore": "Restore reason",
    "settings.presets": "Change usual amounts",
    "settings.limits": "Change limits",
    "settings.rates": "Change what units count as",
    "request.refused": "Refused request",
}
"""Deeds as the record names them, in the order of the filter."""

OUTCOMES = {
    Outcome.DONE: ("Done", "good"),
    Outcome.DECLINED: ("Declined by Brevo", "warn"),
    Outcome.FAILED: ("Failed", "bad"),
    Outcome.DENIED: ("Denied", "bad"),
    Outcome.PENDING: ("Begun", "neutral"),
    Outcome.UNKNOWN: ("No answer yet", "warn"),
}
"""Label and kind of tag."""


class Change(msgspec.Struct, frozen=True):
    """One value before and after; None where it is not known or does not exist."""

    label: str
    before: str | None
    after: str | None


class RemoteId(msgspec.Struct, frozen=True):
    """An ID at Brevo and what it names."""

    label: str
    value: str


def action(name: str) -> str:
    """What a deed is called; its own name when it is a new one."""
    return ACTIONS.get(name, name)


def changes(entry: Entry) -> tuple[Change, ...]:
    """Before and after side by side, in the order in which they were recorded."""
    names = dict.fromkeys((*entry.before, *entry.after))
    return tuple(Change(label(name), _text(entry.before, name), _text(entry.after, name)) for name in names)


def amount(entry: Entry) -> str:
    """The points or money a row is about, with its sign; what was typed where that is no amount."""
    recorded = str(entry.after.get("amount") or "")
    try:
        value = Decimal(recorded)
    except InvalidOperation:
        return recorded
    return formats().signed(value) if value.is_finite() else recorded


def remote_ids(entry: Entry) -> tuple[RemoteId, ...]:
    """The remote's IDs that the row names."""
    return tuple(
        RemoteId(label(name), str(value)) for name, value in entry.remote_ids.items() if value is not None
    )


def label(name: str) -> str:
    """``balance_after`` as ``Balance after``."""
    return name.replace("_", " ").capitalize()


def _text(values: Mapping[str, object], name: str) -> str | None:
    value = values.get(name)
    return None if value is None else str(value)
