"""The fault matrix, column "complete / cancel": once a draft is chosen, its ID decides everything."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from dashboard.brevo.status import TransactionStatus as Status
from dashboard.store.intent import Phase, State, Waiting
from tests.actions.fake_remote import Fault
from tests.actions.schedules import new_intent
from tests.actions.story import Story


@pytest.mark.parametrize(
    "fault", [Fault.LOST_AFTER, Fault.FOREIGN, Fault.EMPTY, Fault.SERVER_ERROR, Fault.WORDLESS]
)
def test_a_completion_whose_answer_was_lost_is_read_back_and_final(fault):
    story = Story(complete=[fault])
    unknown = story.advance()
    assert (unknown.state, unknown.phase) == (State.CHECKING, Phase.CHECKING)
    done = story.settle()
    assert (done.state, done.adopted) == (State.DONE, None)
    assert (story.calls, story.applied) == ("create complete find", 1)


def test_a_balance_that_no_answer_told_stays_unknown():
    story = Story(complete=[Fault.LOST_AFTER])
    assert story.settle().balance_after is None


def test_a_balance_that_the_answer_left_out_stays_unknown():
    story = Story()
    story.remote.reports_balance = False
    done = story.advance()
    assert (done.state, done.balance_after) == (State.DONE, None)


@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.HANG])
def test_a_completion_that_never_arrived_is_sent_again_under_the_same_id(fault):
    story = Story(complete=[fault])
    assert story.settle().state is State.DONE
    assert (story.calls, story.applied) == ("create complete find complete", 1)


def test_a_completion_that_acts_late_meets_its_own_repetition_and_is_done_once():
    story = Story(complete=[Fault.LATE, Fault.LATE])
    assert story.settle().state is State.DONE
    assert (story.remote.count("create"), story.applied) == (1, 1)


def test_a_422_to_a_repetition_means_done_only_because_it_is_read_back():
    story = Story(complete=[Fault.LOST_AFTER])
    story.remote.lag = timedelta(seconds=5)
    assert story.settle().state is State.DONE
    assert story.applied == 1


def test_a_chosen_draft_that_the_list_does_not_show_is_waited_for_and_never_replaced():
    story = Story(complete=[Fault.LOST_BEFORE])
    story.remote.lag = timedelta(seconds=50)
    assert story.settle().state is State.DONE
    assert story.remote.count("create") == 1


def test_a_completion_that_was_not_sent_is_queued_and_sent_by_itself():
    story = Story(complete=[Fault.NOT_SENT])
    waiting = story.advance()
    assert (waiting.state, waiting.phase, waiting.waiting) == (State.DRAFT, Phase.QUEUED, Waiting.NOT_SENT)
    assert story.settle().state is State.DONE
    assert story.calls == "create complete complete"


@pytest.mark.parametrize("fault", [Fault.LIMITED, Fault.UNAUTHORISED])
def test_after_an_unknown_answer_a_wait_is_still_called_checking(fault):
    story = Story(complete=[Fault.LOST_BEFORE, fault])
    story.advance()
    story.clock.forward(2)
    waiting = story.advance()
    assert (waiting.state, waiting.phase) == (State.DRAFT, Phase.CHECKING)


def test_a_rejected_completion_fails_with_the_remotes_reason():
    failed = Story(complete=[Fault.REJECTED], intent=new_intent(amount="-120")).advance()
    assert (failed.state, failed.failure_code) == (State.FAILED, "rejected")
    assert failed.failure_text == "Brevo rejected it: limit reached. Nothing was taken."


def test_a_completion_that_stays_refused_ends_in_a_cancelled_draft_and_the_remotes_reason():
    story = Story(complete=[Fault.REFUSED, Fault.REFUSED, Fault.REFUSED])
    failed = story.settle()
    assert (failed.state, failed.failure_code) == (State.FAILED, "refused")
    assert (
        failed.failure_text == "Brevo refused it: amount exceeds the credit limit of 100. Nothing was given."
    )
    assert [entry.status for entry in story.remote.entries] == [Status.CANCELLED]


def test_a_cancel_whose_answer_was_lost_is_read_back():
    story = Story(complete=[Fault.REFUSED] * 2, cancel=[Fault.LOST_AFTER])
    assert story.settle().failure_code == "refused"
    assert story.remote.count("cancel") == 1


def test_a_cancel_that_never_arrived_is_sent_again():
    story = Story(complete=[Fault.REFUSED] * 2, cancel=[Fault.HANG])
    assert story.settle().failure_code == "refused"
    assert story.remote.count("cancel") == 2


def test_somebody_who_completes_between_our_refusals_wins():
    story = Story(complete=[Fault.REFUSED])
    story.advance()
    story.remote.somebody(story.remote.entries[0].id, Status.COMPLETED)
    done = story.settle()
    assert (done.state, done.adopted) == (State.DONE, "completed")


def test_a_draft_that_lapsed_fails():
    story = Story(complete=[Fault.NOT_SENT])
    story.advance()
    story.clock.forward(601)
    failed = story.settle()
    assert (failed.state, failed.failure_code) == (State.FAILED, "expired")
    assert failed.failure_text == "Brevo was away for too long and the request lapsed. Nothing was given."


def test_a_lapse_is_not_believed_while_the_list_may_be_older_than_our_call():
    story = Story(complete=[Fault.NOT_SENT, Fault.LOST_AFTER])
    story.advance()
    story.clock.forward(598)
    story.advance()
    story.remote.lag = timedelta(seconds=20)
    story.clock.forward(5)
    assert story.advance().phase is Phase.CHECKING
    assert story.settle().state is State.DONE


def test_somebody_who_cancels_first_is_adopted_and_told():
    story = Story(complete=[Fault.NOT_SENT])
    story.advance()
    story.remote.somebody(story.remote.entries[0].id, Status.CANCELLED)
    gone = story.settle()
    assert (gone.state, gone.phase, gone.adopted) == (State.CANCELLED, Phase.FAILED, "cancelled")
    assert gone.failure_code == "cancelled"
    assert gone.failure_text == "Somebody cancelled it in Brevo before it was completed. Nothing was given."
    assert str(gone.evidence["decided_at"]).startswith("2026-11-20T09:00:00")


def test_somebody_who_completes_first_is_adopted_and_told():
    story = Story(complete=[Fault.NOT_SENT])
    story.advance()
    story.remote.somebody(story.remote.entries[0].id, Status.COMPLETED)
    done = story.settle()
    assert (done.state, done.adopted) == (State.DONE, "completed")
    assert story.applied == 1


@pytest.mark.parametrize("fault", [Fault.LOOK_FAILS, Fault.LOOK_BROKE])
def test_a_look_that_fails_leaves_it_unknown_for_as_long_as_it_takes(fault):
    story = Story(complete=[Fault.LOST_AFTER], find=[fault] * 40)
    story.advance()
    for _ in range(40):
        story.clock.forward(3600)
        assert story.advance().phase is Phase.CHECKING
    assert story.settle().state is State.DONE


def test_a_status_nobody_knows_is_settled_by_the_dates_beside_it():
    story = Story(complete=[Fault.LOST_AFTER])
    story.advance()
    story.remote.entries[0].status_text = "settled"
    assert story.settle().state is State.DONE


def test_a_transaction_that_is_never_shown_again_is_handed_to_a_person():
    story = Story(complete=[Fault.LOST_AFTER])
    story.advance()
    story.remote.entries.clear()
    held = story.settle()
    assert (held.state, held.failure_code) == (State.HELD, "not_shown")
    assert story.remote.count("create") == 1


def test_a_rounded_amount_is_told_as_the_remote_moved_it():
    story = Story(complete=[Fault.NOT_SENT])
    story.advance()
    story.remote.entries[0].amount = Decimal(499)
    assert story.settle().applied_amount == Decimal(499)


def test_an_answer_about_another_transaction_proves_nothing():
    story = Story(complete=[Fault.NOT_SENT])
    drafted = story.advance()
    write = story.remote.complete(drafted.programme_id, drafted.transaction_id or "", contact_id=7)
    stranger = replace(drafted, transaction_id="99999999-9999-4999-8999-999999999999", state=State.COMPLETING)
    assert story.engine()._protocol.finished(stranger, write, story.clock.now).state is State.CHECKING
