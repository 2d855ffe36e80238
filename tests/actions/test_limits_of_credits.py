"""Limits with the engine: reserved with the intent, given back when nothing was given, exact in a race."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from msgspec.structs import replace

from dashboard.actions.refusals import Problem
from dashboard.store import intents, limits, own_contacts, spending
from dashboard.store.audit import Outcome
from dashboard.store.intent import Phase, State
from dashboard.store.limits import Limit, Span
from dashboard.store.spending import Act, Member
from tests.actions.fake_remote import Fault
from tests.actions.schedules import new_intent
from tests.actions.test_credits import EUROS, Desk, filled


@pytest.fixture
def desk(database, sam):
    """Sam, with 1,000 a day."""
    with database.write() as connection:
        limits.put(connection, "agent", Span.DAY, Limit(Decimal(1000)))
    return Desk(database, sam)


def left(desk: Desk) -> Decimal | None:
    with desk.database.read() as connection:
        return spending.standing(
            connection, desk.actor.staff_id, desk.actor.role, desk.clock(), filled().zone
        ).alone


def test_a_credit_uses_up_the_day(desk):
    desk.give(filled(amount="400"))
    assert left(desk) == 600


def test_the_same_form_twice_uses_it_up_once(desk):
    form = filled(amount="600")
    desk.give(form)
    desk.give(form)
    assert left(desk) == 400


def test_whoever_may_give_more_at_once_than_any_role_may_ask_for_that_much(desk):
    with desk.database.write() as connection:
        limits.put(connection, desk.actor.staff_id, Span.ACT, Limit(Decimal(20_000)))
    assert desk.give(filled(amount="20000")).state is State.AWAITING_APPROVAL
    (problem,) = desk.problems(filled(amount="20001", case_reference="ZD-2"))
    assert problem == Problem("amount", "Points must be 20,000 or fewer: nobody may give more at once")


def test_taking_back_uses_up_nothing(desk):
    desk.take(filled(amount="400"))
    assert left(desk) == 1000


def test_what_the_remote_refuses_is_given_back(desk):
    desk.remote.next_fault = lambda call: Fault.REFUSED if call == "create" else Fault.NONE
    assert desk.give(filled(amount="400")).state is State.FAILED
    assert left(desk) == 1000


def test_what_is_given_back_leaves_the_rest_used(desk):
    desk.give(filled(amount="300"))
    desk.remote.next_fault = lambda call: Fault.REFUSED if call == "create" else Fault.NONE
    assert desk.give(filled(amount="400", case_reference="ZD-2")).state is State.FAILED
    assert left(desk) == 700


def test_what_is_not_known_yet_stays_reserved_until_it_is(desk):
    faults = [Fault.NONE, Fault.LOST_AFTER]
    desk.remote.next_fault = lambda call: faults.pop(0) if faults else Fault.NONE
    form = filled(amount="400")
    assert desk.give(form).phase is Phase.CHECKING
    assert left(desk) == 600
    desk.clock.forward(5)
    assert desk.engine.advance(form.intent_id, until=desk.clock() + timedelta(seconds=9)).phase is Phase.DONE
    assert left(desk) == 600


def really_moved(desk: Desk, intent_id: str, amount: Decimal | None) -> None:
    """The remote turns out to have moved that much."""
    with desk.database.write() as connection:
        moved = intents.get(connection, intent_id)
        assert moved is not None
        intents.save(connection, replace(moved, applied_amount=amount))


@pytest.mark.parametrize(("moved", "rest"), [(Decimal(100), 900), (Decimal(400), 600), (None, 600)])
def test_what_was_really_moved_counts(desk, moved, rest):
    really_moved(desk, desk.give(filled(amount="400")).id, moved)
    assert left(desk) == rest


def test_what_was_really_moved_changes_nothing_else(desk):
    first = desk.give(filled(amount="400"))
    desk.give(filled(amount="200", case_reference="ZD-2"))
    really_moved(desk, first.id, Decimal(100))
    assert left(desk) == 700


def test_what_was_really_moved_never_counts_as_too_little(desk):
    with desk.database.write() as connection:
        limits.replace_rates(connection, {"EUR": Decimal("0.333")})
    given = desk.give(filled(amount="3", definition=EUROS, balance=Decimal(10)))
    really_moved(desk, given.id, Decimal(1))
    assert left(desk) == Decimal("999.66")


def test_tomorrow_is_another_day(desk):
    desk.give(filled(amount="1000"))
    desk.clock.forward(24 * 3600)
    assert left(desk) == 1000


def test_members_of_staff_cannot_give_to_themselves(desk):
    with desk.database.write() as connection:
        own_contacts.link(connection, desk.actor.staff_id, 7)
    own = Problem("", "You can't give points to your own membership. Ask a colleague")
    assert desk.problems(filled()) == [own]
    assert desk.problems(filled(amount="none"))[0] == own
    assert desk.record() == [("credit.give", Outcome.DENIED)] * 2
    assert desk.take(filled()).state is State.DONE


def test_nor_to_a_membership_they_share(desk):
    with desk.database.write() as connection:
        own_contacts.link(connection, desk.actor.staff_id, 9)
    assert desk.problems(filled(sharers=frozenset({7, 9})))[0].field == ""


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_without_the_record_nothing_is_reserved(database, sam):
    desk = Desk(database, sam)
    with database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE audit RENAME TO elsewhere")
    with pytest.raises(Exception, match="nothing was sent"):
        desk.give(filled())
    assert left(desk) == 1000


def test_eight_forms_at_once_end_exactly_at_the_limit(desk):
    start = Barrier(8)

    def press(number):
        start.wait()
        return desk.give(filled(amount="300", contact_id=number + 1)).state

    with ThreadPoolExecutor(8) as pool:
        states = Counter(pool.map(press, range(8)))
    assert states == {State.DONE: 3, State.AWAITING_APPROVAL: 5}
    assert (desk.remote.count("complete"), left(desk)) == (3, 100)


def test_one_form_from_eight_threads_uses_the_limit_once(desk):
    form, start = filled(amount="1000"), Barrier(8)

    def press(_number):
        start.wait()
        return desk.give(form).id

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(press, range(8))) == {form.intent_id}
    assert left(desk) == 0


def test_one_intent_that_takes_the_whole_limit_and_comes_eight_times_at_once_is_not_over_it(desk):
    intent, start = replace(new_intent(amount="1000"), staff_id=desk.actor.staff_id), Barrier(8)
    act = Act(
        intent_id=intent.id,
        staff_id=intent.staff_id,
        member=Member(intent.programme_id, intent.contact_id),
        amount=intent.amount,
        unit=filled().definition.unit,
        now=desk.clock(),
        zone=filled().zone,
    )

    def write_down(_number):
        start.wait()
        return desk.engine.journal.add(intent, act)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(write_down, range(8))) == [intent] * 8


def test_a_limit_in_points_holds_for_money_at_its_rate(desk):
    with desk.database.write() as connection:
        connection.execute(limits.rates.insert().values(unit="EUR", points=Decimal(100)))
    desk.give(filled(amount="4.00", definition=EUROS, balance=Decimal(10)))
    assert left(desk) == 600
