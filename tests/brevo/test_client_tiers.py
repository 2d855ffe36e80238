"""How far a member is from the next tier."""

from __future__ import annotations

from decimal import Decimal

import pytest

from dashboard.brevo import AccountInfo, MemberBalance, MemberTier, Tier, TierCondition, TierGroup, Verdict
from dashboard.brevo.tiers import progress
from tests.brevo.remote import answer
from tests.brevo.values import COINS, GOLD, GROUP, MEMBER, OTHER_MEMBER, POINTS, PROGRAMME, REWARD, SILVER

LADDER = TierGroup(id=GROUP, name="Status", order=("basic", "silver", "gold"))


def tier(name: str, minimum: int, definition: str = POINTS) -> Tier:
    condition = TierCondition(definition_id=definition, minimum=Decimal(minimum))
    return Tier(id=name, name=name.title(), group_id=GROUP, conditions=(condition,))


TIERS = (tier("gold", 5000), tier("basic", 0), tier("silver", 1000))


def member(points: str | None, held: str | None, group: str | None = GROUP) -> AccountInfo:
    return AccountInfo(
        contact_id=MEMBER,
        subscription_id=None,
        member_since=None,
        programme_name=None,
        balances=() if points is None else (MemberBalance(definition_id=POINTS, value=Decimal(points)),),
        tiers=() if held is None else (MemberTier(tier_id=held, group_id=group),),
        vouchers=(),
        sharers=(),
    )


@pytest.mark.parametrize(
    ("points", "held", "next_", "to_go", "percent"),
    [
        ("1240", "silver", "gold", 3760, 24),
        ("4999", "silver", "gold", 1, 99),
        ("4999.99", "silver", "gold", Decimal("0.01"), 99),
        ("0", "basic", "silver", 1000, 0),
        ("-50", "basic", "silver", 1050, 0),
        ("5000", "silver", "gold", 0, 100),
        ("9000", "silver", "gold", 0, 100),
        ("30", None, "basic", 0, 100),
    ],
)
def test_what_is_missing_is_the_next_minimum_less_the_balance(points, held, next_, to_go, percent):
    (standing,) = progress([LADDER], TIERS, member(points, held))

    assert standing.next is not None
    assert (standing.next.id, standing.to_go, standing.percent) == (next_, to_go, percent)


def test_on_the_top_rung_nothing_is_next():
    (standing,) = progress([LADDER], TIERS, member("9000", "gold"))

    assert standing.current is not None
    assert (standing.current.tier_id, standing.next, standing.to_go) == ("gold", None, None)


def test_a_balance_the_remote_did_not_name_gives_no_figure():
    (standing,) = progress([LADDER], TIERS, member(None, "silver"))

    assert standing.next is not None
    assert (standing.next.id, standing.minimum, standing.to_go, standing.percent) == (
        "gold",
        None,
        None,
        None,
    )


def test_a_tier_that_is_no_longer_in_the_ladder_gives_no_next():
    (standing,) = progress([LADDER], TIERS, member("1240", "bronze"))

    assert standing.current is not None
    assert (standing.current.tier_id, standing.next) == ("bronze", None)


def test_a_tier_without_its_group_is_placed_by_its_id():
    (standing,) = progress([LADDER], TIERS, member("1240", "silver", group=None))

    assert standing.next is not None
    assert standing.next.id == "gold"


def test_a_group_without_an_order_is_ordered_by_what_its_tiers_ask_for():
    (standing,) = progress([TierGroup(id=GROUP, name="Status")], TIERS, member("1240", "silver"))

    assert standing.next is not None
    assert standing.next.id == "gold"


def test_of_several_conditions_the_one_that_lacks_most_counts():
    gold = Tier(
        id="gold",
        name="Gold",
        conditions=(
            TierCondition(definition_id=POINTS, minimum=Decimal(1300)),
            TierCondition(definition_id=COINS, minimum=Decimal(9999)),
            TierCondition(definition_id=POINTS, minimum=Decimal(5000)),
        ),
    )

    (standing,) = progress([LADDER], [*TIERS[1:], gold], member("1240", "silver"))

    assert (standing.minimum, standing.to_go) == (Decimal(5000), Decimal(3760))


def test_every_group_has_its_own_standing():
    other = TierGroup(id="g2", name="Events", order=())

    assert [standing.group.id for standing in progress([LADDER, other], TIERS, member("1", "basic"))] == [
        GROUP,
        "g2",
    ]


def test_tiers_come_with_conditions_and_rewards_and_odd_ones_are_left_out(remote, brevo):
    row = {
        "tierId": GOLD,
        "groupId": GROUP,
        "name": "Gold",
        "loyaltyProgramId": PROGRAMME,
        "accessConditions": [{"balanceDefinitionId": POINTS, "minimumValue": "5000"}, {"minimumValue": 1}],
        "tierRewards": [{"rewardId": REWARD}, {}],
    }
    remote.then(answer(200, {"items": [row, {"name": "no id"}]}))

    fetched = brevo.tiers.tiers(PROGRAMME)

    (found,) = fetched.value
    assert found.conditions == (TierCondition(definition_id=POINTS, minimum=Decimal(5000)),)
    assert (found.reward_ids, fetched.odd_rows) == ((REWARD,), 3)


def test_a_member_is_put_into_a_tier(remote, brevo):
    remote.then(
        answer(200, {"id": GROUP, "contactId": MEMBER, "groupId": GROUP, "loyaltyProgramId": PROGRAMME})
    )

    assert brevo.tiers.assign(PROGRAMME, MEMBER, SILVER).verdict is Verdict.APPLIED
    assert remote.requests[0].path.endswith(f"/contacts/{MEMBER}/tiers/{SILVER}")


def test_somebody_elses_assignment_is_foreign(remote, brevo):
    remote.then(answer(200, {"id": GROUP, "contactId": OTHER_MEMBER}))

    assert brevo.tiers.assign(PROGRAMME, MEMBER, SILVER).evidence.kind == "foreign"
