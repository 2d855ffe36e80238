"""The fault matrix for orders and for drafts that somebody left: each cell names what comes of a fault."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from dashboard.brevo.status import TransactionStatus as Status
from dashboard.store.intent import Goal, Kind, Phase, State
from tests.actions.fake_desk import FakeDesk
from tests.actions.fake_remote import DEFINITION, START, Clock, Crash, Entry, Fault
from tests.actions.tale import Tale, asked

DRAFT = "dddddddd-0000-4000-8000-000000000001"


def ordering(desk: FakeDesk | None = None, **faults: Any) -> Tale:
    values = {"definition_id": DEFINITION, "amount": "200", "due_at": START.isoformat(), "expires_at": None}
    return Tale(asked(Kind.ORDER_CREATE, values), desk, **faults)


def ending(goal: Goal, **faults: Any) -> Tale:
    desk = FakeDesk(Clock())
    entry = Entry(DRAFT, Decimal(200), {"source": "shop"}, START - timedelta(days=2), None)
    desk.ledger.entries.append(entry)
    intent = asked(
        Kind.DRAFT_COMPLETE if goal is Goal.COMPLETE else Kind.DRAFT_CANCEL,
        {"definition_id": DEFINITION, "amount": "200"},
        state=State.DRAFT,
        goal=goal,
        transaction_id=DRAFT,
        sent_at=entry.created_at,
    )
    return Tale(intent, desk, **faults)


def status(tale: Tale) -> Status:
    return tale.desk.ledger.entries[0].status


ORDER = {
    Fault.NONE: (State.DONE, 1),
    Fault.NOT_SENT: (State.DONE, 2),
    Fault.LIMITED: (State.DONE, 2),
    Fault.UNAUTHORISED: (State.DONE, 2),
    Fault.LOST_BEFORE: (State.HELD, 1),
    Fault.HANG: (State.HELD, 1),
    Fault.LATE: (State.HELD, 1),
    Fault.LOST_AFTER: (State.DONE, 1),
    Fault.SERVER_ERROR: (State.DONE, 1),
    Fault.FOREIGN: (State.DONE, 1),
    Fault.EMPTY: (State.DONE, 1),
    Fault.WORDLESS: (State.DONE, 1),
    Fault.REFUSED: (State.FAILED, 1),
}


@pytest.mark.parametrize(("fault", "ends"), ORDER.items(), ids=str)
def test_making_an_order_under_each_fault_makes_one(fault, ends):
    tale = ordering(create_order=[fault])
    settled = tale.settle()
    assert (settled.state, tale.desk.calls.count("create_order")) == ends
    assert len(tale.desk.world.orders) == (1 if settled.state is State.DONE else 0)


def test_an_order_keeps_its_number_and_its_transaction():
    done = ordering().advance()
    assert (done.remote_id, done.transaction_id) == (
        "00000000-dddd-4000-8000-000000000001",
        "00000000-eeee-4000-8000-000000000002",
    )


def test_an_order_whose_transaction_does_not_inherit_our_mark_is_left_to_a_person():
    tale = ordering(FakeDesk(Clock(), order_meta=False), create_order=[Fault.LOST_AFTER])
    assert tale.settle().state is State.HELD
    assert tale.desk.calls.count("create_order") == 1


@pytest.mark.parametrize("fault", [Fault.CRASH_BEFORE, Fault.CRASH_AFTER])
def test_dying_while_an_order_is_made_never_makes_two(fault):
    tale = ordering(create_order=[fault])
    with pytest.raises(Crash):
        tale.advance()
    assert tale.settle().state is (State.DONE if fault is Fault.CRASH_AFTER else State.HELD)
    assert len(tale.desk.world.orders) <= 1


END = {
    Fault.NONE: (State.DONE, 1),
    Fault.NOT_SENT: (State.DONE, 2),
    Fault.LIMITED: (State.DONE, 2),
    Fault.UNAUTHORISED: (State.DONE, 2),
    Fault.LOST_BEFORE: (State.DONE, 2),
    Fault.HANG: (State.DONE, 2),
    Fault.LATE: (State.DONE, 2),
    Fault.LOST_AFTER: (State.DONE, 1),
    Fault.SERVER_ERROR: (State.DONE, 1),
    Fault.FOREIGN: (State.DONE, 1),
    Fault.EMPTY: (State.DONE, 1),
    Fault.WORDLESS: (State.DONE, 1),
    Fault.TWICE: (State.DONE, 1),
}


@pytest.mark.parametrize("goal", [Goal.COMPLETE, Goal.CANCEL])
@pytest.mark.parametrize(("fault", "ends"), END.items(), ids=str)
def test_ending_a_draft_under_each_fault_ends_it_once(goal, fault, ends):
    call = goal.value
    tale = ending(goal, **{call: [fault]})
    settled = tale.settle()
    assert (settled.state, tale.desk.calls.count(call)) == ends
    assert status(tale) is (Status.COMPLETED if goal is Goal.COMPLETE else Status.CANCELLED)
    assert tale.desk.ledger.balance == Decimal(12480) + (200 if goal is Goal.COMPLETE else 0)


@pytest.mark.parametrize("goal", [Goal.COMPLETE, Goal.CANCEL])
def test_a_refusal_never_ends_somebody_elses_draft_in_another_way(goal):
    tale = ending(goal, **{goal.value: [Fault.REFUSED] * 50})
    failed = tale.settle()
    assert (failed.state, failed.failure_code) == (State.FAILED, "refused")
    assert status(tale) is Status.DRAFT


def test_a_completion_that_the_remote_rejects_fails_with_its_reason():
    failed = ending(Goal.COMPLETE, complete=[Fault.REJECTED]).settle()
    assert failed.failure_text == "Brevo rejected it: limit reached. Nothing was completed."


DECIDED = [
    (Goal.COMPLETE, Status.COMPLETED, State.DONE, None),
    (Goal.COMPLETE, Status.CANCELLED, State.CANCELLED, "It was cancelled before. Nothing was completed."),
    (Goal.CANCEL, Status.CANCELLED, State.DONE, None),
    (Goal.CANCEL, Status.COMPLETED, State.FAILED, "It was completed before. Nothing was cancelled."),
]


@pytest.mark.parametrize(("goal", "was", "state", "text"), DECIDED)
def test_what_somebody_else_decided_first_is_adopted_and_told(goal, was, state, text):
    tale = ending(goal)
    tale.desk.ledger.somebody(DRAFT, was)
    settled = tale.settle()
    assert (settled.state, settled.failure_text, settled.adopted) == (state, text, was.value)
    assert settled.evidence["decided_at"] is not None


def test_a_draft_that_lapsed_is_told():
    tale = ending(Goal.COMPLETE)
    tale.desk.ledger.entries[0].lapses_at = START - timedelta(hours=1)
    failed = tale.settle()
    assert failed.failure_text == "It lapsed before. Nothing was completed."


def test_a_lost_end_is_said_to_be_checked():
    assert ending(Goal.COMPLETE, complete=[Fault.LOST_AFTER]).advance().phase is Phase.CHECKING


def test_a_draft_is_not_ended_a_day_later():
    failed = ending(Goal.COMPLETE, complete=[Fault.NOT_SENT] * 2000).settle(3000)
    assert (failed.state, failed.failure_code) == (State.FAILED, "not_sent")


@pytest.mark.parametrize("fault", [Fault.CRASH_BEFORE, Fault.CRASH_AFTER])
def test_dying_while_a_draft_is_completed_moves_it_once(fault):
    tale = ending(Goal.COMPLETE, complete=[fault])
    with pytest.raises(Crash):
        tale.advance()
    assert tale.settle().state is State.DONE
    assert tale.desk.ledger.balance == Decimal(12680)
