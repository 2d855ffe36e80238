"""A call that was lost arrives minutes later, when its repetition was refused and told as not done.

Then nothing that is known makes "not done" true: it is looked at once more, and a person is called.
"""

from __future__ import annotations

import logging

import pytest
import structlog
from structlog.testing import capture_logs

from dashboard.actions.policy import Policy
from dashboard.store.audit import Outcome
from dashboard.store.intent import Intent, State
from tests.actions.desk_deeds import DEEDS, GOLD, VOUCHER
from tests.actions.fake_acting import MEMBER
from tests.actions.fake_desk import FakeDesk
from tests.actions.fake_remote import Clock, Fault
from tests.actions.tale import Tale

LATE = ["revoke", "redeem", "enrol", "end", "add sharers", "remove sharers", "tier", "contact"]
ALIKE = [name for name in LATE if name != "redeem"]
SECONDS = 90
"""Longer than the settle window, shorter than a redemption takes to lapse."""


def refused_after(lost: Fault, name: str, **faults: list[Fault]) -> Tale:
    """A call is lost, its repetition refused for good, and it is told as not done."""
    desk = FakeDesk(Clock(), late_seconds=SECONDS)
    DEEDS[name].prepare(desk)
    tale = Tale(DEEDS[name].intent, desk, **{DEEDS[name].writes[-1]: [lost, Fault.REFUSED], **faults})
    failed = tale.settle()
    assert (failed.state, failed.failure_code, DEEDS[name].times(desk)) == (State.FAILED, "refused", 0)
    return tale


def swept(tale: Tale) -> Intent:
    tale.sweep()
    return tale.now


@pytest.mark.parametrize("name", LATE)
def test_what_came_after_it_was_told_as_not_done_calls_a_person(name):
    tale = refused_after(Fault.LATE, name)
    late = swept(tale)
    assert DEEDS[name].times(tale.desk) == 1
    assert (late.state, late.failure_code, late.sweep_at) == (State.HELD, "late", None)
    assert late.failure_text == (
        "It was told as not done, and Brevo shows it as done now: a call arrived late, or somebody else did "
        "it. A supervisor has to look at it in Brevo; do not do it again before that."
    )


@pytest.mark.parametrize("name", LATE)
def test_what_never_came_stays_failed_and_is_looked_at_once_more(name):
    tale = refused_after(Fault.LOST_BEFORE, name)
    before = len(tale.desk.calls)
    assert swept(tale).state is State.FAILED
    assert (len(tale.desk.calls) - before, tale.now.sweep_at) == (1, None)


@pytest.mark.parametrize("name", LATE)
def test_the_last_look_is_repeated_until_the_remote_can_be_read(name):
    tale = refused_after(Fault.LATE, name)
    read = tale.desk.calls[-1]
    tale.faults[read] = [Fault.LOOK_FAILS]
    assert swept(tale).state is State.FAILED
    assert tale.now.sweep_at == tale.clock.now + Policy().longest_wait
    assert swept(tale).state is State.HELD


@pytest.mark.parametrize("name", ["tier", "revoke", "redeem"])
def test_half_a_page_proves_nothing_late_either(name):
    tale = refused_after(Fault.LOST_BEFORE, name)
    tale.faults[tale.desk.calls[-1]] = [Fault.LOOK_SHIFTS]
    assert swept(tale).state is State.FAILED
    assert tale.now.sweep_at is not None


@pytest.mark.parametrize("name", ALIKE)
def test_the_slowest_delivery_is_waited_for(name):
    tale = refused_after(Fault.LATE, name)
    assert tale.now.called_at is not None
    assert tale.now.sweep_at == tale.now.called_at + Policy().stray_after


def test_a_redemption_is_looked_at_again_once_it_has_lapsed_and_reads_have_caught_up():
    tale = refused_after(Fault.LATE, "redeem")
    assert tale.now.expires_at is not None
    assert tale.now.sweep_at == tale.now.expires_at + Policy().read_lag


def test_a_voucher_used_by_somebody_else_after_the_lapse_is_not_ours():
    tale = refused_after(Fault.LOST_BEFORE, "redeem")
    tale.clock.forward(300)
    tale.desk.use(VOUCHER)
    assert swept(tale).state is State.FAILED


@pytest.mark.parametrize("name", LATE)
def test_a_refusal_that_nothing_was_lost_before_is_final(name):
    desk = FakeDesk(Clock())
    DEEDS[name].prepare(desk)
    tale = Tale(DEEDS[name].intent, desk, **{DEEDS[name].writes[-1]: [Fault.REFUSED]})
    failed = tale.settle()
    assert (failed.state, failed.sweep_at) == (State.FAILED, None)


def test_it_is_on_record_and_an_alarm():
    tale = refused_after(Fault.LATE, "tier")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with capture_logs() as lines:
        swept(tale)
    assert [each.outcome for each in tale.journal.audit] == [
        Outcome.PENDING,
        Outcome.UNKNOWN,
        Outcome.DECLINED,
        Outcome.UNKNOWN,
    ]
    assert [(line["event"], line["state"], line["code"]) for line in lines] == [
        ("intent.moved", "held", "late")
    ]
    assert tale.now.evidence["tiers"] == [GOLD]
    assert tale.desk.world.members[MEMBER].tier_id == GOLD
