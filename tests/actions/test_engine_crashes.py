"""The process may die between any two lines: a fresh engine on the same journal finishes, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count

import pytest

from dashboard.actions.policy import Policy
from dashboard.brevo.outbound import WRITE
from dashboard.store.audit import Outcome
from dashboard.store.intent import Phase, State, Waiting
from tests.actions.fake_remote import Crash, Fault
from tests.actions.story import Story

BOUNDARIES = range(10)
"""A credit without faults commits five times; each commit has a before and an after."""


def dying_at(where: int) -> Callable[[str], None]:
    boundaries = count()

    def commit(when: str) -> None:
        if next(boundaries) == where:
            raise Crash(when)

    return commit


def test_a_credit_without_faults_has_no_other_boundaries():
    story = Story()
    met: list[str] = []
    story.memory._commit = met.append
    story.advance()
    assert len(met) == len(BOUNDARIES)


def test_a_lease_is_given_back_in_the_commit_that_begins_the_waiting():
    story = Story(create=[Fault.LOST_AFTER])
    met: list[str] = []
    story.memory._commit = met.append
    assert story.advance().lease_owner is None
    assert met.count("after") == 3, "taken, about to be sent, answer lost"


@pytest.mark.parametrize("where", BOUNDARIES)
@pytest.mark.parametrize("restart", ["the lease runs out", "leases are taken over"])
def test_dying_at_any_commit_gives_the_credit_once(where, restart):
    story = Story()
    story.memory._commit = dying_at(where)
    with pytest.raises(Crash):
        story.advance()
    if restart == "leases are taken over":
        story.take_over()
    assert story.settle().state is State.DONE
    assert story.applied == 1


@pytest.mark.parametrize("call", ["create", "complete"])
@pytest.mark.parametrize("fault", [Fault.CRASH_BEFORE, Fault.CRASH_AFTER])
def test_dying_in_the_middle_of_a_call_gives_the_credit_once(call, fault):
    story = Story()
    story.faults[call] = [fault]
    with pytest.raises(Crash):
        story.advance()
    assert story.settle().state is State.DONE
    assert story.applied == 1


def test_after_a_restart_in_the_middle_of_a_create_it_looks_before_it_creates():
    story = Story(create=[Fault.CRASH_AFTER])
    with pytest.raises(Crash):
        story.advance()
    assert story.now.state is State.CREATING
    story.take_over()
    story.advance()
    assert story.calls == "create find complete"


def test_while_a_lease_holds_nobody_else_touches_the_intent():
    story = Story(create=[Fault.CRASH_AFTER])
    with pytest.raises(Crash):
        story.advance()
    story.clock.forward(10)
    assert story.advance().phase is Phase.SENDING
    assert story.calls == "create"
    story.clock.forward(11)
    assert story.advance().state is State.DONE


def test_a_lease_outlasts_every_call_that_may_be_on_its_way():
    assert Policy().lease >= timedelta(seconds=WRITE.total + 2)


def test_nobody_goes_on_without_the_lease_that_was_given_back():
    story = Story(create=[Fault.LIMITED])
    story.memory._commit = lambda when: story.clock.forward(10)  # longer than the limit lasts
    rested = story.advance(seconds=600)
    assert (rested.waiting, rested.lease_owner, story.calls) == (Waiting.RATE_LIMITED, None, "create")


def test_while_a_lost_draft_is_looked_for_nobody_else_looks():
    story = Story(create=[Fault.LOST_AFTER])
    story.advance()
    story.clock.forward(1)

    def meanwhile(call: str) -> Fault:
        if story.calls == "create find":
            story.advance()
        return Fault.NONE

    story.remote.next_fault = meanwhile
    story.advance()
    assert story.calls == "create find complete"


@pytest.mark.parametrize("seconds", [4, 60], ids=["over", "just over"])
def test_a_page_that_runs_out_of_time_leaves_the_rest_to_the_settler(seconds):
    story = Story(create=[Fault.SLOW])
    drafted = story.advance(seconds)
    assert (drafted.state, drafted.lease_owner) == (State.DRAFT, None)
    assert story.advance().state is State.DONE


def test_a_worker_that_comes_back_too_late_changes_nothing():
    story = Story(create=[Fault.SLOW, Fault.NONE])

    def meanwhile() -> None:
        story.clock.forward(20)
        for _ in range(4):
            story.advance()
            story.clock.forward(12)

    story.remote.while_slow = meanwhile
    late = story.advance()
    assert late.state is State.DONE
    assert story.remote.count("create") == 2
    assert story.applied == 1


def test_every_attempt_has_a_row_before_it_and_one_about_its_outcome():
    story = Story(create=[Fault.LOST_AFTER], complete=[Fault.LOST_AFTER])
    story.settle()
    assert [entry.outcome for entry in story.memory.audit] == [
        Outcome.PENDING,  # asked for
        Outcome.UNKNOWN,  # the create's answer was lost
        Outcome.PENDING,  # its draft was found
        Outcome.UNKNOWN,  # the completion's answer was lost
        Outcome.DONE,
    ]


def test_the_last_row_names_who_what_for_whom_and_the_remotes_ids():
    story = Story()
    done = story.settle()
    row = story.memory.audit[-1]
    assert (row.actor_name, row.actor_role, row.action, row.contact_id) == (
        "Sam Agent",
        "agent",
        "credit.give",
        7,
    )
    assert (row.reason, row.case_reference) == ("late_delivery", "ZD-1")
    assert row.after["balance"] == "12980"
    assert row.remote_ids == {"transaction": done.transaction_id, "request": "remote-request"}


def test_time_to_settle_after_a_lost_answer_is_seconds():
    story = Story(complete=[Fault.LOST_AFTER])
    began = story.clock.now
    story.settle()
    assert story.clock.now - began <= timedelta(seconds=5)
