"""What a person's decision makes of an intent that the console could not settle, and what stays on record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from dashboard.actions import follow
from dashboard.actions.credits import give_credit
from dashboard.actions.engine import Engine
from dashboard.actions.follow import Then
from dashboard.actions.held import Choice, choices, choices_of, decide, unsettled
from dashboard.actions.journal import DatabaseJournal
from dashboard.actions.operations import operations
from dashboard.actions.refusals import Conflict, Denied, NotRecorded, Problem, Unacceptable
from dashboard.store import audit, intents
from dashboard.store.audit import Entry, Filters, Outcome
from dashboard.store.intent import Goal, Intent, Kind, Link, State, Waiting
from tests.actions.conftest import hired
from tests.actions.counter import Counter
from tests.actions.fake_acting import MEMBER
from tests.actions.fake_remote import DEFINITION, PROGRAMME, START
from tests.actions.test_credits import filled
from tests.actions.test_held import deciding, lost, queued

TRANSACTION = "0B6C1F0E-6A3E-4C55-9B1D-5F0A4D6F2A77"
LATER = START + timedelta(minutes=5)


class Journal(DatabaseJournal):
    """Remembers what was kept of a decision, before the engine goes on."""

    kept: Intent

    def decided(self, after: Intent, entry: Entry, now, then: tuple[Intent, ...] = ()) -> Intent:
        self.kept = super().decided(after, entry, now, then)
        return self.kept


class Overtaken(DatabaseJournal):
    """Somebody else changes the intent at the last moment."""

    def decided(self, after: Intent, entry: Entry, now, then: tuple[Intent, ...] = ()) -> Intent:
        with self.database.write() as connection:
            intents.save(connection, after)
        return super().decided(after, entry, now, then)


def with_journal(counter: Counter, journal: DatabaseJournal) -> None:
    carried = operations(counter.desk, counter.clock)
    counter.engine = Engine(journal, counter.desk.ledger, counter.clock, operations=carried)


def made(counter: Counter, **changes: Any) -> Intent:
    """An intent of Sam's that stands as ``changes`` say, five minutes ago; a credit of 500 that is held."""
    values = {
        "definition_id": DEFINITION,
        "amount": "500",
        "reason": "late_delivery",
        "case_reference": "ZD-1",
    }
    intent = Intent(
        id=str(uuid4()),
        kind=Kind.CREDIT,
        programme_id=PROGRAMME,
        contact_id=MEMBER,
        staff_id=counter.actor.staff_id,
        staff_name="Sam",
        staff_role="agent",
        values=values,
        values_hash="",
        created_at=START,
        updated_at=START,
        next_at=START,
        state=State.HELD,
        failure_code="lost",
        failure_text="It is nowhere to be seen.",
        settled_at=START,
        result={"code": "XMAS"},
    )
    intent = replace(intent, **changes)
    with counter.database.write() as connection:
        intents.add(connection, intent)
    counter.clock.now = LATER
    return intent


def kept(counter: Counter, person, intent: Intent, choice: Choice, **more: Any) -> Intent:
    """What is written down of a decision."""
    journal = Journal(counter.database)
    with_journal(counter, journal)
    counter.at(person).do(decide, deciding(intent, choice, **more))
    return journal.kept


def last_entry(counter: Counter) -> Entry:
    with counter.database.read() as connection:
        return audit.page(connection, Filters(), limit=1)[0].entry


def on_record(person, intent: Intent, action: str, outcome: Outcome, *, state: str, **more: Any) -> Entry:
    """The row about a decision of five minutes later."""
    after = {"state": state, "definition": DEFINITION, "amount": "500", **more.pop("after", {})}
    return Entry(
        at=LATER,
        actor_id=person.id,
        actor_name=person.name,
        actor_role=person.role.value,
        action=action,
        outcome=outcome,
        programme_id=PROGRAMME,
        contact_id=MEMBER,
        intent_id=intent.id,
        reason="late_delivery",
        case_reference="ZD-1",
        after=after,
        request_id="r1",
        ip="127.0.0.1",
        **more,
    )


def test_held_ones_are_listed_first_and_then_the_oldest(counter):
    waiting = queued(counter)
    counter.clock.forward(60)
    held = lost(counter)
    assert [case.intent.id for case in unsettled(counter.database)] == [held.id, waiting.id]
    assert [case.intent.id for case in unsettled(counter.database, limit=1)] == [held.id]


def test_what_waits_for_an_approval_is_decided_elsewhere(counter):
    counter.do(give_credit, filled(amount="5000", contact_id=MEMBER))
    assert unsettled(counter.database) == ()


@pytest.mark.parametrize(
    ("who", "of_held", "of_waiting"),
    [
        ("lea", [Choice.DONE, Choice.NOT_DONE, Choice.LOOK], [Choice.WITHDRAW]),
        ("sam", [Choice.LOOK], [Choice.WITHDRAW]),
        ("ike", [], []),
    ],
)
def test_supervisors_decide_all_and_whoever_asked_only_what_is_harmless(
    counter, request, who, of_held, of_waiting
):
    actor = counter.at(request.getfixturevalue(who)).actor
    waiting = made(counter, state=State.RESERVED, waiting=Waiting.RATE_LIMITED)
    assert list(choices_of(counter.database, actor, made(counter))) == of_held
    assert list(choices_of(counter.database, actor, waiting)) == of_waiting


@pytest.mark.parametrize(
    ("state", "more", "allowed"),
    [
        (State.HELD, {}, [Choice.DONE, Choice.NOT_DONE, Choice.LOOK]),
        (State.LOOKING_UP, {}, [Choice.LOOK]),
        (State.CHECKING, {}, [Choice.LOOK]),
        (State.RESERVED, {"waiting": Waiting.NOT_SENT}, [Choice.WITHDRAW]),
        (State.DRAFT, {"waiting": Waiting.NOT_SENT}, [Choice.WITHDRAW]),
        (State.RESERVED, {}, []),
        (State.DRAFT, {"waiting": Waiting.NOT_SENT, "unknown_since": START}, []),
        (State.COMPLETING, {"waiting": Waiting.NOT_SENT}, []),
        (State.DONE, {}, []),
    ],
)
def test_only_what_is_not_on_its_way_is_withdrawn_and_only_what_is_lost_is_looked_for(
    counter, state, more, allowed
):
    assert list(choices(made(counter, state=state, **more))) == allowed


def test_nobody_withdraws_what_another_agent_asked_for(counter):
    waiting = made(counter, state=State.RESERVED, waiting=Waiting.RATE_LIMITED, failure_code=None)
    kim = hired(counter.database, "Kim")
    with pytest.raises(Denied):
        counter.at(kim).do(decide, deciding(waiting, Choice.WITHDRAW))
    assert last_entry(counter) == on_record(kim, waiting, "intent.withdraw", Outcome.DENIED, state="reserved")


def test_counting_as_done_stands_in_the_record_with_what_was_found_and_without_the_note(counter, lea):
    held = made(counter, evidence={"request_id": "b-1"})
    more = {"applied_amount": "500", "decided_by_somebody_else": "by_hand", "evidence": {"request_id": "b-1"}}
    kept(counter, lea, held, Choice.DONE, note="It stands there", evidence=f" {TRANSACTION} ")
    assert last_entry(counter) == on_record(
        lea,
        held,
        "intent.done",
        Outcome.DONE,
        state="done",
        after=more,
        remote_ids={"transaction": TRANSACTION.lower(), "request": "b-1", "found": TRANSACTION},
    )


def test_counting_as_not_done_stands_in_the_record(counter, lea):
    held = made(counter)
    kept(counter, lea, held, Choice.NOT_DONE, note="Nothing there")
    more = {"code": "by_hand", "decided_by_somebody_else": "by_hand"}
    expected = on_record(lea, held, "intent.not_done", Outcome.FAILED, state="failed", after=more)
    assert last_entry(counter) == expected


def test_a_decision_about_no_member_names_none(counter, lea):
    held = made(counter, contact_id=0)
    kept(counter, lea, held, Choice.NOT_DONE, note="Nothing there")
    assert last_entry(counter).contact_id is None


def test_what_is_withdrawn_stands_in_the_record_as_failed(counter, lea):
    waiting = made(counter, state=State.RESERVED, waiting=Waiting.RATE_LIMITED)
    kept(counter, lea, waiting, Choice.WITHDRAW)
    assert (last_entry(counter).action, last_entry(counter).outcome) == ("intent.withdraw", Outcome.FAILED)


def test_a_decision_ends_whatever_work_was_claimed(counter, lea):
    held = made(counter, lease_owner="worker 1", lease_until=LATER + timedelta(minutes=1))
    after = kept(counter, lea, held, Choice.NOT_DONE, note="Nothing there")
    assert (after.lease_owner, after.lease_until, after.updated_at) == (None, None, LATER)


def test_of_two_who_decide_at_once_the_second_is_told(counter, lea):
    held = made(counter)
    with_journal(counter, Overtaken(counter.database))
    with pytest.raises(Conflict):
        counter.at(lea).do(decide, deciding(held, Choice.NOT_DONE, note="Nothing there"))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_decision_that_cannot_be_written_down_is_none(counter, lea):
    held = made(counter)
    with counter.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE audit_head RENAME TO elsewhere")
    with pytest.raises(NotRecorded, match="could not write this down"):
        counter.at(lea).do(decide, deciding(held, Choice.NOT_DONE, note="Nothing there"))
    assert counter.find(held.id) == held


NOTE = {"note": "It stands there"}


@pytest.mark.parametrize(
    ("choice", "typed", "problem"),
    [
        (Choice.NOT_DONE, {}, Problem("note", "Enter a note that says what you saw in Brevo")),
        (Choice.NOT_DONE, {"note": "x" * 501}, Problem("note", "Note must be 500 characters or fewer")),
        (Choice.DONE, NOTE, Problem("evidence", "Enter the ID of what Brevo shows")),
        (
            Choice.DONE,
            {**NOTE, "evidence": "voucher-77"},
            Problem("evidence", "Enter the transaction's ID as Brevo shows it"),
        ),
        (
            Choice.DONE,
            {**NOTE, "evidence": TRANSACTION, "doubt": "It is a draft"},
            Problem("evidence", "It is a draft"),
        ),
        (
            Choice.LOOK,
            {"evidence": "x" * 101},
            Problem("evidence", "ID must be 100 characters or fewer"),
        ),
    ],
)
def test_what_is_missing_or_wrong_is_told_at_its_field(counter, lea, choice, typed, problem):
    with pytest.raises(Unacceptable) as refused:
        counter.at(lea).do(decide, deciding(made(counter), choice, **typed))
    assert list(refused.value.problems) == [problem]


def test_a_doubt_about_what_was_found_does_not_keep_it_from_counting_as_not_done(counter, lea):
    after = kept(counter, lea, made(counter), Choice.NOT_DONE, **NOTE, doubt="It is a draft")
    assert after.state is State.FAILED


def test_what_cannot_be_decided_any_more_says_so(counter, lea):
    with pytest.raises(Unacceptable) as refused:
        counter.at(lea).do(decide, deciding(made(counter, state=State.DONE), Choice.LOOK))
    assert list(refused.value.problems) == [
        Problem("choice", "Open it again: this cannot be decided any more")
    ]


def test_who_decided_why_and_when_is_kept_beside_what_was_known(counter, lea):
    after = kept(counter, lea, made(counter), Choice.NOT_DONE, note=" Nothing there ")
    decision = {"by": "Lea", "note": "Nothing there", "at": "2026-11-20T09:05:00+00:00"}
    assert after.result == {"code": "XMAS", "decision": decision}


def test_counted_as_not_done_it_has_failed_by_hand(counter, lea):
    after = kept(counter, lea, made(counter), Choice.NOT_DONE, note="Nothing there")
    assert (after.state, after.settled_at, after.adopted) == (State.FAILED, LATER, "by_hand")
    assert (after.failure_code, after.failure_text) == ("by_hand", "Lea looked in Brevo: it did not happen.")


def test_counted_as_done_it_has_failed_no_more(counter, lea):
    after = kept(counter, lea, made(counter), Choice.DONE, note="It stands there", evidence=TRANSACTION)
    assert (after.state, after.settled_at, after.adopted) == (State.DONE, LATER, "by_hand")
    assert (after.failure_code, after.failure_text) == (None, None)


@pytest.mark.parametrize(
    ("changes", "transaction", "moved"),
    [
        ({}, TRANSACTION.lower(), 500),
        ({"transaction_id": "chosen"}, "chosen", 500),
        ({"kind": Kind.DRAFT_CANCEL}, TRANSACTION.lower(), None),
        ({"kind": Kind.VOUCHER_REDEEM, "values": {"amount": "5"}}, TRANSACTION.lower(), None),
    ],
    ids=["a credit", "one whose draft was chosen", "a cancelled draft", "a voucher"],
)
def test_counted_as_done_it_has_a_transaction_and_moved_what_was_asked_for(
    counter, lea, changes, transaction, moved
):
    held = made(counter, **changes)
    after = kept(counter, lea, held, Choice.DONE, note="It stands there", evidence=TRANSACTION)
    assert (after.transaction_id, after.applied_amount) == (transaction, moved)


CREATION = {"email": "new@shop.example", "reason": "late_delivery"}


def test_a_contact_counted_as_created_is_the_one_that_was_found_and_enrolled(counter, lea):
    then = follow.written((Then(Kind.MEMBER_ENROL, Link.ENROLMENT, {"subscription_id": "LM-88"}),))
    values = {**CREATION, follow.THEN: then}
    held = made(counter, kind=Kind.CONTACT_CREATE, contact_id=0, values=values)
    after = kept(counter, lea, held, Choice.DONE, note="There they are", evidence=" 88 ")
    assert (after.contact_id, after.remote_id, "email" in after.values) == (88, "88", False)
    enrolment = counter.find(follow.id_of(held.id, Link.ENROLMENT))
    assert (enrolment.contact_id, counter.desk.number_of(88)) == (88, "LM-88")


@pytest.mark.parametrize("evidence", ["new@shop.example", "0", "9" * 30])
def test_a_contact_is_counted_as_created_only_by_its_number(counter, lea, evidence):
    held = made(counter, kind=Kind.CONTACT_CREATE, contact_id=0, values=CREATION)
    with pytest.raises(Unacceptable) as refused:
        counter.at(lea).do(decide, deciding(held, Choice.DONE, note="There they are", evidence=evidence))
    assert list(refused.value.problems) == [
        Problem("evidence", "Enter the contact's ID as Brevo shows it, a number")
    ]


def test_counted_as_done_it_keeps_what_it_is_known_to_have_made(counter, lea):
    held = made(counter, kind=Kind.MEMBER_ENROL, values={}, remote_id="m-1")
    after = kept(counter, lea, held, Choice.DONE, note="It stands there", evidence="m-2")
    assert (after.remote_id, after.transaction_id) == ("m-1", None)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, State.LOOKING_UP),
        ({"transaction_id": "chosen"}, State.CHECKING),
        (
            {
                "kind": Kind.VOUCHER_ISSUE,
                "values": {"reward_id": "r-1", "code": "XMAS"},
                "transaction_id": "charge",
            },
            State.LOOKING_UP,
        ),
    ],
    ids=["no draft", "a chosen draft", "a voucher"],
)
def test_looking_again_begins_the_look_anew(counter, lea, changes, state):
    held = made(counter, attempts=9, empty_looks=3, partial_looks=2, **changes)
    after = kept(counter, lea, held, Choice.LOOK)
    assert (after.state, after.attempts, after.empty_looks, after.partial_looks) == (state, 0, 0, 0)
    assert (after.settled_at, after.failure_code, after.failure_text) == (None, None, None)
    assert (after.unknown_since, after.next_at) == (LATER, LATER)


def test_looking_again_remembers_since_when_it_is_unknown(counter, lea):
    held = made(counter, state=State.LOOKING_UP, settled_at=None, unknown_since=START)
    assert kept(counter, lea, held, Choice.LOOK).unknown_since == START


@pytest.mark.parametrize("kind", [Kind.DRAFT_COMPLETE, Kind.DRAFT_CANCEL, Kind.VOUCHER_REDEEM])
def test_a_withdrawn_end_of_a_draft_leaves_the_draft_alone(counter, sam, kind):
    waiting = made(counter, kind=kind, state=State.DRAFT, waiting=Waiting.NOT_SENT, transaction_id="chosen")
    after = kept(counter, sam, waiting, Choice.WITHDRAW)
    assert (after.state, after.failure_code) == (State.FAILED, "withdrawn")
    assert after.failure_text == "Sam withdrew it before it was sent."


def test_a_withdrawn_credit_whose_draft_was_made_has_it_cancelled(counter, sam):
    waiting = made(counter, state=State.DRAFT, waiting=Waiting.NOT_SENT, transaction_id="chosen")
    after = kept(counter, sam, waiting, Choice.WITHDRAW)
    assert (after.state, after.goal, after.failure_code) == (State.DRAFT, Goal.CANCEL, "withdrawn")
