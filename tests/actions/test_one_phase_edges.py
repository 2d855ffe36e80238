"""How far a change in one call goes before it changes its mind: the counts, waits and words at the edges."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from dashboard.actions.one_phase import Doubt, OnePhase, Seen, Sight
from dashboard.actions.policy import Policy
from dashboard.brevo.fetched import Evidence, Verdict, Write
from dashboard.store.intent import Kind, Phase, State, Waiting
from tests.actions.fake_desk import GROUP, FakeDesk
from tests.actions.fake_remote import DEFINITION, START, Clock, Fault
from tests.actions.tale import Tale, asked

VOUCHER = "cccccccc-0000-4000-8000-000000000001"
DAY = Policy().give_up.total_seconds()


def issuing(**faults: Any) -> Tale:
    return Tale(asked(Kind.VOUCHER_ISSUE, {"reward_id": GROUP, "code": "AB12-CD34"}), **faults)


def revoking(**faults: Any) -> Tale:
    desk = FakeDesk(Clock())
    desk.give(VOUCHER)
    return Tale(asked(Kind.VOUCHER_REVOKE, {"voucher_id": VOUCHER}), desk, **faults)


@pytest.mark.parametrize(("seconds", "state"), [(DAY, State.DONE), (DAY + 1, State.FAILED)])
def test_a_change_waits_a_day_to_be_sent(seconds, state):
    tale = issuing(attribute=[Fault.NOT_SENT])
    tale.advance()
    tale.clock.forward(seconds)
    assert tale.advance().state is state


def test_a_change_that_was_given_up_says_that_it_never_left():
    tale = issuing(attribute=[Fault.NOT_SENT])
    tale.advance()
    tale.clock.forward(DAY + 1)
    failed = tale.advance()
    assert (failed.failure_code, failed.failure_text) == (
        "not_sent",
        "Brevo could not be reached for a day. No voucher was issued.",
    )


def test_what_may_have_left_is_never_given_up():
    tale = revoking(revoke=[Fault.LOST_BEFORE, Fault.NOT_SENT])
    tale.advance()
    tale.clock.forward(5)
    tale.advance()
    tale.clock.forward(DAY + 60)
    assert tale.settle().state is State.DONE
    assert tale.calls == "revoke list revoke revoke"


def test_a_refused_key_holds_back_what_takes_one_call_too():
    tale = issuing(attribute=[Fault.UNAUTHORISED])
    first = tale.advance()
    other = replace(first, id="44444444-4444-4444-8444-444444444444", waiting=None, next_at=tale.clock.now)
    tale.journal.add(other)
    held = tale.engine().advance(other.id, until=tale.clock.now + timedelta(seconds=5))
    assert (held.phase, held.waiting, held.next_at) == (Phase.QUEUED, Waiting.UNAUTHORISED, first.next_at)
    assert tale.calls == "attribute"


def test_the_first_call_is_dated_however_often_it_was_tried():
    tale = issuing(attribute=[Fault.NOT_SENT] * 3)
    began = tale.clock.now
    assert tale.settle().sent_at == began


def test_an_answer_that_tells_nothing_proves_nothing():
    sent = replace(issuing().intent, state=State.CREATING, creates=1, sent_at=START, called_at=START)
    write: Write[object] = Write(Verdict.APPLIED, None, Evidence(kind="answer", at=START, sent=True))
    after = OnePhase(resends=True).answered(sent, write, Sight(seen=Seen.UNSURE), Doubt.NONE, START)
    assert (after.state, after.phase) == (State.LOOKING_UP, Phase.CHECKING)


def test_looks_for_what_became_of_a_call_come_ever_later():
    tale = revoking(revoke=[Fault.LOST_BEFORE] * 4)
    gaps = []
    for _ in range(4):
        gaps.append((tale.advance().next_at - tale.clock.now).total_seconds())
        tale.clock.forward(gaps[-1])
    assert gaps == [1, 2, 4, 8]


def test_after_a_refusal_that_may_be_an_echo_looks_come_ever_later():
    tale = issuing(attribute=[Fault.ECHO])
    tale.desk.lag = timedelta(seconds=200)
    gaps = []
    for _ in range(3):
        gaps.append((tale.advance().next_at - tale.clock.now).total_seconds())
        tale.clock.forward(gaps[-1])
    assert gaps == [1, 2, 4]


def test_what_a_look_proved_is_kept_as_evidence():
    done = issuing(attribute=[Fault.LOST_AFTER]).settle()
    assert (done.evidence["kind"], done.evidence["listed"]) == ("voucher_list", True)


def test_what_a_look_finds_of_our_own_call_was_not_so_before():
    assert revoking(revoke=[Fault.LOST_AFTER]).settle().adopted is None


def test_a_refusal_that_nothing_can_explain_takes_no_look():
    values = {"definition_id": DEFINITION, "amount": "200", "due_at": START.isoformat(), "expires_at": None}
    tale = Tale(asked(Kind.ORDER_CREATE, values), create_order=[Fault.REFUSED])
    assert tale.advance().state is State.FAILED
    assert tale.calls == "create_order"


def test_what_was_refused_and_then_found_says_nothing_of_the_refusal():
    done = issuing(attribute=[Fault.ECHO]).settle()
    assert (done.state, done.failure_code, done.failure_text) == (State.DONE, None, None)


def test_an_unknown_outcome_stays_unknown_when_a_repetition_is_refused():
    tale = revoking(revoke=[Fault.LOST_BEFORE, Fault.REFUSED])
    tale.advance()
    tale.clock.forward(1)
    assert tale.advance().unknown_since == START


def test_what_is_still_as_before_waits_to_be_sent_again():
    looked = replace(issuing().intent, state=State.LOOKING_UP, creates=1, unknown_since=START)
    assert OnePhase(resends=True).looked(looked, Sight(seen=Seen.OPEN), START).state is State.RESERVED


def test_what_waited_long_before_it_was_sent_is_looked_for_as_long_as_any():
    tale = issuing(attribute=[Fault.NOT_SENT, Fault.LOST_AFTER])
    tale.advance()
    tale.clock.forward(600)
    tale.desk.lag = timedelta(seconds=25)
    assert tale.settle().state is State.DONE


def test_a_list_that_is_never_whole_is_read_as_often_as_the_policy_says():
    tale = issuing(attribute=[Fault.LOST_BEFORE], list=[Fault.LOOK_SHIFTS] * 100)
    assert tale.settle().state is State.HELD
    assert tale.desk.calls.count("list") == Policy().most_looks


def test_each_repetition_is_looked_for_as_patiently_as_the_first():
    halves = [Fault.LOOK_SHIFTS] * (Policy().most_looks - 1)
    desk = FakeDesk(Clock(), keeps_revoked=True)
    desk.give(VOUCHER)
    intent = asked(Kind.VOUCHER_REVOKE, {"voucher_id": VOUCHER})
    tale = Tale(intent, desk, revoke=[Fault.LOST_BEFORE] * 2, list=[*halves, Fault.NONE, *halves])
    assert tale.settle().state is State.DONE


def test_what_a_repetition_finds_done_by_our_own_call_was_not_so_before():
    again = replace(revoking().intent, state=State.CREATING, creates=2, unknown_since=START, called_at=START)
    write: Write[object] = Write(Verdict.NOT_APPLIED, None, Evidence(kind="refused", at=START, sent=True))
    done = OnePhase(resends=True).answered(again, write, Sight(seen=Seen.UNSURE), Doubt.SO, START)
    assert (done.state, done.adopted) == (State.DONE, None)


def test_an_echo_of_what_waited_long_is_looked_for_as_long_as_any():
    tale = issuing(attribute=[Fault.NOT_SENT, Fault.ECHO])
    tale.advance()
    tale.clock.forward(600)
    tale.desk.lag = timedelta(seconds=25)
    assert tale.settle().state is State.DONE


def test_looks_that_fail_come_ever_later():
    tale = issuing(attribute=[Fault.LOST_BEFORE], list=[Fault.LOOK_FAILS] * 4)
    gaps = []
    for _ in range(4):
        gaps.append((tale.advance().next_at - tale.clock.now).total_seconds())
        tale.clock.forward(gaps[-1])
    assert gaps == [1, 1, 2, 4]


def test_a_refusal_that_a_look_confirms_is_told_as_one():
    failed = revoking(revoke=[Fault.REFUSED]).settle()
    assert (failed.state, failed.failure_code) == (State.FAILED, "refused")
