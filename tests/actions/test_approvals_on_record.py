"""What stays of a request and its decision: its row, the intent that goes on, and the audit record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace
from msgspec.structs import replace as changed
from sqlalchemy import select

from dashboard.actions.approvals import OwnRequest, Verdict, decline, fingerprint
from dashboard.actions.refusals import Denied, NotRecorded
from dashboard.permissions import Role
from dashboard.store import approvals, audit, own_contacts
from dashboard.store.approvals import Asked, Decision, Excess
from dashboard.store.audit import Entry, Filters, Outcome
from dashboard.store.database import DatabaseUnavailable
from dashboard.store.intent import Kind, State
from tests.actions.conftest import hired
from tests.actions.fake_remote import DEFINITION, PROGRAMME, START
from tests.actions.test_approvals import BALANCE, Supervisor, request_of
from tests.actions.test_credits import Desk, filled

LATER = START + timedelta(minutes=5)


@pytest.fixture
def desk(database, sam):
    return Desk(database, sam)


@pytest.fixture
def asked(desk):
    """Sam asks to give 5,000; five minutes pass."""
    intent = desk.give(filled(amount="5000"))
    desk.clock.forward(300)
    return intent


@pytest.fixture
def supervisor(desk, lea):
    return decider(desk, lea)


def decider(desk: Desk, person) -> Supervisor:
    """Somebody at another screen than whoever asked."""
    found = Supervisor(desk, person)
    found.actor = replace(found.actor, request_id="r2", ip="192.0.2.9")
    return found


def entries(desk: Desk) -> list[Entry]:
    with desk.database.read() as connection:
        return [row.entry for row in reversed(audit.page(connection, Filters()))]


def recorded(person, action: str, outcome: Outcome, **more) -> Entry:
    """An entry about the request of member 7, as the decider's screen sends it."""
    about = {"programme_id": PROGRAMME, "contact_id": 7, **more}
    return Entry(
        at=LATER,
        actor_id=person.id,
        actor_name=person.name,
        actor_role=person.role.value,
        action=action,
        outcome=outcome,
        request_id="r2",
        ip="192.0.2.9",
        **about,
    )


@pytest.mark.parametrize(
    ("typed", "action", "after"),
    [
        ({}, "approval.approve", {"decision": "approved", "amount": "5000", "asked_by": "Sam"}),
        (
            {"in_place": True},
            "approval.approve",
            {"decision": "approved", "amount": "5000", "asked_by": "Sam", "at_their_screen": True},
        ),
        (
            {"amount": "2000", "reason": "Half is fair"},
            "approval.reduce",
            {"decision": "reduced", "amount": "2000", "asked_by": "Sam"},
        ),
    ],
)
def test_an_approval_is_recorded_without_its_words(desk, supervisor, lea, asked, typed, action, after):
    supervisor.approve(asked.id, **typed)
    assert entries(desk)[1] == recorded(
        lea,
        action,
        Outcome.DONE,
        intent_id=asked.id,
        reason="late_delivery",
        case_reference="ZD-55910",
        before={"amount": "5000"},
        after=after,
    )


def test_a_refusal_is_recorded_without_its_words(desk, supervisor, lea, asked):
    supervisor.decline(asked.id)
    assert entries(desk)[1] == recorded(
        lea,
        "approval.decline",
        Outcome.DONE,
        intent_id=asked.id,
        reason="late_delivery",
        case_reference="ZD-55910",
        before={"amount": "5000"},
        after={"decision": "declined", "asked_by": "Sam"},
    )


def test_what_begins_then_is_recorded_with_who_allowed_it(desk, supervisor, sam, asked):
    supervisor.approve(asked.id, amount="2000", reason="Half is fair")
    begun = entries(desk)[2]
    assert (begun.at, begun.actor_id, begun.outcome) == (LATER, sam.id, Outcome.PENDING)
    assert begun.after == {
        "state": "reserved",
        "definition": DEFINITION,
        "amount": "2000",
        "approved_by": "Lea",
    }


def test_what_is_refused_ends_on_record_as_refused(desk, supervisor, sam, asked):
    supervisor.decline(asked.id)
    ended = entries(desk)[2]
    assert (ended.at, ended.actor_id, ended.outcome) == (LATER, sam.id, Outcome.DENIED)
    assert ended.after == {"state": "failed", "definition": DEFINITION, "amount": "5000", "code": "declined"}


@pytest.mark.parametrize("verb", ["approve", "decline"])
def test_who_may_not_decide_stands_in_the_record(desk, asked, verb):
    other = hired(desk.database, "Other", Role.AGENT)
    with pytest.raises(Denied):
        getattr(decider(desk, other), verb)(asked.id)
    assert entries(desk)[1] == recorded(
        other, "approval.decide", Outcome.DENIED, intent_id=asked.id, after={"because": "role"}
    )


def test_deciding_for_oneself_stands_in_the_record(desk, supervisor, lea, asked):
    with desk.database.write() as connection:
        own_contacts.link(connection, lea.id, 7)
    with pytest.raises(OwnRequest):
        supervisor.approve(asked.id)
    assert entries(desk)[1] == recorded(
        lea, "approval.decide", Outcome.DENIED, intent_id=asked.id, after={"because": "own request"}
    )


def test_who_may_not_decide_stands_in_the_record_even_about_no_request(desk):
    other = hired(desk.database, "Other", Role.AGENT)
    at_screen = decider(desk, other)
    with pytest.raises(Denied):
        decline(desk.database, at_screen.actor, Verdict(intent_id="none", seen=""), at_screen.look, LATER)
    about_nothing = {"programme_id": None, "contact_id": None, "after": {"because": "role"}}
    assert entries(desk) == [recorded(other, "approval.decide", Outcome.DENIED, **about_nothing)]


def test_whoever_is_gone_decides_nothing(desk, asked, lea):
    ghost = Supervisor(desk, lea)
    ghost.actor = replace(ghost.actor, staff_id="gone")
    with pytest.raises(Denied):
        ghost.approve(asked.id)


def test_a_refusal_that_cannot_be_written_down_is_none(sqlite_database):
    desk = Desk(sqlite_database, hired(sqlite_database))
    supervisor = Supervisor(desk, hired(sqlite_database, "Lea", Role.SUPERVISOR))
    asked = desk.give(filled(amount="5000"))
    with sqlite_database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE audit_head RENAME TO elsewhere")
    with pytest.raises(NotRecorded, match="could not be written down"):
        supervisor.decline(asked.id)
    assert request_of(desk, asked.id).is_open


@pytest.mark.parametrize("in_place", [False, True])
def test_the_request_keeps_who_decided_what_when_and_where(desk, supervisor, lea, asked, in_place):
    before = request_of(desk, asked.id).request
    supervisor.approve(asked.id, amount="2000", reason=" Half is fair ", in_place=in_place)
    assert request_of(desk, asked.id).request == changed(
        before,
        decision=Decision.REDUCED,
        decided_by=lea.id,
        decided_name="Lea",
        decided_at=LATER,
        decided_amount=Decimal(2000),
        reason="Half is fair",
        in_place=in_place,
    )


def test_an_approval_without_words_keeps_none(desk, supervisor, asked):
    supervisor.approve(asked.id, reason=" ")
    assert request_of(desk, asked.id).request.reason is None


def test_the_request_keeps_the_limits_it_was_above(desk, asked):
    (excess,) = request_of(desk, asked.id).request.exceeded
    assert excess == Excess(span="act", most="1000", used="0", most_times=None, times=0)


def test_what_is_declined_ends_at_that_moment(desk, supervisor, asked):
    ended = supervisor.decline(asked.id, "No receipt.. ")
    assert (ended.state, ended.settled_at, ended.updated_at) == (State.FAILED, LATER, LATER)
    assert ended.failure_text == "Lea declined it: No receipt. Nothing was given."


def test_what_is_approved_carries_who_allowed_it_and_the_figures_of_that_moment(desk, supervisor, lea, asked):
    supervisor.look = replace(supervisor.look, balance=Decimal(11900), balance_at=LATER)
    sent = supervisor.approve(asked.id, amount="2000", reason="Half is fair")
    assert (sent.balance_before, sent.balance_before_at) == (Decimal(11900), LATER)
    assert (sent.values["approved_by"], sent.values["approved_by_id"]) == ("Lea", lea.id)
    assert sent.values["approved_at"] == "2026-11-20T09:05:00+00:00"


def test_the_life_of_points_counts_from_the_approval(desk, supervisor, asked):
    desk.clock.now = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
    assert supervisor.approve(asked.id).expires_at == datetime(2027, 11, 21, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "other"},
        {"version": 9},
        {"kind": Kind.DEBIT},
        {"programme_id": "other"},
        {"contact_id": 8},
        {"staff_id": "other"},
        {"values": {"amount": "5000", "note": "other"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_look_holds_for_that_very_change_alone(desk, asked, change):
    shown = request_of(desk, asked.id)
    other = Asked(shown.request, changed(shown.intent, **change))
    assert fingerprint(other, BALANCE) != fingerprint(shown, BALANCE)


@pytest.mark.parametrize("change", [{"amount": Decimal(5001)}, {"unit": "EUR"}], ids=["amount", "unit"])
def test_a_look_holds_for_that_very_request_alone(desk, asked, change):
    shown = request_of(desk, asked.id)
    other = Asked(changed(shown.request, **change), shown.intent)
    assert fingerprint(other, BALANCE) != fingerprint(shown, BALANCE)


def test_a_look_without_a_balance_is_another_one(desk, asked):
    shown = request_of(desk, asked.id)
    assert fingerprint(shown, None) != fingerprint(shown, BALANCE)


def test_what_was_not_decided_in_time_says_when_it_ended_and_why(desk, asked):
    desk.clock.now = START + timedelta(hours=24)
    ended = desk.engine.advance(asked.id, until=desk.clock() + timedelta(seconds=1))
    assert (ended.settled_at, ended.failure_code) == (desk.clock(), "not_decided")


def test_requests_are_listed_oldest_first_while_they_wait(desk, asked):
    second = desk.give(filled(amount="6000", case_reference="ZD-2"))
    with desk.database.read() as connection:
        assert [each.intent.id for each in approvals.waiting(connection, LATER, 10)] == [asked.id, second.id]
        assert [each.intent.id for each in approvals.waiting(connection, LATER, 1)] == [asked.id]


def test_a_request_waits_until_its_time_is_over(desk, asked):
    last_moment = START + timedelta(hours=24) - timedelta(seconds=1)
    with desk.database.read() as connection:
        assert len(approvals.waiting(connection, last_moment, 10)) == 1
        assert approvals.waiting(connection, START + timedelta(hours=24), 10) == ()


def test_what_ended_by_itself_waits_no_more(desk, asked):
    with desk.database.write() as connection:
        connection.execute(approvals.table.update().values(expires_at=START + timedelta(days=2)))
    desk.clock.now = START + timedelta(hours=24)
    desk.engine.advance(asked.id, until=desk.clock() + timedelta(seconds=1))
    with desk.database.read() as connection:
        assert approvals.waiting(connection, desk.clock(), 10) == ()


def test_decisions_are_listed_newest_first_since_a_moment(desk, supervisor, asked):
    second = desk.give(filled(amount="6000", case_reference="ZD-2"))
    desk.give(filled(amount="7000", case_reference="ZD-3"))
    supervisor.decline(asked.id)
    desk.clock.forward(60)
    supervisor.decline(second.id)
    with desk.database.read() as connection:
        found = approvals.decided(connection, LATER, 10)
        assert [each.intent.id for each in found] == [second.id, asked.id]
        assert [each.intent.id for each in approvals.decided(connection, LATER, 1)] == [second.id]
        assert [each.intent.id for each in approvals.decided(connection, desk.clock(), 10)] == [second.id]


def test_a_person_sees_what_they_asked_for_newest_first_since_a_moment(desk, asked, sam):
    second = desk.give(filled(amount="6000", case_reference="ZD-2"))
    colleague = Desk(desk.database, hired(desk.database, "Kim"))
    colleague.clock.now = LATER
    colleague.give(filled(amount="7000", case_reference="ZD-3"))
    with desk.database.read() as connection:
        found = approvals.of_requester(connection, sam.id, START, 10)
        assert [each.intent.id for each in found] == [second.id, asked.id]
        assert [each.intent.id for each in approvals.of_requester(connection, sam.id, START, 1)] == [
            second.id
        ]
        assert [each.intent.id for each in approvals.of_requester(connection, sam.id, LATER, 10)] == [
            second.id
        ]


def test_an_intent_without_a_request_has_none(desk):
    given = desk.give(filled())
    with desk.database.read() as connection:
        assert approvals.get(connection, given.id) is None


def test_one_decision_changes_no_other_request(desk, supervisor, asked):
    other = desk.give(filled(amount="6000", case_reference="ZD-2"))
    supervisor.decline(asked.id)
    assert request_of(desk, other.id).request.decision is None


@pytest.mark.postgres
def test_whoever_is_deciding_keeps_others_from_it(postgres_database):
    desk = Desk(postgres_database, hired(postgres_database))
    asked = desk.give(filled(amount="5000"))
    with postgres_database.write() as connection:
        approvals.get(connection, asked.id, lock=True)
        deciding = select(approvals.table).with_for_update(nowait=True)
        with pytest.raises(DatabaseUnavailable, match="busy"), postgres_database.write() as other:
            other.execute(deciding)


def test_a_second_decision_is_not_kept(desk, supervisor, asked):
    before = request_of(desk, asked.id).request
    supervisor.decline(asked.id)
    with desk.database.write() as connection:
        assert not approvals.decide(connection, changed(before, decision=Decision.APPROVED))
