"""Why a change did not happen, in words an agent can read out."""

from __future__ import annotations

from dashboard.brevo.status import TransactionStatus as Status
from dashboard.store.intents import Intent, Kind

LONGEST = 300
"""Characters of the remote's own reason that are kept."""

_NOTHING = {
    Kind.CREDIT: "Nothing was given.",
    Kind.DEBIT: "Nothing was taken.",
    Kind.VOUCHER_ISSUE: "No voucher was issued.",
    Kind.VOUCHER_REVOKE: "Nothing was revoked.",
    Kind.VOUCHER_REDEEM: "The voucher was not redeemed.",
    Kind.ORDER_CREATE: "No order was made.",
    Kind.DRAFT_COMPLETE: "Nothing was completed.",
    Kind.DRAFT_CANCEL: "Nothing was cancelled.",
    Kind.CONTACT_CREATE: "No contact was created.",
    Kind.MEMBER_ENROL: "Nobody was enrolled.",
    Kind.MEMBER_END: "The membership goes on.",
    Kind.SHARERS_ADD: "Nobody was added.",
    Kind.SHARERS_REMOVE: "Nobody was removed.",
    Kind.TIER_ASSIGN: "The tier was not changed.",
}


def nothing_moved(intent: Intent) -> str:
    """The sentence that ends every failure."""
    return _NOTHING[intent.kind]


def refused(intent: Intent, reason: str | None) -> str:
    """The remote said no."""
    return _with_reason("Brevo refused it", reason, intent)


def rejected(intent: Intent, reason: str | None) -> str:
    """The remote took it and then rejected it."""
    return _with_reason("Brevo rejected it", reason, intent)


def lapsed(intent: Intent) -> str:
    """The draft's time ran out."""
    return f"Brevo was away for too long and the request lapsed. {nothing_moved(intent)}"


def cancelled_by_somebody(intent: Intent) -> str:
    """Not we, and not the remote's rules."""
    return f"Somebody cancelled it in Brevo before it was completed. {nothing_moved(intent)}"


def never_taken(intent: Intent) -> str:
    """Several drafts were asked for and none was ever seen."""
    return f"Brevo did not take the request. {nothing_moved(intent)}"


def never_reached(intent: Intent) -> str:
    """It waited for a day."""
    return f"Brevo could not be reached for a day. {nothing_moved(intent)}"


def other_number(found: str) -> str:
    """The contact is a member, but not as asked."""
    return f"The contact is a member already, with the number {found}. Nothing was changed."


_ENDED_AS = {
    Status.COMPLETED: "It was completed before",
    Status.CANCELLED: "It was cancelled before",
    Status.EXPIRED: "It lapsed before",
}


def decided_before(intent: Intent, status: Status) -> str:
    """Somebody, or time, was faster."""
    return f"{_ENDED_AS.get(status, 'It was ended before')}. {nothing_moved(intent)}"


def too_late(intent: Intent) -> str:
    """Whoever wanted it has left by now."""
    return f"Brevo could not be reached for ten minutes. {nothing_moved(intent)}"


def not_completed(intent: Intent) -> str:
    """It was begun, and the person who was to complete it did not."""
    return f"Nobody completed it before it lapsed. {nothing_moved(intent)}"


MARK_LOST = (
    "Brevo shows a transaction like this one, but without our mark. A supervisor has to compare it in Brevo; "
    "do not give it again before that."
)
UNKNOWN_STATUS = (
    "Brevo shows this transaction in a state that the console does not know. "
    "A supervisor has to look at it in Brevo; do not give it again before that."
)
NOT_SHOWN = (
    "Brevo does not show whether this went through. A supervisor has to look at it in Brevo; "
    "do not give it again before that."
)


def used_meanwhile(intent: Intent) -> str:
    """Somebody was faster with the voucher."""
    return f"The voucher was used before that. {nothing_moved(intent)}"


def gone_meanwhile(intent: Intent) -> str:
    """The voucher is the member's no more."""
    return f"Brevo does not list the voucher any more: it was revoked. {nothing_moved(intent)}"


NOT_SHOWN_AT_ALL = "Brevo does not show whether this went through."


def not_shown(intent: Intent) -> str:
    """It was sent several times, and what Brevo shows settles nothing."""
    return f"{NOT_SHOWN_AT_ALL} A supervisor has to look at it in Brevo; {_NOT_AGAIN}"


def not_found(intent: Intent) -> str:
    """It was sent once, and nothing of it is to be seen."""
    return f"It was sent, and Brevo does not show it. A supervisor has to decide; {_NOT_AGAIN}"


def came_late(intent: Intent) -> str:
    """It was told as not done, because a repetition was refused; the first call was not lost but late."""
    return (
        "It was told as not done, and Brevo shows it as done now: a call arrived late, or somebody else "
        f"did it. A supervisor has to look at it in Brevo; {_NOT_AGAIN}"
    )


_NOT_AGAIN = "do not do it again before that."


def _with_reason(what: str, reason: str | None, intent: Intent) -> str:
    tidy = " ".join("".join(c if c.isprintable() else " " for c in reason or "").split())[:LONGEST].rstrip(
        ". "
    )
    return f"{what}: {tidy}. {nothing_moved(intent)}" if tidy else f"{what}. {nothing_moved(intent)}"
