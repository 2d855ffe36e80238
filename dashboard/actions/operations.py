"""Which operation carries which kind of change: the one place where they meet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from dashboard.actions.drafts import EndDraft
from dashboard.actions.ledger import Ledger
from dashboard.actions.member_calls import (
    AddSharers,
    AssignTier,
    ContactCalls,
    CreateContact,
    EndMembership,
    Enrol,
    MemberCalls,
    RemoveSharers,
    TierCalls,
)
from dashboard.actions.movements import Movement
from dashboard.actions.operation import Operations
from dashboard.actions.order_calls import MakeOrder, OrderCalls
from dashboard.actions.policy import Policy
from dashboard.actions.redeeming import Redeeming, RedeemProtocol
from dashboard.actions.single_call import LeavingCall, SingleCall, Step
from dashboard.actions.voucher_calls import Issue, Revoke, VoucherCalls
from dashboard.store.intents import Kind


class Remote(Protocol):
    """What :class:`dashboard.brevo.Brevo` offers of it."""

    @property
    def vouchers(self) -> VoucherCalls:
        """Calls about vouchers."""
        ...

    @property
    def orders(self) -> OrderCalls:
        """Calls about orders."""
        ...

    @property
    def members(self) -> MemberCalls:
        """Calls about memberships."""
        ...

    @property
    def tiers(self) -> TierCalls:
        """Calls about tiers."""
        ...

    @property
    def contacts(self) -> ContactCalls:
        """Calls about contacts."""
        ...

    @property
    def transactions(self) -> Ledger:
        """Where balances move."""
        ...


def operations(remote: Remote, clock: Callable[[], datetime], policy: Policy | None = None) -> Operations:
    """All kinds but credits and debits, which the engine knows by itself."""
    ending = Movement(remote.transactions, EndDraft(policy), clock)
    members, contacts = remote.members, remote.contacts
    steps: dict[Kind, Step] = {
        Kind.VOUCHER_REVOKE: Revoke(remote.vouchers),
        Kind.ORDER_CREATE: MakeOrder(remote.orders, remote.transactions),
        Kind.CONTACT_CREATE: CreateContact(contacts),
        Kind.MEMBER_ENROL: Enrol(members),
        Kind.MEMBER_END: EndMembership(members),
        Kind.SHARERS_ADD: AddSharers(members),
        Kind.SHARERS_REMOVE: RemoveSharers(members),
        Kind.TIER_ASSIGN: AssignTier(members, remote.tiers),
    }
    return {
        **{kind: SingleCall(step, clock, policy) for kind, step in steps.items()},
        Kind.VOUCHER_ISSUE: LeavingCall(Issue(remote.vouchers), clock, policy),
        Kind.DRAFT_COMPLETE: ending,
        Kind.DRAFT_CANCEL: ending,
        Kind.VOUCHER_REDEEM: Redeeming(remote.vouchers, clock, RedeemProtocol(policy)),
    }
