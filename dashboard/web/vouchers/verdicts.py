"""What is said about a code: whether it is good, and if not, why."""

from __future__ import annotations

from dashboard.actions.validation import Reason, Validation
from dashboard.web.changes.subject import Subject
from dashboard.web.filters import Formats
from dashboard.web.vouchers.holding import Uses
from dashboard.web.vouchers.redeeming import used_text

VERDICTS = {
    Reason.GOOD: ("Good: it can be used now", "good"),
    Reason.NOT_YET_VALID: ("Not yet valid", "warn"),
    Reason.EXPIRED: ("Expired", "bad"),
    Reason.USED: ("Used already", "bad"),
    Reason.NOT_THIS_MEMBERS: ("Not this member's", "bad"),
    Reason.UNKNOWN: ("Unknown", "bad"),
    Reason.REFUSED: ("Not good now", "bad"),
}
"""Label, and kind of tag."""


def explain(found: Validation, uses: Uses | None, whose: Subject, formats: Formats) -> str:
    """The verdict in a sentence: why, and what to do."""
    voucher = found.voucher
    if found.reason is Reason.NOT_THIS_MEMBERS:
        return f"Somebody else has a voucher with this code. {whose.name} cannot use it."
    if voucher is None:
        return "No voucher of this programme has this code. Check its characters with the caller."
    if found.reason is Reason.REFUSED:
        return _refused(uses, formats)
    if found.reason is Reason.USED:
        return used_text(voucher, uses or Uses(), formats)
    ends = f" It expires on {formats.when(voucher.expires_at)}." if voucher.expires_at else ""
    return {
        Reason.EXPIRED: f"It expired on {formats.when(voucher.expires_at)}.",
        Reason.NOT_YET_VALID: f"It can be used from {formats.when(voucher.valid_from)} on.",
    }.get(found.reason, f"Brevo says that {whose.name} can use it.{ends}")


def _refused(uses: Uses | None, formats: Formats) -> str:
    if uses is not None and uses.begun is not None:
        begun = uses.begun
        return (
            f"{begun.staff_name} has begun to redeem it. Open the voucher to complete that; "
            f"it lapses at {formats.clock_time(begun.expires_at)}."
        )
    return (
        "Brevo says no and gives no reason. It may be in use at a till at this moment, "
        "or the reward may be used as often as one member may."
    )
