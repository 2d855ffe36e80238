"""What settings are called, and what a receipt says."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from dashboard.store.audit import Recorded
from dashboard.store.reasons import Reason

NOTHING_NEW = "Nothing is different yet. Change something, then look at the difference"


class Receipt(msgspec.Struct, frozen=True):
    """What was saved a moment ago, in a line."""

    headline: str
    text: str
    seq: int
    """Its number in the audit record."""


def of_reason(reason: Reason | None) -> dict[str, str]:
    """A reason, value by name, as a review and the record show it; nothing for none."""
    if reason is None:
        return {}
    return {
        "code": reason.code,
        "label": reason.label,
        "case_number": _required(reason.requires_reference),
        "note": _required(reason.requires_note),
        "state": "retired" if reason.is_retired else "offered",
    }


def of_place(reason: Reason, offered: Sequence[Reason]) -> dict[str, str]:
    """A reason among those that are offered, in their order."""
    order = ", ".join(each.code for each in offered)
    return {"code": reason.code, "label": reason.label, "order": order}


def of_amounts(amounts: Sequence[Decimal]) -> dict[str, str]:
    """The usual amounts in their order."""
    return {"usual_amounts": "; ".join(f"{amount:,f}" for amount in amounts)}


def asks_for(reason: Reason) -> str:
    """What must be given with a reason."""
    wanted = [("Case number", reason.requires_reference), ("Note", reason.requires_note)]
    return ", ".join(name for name, is_required in wanted if is_required) or "Nothing more"


def receipt(row: Recorded | None) -> Receipt | None:
    """What the row says; None when it is about something else."""
    if row is None or row.entry.action not in _RECEIPTS:
        return None
    headline, text = _RECEIPTS[row.entry.action]
    after = row.entry.after
    told = headline.format(label=after.get("label"), whose=after.get("limits_of"))
    return Receipt(told, text, row.seq)


_RECEIPTS = {
    "settings.reason_add": ("“{label}” is offered now.", "It stands last: move it where it belongs."),
    "settings.reason_change": ("“{label}” is saved.", "It counts from now on."),
    "settings.reason_move": ("“{label}” is moved.", ""),
    "settings.reason_retire": (
        "“{label}” is retired.",
        "Old records keep it; nobody can choose it now.",
    ),
    "settings.reason_restore": ("“{label}” is offered again.", ""),
    "settings.limits": ("The limits of {whose} are saved.", "They count for whatever is asked for next."),
    "settings.rates": ("What other units count as is saved.", "It counts for whatever is asked for next."),
    "settings.presets": ("The usual amounts are saved.", "The next form that is opened has them."),
}


def _required(is_required: bool) -> str:
    return "required" if is_required else "optional"
