"""What a changed balance would come to in every tier group that looks at it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec

from dashboard.brevo.configuration import ProgrammeConfiguration
from dashboard.brevo.members import AccountInfo
from dashboard.brevo.tiers import Tier, TierGroup

REAL_TIME = "real_time"


class Outlook(msgspec.Struct, frozen=True):
    """One tier group, before and after. Names are None below the lowest tier."""

    group: str
    before: str | None
    """The tier that the member's figures earn now."""
    after: str | None
    """The tier that they would earn then."""
    at_once: bool
    """Whether the remote looks again at once; else at a later date of its own."""


def outlook(
    groups: Sequence[TierGroup],
    tiers: Sequence[Tier],
    account: AccountInfo,
    definition_id: str,
    change: Decimal,
) -> tuple[Outlook, ...]:
    """What moving ``change`` (signed) in one balance would do; nothing for groups that do not look at it.

    A group of which a figure is not known is left out: a guess would be told as if it were true.
    """
    now = {each.definition_id: each.value for each in account.balances}
    then = {**now, definition_id: now[definition_id] + change} if definition_id in now else now
    return tuple(_outlooks(groups, tiers, definition_id, now, then)) if then is not now else ()


def effect(
    configuration: ProgrammeConfiguration, account: AccountInfo | None, definition_id: str, change: Decimal
) -> str | None:
    """What moving ``change`` would make of the tier, in words; None when this balance decides none, or when
    the member could not be read.
    """
    if account is None:
        return None
    told = outlook(configuration.tier_groups, configuration.tiers, account, definition_id, change)
    return ". ".join(_told(each, named=len(told) > 1) for each in told) or None


def _told(told: Outlook, *, named: bool) -> str:
    group = f"{told.group}: " if named else ""
    before, after = told.before or "none", told.after or "none"
    if before == after:
        return f"{group}{before}, as before"
    when = "at once" if told.at_once else "when Brevo looks at tiers again"
    return f"{group}{before} becomes {after} {when}"


def _outlooks(
    groups: Sequence[TierGroup],
    tiers: Sequence[Tier],
    definition_id: str,
    now: dict[str, Decimal],
    then: dict[str, Decimal],
) -> Iterator[Outlook]:
    by_id = {tier.id: tier for tier in tiers}
    for group in groups:
        ladder = [by_id[tier_id] for tier_id in group.order if tier_id in by_id]
        asked = {condition.definition_id for tier in ladder for condition in tier.conditions}
        if definition_id not in asked or not asked <= now.keys():
            continue
        before, after = _earned(ladder, now), _earned(ladder, then)
        is_down = before is not None and (after is None or ladder.index(after) < ladder.index(before))
        strategy = group.downgrade_strategy if is_down else group.upgrade_strategy
        yield Outlook(group.name, _name(before), _name(after), at_once=strategy == REAL_TIME)


def _earned(ladder: Sequence[Tier], balances: dict[str, Decimal]) -> Tier | None:
    """The highest tier of which all conditions hold."""
    earned = [tier for tier in ladder if all(balances[c.definition_id] >= c.minimum for c in tier.conditions)]
    return earned[-1] if earned else None


def _name(tier: Tier | None) -> str | None:
    return None if tier is None else tier.name
