"""What the audit record is told about an intent: that it was asked for, and what became known of it."""

from __future__ import annotations

from datetime import datetime

from dashboard.store.audit import Entry, Outcome
from dashboard.store.intents import Intent, Kind, State

ACTIONS = {
    Kind.CREDIT: "credit.give",
    Kind.DEBIT: "debit.take",
    Kind.VOUCHER_ISSUE: "voucher.issue",
    Kind.VOUCHER_REVOKE: "voucher.revoke",
    Kind.VOUCHER_REDEEM: "voucher.redeem",
    Kind.ORDER_CREATE: "order.create",
    Kind.DRAFT_COMPLETE: "draft.complete",
    Kind.DRAFT_CANCEL: "draft.cancel",
    Kind.CONTACT_CREATE: "contact.create",
    Kind.MEMBER_ENROL: "member.enrol",
    Kind.MEMBER_END: "member.end",
    Kind.SHARERS_ADD: "sharers.add",
    Kind.SHARERS_REMOVE: "sharers.remove",
    Kind.TIER_ASSIGN: "tier.assign",
}

TOLD = (
    "reward_id",
    "value",
    "valid_from",
    "expires_at",
    "paid_with",
    "voucher_id",
    "due_at",
    "source",
    "meta",
    "sharer_ids",
    "tier_id",
    "member_since",
)
"""Values that the record repeats. Never a code that can be spent, a name, an address or a text
about the member: ``meta`` is what staff had the remote keep."""

_OUTCOMES = {
    State.DONE: Outcome.DONE,
    State.CANCELLED: Outcome.FAILED,
    State.HELD: Outcome.UNKNOWN,
}
_SAID_NO = {"refused", "rejected", "number_taken"}
"""Failures in which the remote decided against it."""


def of_new(intent: Intent) -> Entry:
    """Somebody asked for it; nothing has been sent yet."""
    return _entry(intent, Outcome.PENDING, intent.created_at)


def of_change(before: Intent, after: Intent, now: datetime) -> Entry | None:
    """What became known from ``before`` to ``after``; None for what only the machinery cares about."""
    if after.is_settled and after.state is not before.state:
        return _entry(after, _outcome(after), now)
    if after.unknown_since is not None and before.unknown_since is None:
        return _entry(after, Outcome.UNKNOWN, now)
    if after.state is State.DRAFT and before.state is State.LOOKING_UP:
        return _entry(after, Outcome.PENDING, now)
    return None


def of_sweep(intent: Intent, swept: tuple[str, ...], now: datetime) -> Entry:
    """What the intent left and nobody chose was withdrawn, so that nobody can use it."""
    return Entry(
        at=now,
        actor_id=None,
        actor_name="Loyalty Desk",
        actor_role="system",
        action="voucher.sweep" if intent.kind is Kind.VOUCHER_ISSUE else "draft.sweep",
        outcome=Outcome.DONE,
        programme_id=intent.programme_id,
        contact_id=intent.contact_id,
        intent_id=intent.id,
        remote_ids={"vouchers" if intent.kind is Kind.VOUCHER_ISSUE else "transactions": list(swept)},
    )


def _outcome(intent: Intent) -> Outcome:
    if intent.state is State.FAILED:
        return Outcome.DECLINED if intent.failure_code in _SAID_NO else Outcome.FAILED
    return _OUTCOMES[intent.state]


def _entry(intent: Intent, outcome: Outcome, now: datetime) -> Entry:
    return Entry(
        at=now,
        actor_id=intent.staff_id,
        actor_name=intent.staff_name,
        actor_role=intent.staff_role,
        action=ACTIONS[intent.kind],
        outcome=outcome,
        programme_id=intent.programme_id,
        contact_id=intent.contact_id or None,
        intent_id=intent.id,
        reason=intent.reason,
        case_reference=intent.case_reference,
        before={"balance": _text(intent.balance_before)} if intent.definition_id else {},
        after=told(intent),
        remote_ids=remote_ids(intent),
        request_id=intent.request_id,
        ip=intent.ip,
    )


def told(intent: Intent) -> dict[str, object]:
    """What was asked for and what is known of it, as the record keeps it."""
    known: dict[str, object] = {
        "state": intent.state.value,
        **{name: intent.values.get(name) for name in TOLD},
        "definition": intent.definition_id or None,
        "amount": _text(intent.amount) if intent.definition_id else None,
        "applied_amount": _text(intent.applied_amount),
        "balance": _text(intent.balance_after),
        "code": intent.failure_code,
        "decided_by_somebody_else": intent.adopted,
        "evidence": dict(intent.evidence) or None,
        "belongs_to": intent.linked_id,
        "as": intent.link,
    }
    return {name: value for name, value in known.items() if value is not None}


def remote_ids(intent: Intent) -> dict[str, object]:
    """The remote's names for it."""
    ids = {
        "transaction": intent.transaction_id,
        "made": intent.remote_id,
        "request": intent.evidence.get("request_id"),
    }
    return {name: value for name, value in ids.items() if value is not None}


def _text(value: object) -> str | None:
    return None if value is None else format(value, "f")
