"""How far a redemption goes before it changes its mind: the counts, dates and words at the edges."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from dashboard.actions import words
from dashboard.actions.policy import Policy
from dashboard.actions.redeeming import RedeemProtocol, VoucherSeen
from dashboard.brevo.fetched import Evidence, Verdict, Write
from dashboard.brevo.vouchers import Redemption, Voucher
from dashboard.store.intent import Goal, Intent, Kind, Pause, Phase, State, Waiting
from tests.actions.fake_desk import FakeDesk
from tests.actions.fake_remote import START, Clock, Fault
from tests.actions.tale import Tale, asked

VOUCHER = "cccccccc-0000-4000-8000-000000000001"
REDEMPTION = "eeeeeeee-0000-4000-8000-000000000001"


def redeeming(**faults: Any) -> Tale:
    desk = FakeDesk(Clock())
    desk.give(VOUCHER)
    return Tale(asked(Kind.VOUCHER_REDEEM, {"voucher_id": VOUCHER}), desk, **faults)


def begun(shown: Redemption | None, **evidence: Any) -> Intent:
    """What an answer to the call that begins a redemption makes of it."""
    proof = Evidence(**{"kind": "answer", "at": START, "sent": True, **evidence})
    write = Write(Verdict.NOT_APPLIED if shown is None else Verdict.APPLIED, shown, proof)
    intent = replace(redeeming().intent, state=State.CREATING, creates=1, sent_at=START)
    return RedeemProtocol().begun(intent, write, START)


def ended(shown: Redemption) -> Intent:
    """What an answer to the call that completes a redemption makes of it."""
    write = Write(Verdict.APPLIED, shown, Evidence(kind="answer", at=START, sent=True))
    called = replace(redeeming().intent, state=State.COMPLETING, transaction_id=REDEMPTION, called_at=START)
    return RedeemProtocol().finished(called, write, START)


def seen_used(at: datetime, **known: Any) -> Intent:
    """What a look at the used voucher makes of a completion that was called at the start."""
    called = replace(
        redeeming().intent,
        state=State.CHECKING,
        transaction_id=REDEMPTION,
        called_at=START,
        expires_at=START + timedelta(seconds=120),
        **known,
    )
    look = VoucherSeen(Voucher(id=VOUCHER, code="LOST-1", consumed_at=at), is_whole=True, at=START)
    return RedeemProtocol().checked(called, look, START)


def waits(tale: Tale, times: int) -> list[float]:
    """Seconds between turns."""
    gaps = []
    for _ in range(times):
        gaps.append((tale.advance().next_at - tale.clock.now).total_seconds())
        tale.clock.forward(gaps[-1])
    return gaps


def test_a_redemption_that_is_never_seen_is_begun_three_times():
    tale = redeeming(redeem=[Fault.LOST_BEFORE] * 10)
    failed = tale.settle()
    assert (failed.state, failed.failure_code) == (State.FAILED, "not_created")
    assert failed.failure_text == words.never_taken(failed)
    assert tale.desk.calls.count("redeem") == Policy().most_redemptions


def test_the_first_call_is_dated_however_often_it_was_tried():
    tale = redeeming(redeem=[Fault.NOT_SENT] * 3)
    began = tale.clock.now
    assert tale.settle().sent_at == began


def test_a_redemption_whose_id_cannot_be_named_in_a_call_counts_as_lost():
    after = begun(Redemption(id="../" + "x" * 33))
    assert (after.phase, after.transaction_id) == (Phase.CHECKING, None)


def test_a_redemption_that_is_rejected_as_it_begins_says_why():
    failed = begun(Redemption(id=REDEMPTION, rejected_at=START, reject_reason="limit reached"))
    assert (failed.state, failed.failure_code) == (State.FAILED, "rejected")
    assert failed.failure_text == "Brevo rejected it: limit reached. The voucher was not redeemed."


def test_a_redemption_that_is_rejected_as_it_is_completed_says_why():
    failed = ended(Redemption(id=REDEMPTION, rejected_at=START, reject_reason="limit reached"))
    assert (failed.state, failed.failure_code) == (State.FAILED, "rejected")
    assert failed.failure_text == "Brevo rejected it: limit reached. The voucher was not redeemed."


def test_a_redemption_that_took_points_names_the_debit():
    debit = "ffffffff-0000-4000-8000-000000000001"
    done = ended(Redemption(id=REDEMPTION, completed_at=START, debit_transaction_id=debit))
    assert (done.state, done.result) == (State.DONE, {"used_at": START.isoformat(), "debit": debit})


def test_the_remotes_word_on_when_a_redemption_lapses_counts():
    lapses_at = START + timedelta(seconds=45)
    assert begun(Redemption(id=REDEMPTION, expires_at=lapses_at)).expires_at == lapses_at


def test_what_the_console_itself_refuses_takes_no_look():
    failed = begun(None, kind="refused", sent=False, message="No such voucher")
    assert (failed.state, failed.failure_code) == (State.FAILED, "refused")
    assert failed.failure_text == "Brevo refused it: No such voucher. The voucher was not redeemed."


def test_a_refusal_that_a_look_does_not_explain_is_told_as_one():
    failed = redeeming(redeem=[Fault.REFUSED]).settle()
    assert (failed.failure_code, failed.failure_text) == (
        "refused",
        "Brevo refused it: the rules say no. The voucher was not redeemed.",
    )


def test_looks_for_what_became_of_a_completion_come_ever_later():
    assert waits(redeeming(complete_redemption=[Fault.LOST_BEFORE] * 3), 3) == [1, 2, 4]


def test_an_unknown_completion_is_unknown_since_its_first_loss():
    tale = redeeming(complete_redemption=[Fault.LOST_BEFORE] * 2)
    tale.advance()
    tale.clock.forward(1)
    assert tale.advance().unknown_since == START


def test_what_could_not_be_sent_for_ten_minutes_is_not_sent_any_more():
    intent, limit = redeeming().intent, START + timedelta(minutes=10)
    assert RedeemProtocol().begin(intent, None, limit).state is State.CREATING
    late = RedeemProtocol().begin(intent, None, limit + timedelta(seconds=1))
    assert (late.state, late.failure_code, late.failure_text) == (
        State.FAILED,
        "not_sent",
        "Brevo could not be reached for ten minutes. The voucher was not redeemed.",
    )


def test_while_changes_have_to_wait_a_redemption_waits_too():
    pause = Pause(Waiting.RATE_LIMITED, START + timedelta(seconds=40))
    waiting = RedeemProtocol().begin(redeeming().intent, pause, START)
    assert (waiting.state, waiting.waiting, waiting.next_at) == (State.RESERVED, pause.waiting, pause.until)


@pytest.mark.parametrize(("goal", "seconds"), [(Goal.COMPLETE, 120), (Goal.BEGIN, 600)])
def test_without_the_remotes_word_a_redemption_lapses_after_the_time_it_was_given(goal, seconds):
    tale = redeeming()
    intent = replace(tale.intent, state=State.CREATING, goal=goal)
    write = Write(Verdict.APPLIED, Redemption(id=REDEMPTION), Evidence(kind="answer", at=START, sent=True))
    after = RedeemProtocol().begun(intent, write, START)
    assert after.expires_at == START + timedelta(seconds=seconds)


def test_a_lost_redemption_is_looked_for_once_it_has_lapsed_even_by_a_clock_that_is_ten_seconds_slow():
    assert redeeming(redeem=[Fault.LOST_AFTER]).advance().next_at == START + timedelta(seconds=130)


def test_a_redemption_of_ours_that_came_late_and_blocks_the_next_is_waited_for():
    tale = redeeming(redeem=[Fault.LATE])
    tale.desk.late_seconds = 100
    assert (tale.settle().state, tale.calls) == (
        State.DONE,
        "redeem list redeem list list redeem complete_redemption",
    )


def test_a_voucher_that_stays_blocked_ends_as_refused_after_three_redemptions():
    tale = redeeming(redeem=[Fault.LOST_BEFORE, *[Fault.REFUSED] * 10])
    failed = tale.settle()
    assert tale.desk.calls.count("redeem") == 3
    assert (failed.failure_code, failed.failure_text) == (
        "refused",
        "Brevo refused it: the rules say no. The voucher was not redeemed.",
    )


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.LOST_BEFORE])
def test_looks_that_fail_are_repeated_ever_later_however_often_the_call_was_tried_before(fault):
    tale = redeeming(redeem=[Fault.NOT_SENT, Fault.NOT_SENT, fault], list=[Fault.LOOK_FAILS] * 3)
    first_look = 0 if fault is Fault.REFUSED else 130
    expected = [1, 2, 1, 2, 4] if fault is Fault.REFUSED else [1, 2, first_look, 1, 2, 4]
    assert waits(tale, len(expected)) == expected


def test_a_look_for_a_completion_that_fails_is_repeated_when_the_remote_lets_us():
    tale = redeeming(complete_redemption=[Fault.LOST_AFTER], list=[Fault.LOOK_BROKE])
    assert waits(tale, 2) == [1, 3]
    assert tale.advance().state is State.DONE


def test_what_a_look_proved_is_kept():
    tale = redeeming(complete_redemption=[Fault.LOST_AFTER])
    used_at = tale.clock.now
    assert tale.settle().evidence == {
        "kind": "voucher_list",
        "listed": True,
        "at": tale.clock.now.isoformat(),
        "decided_at": used_at.isoformat(),
    }


def test_a_voucher_that_somebody_used_before_our_call_was_not_used_by_us():
    tale = redeeming(complete_redemption=[Fault.NOT_SENT])
    tale.advance()
    tale.clock.forward(30)
    tale.desk.use(VOUCHER)
    tale.clock.forward(30)
    failed = tale.settle()
    assert (failed.state, failed.failure_code) == (State.FAILED, "used")


@pytest.mark.parametrize(
    ("seconds", "known", "state"),
    [
        (-10, {}, State.DONE),
        (-11, {}, State.FAILED),
        (-11, {"unknown_since": START}, State.DONE),
        (119, {}, State.DONE),
        (120, {}, State.FAILED),
        (120, {"unknown_since": START}, State.FAILED),
    ],
)
def test_a_use_is_ours_only_between_our_call_and_the_lapse_unless_a_call_was_lost(seconds, known, state):
    refused = {"failure_code": "refused", "failure_text": "No."}
    assert seen_used(START + timedelta(seconds=seconds), **refused, **known).state is state


@pytest.mark.parametrize(
    ("faults", "seconds"), [([Fault.REFUSED], 30), ([Fault.LOST_BEFORE, Fault.REFUSED], 60)]
)
def test_a_refused_completion_has_failed_once_a_late_sight_of_an_earlier_one_is_ruled_out(faults, seconds):
    tale = redeeming(complete_redemption=faults)
    tale.clock.forward(120)
    failed = tale.settle()
    assert (failed.state, failed.failure_code) == (State.FAILED, "refused")
    assert failed.failure_text == "Brevo refused it: the rules say no. The voucher was not redeemed."
    assert seconds <= (tale.clock.now - (failed.called_at or START)).total_seconds() < 2.1 * seconds


def test_what_is_checked_after_a_refusal_says_so_already():
    checked = redeeming(complete_redemption=[Fault.REFUSED]).advance()
    assert (checked.phase, checked.failure_code) == (Phase.CHECKING, "refused")


def test_after_twenty_looks_at_a_voucher_that_stays_open_a_person_is_asked():
    tale = redeeming(complete_redemption=[Fault.LOST_BEFORE] * 100)
    held = tale.settle()
    assert (held.state, held.failure_code) == (State.HELD, "not_shown")
    assert held.failure_text == words.not_shown(held)
    assert tale.desk.calls.count("list") == Policy().most_looks


def test_after_twenty_looks_that_did_not_see_the_whole_list_a_person_is_asked():
    tale = redeeming(complete_redemption=[Fault.LOST_BEFORE], list=[Fault.LOOK_SHIFTS] * 100)
    held = tale.settle()
    assert (held.state, held.failure_code) == (State.HELD, "not_shown")
    assert held.failure_text == words.not_shown(held)
    assert tale.desk.calls.count("list") == Policy().most_looks


def test_a_voucher_that_was_revoked_before_its_redemption_was_begun_is_told_as_that():
    tale = redeeming()
    tale.desk.withdrawn(VOUCHER)
    failed = tale.settle()
    assert (failed.state, failed.failure_code, failed.adopted) == (State.FAILED, "gone", "gone")
    assert failed.failure_text == words.gone_meanwhile(failed)


@pytest.mark.parametrize(
    ("fault", "state", "code"),
    [(Fault.NOT_SENT, State.FAILED, "gone"), (Fault.LOST_BEFORE, State.HELD, "not_shown")],
)
def test_a_voucher_that_was_revoked_meanwhile_was_not_used_unless_a_call_was_lost(fault, state, code):
    tale = redeeming(complete_redemption=[fault])
    tale.advance()
    tale.desk.withdrawn(VOUCHER)
    ended = tale.settle()
    assert (ended.state, ended.failure_code) == (state, code)
