"""Asking for approval and deciding: once only, never one's own, only what was shown, and then it happens."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from msgspec.structs import replace

from dashboard.actions import approvals as deciding
from dashboard.actions.approvals import Changed, Gone, Look, OwnRequest, Verdict
from dashboard.actions.refusals import Conflict, Denied, NotRecorded, Problem, Unacceptable
from dashboard.permissions import Role
from dashboard.store import approvals, audit, limits, own_contacts, spending, staff
from dashboard.store.approvals import Decision
from dashboard.store.audit import Filters, Outcome
from dashboard.store.intent import Phase, State
from dashboard.store.limits import Limit, Span
from tests.actions.conftest import hired
from tests.actions.fake_remote import START, Fault
from tests.actions.test_credits import POINTS, Desk, filled
from tests.support.database import KEYS

BALANCE = Decimal(12480)


class Supervisor:
    """Somebody who decides, with the request before their eyes."""

    def __init__(self, desk: Desk, person) -> None:
        self.desk = desk
        self.actor = replace(desk.actor, staff_id=person.id, name=person.name, role=person.role)
        self.look = Look(
            definition=POINTS,
            balance=BALANCE,
            balance_at=START,
            sharers=frozenset({7}),
            zone=filled().zone,
        )

    def sees(self, intent_id: str) -> str:
        asked = request_of(self.desk, intent_id)
        return deciding.fingerprint(asked, self.look.balance)

    def approve(self, intent_id: str, **typed):
        verdict = Verdict(intent_id=intent_id, **{"seen": self.sees(intent_id), **typed})
        return deciding.approve(self.desk.database, self.desk.engine, self.actor, verdict, self.look)

    def decline(self, intent_id: str, reason: str = "Ask for the receipt first"):
        verdict = Verdict(intent_id=intent_id, seen=self.sees(intent_id), reason=reason)
        return deciding.decline(self.desk.database, self.actor, verdict, self.look, self.desk.clock())

    def problems(self, intent_id: str, **typed) -> list[Problem]:
        with pytest.raises(Unacceptable) as refused:
            self.approve(intent_id, **typed)
        assert self.desk.remote.calls == []
        assert request_of(self.desk, intent_id).is_open
        return list(refused.value.problems)


@pytest.fixture
def desk(database, sam):
    return Desk(database, sam)


@pytest.fixture
def supervisor(desk, lea):
    return Supervisor(desk, lea)


@pytest.fixture
def asked(desk):
    """Sam asks to give 5,000."""
    return desk.give(filled(amount="5000"))


def request_of(desk: Desk, intent_id: str) -> approvals.Asked:
    with desk.database.read() as connection:
        found = approvals.get(connection, intent_id)
    assert found is not None
    return found


def left(desk: Desk, person) -> Decimal | None:
    with desk.database.read() as connection:
        zone = filled().zone
        return spending.standing(connection, person.id, person.role, desk.clock(), zone).alone


def rows(desk: Desk) -> list[tuple[str, Outcome, str]]:
    with desk.database.read() as connection:
        found = audit.page(connection, Filters())
    return [(row.entry.action, row.entry.outcome, row.entry.actor_name) for row in reversed(found)]


def test_above_the_limit_nothing_is_sent_and_the_request_is_written_down(desk, asked):
    assert (asked.state, asked.phase, desk.remote.calls) == (State.AWAITING_APPROVAL, Phase.AWAITING, [])
    request = request_of(desk, asked.id).request
    assert (request.amount, request.staff_id, request.expires_at) == (
        Decimal(5000),
        desk.actor.staff_id,
        START + timedelta(hours=24),
    )
    assert [(each.span, each.most) for each in request.exceeded] == [("act", "1000")]
    assert rows(desk) == [("approval.ask", Outcome.PENDING, "Sam")]


def test_what_is_above_the_day_is_asked_for_too(desk):
    with desk.database.write() as connection:
        limits.put(connection, "agent", Span.DAY, Limit(Decimal(600)))
    desk.give(filled(amount="400"))
    intent = desk.give(filled(amount="400", case_reference="ZD-2"))
    assert intent.state is State.AWAITING_APPROVAL
    (excess,) = request_of(desk, intent.id).request.exceeded
    assert (excess.span, excess.most, excess.used) == ("day", "600", "400")


def test_what_is_one_too_many_in_a_day_is_asked_for_too(desk):
    with desk.database.write() as connection:
        limits.put(connection, "agent", Span.DAY, Limit(times=1))
    desk.give(filled(amount="400"))
    (excess,) = request_of(desk, desk.give(filled(case_reference="ZD-2")).id).request.exceeded
    assert (excess.span, excess.most, excess.most_times, excess.times) == ("day", None, 1, 1)


def test_the_same_request_sent_again_gives_the_first_answer_again(desk):
    form = filled(amount="5000")
    assert desk.give(form) == desk.give(replace(form, amount="5,000"))
    assert len(rows(desk)) == 1


def test_a_request_sent_again_with_other_values_is_a_conflict(desk, asked):
    with pytest.raises(Conflict):
        desk.give(filled(intent_id=asked.id, amount="6000"))


def test_one_form_from_eight_threads_is_one_request(desk):
    form = filled(amount="5000")
    assert {each.id for each in _eight(lambda _n: desk.give(form))} == {form.intent_id}
    assert len(rows(desk)) == 1


def test_approved_means_carried_out(desk, supervisor, asked):
    done = supervisor.approve(asked.id)
    assert (done.state, done.amount, done.balance_after) == (State.DONE, Decimal(5000), Decimal(17480))
    assert done.staff_id == desk.actor.staff_id
    request = request_of(desk, asked.id).request
    assert (request.decision, request.decided_name, request.decided_amount) == (
        Decision.APPROVED,
        "Lea",
        Decimal(5000),
    )
    assert rows(desk) == [
        ("approval.ask", Outcome.PENDING, "Sam"),
        ("approval.approve", Outcome.DONE, "Lea"),
        ("credit.give", Outcome.PENDING, "Sam"),
        ("credit.give", Outcome.DONE, "Sam"),
    ]
    with desk.database.read() as connection:
        assert {row.entry.intent_id for row in audit.page(connection, Filters())} == {asked.id}
        assert audit.verify(connection, KEYS).is_intact


def test_what_is_approved_names_who_did_and_has_the_figures_of_that_moment(desk, supervisor, asked):
    desk.clock.forward(3600)
    read_at = desk.clock()
    supervisor.look = replace(supervisor.look, balance=Decimal(100), balance_at=read_at)
    done = supervisor.approve(asked.id)
    assert (done.values["approved_by"], done.values["approved_by_id"]) == ("Lea", supervisor.actor.staff_id)
    assert (done.balance_before, done.balance_before_at) == (Decimal(100), read_at)
    assert done.expires_at == datetime(2027, 11, 20, 10, 0, tzinfo=UTC)


def test_pressing_the_requesters_form_again_after_that_tells_the_outcome(desk, supervisor):
    form = filled(amount="5000")
    desk.give(form)
    supervisor.approve(form.intent_id, amount="2000", reason="Half is fair")
    assert desk.give(form).phase is Phase.DONE


def test_an_approved_debit_is_taken(desk, supervisor):
    intent = desk.take(filled(amount="5000"))
    done = supervisor.approve(intent.id)
    assert (done.applied_amount, done.expires_at) == (Decimal(-5000), None)


def test_less_can_be_approved_with_a_reason(desk, supervisor, asked):
    done = supervisor.approve(asked.id, amount="2,000", reason="Half is fair")
    assert (done.amount, done.values["asked_amount"], len(desk.remote.applied(asked.id))) == (
        Decimal(2000),
        "5000",
        1,
    )
    request = request_of(desk, asked.id).request
    assert (request.decision, request.decided_amount, request.reason) == (
        Decision.REDUCED,
        Decimal(2000),
        "Half is fair",
    )


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"amount": "5001"}, Problem("amount", "Points must be 5,000 or fewer: no more was asked for")),
        ({"amount": "x"}, Problem("amount", "Enter the number of points")),
        ({"amount": "2000"}, Problem("reason", "Enter a word to whoever asked: why it is less")),
        ({"reason": "x" * 251}, Problem("reason", "Reason must be 250 characters or fewer")),
        (
            {"amount": "2000", "reason": " "},
            Problem("reason", "Enter a word to whoever asked: why it is less"),
        ),
        (
            {"reason": "a\u202eb"},
            Problem("reason", "Reason can hold only text that shows. Remove hidden characters"),
        ),
    ],
)
def test_a_decision_that_breaks_a_rule_decides_nothing(supervisor, asked, typed, problem):
    assert supervisor.problems(asked.id, **typed) == [problem]


def test_a_decision_that_breaks_two_rules_is_told_both(supervisor, asked):
    found = supervisor.problems(asked.id, amount="9000", reason="x" * 251)
    assert [problem.field for problem in found] == ["amount", "reason"]


def test_the_longest_reason_may_have_lines(supervisor, asked):
    assert supervisor.approve(asked.id, reason="a\n\tb" + "x" * 246).phase is Phase.DONE


def test_without_the_programmes_rules_it_can_still_be_approved(supervisor, asked):
    supervisor.look = replace(supervisor.look, definition=None)
    assert supervisor.approve(asked.id).phase is Phase.DONE


def test_the_programmes_rules_are_looked_at_again(supervisor, asked):
    capped = replace(POINTS, max_credit=Decimal(3000))
    supervisor.look = replace(supervisor.look, definition=capped)
    message = "Points must be 3,000 or fewer: the programme allows no more at once"
    assert supervisor.problems(asked.id) == [Problem("amount", message)]


def test_declined_with_a_reason_it_ends_and_says_why(desk, supervisor, asked):
    ended = supervisor.decline(asked.id)
    assert (ended.phase, ended.failure_text) == (
        Phase.FAILED,
        "Lea declined it: Ask for the receipt first. Nothing was given.",
    )
    assert rows(desk)[1:] == [
        ("approval.decline", Outcome.DONE, "Lea"),
        ("credit.give", Outcome.DENIED, "Sam"),
    ]
    assert desk.remote.calls == []


def test_nobody_declines_without_a_reason(supervisor, asked):
    with pytest.raises(Unacceptable):
        supervisor.decline(asked.id, " ")
    assert request_of(supervisor.desk, asked.id).is_open


def test_nobody_decides_their_own_request(desk, database):
    lea = hired(database, "Lea", Role.SUPERVISOR)
    with database.write() as connection:
        limits.put(connection, lea.id, Span.DAY, Limit(Decimal(100)))
    own = Desk(database, lea)
    intent = own.give(filled(amount="200"))
    for decide in (Supervisor(own, lea).approve, Supervisor(own, lea).decline):
        with pytest.raises(OwnRequest):
            decide(intent.id)
    assert rows(own)[1:] == [("approval.decide", Outcome.DENIED, "Lea")] * 2
    assert request_of(own, intent.id).is_open


@pytest.mark.parametrize(("own", "sharers"), [(7, frozenset()), (9, frozenset({8, 9}))])
def test_nobody_approves_what_goes_to_themselves(desk, supervisor, asked, own, sharers):
    supervisor.look = replace(supervisor.look, sharers=sharers)
    with desk.database.write() as connection:
        own_contacts.link(connection, supervisor.actor.staff_id, own)
    with pytest.raises(OwnRequest):
        supervisor.approve(asked.id)


@pytest.mark.parametrize("role", [Role.AGENT, Role.AUDITOR])
def test_only_supervisors_and_admins_decide(desk, asked, role):
    other = Supervisor(desk, hired(desk.database, "Other", role))
    with pytest.raises(Denied):
        other.approve(asked.id)
    assert rows(desk)[-1] == ("approval.decide", Outcome.DENIED, "Other")


def test_a_role_taken_away_counts_at_once(desk, supervisor, asked):
    with desk.database.write() as connection:
        staff.set_role(connection, supervisor.actor.staff_id, Role.AGENT, START)
    with pytest.raises(Denied):
        supervisor.approve(asked.id)


def test_what_is_not_as_it_was_shown_needs_another_look(desk, supervisor, asked):
    seen = supervisor.sees(asked.id)
    supervisor.look = replace(supervisor.look, balance=Decimal(11900))
    with pytest.raises(Changed):
        supervisor.approve(asked.id, seen=seen)
    assert desk.remote.calls == []
    assert supervisor.approve(asked.id).phase is Phase.DONE


@pytest.mark.parametrize("seen", ["", "é", "0" * 64])
def test_a_forged_look_decides_nothing(supervisor, asked, seen):
    with pytest.raises(Changed):
        supervisor.approve(asked.id, seen=seen)


def test_a_request_decides_no_other_one(desk, supervisor, asked):
    other = desk.give(filled(amount="9000", case_reference="ZD-2"))
    with pytest.raises(Changed):
        supervisor.approve(other.id, seen=supervisor.sees(asked.id))


def test_what_is_decided_cannot_be_decided_again(desk, supervisor, asked):
    supervisor.approve(asked.id)
    with pytest.raises(Gone) as gone:
        supervisor.decline(asked.id)
    assert gone.value.asked.request.decided_name == "Lea"
    assert len(desk.remote.applied(asked.id)) == 1


def test_an_unknown_request_is_none(desk, supervisor):
    done = desk.give(filled())
    verdict = Verdict(intent_id=done.id, seen="")
    with pytest.raises(LookupError):
        deciding.decline(desk.database, supervisor.actor, verdict, supervisor.look, desk.clock())


def test_after_a_day_a_request_ends_by_itself(desk, supervisor, asked):
    desk.clock.forward(24 * 3600)
    with pytest.raises(Gone):
        supervisor.approve(asked.id)
    assert desk.engine.journal.due(desk.clock(), 10) == (asked.id,)
    ended = desk.engine.advance(asked.id, until=desk.clock() + timedelta(seconds=1))
    assert (ended.state, ended.failure_text) == (
        State.FAILED,
        "Nobody decided within a day. Nothing was given.",
    )
    assert desk.remote.calls == []
    assert rows(desk)[-1] == ("credit.give", Outcome.FAILED, "Sam")


def test_before_that_the_engine_leaves_it_alone(desk, asked):
    desk.clock.forward(23 * 3600)
    assert desk.engine.journal.due(desk.clock(), 10) == ()
    assert desk.engine.advance(asked.id, until=desk.clock() + timedelta(seconds=9)) == asked


def test_what_was_approved_late_has_a_day_of_its_own_to_be_sent(desk, supervisor, asked):
    desk.clock.forward(24 * 3600 - 60)
    desk.remote.next_fault = lambda call: Fault.NOT_SENT
    assert supervisor.approve(asked.id).phase is Phase.QUEUED
    desk.clock.forward(3600)
    desk.remote.next_fault = lambda call: Fault.NONE
    assert desk.engine.advance(asked.id, until=desk.clock() + timedelta(seconds=9)).phase is Phase.DONE


def test_whoever_approves_lends_their_own_limits(desk, supervisor, asked, sam, lea):
    with desk.database.write() as connection:
        limits.put(connection, "supervisor", Span.DAY, Limit(Decimal(8000)))
        limits.put(connection, "agent", Span.DAY, Limit(Decimal(3000)))
    other = desk.give(filled(amount="4000", case_reference="ZD-2"))
    supervisor.approve(asked.id)
    assert (left(desk, lea), left(desk, sam)) == (3000, 1000)
    desk.remote.calls.clear()
    message = "Points must be 3,000 or fewer: your own limits allow no more"
    assert supervisor.problems(other.id) == [Problem("amount", message)]


def test_with_nothing_left_of_their_own_somebody_else_must_decide(desk, supervisor, asked):
    with desk.database.write() as connection:
        limits.put(connection, "supervisor", Span.DAY, Limit(Decimal(5000)))
    other = desk.give(filled(amount="4000", case_reference="ZD-2"))
    supervisor.approve(asked.id)
    desk.remote.calls.clear()
    message = "Your own limits are used up. Somebody else must decide"
    assert supervisor.problems(other.id) == [Problem("amount", message)]


def test_the_least_that_is_left_of_their_own_is_told(desk, supervisor, asked):
    with desk.database.write() as connection:
        for span, value in ((Span.DAY, 4000), (Span.WEEK, 3000), (Span.MONTH, 4500)):
            limits.put(connection, "supervisor", span, Limit(Decimal(value)))
    message = "Points must be 3,000 or fewer: your own limits allow no more"
    assert supervisor.problems(asked.id) == [Problem("amount", message)]


def test_one_point_left_of_their_own_is_told(desk, supervisor, asked):
    with desk.database.write() as connection:
        limits.put(connection, "supervisor", Span.DAY, Limit(Decimal(1)))
    message = "Points must be 1 or fewer: your own limits allow no more"
    assert supervisor.problems(asked.id) == [Problem("amount", message)]


def test_allowing_a_debit_uses_up_nothing_but_is_held_to_the_limit_for_one_act(desk, supervisor, lea):
    with desk.database.write() as connection:
        limits.put(connection, "supervisor", Span.DAY, Limit(Decimal(100)))
        limits.put(connection, "supervisor", Span.ACT, Limit(Decimal(4000)))
    intent = desk.take(filled(amount="5000"))
    message = "Points must be 4,000 or fewer: your own limits allow no more"
    assert supervisor.problems(intent.id) == [Problem("amount", message)]
    done = supervisor.approve(intent.id, amount="4000", reason="Half is fair")
    assert (done.applied_amount, done.values["amount"], left(desk, lea)) == (Decimal(-4000), "-4000", 100)


def test_what_then_fails_gives_the_approvers_limit_back(desk, supervisor, asked, lea):
    with desk.database.write() as connection:
        limits.put(connection, "supervisor", Span.DAY, Limit(Decimal(8000)))
    desk.remote.next_fault = lambda call: Fault.REFUSED if call == "create" else Fault.NONE
    assert supervisor.approve(asked.id).state is State.FAILED
    assert left(desk, lea) == 8000


def test_a_decision_that_cannot_be_written_down_is_none(sqlite_database):
    desk = Desk(sqlite_database, hired(sqlite_database))
    supervisor = Supervisor(desk, hired(sqlite_database, "Lea", Role.SUPERVISOR))
    asked = desk.give(filled(amount="5000"))
    with sqlite_database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE audit_head RENAME TO elsewhere")
    with pytest.raises(NotRecorded, match="nothing was sent"):
        supervisor.approve(asked.id)
    assert (request_of(desk, asked.id).is_open, desk.remote.calls) == (True, [])


def test_of_eight_who_decide_at_once_one_does_and_the_others_are_told_who(desk, asked):
    people = [Supervisor(desk, hired(desk.database, f"Lea{n}", Role.SUPERVISOR)) for n in range(8)]

    def decide(number):
        try:
            (people[number].approve if number % 2 else people[number].decline)(asked.id)
        except Gone as gone:
            return gone.asked.request.decided_name
        return number

    answers = _eight(decide)
    (winner,) = [answer for answer in answers if isinstance(answer, int)]
    assert answers.count(f"Lea{winner}") == 7
    request = request_of(desk, asked.id).request
    assert request.decided_name == f"Lea{winner}"
    assert len(desk.remote.applied(asked.id)) == winner % 2
    decisions = [
        action for action, _, _ in rows(desk) if action.startswith("approval.") and "ask" not in action
    ]
    assert len(decisions) == 1


def test_one_person_deciding_eight_requests_at_once_ends_exactly_at_their_limit(desk, supervisor, lea):
    with desk.database.write() as connection:
        limits.put(connection, "supervisor", Span.DAY, Limit(Decimal(10_000)))
    asked = [desk.give(filled(amount="3000", contact_id=n + 1)) for n in range(8)]

    def decide(number):
        try:
            return supervisor.approve(asked[number].id).amount
        except Unacceptable:
            return Decimal(0)

    assert (sum(_eight(decide)), left(desk, lea)) == (9000, 1000)


def test_a_decision_and_the_end_of_the_day_are_one_or_the_other(desk, supervisor, asked):
    desk.clock.forward(24 * 3600 - 1)
    seen = supervisor.sees(asked.id)
    late = replace(supervisor.look)

    def act(number):
        if number % 2:
            ending = desk.clock() + timedelta(seconds=2)
            claimed = desk.engine.journal.claim(asked.id, f"worker {number}", ending, ending)
            if claimed is None:
                return None
            from dashboard.actions.asking import lapsed  # noqa: PLC0415 - what the settler does then

            try:
                return desk.engine.journal.save(claimed, lapsed(claimed, ending), ending).state
            except Exception:
                return None
        try:
            verdict = Verdict(intent_id=asked.id, seen=seen)
            return deciding.approve(desk.database, desk.engine, supervisor.actor, verdict, late).state
        except (Gone, Changed):
            return None

    _eight(act)
    ended = request_of(desk, asked.id)
    was_approved = ended.request.decision is not None
    assert ended.intent.state is (State.DONE if was_approved else State.FAILED)
    assert len(desk.remote.applied(asked.id)) == int(was_approved)


def test_what_waits_is_counted_for_everybody_but_whoever_asked(desk, supervisor, asked, sam, lea):
    with desk.database.read() as connection:
        assert approvals.waiting_for(connection, lea.id, START).count == 1
        assert approvals.waiting_for(connection, lea.id, START).oldest == START
        assert approvals.waiting_for(connection, sam.id, START).count == 0
        (waits,) = approvals.waiting(connection, START, 10)
    assert waits.intent.id == asked.id
    supervisor.approve(asked.id)
    with desk.database.read() as connection:
        assert approvals.waiting(connection, START, 10) == ()
        assert [each.intent.id for each in approvals.decided(connection, START, 10)] == [asked.id]
        mine = approvals.of_requester(connection, sam.id, START, 10)
    assert [each.request.decision for each in mine] == [Decision.APPROVED]


def _eight(work):
    start = Barrier(8)

    def at_once(number):
        start.wait()
        return work(number)

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(at_once, range(8)))
