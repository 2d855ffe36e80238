"""Tier groups and tiers: read, and put a member into one."""

from __future__ import annotations

from typing import Final

from dashboard.sandbox.configuration import Configuration, Programme, Tier, TierGroup
from dashboard.sandbox.errors import Refusal, not_found
from dashboard.sandbox.programmes import configuration_of, programme_named
from dashboard.sandbox.reading import Answer, Request
from dashboard.sandbox.routing import Operation
from dashboard.sandbox.tiering import assign
from dashboard.sandbox.world import World


def list_groups(world: World, request: Request) -> Answer:
    programme, configuration = _configuration(world, request)
    return Answer({"items": [_group_json(world, programme, one) for one in configuration.groups]})


def get_group(world: World, request: Request) -> Answer:
    programme, configuration = _configuration(world, request)
    group = configuration.group(request.path.uuid("gid") or "")
    if group is None:
        raise not_found("tier group")
    return Answer(_group_json(world, programme, group))


def list_tiers(world: World, request: Request) -> Answer:
    programme, configuration = _configuration(world, request)
    pairs = [(group, tier) for group in configuration.groups for tier in group.tiers]
    return Answer({"items": [_tier_json(programme, group, tier) for group, tier in pairs]})


def _configuration(world: World, request: Request) -> tuple[Programme, Configuration]:
    programme = programme_named(world, request)
    configuration = configuration_of(programme, request.query)
    if configuration is None:
        raise not_found("active version of the loyalty program")
    return programme, configuration


def _group_json(world: World, programme: Programme, group: TierGroup) -> dict[str, object]:
    if world.switches["tier_rules"] == "guide":
        rules = {
            "upgradeEvaluationTrigger": group.upgrade,
            "downgradeEvaluationTrigger": group.downgrade,
        }
    else:
        rules = {"upgradeStrategy": group.upgrade, "downgradeStrategy": group.downgrade}
    schedule = (
        {"downgradeSchedule": {"strategy": group.downgrade, "scheduledDate": group.downgrade_date}}
        if group.downgrade_date
        else {}
    )
    return {
        "id": group.id,
        "loyaltyProgramId": programme.id,
        "name": group.name,
        "tierOrder": [one.id for one in group.tiers],
        **rules,
        **schedule,
        "createdAt": programme.created_at,
        "updatedAt": programme.updated_at,
    }


def _tier_json(programme: Programme, group: TierGroup, tier: Tier) -> dict[str, object]:
    made = {"createdAt": programme.created_at, "updatedAt": programme.updated_at}
    return {
        "tierId": tier.id,
        "groupId": group.id,
        "loyaltyProgramId": programme.id,
        "name": tier.name,
        "imageRef": f"https://img.example.com/tiers/{tier.name.lower()}.png",
        "accessConditions": [
            {"balanceDefinitionId": definition, "minimumValue": minimum, **made}
            for definition, minimum in tier.conditions
        ],
        "tierRewards": [{"rewardId": one, **made} for one in tier.rewards],
        **made,
    }


def assign_tier(world: World, request: Request) -> Answer:
    programme = programme_named(world, request)
    contact_id = request.path.whole("cid", least=1) or 0
    tier_id = request.path.uuid("tid")
    configuration = world.dependable(programme)
    book = world.members(programme)
    membership = book.get(contact_id)
    found = configuration.tier(tier_id)
    if membership is None:
        raise not_found("subscription")
    if found is None:
        raise not_found("tier")
    group, tier = found
    held = membership.tiers.get(group.id)
    if held and held.tier_id == tier.id and world.switches["held_tier"] == "409":
        raise Refusal(409, "conflict", "the member already holds the tier")
    book.changing(contact_id)
    holding = assign(membership, group, tier, world.ids, world.now())
    return Answer(
        {
            "id": holding.id,
            "contactId": contact_id,
            "groupId": group.id,
            "loyaltyProgramId": programme.id,
            "meta": {},
            "createdAt": holding.created_at,
            "updatedAt": holding.updated_at,
        }
    )


_PROGRAMME: Final = "/loyalty/tier/programs/{pid}"

OPERATIONS: Final = (
    Operation("listTierGroups", "GET", f"{_PROGRAMME}/tier-groups", list_groups),
    Operation("getTierGroup", "GET", f"{_PROGRAMME}/tier-groups/{{gid}}", get_group),
    Operation("listTiers", "GET", f"{_PROGRAMME}/tiers", list_tiers),
    Operation("assignTier", "POST", f"{_PROGRAMME}/contacts/{{cid}}/tiers/{{tid}}", assign_tier),
)
