"""Giving, withdrawing and using vouchers."""

from datetime import timedelta

import pytest

from dashboard.sandbox import SandboxOptions, cast, catalogue, reward_catalogue
from tests.sandbox.calling import AMARA, PID, PROGRAMME, call, usable, voucher_of
from tests.sandbox.contract import Ask
from tests.support.sandbox import start

LEILA = cast.VOUCHERS.contact_id


def give(remote, reward_id=reward_catalogue.FREE_DELIVERY, contact_id=AMARA, **more):
    body = {"rewardId": reward_id, "contactId": contact_id, **more}
    return call(remote, "attributeVoucher", Ask(PROGRAMME, body=body))


def listed(remote, contact_id=AMARA, **query):
    ask = Ask(PROGRAMME, {"contactId": contact_id, "limit": 100, **query})
    return call(remote, "listVouchers", ask).json


def revoke(remote, *identifiers):
    return call(remote, "revokeVouchers", Ask(PROGRAMME, {"attributedRewardIds": ",".join(identifiers)}))


def authorised(remote, **body):
    return call(remote, "validateReward", Ask(PROGRAMME, body=body)).json["authorize"]


def redeem(remote, **body):
    return call(remote, "createRedemption", Ask(PROGRAMME, body=body))


def test_leila_has_vouchers_in_every_state(sandbox):
    now = sandbox.control.now().isoformat()
    rows = listed(sandbox, LEILA)["contactRewards"]
    states = set()
    for row in rows:
        if row["consumedAt"]:
            states.add("consumed")
        elif row["expirationDate"] and row["expirationDate"] < now:
            states.add("expired")
        elif row["validFrom"] and row["validFrom"] > now:
            states.add("not yet valid")
        else:
            states.add("available")
    assert states == {"consumed", "expired", "not yet valid", "available"}


def test_a_reward_that_costs_points_takes_them(sandbox):
    assert give(sandbox, reward_catalogue.TEN_OFF).status == 200
    assert sandbox.ledger(PID, AMARA)["balances"][catalogue.POINTS] == 10_480


def test_a_reward_nobody_can_pay_is_refused_and_costs_nothing(sandbox):
    reply = give(sandbox, reward_catalogue.TEN_OFF, cast.NEWCOMER.contact_id)
    assert reply.status == 422
    assert sandbox.ledger(PID, cast.NEWCOMER.contact_id)["vouchers"] == []


def test_a_voucher_takes_the_value_code_and_dates_it_is_given(sandbox):
    voucher = give(
        sandbox,
        reward_catalogue.TWENTY_PERCENT,
        code="MINE-1",
        value=12.5,
        validFrom="24/12/2026 06:30 PM",
        expirationDate="2031-01-01T00:00:00Z",
        meta={"intent": "i"},
    ).json
    assert (voucher["code"], voucher["value"], voucher["meta"]) == ("MINE-1", 12.5, {"intent": "i"})
    assert (voucher["validFrom"], voucher["expirationDate"]) == (
        "2026-12-24T18:30:00Z",
        "2031-01-01T00:00:00Z",
    )


def test_a_code_is_given_once_in_a_programme(sandbox):
    give(sandbox, code="SAME")
    assert give(sandbox, contact_id=LEILA, code="SAME").status == 422


def test_a_code_of_somebody_nobody_looked_at_is_taken_too(sandbox):
    code = voucher_of(sandbox, reward_catalogue.TEN_OFF, AMARA)["code"]
    sandbox.control.reset()
    assert give(sandbox, contact_id=LEILA, code=code).status == 422


@pytest.mark.parametrize("status", ["400", "200"])
def test_what_happens_to_a_taken_code_is_a_switch(sandbox, status):
    sandbox.switch("duplicate_code", status)
    give(sandbox, code="SAME")
    assert give(sandbox, code="SAME").status == int(status)


@pytest.mark.parametrize(
    "reward_id",
    [
        reward_catalogue.BEACH_TOWEL,
        reward_catalogue.GIFT_WRAP,
        reward_catalogue.ADVENT,
        reward_catalogue.TOTE_BAG,
    ],
    ids=["ended", "disabled", "to come", "pool empty"],
)
def test_what_is_not_to_be_had_is_refused(sandbox, reward_id):
    assert give(sandbox, reward_id).status == 422


def test_a_member_gets_a_reward_as_often_as_it_allows(sandbox):
    assert [give(sandbox, reward_catalogue.BIRTHDAY).status for _ in range(2)] == [200, 422]


def test_a_pool_loses_a_code_with_every_voucher(sandbox):
    def left():
        ask = Ask({**PROGRAMME, "cpid": reward_catalogue.TEN_OFF_POOL})
        return call(sandbox, "getCodeCount", ask).json["count"]

    before = left()
    give(sandbox, reward_catalogue.TEN_OFF)
    assert left() == before - 1


@pytest.mark.parametrize("value", [0, 0.001, 100_000_000, "ten"])
def test_a_value_out_of_range_is_malformed(sandbox, value):
    assert give(sandbox, value=value).status == 400


def test_a_revoked_voucher_leaves_the_lists(sandbox):
    voucher = usable(sandbox)
    before = listed(sandbox, LEILA)["count"]
    assert revoke(sandbox, voucher["id"]).status == 204
    assert listed(sandbox, LEILA)["count"] == before - 1
    assert revoke(sandbox, voucher["id"]).status == 404
    assert call(sandbox, "validateReward", Ask(PROGRAMME, body={"code": voucher["code"]})).status == 404


def test_revoking_is_all_or_nothing(sandbox):
    before = listed(sandbox, LEILA)["count"]
    assert revoke(sandbox, usable(sandbox)["id"], "00000000-0000-4000-8000-000000000000").status == 404
    assert listed(sandbox, LEILA)["count"] == before


def test_vouchers_are_filtered_by_reward_and_paged(sandbox):
    rows = listed(sandbox, LEILA, rewardId=reward_catalogue.FREE_COFFEE)["contactRewards"]
    assert {one["rewardId"] for one in rows} == {reward_catalogue.FREE_COFFEE}
    page = listed(sandbox, LEILA, limit=2, offset=1, sortField="createdAt", sort="asc")
    assert len(page["contactRewards"]) == 2 < page["count"]


@pytest.mark.parametrize(
    ("reward_id", "expected"),
    [
        (reward_catalogue.TWENTY_PERCENT, True),
        (reward_catalogue.BIRTHDAY, False),
        (reward_catalogue.FIVE_OFF, False),
        (reward_catalogue.FREE_COFFEE, False),
        (reward_catalogue.FREE_DELIVERY, False),
        (reward_catalogue.LOUNGE, True),
    ],
    ids=["available", "not yet valid", "expired", "used", "in redemption", "for ever"],
)
def test_validation_says_yes_or_no(sandbox, reward_id, expected):
    assert authorised(sandbox, attributedRewardId=voucher_of(sandbox, reward_id)["id"]) is expected


@pytest.mark.parametrize("name", ["attributedRewardId", "code", "both", "contact and reward"])
def test_a_voucher_is_named_in_several_ways(sandbox, name):
    voucher = usable(sandbox)
    bodies = {
        "attributedRewardId": {"attributedRewardId": voucher["id"]},
        "code": {"code": voucher["code"]},
        "both": {"attributedRewardId": voucher["id"], "code": voucher["code"]},
        "contact and reward": {"contactId": LEILA, "rewardId": voucher["rewardId"]},
    }
    assert authorised(sandbox, **bodies[name])


def test_a_shared_code_needs_the_contact(sandbox):
    code = give(sandbox).json["code"]
    assert code == "SHIPFREE"
    assert authorised(sandbox, code=code, contactId=AMARA)


def test_redeeming_takes_two_steps(sandbox):
    voucher = usable(sandbox)
    request = redeem(sandbox, attributedRewardId=voucher["id"], ttl=60).json
    assert request["status"] == "pending"
    assert voucher_of(sandbox, voucher["rewardId"])["consumedAt"] is None
    done = call(sandbox, "completeRedemption", Ask({**PROGRAMME, "tid": request["id"]})).json
    assert (done["status"], done["rewardAttributionId"]) == ("completed", voucher["id"])
    assert voucher_of(sandbox, voucher["rewardId"])["consumedAt"]


def test_redeeming_at_once_uses_the_voucher(sandbox):
    voucher = usable(sandbox)
    assert redeem(sandbox, code=voucher["code"], autoComplete=True).json["status"] == "completed"
    assert redeem(sandbox, code=voucher["code"]).status == 417


def test_a_pending_request_blocks_another_until_it_lapses(sandbox):
    voucher = usable(sandbox)
    redeem(sandbox, code=voucher["code"], ttl=60)
    assert redeem(sandbox, code=voucher["code"]).status == 417
    sandbox.advance(61)
    assert redeem(sandbox, code=voucher["code"]).status == 200


def test_a_voucher_not_yet_valid_becomes_so(sandbox):
    voucher = voucher_of(sandbox, reward_catalogue.BIRTHDAY)
    assert redeem(sandbox, code=voucher["code"]).status == 412
    sandbox.advance(timedelta(days=10).total_seconds())
    assert redeem(sandbox, code=voucher["code"]).status == 200


def test_a_request_for_a_voucher_that_expired_meanwhile_is_rejected(sandbox):
    voucher = usable(sandbox)
    request = redeem(sandbox, code=voucher["code"]).json
    sandbox.advance(timedelta(days=30).total_seconds())
    done = call(sandbox, "completeRedemption", Ask({**PROGRAMME, "tid": request["id"]})).json
    assert done["status"] == "rejected"
    assert done["rejectReason"]


def test_a_reward_is_used_as_often_as_it_allows(sandbox):
    codes = [give(sandbox, reward_catalogue.TWENTY_PERCENT).json["code"] for _ in range(2)]
    assert [redeem(sandbox, code=one, autoComplete=True).status for one in codes] == [200, 417]


def coffee(remote, word, body):
    return call(remote, word, Ask({"pid": cast.COFFEE}, body=body)).json


def test_a_reward_may_cost_points_when_it_is_used(sandbox):
    contact_id = cast.COFFEE_ONLY.contact_id
    free_cup = {"rewardId": reward_catalogue.FREE_CUP, "contactId": contact_id}
    codes = [coffee(sandbox, "attributeVoucher", free_cup)["code"] for _ in range(2)]
    done = [coffee(sandbox, "createRedemption", {"code": one, "autoComplete": True}) for one in codes]
    ledger = sandbox.ledger(cast.COFFEE, contact_id)
    assert ledger["balances"][catalogue.BEANS] == 20
    assert [one["status"] for one in done] == ["completed", "rejected"]
    assert done[0]["debitTransactionId"] == ledger["transactions"][-1]["id"]


def test_somebody_else_s_voucher_is_refused(sandbox):
    assert redeem(sandbox, code=usable(sandbox)["code"], contactId=AMARA).status == 422


def test_derived_members_have_vouchers_that_are_found_by_code():
    remote = start(SandboxOptions(members=300, plan="off"))
    holders = [one for one in range(1_001, 1_280) if remote.ledger(PID, one)["vouchers"]]
    code = remote.ledger(PID, holders[0])["vouchers"][0]["code"]
    remote.control.reset()
    assert call(remote, "validateReward", Ask(PROGRAMME, body={"code": code})).status == 200
    remote.server.stop()
