"""The typed client of the Brevo Loyalty API.

:class:`Brevo` is the way in; what leaves this machine, and its limits, is written down in
:mod:`dashboard.brevo.outbound`. Knows httpx; knows neither Flask nor a database.
"""

from dashboard.brevo.account import Account
from dashboard.brevo.balances import BalanceDefinition, Entry, EntryPage
from dashboard.brevo.budget import FamilyBudget
from dashboard.brevo.client import Brevo
from dashboard.brevo.contacts import Contact, ContactAttribute, ContactPage, IdentifierType
from dashboard.brevo.fetched import Evidence, Fetched, Verdict, Write
from dashboard.brevo.history import HistoryItem, HistoryPage, Lookup
from dashboard.brevo.members import AccountInfo, MemberBalance, MemberTier, Sharer, Sharers, Subscription
from dashboard.brevo.orders import Order
from dashboard.brevo.programmes import Programme
from dashboard.brevo.rewards import Reward, RewardSummary
from dashboard.brevo.status import TransactionStatus
from dashboard.brevo.tiers import Tier, TierAssignment, TierCondition, TierGroup, TierProgress
from dashboard.brevo.transactions import Transaction
from dashboard.brevo.vouchers import Redemption, Voucher, VoucherPage, VoucherState

__all__ = [
    "Account",
    "AccountInfo",
    "BalanceDefinition",
    "Brevo",
    "Contact",
    "ContactAttribute",
    "ContactPage",
    "Entry",
    "EntryPage",
    "Evidence",
    "FamilyBudget",
    "Fetched",
    "HistoryItem",
    "HistoryPage",
    "IdentifierType",
    "Lookup",
    "MemberBalance",
    "MemberTier",
    "Order",
    "Programme",
    "Redemption",
    "Reward",
    "RewardSummary",
    "Sharer",
    "Sharers",
    "Subscription",
    "Tier",
    "TierAssignment",
    "TierCondition",
    "TierGroup",
    "TierProgress",
    "Transaction",
    "TransactionStatus",
    "Verdict",
    "Voucher",
    "VoucherPage",
    "VoucherState",
    "Write",
]
