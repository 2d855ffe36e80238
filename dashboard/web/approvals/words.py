"""What a request is called, and how it stands; never "approved" alone, but what came of it."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from dashboard.actions import amounts
from dashboard.store.approvals import Asked, Decision, Excess
from dashboard.store.intents import Kind, Phase
from dashboard.web.filters import Formats

_SPANS = {
    "act": "at once",
    "day": "a day",
    "week": "a week",
    "month": "a month",
    "member_day": "for one member a day",
}
_NOT_OVER = {
    Phase.SENDING: "Approved, on its way",
    Phase.CHECKING: "Approved, no answer yet, checking",
    Phase.QUEUED: "Approved, waits to be sent",
    Phase.HELD: "Approved, held: a supervisor has to look",
}
_ACTS = {Kind.CREDIT: "Give", Kind.DEBIT: "Take back", Kind.ORDER_CREATE: "Order"}


class Standing(msgspec.Struct, frozen=True):
    """How a request stands, in a tag and a sentence."""

    label: str
    kind: str
    """Of the tag."""
    text: str


def act(asked: Asked, formats: Formats) -> str:
    """What is asked for: ``Give 5,000 points``."""
    amount = formats.amount(asked.request.amount, asked.request.unit)
    if asked.intent.kind is Kind.VOUCHER_ISSUE:
        return f"Issue voucher {asked.intent.values.get('reward_name')}, worth {amount}"
    return f"{_ACTS.get(asked.intent.kind, 'Issue')} {amount}"


def approval(typed: str, asked: Asked, formats: Formats) -> str:
    """What the button says: ``Approve 5,000 points``, and "Approve" alone while no amount is typed."""
    unit = asked.request.unit
    try:
        amount = amounts.parse(typed, unit) if typed else asked.request.amount
    except amounts.AmountError:
        return "Approve"
    if unit == amounts.POINTS:
        return f"Approve {formats.amount(amount, unit)}"
    return f"Approve {formats.points(amount, unit)} {unit}"


def excess(one: Excess, unit: str, formats: Formats) -> str:
    """A limit that it is above: ``1,000 points a day, 400 points used``."""
    if one.most is None:
        return f"{one.most_times} times {_SPANS[one.span]}, {one.times} used"
    most = f"{formats.amount(Decimal(one.most), unit)} {_SPANS[one.span]}"
    return most if one.span == "act" else f"{most}, {formats.amount(Decimal(one.used), unit)} used"


def standing(asked: Asked, formats: Formats) -> Standing:
    """How it stands now."""
    request, intent = asked.request, asked.intent
    if asked.is_open:
        return Standing("Waiting", "warn", f"Ends by itself on {formats.when(request.expires_at)}.")
    if request.decision is None:
        return Standing("Not decided", "neutral", intent.failure_text or "")
    if request.decision is Decision.DECLINED:
        return Standing("Declined", "bad", intent.failure_text or "")
    decided = formats.amount(request.decided_amount, request.unit)
    less = f"{decided} approved" if request.decision is Decision.REDUCED else "Approved"
    by = f"{less} by {request.decided_name}."
    if intent.phase is Phase.DONE:
        done = {Kind.CREDIT: "Given", Kind.DEBIT: "Taken back"}.get(intent.kind, "Done")
        balance = f" Balance is now {formats.amount(intent.balance_after, request.unit)}."
        return Standing(done, "good", by + (balance if intent.balance_after is not None else ""))
    if intent.phase is Phase.FAILED:
        return Standing("Approved, not done", "bad", f"{by} {intent.failure_text or ''}".strip())
    return Standing(_NOT_OVER[intent.phase], "warn", by)
