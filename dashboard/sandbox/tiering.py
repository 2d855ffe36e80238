"""Which tier a member belongs in, by the balances, and the strategies of the group."""

from __future__ import annotations

from datetime import datetime

from dashboard.sandbox.configuration import Configuration, Tier, TierGroup
from dashboard.sandbox.ids import Ids
from dashboard.sandbox.membership import Membership, TierHolding


def evaluate(
    membership: Membership, configuration: Configuration, ids: Ids, now: datetime, *, settle_in: bool = False
) -> list[Tier]:
    """Put the member where the balances belong, as far as the groups move at once.

    :param settle_in: move whatever the strategies say; for histories.
    :returns: the tiers entered.
    """
    entered = []
    for group in configuration.groups:
        earned = _earned(membership, group)
        held = membership.tiers.get(group.id)
        place = group.place_of(held.tier_id) if held else -1
        rises = group.place_of(earned.id) > place
        strategy = group.upgrade if rises else group.downgrade
        if earned.id != (held.tier_id if held else None) and (
            settle_in or not held or strategy == "real_time"
        ):
            assign(membership, group, earned, ids, now)
            if rises and held:
                entered.append(earned)
    return entered


def assign(membership: Membership, group: TierGroup, tier: Tier, ids: Ids, now: datetime) -> TierHolding:
    """Put the member into ``tier``."""
    held = membership.tiers.get(group.id)
    created = held.created_at if held else now
    identifier = held.id if held else ids.make(membership.contact_id, f"{group.id}:assignment")
    holding = TierHolding(identifier, group.id, tier.id, created, now)
    membership.tiers[group.id] = holding
    return holding


def _earned(membership: Membership, group: TierGroup) -> Tier:
    """The highest tier all of whose conditions are met; the first one needs none."""
    earned = group.tiers[0]
    for tier in group.tiers[1:]:
        if all(membership.balance(definition) >= minimum for definition, minimum in tier.conditions):
            earned = tier
    return earned
