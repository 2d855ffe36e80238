"""Giving a credit and taking one back: what is accepted, what is refused and how, and once only."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from uuid import uuid4

import pytest
from msgspec.structs import replace

from dashboard.actions.credits import Actor, CreditForm, give_credit, take_debit
from dashboard.actions.engine import Engine
from dashboard.actions.journal import DatabaseJournal
from dashboard.actions.refusals import Conflict, Denied, NotRecorded, Problem, Repeated, Unacceptable
from dashboard.brevo.balances import BalanceDefinition
from dashboard.permissions import Role
from dashboard.store import audit, intents
from dashboard.store.audit import Entry, Filters, Outcome
from dashboard.store.database import Database
from dashboard.store.intent import Intent, Phase, State
from dashboard.store.staff import StaffMember
from tests.actions.conftest import hired
from tests.actions.fake_remote import DEFINITION, PROGRAMME, START, Clock, FakeRemote, Fault

POINTS = BalanceDefinition(id=DEFINITION, name="Points", lifetime_value=12, lifetime_unit="month")
EUROS = BalanceDefinition(id=DEFINITION, name="Cashback", unit="EUR", max_amount=Decimal(500))


class Desk:
    """A member of staff at a form."""

    def __init__(self, database: Database, staff: StaffMember) -> None:
        self.database = database
        self.clock = Clock()
        self.remote = FakeRemote(self.clock)
        self.engine = Engine(DatabaseJournal(database), self.remote, self.clock)
        self.actor = Actor(
            staff_id=staff.id, name=staff.name, role=staff.role, request_id="r1", ip="127.0.0.1"
        )

    def give(self, form: CreditForm) -> Intent:
        return give_credit(self.database, self.engine, self.actor, form)

    def take(self, form: CreditForm) -> Intent:
        return take_debit(self.database, self.engine, self.actor, form)

    def problems(self, form: CreditForm, deed: Callable[[CreditForm], Intent] | None = None) -> list[Problem]:
        with pytest.raises(Unacceptable) as refused:
            (deed or self.give)(form)
        assert self.remote.calls == []
        return list(refused.value.problems)

    def record(self) -> list[tuple[str, Outcome]]:
        with self.database.read() as connection:
            rows = audit.page(connection, Filters())
        return [(row.entry.action, row.entry.outcome) for row in reversed(rows)]


@pytest.fixture
def desk(database, sam):
    return Desk(database, sam)


@pytest.fixture
def sqlite_desk(sqlite_database):
    """On a database of its own, which a test may break."""
    return Desk(sqlite_database, hired(sqlite_database))


def filled(**changes: object) -> CreditForm:
    form = CreditForm(
        intent_id=str(uuid4()),
        programme_id=PROGRAMME,
        contact_id=7,
        definition=POINTS,
        amount="500",
        reason="late_delivery",
        case_reference=" ZD-55910 ",
        balance=Decimal(12480),
        balance_at=START,
    )
    return replace(form, **changes)


def test_a_credit_is_given_and_the_receipt_can_tell_all_of_it(desk):
    done = desk.give(filled())
    assert (done.state, done.amount, done.balance_before, done.balance_after) == (
        State.DONE,
        Decimal(500),
        Decimal(12480),
        Decimal(12980),
    )
    assert done.case_reference == "ZD-55910"
    assert done.expires_at == datetime(2027, 11, 20, 9, 0, tzinfo=UTC)
    assert desk.record() == [("credit.give", Outcome.PENDING), ("credit.give", Outcome.DONE)]


def test_a_debit_is_taken_and_has_no_expiry(desk):
    done = desk.take(filled())
    assert (done.amount, done.balance_after, done.expires_at) == (Decimal(-500), Decimal(11980), None)
    assert desk.record()[-1] == ("debit.take", Outcome.DONE)


def test_the_same_form_twice_gives_the_first_answer_again(desk):
    form = filled()
    assert desk.give(form) == desk.give(form)
    assert desk.remote.count("create") == 1


def test_the_same_form_from_eight_threads_gives_one_credit(desk):
    form, start = filled(), Barrier(8)

    def press(_number):
        start.wait()
        return desk.give(form)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(press, range(8)))
    assert {answer.id for answer in answers} == {form.intent_id}
    assert (desk.remote.count("create"), len(desk.remote.applied(form.intent_id))) == (1, 1)
    assert desk.record().count(("credit.give", Outcome.PENDING)) == 1


def test_the_same_values_written_differently_are_the_same_form(desk):
    form = filled(amount="1000")
    assert desk.give(form) == desk.give(replace(form, amount="1,000", case_reference="ZD-55910"))


@pytest.mark.parametrize(
    "change", [{"amount": "501"}, {"amount": "x"}, {"reason": "other"}, {"note": "n"}, {"contact_id": 8}]
)
def test_the_same_form_with_other_values_is_a_conflict_and_stands_in_the_record(desk, change):
    form = filled()
    desk.give(form)
    with pytest.raises(Conflict):
        desk.give(replace(form, **change))
    assert desk.remote.count("create") == 1
    assert desk.record()[-1] == ("credit.give", Outcome.DENIED)


def test_a_credits_form_cannot_become_a_debit(desk):
    form = filled()
    desk.give(form)
    with pytest.raises(Conflict):
        desk.take(form)


def test_a_form_of_somebody_else_is_a_conflict(desk, lea):
    form = filled()
    desk.give(form)
    with pytest.raises(Conflict):
        Desk(desk.database, lea).give(form)


def test_an_answer_that_is_lost_is_never_called_a_failure(desk):
    desk.remote.next_fault = lambda call: Fault.LOST_AFTER if call == "complete" else Fault.NONE
    assert desk.give(filled()).phase is Phase.CHECKING


def test_pressing_again_while_it_is_checked_finds_it_done(desk):
    form, faults = filled(), [Fault.NONE, Fault.LOST_AFTER]
    desk.remote.next_fault = lambda call: faults.pop(0) if faults else Fault.NONE
    desk.give(form)
    desk.clock.forward(2)
    assert desk.give(form).phase is Phase.DONE
    assert len(desk.remote.applied(form.intent_id)) == 1


def test_an_auditor_is_denied_and_it_stands_in_the_record(desk, ike):
    auditor = Desk(desk.database, ike)
    for deed in (auditor.give, auditor.take):
        with pytest.raises(Denied):
            deed(filled())
    assert auditor.remote.calls == []
    assert desk.record() == [("credit.give", Outcome.DENIED), ("debit.take", Outcome.DENIED)]


def test_more_than_anybody_may_give_is_an_error_and_stands_in_the_record(desk, lea):
    for person in (desk, Desk(desk.database, lea)):
        problems = person.problems(filled(amount="10001"))
        assert problems == [Problem("amount", "Points must be 10,000 or fewer: nobody may give more at once")]
    assert desk.record() == [("credit.give", Outcome.DENIED)] * 2


def test_a_supervisor_may_give_more(desk, lea):
    assert Desk(desk.database, lea).give(filled(amount="10,000")).state is State.DONE


def test_the_cap_also_holds_for_taking(desk):
    problems = desk.problems(filled(amount="10001"), desk.take)
    assert problems == [Problem("amount", "Points must be 10,000 or fewer: nobody may take more at once")]


def test_all_problems_are_told_at_once_in_the_order_of_the_form(desk):
    problems = desk.problems(filled(amount="", reason="", case_reference="x" * 65, note="y" * 501))
    assert problems == [
        Problem("amount", "Enter the number of points"),
        Problem("reason", "Choose a reason"),
        Problem("case_reference", "Case or order number must be 64 characters or fewer"),
        Problem("note", "Note must be 500 characters or fewer"),
    ]
    assert desk.record() == []


def test_other_needs_a_note(desk):
    assert desk.problems(filled(reason="other")) == [Problem("note", "Enter a note that says what happened")]
    assert desk.give(filled(reason="other", note="Lost in the post")).state is State.DONE


def test_a_reason_may_need_a_case_number(desk):
    with desk.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE reasons SET requires_reference = true WHERE code = 'late_delivery'"
        )
    problems = desk.problems(filled(case_reference=""))
    assert problems == [Problem("case_reference", "Enter the case or order number")]


def test_a_retired_reason_cannot_be_chosen(desk):
    with desk.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE reasons SET retired_at = '2026-01-01' WHERE code = 'late_delivery'"
        )
    assert desk.problems(filled()) == [Problem("reason", "Choose a reason")]


@pytest.mark.parametrize("text", ["a\x00b", "a\x1b[31m", "a\u202eb", "a\u2028b"])
def test_characters_that_do_not_show_are_refused(desk, text):
    problems = desk.problems(filled(note=text, case_reference=text))
    assert [problem.field for problem in problems] == ["case_reference", "note"]


def test_a_note_may_have_lines_and_a_case_number_may_not(desk):
    assert desk.give(filled(note="one\r\ntwo")).values["note"] == "one\ntwo"
    desk.remote.calls.clear()
    assert [problem.field for problem in desk.problems(filled(case_reference="a\nb"))] == ["case_reference"]


def test_a_form_without_its_number_is_refused(desk):
    lost = Problem("intent", "Open the form again: its number was lost on the way")
    assert desk.problems(filled(intent_id="1")) == [lost]


@pytest.mark.parametrize(
    ("rule", "amount", "message"),
    [
        (
            {"max_credit": Decimal(300)},
            "301",
            "Points must be 300 or fewer: the programme allows no more at once",
        ),
        (
            {"max_amount": Decimal(12500), "overtaking": "strict"},
            "21",
            "Points must be 20 or fewer: the balance has room for no more",
        ),
        ({"max_amount": Decimal(12480)}, "1", "The balance is at its maximum: nothing can be added"),
        (
            {"max_amount": Decimal(12480), "overtaking": "partial"},
            "1",
            "The balance is at its maximum: nothing can be added",
        ),
    ],
)
def test_the_definitions_rules_for_credits_hold(desk, rule, amount, message):
    definition = BalanceDefinition(id=DEFINITION, name="Points", **rule)
    assert desk.problems(filled(amount=amount, definition=definition)) == [Problem("amount", message)]


def test_a_maximum_that_clips_lets_the_credit_through(desk):
    definition = BalanceDefinition(
        id=DEFINITION, name="Points", max_amount=Decimal(12500), overtaking="partial"
    )
    assert desk.give(filled(amount="100", definition=definition)).state is State.DONE


@pytest.mark.parametrize(
    ("rule", "balance", "amount", "message"),
    [
        ({}, "40", "41", "Points must be 40 or fewer: the balance holds no more"),
        ({}, "0", "1", "The balance is at its minimum: nothing can be taken back"),
        ({"min_amount": Decimal(100)}, "140", "41", "Points must be 40 or fewer: the balance holds no more"),
        (
            {"max_debit": Decimal(10)},
            "140",
            "11",
            "Points must be 10 or fewer: the programme allows no more at once",
        ),
    ],
)
def test_the_definitions_rules_for_debits_hold(desk, rule, balance, amount, message):
    definition = BalanceDefinition(id=DEFINITION, name="Points", **rule)
    form = filled(amount=amount, definition=definition, balance=Decimal(balance))
    assert desk.problems(form, desk.take) == [Problem("amount", message)]


def test_with_an_unknown_balance_the_remote_decides(desk):
    assert desk.take(filled(balance=None, balance_at=None)).balance_before is None


def test_money_has_two_decimal_places(desk):
    done = desk.give(filled(definition=EUROS, amount="12.50", balance=Decimal(10)))
    assert done.amount == Decimal("12.50")


def test_without_a_record_nothing_is_sent(sqlite_desk):
    desk = sqlite_desk
    with desk.database.write() as connection:
        connection.exec_driver_sql("DROP TABLE audit")
    form = filled()
    with pytest.raises(NotRecorded, match=r"nothing was sent.*cannot be done twice"):
        desk.give(form)
    assert desk.remote.calls == []
    with desk.database.read() as connection:
        assert intents.get(connection, form.intent_id) is None


def test_a_database_that_goes_away_after_recording_leaves_the_truth_not_known(sqlite_desk):
    desk = sqlite_desk

    def vanish(call: str) -> Fault:
        with desk.database.write() as connection:
            connection.exec_driver_sql("ALTER TABLE intents RENAME TO elsewhere")
        return Fault.NONE

    desk.remote.next_fault = vanish
    assert desk.give(filled()).phase is Phase.SENDING


def test_the_record_names_the_request_and_where_it_came_from(desk):
    desk.give(filled())
    with desk.database.read() as connection:
        (newest, *_) = audit.page(connection, Filters())
    assert (newest.entry.request_id, newest.entry.ip, newest.entry.actor_role) == ("r1", "127.0.0.1", "agent")


def test_the_record_of_what_was_refused_says_who_tried_what(desk):
    form = filled(amount="10,001")
    desk.problems(form)
    with desk.database.read() as connection:
        (refused,) = audit.page(connection, Filters())
    assert refused.entry == Entry(
        at=desk.clock(),
        actor_id=desk.actor.staff_id,
        actor_name="Sam",
        actor_role="agent",
        action="credit.give",
        outcome=Outcome.DENIED,
        programme_id=PROGRAMME,
        contact_id=7,
        intent_id=form.intent_id,
        after={"amount": "10001", "definition": DEFINITION},
        request_id="r1",
        ip="127.0.0.1",
    )


def test_a_role_is_taken_as_it_is_now(desk):
    desk.actor = replace(desk.actor, role=Role.AUDITOR)
    with pytest.raises(Denied):
        desk.give(filled())


def test_patience_ends_the_waiting_not_the_work(desk):
    desk.remote.next_fault = lambda call: Fault.SLOW if call == "create" else Fault.NONE
    form = filled()
    assert desk.give(form).phase is Phase.SENDING
    assert desk.engine.advance(form.intent_id, until=desk.clock() + timedelta(seconds=15)).phase is Phase.DONE


def test_the_same_case_within_a_day_warns_once(desk):
    first = desk.give(filled())
    again = filled(case_reference="zd-55910")
    with pytest.raises(Repeated) as warned:
        desk.give(again)
    assert warned.value.earlier.id == first.id
    assert desk.give(replace(again, again=first.id)).state is State.DONE
    assert desk.remote.count("complete") == 2


def test_a_warning_of_an_older_credit_does_not_answer_for_a_newer_one(desk):
    first = desk.give(filled())
    desk.clock.forward(60)
    second = desk.give(filled(again=first.id))
    with pytest.raises(Repeated) as warned:
        desk.give(filled(again=first.id))
    assert warned.value.earlier.id == second.id


@pytest.mark.parametrize("change", [{"contact_id": 8}, {"case_reference": "ZD-2"}, {"case_reference": ""}])
def test_another_member_or_case_brings_no_warning(desk, change):
    desk.give(filled(**change) if change == {"case_reference": ""} else filled())
    assert desk.give(filled(**change)).state is State.DONE


def test_what_failed_or_is_a_day_old_brings_no_warning(desk):
    faults = [Fault.REFUSED]
    desk.remote.next_fault = lambda call: faults.pop() if faults else Fault.NONE
    desk.give(filled())
    assert desk.give(filled()).state is State.DONE
    desk.clock.forward(24 * 3600)
    assert desk.give(filled()).state is State.DONE


def test_a_request_that_waits_brings_a_warning_too(desk):
    waits = desk.give(filled(amount="5000"))
    with pytest.raises(Repeated) as warned:
        desk.give(filled())
    assert warned.value.earlier.id == waits.id


def test_taking_back_what_was_given_for_a_case_brings_no_warning(desk):
    desk.give(filled())
    assert desk.take(filled()).state is State.DONE
