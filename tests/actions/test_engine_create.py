"""The fault matrix, column "create draft": each fault leads where the table says, never to a double."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from dashboard.brevo.status import TransactionStatus as Status
from dashboard.store.intent import Phase, State, Waiting
from tests.actions.fake_remote import Fault
from tests.actions.schedules import new_intent
from tests.actions.story import Story


def test_a_credit_without_faults_takes_two_calls_and_tells_the_reported_balance():
    story = Story()
    done = story.advance()
    assert story.calls == "create complete"
    assert (done.state, done.phase) == (State.DONE, Phase.DONE)
    assert (done.applied_amount, done.balance_after) == (Decimal(500), Decimal(12980))
    assert done.lease_owner is None


def test_a_debit_without_faults_takes_two_calls_and_tells_the_reported_balance():
    done = Story(intent=new_intent(amount="-120")).advance()
    assert done.state is State.DONE
    assert (done.applied_amount, done.balance_after) == (Decimal(-120), Decimal(12360))


def test_the_mark_that_is_sent_is_small_flat_and_names_nobody():
    story = Story()
    story.advance()
    assert dict(story.remote.entries[0].meta) == {
        "intent": story.intent.id,
        "source": "loyalty-desk",
        "reason": "late_delivery",
        "case": "ZD-1",
    }


def test_what_was_not_sent_is_queued_and_sent_by_itself():
    story = Story(create=[Fault.NOT_SENT, Fault.NOT_SENT])
    waiting = story.advance()
    assert (waiting.state, waiting.phase, waiting.waiting) == (State.RESERVED, Phase.QUEUED, Waiting.NOT_SENT)
    assert story.settle().state is State.DONE
    assert (story.calls, story.applied) == ("create create create complete", 1)


@pytest.mark.parametrize(
    "fault", [Fault.LOST_AFTER, Fault.FOREIGN, Fault.EMPTY, Fault.SERVER_ERROR, Fault.WORDLESS]
)
def test_a_draft_whose_answer_was_lost_is_looked_up_and_adopted(fault):
    story = Story(create=[fault])
    unknown = story.advance()
    assert (unknown.state, unknown.phase) == (State.LOOKING_UP, Phase.CHECKING)
    assert story.settle().state is State.DONE
    assert (story.calls, story.applied) == ("create find complete", 1)


@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.HANG])
def test_a_draft_that_was_never_made_is_made_anew_after_three_empty_looks(fault):
    story = Story(create=[fault])
    assert story.settle().state is State.DONE
    assert (story.calls, story.applied) == ("create find find find create complete", 1)


def test_the_three_looks_are_spread_over_longer_than_a_read_lags():
    story = Story(create=[Fault.LOST_BEFORE])
    story.remote.lag = timedelta(seconds=14)
    began = story.clock.now
    story.settle()
    assert timedelta(seconds=14) < story.clock.now - began < timedelta(seconds=60)


def test_a_draft_that_a_lagging_list_shows_late_is_still_adopted():
    story = Story(create=[Fault.LOST_AFTER])
    story.remote.lag = timedelta(seconds=4)
    assert story.settle().state is State.DONE
    assert story.calls == "create find find complete"


def test_a_draft_made_after_the_looks_is_swept_and_the_chosen_one_is_not():
    story = Story(create=[Fault.LATE])
    done = story.settle()
    story.clock.forward(60)
    story.remote.catch_up()
    assert len(story.remote.open_drafts()) == 1
    story.remote.keeps_ttl = False
    for entry in story.remote.entries:
        entry.lapses_at = None
    story.sweep()
    assert [entry.status for entry in story.remote.entries] == [Status.COMPLETED, Status.CANCELLED]
    assert story.now.state is State.DONE
    assert story.remote.entries[0].id == done.transaction_id
    assert story.memory.audit[-1].action == "draft.sweep"


def test_a_sweep_whose_cancel_is_lost_is_repeated():
    story = Story(create=[Fault.TWICE, Fault.NONE], cancel=[Fault.LOST_BEFORE])
    story.faults["create"] = [Fault.LOST_BEFORE, Fault.TWICE]
    story.settle()
    for entry in story.remote.entries:
        entry.lapses_at = None
    story.sweep()
    assert len(story.remote.open_drafts()) == 1
    story.sweep()
    assert not story.remote.open_drafts()
    assert story.now.sweep_at is None


def test_nothing_is_swept_before_a_draft_is_chosen():
    story = Story(create=[Fault.LOST_AFTER], find=[Fault.LOOK_FAILS] * 50)
    story.advance()
    story.sweep()
    assert story.remote.count("cancel") == 0


@pytest.mark.parametrize("fault", [Fault.LOOK_FAILS, Fault.LOOK_BROKE, Fault.LOOK_SHIFTS])
def test_a_look_that_sees_nothing_whole_leaves_it_unknown_and_visible(fault):
    story = Story(create=[Fault.LOST_BEFORE], find=[fault] * 6)
    story.advance()
    for _ in range(6):
        story.clock.forward(3600)
        assert story.advance().phase is Phase.CHECKING
    assert story.remote.count("create") == 1


def test_a_list_that_can_never_be_read_whole_is_handed_to_a_person():
    story = Story(create=[Fault.LOST_BEFORE], find=[Fault.LOOK_SHIFTS] * 30)
    held = story.settle()
    assert (held.state, held.failure_code) == (State.HELD, "not_shown")
    assert story.remote.count("create") == 1


def test_a_refused_draft_fails_with_the_remotes_reason():
    failed = Story(create=[Fault.REFUSED]).advance()
    assert (failed.state, failed.phase, failed.failure_code) == (State.FAILED, Phase.FAILED, "refused")
    assert failed.failure_text == (
        "Brevo refused it: amount exceeds the credit limit of 100. Nothing was given."
    )


def test_a_refused_key_queues_it_and_holds_back_every_other_change():
    story = Story(create=[Fault.UNAUTHORISED])
    assert story.advance().waiting is Waiting.UNAUTHORISED
    other = new_intent("44444444-4444-4444-8444-444444444444")
    story.journal.add(other)
    held = story.engine().advance(other.id, until=story.clock.now + timedelta(seconds=5))
    assert (held.phase, held.waiting, held.next_at) == (Phase.QUEUED, Waiting.UNAUTHORISED, story.now.next_at)
    assert story.remote.count("create") == 1


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [(0.0, 1), (3.0, 3), (1e9, 3600), (None, 60), (float("nan"), 60), (float("inf"), 60), (-5.0, 1)],
)
def test_after_a_429_it_waits_as_long_as_the_header_says_within_reason(retry_after, seconds):
    story = Story(create=[Fault.LIMITED])
    story.remote.retry_after = retry_after
    queued = story.advance()
    assert (queued.phase, queued.waiting) == (Phase.QUEUED, Waiting.RATE_LIMITED)
    assert queued.next_at - story.clock.now == timedelta(seconds=seconds)
    assert story.settle().state is State.DONE


def test_a_draft_that_lost_our_mark_is_handed_to_a_person_instead_of_made_again():
    story = Story(create=[Fault.MARK_LOST])
    held = story.settle()
    assert (held.state, held.phase, held.failure_code) == (State.HELD, Phase.HELD, "mark_lost")
    assert story.remote.count("create") == 1


def test_a_draft_in_a_state_nobody_knows_is_handed_to_a_person():
    story = Story(create=[Fault.LOST_AFTER])
    story.advance()
    story.remote.entries[0].status_text = "quarantined"
    assert story.settle().failure_code == "unknown_status"
    assert story.remote.count("create") == 1


def test_a_draft_whose_id_cannot_be_named_in_a_call_is_handed_to_a_person():
    story = Story(create=[Fault.LOST_AFTER])
    story.advance()
    story.remote.entries[0].id = "../" + "x" * 200
    held = story.settle()
    assert (held.state, held.transaction_id) == (State.HELD, None)


def test_a_remote_that_never_shows_a_draft_ends_in_a_failure_not_in_endless_drafts():
    story = Story(create=[Fault.LOST_BEFORE] * 10)
    failed = story.settle()
    assert (failed.state, failed.failure_code) == (State.FAILED, "not_created")
    assert story.remote.count("create") == 5


def test_a_change_that_could_not_be_sent_for_a_day_is_given_up():
    story = Story(create=[Fault.NOT_SENT] * 5000)
    story.advance()
    story.clock.forward(24 * 3600 + 60)
    failed = story.settle()
    assert (failed.state, failed.failure_code) == (State.FAILED, "not_sent")


def test_a_draft_that_lapsed_while_nobody_could_look_fails():
    story = Story(create=[Fault.LOST_AFTER], find=[Fault.LOOK_FAILS])
    story.advance()
    story.clock.forward(3600)
    failed = story.settle()
    assert (failed.state, failed.failure_code) == (State.FAILED, "expired")


def test_a_draft_that_somebody_completed_before_us_is_adopted():
    story = Story(create=[Fault.LOST_AFTER])
    story.advance()
    story.remote.somebody(story.remote.entries[0].id, Status.COMPLETED)
    done = story.settle()
    assert (done.state, done.adopted, done.balance_after) == (State.DONE, "completed", None)
    assert story.remote.count("complete") == 0
