"""How far the protocol of a credit goes before it changes its mind: the counts and words at the edges."""

from __future__ import annotations

import logging
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
import structlog
from msgspec.structs import replace
from structlog.testing import capture_logs

from dashboard.actions import words
from dashboard.actions.ledger import evidence_of
from dashboard.actions.policy import Policy
from dashboard.actions.two_phase import TwoPhase
from dashboard.brevo.fetched import Evidence
from dashboard.brevo.history import HistoryItem, Lookup
from dashboard.brevo.status import TransactionStatus as Status
from dashboard.store.intent import Phase, State, Waiting
from tests.actions.fake_remote import START, Crash, Entry, Fault
from tests.actions.schedules import new_intent
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


def test_what_a_look_proved_is_kept_with_what_a_person_has_to_decide():
    story = Story(create=[Fault.LOST_AFTER])
    story.advance()
    story.remote.entries[0].status_text = "quarantined"
    held = story.settle()
    assert held.evidence["kind"] == "history"
    assert held.evidence["status"] == "quarantined"


def test_nothing_is_swept_before_a_draft_is_chosen():
    story = Story(create=[Fault.LOST_AFTER], find=[Fault.LOOK_FAILS] * 100)
    story.advance()
    story.clock.forward(16 * 60)
    calls = story.calls
    story.engine().sweep(story.intent.id)
    assert story.calls == calls


def test_nothing_is_swept_before_its_time():
    story = Story(create=[Fault.LOST_AFTER])
    story.settle()
    calls = story.calls
    story.clock.now = START + Policy().stray_after - timedelta(seconds=1)
    story.engine().sweep(story.intent.id)
    assert story.calls == calls


def test_what_is_due_is_swept():
    story = Story(create=[Fault.LOST_AFTER])
    story.settle()
    story.clock.now = START + Policy().stray_after
    story.engine().sweep(story.intent.id)
    assert story.now.sweep_at is None


def test_what_was_swept_is_not_swept_again():
    story = Story(create=[Fault.LOST_AFTER])
    story.settle()
    story.sweep()
    calls = story.calls
    story.engine().sweep(story.intent.id)
    assert story.calls == calls


def test_nothing_is_swept_while_a_person_has_to_find_the_draft():
    story = Story(create=[Fault.MARK_LOST])
    story.settle()
    calls = story.calls
    story.clock.forward(16 * 60)
    story.engine().sweep(story.intent.id)
    assert story.calls == calls


def test_a_sweep_that_could_not_see_everything_is_tried_again_a_while_later():
    story = Story(create=[Fault.LOST_AFTER])
    story.settle()
    story.faults["find"] = [Fault.LOOK_SHIFTS]
    story.sweep()
    assert story.now.sweep_at == story.clock.now + Policy().longest_wait


def test_every_change_is_dated():
    story = Story(complete=[Fault.LOST_AFTER])
    assert story.settle().updated_at == story.clock.now > story.intent.updated_at


def test_drafts_beside_the_chosen_one_are_swept_even_while_a_person_decides():
    story = Story(create=[Fault.LATE], complete=[Fault.LOST_BEFORE] * 100)
    story.remote.keeps_ttl = False
    assert story.settle(200).state is State.HELD
    assert len(story.remote.open_drafts()) == 2
    story.sweep()
    assert [draft.id for draft in story.remote.open_drafts()] == [story.now.transaction_id]


def test_each_change_of_state_is_one_line_of_the_log_and_a_call_for_a_person_is_an_alarm():
    # Tests of deeds keep quiet; this one is about the noise, and what it sets is undone after it.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    with capture_logs() as lines:
        Story(create=[Fault.LOST_AFTER], find=[Fault.LOOK_SHIFTS] * 100).settle()
    moves = [(line["log_level"], line["state"]) for line in lines if line["event"] == "intent.moved"]
    assert moves == [("info", "creating"), ("info", "looking_up"), ("error", "held")]


def test_what_a_change_waits_for_is_in_the_log():
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    with capture_logs() as lines:
        Story(create=[Fault.UNAUTHORISED]).advance()
    assert [(line["state"], line["waiting"]) for line in lines] == [
        ("creating", None),
        ("reserved", Waiting.UNAUTHORISED),
    ]


def test_how_much_was_taken_over_is_told_and_nothing_where_nothing_was():
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    story = Story(create=[Fault.CRASH_AFTER])
    with pytest.raises(Crash):
        story.advance()
    with capture_logs() as lines:
        assert (story.take_over(), story.take_over()) == (1, 0)
    assert [(line["event"], line["intents"]) for line in lines] == [("intent.taken_over", 1)]


def test_the_alarm_names_the_intent_and_why_a_person_is_called():
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with capture_logs() as lines:
        held = Story(create=[Fault.MARK_LOST]).settle()
    assert lines == [
        {
            "event": "intent.moved",
            "log_level": "error",
            "intent": held.id,
            "state": "held",
            "was": "looking_up",
            "waiting": None,
            "code": "mark_lost",
            "evidence": dict(held.evidence),
        }
    ]


@pytest.mark.parametrize(("minutes", "state"), [(3, State.DONE), (0.5, State.HELD)])
def test_a_draft_without_a_mark_may_be_ours_only_if_it_is_as_young(minutes, state):
    story = Story(create=[Fault.LOST_BEFORE])
    made_at = story.clock.now - timedelta(minutes=minutes)
    unmarked = Entry("eeeeeeee-0000-4000-8000-000000000001", story.intent.amount, {}, made_at, None)
    story.remote.entries.append(unmarked)
    assert story.settle().state is state
    assert unmarked.status is Status.DRAFT


def test_a_draft_made_before_we_first_asked_is_not_ours():
    story = Story(create=[Fault.LOST_BEFORE])
    made_at = story.clock.now + timedelta(minutes=1)
    story.remote.entries.append(
        Entry("eeeeeeee-0000-4000-8000-000000000001", story.intent.amount, {}, made_at, None)
    )
    story.clock.forward(5 * 60)
    assert story.settle().state is State.DONE


def test_a_draft_without_a_mark_or_a_date_may_be_ours():
    undated = HistoryItem(
        id="eeeeeeee-0000-4000-8000-000000000001",
        amount=Decimal(500),
        is_debit=False,
        status=Status.DRAFT,
        status_text="draft",
    )
    look = Lookup(found=None, complete=True, at=START, request_id=None, recent=(undated,))
    last_look = replace(
        new_intent(), state=State.LOOKING_UP, sent_at=START, empty_looks=len(Policy().looks) - 1
    )
    assert TwoPhase().looked_up(last_look, look, START).failure_code == "mark_lost"


@pytest.mark.parametrize(
    ("amount", "status"), [("499", Status.DRAFT), ("500", Status.COMPLETED), ("500", Status.CANCELLED)]
)
def test_an_unmarked_transaction_that_is_no_such_draft_is_not_ours(amount, status):
    story = Story(create=[Fault.LOST_BEFORE])
    made_at = story.clock.now
    other = Entry("eeeeeeee-0000-4000-8000-000000000001", Decimal(amount), {}, made_at, None, status)
    story.remote.entries.append(other)
    assert story.settle().state is State.DONE
    assert other.status is status


def test_looks_for_what_became_of_a_completion_come_ever_later():
    story = Story(complete=[Fault.LOST_BEFORE] * 5)
    story.settle()
    ends = [at for call, at in story.times if call == "complete"]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(ends)]
    assert gaps == [1, 2, 4, 8, 16]


def test_looks_that_fail_come_ever_later():
    story = Story(create=[Fault.LOST_BEFORE], find=[Fault.LOOK_FAILS] * 5)
    story.settle()
    looks = [at for call, at in story.times if call == "find"]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(looks)]
    assert gaps[:5] == [1, 2, 4, 8, 16]


def test_tries_to_send_come_ever_later():
    story = Story(create=[Fault.NOT_SENT] * 4)
    story.settle()
    tries = [at for call, at in story.times if call == "create"]
    assert [(later - earlier).total_seconds() for earlier, later in pairwise(tries)] == [1, 2, 4, 8]


def test_a_chosen_draft_that_is_never_shown_is_looked_for_as_often_as_the_policy_says():
    story = Story(complete=[Fault.LOST_AFTER])
    story.advance()
    story.remote.entries.clear()
    story.settle()
    assert story.remote.count("find") == Policy().most_looks


def test_a_look_that_found_no_requests_left_waits_until_there_are_some():
    story = Story(complete=[Fault.LOST_AFTER], find=[Fault.LOOK_BROKE])
    story.remote.retry_after = 45
    story.settle()
    first, second = [at for call, at in story.times if call == "find"]
    assert second - first == timedelta(seconds=45)


def test_a_list_that_is_never_whole_is_read_as_often_as_the_policy_says():
    story = Story(create=[Fault.LOST_BEFORE], find=[Fault.LOOK_SHIFTS] * 100)
    story.settle()
    assert story.remote.count("find") == Policy().most_looks


def test_a_chosen_draft_is_never_given_up_for_its_age():
    story = Story(complete=[Fault.NOT_SENT])
    story.remote.keeps_ttl = False
    story.advance()
    story.clock.forward(25 * 3600)
    assert story.settle().state is State.DONE


def test_a_draft_that_took_long_to_find_is_completed_as_patiently_as_any():
    story = Story(create=[Fault.LOST_AFTER], find=[Fault.LOOK_FAILS] * 3, complete=[Fault.LOST_BEFORE])
    story.settle()
    ends = [at for call, at in story.times if call == "complete"]
    assert [(later - earlier).total_seconds() for earlier, later in pairwise(ends)] == [1]


def test_what_was_refused_and_then_done_says_nothing_of_the_refusal():
    done = Story(complete=[Fault.REFUSED]).settle()
    assert (done.failure_code, done.failure_text) == (None, None)


def test_the_first_call_is_dated_however_often_it_was_tried():
    story = Story(create=[Fault.NOT_SENT] * 3)
    began = story.clock.now
    assert story.settle().sent_at == began


def test_what_could_not_be_sent_for_a_day_is_not_sent_any_more():
    intent, limit = new_intent(), START + timedelta(hours=24)
    assert TwoPhase().begin(intent, None, limit).state is State.CREATING
    assert TwoPhase().begin(intent, None, limit + timedelta(seconds=1)).failure_code == "not_sent"


def test_a_draft_whose_answer_says_a_word_that_nobody_knows_is_looked_for_a_second_later():
    story = Story(create=[Fault.WORDLESS])
    assert story.advance().next_at == story.clock.now + timedelta(seconds=1)


def test_looks_that_fail_begin_anew_with_short_waits_once_one_was_answered():
    story = Story(create=[Fault.LOST_BEFORE], find=[Fault.LOOK_FAILS] * 3 + [Fault.NONE, Fault.LOOK_FAILS])
    waits = []
    for _ in range(6):
        waits.append((story.advance().next_at - story.clock.now).total_seconds())
        story.clock.forward(waits[-1])
    assert waits == [1, 1, 2, 4, 4, 1]


def test_looks_that_did_not_see_all_are_counted_anew_once_one_did():
    partial = [Fault.LOOK_SHIFTS] * (Policy().most_looks - 1)
    story = Story(create=[Fault.LOST_BEFORE], find=[*partial, Fault.NONE, *partial])
    assert story.settle().state is State.DONE


def test_what_we_completed_ourselves_is_adopted_from_nobody_and_dated():
    story = Story()
    done = story.settle()
    assert (done.adopted, done.settled_at) == (None, story.clock.now)


def test_a_person_who_is_called_is_told_why():
    assert Story(create=[Fault.MARK_LOST]).settle().failure_text == words.MARK_LOST


@pytest.mark.parametrize(
    ("seconds", "meta", "state"),
    [
        (60, {}, State.HELD),
        (61, {}, State.FAILED),
        (0, {"intent": "33333333-3333-4333-8333-333333333333"}, State.FAILED),
    ],
)
def test_only_an_unmarked_draft_that_may_have_been_made_since_we_asked_calls_a_person(seconds, meta, state):
    story = Story(create=[Fault.LOST_BEFORE] * 5)
    made_at = START - timedelta(seconds=seconds)
    like_ours = Entry("ffffffff-ffff-4fff-8fff-ffffffffffff", story.intent.amount, meta, made_at, None)
    story.remote.entries.append(like_ours)
    assert story.settle().state is state


def test_what_an_answer_proved_is_kept_whole_and_its_words_short():
    evidence = Evidence(
        kind="refused", at=START, sent=True, status=422, code="no\x00" + "x" * 200, request_id="r-1"
    )
    assert evidence_of(evidence) == {
        "kind": "refused",
        "sent": True,
        "status": 422,
        "code": "no" + "x" * 98,
        "request_id": "r-1",
        "at": "2026-11-20T09:00:00+00:00",
    }


def test_what_a_line_of_the_history_proved_is_kept_whole():
    assert Story(complete=[Fault.LOST_AFTER]).settle().evidence == {
        "kind": "history",
        "transaction_id": "00000000-0000-4000-8000-000000000000",
        "status": "completed",
        "decided_at": "2026-11-20T09:00:00+00:00",
        "at": "2026-11-20T09:00:01+00:00",
    }
