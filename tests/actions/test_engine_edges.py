"""How far the protocol of a credit goes before it changes its mind: the counts and words at the edges."""

from __future__ import annotations

from dashboard.actions.policy import Policy
from dashboard.brevo.status import TransactionStatus as Status
from dashboard.store.intent import Phase, State
from tests.actions.fake_remote import Fault
from tests.actions.story import Story


def test_a_single_refusal_of_a_draft_that_is_still_open_does_not_end_it():
    story = Story(complete=[Fault.REFUSED])
    assert story.settle().state is State.DONE
    assert story.calls.split().count("complete") == 2
    assert "cancel" not in story.calls


def test_a_draft_that_never_takes_its_completion_is_left_to_a_person():
    story = Story(complete=[Fault.LOST_BEFORE] * 100)
    story.remote.keeps_ttl = False
    held = story.settle()
    assert (held.state, held.failure_code) == (State.HELD, "not_shown")
    assert story.calls.split().count("complete") == Policy().most_looks


def test_a_word_that_nobody_knows_settles_nothing_until_it_is_another_one():
    story = Story(complete=[Fault.LOST_AFTER])
    story.advance()
    story.remote.entries[0].status_text = "settling"
    story.remote.entries[0].decided_at = None
    story.clock.forward(5)
    assert story.advance().phase is Phase.CHECKING
    story.remote.entries[0].status_text = None
    assert story.settle().state is State.DONE


def test_a_word_that_stays_unknown_is_left_to_a_person():
    story = Story(complete=[Fault.LOST_AFTER])
    story.advance()
    story.remote.entries[0].status_text = "settling"
    story.remote.entries[0].decided_at = None
    held = story.settle()
    assert (held.state, held.failure_code) == (State.HELD, "unknown_status")
    assert story.remote.entries[0].status is Status.COMPLETED
