"""One case of one member brings a second gift only when that is meant, points or voucher."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from dashboard.actions.credits import CreditForm, give_credit
from dashboard.actions.refusals import Problem, Repeated
from dashboard.actions.vouchers import (
    IssueForm,
    Paid,
    ReissueForm,
    RevokeForm,
    issue_voucher,
    reissue,
    reissued_as,
    revoke_vouchers,
)
from dashboard.brevo.balances import BalanceDefinition
from dashboard.brevo.rewards import Reward
from dashboard.store.intent import State
from tests.actions.counter import basics
from tests.actions.fake_remote import DEFINITION, Fault

REWARD = Reward(id="7c0a7a52-7f0c-4f0e-8a53-3c4d1b2e9f01", name="Ten off", value=Decimal(10), unit="GBP")
VOUCHER = "cccccccc-0000-4000-8000-000000000001"
START_BALANCE = Decimal(12480)


def points(**more: Any) -> CreditForm:
    return CreditForm(
        **basics(definition=BalanceDefinition(id=DEFINITION, name="Points"), amount="100", **more)
    )


def voucher(**more: Any) -> IssueForm:
    return IssueForm(**basics(reward=REWARD, **more))


GIFTS: dict[str, tuple[Any, Any]] = {"points": (give_credit, points), "voucher": (issue_voucher, voucher)}


@pytest.mark.parametrize("second", GIFTS)
@pytest.mark.parametrize("first", GIFTS)
def test_a_second_gift_for_a_case_warns_and_goes_on_when_it_is_meant(counter, first, second):
    deed, form = GIFTS[first]
    earlier = counter.do(deed, form())
    deed, form = GIFTS[second]
    again = form(case_reference=" zd-1 ")

    with pytest.raises(Repeated) as warned:
        counter.do(deed, again)

    assert warned.value.earlier.id == earlier.id
    assert counter.do(deed, replace(again, again=earlier.id)).state is State.DONE


def test_the_form_that_was_carried_out_is_not_warned_of_itself(counter):
    form = voucher()
    done = counter.do(issue_voucher, form)

    assert counter.do(issue_voucher, form).id == done.id


def test_a_warning_of_an_older_gift_does_not_answer_for_a_newer_one(counter):
    first = counter.do(give_credit, points())
    counter.clock.forward(60)
    second = counter.do(issue_voucher, voucher(again=first.id))

    with pytest.raises(Repeated) as warned:
        counter.do(issue_voucher, voucher(again=first.id))

    assert warned.value.earlier.id == second.id


@pytest.mark.parametrize("other", [{"contact_id": 8}, {"case_reference": "ZD-2"}, {"case_reference": ""}])
def test_another_member_or_case_brings_no_warning(counter, other):
    counter.do(give_credit, points())

    assert counter.do(issue_voucher, voucher(**other)).state is State.DONE


def test_a_day_later_there_is_no_warning(counter):
    counter.do(give_credit, points())
    counter.clock.forward(24 * 3600)

    assert counter.do(issue_voucher, voucher()).state is State.DONE


def test_a_voucher_that_was_refused_brings_no_warning(counter):
    counter.desk.next_fault = lambda call: Fault.REFUSED
    counter.do(issue_voucher, voucher())
    counter.desk.next_fault = lambda call: Fault.NONE

    assert counter.do(give_credit, points()).state is State.DONE


def test_what_is_wrong_with_the_form_is_told_before_the_warning(counter):
    counter.do(give_credit, points())

    assert counter.problems(issue_voucher, voucher(reason="")) == [Problem("reason", "Choose a reason")]


def test_points_that_come_back_for_a_revoked_voucher_are_no_gift(counter):
    counter.desk.give(VOUCHER)
    held = tuple(counter.desk.world.vouchers.values())
    paid = {VOUCHER: Paid(DEFINITION, Decimal(200))}
    counter.do(revoke_vouchers, RevokeForm(**basics(voucher_ids=(VOUCHER,), vouchers=held, paid=paid)))
    assert counter.desk.ledger.balance == START_BALANCE + 200

    assert counter.do(issue_voucher, voucher()).state is State.DONE


def test_a_voucher_issued_anew_for_the_case_is_one(counter):
    counter.desk.give(VOUCHER)
    (held,) = counter.desk.world.vouchers.values()
    revoked = counter.do(reissue, ReissueForm(**basics(voucher=held, reward=REWARD)))

    with pytest.raises(Repeated) as warned:
        counter.do(give_credit, points())

    assert warned.value.earlier.id == reissued_as(revoked)
