"""How far a redemption goes before it changes its mind: the counts, dates and words at the edges."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from dashboard.actions import words
from dashboard.actions.policy import Policy
from dashboard.actions.redeeming import RedeemProtocol
from dashboard.brevo.fetched import Evidence, Verdict, Write
from dashboard.brevo.vouchers import Redemption
from dashboard.store.intent import Intent, Kind, Phase, State
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
    tale = redeeming(complete_redemption=[Fault.LOST_BEFORE] * 3)
    gaps = []
    for _ in range(3):
        gaps.append((tale.advance().next_at - tale.clock.now).total_seconds())
        tale.clock.forward(gaps[-1])
    assert gaps == [1, 2, 4]


def test_an_unknown_completion_is_unknown_since_its_first_loss():
    tale = redeeming(complete_redemption=[Fault.LOST_BEFORE] * 2)
    tale.advance()
    tale.clock.forward(1)
    assert tale.advance().unknown_since == START
