"""What the console could not settle: only supervisors decide, each decision is recorded and takes effect."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from dashboard.actions.credits import CreditForm, give_credit
from dashboard.actions.held import (
    Choice,
    Decision,
    OwnChange,
    choices,
    choices_of,
    decide,
    deciders,
    unsettled,
)
from dashboard.actions.refusals import Conflict, Denied, Problem, Unacceptable
from dashboard.actions.vouchers import IssueForm, issue_voucher
from dashboard.brevo.balances import BalanceDefinition
from dashboard.brevo.rewards import Reward
from dashboard.permissions import Role
from dashboard.store import own_contacts, staff
from dashboard.store.audit import Outcome
from dashboard.store.intent import Intent, Phase, State
from tests.actions.conftest import hired
from tests.actions.counter import Counter
from tests.actions.fake_acting import MEMBER
from tests.actions.fake_desk import GROUP
from tests.actions.fake_remote import DEFINITION, PROGRAMME, START, Fault

POINTS = BalanceDefinition(id=DEFINITION, name="Points")


def lost(counter: Counter, fault: Fault = Fault.LOST_BEFORE) -> Intent:
    """A voucher whose answer was lost and that is nowhere to be seen."""
    counter.desk.next_fault = lambda call: fault if call == "attribute" else Fault.NONE
    reward = Reward(id=GROUP, name="Ten off", value=Decimal(10), unit="GBP")
    form = IssueForm(
        intent_id=str(uuid4()),
        programme_id=PROGRAMME,
        contact_id=MEMBER,
        reason="late_delivery",
        reward=reward,
        case_reference="ZD-2",
    )
    begun: Intent = counter.do(issue_voucher, form)
    return counter.settle(begun.id)


def queued(counter: Counter) -> Intent:
    """A credit that waits for the remote."""
    counter.desk.next_fault = lambda call: Fault.LIMITED if call == "create" else Fault.NONE
    form = CreditForm(
        intent_id=str(uuid4()),
        programme_id=PROGRAMME,
        contact_id=MEMBER,
        definition=POINTS,
        amount="500",
        reason="late_delivery",
        case_reference="ZD-1",
    )
    waiting: Intent = counter.do(give_credit, form)
    return waiting


def deciding(intent: Intent, choice: Choice, **more: Any) -> Decision:
    return Decision(intent_id=intent.id, version=intent.version, choice=choice, **more)


def test_held_and_unknown_intents_are_listed_with_what_can_be_done(counter):
    held = lost(counter)
    (case,) = unsettled(counter.database)
    assert case.intent.id == held.id
    assert list(case.choices) == [Choice.DONE, Choice.NOT_DONE, Choice.LOOK]


def test_done_counts_as_done_on_the_evidence_that_was_given(counter, lea):
    held = lost(counter)
    decision = deciding(held, Choice.DONE, note="It stands there", evidence="voucher-77")
    done = counter.at(lea).do(decide, decision)
    assert (done.state, done.remote_id, done.adopted) == (State.DONE, "voucher-77", "by_hand")
    assert done.result["decision"]["by"] == "Lea"
    assert counter.record()[-1] == ("intent.done", Outcome.DONE)


def test_not_done_counts_as_failed_and_what_comes_late_is_revoked(counter, lea):
    held = lost(counter, Fault.LATE)
    failed = counter.at(lea).do(decide, deciding(held, Choice.NOT_DONE, note="Nothing there"))
    assert (failed.state, failed.phase) == (State.FAILED, Phase.FAILED)
    counter.clock.forward(1000)
    counter.desk.catch_up()
    assert len(counter.desk.world.vouchers) == 1
    counter.engine.sweep(held.id)
    assert counter.desk.world.vouchers == {}
    assert counter.record()[-2:] == [("intent.not_done", Outcome.FAILED), ("voucher.sweep", Outcome.DONE)]


def test_looking_again_finds_what_came_late(counter, lea):
    held = lost(counter, Fault.LATE)
    counter.clock.forward(100)
    counter.desk.catch_up()
    done = counter.at(lea).do(decide, deciding(held, Choice.LOOK))
    assert (done.state, done.remote_id) == (State.DONE, next(iter(counter.desk.world.vouchers)))


def test_looking_again_without_a_find_is_held_again_and_sends_nothing(counter, lea):
    held = lost(counter)
    again = counter.at(lea).do(decide, deciding(held, Choice.LOOK))
    assert again.state is State.HELD
    assert counter.desk.calls.count("attribute") == 1


def test_an_agent_decides_nothing_and_the_try_is_recorded(counter):
    held = lost(counter)
    with pytest.raises(Denied):
        counter.do(decide, deciding(held, Choice.DONE, note="x", evidence="y"))
    assert counter.record()[-1] == ("intent.done", Outcome.DENIED)


@pytest.mark.parametrize("choice", [Choice.DONE, Choice.NOT_DONE])
def test_nobody_settles_what_they_asked_for_and_the_try_is_recorded(counter, lea, choice):
    held = lost(counter.at(lea))
    with pytest.raises(OwnChange):
        counter.at(lea).do(decide, deciding(held, choice, note="x", evidence="y"))
    assert counter.record()[-1] == (f"intent.{choice.value}", Outcome.DENIED)
    assert counter.find(held.id).state is State.HELD


def test_nobody_settles_what_goes_to_their_own_membership(counter, lea):
    held = lost(counter)
    with counter.database.write() as connection:
        own_contacts.link(connection, lea.id, MEMBER)
    with pytest.raises(OwnChange):
        counter.at(lea).do(decide, deciding(held, Choice.NOT_DONE, note="x"))


def test_ones_own_is_looked_at_again_by_a_supervisor_as_by_anybody(counter, lea):
    held = lost(counter.at(lea))
    assert list(choices_of(counter.database, counter.at(lea).actor, held)) == [Choice.LOOK]
    assert counter.at(lea).do(decide, deciding(held, Choice.LOOK)).state is State.HELD


def test_a_colleague_settles_it(counter, database, lea):
    held = lost(counter.at(lea))
    mia = hired(database, "Mia", Role.SUPERVISOR)
    hired(database, "Ike", Role.AUDITOR)
    with database.write() as connection:
        gone = staff.add(connection, email="x@shop.example", name="Xen", role=Role.ADMIN, now=START)
        staff.disable(connection, gone.id, START)
    assert [each.name for each in deciders(database, held)] == ["Mia"]
    done = counter.at(mia).do(decide, deciding(held, Choice.NOT_DONE, note="Nothing there"))
    assert done.state is State.FAILED


def test_a_decision_about_what_changed_meanwhile_is_a_conflict(counter, lea):
    held = lost(counter)
    counter.at(lea).do(decide, deciding(held, Choice.LOOK))
    with pytest.raises(Conflict):
        counter.at(lea).do(decide, deciding(held, Choice.NOT_DONE, note="Nothing there"))


def test_a_decision_needs_a_note_and_evidence(counter, lea):
    with pytest.raises(Unacceptable) as refused:
        counter.at(lea).do(decide, deciding(lost(counter), Choice.DONE))
    assert list(refused.value.problems) == [
        Problem("note", "Enter a note that says what you saw in Brevo"),
        Problem("evidence", "Enter the ID of what Brevo shows"),
    ]


def test_what_is_queued_can_be_withdrawn_by_whoever_asked_and_is_never_sent(counter):
    waiting = queued(counter)
    assert list(choices(waiting)) == [Choice.WITHDRAW]
    failed = counter.do(decide, deciding(waiting, Choice.WITHDRAW))
    assert (failed.state, failed.failure_text) == (State.FAILED, "Sam withdrew it before it was sent.")
    counter.clock.forward(100)
    counter.desk.next_fault = lambda call: Fault.NONE
    assert counter.engine.advance(waiting.id, until=counter.clock.now).state is State.FAILED
    assert counter.desk.ledger.entries == []


def test_a_draft_that_waits_is_cancelled_when_it_is_withdrawn(counter):
    counter.desk.next_fault = lambda call: Fault.LIMITED if call == "complete" else Fault.NONE
    form = CreditForm(
        intent_id=str(uuid4()),
        programme_id=PROGRAMME,
        contact_id=MEMBER,
        definition=POINTS,
        amount="500",
        reason="late_delivery",
        case_reference="ZD-1",
    )
    waiting = counter.do(give_credit, form)
    counter.do(decide, deciding(waiting, Choice.WITHDRAW))
    counter.clock.forward(10)
    ended = counter.settle(waiting.id)
    assert (ended.state, ended.failure_code) == (State.FAILED, "withdrawn")
    assert counter.desk.ledger.balance == Decimal(12480)
    assert counter.desk.ledger.open_drafts() == []


def test_what_may_be_on_its_way_cannot_be_withdrawn(counter):
    held = lost(counter)
    with pytest.raises(Unacceptable, match="cannot be decided"):
        counter.do(decide, deciding(held, Choice.WITHDRAW))
