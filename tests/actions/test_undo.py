"""Taking back: by an opposite entry, a cancellation or a revocation; once, in time, and why not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace
from sqlalchemy.exc import IntegrityError

from dashboard.actions.credits import CreditForm, give_credit, take_debit
from dashboard.actions.orders import OrderForm, create_order
from dashboard.actions.refusals import Denied, Unacceptable
from dashboard.actions.undo import Facts, How, UndoForm, links_of, offer, undo
from dashboard.actions.undoable import may_offer
from dashboard.actions.vouchers import IssueForm, Paid, issue_voucher
from dashboard.brevo.balances import BalanceDefinition
from dashboard.brevo.rewards import Reward
from dashboard.brevo.status import TransactionStatus as Status
from dashboard.store import intents, limits, spending
from dashboard.store.audit import Outcome
from dashboard.store.intent import Intent, Kind, Link, State
from dashboard.store.limits import Limit, Span
from tests.actions.counter import Counter
from tests.actions.fake_acting import MEMBER
from tests.actions.fake_desk import GROUP
from tests.actions.fake_remote import DEFINITION, PROGRAMME, Fault

POINTS = BalanceDefinition(id=DEFINITION, name="Points", lifetime_value=12, lifetime_unit="month")


def basics(**more: Any) -> dict[str, Any]:
    return {
        "intent_id": str(uuid4()),
        "programme_id": PROGRAMME,
        "contact_id": MEMBER,
        "reason": "billing_error",
        "case_reference": f"ZD-{uuid4().hex[:8]}",
        **more,
    }


def moved(counter: Counter, deed: Callable[..., Any] = give_credit) -> Intent:
    done: Intent = counter.do(deed, CreditForm(**basics(definition=POINTS, amount="500")))
    return done


def undoing(original: Intent, **facts: Any) -> UndoForm:
    return UndoForm(**basics(original_id=original.id, facts=Facts(**facts)))


def why_not(counter: Counter, original: Intent, **facts: Any) -> str | None:
    links = links_of(counter.database, original)
    return offer(counter.actor, original, links, Facts(**facts), counter.clock.now).why_not


@pytest.mark.parametrize(("deed", "kind"), [(give_credit, Kind.DEBIT), (take_debit, Kind.CREDIT)])
def test_what_was_moved_is_moved_back_and_both_point_at_each_other(counter, deed, kind):
    original = moved(counter, deed)
    back = counter.do(undo, undoing(original))
    assert (back.kind, back.state, back.amount) == (kind, State.DONE, -original.amount)
    assert counter.desk.ledger.balance == Decimal(12480)
    assert links_of(counter.database, back).origin == counter.find(original.id)
    assert links_of(counter.database, original).reversal == counter.find(back.id)


def test_a_single_point_is_moved_back_too(counter):
    original = counter.do(give_credit, CreditForm(**basics(definition=POINTS, amount="1")))
    assert counter.do(undo, undoing(original)).applied_amount == -1


def test_a_second_reversal_is_refused_with_the_name_of_the_first(counter, sam):
    original = moved(counter)
    counter.do(undo, undoing(original))
    assert why_not(counter, original) == f"{sam.name} took this back before"
    with pytest.raises(Unacceptable, match="took this back before"):
        counter.do(undo, undoing(original))
    assert counter.desk.ledger.balance == Decimal(12480)


def test_the_database_itself_holds_no_second_reversal(counter):
    back = counter.do(undo, undoing(moved(counter)))
    with pytest.raises(IntegrityError), counter.database.write() as connection:
        intents.add(connection, replace(back, id=str(uuid4())))


def test_the_same_form_twice_takes_back_once(counter):
    form = undoing(moved(counter))
    assert counter.do(undo, form) == counter.do(undo, form)
    assert counter.desk.ledger.balance == Decimal(12480)


def test_a_reversal_that_failed_leaves_room_for_another_one(counter):
    original = moved(counter)
    counter.desk.next_fault = lambda call: Fault.REFUSED if call == "create" else Fault.NONE
    assert counter.do(undo, undoing(original)).state is State.FAILED
    counter.desk.next_fault = lambda call: Fault.NONE
    assert counter.do(undo, undoing(original)).state is State.DONE


def used(counter: Counter) -> Decimal:
    actor = counter.actor
    with counter.database.write() as connection:
        limits.put(connection, actor.role.value, Span.DAY, Limit(Decimal(2000)))
        stands = spending.standing(connection, actor.staff_id, actor.role, counter.clock.now, UTC)
    room = stands.room(Span.DAY)
    assert room is not None
    return room.used


def test_what_was_taken_back_whole_is_room_in_the_limits_again(counter):
    original = moved(counter)
    assert used(counter) == 500
    counter.do(undo, undoing(original))
    assert used(counter) == 0


def test_a_voucher_that_was_taken_back_is_room_in_the_limits_again(counter):
    reward = Reward(id=GROUP, name="Ten off", value=Decimal(10), unit="GBP")
    original = counter.do(issue_voucher, IssueForm(**basics(reward=reward)))
    (voucher,) = counter.desk.world.vouchers.values()
    assert used(counter) == 10
    counter.do(undo, undoing(original, voucher=voucher))
    assert used(counter) == 0


def test_what_was_taken_back_in_part_still_counts(counter):
    original = moved(counter)
    whole = counter.do(undo, undoing(moved(counter)))
    part = replace(whole, linked_id=original.id, applied_amount=Decimal(-499))
    with counter.database.write() as connection:
        spending.settle(connection, part)
    assert used(counter) == 500


def test_what_takes_back_is_not_taken_back_itself(counter):
    back = counter.do(undo, undoing(moved(counter)))
    assert why_not(counter, back) == ("This took something back itself. Do the first change again instead")


def test_points_that_were_spent_cannot_be_taken_back(counter):
    original = moved(counter)
    assert why_not(counter, original, balance=Decimal(200)) == (
        "It was spent: the balance holds 200 of the 500"
    )


def test_what_must_stay_in_a_balance_cannot_be_taken_back(counter):
    original = moved(counter)
    assert why_not(counter, original, balance=Decimal(510), floor=Decimal(10)) is None
    assert why_not(counter, original, balance=Decimal(505), floor=Decimal(10)) == (
        "It was spent: the balance holds 495 of the 500; 10 must stay"
    )


def test_points_that_expired_cannot_be_taken_back(counter, lea):
    original = moved(counter)
    counter.clock.forward(370 * 86400)
    assert why_not(counter.at(lea), original) == "What was given has expired"


def test_an_agent_takes_back_only_their_own_and_only_for_a_quarter_of_an_hour(counter, lea):
    own, hers = moved(counter), moved(counter.at(lea))
    assert why_not(counter, hers) == "Lea did this. A supervisor can take it back"
    counter.clock.forward(16 * 60)
    assert why_not(counter, own) == ("This was done more than 15 minutes ago. A supervisor can take it back")
    with pytest.raises(Denied):
        counter.do(undo, undoing(own))
    assert counter.record()[-1] == ("debit.take", Outcome.DENIED)
    assert counter.at(lea).do(undo, undoing(own)).state is State.DONE


def test_a_change_of_another_member_is_not_touched(counter):
    original = moved(counter)
    form = UndoForm(**basics(contact_id=99, original_id=original.id, facts=Facts()))
    with pytest.raises(Unacceptable, match="not a change of theirs"):
        counter.do(undo, form)


def test_an_issued_voucher_is_revoked_and_what_it_cost_comes_back(counter):
    reward = Reward(id=GROUP, name="Ten off", value=Decimal(10), unit="GBP")
    original = counter.do(issue_voucher, IssueForm(**basics(reward=reward)))
    (voucher,) = counter.desk.world.vouchers.values()
    back = counter.do(undo, undoing(original, voucher=voucher, paid=Paid(DEFINITION, Decimal(300))))
    assert (back.kind, back.link, back.state) == (Kind.VOUCHER_REVOKE, Link.REVERSAL, State.DONE)
    told = [back.values[name] for name in ("reward_id", "reward_name", "code")]
    assert told == [GROUP, "Ten off", voucher.code]
    assert counter.desk.world.vouchers == {}
    assert counter.desk.ledger.balance == Decimal(12780)


def test_points_given_back_for_a_voucher_are_not_taken_back_without_it(counter):
    reward = Reward(
        id=GROUP, name="Ten off", cost=Decimal(300), cost_definition_id=DEFINITION, charged_when="creation"
    )
    original = counter.do(issue_voucher, IssueForm(**basics(reward=reward)))
    (given_back,) = links_of(counter.database, original).following
    assert given_back.link is Link.RETURN
    told = "This gave back what a voucher cost, and belongs to that voucher's change"
    assert why_not(counter, given_back) == told
    assert not may_offer(counter.actor, given_back, None, counter.clock.now)


def test_a_voucher_that_was_used_stays(counter):
    reward = Reward(id=GROUP, name="Ten off", value=Decimal(10), unit="GBP")
    original = counter.do(issue_voucher, IssueForm(**basics(reward=reward)))
    counter.desk.use(original.remote_id)
    used = counter.desk.world.vouchers[original.remote_id]
    assert why_not(counter, original, voucher=used) == "The voucher was used"


def test_an_order_that_is_still_a_draft_is_cancelled(counter):
    original = counter.do(create_order, OrderForm(**basics(definition=POINTS, amount="200")))
    links = links_of(counter.database, original)
    assert offer(counter.actor, original, links, Facts(), counter.clock.now).how is How.CANCEL
    back = counter.do(undo, undoing(original, balance=Decimal(12480)))
    assert (back.state, counter.desk.ledger.entries[0].status) == (State.DONE, Status.CANCELLED)
    assert (back.definition_id, back.balance_before) == (DEFINITION, Decimal(12480))


def test_what_cannot_be_taken_back_says_so(counter):
    counter.desk.next_fault = lambda call: Fault.REFUSED
    failed = moved(counter)
    assert why_not(counter, failed) == "Only what is done can be taken back"


def test_an_offer_that_only_lacks_the_role_says_who_can(counter, lea):
    original = moved(counter.at(lea))
    links = links_of(counter.database, original)
    offered = offer(counter.actor, original, links, Facts(), counter.clock.now + timedelta(seconds=1))
    assert offered.needs_supervisor
