"""What a voucher is good for, and giving, withdrawing and redeeming one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dashboard.brevo import Brevo, Verdict, Voucher, VoucherState, Write
from dashboard.brevo.errors import ForeignAnswer, InvalidInput
from tests.brevo.remote import answer
from tests.brevo.values import MEMBER, OTHER_MEMBER, PROGRAMME, REWARD, TID, VOUCHER

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
EARLIER, LATER = NOW - timedelta(days=1), NOW + timedelta(days=1)


@pytest.mark.parametrize(
    ("dates", "state"),
    [
        ({}, VoucherState.AVAILABLE),
        ({"valid_from": EARLIER, "expires_at": LATER}, VoucherState.AVAILABLE),
        ({"valid_from": NOW}, VoucherState.AVAILABLE),
        ({"expires_at": NOW}, VoucherState.EXPIRED),
        ({"expires_at": EARLIER}, VoucherState.EXPIRED),
        ({"valid_from": LATER}, VoucherState.NOT_YET_VALID),
        ({"valid_from": LATER, "expires_at": EARLIER}, VoucherState.EXPIRED),
        ({"consumed_at": EARLIER}, VoucherState.CONSUMED),
        ({"consumed_at": EARLIER, "expires_at": EARLIER}, VoucherState.CONSUMED),
    ],
)
def test_a_vouchers_state_follows_from_its_dates(dates, state):
    assert Voucher(id=VOUCHER, **dates).state(NOW) is state


def attribute(brevo: Brevo, **changes: Any) -> Write[Voucher]:
    return brevo.vouchers.attribute(
        PROGRAMME,
        **{"contact_id": MEMBER, "reward_id": REWARD, "code": "OURS-1", "meta": {"intent": "i"}, **changes},
    )


def test_a_voucher_is_given_with_a_code_of_ours(remote, brevo):
    remote.then(answer(200, {"id": VOUCHER, "contactId": MEMBER, "rewardId": REWARD, "code": "OURS-1"}))

    written = attribute(brevo, value=Decimal("10.50"), expires_at=LATER)

    assert written.verdict is Verdict.APPLIED
    assert written.value is not None
    assert written.value.id == VOUCHER
    assert remote.requests[0].json == {
        "rewardId": REWARD,
        "contactId": MEMBER,
        "code": "OURS-1",
        "value": 10.5,
        "expirationDate": "2026-11-19T12:00:00Z",
        "meta": {"intent": "i"},
    }


@pytest.mark.parametrize("foreign", [{"contactId": OTHER_MEMBER}, {"code": "THEIRS"}, {"rewardId": TID}])
def test_another_voucher_than_the_one_given_is_foreign(remote, brevo, foreign):
    remote.then(
        answer(200, {"id": VOUCHER, "contactId": MEMBER, "rewardId": REWARD, "code": "OURS-1", **foreign})
    )

    assert attribute(brevo).evidence.kind == "foreign"


@pytest.mark.parametrize(
    "wrong", [{"code": ""}, {"code": "x" * 129}, {"value": Decimal(0)}, {"value": Decimal("1e8")}]
)
def test_a_voucher_that_cannot_be_is_not_sent(remote, brevo, wrong):
    with pytest.raises(InvalidInput):
        attribute(brevo, **wrong)

    assert remote.requests == []


def test_a_list_of_somebody_elses_vouchers_is_foreign(remote, brevo):
    remote.then(answer(200, {"contactId": OTHER_MEMBER, "contactRewards": []}))

    with pytest.raises(ForeignAnswer):
        brevo.vouchers.list(PROGRAMME, MEMBER)


def test_the_newest_vouchers_can_come_first(remote, brevo):
    remote.then(answer(200, {"contactRewards": [], "count": 0}))

    brevo.vouchers.list(PROGRAMME, MEMBER, reward_id=REWARD, offset=25, newest_created_first=True)

    assert remote.requests[0].query == {
        "contactId": str(MEMBER),
        "rewardId": REWARD,
        "limit": "25",
        "offset": "25",
        "sort": "desc",
        "sortField": "createdAt",
    }


def test_vouchers_are_revoked_by_name(remote, brevo):
    remote.then(answer(204))

    assert brevo.vouchers.revoke(PROGRAMME, [VOUCHER, TID, VOUCHER]).verdict is Verdict.APPLIED
    assert remote.requests[0].query == {"attributedRewardIds": f"{VOUCHER},{TID}"}


@pytest.mark.parametrize("ids", [[], [""], ["all"], [VOUCHER, "*"]])
def test_revoking_nothing_in_particular_is_never_sent(remote, brevo, ids):
    with pytest.raises(InvalidInput):
        brevo.vouchers.revoke(PROGRAMME, ids)

    assert remote.requests == []


@pytest.mark.parametrize(
    ("body", "yes"), [({"authorize": True}, True), ({"authorize": False}, False), ({}, False)]
)
def test_validity_is_a_yes_only_when_the_remote_says_yes(remote, brevo, body, yes):
    remote.then(answer(200, body))

    assert brevo.vouchers.validate(PROGRAMME, voucher_id=VOUCHER, contact_id=MEMBER).value is yes


def test_redeeming_takes_two_steps(remote, brevo):
    remote.then(
        answer(200, {"id": TID, "rewardAttributionId": VOUCHER, "contactId": MEMBER, "status": "pending"}),
        answer(
            200,
            {
                "id": TID,
                "status": "completed",
                "completedAt": "2026-11-18T12:00:00Z",
                "debitTransactionId": None,
            },
        ),
    )

    started = brevo.vouchers.redeem(
        PROGRAMME, voucher_id=VOUCHER, contact_id=MEMBER, ttl=60, meta={"intent": "i"}
    )
    assert started.value is not None
    finished = brevo.vouchers.complete_redemption(PROGRAMME, started.value.id, contact_id=MEMBER)

    assert remote.requests[0].json["autoComplete"] is False
    assert remote.requests[1].path.endswith(f"/rewards/redeem/{TID}/complete")
    assert finished.value is not None
    assert (finished.value.status_text, finished.value.completed_at) == ("completed", NOW)


@pytest.mark.parametrize("status", [412, 417])
def test_a_redemption_refused_for_reasons_of_its_own_is_not_applied(remote, brevo, status):
    remote.then(answer(status, {"message": "used up"}))

    written = brevo.vouchers.complete_redemption(PROGRAMME, TID, contact_id=MEMBER)

    assert (written.verdict, written.evidence.message) == (Verdict.NOT_APPLIED, "used up")
