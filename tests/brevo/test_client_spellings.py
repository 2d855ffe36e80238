"""Every pair of spellings that the sources give for the same thing (contract, section 10)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from dashboard.brevo import TransactionStatus, Verdict
from dashboard.brevo.errors import InvalidInput
from dashboard.brevo.orders import NewOrder, OrderSource
from tests.brevo.contract import check_answer
from tests.brevo.remote import answer
from tests.brevo.values import (
    COINS,
    GOLD,
    GROUP,
    MEMBER,
    POINTS,
    POOL,
    PROGRAMME,
    REWARD,
    SILVER,
    TID,
    VOUCHER,
    complete,
    create,
    transaction,
)

REFERENCE_TOTALS = {
    "loyaltyProgramId": PROGRAMME,
    "contactId": MEMBER,
    "balance": [{"balanceDefinitionId": POINTS, "value": 1240}, {"balanceDefinitionId": COINS, "value": 0}],
}
GUIDE_TOTALS = [
    {"balanceDefinitionId": POINTS, "name": "Points", "unit": "points", "value": 1240, "expiresAt": None},
    {"balanceDefinitionId": COINS, "name": "Coins", "unit": "EUR", "value": "0"},
]
REFERENCE_VOUCHER = {
    "id": VOUCHER,
    "rewardId": REWARD,
    "code": "V-1",
    "value": 10,
    "unit": "GBP",
    "createdAt": "2026-01-01T00:00:00Z",
    "validFrom": None,
    "consumedAt": None,
}
REFERENCE_VOUCHERS = {
    "contactId": MEMBER,
    "loyaltyProgramId": PROGRAMME,
    "loyaltySubscriptionId": "LS-1",
    "contactRewards": [REFERENCE_VOUCHER],
    "count": 1,
}
GUIDE_VOUCHERS = [
    {
        "attributedRewardId": VOUCHER,
        "offerId": REWARD,
        "offerName": "£10 off",
        "code": "V-1",
        "value": "10",
        "unit": "gbp",
    }
]


def test_the_example_answers_are_those_of_the_contract():
    check_answer("SubscriptionBalances", REFERENCE_TOTALS)
    check_answer("VoucherPage", REFERENCE_VOUCHERS)
    check_answer("Transaction", transaction(balance=7.5))


@pytest.mark.parametrize("word", ["draft", "pending", "PENDING"])
def test_a_draft_by_either_name(remote, brevo, word):
    remote.then(answer(200, transaction(status=word)))

    value = create(brevo).value

    assert value is not None
    assert (value.status, value.status_text) == (TransactionStatus.DRAFT, word)


@pytest.mark.parametrize("word", ["completed", "complete"])
def test_done_by_either_name(remote, brevo, word):
    remote.then(answer(200, transaction(status=word)))

    value = complete(brevo).value

    assert value is not None
    assert value.status is TransactionStatus.COMPLETED


@pytest.mark.parametrize(
    "body",
    [
        REFERENCE_TOTALS,
        {**REFERENCE_TOTALS, "balance": None, "balances": REFERENCE_TOTALS["balance"]},
        GUIDE_TOTALS,
    ],
    ids=["balance", "balances", "bare list"],
)
def test_totals_in_any_shape(remote, brevo, body):
    remote.then(answer(200, body))

    totals = brevo.balances.totals(PROGRAMME, MEMBER).value

    assert [(total.definition_id, total.value) for total in totals] == [(POINTS, 1240), (COINS, 0)]


@pytest.mark.parametrize("body", [REFERENCE_VOUCHERS, GUIDE_VOUCHERS], ids=["contactRewards", "bare list"])
def test_vouchers_in_either_shape(remote, brevo, body):
    remote.then(answer(200, body))

    (voucher,) = brevo.vouchers.list(PROGRAMME, MEMBER).value.vouchers

    assert (voucher.id, voucher.reward_id, voucher.code) == (VOUCHER, REWARD, "V-1")
    assert (voucher.value, voucher.unit) == (Decimal(10), "GBP")


@pytest.mark.parametrize("name", ["id", "attributedRewardId", "rewardAttributionId"])
def test_a_vouchers_id_by_any_of_its_names(remote, brevo, name):
    remote.then(answer(200, {"contactRewards": [{name: VOUCHER}]}))

    assert [voucher.id for voucher in brevo.vouchers.list(PROGRAMME, MEMBER).value.vouchers] == [VOUCHER]


@pytest.mark.parametrize(
    ("up", "down"),
    [("upgradeStrategy", "downgradeStrategy"), ("upgradeEvaluationTrigger", "downgradeEvaluationTrigger")],
)
def test_tier_rules_by_either_name(remote, brevo, up, down):
    remote.then(
        answer(
            200,
            {
                "items": [
                    {"id": GROUP, "name": "Status", "tierOrder": [SILVER, GOLD], up: "real_time", down: "x"}
                ]
            },
        )
    )

    (group,) = brevo.tiers.groups(PROGRAMME).value

    assert (group.order, group.upgrade_strategy, group.downgrade_strategy) == (
        (SILVER, GOLD),
        "real_time",
        "x",
    )
    assert remote.requests[0].query == {"version": "active"}


@pytest.mark.parametrize("name", ["transactionid", "transactionId"])
def test_an_orders_transaction_by_either_name(remote, brevo, name):
    order = {
        "id": "o-1",
        "amount": -5,
        "contactId": MEMBER,
        "createdAt": "2026-11-18T12:00:00Z",
        "dueAt": "2026-11-19T12:00:00Z",
        "loyaltyProgramId": PROGRAMME,
        "updatedAt": "2026-11-18T12:00:00Z",
        name: TID,
    }
    remote.then(answer(200, order))

    written = brevo.orders.create(
        PROGRAMME,
        MEMBER,
        NewOrder(
            definition_id=POINTS,
            amount=Decimal(-5),
            due_at=datetime(2026, 11, 19, 12, tzinfo=UTC),
            source=OrderSource.ENGINE,
            meta={"intent": "i"},
        ),
    )

    assert written.verdict is Verdict.APPLIED
    assert written.value is not None
    assert written.value.transaction_id == TID
    assert remote.requests[0].json["source"] == "engine"


@pytest.mark.parametrize("unit", ["POINTS", "points"])
def test_units_in_any_case(remote, brevo, unit):
    remote.then(answer(200, {"items": [{"id": POINTS, "name": "Points", "unit": unit}]}))

    assert brevo.balances.definitions(PROGRAMME).value[0].unit == "POINTS"


@pytest.mark.parametrize(("low", "high"), [(0, 5000.25), ("0", "5000.25")])
def test_amounts_as_numbers_or_as_text(remote, brevo, low, high):
    definition = {
        "id": POINTS,
        "name": "Points",
        "unit": "POINTS",
        "minAmount": low,
        "maxAmount": high,
        "maxCreditAmountLimit": None,
        "balanceExpirationDate": "31/12",
        "meta": {"isInternal": True},
        "someNewField": {"deep": [1]},
        "balanceOptionCreditRounding": "ceiling",
    }
    remote.then(answer(200, {"items": [definition]}))

    (found,) = brevo.balances.definitions(PROGRAMME).value

    assert (found.min_amount, found.max_amount, found.max_credit) == (Decimal(0), Decimal("5000.25"), None)
    assert (found.yearly_expiry, found.is_internal, found.credit_rounding) == ("31/12", True, "ceiling")
    assert remote.requests[0].query == {"limit": "500", "version": "active"}


def test_numbers_are_exact_however_many_digits_they_have(remote, brevo):
    body = (
        b'{"balance":[{"balanceDefinitionId":"%s","value":0.1000000000000000055511151231}]}' % POINTS.encode()
    )
    remote.then(answer(200, body))

    assert str(brevo.balances.totals(PROGRAMME, MEMBER).value[0].value) == "0.1000000000000000055511151231"


def test_a_deleted_definition_is_not_one(remote, brevo):
    gone = {"id": COINS, "name": "Coins", "deletedAt": "2026-01-01T00:00:00Z"}
    remote.then(
        answer(200, {"items": [gone, {"id": POINTS, "name": "Points", "deletedAt": "0001-01-01T00:00:00Z"}]})
    )

    assert [definition.id for definition in brevo.balances.definitions(PROGRAMME).value] == [POINTS]


def test_entries_come_with_their_expiry_or_none(remote, brevo):
    rows = [
        {"id": TID, "amount": "10.5", "createdAt": "2026-01-01T00:00:00Z", "expiresAt": None},
        {"id": GOLD, "amount": 4, "expiresAt": "2026-12-31T00:00:00+01:00"},
        {"amount": 4},
    ]
    remote.then(answer(200, {"contactId": MEMBER, "count": 2, "activeBalances": rows}))

    fetched = brevo.balances.entries(PROGRAMME, MEMBER, POINTS)

    assert [(entry.amount, entry.expires_at) for entry in fetched.value.entries] == [
        (Decimal("10.5"), None),
        (Decimal(4), datetime(2026, 12, 30, 23, tzinfo=UTC)),
    ]
    assert (fetched.value.count, fetched.odd_rows) == (2, 1)


def test_entries_too_are_asked_for_in_an_older_spelling(remote, brevo):
    remote.is_older = True
    remote.then(
        answer(422, {"message": "contact_id is required"}), answer(200, {"activeBalances": [], "count": 0})
    )

    assert brevo.balances.entries(PROGRAMME, MEMBER, POINTS).value.count == 0
    assert remote.requests[1].query["balance_definition_id"] == POINTS


def test_rewards_are_listed_whole_when_offset_counts_records(remote, brevo):
    rewards = [{"id": f"a1b2c3d4-2222-4a2b-9c3d-{n:012d}", "name": f"R{n}"} for n in range(230)]

    def page(request):
        start = int(request.query.get("offset", 0))
        return answer(200, {"items": rewards[start : start + 100], "totalCount": 230})

    remote.always(page)

    assert len(brevo.rewards.list(PROGRAMME).value) == 230
    assert [request.query["version"] for request in remote.requests] == ["active"] * 3


def test_rewards_end_when_a_page_brings_nothing_new(remote, brevo):
    rewards = [{"id": f"a1b2c3d4-2222-4a2b-9c3d-{n:012d}", "name": f"R{n}"} for n in range(100)]
    remote.always(lambda _: answer(200, {"items": rewards, "totalCount": 230}))

    assert len(brevo.rewards.list(PROGRAMME).value) == 100
    assert len(remote.requests) == 2


def test_a_reward_says_what_it_costs(remote, brevo):
    remote.then(
        answer(
            200,
            {
                "id": REWARD,
                "name": "internal",
                "publicName": "£10 off",
                "value": 10,
                "unit": "gbp",
                "subtractBalanceDefinitionId": POINTS,
                "subtractBalanceValue": 2000,
                "subtractTotalBalance": False,
                "codePoolId": POOL,
                "rule": {"condition": {"and": []}},
            },
        )
    )

    reward = brevo.rewards.get(PROGRAMME, REWARD).value

    assert (reward.public_name, reward.cost, reward.cost_definition_id, reward.unit) == (
        "£10 off",
        2000,
        POINTS,
        "GBP",
    )
    assert remote.requests[0].query == {"version": "active"}


def test_codes_in_a_pool_are_counted(remote, brevo):
    remote.then(answer(200, {"count": 12}))

    assert brevo.rewards.code_count(PROGRAMME, POOL).value == 12


def test_programmes_of_any_state_are_listed_by_name(remote, brevo):
    remote.then(
        answer(
            200,
            {
                "items": [
                    {"id": GROUP, "name": "tea", "state": "ACTIVE"},
                    {"id": PROGRAMME, "name": "Beans", "state": "draft"},
                    {"id": TID.upper(), "name": "Zebra", "state": None, "meta": None},
                    {"id": "no uuid", "name": "never to be opened"},
                ]
            },
        )
    )

    fetched = brevo.programmes.list()

    assert [(one.name, one.is_active) for one in fetched.value] == [
        ("Beans", False),
        ("tea", True),
        ("Zebra", True),
    ]
    assert fetched.odd_rows == 1


def test_the_account_says_whose_key_it_is(remote, brevo):
    remote.then(
        answer(
            200,
            {
                "companyName": "Acme",
                "organization_id": "org",
                "enterprise": True,
                "plan": [{"type": "free"}, {}],
            },
        )
    )

    account = brevo.account.get().value

    assert (account.company, account.organisation_id, account.is_enterprise, account.plans) == (
        "Acme",
        "org",
        True,
        ("free",),
    )


def test_a_page_of_vouchers_is_within_what_the_remote_allows(brevo):
    with pytest.raises(InvalidInput, match="limit"):
        brevo.vouchers.list(PROGRAMME, MEMBER, limit=101)
