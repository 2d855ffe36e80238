"""Tier groups and tiers, and how far a member is from the next one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from dashboard.brevo.calls import Call, Id, contact, path, uuid_text
from dashboard.brevo.exchange import Exchange
from dashboard.brevo.fetched import Fetched, Write
from dashboard.brevo.members import AccountInfo, MemberTier
from dashboard.brevo.rows import Document, Row, key


class TierGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A ladder of tiers. ``order`` holds tier IDs, lowest first.

    Strategies are ``real_time``, ``membership_anniversary``, ``tier_anniversary`` or a newer word.
    """

    id: str
    name: str
    order: tuple[str, ...] = ()
    upgrade_strategy: str | None = None
    downgrade_strategy: str | None = None


class TierCondition(msgspec.Struct, frozen=True, kw_only=True):
    """The total in one definition that a tier asks for."""

    definition_id: str
    minimum: Decimal


class Tier(msgspec.Struct, frozen=True, kw_only=True):
    """One rung of a group."""

    id: str
    name: str
    group_id: str | None = None
    conditions: tuple[TierCondition, ...] = ()
    reward_ids: tuple[str, ...] = ()


class TierAssignment(msgspec.Struct, frozen=True, kw_only=True):
    """What assigning a tier answers; it does not name the tier."""

    id: str | None
    contact_id: int | None
    group_id: str | None
    created_at: datetime | None


class TierProgress(msgspec.Struct, frozen=True, kw_only=True):
    """Where a member stands in one group.

    ``next`` is None on the top rung. With a next rung, ``minimum``, ``value`` and ``to_go`` are about
    the condition that lacks most, in the unit of ``definition_id``, and ``percent`` (0 to 100) is the
    part of it that is there, rounded down so that 100 means reached. They are None when the remote
    does not give a figure they need.
    """

    group: TierGroup
    current: MemberTier | None
    next: Tier | None
    definition_id: str | None = None
    minimum: Decimal | None = None
    value: Decimal | None = None
    to_go: Decimal | None = None
    percent: int | None = None


class Tiers:
    """Calls about tiers."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def groups(self, programme_id: Id) -> Fetched[tuple[TierGroup, ...]]:
        """All tier groups, as members have them."""
        pid = uuid_text(programme_id, "programme_id")
        call = Call("listTierGroups", "GET", _programme(pid, "tier-groups"), {"version": "active"})
        return self._exchange.read(
            call, lambda document: document.rows(document.listed("items"), lambda row: _group(row, pid))
        )

    def tiers(self, programme_id: Id) -> Fetched[tuple[Tier, ...]]:
        """All tiers of all groups, as members have them."""
        pid = uuid_text(programme_id, "programme_id")
        call = Call("listTiers", "GET", _programme(pid, "tiers"), {"version": "active"})
        return self._exchange.read(
            call,
            lambda document: document.rows(document.listed("items"), lambda row: _tier(row, pid, document)),
        )

    def assign(self, programme_id: Id, contact_id: int, tier_id: Id) -> Write[TierAssignment]:
        """Put a member into a tier. The next evaluation may undo it; nothing pins it."""
        pid, cid = uuid_text(programme_id, "programme_id"), contact(contact_id)
        tid = uuid_text(tier_id, "tier_id")

        def decode(document: Document) -> TierAssignment:
            row = document.row
            row.expect(contactId=cid, loyaltyProgramId=pid)
            return TierAssignment(
                id=row.text("id"),
                contact_id=row.integer("contactId"),
                group_id=row.text("groupId"),
                created_at=row.moment("createdAt"),
            )

        call = Call("assignTier", "POST", _programme(pid, "contacts", str(cid), "tiers", tid))
        return self._exchange.write(call, decode)


def progress(
    groups: Sequence[TierGroup], tiers: Sequence[Tier], member: AccountInfo
) -> tuple[TierProgress, ...]:
    """A member's standing in every group: the next rung's minimum less the balance (contract, section 5)."""
    return tuple(_progress(group, tiers, member) for group in groups)


def _progress(group: TierGroup, tiers: Sequence[Tier], member: AccountInfo) -> TierProgress:
    ladder = _ladder(group, tiers)
    current = next((held for held in member.tiers if _is_in(held, group, ladder)), None)
    rung = next((index for index, tier in enumerate(ladder) if current and tier.id == current.tier_id), None)
    if current is not None and rung is None:
        return TierProgress(group=group, current=current, next=None)
    above = ladder[0 if rung is None else rung + 1 :]
    if not above:
        return TierProgress(group=group, current=current, next=None)
    return _towards(above[0], group, current, member)


def _towards(tier: Tier, group: TierGroup, current: MemberTier | None, member: AccountInfo) -> TierProgress:
    known = [
        (condition, value)
        for condition in tier.conditions
        if (value := member.balance(condition.definition_id)) is not None
    ]
    if not known:
        return TierProgress(group=group, current=current, next=tier)
    condition, value = max(known, key=lambda pair: pair[0].minimum - pair[1])
    to_go = max(condition.minimum - value, Decimal(0))
    return TierProgress(
        group=group,
        current=current,
        next=tier,
        definition_id=condition.definition_id,
        minimum=condition.minimum,
        value=value,
        to_go=to_go,
        percent=_percent(value, condition.minimum) if to_go else 100,
    )


def _percent(value: Decimal, minimum: Decimal) -> int:
    return max(0, min(99, int(value * 100 / minimum))) if minimum > 0 else 0


def _ladder(group: TierGroup, tiers: Sequence[Tier]) -> list[Tier]:
    """The group's tiers from the lowest up: by its own order, or by what they ask for where it has none."""
    by_id = {tier.id: tier for tier in tiers}
    if group.order:
        return [by_id[tier_id] for tier_id in group.order if tier_id in by_id]
    own = [tier for tier in tiers if tier.group_id == group.id]
    return sorted(own, key=lambda tier: max((c.minimum for c in tier.conditions), default=Decimal(0)))


def _is_in(held: MemberTier, group: TierGroup, ladder: Sequence[Tier]) -> bool:
    if held.group_id is not None:
        return held.group_id == group.id
    return any(tier.id == held.tier_id for tier in ladder)


def _programme(programme_id: str, *rest: str) -> str:
    return path("loyalty", "tier", "programs", programme_id, *rest)


def _group(row: Row, programme_id: str) -> TierGroup:
    row.expect(loyaltyProgramId=programme_id)
    return TierGroup(
        id=row.need_uuid("id", "groupId"),
        name=row.text("name") or "Unnamed tier group",
        order=tuple(key(value) for value in row.values("tierOrder") if isinstance(value, str)),
        upgrade_strategy=row.text("upgradeStrategy", "upgradeEvaluationTrigger"),
        downgrade_strategy=row.text("downgradeStrategy", "downgradeEvaluationTrigger"),
    )


def _tier(row: Row, programme_id: str, document: Document) -> Tier:
    row.expect(loyaltyProgramId=programme_id)
    return Tier(
        id=row.need_uuid("tierId", "id"),
        name=row.text("name") or "Unnamed tier",
        group_id=row.key("groupId"),
        conditions=document.rows(row.values("accessConditions"), _condition),
        reward_ids=document.rows(row.values("tierRewards"), lambda reward: reward.need_key("rewardId")),
    )


def _condition(row: Row) -> TierCondition:
    return TierCondition(
        definition_id=row.need_key("balanceDefinitionId"), minimum=row.need_number("minimumValue")
    )
