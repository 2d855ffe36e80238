"""The whole member in one read, in every spelling it comes in; and enrolment and sharers."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from dashboard.brevo import AccountInfo, Brevo, Fetched, Verdict
from dashboard.brevo.errors import ForeignAnswer, InvalidInput, NotAMember, Refused, Unreadable
from tests.brevo.contract import check_answer
from tests.brevo.remote import ScriptedRemote, answer
from tests.brevo.values import (
    COINS,
    GROUP,
    MEMBER,
    OTHER_MEMBER,
    OTHER_PROGRAMME,
    POINTS,
    PROGRAMME,
    REWARD,
    SILVER,
    VOUCHER,
    account_info,
)


def read(remote: ScriptedRemote, brevo: Brevo, body: object, **who: object) -> Fetched[AccountInfo]:
    remote.then(answer(200, body))
    return brevo.members.account_info(PROGRAMME, **(who or {"contact_id": MEMBER}))  # type: ignore[arg-type]


def test_the_example_answer_is_one_of_the_contract():
    check_answer("AccountInfo", account_info())


def test_a_member_is_read_whole(remote, brevo):
    member = read(remote, brevo, account_info()).value

    assert (member.contact_id, member.subscription_id, member.programme_name) == (MEMBER, "LS-4711", "Beans")
    assert member.member_since == datetime(2025, 1, 5, 8, tzinfo=UTC)
    assert [(item.definition_id, item.value) for item in member.balances] == [
        (POINTS, Decimal("1240.5")),
        (COINS, Decimal(3)),
    ]
    assert [(tier.group_id, tier.tier_id, tier.tier_name) for tier in member.tiers] == [
        (GROUP, SILVER, "Silver")
    ]
    assert [(one.id, one.reward_id, one.value, one.unit) for one in member.vouchers] == [
        (VOUCHER, REWARD, Decimal(10), "GBP")
    ]
    assert [sharer.contact_id for sharer in member.sharers] == [OTHER_MEMBER]


def test_a_member_is_asked_for_by_contact_or_by_subscription(remote, brevo):
    remote.always(lambda _: answer(200, account_info()))

    brevo.members.account_info(PROGRAMME, contact_id=MEMBER)
    brevo.members.account_info(PROGRAMME, subscription_id="LS-4711")

    assert [request.query for request in remote.requests] == [
        {"contactId": str(MEMBER)},
        {"loyaltySubscriptionId": "LS-4711"},
    ]


@pytest.mark.parametrize("who", [{}, {"contact_id": MEMBER, "subscription_id": "LS-4711"}])
def test_a_member_is_named_in_exactly_one_way(brevo, who):
    with pytest.raises(InvalidInput):
        brevo.members.account_info(PROGRAMME, **who)


@pytest.mark.parametrize(
    "balance",
    [
        pytest.param(
            {"contactId": MEMBER, "balances": [{"balanceDefinitionId": POINTS, "value": 7}]}, id="balances"
        ),
        pytest.param(
            {"contactId": MEMBER, "balance": [{"balanceDefinitionId": POINTS, "value": 7}]}, id="balance"
        ),
        pytest.param([{"balanceDefinitionId": POINTS, "name": "Points", "value": 7}], id="bare list"),
        pytest.param(
            {"balances": [{"balance_definition_id": POINTS, "value": "7.00"}]}, id="snake case and text"
        ),
    ],
)
def test_totals_are_found_wherever_they_stand(remote, brevo, balance):
    member = read(remote, brevo, account_info(balance=balance)).value

    assert member.balance(POINTS) == 7
    assert member.balance(COINS) is None


@pytest.mark.parametrize("part", ["membership", "balance", "tier", "reward", "members", "loyaltyProgramName"])
@pytest.mark.parametrize("absence", ["missing", "null"])
def test_any_part_may_be_absent(remote, brevo, part, absence):
    body = account_info()
    if absence == "missing":
        del body[part]
    else:
        body[part] = None

    assert read(remote, brevo, body).value.contact_id == MEMBER


def test_an_older_remote_without_membership_and_names_still_shows_a_member(remote, brevo):
    body = account_info(membership=None, loyaltyProgramName=None)
    del body["tier"][0]["tierName"]
    del body["balance"]["balances"][0]["balanceDefinitionName"]

    member = read(remote, brevo, body).value

    assert (member.subscription_id, member.member_since, member.tiers[0].tier_name) == (None, None, None)


@pytest.mark.parametrize("status", [404, 422])
def test_a_refusal_means_no_member(remote, brevo, status):
    remote.then(answer(status, {"message": "subscription not found"}))

    with pytest.raises(NotAMember) as caught:
        brevo.members.account_info(PROGRAMME, contact_id=MEMBER)

    assert caught.value.status == status


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"balance": None, "tier": None},
        {
            "membership": None,
            "balance": {"contactId": MEMBER, "balances": []},
            "tier": [],
            "reward": [],
            "members": [],
        },
        {"loyaltyProgramName": "Beans"},
    ],
    ids=["empty", "nulls", "empty parts", "only the programme"],
)
def test_an_answer_without_anything_of_a_membership_means_no_member(remote, brevo, body):
    with pytest.raises(NotAMember):
        read(remote, brevo, body)


def test_a_malformed_question_is_not_taken_for_a_missing_member(remote, brevo):
    remote.then(answer(400, {"message": "invalid contactId"}))

    with pytest.raises(Refused):
        brevo.members.account_info(PROGRAMME, contact_id=MEMBER)


def test_the_contact_is_found_by_its_subscription(remote, brevo):
    only_in_tier = account_info(balance={"balances": []})

    assert read(remote, brevo, only_in_tier, subscription_id="LS-4711").value.contact_id == MEMBER


def test_a_subscription_without_any_contact_is_of_no_use(remote, brevo):
    nobody = account_info(balance=None, tier=None, reward=None)

    with pytest.raises(Unreadable, match="whose"):
        read(remote, brevo, nobody, subscription_id="LS-4711")


@pytest.mark.parametrize(
    "body",
    [
        account_info(balance={"contactId": 99, "balances": []}, tier=None, reward=None),
        account_info(balance={"contactId": MEMBER, "loyaltyProgramId": OTHER_PROGRAMME}),
        account_info(tier=[{"tierId": SILVER, "contactId": 99}]),
        account_info(reward=[{"id": VOUCHER, "contactId": 99}]),
    ],
    ids=["contact", "programme", "tier", "voucher"],
)
def test_parts_of_somebody_else_are_foreign(remote, brevo, body):
    with pytest.raises(ForeignAnswer):
        read(remote, brevo, body)


def test_another_subscription_is_foreign(remote, brevo):
    with pytest.raises(ForeignAnswer):
        read(remote, brevo, account_info(), subscription_id="LS-1")


def test_a_sharer_may_be_answered_with_the_owner(remote, brevo):
    assert read(remote, brevo, account_info(), contact_id=OTHER_MEMBER).value.contact_id == MEMBER


def test_an_odd_row_is_left_out_and_counted_while_the_rest_stays(remote, brevo):
    body = account_info()
    body["reward"] += [
        None,
        "voucher",
        {"code": "no id"},
        {"id": "odd-value", "value": {}, "expirationDate": ""},
    ]
    body["balance"]["balances"].append({"balanceDefinitionId": GROUP, "value": "lots"})

    fetched = read(remote, brevo, body)

    assert fetched.odd_rows == 4
    assert [voucher.id for voucher in fetched.value.vouchers] == [VOUCHER, "odd-value"]
    assert fetched.value.vouchers[1].value is None


@pytest.mark.parametrize("field", ["expirationDate", "validFrom", "consumedAt"])
def test_a_voucher_whose_dates_cannot_be_read_is_not_called_available(remote, brevo, field):
    body = account_info()
    body["reward"][0][field] = "32/13/2026"

    fetched = read(remote, brevo, body)

    assert (fetched.value.vouchers, fetched.odd_rows) == ((), 1)


def test_enrolment_sends_only_what_is_given_and_reads_the_membership(remote, brevo):
    remote.then(
        answer(200, {"contactId": MEMBER, "loyaltySubscriptionId": "LS-9", "loyaltyProgramId": PROGRAMME})
    )

    written = brevo.members.enrol(PROGRAMME, MEMBER, subscription_id="LS-9")

    assert remote.requests[0].json == {"contactId": MEMBER, "loyaltySubscriptionId": "LS-9"}
    assert written.verdict is Verdict.APPLIED
    assert written.value is not None
    assert written.value.subscription_id == "LS-9"


def test_a_subscription_id_longer_than_the_remote_keeps_is_not_sent(remote, brevo):
    with pytest.raises(InvalidInput, match="subscription_id"):
        brevo.members.enrol(PROGRAMME, MEMBER, subscription_id="x" * 65)

    assert remote.requests == []


def test_a_date_of_enrolment_is_sent_in_utc(remote, brevo):
    remote.then(answer(200, {"contactId": MEMBER}))

    brevo.members.enrol(PROGRAMME, MEMBER, created_at=datetime.fromisoformat("2026-01-01T01:00:00+01:00"))

    assert remote.requests[0].json["creationDate"] == "2026-01-01T00:00:00Z"


def test_a_time_without_a_zone_is_not_sent(brevo):
    with pytest.raises(InvalidInput, match="zone"):
        brevo.members.enrol(PROGRAMME, MEMBER, created_at=datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_membership_ends_with_an_empty_answer(remote, brevo):
    remote.then(answer(204))

    written = brevo.members.end(PROGRAMME, MEMBER)

    assert (written.verdict, written.value) == (Verdict.APPLIED, None)


def test_an_empty_answer_that_is_a_web_page_after_all_is_unknown(remote, brevo):
    remote.then(answer(200, b"<html>", {"content-type": "text/html"}))

    assert brevo.members.end(PROGRAMME, MEMBER).verdict is Verdict.UNKNOWN


def test_sharers_are_added_and_named(remote, brevo):
    remote.then(answer(200, {"ownerContactId": MEMBER, "memberContactIds": [5, 6]}))

    written = brevo.members.add_sharers(PROGRAMME, MEMBER, [5, 6, 5])

    assert remote.requests[0].json == {"contactId": MEMBER, "memberContactIds": [5, 6]}
    assert written.value is not None
    assert written.value.contact_ids == (5, 6)


def test_sharers_are_removed_by_a_comma_list(remote, brevo):
    remote.then(answer(204))

    assert brevo.members.remove_sharers(PROGRAMME, [5, 6]).verdict is Verdict.APPLIED
    assert remote.requests[0].query == {"memberContactIds": "5,6"}


def test_removing_nobody_is_not_sent(remote, brevo):
    with pytest.raises(InvalidInput):
        brevo.members.remove_sharers(PROGRAMME, [])

    assert remote.requests == []
