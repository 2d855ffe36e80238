"""The fault matrix for vouchers: each cell names what must come of a fault, in the table's own codes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dashboard.store.audit import Outcome
from dashboard.store.intent import Kind, Phase, State, Waiting
from tests.actions.fake_desk import GROUP, FakeDesk
from tests.actions.fake_remote import Clock, Crash, Fault
from tests.actions.tale import ID, Tale, asked

VOUCHER = "cccccccc-0000-4000-8000-000000000001"


def issuing(**faults: Any) -> Tale:
    return Tale(asked(Kind.VOUCHER_ISSUE, {"reward_id": GROUP, "code": "AB12-CD34"}), **faults)


def revoking(desk: FakeDesk | None = None, **faults: Any) -> Tale:
    desk = desk or FakeDesk(Clock())
    desk.give(VOUCHER)
    return Tale(asked(Kind.VOUCHER_REVOKE, {"voucher_id": VOUCHER}), desk, **faults)


def ours(tale: Tale) -> list[str]:
    """Vouchers that carry our mark."""
    return [key for key, one in tale.desk.world.vouchers.items() if one.meta.get("intent") == ID]


ISSUE = {
    Fault.NONE: "done",
    Fault.NOT_SENT: "R",
    Fault.LIMITED: "R",
    Fault.UNAUTHORISED: "R",
    Fault.LOST_BEFORE: "Q held",
    Fault.HANG: "Q held",
    Fault.LATE: "Q held",
    Fault.LOST_AFTER: "Q adopt",
    Fault.SERVER_ERROR: "Q adopt",
    Fault.FOREIGN: "Q adopt",
    Fault.EMPTY: "Q adopt",
    Fault.WORDLESS: "Q adopt",
    Fault.TWICE: "done",
    Fault.ECHO: "A",
    Fault.REFUSED: "X",
}
"""What comes of a fault on the call that issues."""

REVOKE = {
    Fault.NONE: "done",
    Fault.NOT_SENT: "R",
    Fault.LIMITED: "R",
    Fault.UNAUTHORISED: "R",
    Fault.LOST_BEFORE: "C resend",
    Fault.HANG: "C resend",
    Fault.LATE: "C resend",
    Fault.LOST_AFTER: "C final",
    Fault.SERVER_ERROR: "C final",
    Fault.FOREIGN: "C final",
    Fault.EMPTY: "C final",
    Fault.WORDLESS: "C final",
    Fault.TWICE: "done",
    Fault.ECHO: "A",
    Fault.REFUSED: "X",
}

MEANS = {
    "done": (State.DONE, 1),
    "R": (State.DONE, 2),
    "Q held": (State.HELD, 1),
    "Q adopt": (State.DONE, 1),
    "C resend": (State.DONE, 2),
    "C final": (State.DONE, 1),
    "A": (State.DONE, 1),
    "X": (State.FAILED, 1),
}
"""Where a code ends, and with how many calls that change something."""


@pytest.mark.parametrize(("fault", "code"), ISSUE.items(), ids=str)
def test_issuing_a_voucher_under_each_fault_ends_as_the_table_says(fault, code):
    tale = issuing(attribute=[fault])
    settled = tale.settle()
    assert (settled.state, tale.desk.calls.count("attribute")) == MEANS[code]
    assert len(ours(tale)) == (1 if settled.state is State.DONE else 0)


@pytest.mark.parametrize(("fault", "code"), REVOKE.items(), ids=str)
def test_revoking_a_voucher_under_each_fault_ends_as_the_table_says(fault, code):
    tale = revoking(revoke=[fault])
    settled = tale.settle()
    assert (settled.state, tale.desk.calls.count("revoke")) == MEANS[code]
    assert (VOUCHER in tale.desk.world.vouchers) is (settled.state is not State.DONE)


def test_an_issued_voucher_tells_its_code_and_what_it_is():
    done = issuing().advance()
    assert done.result["code"] == "AB12-CD34"
    assert done.remote_id is not None


def test_a_lost_voucher_is_said_to_be_checked_and_recorded_as_unknown():
    tale = issuing(attribute=[Fault.LOST_AFTER])
    assert tale.advance().phase is Phase.CHECKING
    tale.settle()
    assert [row.outcome for row in tale.journal.audit] == [Outcome.PENDING, Outcome.UNKNOWN, Outcome.DONE]


@pytest.mark.parametrize(
    ("fault", "waiting"),
    [
        (Fault.NOT_SENT, Waiting.NOT_SENT),
        (Fault.LIMITED, Waiting.RATE_LIMITED),
        (Fault.UNAUTHORISED, Waiting.UNAUTHORISED),
    ],
)
def test_what_was_not_sent_is_queued(fault, waiting):
    queued = issuing(attribute=[fault]).advance()
    assert (queued.phase, queued.waiting) == (Phase.QUEUED, waiting)


def test_a_lagging_list_only_takes_longer():
    tale = issuing(attribute=[Fault.LOST_AFTER])
    tale.desk.lag = timedelta(seconds=25)
    assert tale.settle().state is State.DONE
    assert len(ours(tale)) == 1


@pytest.mark.parametrize("fault", [Fault.LOOK_FAILS, Fault.LOOK_BROKE, Fault.LOOK_SHIFTS])
def test_a_list_that_cannot_be_read_leaves_it_unknown_and_visible(fault):
    tale = issuing(attribute=[Fault.LOST_BEFORE], list=[fault] * 5)
    for _ in range(5):
        assert tale.advance().phase is Phase.CHECKING
        tale.clock.forward(70)
    assert tale.desk.calls.count("attribute") == 1


def test_a_voucher_that_comes_late_is_revoked_once_a_person_said_that_it_was_not_done():
    tale = issuing(attribute=[Fault.LATE])
    held = tale.settle()
    assert held.failure_code == "not_found"
    tale.sweep()
    assert len(ours(tale)) == 1, "while it is held, nobody has decided"


def test_a_doubled_voucher_is_revoked_and_the_chosen_one_is_not():
    desk = FakeDesk(Clock(), unique_codes=False)
    tale = Tale(
        asked(Kind.VOUCHER_ISSUE, {"reward_id": GROUP, "code": "AB12"}), desk, attribute=[Fault.TWICE]
    )
    done = tale.settle()
    assert len(ours(tale)) == 2
    tale.sweep()
    assert ours(tale) == [done.remote_id]
    assert tale.journal.audit[-1].action == "voucher.sweep"


@pytest.mark.parametrize(
    ("call", "faults"),
    [("list", [Fault.LOOK_FAILS]), ("revoke", [Fault.LOST_BEFORE])],
    ids=["look", "revoke"],
)
def test_a_sweep_that_could_not_do_all_is_done_again_and_then_is_over(call, faults):
    desk = FakeDesk(Clock(), unique_codes=False)
    values = {"reward_id": GROUP, "code": "AB12"}
    tale = Tale(asked(Kind.VOUCHER_ISSUE, values), desk, attribute=[Fault.TWICE])
    done = tale.settle()
    tale.faults[call] = list(faults)
    tale.sweep()
    assert (len(ours(tale)), tale.now.sweep_at) == (2, tale.clock.now + timedelta(seconds=60))
    tale.sweep()
    assert (ours(tale), tale.now.sweep_at) == ([done.remote_id], None)


def test_a_voucher_that_was_refused_though_it_was_given_is_revoked():
    tale = issuing(attribute=[Fault.ECHO], list=[Fault.NONE])
    tale.desk.lag = timedelta(seconds=200)
    assert tale.settle().state is State.FAILED
    tale.desk.lag = timedelta(0)
    tale.sweep()
    assert ours(tale) == []


@pytest.mark.parametrize("call", [Fault.CRASH_BEFORE, Fault.CRASH_AFTER])
@pytest.mark.parametrize("make", [issuing, revoking])
def test_dying_in_the_middle_of_the_call_is_an_unknown_outcome(make, call):
    tale = make(attribute=[call], revoke=[call])
    with pytest.raises(Crash):
        tale.advance()
    settled = tale.settle()
    if make is issuing:
        assert settled.state is (State.DONE if call is Fault.CRASH_AFTER else State.HELD)
        assert tale.desk.calls.count("attribute") == 1
    else:
        assert settled.state is State.DONE
        assert VOUCHER not in tale.desk.world.vouchers


def test_a_voucher_that_is_gone_already_is_adopted():
    tale = revoking()
    del tale.desk.world.vouchers[VOUCHER]
    done = tale.settle()
    assert (done.state, done.adopted, tale.calls) == (State.DONE, "already", "revoke")


def test_a_voucher_that_was_used_meanwhile_is_told():
    tale = revoking()
    tale.desk.use(VOUCHER)
    failed = tale.settle()
    assert (failed.state, failed.failure_code, failed.adopted) == (State.FAILED, "used", "used")
    assert failed.failure_text == "The voucher was used before that. Nothing was revoked."


def test_a_remote_that_keeps_revoked_vouchers_in_its_list_is_understood():
    tale = revoking(FakeDesk(Clock(), keeps_revoked=True), revoke=[Fault.LOST_AFTER])
    assert tale.settle().state is State.DONE
    assert tale.calls == "revoke list revoke"


def redeeming(**faults: Any) -> Tale:
    desk = FakeDesk(Clock())
    desk.give(VOUCHER)
    return Tale(asked(Kind.VOUCHER_REDEEM, {"voucher_id": VOUCHER}), desk, **faults)


REDEEM = {
    Fault.NONE: (State.DONE, 1),
    Fault.NOT_SENT: (State.DONE, 2),
    Fault.LIMITED: (State.DONE, 2),
    Fault.UNAUTHORISED: (State.DONE, 2),
    Fault.LOST_BEFORE: (State.DONE, 2),
    Fault.HANG: (State.DONE, 2),
    Fault.LOST_AFTER: (State.DONE, 2),
    Fault.SERVER_ERROR: (State.DONE, 2),
    Fault.FOREIGN: (State.DONE, 2),
    Fault.EMPTY: (State.DONE, 2),
    Fault.WORDLESS: (State.DONE, 2),
    Fault.TWICE: (State.DONE, 1),
    Fault.REFUSED: (State.FAILED, 1),
}


@pytest.mark.parametrize(("fault", "ends"), REDEEM.items(), ids=str)
def test_beginning_a_redemption_under_each_fault(fault, ends):
    tale = redeeming(redeem=[fault])
    settled = tale.settle()
    assert (settled.state, tale.desk.calls.count("redeem")) == ends
    assert _is_used(tale) is (settled.state is State.DONE)


COMPLETE = {**REDEEM, Fault.LOST_AFTER: (State.DONE, 1), Fault.SERVER_ERROR: (State.DONE, 1)}
COMPLETE |= {Fault.FOREIGN: (State.DONE, 1), Fault.EMPTY: (State.DONE, 1), Fault.WORDLESS: (State.DONE, 1)}
COMPLETE |= {Fault.LATE: (State.DONE, 2)}


@pytest.mark.parametrize(("fault", "ends"), COMPLETE.items(), ids=str)
def test_completing_a_redemption_under_each_fault(fault, ends):
    tale = redeeming(complete_redemption=[fault])
    settled = tale.settle()
    assert (settled.state, tale.desk.calls.count("complete_redemption")) == ends
    assert tale.desk.calls.count("redeem") == 1
    assert _is_used(tale) is (settled.state is State.DONE)


def test_a_lost_redemption_lapses_before_another_one_is_begun():
    tale = redeeming(redeem=[Fault.LOST_AFTER])
    tale.settle()
    assert tale.clock.now - tale.intent.created_at > timedelta(seconds=120)
    assert tale.calls == "redeem list redeem complete_redemption"


def test_a_voucher_that_somebody_else_used_first_says_so():
    tale = redeeming()
    tale.desk.use(VOUCHER)
    failed = tale.settle()
    assert (failed.failure_code, failed.adopted) == ("used", "used")
    assert failed.evidence["decided_at"] is not None


def test_nobody_stands_at_a_till_for_a_day():
    tale = redeeming(redeem=[Fault.NOT_SENT] * 100)
    failed = tale.settle()
    assert (failed.state, failed.failure_code) == (State.FAILED, "not_sent")
    assert tale.clock.now - tale.intent.created_at < timedelta(minutes=15)


@pytest.mark.parametrize("call", ["redeem", "complete_redemption"])
@pytest.mark.parametrize("fault", [Fault.CRASH_BEFORE, Fault.CRASH_AFTER])
def test_dying_while_redeeming_uses_the_voucher_once(call, fault):
    tale = redeeming(**{call: [fault]})
    with pytest.raises(Crash):
        tale.advance()
    assert tale.settle().state is State.DONE
    assert _is_used(tale)


def _is_used(tale: Tale) -> bool:
    return tale.desk.world.vouchers[VOUCHER].consumed_at is not None
