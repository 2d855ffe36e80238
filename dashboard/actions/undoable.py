"""Whether what was done can be taken back, by whom, and how: what pages offer and :mod:`undo` checks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

import msgspec

from dashboard.actions.deeds import Actor
from dashboard.actions.paying import Paid
from dashboard.brevo.status import TransactionStatus
from dashboard.brevo.vouchers import Voucher
from dashboard.permissions import Permission
from dashboard.store import intents
from dashboard.store.database import Database
from dashboard.store.intent import Intent, Kind, Link, State

OWN_TIME = timedelta(minutes=15)
"""How long whoever did something may take it back without being a supervisor."""


class How(StrEnum):
    """How something is taken back."""

    OPPOSITE = "opposite"
    """By a debit for a credit, and the other way round."""
    CANCEL = "cancel"
    """What is still open is cancelled."""
    REVOKE = "revoke"
    """The voucher is withdrawn."""


class Offer(msgspec.Struct, frozen=True):
    """Whether and how something can be taken back."""

    how: How | None
    why_not: str | None
    """In words; None when it can be."""
    needs_supervisor: bool = False
    """The role is all that is missing."""


class Links(msgspec.Struct, frozen=True):
    """What an intent belongs to, and what belongs to it."""

    origin: Intent | None
    following: tuple[Intent, ...]

    @property
    def reversal(self) -> Intent | None:
        """What took it back, or is about to."""
        return next((one for one in self.following if counts(one)), None)


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a page knows that decides about taking back; None where it does not."""

    balance: Decimal | None = None
    """The member's balance of what was moved."""
    floor: Decimal = Decimal(0)
    """What of it must stay."""
    voucher: Voucher | None = None
    """The voucher that was issued, as the member's list shows it."""
    paid: Paid | None = None
    """What it cost its member."""
    transaction_id: str | None = None
    """The transaction of an order, where the remote named it only after the order was made."""
    ended: TransactionStatus | None = None
    """How the order's transaction ended, if it did."""
    trouble: str | None = None
    """Why what decides could not be read: nothing is offered then."""


KINDS = {
    Kind.CREDIT: (How.OPPOSITE, Permission.CREDITS_WRITE),
    Kind.DEBIT: (How.OPPOSITE, Permission.DEBITS_WRITE),
    Kind.DRAFT_COMPLETE: (How.OPPOSITE, Permission.ORDERS_WRITE),
    Kind.ORDER_CREATE: (How.CANCEL, Permission.ORDERS_WRITE),
    Kind.VOUCHER_ISSUE: (How.REVOKE, Permission.VOUCHERS_WRITE),
}
"""How each kind is taken back, and what it takes to do that with one's own."""


def links_of(database: Database, intent: Intent) -> Links:
    """What ``intent`` belongs to and what belongs to it.

    :raises DatabaseUnavailable: it cannot be read.
    """
    with database.read() as connection:
        origin = intents.get(connection, intent.linked_id) if intent.linked_id else None
        return Links(origin, intents.linked_to(connection, intent.id))


def offer(actor: Actor, intent: Intent, links: Links, facts: Facts, now: datetime) -> Offer:
    """Whether ``actor`` may take ``intent`` back now, and how."""
    how, _ = KINDS.get(intent.kind, (None, None))
    if how is None:
        return Offer(None, "This cannot be taken back")
    why_not = _why_not(intent, links, facts, now)
    if why_not is not None:
        return Offer(None, why_not)
    if not may(actor, intent, now):
        return Offer(None, _too_late_for(actor, intent), needs_supervisor=True)
    return Offer(how, None)


def may_offer(actor: Actor, intent: Intent, reversal: Intent | None, now: datetime) -> bool:
    """Whether a page should offer ``actor`` to take ``intent`` back, from what the console itself knows.

    Cheap, for lists; :func:`offer` looks closer. ``reversal`` is what took it back before, if anything did.
    """
    is_own_act = intent.state is State.DONE and intent.link not in _NOT_ALONE and reversal is None
    return is_own_act and intent.kind in KINDS and may(actor, intent, now)


_NOT_ALONE: Mapping[Link | None, str] = {
    Link.REVERSAL: "This took something back itself. Do the first change again instead",
    Link.RETURN: "This gave back what a voucher cost, and belongs to that voucher's change",
}
"""What is a part of another change: without it that one would be half done."""


def _why_not(intent: Intent, links: Links, facts: Facts, now: datetime) -> str | None:
    if links.reversal is not None:
        return f"{links.reversal.staff_name} took this back before"
    if intent.link in _NOT_ALONE:
        return _NOT_ALONE[intent.link]
    if intent.state is not State.DONE:
        return "Only what is done can be taken back"
    return facts.trouble or _why_not_now(intent, facts, now)


def _why_not_now(intent: Intent, facts: Facts, now: datetime) -> str | None:
    """What became of the thing since."""
    if intent.kind is Kind.VOUCHER_ISSUE:
        return _why_no_revocation(facts)
    if intent.kind is Kind.ORDER_CREATE:
        return _why_no_cancellation(intent, facts)
    return _why_no_opposite(intent, facts, now)


def _why_no_revocation(facts: Facts) -> str | None:
    if facts.voucher is None:
        return "Brevo does not list the voucher any more"
    return "The voucher was used" if facts.voucher.consumed_at is not None else None


def _why_no_cancellation(intent: Intent, facts: Facts) -> str | None:
    if facts.ended is not None:
        return _ORDER_ENDED.get(facts.ended, "The order was ended before")
    is_named = intent.transaction_id is not None or facts.transaction_id is not None
    return None if is_named else "Brevo has not named the order's transaction yet"


_ORDER_ENDED = {
    TransactionStatus.COMPLETED: "The order was completed. Take back its points where it was completed",
    TransactionStatus.CANCELLED: "The order was cancelled before",
    TransactionStatus.EXPIRED: "The order has lapsed by itself",
    TransactionStatus.REJECTED: "Brevo rejected the order by itself",
}


def _why_no_opposite(intent: Intent, facts: Facts, now: datetime) -> str | None:
    amount = moved(intent)
    if amount > 0 and intent.expires_at is not None and intent.expires_at <= now:
        return "What was given has expired"
    if amount > 0 and facts.balance is not None and facts.balance - facts.floor < amount:
        left = max(facts.balance - facts.floor, Decimal(0))
        stays = f"; {facts.floor:,f} must stay" if facts.floor else ""
        return f"It was spent: the balance holds {left:,f} of the {amount:,f}{stays}"
    return None


def may(actor: Actor, intent: Intent, now: datetime) -> bool:
    """Whether the role allows it: others' for supervisors, one's own for :data:`OWN_TIME`."""
    if actor.role.may(Permission.CHANGES_UNDO):
        return True
    _, permission = KINDS.get(intent.kind, (None, Permission.CHANGES_UNDO))
    is_fresh = now - (intent.settled_at or intent.created_at) <= OWN_TIME
    return intent.staff_id == actor.staff_id and is_fresh and actor.role.may(permission)


def _too_late_for(actor: Actor, intent: Intent) -> str:
    if intent.staff_id != actor.staff_id:
        return f"{intent.staff_name} did this. A supervisor can take it back"
    minutes = int(OWN_TIME.total_seconds() / 60)
    return f"This was done more than {minutes} minutes ago. A supervisor can take it back"


def counts(intent: Intent) -> bool:
    """Whether this takes something back, or is about to: then nothing else may."""
    return intent.link is Link.REVERSAL and intent.state not in {State.FAILED, State.CANCELLED}


def moved(intent: Intent) -> Decimal:
    """What was moved, signed: what was asked for, unless the remote moved another amount."""
    return intent.amount if intent.applied_amount is None else intent.applied_amount
