"""Whether a member changed between two readings. Pure."""

from __future__ import annotations

from dashboard.brevo.members import AccountInfo


def differs(before: AccountInfo, after: AccountInfo) -> bool:
    """Whether anything that the page shows from account-info is another one now."""
    return _shown(before) != _shown(after)


def _shown(account: AccountInfo) -> tuple[object, ...]:
    return (
        account.subscription_id,
        {each.definition_id: each.value for each in account.balances},
        {each.tier_id for each in account.tiers},
        {each.id for each in account.vouchers},
        {each.contact_id for each in account.sharers},
    )
