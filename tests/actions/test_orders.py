"""Orders and drafts by form: what is accepted, many at once, who was faster, and our own register."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs
from msgspec.structs import replace

from dashboard.actions.dry_run import dry_run
from dashboard.actions.orders import (
    BulkForm,
    Draft,
    DraftForm,
    OrderForm,
    create_order,
    decide_draft,
    decide_drafts,
    decided_by,
)
from dashboard.actions.refusals import Denied, Problem
from dashboard.brevo.balances import BalanceDefinition
from dashboard.brevo.status import TransactionStatus as Status
from dashboard.store import intents, orders, own_contacts
from dashboard.store.audit import Outcome
from dashboard.store.intent import Goal, State
from tests.actions.counter import Counter, basics
from tests.actions.fake_acting import MEMBER
from tests.actions.fake_remote import DEFINITION, PROGRAMME, START, Entry, Fault

POINTS = BalanceDefinition(id=DEFINITION, name="Points", max_credit=Decimal(800))


def ordering(**more: Any) -> OrderForm:
    return OrderForm(**basics(definition=POINTS, amount="200", **more))


def left(counter: Counter, number: int, amount: int = 100, contact_id: int = MEMBER) -> Draft:
    """A draft that somebody left at the remote."""
    transaction_id = f"dddddddd-0000-4000-8000-{number:012}"
    counter.desk.ledger.entries.append(Entry(transaction_id, Decimal(amount), {}, START, None))
    return Draft(
        transaction_id=transaction_id,
        contact_id=contact_id,
        definition_id=DEFINITION,
        amount=Decimal(amount),
        made_at=START,
    )


def bulk(*drafts: Draft, goal: Goal = Goal.COMPLETE) -> BulkForm:
    return BulkForm(**basics(drafts=drafts, goal=goal))


def test_an_order_stands_in_our_register_with_its_transaction(counter):
    done = counter.do(create_order, ordering())
    with counter.database.read() as connection:
        order = orders.get(connection, done.id)
        assert orders.open_orders(connection, PROGRAMME) == (order,)
    assert order is not None
    assert (order.amount, order.order_id, order.transaction_id) == (
        Decimal(200),
        done.remote_id,
        done.transaction_id,
    )


BAD = [
    ({"amount": "-1"}, Problem("amount", "Enter the number of points")),
    ({"amount": "0"}, Problem("amount", "Points must be more than 0")),
    ({"amount": "1.5"}, Problem("amount", "Points must be a whole number")),
    (
        {"amount": "900"},
        Problem("amount", "Points must be 800 or fewer: the programme allows no more at once"),
    ),
    (
        {"due_at": START - timedelta(days=1)},
        Problem("due_at", "Choose a time for the order that is still to come"),
    ),
    (
        {"expires_at": START - timedelta(days=1)},
        Problem("expires_at", "Choose an end after the time the order is due"),
    ),
]


TIMES = [
    ("due_at", "tomorrow", "Enter a day and a time such as 2026-11-20 14:30"),
    ("due_at", "2026-11-31 10:00", "Enter a day and a time such as 2026-11-20 14:30"),
    ("due_at", "٢٠٢٦-11-20 10:00", "Enter a day and a time such as 2026-11-20 14:30"),
    ("due_at", "2026-11-20T10:00+05:00", "Enter a day and a time such as 2026-11-20 14:30"),
    ("due_at", "2026-11-20T08:59", "Choose a time for the order that is still to come"),
    ("due_at", "9999-12-31T23:59", "Choose a time within ten years"),
    ("expires_at", "2026-11-20T09:00", "Choose an end after the time the order is due"),
    ("expires_at", "2036-12-01T09:00", "Choose a time within ten years"),
]


@pytest.mark.parametrize(("field", "text", "told"), TIMES)
def test_a_time_that_cannot_be_says_what_to_do(counter, field, text, told):
    form = replace(ordering(), **{field: text})
    assert counter.problems(create_order, form) == [Problem(field, told)]


def test_times_are_those_of_the_programmes_zone(counter):
    form = replace(
        ordering(), due_at="2026-12-24 18:00", expires_at="2026-12-31T18:00", zone=ZoneInfo("Europe/Berlin")
    )
    done = counter.do(create_order, form)
    assert done.values["due_at"] == "2026-12-24T17:00:00+00:00"
    assert done.values["expires_at"] == "2026-12-31T17:00:00+00:00"


def test_an_order_that_neither_adds_nor_takes_is_refused(counter):
    form = replace(ordering(), takes=None)
    assert counter.problems(create_order, form) == [Problem("direction", "Choose whether it adds or takes")]


@pytest.mark.parametrize(("typed", "problem"), BAD)
def test_what_cannot_be_ordered_says_what_to_do(counter, typed, problem):
    assert counter.problems(create_order, replace(ordering(), **typed)) == [problem]


FREE = BalanceDefinition(id=DEFINITION, name="Points")


def test_an_order_above_the_limit_waits_for_approval_and_nothing_is_sent(counter):
    asked = counter.do(create_order, replace(ordering(), definition=FREE, amount="5000"))
    assert asked.state is State.AWAITING_APPROVAL
    assert counter.desk.calls == []


def test_an_order_that_takes_needs_nobodys_approval(counter):
    done = counter.do(create_order, replace(ordering(), definition=FREE, amount="5000", takes=True))
    assert (done.state, done.amount) == (State.DONE, Decimal(-5000))


def test_an_order_above_what_anybody_may_give_is_refused(counter):
    form = replace(ordering(), definition=FREE, amount="50000")
    assert [one.field for one in counter.problems(create_order, form)] == ["amount"]


@pytest.mark.parametrize(("amount", "goal"), [(100, Goal.COMPLETE), (-100, Goal.CANCEL)])
def test_nobody_lets_anything_come_to_their_own_membership(counter, sam, amount, goal):
    with counter.database.write() as connection:
        own_contacts.link(connection, sam.id, MEMBER)
    draft = left(counter, 1, amount=amount)
    form = DraftForm(**basics(draft=draft, goal=goal))
    own = [Problem("", "You can't give points to your own membership. Ask a colleague")]
    assert counter.problems(decide_draft, form) == own
    assert counter.problems(decide_drafts, bulk(draft, goal=goal)) == own
    assert counter.record()[-1][1] is Outcome.DENIED


def test_what_takes_from_ones_own_membership_may_be_completed(counter, sam):
    with counter.database.write() as connection:
        own_contacts.link(connection, sam.id, MEMBER)
    form = DraftForm(**basics(draft=left(counter, 1, amount=-100), goal=Goal.COMPLETE))
    assert counter.do(decide_draft, form).state is State.DONE


def test_a_sharer_lets_nothing_come_to_the_shared_account(counter, sam):
    with counter.database.write() as connection:
        own_contacts.link(connection, sam.id, 99)
    draft = replace(left(counter, 1), sharers=frozenset({99}))
    problems = counter.problems(decide_draft, DraftForm(**basics(draft=draft, goal=Goal.COMPLETE)))
    assert [one.field for one in problems] == [""]


def test_a_completed_draft_is_no_order_that_waits_any_more(counter):
    made = counter.do(create_order, ordering())
    draft = Draft(
        transaction_id=made.transaction_id,
        contact_id=MEMBER,
        definition_id=DEFINITION,
        amount=Decimal(200),
        made_at=START,
    )
    done = counter.do(decide_draft, DraftForm(**basics(draft=draft, goal=Goal.COMPLETE, reason="")))
    assert (done.state, done.balance_after) == (State.DONE, Decimal(12680))
    with counter.database.read() as connection:
        assert orders.open_orders(connection, PROGRAMME) == ()


def test_cancelling_takes_a_reason_and_completing_does_not(counter):
    form = DraftForm(**basics(draft=left(counter, 1), goal=Goal.CANCEL, reason=""))
    assert counter.problems(decide_draft, form) == [Problem("reason", "Choose a reason")]
    assert counter.do(decide_draft, replace(form, goal=Goal.COMPLETE)).state is State.DONE


def test_a_draft_of_another_member_is_refused(counter):
    form = DraftForm(**basics(draft=left(counter, 1, contact_id=99), goal=Goal.COMPLETE))
    (problem,) = counter.problems(decide_draft, form)
    assert problem.message == "Open the list again: this is not a draft of this member"


def test_the_loser_is_told_who_was_faster(counter, lea):
    draft = left(counter, 1)
    counter.at(lea).do(decide_draft, DraftForm(**basics(draft=draft, goal=Goal.COMPLETE)))
    late = counter.do(decide_draft, DraftForm(**basics(draft=draft, goal=Goal.CANCEL)))
    assert late.failure_text == "It was completed before. Nothing was cancelled."
    assert decided_by(counter.database, late).name == "Lea"
    assert decided_by(counter.database, late).at == START


def test_somebody_in_brevo_who_was_faster_has_no_name_here(counter):
    draft = left(counter, 1)
    counter.desk.ledger.somebody(draft.transaction_id, Status.CANCELLED)
    late = counter.do(decide_draft, DraftForm(**basics(draft=draft, goal=Goal.COMPLETE)))
    assert (decided_by(counter.database, late).name, late.state) == (None, State.CANCELLED)


def test_whoever_made_an_order_is_not_taken_for_who_ended_it(counter):
    made = counter.do(create_order, ordering())
    counter.desk.ledger.somebody(made.transaction_id, Status.CANCELLED)
    draft = replace(left(counter, 9), transaction_id=made.transaction_id, amount=Decimal(200))
    late = counter.do(decide_draft, DraftForm(**basics(draft=draft, goal=Goal.COMPLETE)))
    assert decided_by(counter.database, late).name is None


def test_many_drafts_are_completed_each_with_a_result_of_its_own(counter):
    drafts = tuple(left(counter, number, contact_id=number) for number in range(1, 6))
    counter.desk.ledger.somebody(drafts[2].transaction_id, Status.CANCELLED)
    form = bulk(*drafts)
    done = counter.do(decide_drafts, form)
    assert [one.contact_id for one in done] == [1, 2, 3, 4, 5]
    assert [one.state for one in done].count(State.DONE) == 4
    assert done[2].failure_text == "It was cancelled before. Nothing was completed."
    with counter.database.read() as connection:
        assert intents.of_batch(connection, form.intent_id) == done


def test_many_drafts_go_on_after_an_interruption_and_move_none_twice(counter):
    drafts = tuple(left(counter, number) for number in range(1, 6))
    form = bulk(*drafts)
    counter.desk.next_fault = lambda call: Fault.NOT_SENT if len(counter.desk.calls) > 2 else Fault.NONE
    first = counter.do(decide_drafts, form)
    assert [one.state for one in first].count(State.DONE) == 2
    counter.desk.next_fault = lambda call: Fault.NONE
    counter.clock.forward(60)
    again = counter.do(decide_drafts, form)
    assert {one.state for one in again} == {State.DONE}
    assert counter.desk.ledger.balance == Decimal(12980)


def test_more_than_fifty_at_once_are_refused(counter):
    drafts = tuple(left(counter, number) for number in range(51))
    assert counter.problems(decide_drafts, bulk(*drafts)) == [Problem("rows", "Choose 50 or fewer")]


def test_one_bad_row_stops_all_before_anything_is_sent(counter):
    lapsed = replace(left(counter, 2), expires_at=START)
    (problem,) = counter.problems(decide_drafts, bulk(left(counter, 1), lapsed))
    assert problem.message == "It lapsed on 20 Nov 2026 09:00 UTC"


def test_an_auditor_decides_no_draft(counter, ike):
    with pytest.raises(Denied):
        counter.at(ike).do(decide_drafts, bulk(left(counter, 1)))


def test_a_dry_run_counts_on_where_one_member_has_several_rows(counter):
    drafts = tuple(replace(left(counter, number), balance=Decimal(50)) for number in (1, 2))
    plans = dry_run(drafts, Goal.COMPLETE, {DEFINITION: POINTS}, START)
    assert [one.balance_after for one in plans] == [Decimal(150), Decimal(250)]


def test_a_dry_run_knows_the_most_that_a_balance_may_hold(counter):
    draft = replace(left(counter, 1), balance=Decimal(950))
    capped = structs.replace(POINTS, max_amount=Decimal(1000), overtaking="strict")
    (plan,) = dry_run((draft,), Goal.COMPLETE, {DEFINITION: capped}, START)
    assert plan.why_not == "The balance has room for 50 only"
    (plan,) = dry_run(
        (draft,), Goal.COMPLETE, {DEFINITION: structs.replace(capped, overtaking="partial")}, START
    )
    assert (plan.why_not, plan.balance_after) == (None, Decimal(1000))


def test_a_dry_run_tells_each_row_what_would_come_of_it(counter):
    fine = replace(left(counter, 1), balance=Decimal(50))
    lapsed = replace(left(counter, 2), expires_at=START)
    too_much = replace(left(counter, 3, amount=-200), balance=Decimal(50))
    plans = dry_run((fine, lapsed, too_much), Goal.COMPLETE, {DEFINITION: POINTS}, START)
    assert [(one.why_not, one.balance_after) for one in plans] == [
        (None, Decimal(150)),
        ("It lapsed on 20 Nov 2026 09:00 UTC", None),
        ("The balance does not hold that much any more", None),
    ]
    assert counter.desk.calls == []
