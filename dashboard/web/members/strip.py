"""The figures at the head of the page: balances, tiers, and what is open. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec

from dashboard.brevo.balances import BalanceDefinition
from dashboard.brevo.members import AccountInfo
from dashboard.brevo.tiers import Tier, TierGroup, TierProgress, progress

POINTS = "POINTS"


class BalanceFigure(msgspec.Struct, frozen=True):
    """The member's total for one definition."""

    definition_id: str
    name: str
    unit: str
    value: Decimal | None
    """None when the remote names no total for this definition."""


class TierFigure(msgspec.Struct, frozen=True):
    """Where the member stands in one tier group. Figures are None where the remote gives too little."""

    group: str
    name: str | None
    """The tier held; None for none."""
    next: str | None
    """The tier above; None at the top, or when the held one is not in the group's order."""
    unit: str
    value: Decimal | None
    minimum: Decimal | None
    to_go: Decimal | None


def shown_definitions(definitions: Iterable[BalanceDefinition]) -> tuple[BalanceDefinition, ...]:
    """Those that members know of: internal ones serve the programme's own rules."""
    return tuple(each for each in definitions if not each.is_internal)


def choose_definition(
    definitions: Sequence[BalanceDefinition], wanted: str | None
) -> BalanceDefinition | None:
    """The definition asked for; else the first that counts points, else the first. None without any."""
    shown = shown_definitions(definitions)
    asked = next((each for each in shown if wanted and each.id.casefold() == wanted.casefold()), None)
    points = next((each for each in shown if each.unit == POINTS), None)
    return asked or points or next(iter(shown), None)


def balances(definitions: Iterable[BalanceDefinition], account: AccountInfo) -> tuple[BalanceFigure, ...]:
    """A figure for every definition, in their order, and for totals whose definition is not known."""
    definitions = tuple(definitions)
    known = tuple(
        BalanceFigure(each.id, each.name, each.unit, account.balance(each.id))
        for each in shown_definitions(definitions)
    )
    ids = {each.id for each in definitions}
    unknown = tuple(
        BalanceFigure(each.definition_id, each.definition_name or "Balance", POINTS, each.value)
        for each in account.balances
        if each.definition_id not in ids
    )
    return known + unknown


def tier_figures(
    groups: Sequence[TierGroup],
    tiers: Sequence[Tier],
    definitions: Iterable[BalanceDefinition],
    account: AccountInfo,
) -> tuple[TierFigure, ...]:
    """A figure for every tier group: the next tier's minimum less the balance it asks for."""
    units = {each.id: each.unit for each in definitions}
    names = {each.id: each.name for each in tiers}
    return tuple(_tier(each, units, names) for each in progress(groups, tiers, account))


def tier_names(account: AccountInfo, tiers: Iterable[Tier]) -> tuple[str, ...]:
    """The tiers the member holds, one a group."""
    names = {each.id: each.name for each in tiers}
    told = (each.tier_name or names.get(each.tier_id) for each in account.tiers)
    return tuple(name for name in told if name)


def _tier(stands: TierProgress, units: dict[str, str], names: dict[str, str]) -> TierFigure:
    held = stands.current
    return TierFigure(
        group=stands.group.name,
        name=(held.tier_name or names.get(held.tier_id)) if held else None,
        next=stands.next.name if stands.next else None,
        unit=units.get(stands.definition_id or "", POINTS),
        value=stands.value,
        minimum=stands.minimum,
        to_go=stands.to_go,
    )
