"""A network that delivers a call twice may answer with the refusal of the second: that is no failure."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashboard.store.intent import Phase, State
from tests.actions.desk_deeds import DEEDS, VOUCHER
from tests.actions.fake_desk import FakeDesk
from tests.actions.fake_remote import Clock, Fault
from tests.actions.tale import Tale

ECHOING = ["enrol", "end", "remove sharers", "tier", "contact", "revoke", "issue"]


def told(name: str, lag: float = 0, **faults: list[Fault]) -> Tale:
    """The story of one deed of the explorer's."""
    desk = FakeDesk(Clock(), lag=timedelta(seconds=lag))
    DEEDS[name].prepare(desk)
    desk.begin(lambda call: Fault.NONE)
    return Tale(DEEDS[name].intent, desk, **faults)


@pytest.mark.parametrize("name", ECHOING)
def test_a_change_that_arrived_twice_is_done_though_reads_are_behind(name):
    tale = told(name, 12, **{DEEDS[name].writes[0]: [Fault.ECHO]})
    assert tale.settle().state is State.DONE
    assert DEEDS[name].times(tale.desk) == 1


def test_what_already_was_so_may_be_an_echo_and_is_checked_until_reads_have_caught_up():
    tale = told("tier", 12, assign=[Fault.ECHO])
    assert tale.advance().phase is Phase.CHECKING


@pytest.mark.parametrize("lag", [0, 12])
def test_a_redemption_whose_completion_arrived_twice_is_done(lag):
    tale = told("redeem", lag, complete_redemption=[Fault.ECHO])
    done = tale.settle()
    assert (done.state, done.failure_text) == (State.DONE, None)
    assert tale.calls.count("complete_redemption") == 1


def test_a_voucher_that_was_used_after_our_redemption_had_lapsed_was_used_by_somebody_else():
    tale = told("redeem", complete_redemption=[Fault.LOST_BEFORE], list=[Fault.LOOK_FAILS] * 10)
    tale.advance()
    tale.clock.forward(200)
    tale.desk.use(VOUCHER)
    failed = tale.settle()
    assert (failed.state, failed.failure_code, failed.adopted) == (State.FAILED, "used", "used")


def test_a_voucher_that_was_used_before_our_completion_was_refused_was_used_by_somebody_else():
    tale = told("redeem", complete_redemption=[Fault.NOT_SENT])
    tale.advance()
    tale.desk.use(VOUCHER)
    tale.clock.forward(60)
    failed = tale.settle()
    assert (failed.state, failed.failure_code) == (State.FAILED, "used")
